//! The compliance table as Markdown.

use std::fmt::Write as _;

use super::{Status, StatusRow, legend};
use crate::table::{escaped, link, minute};

impl Status {
    /// As a table in Markdown, with links to where the health of subjects can be seen, and what the marks mean below.
    pub fn markdown(&self) -> String {
        let mut text = "| Name | Description | Operator |".to_owned();
        for scope in &self.scopes {
            // Writing to a string cannot fail.
            let _ = write!(text, " {} |", escaped(&scope.name));
        }
        text.push_str(" HealthMon |\n| --- | --- | --- |");
        text.push_str(&" :-: |".repeat(self.scopes.len() + 1));
        text.push('\n');
        for row in &self.rows {
            let cell = |text: &Option<String>| escaped(text.as_deref().unwrap_or(""));
            let _ = write!(
                text,
                "| {} | {} | {} |",
                escaped(&row.name),
                cell(&row.description),
                cell(&row.operator)
            );
            for scope in &self.scopes {
                let shown = row.scopes.get(&scope.uuid).map_or_else(String::new, |cell| cell.shown());
                let _ = write!(text, " {} |", escaped(&shown));
            }
            let _ = writeln!(text, " {} |", health(row));
        }
        let _ = writeln!(text, "\nVersions passed on {}.", minute(self.at));
        for meaning in legend(self) {
            let _ = writeln!(text, "{}.", escaped(meaning));
        }
        text
    }
}

fn health(row: &StatusRow) -> String {
    let links = row.health.iter().enumerate().map(|(number, url)| match row.health.len() {
        1 => link("HM", url),
        _ => link(&format!("HM{}", number + 1), url),
    });
    links.collect::<Vec<_>>().join(" ")
}
