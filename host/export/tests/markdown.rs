//! Markdown, as it is, and as a parser of GitHub's dialect reads it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the text fails")]

mod samples;

use pulldown_cmark::{Event, Options, Parser, Tag};
use samples::{NAMES, named};
use touchstone_export::{Context, markdown};
use touchstone_report::TestcaseResult;
use touchstone_scope::{Target, Verdict};

fn text(name: &str) -> String {
    markdown::markdown(&named(name), &Context::default())
}

fn events(text: &str) -> Vec<Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    Parser::new_ext(text, options).collect()
}

#[test]
fn written_for_people() {
    for name in ["whole0", "whole3", "waived", "imperfect", "unreachable", "left", "nothing"] {
        insta::assert_snapshot!(name, text(name));
    }
}

#[test]
fn texts_format_nothing_and_link_nowhere() {
    for name in NAMES {
        let page = text(name);
        for event in events(&page) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    let html = html.trim();
                    let known = ["<br>", "<code>", "</code>", "</details>"];
                    let begins = html.starts_with("<details><summary>") && html.ends_with("</summary>");
                    assert!(known.contains(&html) || begins && !html.contains("script"), "{name}: {html}");
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let known = ["https://docs.scs.community/standards/", "https://gx-scs.example/handbook/"];
                    assert!(known.iter().any(|known| dest_url.starts_with(known)), "{name}: {dest_url}");
                }
                Event::Start(Tag::Image { .. } | Tag::CodeBlock(_) | Tag::Emphasis | Tag::Strikethrough) => {
                    panic!("{name}: {event:?}")
                }
                Event::InlineMath(_) | Event::DisplayMath(_) | Event::Rule | Event::FootnoteReference(_) => {
                    panic!("{name}: {event:?}")
                }
                Event::Text(text) => assert!(!text.contains("@octocat"), "{name}: {text}"),
                _ => {}
            }
        }
        assert!(!page.contains(['\u{202e}', '\u{1b}', '\r']), "{name}");
    }
}

/// The table of versions has as many cells in each row as it has columns, whatever versions are called.
#[test]
fn tables_stay_whole() {
    let mut report = named("whole3");
    let version = report.versions.remove("v4").unwrap();
    report.versions.insert("v4 | `x` | <b>".to_owned(), version);
    let page = markdown::markdown(&report, &Context::default());
    let events = events(&page);
    let rows = events.iter().filter(|event| matches!(event, Event::Start(Tag::TableRow))).count();
    let cells = events.iter().filter(|event| matches!(event, Event::Start(Tag::TableCell))).count();
    assert_eq!((rows, cells), (10, 11 * 8));
    let shown: String = events
        .iter()
        .filter_map(|event| if let Event::Text(text) = event { Some(&**text) } else { None })
        .collect();
    assert!(shown.contains("v4 | `x` | <b>"), "{shown}");
}

#[test]
fn everything_that_is_not_pass_is_there() {
    for name in NAMES {
        let (report, page) = (named(name), text(name));
        for (_, testcase, _) in report.results().filter(|(.., result)| result.verdict != Verdict::Pass) {
            assert!(page.contains(&format!("`{testcase}`")), "{name}: {testcase}");
        }
        assert_eq!(page, text(name), "the same bytes");
        let verdict = report.verdict().map_or("NONE", Verdict::word);
        assert!(page.starts_with(&format!("# {verdict}: ")), "{name}");
        assert!(page.len() < 1_000_000 && page.ends_with('\n'), "{name}");
    }
}

#[test]
fn a_flood_is_cut_below_what_github_takes_and_says_so() {
    let mut report = named("whole3");
    for number in 0..8_000 {
        let id = format!("flood-{number:05}");
        let result = TestcaseResult::new(Verdict::Fail, format!("reason {number} {}", "äöü ".repeat(60)));
        report.testcases.insert(id.clone(), result);
        for version in report.versions.values_mut() {
            version.targets.get_mut(&Target::Main).unwrap().fail.push(id.clone());
        }
    }
    let page = markdown::markdown(&report, &Context::default());
    assert!(page.len() <= 1_000_000 && page.len() > 900_000, "{}", page.len());
    let told = page.matches("**FAIL** `flood-").count();
    assert!(told > 1_000, "{told}");
    let note = page.lines().last().unwrap();
    let cut: usize = note.split(' ').find_map(|word| word.parse().ok()).unwrap();
    assert!(note.starts_with("> **Cut:** ") && told + cut >= 8_000, "{told} {note}");
    assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
}
