//! Prints a made-up report as people see it, to judge a change of the rendering by eye:
//! `cargo run -p touchstone-report --example render -- [imperfect|passing|failing|missing|unreachable|narrowed] [WIDTH] [-q|-v]`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/sample/mod.rs"]
mod sample;

use touchstone_report::{TerminalOptions, Verbosity, json, terminal};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let report = match arguments.first().map(String::as_str) {
        Some("passing") => sample::passing(),
        Some("failing") => sample::failing(60),
        Some("missing") => sample::missing(60),
        Some("unreachable") => sample::unreachable(),
        Some("narrowed") => sample::narrowed(),
        _ => sample::imperfect(),
    };
    if has("--json") {
        print!("{}", json(&report));
        return;
    }
    let width = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(80);
    let verbosity = match (has("-q"), has("-v")) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    print!("{}", terminal(&report, &TerminalOptions { width, color: !has("--no-color"), verbosity }));
}
