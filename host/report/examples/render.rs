//! Prints a made-up report, or one in a file, as people see it, to judge a change of the rendering by eye:
//! `cargo run -p touchstone-report --example render -- [imperfect|passing|failing|missing|unreachable|narrowed|whole0|whole5|whole60|left|side-by-side|waived|FILE.json] [WIDTH] [-q|-v] [--all-findings]`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/sample/mod.rs"]
mod sample;

use touchstone_report::{Report, TerminalOptions, Verbosity, json, terminal};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let report = match arguments.first().map(String::as_str) {
        Some("passing") => sample::passing(),
        Some("failing") => sample::failing(60),
        Some("missing") => sample::missing(60),
        Some("unreachable") => sample::unreachable(),
        Some("whole0") => sample::whole(0),
        Some("whole5") => sample::whole(5),
        Some("whole60") => sample::whole(60),
        Some("left") => sample::left_behind(),
        Some("side-by-side") => sample::side_by_side(),
        Some("waived") => sample::waived(),
        Some("narrowed") => sample::narrowed(),
        Some(file) if file.ends_with(".json") => read(file),
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
    let all_findings = has("--all-findings");
    let options = TerminalOptions { width, color: !has("--no-color"), verbosity, all_findings };
    print!("{}", terminal(&report, &options));
}

fn read(file: &str) -> Report {
    let text = std::fs::read_to_string(file).expect("a file that can be read");
    Report::parse(&text).expect("a report")
}
