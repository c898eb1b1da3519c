//! Prints a made-up report, or one in a file, as a page, to judge a change by eye:
//! `cargo run -p touchstone-export --example render -- html|markdown [NAME|FILE.json]`, with the names that the example
//! `render` of touchstone-report has, and `whole3` and `hostile`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/samples/mod.rs"]
mod samples;

use touchstone_export::{Context, html, markdown};
use touchstone_report::Report;

use touchstone_scope::{State, Verdict};

/// A night over so many subjects.
fn night() -> String {
    let version = |name, state, verdict| html::TableVersion { name, state: Some(state), verdict };
    let cell = |verdict, page| html::TableCell {
        versions: vec![
            version("v5.1", State::Effective, verdict),
            version("v4", State::Warn, Verdict::Pass),
            version("next", State::Draft, Verdict::Miss),
        ],
        page: Some(page),
    };
    let row = |name, verdict| html::TableRow {
        name,
        description: Some("Dev environment provided for the community"),
        operator: Some("Great Cloud & Sons"),
        health: vec!["https://health.example/"],
        cells: vec![Some(cell(verdict, "gx-scs.html")), None],
    };
    let rows =
        vec![row("gx-scs", Verdict::Pass), row("aov", Verdict::Fail), row("poc-wgcloud", Verdict::Dnf)];
    let at = jiff::Timestamp::UNIX_EPOCH;
    let scopes = vec!["SCS-compatible IaaS", "SCS-compatible KaaS"];
    html::table(&html::Table { title: "Compliance of SCS clouds", at, scopes, rows })
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named = arguments.get(1).map_or("imperfect", String::as_str);
    let known = if named == "night" { "nothing" } else { named };
    let report = match named.strip_suffix(".json") {
        Some(_) => {
            let text = std::fs::read_to_string(named).expect("a file that can be read");
            Report::parse(&text).expect("a report")
        }
        None => samples::named(known),
    };
    let page = match arguments.first().map(String::as_str) {
        Some("html") if named == "night" => night(),
        Some("html") => html::html(&report, &Context::default()),
        Some("markdown") => markdown::markdown(&report, &Context::default()),
        _ => "say html or markdown".to_owned(),
    };
    print!("{page}");
}
