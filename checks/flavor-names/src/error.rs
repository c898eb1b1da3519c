//! Where a name goes wrong: the position, the piece, and the two lines that show it.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use crate::Syntax;
use crate::fault::Fault;

/// The first thing that is wrong with a name.
///
/// [`Display`] says it in one line; [`marked`](Self::marked) draws a caret under the name. Both are fit for a terminal
/// whatever the name holds: everything but printable ASCII is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    name: String,
    span: Range<usize>,
    syntax: Syntax,
    fault: Fault,
}

impl NameError {
    /// Bytes `start..end` of `name` are wrong; both are boundaries of characters.
    pub(crate) fn new(name: &str, syntax: Syntax, start: usize, end: usize, fault: Fault) -> Self {
        Self { name: name.to_owned(), span: start..end, syntax, fault }
    }

    /// The name as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The byte at which the name goes wrong, from 0 on; the length of the name if something is missing at its end.
    pub fn position(&self) -> usize {
        self.span.start
    }

    /// The offending piece; empty where something is missing.
    pub fn piece(&self) -> &str {
        self.name.get(self.span.clone()).unwrap_or_default()
    }

    /// The version of the syntax by which the name was read when it went wrong.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Is the name not one of SCS at all, so that the standard says nothing about it?
    pub fn is_foreign(&self) -> bool {
        self.fault == Fault::NotScs
    }

    /// What is wrong, without a full stop.
    pub fn problem(&self) -> String {
        self.fault.text(self.syntax).problem.into_owned()
    }

    /// What belongs there instead, without a full stop.
    pub fn expected(&self) -> String {
        self.fault.text(self.syntax).expected.into_owned()
    }

    /// The problem and what was expected.
    pub fn message(&self) -> String {
        let text = self.fault.text(self.syntax);
        format!("{}: expected {}", text.problem, text.expected)
    }

    /// The name, and below it a caret under every character that is wrong: two lines, for a font of fixed width. Of a
    /// long name, only the surroundings of the error.
    pub fn marked(&self) -> String {
        let before = printable(self.name.get(..self.span.start).unwrap_or_default());
        let piece = printable(self.piece());
        let after = printable(self.name.get(self.span.end..).unwrap_or_default());
        let before =
            if before.len() > CONTEXT { format!("...{}", &before[before.len() - CONTEXT..]) } else { before };
        let piece = shortened(piece);
        let carets = "^".repeat(piece.len().max(1));
        let indent = " ".repeat(before.len());
        format!("{before}{piece}{}\n{indent}{carets}", shortened(after))
    }
}

impl Display for NameError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {}", self.message(), self.span.start)?;
        if !self.span.is_empty() {
            write!(f, ", `{}`", shortened(printable(self.piece())))?;
        } else if self.span.start == self.name.len() {
            f.write_str(", at the end")?;
        }
        f.write_str(")")?;
        if self.syntax == Syntax::V1 {
            f.write_str("; read in the syntax of version 1")?;
        }
        Ok(())
    }
}

impl std::error::Error for NameError {}

/// How much of a long name is shown on either side of an error, in columns.
const CONTEXT: usize = 40;

/// The text with everything but printable ASCII escaped, so that one byte is one column.
fn printable(text: &str) -> String {
    text.chars()
        .map(
            |c| if c == ' ' || c.is_ascii_graphic() { c.to_string() } else { c.escape_default().to_string() },
        )
        .collect()
}

/// ASCII text, cut where it is long.
fn shortened(mut text: String) -> String {
    if text.len() > CONTEXT {
        text.truncate(CONTEXT);
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::FlavorName;

    fn marked(name: &str) -> String {
        FlavorName::parse(name).unwrap_err().marked()
    }

    #[test]
    fn the_caret_points_at_the_piece() {
        assert_eq!(marked("SCS-2iT-4-10n"), "SCS-2iT-4-10n\n     ^^");
        assert_eq!(marked("SCS-2T"), "SCS-2T\n      ^");
        assert_eq!(marked(""), "\n^");
    }

    #[test]
    fn what_could_disturb_a_terminal_is_escaped() {
        assert_eq!(
            marked("SCS-2T\u{2011}4\u{1b}[31m"),
            "SCS-2T\\u{2011}4\\u{1b}[31m\n      ^^^^^^^^^^^^^^^^^^^"
        );
        let error = FlavorName::parse("SCS-2T-4\n").unwrap_err();
        assert_eq!(error.marked(), "SCS-2T-4\\n\n        ^^");
        assert!(error.to_string().ends_with("(byte 8, `\\n`)"));
    }

    #[test]
    fn a_long_name_is_shown_around_the_error() {
        let name = format!("SCS-{}1V-8{}", "0".repeat(5000), "x".repeat(5000));
        let lines = marked(&format!("{name}_ib"));
        let (name, carets) = lines.split_once('\n').unwrap();
        assert_eq!(name.len(), 3 + 40 + 43 + 3);
        assert_eq!(carets.trim_end_matches('^').len(), 43);
        assert_eq!(carets.len(), name.len() - 3);
        assert!(FlavorName::parse(&"9".repeat(5000)).unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn the_line_says_what_where_and_what_instead() {
        let line = |name: &str| FlavorName::parse(name).unwrap_err().to_string();
        assert_eq!(line("SCS-2iT-4"), "`i` before the kind of vCPU: expected `Ti` (byte 5, `iT`)");
        assert_eq!(
            line("SCS-2T"),
            "the RAM is missing: expected a number of GiB, such as `8` or `3.5` (byte 6, at the end)"
        );
    }
}
