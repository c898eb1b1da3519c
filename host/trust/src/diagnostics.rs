//! What is wrong with a policy: every problem with its place, for people (plain lines) and for terminals (miette).

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

/// How many problems of one policy are told apart; those beyond are only counted.
const SHOWN: usize = 100;

/// A stretch of a policy's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte, counted from 0.
    pub offset: usize,
    /// Length in bytes; 0 for a place between characters.
    pub len: usize,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

/// One problem and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Where it is wrong.
    pub span: Span,
    /// Another place that has to do with it, with a few words about why.
    pub related: Option<(String, Span)>,
    /// The policy can be used none the less.
    pub warning: bool,
}

impl Problem {
    /// A problem at a place. Control characters in the text are escaped.
    pub(crate) fn new(span: Span, message: impl AsRef<str>) -> Problem {
        Problem { message: printable(message.as_ref()), help: None, span, related: None, warning: false }
    }

    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Problem {
        self.help = Some(printable(help.as_ref()));
        self
    }

    pub(crate) fn related(mut self, span: Span, why: impl AsRef<str>) -> Problem {
        self.related = Some((printable(why.as_ref()), span));
        self
    }

    /// `FILE:LINE:COLUMN: KIND: MESSAGE`, with indented `note:` and `help:` lines below.
    fn plain(&self, file: &str) -> String {
        let kind = if self.warning { "warning" } else { "error" };
        let Span { line, column, .. } = self.span;
        let mut out = format!("{file}:{line}:{column}: {kind}: {}\n", self.message);
        if let Some((why, at)) = &self.related {
            out += &format!("  note: {file}:{}:{}: {why}\n", at.line, at.column);
        }
        if let Some(help) = &self.help {
            out += &format!("  help: {help}\n");
        }
        out
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn severity(&self) -> Option<Severity> {
        Some(if self.warning { Severity::Warning } else { Severity::Error })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display + 'a>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let at = |span: Span| (span.offset, span.len);
        let primary = LabeledSpan::new_primary_with_span(Some("here".to_owned()), at(self.span));
        let related = self.related.iter();
        let related =
            related.map(move |(why, span)| LabeledSpan::new_with_span(Some(why.clone()), at(*span)));
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}

/// All problems that were found in one policy, in the order of the text: never empty.
///
/// [`plain`](Self::plain) gives lines for logs and pipes. For terminals this is a [`miette::Diagnostic`] whose related
/// diagnostics are the problems; control characters of the text are masked there.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    file: String,
    source: Box<NamedSource<String>>,
    problems: Vec<Problem>,
    dropped: usize,
    /// The policy can be used none the less.
    warnings: bool,
}

impl Diagnostics {
    pub(crate) fn errors(file: &str, text: &str, problems: Vec<Problem>) -> Diagnostics {
        Diagnostics::new(file, text, problems, false)
    }

    /// Nothing, if there is no problem.
    pub(crate) fn warnings(file: &str, text: &str, problems: Vec<Problem>) -> Option<Diagnostics> {
        (!problems.is_empty()).then(|| Diagnostics::new(file, text, problems, true))
    }

    fn new(file: &str, text: &str, mut problems: Vec<Problem>, warnings: bool) -> Diagnostics {
        problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        problems.dedup();
        problems.iter_mut().for_each(|problem| problem.warning = warnings);
        let dropped = problems.len().saturating_sub(SHOWN);
        problems.truncate(SHOWN);
        let file = printable(file);
        let source = NamedSource::new(&file, masked(text)).with_language("yaml");
        Diagnostics { source: Box::new(source), file, problems, dropped, warnings }
    }

    /// The problems, in the order of the text; at most 100.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// One line `FILE:LINE:COLUMN: error: MESSAGE` for each problem, or `warning:`, with indented `note:` and `help:` lines
    /// below.
    pub fn plain(&self) -> String {
        let kind = if self.warnings { "warning" } else { "error" };
        let mut out: String = self.problems.iter().map(|problem| problem.plain(&self.file)).collect();
        if self.dropped > 0 {
            out += &format!("{}: {kind}: {} more problems are not shown\n", self.file, self.dropped);
        }
        out
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len() + self.dropped;
        let what = if self.warnings { "a trust policy, with" } else { "not a usable trust policy:" };
        write!(f, "{}: {what} {count} problem{}", self.file, if count == 1 { "" } else { "s" })
    }
}

impl std::error::Error for Diagnostics {}

impl Diagnostic for Diagnostics {
    fn severity(&self) -> Option<Severity> {
        Some(if self.warnings { Severity::Warning } else { Severity::Error })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source.as_ref())
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.problems.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}

/// Whether a terminal could take a character for more than a letter: control characters, line separators and those that
/// change the direction of writing.
pub(crate) fn is_treacherous(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with treacherous characters, but for line breaks, escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_treacherous(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// The text with treacherous characters replaced by harmless ones of the same length, so that offsets stay right.
fn masked(text: &str) -> String {
    let mask = |c: char| match c.len_utf8() {
        _ if matches!(c, '\n' | '\t') || !is_treacherous(c) => c,
        // Alone, it would let a line be written over.
        _ if c == '\r' => ' ',
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    text.chars().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(offset: usize, line: u32) -> Span {
        Span { offset, len: 1, line, column: 3 }
    }

    #[test]
    fn plain_lines_are_in_the_order_of_the_text_and_say_where() {
        let late = Problem::new(span(9, 4), "late").help("do this");
        let early = Problem::new(span(2, 1), "early").related(span(9, 4), "see here");
        let all = Diagnostics::errors("t.yaml", "0123456789", vec![late.clone(), early]);
        assert_eq!(
            all.plain(),
            "t.yaml:1:3: error: early\n  note: t.yaml:4:3: see here\n\
             t.yaml:4:3: error: late\n  help: do this\n"
        );
        assert_eq!(all.to_string(), "t.yaml: not a usable trust policy: 2 problems");
        let warnings = Diagnostics::warnings("t.yaml", "0123456789", vec![late]).unwrap();
        assert_eq!(warnings.plain(), "t.yaml:4:3: warning: late\n  help: do this\n");
        assert_eq!(warnings.to_string(), "t.yaml: a trust policy, with 1 problem");
        assert!(Diagnostics::warnings("t.yaml", "", Vec::new()).is_none());
    }

    #[test]
    fn many_problems_are_counted() {
        let many = (0..150).map(|n| Problem::new(span(n, 1), "problem")).collect();
        let all = Diagnostics::errors("t", "", many);
        assert_eq!(all.problems().len(), 100);
        assert!(all.plain().ends_with("t: error: 50 more problems are not shown\n"));
        assert!(all.to_string().ends_with("150 problems"));
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped_in_messages_and_masked_in_the_source() {
        let problem = Problem::new(span(0, 1), "bad \u{1b}[31m name \u{202e}");
        assert_eq!(problem.message, "bad \\u{1b}[31m name \\u{202e}");
        let text = "a\u{1b}b\u{85}c\u{202e}d\r\n\té";
        assert_eq!(masked(text), "a?b\u{bf}c\u{fffd}d \n\té");
        assert_eq!(masked(text).len(), text.len());
    }
}
