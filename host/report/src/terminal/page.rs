//! A page of lines, painted and wrapped.

use touchstone_scope::Verdict;

use crate::layout::{width_of, wrap};
use crate::model::Severity;

/// Prose in longer lines is hard to read, however wide the terminal is.
const WIDEST: usize = 100;
const NARROWEST: usize = 20;

/// Lines of at most so many columns, as far as what must stay whole allows it.
pub(super) struct Page {
    lines: Vec<String>,
    pub(super) width: usize,
    pub(super) paint: Paint,
}

impl Page {
    pub(super) fn new(width: usize, colour: bool) -> Page {
        Page { lines: Vec::new(), width: width.clamp(NARROWEST, WIDEST), paint: Paint { colour } }
    }

    /// How far what belongs to a testcase is indented: as far as its id, if there is room.
    pub(super) fn indent(&self) -> usize {
        if self.width < 60 { 2 } else { 6 }
    }

    /// One empty line, unless there is one already.
    pub(super) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// So many lines there are.
    pub(super) fn length(&self) -> usize {
        self.lines.len()
    }

    /// A line across the page.
    pub(super) fn rule(&mut self) {
        let rule = self.paint.style(Style::Faint, &"─".repeat(self.width));
        self.line(rule);
    }

    /// A remark on the run, flush left: its further lines stand where testcases have their text.
    pub(super) fn note(&mut self, severity: Severity, text: &str) {
        let label = match severity {
            Severity::Error => "error: ",
            Severity::Warning => "warning: ",
            Severity::Info => "note: ",
        };
        self.text(0, (label, Style::Severity(severity)), (text, Style::Plain), self.indent());
    }

    /// A command, on a line of its own and whole, however long: it is there to be copied.
    pub(super) fn command(&mut self, indent: usize, command: &str) {
        let command = self.paint.style(Style::Command, command);
        self.line(format!("{}{command}", " ".repeat(indent)));
    }

    /// One line as it is.
    pub(super) fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Wrapped text behind a label; its further lines stand `hanging` columns to the right of the label.
    pub(super) fn text(&mut self, indent: usize, label: (&str, Style), text: (&str, Style), hanging: usize) {
        self.named_text(indent, label, "", text, hanging);
    }

    /// Wrapped text behind a label, flush left, that begins with a name.
    pub(super) fn headline(&mut self, label: (&str, Style), name: &str, text: &str) {
        let text = format!("{name}{text}");
        self.named_text(0, label, name, (&text, Style::Plain), self.indent());
    }

    fn named_text(
        &mut self,
        indent: usize,
        (label, label_style): (&str, Style),
        name: &str,
        (text, style): (&str, Style),
        hanging: usize,
    ) {
        let taken = width_of(label).saturating_sub(hanging);
        let lines = wrap(text, self.width.saturating_sub(indent + hanging), taken);
        for (number, line) in lines.iter().enumerate() {
            let (name, rest) = match line.strip_prefix(name).filter(|_| number == 0) {
                Some(rest) => (name, rest),
                // A name so long that it was broken.
                None => ("", line.as_str()),
            };
            let body = format!("{}{}", self.paint.style(Style::Strong, name), self.paint.style(style, rest));
            let line = match number {
                0 => format!("{}{}{body}", " ".repeat(indent), self.paint.style(label_style, label)),
                _ => format!("{}{body}", " ".repeat(indent + hanging)),
            };
            self.lines.push(line);
        }
    }

    /// Wrapped text without a label.
    pub(super) fn prose(&mut self, indent: usize, text: &str, style: Style) {
        self.text(indent, ("", Style::Plain), (text, style), 0);
    }

    pub(super) fn finish(mut self) -> String {
        while self.lines.last().is_some_and(|line| line.is_empty()) {
            self.lines.pop();
        }
        self.lines.push(String::new());
        self.lines.join("\n")
    }
}

/// What a piece of text is, for the eye. Never the only sign: the words say it as well.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    Plain,
    Strong,
    Faint,
    Command,
    Verdict(Verdict),
    Severity(Severity),
}

/// Colours, if they are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    colour: bool,
}

impl Paint {
    pub(super) fn style(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => return text.to_owned(),
            _ if !self.colour || text.is_empty() => return text.to_owned(),
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Command => "36",
            Style::Verdict(Verdict::Pass) => "1;32",
            Style::Verdict(Verdict::Dnf) => "1;33",
            Style::Verdict(Verdict::Miss) => "1;35",
            Style::Verdict(Verdict::Fail) => "1;31",
            Style::Severity(Severity::Error) => "31",
            Style::Severity(Severity::Warning) => "33",
            Style::Severity(Severity::Info) => "36",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}
