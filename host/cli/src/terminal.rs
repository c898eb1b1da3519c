//! What goes to the terminal, and how it looks there.

use std::io::{IsTerminal, Write};

use touchstone_report::printable;
use touchstone_scope::Diagnostics;

/// Writes to standard output. A reader that has gone away (`touchstone … | head`) is no fault.
pub(crate) fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    if let Err(problem) = written
        && problem.kind() != std::io::ErrorKind::BrokenPipe
    {
        // Who asked for an answer must not take silence for one.
        error(&format!("standard output: {problem}"));
        std::process::exit(crate::exit::Exit::OwnFault as i32);
    }
}

/// Writes a line to standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes an error to standard error.
pub(crate) fn error(message: &str) {
    let label = if stderr_has_color() { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    let mut lines = message.lines().map(printable);
    note(&format!("{label}: {}", lines.next().unwrap_or_default()));
    lines.for_each(|line| note(&format!("       {line}")));
}

/// Writes what is wrong with a manifest to standard error: with the lines concerned on a terminal, as
/// `FILE:LINE:COLUMN: error: …` elsewhere.
pub(crate) fn diagnostics(diagnostics: &Diagnostics) {
    if !std::io::stderr().is_terminal() {
        return note(diagnostics.plain().trim_end());
    }
    let theme = if stderr_has_color() {
        miette::GraphicalTheme::unicode()
    } else {
        miette::GraphicalTheme::unicode_nocolor()
    };
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(width());
    let mut text = String::new();
    match handler.render_report(&mut text, diagnostics) {
        Ok(()) => note(text.trim_end()),
        Err(_) => note(diagnostics.plain().trim_end()),
    }
}

/// Columns of the terminal; 80 where there is none.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}

pub(crate) fn stdout_has_color() -> bool {
    std::io::stdout().is_terminal() && colors_are_wanted()
}

pub(crate) fn stderr_has_color() -> bool {
    std::io::stderr().is_terminal() && colors_are_wanted()
}

/// <https://no-color.org>
fn colors_are_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
