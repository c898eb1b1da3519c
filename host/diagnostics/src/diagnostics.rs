use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

use crate::place::Span;

/// How many problems of one text are told apart; those beyond are only counted.
const SHOWN: usize = 100;

/// One problem and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What was expected, or how to mend it.
    pub help: Option<String>,
    /// Where it is wrong.
    pub span: Span,
    /// Other places that have to do with it, each with a few words about why.
    pub related: Vec<(String, Span)>,
    /// The text can be used none the less.
    pub warning: bool,
}

impl Problem {
    /// A problem at a place. Control characters in the text are escaped.
    pub fn new(span: Span, message: impl AsRef<str>) -> Self {
        Self { message: printable(message.as_ref()), help: None, span, related: Vec::new(), warning: false }
    }

    /// The same, with what was expected, or how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(printable(help.as_ref()));
        self
    }

    /// The same, with another place that has to do with it, and why.
    #[must_use]
    pub fn related(mut self, span: Span, why: impl AsRef<str>) -> Self {
        self.related.push((printable(why.as_ref()), span));
        self
    }

    fn kind(&self) -> &'static str {
        if self.warning { "warning" } else { "error" }
    }

    /// `FILE:LINE:COLUMN: KIND: MESSAGE`, with indented `note:` and `help:` lines below.
    fn plain(&self, file: &str) -> String {
        let Span { line, column, .. } = self.span;
        let mut out = format!("{file}:{line}:{column}: {}: {}\n", self.kind(), self.message);
        for (why, at) in &self.related {
            out += &format!("  note: {file}:{}:{}: {why}\n", at.line, at.column);
        }
        for (number, line) in self.help.iter().flat_map(|help| help.lines()).enumerate() {
            out += &format!("  {} {line}\n", if number == 0 { "help:" } else { "     " });
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
        let related = self
            .related
            .iter()
            .map(move |(why, span)| LabeledSpan::new_with_span(Some(why.clone()), at(*span)));
        Some(Box::new(std::iter::once(primary).chain(related)))
    }
}

/// All problems that were found in one text, in its order: never empty.
///
/// [`plain`](Self::plain) gives lines for logs and pipes. For terminals this is a [`miette::Diagnostic`] whose related
/// diagnostics are the problems; control characters of the text are masked there.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    file: String,
    source: Box<NamedSource<String>>,
    problems: Vec<Problem>,
    dropped: usize,
    /// What the text is to be: `scope manifest`.
    what: &'static str,
    /// It can be used none the less.
    warnings: bool,
}

impl Diagnostics {
    /// Why a text is no such thing as it is to be, say a `scope manifest`. There is a problem at least.
    pub fn errors(what: &'static str, file: &str, text: &str, problems: Vec<Problem>) -> Self {
        Self::new(what, file, text, problems, false)
    }

    /// What is allowed, but most probably not meant; nothing, if there is no problem.
    pub fn warnings(what: &'static str, file: &str, text: &str, problems: Vec<Problem>) -> Option<Self> {
        (!problems.is_empty()).then(|| Self::new(what, file, text, problems, true))
    }

    fn new(what: &'static str, file: &str, text: &str, mut problems: Vec<Problem>, warnings: bool) -> Self {
        problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        problems.dedup();
        problems.iter_mut().for_each(|problem| problem.warning = warnings);
        let dropped = problems.len().saturating_sub(SHOWN);
        problems.truncate(SHOWN);
        let file = printable(file);
        let source = NamedSource::new(&file, masked(text)).with_language("yaml");
        Self { source: Box::new(source), file, problems, dropped, what, warnings }
    }

    /// The problems, in the order of the text; at most 100.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Name of the file, as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// One line `FILE:LINE:COLUMN: error: MESSAGE` for each problem, or `warning:`, with indented `note:` and `help:` lines
    /// below.
    pub fn plain(&self) -> String {
        let mut out: String = self.problems.iter().map(|problem| problem.plain(&self.file)).collect();
        if self.dropped > 0 {
            let kind = if self.warnings { "warning" } else { "error" };
            out += &format!("{}: {kind}: {} more problems are not shown\n", self.file, self.dropped);
        }
        out
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, what, .. } = self;
        let count = self.problems.len() + self.dropped;
        let problems = if count == 1 { "problem" } else { "problems" };
        match self.warnings {
            true => write!(f, "{file}: a {what}, with {count} {problems}"),
            false => write!(f, "{file}: not a usable {what}: {count} {problems}"),
        }
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
pub fn is_treacherous(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with treacherous characters, but for line breaks, escaped.
pub fn printable(text: &str) -> String {
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
        let late = Problem::new(span(9, 4), "late").help("do this\nor that");
        let early = Problem::new(span(2, 1), "early").related(span(9, 4), "see here");
        let all = Diagnostics::errors("scope manifest", "m.yaml", "0123456789", vec![late, early]);
        assert_eq!(
            all.plain(),
            "m.yaml:1:3: error: early\n  note: m.yaml:4:3: see here\n\
             m.yaml:4:3: error: late\n  help: do this\n        or that\n"
        );
        assert_eq!(all.to_string(), "m.yaml: not a usable scope manifest: 2 problems");
    }

    #[test]
    fn warnings_are_told_as_warnings() {
        let of =
            |problems: Vec<Problem>| Diagnostics::errors("trust policy", "t.yaml", "0123456789", problems);
        let late = Problem::new(span(9, 4), "late").help("do this");
        let early = Problem::new(span(2, 1), "early").related(span(9, 4), "see here");
        let errors = of(vec![late.clone(), early]);
        assert_eq!(
            errors.plain(),
            "t.yaml:1:3: error: early\n  note: t.yaml:4:3: see here\n\
             t.yaml:4:3: error: late\n  help: do this\n"
        );
        assert_eq!(errors.to_string(), "t.yaml: not a usable trust policy: 2 problems");
        let warnings = Diagnostics::warnings("trust policy", "t.yaml", "0123456789", vec![late]);
        let warnings = warnings.expect("there is one");
        assert_eq!(warnings.plain(), "t.yaml:4:3: warning: late\n  help: do this\n");
        assert_eq!(warnings.to_string(), "t.yaml: a trust policy, with 1 problem");
        assert!(Diagnostics::warnings("trust policy", "t.yaml", "", Vec::new()).is_none());
    }

    #[test]
    fn equal_problems_are_told_once_and_many_are_counted() {
        let many = (0..150).map(|n| Problem::new(span(n / 2, 1), format!("problem {}", n / 2))).collect();
        assert_eq!(Diagnostics::errors("scope manifest", "m", "", many).problems().len(), 75);
        let many = (0..150).map(|n| Problem::new(span(n, 1), "problem")).collect();
        let all = Diagnostics::errors("scope manifest", "m", "", many);
        assert_eq!(all.problems().len(), 100);
        assert!(all.plain().ends_with("m: error: 50 more problems are not shown\n"));
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
