//! The compliance table for terminals.

use comfy_table::{Cell, CellAlignment};
use touchstone_report::printable;

use super::{Status, StatusRow, legend};
use crate::table::{minute, ruled_table};

impl Status {
    /// As a table of `width` columns (at least 40), with what the marks mean below.
    pub fn text(&self, width: u16) -> String {
        let mut rows = ruled_table(width);
        let mut header = vec![Cell::new("Subject"), Cell::new("Operator")];
        header.extend(
            self.scopes
                .iter()
                .map(|scope| Cell::new(printable(&scope.name)).set_alignment(CellAlignment::Center)),
        );
        rows.set_header(header);
        for row in &self.rows {
            let mut cells =
                vec![Cell::new(name(row)), Cell::new(printable(row.operator.as_deref().unwrap_or("")))];
            cells.extend(self.scopes.iter().map(|scope| {
                let shown = row.scopes.get(&scope.uuid).map_or_else(String::new, |cell| cell.shown());
                Cell::new(printable(&shown)).set_alignment(CellAlignment::Center)
            }));
            rows.add_row(cells);
        }
        let mut text = format!("Versions passed on {}\n", minute(self.at));
        text.push_str(&crate::table::text(&rows));
        if self.rows.is_empty() {
            text.push_str("There are no subjects.\n");
        }
        for meaning in legend(self) {
            text.push_str(meaning);
            text.push('\n');
        }
        text
    }
}

fn name(row: &StatusRow) -> String {
    let mut lines = vec![printable(&row.name)];
    match row.subjects.as_slice() {
        [one] if *one == row.name => {}
        subjects => lines.push(format!("({})", printable(&subjects.join(", ")))),
    }
    lines.extend(row.description.as_deref().map(printable));
    lines.join("\n")
}
