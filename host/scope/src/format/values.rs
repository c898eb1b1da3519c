//! Single values of a document, in their notations.

use jiff::civil::Date;
use touchstone_diagnostics::{Problem, is_treacherous};

use super::Scalar;
use super::tables::DATE;
use crate::yaml::Node;

/// A text in some notation. Says nothing if it is not text at all: the check of the structure did.
pub(crate) fn text(node: &Node, notation: &Scalar, problems: &mut Vec<Problem>) -> Option<String> {
    let text = node.text()?;
    if let Some(c) = text.chars().find(|c| *c != '\n' && is_treacherous(*c)) {
        let message = format!("the text holds the invisible character U+{:04X}", u32::from(c));
        problems.push(Problem::new(node.span, message).help("delete it"));
        return None;
    }
    if notation.matches(text) {
        return Some(text.to_owned());
    }
    let message = if text.trim().is_empty() {
        "the text is empty".to_owned()
    } else {
        format!("`{text}` is not {}", notation.what)
    };
    problems.push(Problem::new(node.span, message).help(notation.expected()));
    None
}

/// A day of the calendar.
pub(crate) fn date(node: &Node, problems: &mut Vec<Problem>) -> Option<Date> {
    let text = text(node, &DATE, problems)?;
    let date = text.parse().ok();
    if date.is_none() {
        let problem = Problem::new(node.span, format!("the calendar has no day `{text}`"));
        problems.push(problem.help(DATE.expected()));
    }
    date
}
