//! A report as one HTML page for people, and the results of all subjects as another: no scripts, no network, readable in the
//! dark and on a phone.

mod table;

use askama::Template;
use touchstone_report::Report;

use crate::context::Context;
use crate::view::View;

pub use self::table::{Table, TableCell, TableRow, TableVersion, table};

/// The report as a page that holds all it needs: no script, and nothing that a browser would fetch (its
/// Content-Security-Policy forbids both). Colours follow `prefers-color-scheme`. What the report says of waivers is shown.
///
/// Of very long texts, the beginning is shown; of more than 500 equal findings, the first 500. The same report gives the
/// same bytes.
pub fn html(report: &Report, context: &Context<'_>) -> String {
    let view = View::of(report, context);
    let verdict = view.verdict.map_or("NONE", touchstone_scope::Verdict::word);
    let title = format!("{verdict}: {} against {} on {}", view.subject, view.scope, view.date);
    let page = Page { title, view };
    // A template over memory fails only where a value cannot be formatted; ours are texts and numbers.
    page.render().expect("a page of texts and numbers can always be rendered")
}

#[derive(Template)]
#[template(path = "report.html", whitespace = "minimize")]
struct Page {
    title: String,
    view: View,
}
