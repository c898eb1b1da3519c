//! What is other in one night than in another, for terminals.

use comfy_table::Cell;
use touchstone_report::{cut, printable};
use touchstone_scope::{Target, Verdict};

use super::{Difference, TestcaseChange};
use crate::table::{table, text};

/// So much of a reason is shown, in characters.
const REASON: usize = 160;

impl Difference {
    /// As text of `width` columns (at least 40).
    pub fn text(&self, width: u16) -> String {
        let mut out = format!("{} → {}\n", printable(&self.before), printable(&self.after));
        if self.is_empty() {
            out.push_str("Nothing is other.\n");
        }
        let verdict = |verdict: Option<Verdict>| verdict.map_or("–", Verdict::word);
        if !self.versions.is_empty() {
            out.push_str("\nVersions\n");
            let mut rows = table(width);
            for change in &self.versions {
                rows.add_row([
                    Cell::new(format!("{} → {}", verdict(change.before), verdict(change.now))),
                    Cell::new(printable(&change.subject)),
                    Cell::new(printable(&change.version)),
                ]);
            }
            out.push_str(&text(&rows));
        }
        for (title, list) in [
            ("New failures", &self.new_failures),
            ("Fixed", &self.fixed),
            ("Changed", &self.changed),
            ("New", &self.new),
            ("Gone", &self.gone),
        ] {
            if !list.is_empty() {
                out.push_str(&format!("\n{title}: {}\n", list.len()));
                let mut rows = table(width);
                for change in list {
                    rows.add_row([
                        Cell::new(format!("{} → {}", verdict(change.before), verdict(change.now))),
                        Cell::new(printable(&change.subject)),
                        Cell::new(told(change)),
                    ]);
                }
                out.push_str(&text(&rows));
            }
        }
        for (title, subjects) in
            [("New subjects", &self.subjects_new), ("Subjects that are gone", &self.subjects_gone)]
        {
            if !subjects.is_empty() {
                out.push_str(&format!("\n{title}: {}\n", printable(&subjects.join(", "))));
            }
        }
        out
    }
}

fn told(change: &TestcaseChange) -> String {
    let target = if change.target == Target::Main { String::new() } else { format!("{}, ", change.target) };
    let versions = printable(&change.versions.join(", "));
    let mut told = format!("{} ({target}{versions})", printable(&change.testcase));
    if !change.reason.is_empty() {
        told.push('\n');
        told.push_str(&cut(&printable(&change.reason), REASON));
    }
    told
}
