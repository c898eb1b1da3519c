//! The HTML page, read by a parser of HTML as browsers have it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the page fails")]

mod samples;

use std::collections::BTreeMap;

use html5ever::driver::ParseOpts;
use html5ever::tendril::TendrilSink as _;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use jiff::Timestamp;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use samples::{HOSTILE, NAMES, named};
use touchstone_export::{Context, html};
use touchstone_report::{Report, printable_lines};
use touchstone_scope::{State, Verdict};

fn page(name: &str) -> String {
    html::html(&named(name), &Context::default())
}

/// The page, and all that the parser has to say against it.
fn parsed(page: &str) -> (RcDom, Vec<String>) {
    let tokenizer = TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() };
    let tree_builder =
        TreeBuilderOpts { exact_errors: true, scripting_enabled: true, ..TreeBuilderOpts::default() };
    let dom = html5ever::parse_document(RcDom::default(), ParseOpts { tokenizer, tree_builder }).one(page);
    let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
    (dom, errors)
}

/// An element: its name, its attributes, and its text.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

fn elements(dom: &RcDom) -> Vec<Element> {
    fn text(node: &Handle) -> String {
        match &node.data {
            NodeData::Text { contents } => contents.borrow().to_string(),
            _ => node.children.borrow().iter().map(text).collect(),
        }
    }
    fn visit(node: &Handle, found: &mut Vec<Element>) {
        assert!(!matches!(node.data, NodeData::Comment { .. } | NodeData::ProcessingInstruction { .. }));
        if let NodeData::Element { name, attrs, .. } = &node.data {
            let attributes = attrs.borrow();
            let attributes = attributes.iter().map(|one| (one.name.local.to_string(), one.value.to_string()));
            found.push(Element {
                name: name.local.to_string(),
                attributes: attributes.collect(),
                text: text(node),
            });
        }
        node.children.borrow().iter().for_each(|child| visit(child, found));
    }
    let mut found = Vec::new();
    visit(&dom.document, &mut found);
    found
}

#[test]
fn every_page_is_well_formed() {
    for name in NAMES {
        let (_, errors) = parsed(&page(name));
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let (_, errors) = parsed("<!DOCTYPE html><title>x</title><p><b></p>");
    assert!(!errors.is_empty(), "the parser is one that tells");
}

/// What a page may be made of: nothing that runs, fetches, sends or embeds.
#[test]
fn pages_hold_nothing_that_runs_or_is_fetched() {
    const ELEMENTS: [&str; 41] = [
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "h1", "h2", "h3", "h4",
        "p", "a", "span", "strong", "time", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul",
        "li", "dl", "dt", "dd", "div", "details", "summary", "code", "br", "b", "i", "em", "section",
        "article", "nav",
    ];
    const ATTRIBUTES: [&str; 12] = [
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "rel",
        "scope",
        "datetime",
        "aria-label",
    ];
    for name in NAMES {
        let text = page(name);
        let (dom, _) = parsed(&text);
        let elements = elements(&dom);
        for element in &elements {
            assert!(ELEMENTS.contains(&element.name.as_str()), "{name}: <{}>", element.name);
            for (attribute, value) in &element.attributes {
                let known = ATTRIBUTES.contains(&attribute.as_str()) || attribute == "data-label";
                assert!(known, "{name}: {attribute} of <{}>", element.name);
                if attribute == "href" && !value.starts_with('#') {
                    assert_eq!(element.name, "a", "{name}");
                    let is_web = value.starts_with("https://") || value.starts_with("http://");
                    assert!(is_web && !value.contains(['<', '"', ' ']), "{name}: {value}");
                    assert!(element.attributes["rel"].contains("noopener"), "{name}");
                } else if attribute == "href" {
                    let leads =
                        elements.iter().any(|e| e.attributes.get("id").is_some_and(|id| *id == value[1..]));
                    assert!(leads, "{name}: {value} leads nowhere");
                }
                let refresh = attribute == "http-equiv" && value != "Content-Security-Policy";
                assert!(!refresh, "{name}: {value}");
            }
            if element.name == "style" {
                for fetched in ["url(", "@import", "@font-face", "expression", "http"] {
                    assert!(!element.text.contains(fetched), "{name}: {fetched}");
                }
            }
        }
        let policy = "default-src 'none'; style-src 'unsafe-inline'";
        assert!(text.contains(policy), "{name}");
    }
}

#[test]
fn hostile_text_is_shown_and_nothing_else() {
    let text = page("hostile");
    let (dom, errors) = parsed(&text);
    assert!(errors.is_empty(), "{errors:?}");
    let elements = elements(&dom);
    let body = elements.iter().find(|element| element.name == "body").unwrap();
    let shown = printable_lines(HOSTILE);
    assert!(shown.len() > 3, "it has lines");
    for line in &shown {
        assert!(body.text.contains(line.as_str()), "{line}");
    }
    assert!(!text.contains("<script") && !text.contains("<img"), "as text it is &#60;script");
    let is_hidden = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
    };
    assert!(!text.contains(is_hidden));
    // As many elements of each kind as with harmless texts: nothing broke out.
    let title = elements.iter().filter(|element| element.name == "title").count();
    let style = elements.iter().filter(|element| element.name == "style").count();
    assert_eq!((title, style), (1, 1));
}

#[test]
fn pages_can_be_read_without_eyes() {
    for name in NAMES {
        let (dom, _) = parsed(&page(name));
        let elements = elements(&dom);
        let html = elements.iter().find(|element| element.name == "html").unwrap();
        assert_eq!(html.attributes["lang"], "en");
        let levels = elements.iter().filter_map(|element| match element.name.as_str() {
            "h1" => Some(1),
            "h2" => Some(2),
            "h3" => Some(3),
            "h4" => Some(4),
            _ => None,
        });
        let levels: Vec<usize> = levels.collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        let skipped = levels.windows(2).any(|pair| pair[1] > pair[0] + 1);
        assert!(levels[0] == 1 && !skipped, "{name}: {levels:?}");
        let count = |kind: &str| elements.iter().filter(|element| element.name == kind).count();
        assert_eq!(count("table"), count("caption"), "{name}");
        let without_scope = elements.iter().find(|e| e.name == "th" && !e.attributes.contains_key("scope"));
        assert!(without_scope.is_none(), "{name}");
        let mut ids: Vec<&String> =
            elements.iter().filter_map(|element| element.attributes.get("id")).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: no id twice");
        // Colour is never alone.
        let badges = elements
            .iter()
            .filter(|e| e.attributes.get("class").is_some_and(|class| class.starts_with("badge")));
        for badge in badges {
            let class = badge.attributes["class"].trim_start_matches("badge ");
            assert_eq!(badge.text.to_lowercase(), class, "{name}");
        }
    }
}

#[test]
fn everything_that_is_not_pass_is_there_with_its_reason() {
    for name in NAMES {
        let report = named(name);
        let page = page(name);
        let (dom, _) = parsed(&page);
        let body = elements(&dom).into_iter().find(|element| element.name == "body").unwrap().text;
        for (_, testcase, result) in report.results().filter(|(.., result)| result.verdict != Verdict::Pass) {
            assert!(body.contains(testcase), "{name}: {testcase}");
            let reason = printable_lines(&result.reason);
            let reason = reason.first().map_or("", String::as_str);
            let shown: String = reason.chars().take(1_000).collect();
            assert!(body.contains(&shown), "{name}: {shown}");
        }
        for told in report.told_waivers() {
            let shown: String = told.waiver.author.chars().take(12).collect();
            assert!(body.contains(&told.waiver.testcase) && body.contains(&shown), "{name}");
        }
        let verdict = report.verdict().map_or("NONE", Verdict::word);
        assert!(page.contains(&format!("<title>{verdict}: ")), "{name}");
    }
}

#[test]
fn green_is_pass_and_nothing_else() {
    let lead = |report: &Report| {
        let page = html::html(report, &Context::default());
        let (_, rest) = page.split_once("class=\"note verdict ").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!((lead(&named("whole0")), lead(&named("nothing"))), ("good".into(), "error".into()));
    for state in
        [None, Some(State::Draft), Some(State::Effective), Some(State::Warn), Some(State::Deprecated)]
    {
        for verdict in [Verdict::Fail, Verdict::Miss, Verdict::Dnf] {
            let mut report = named("whole0");
            let version = report.versions.get_mut("next").unwrap();
            (version.state, version.verdict) = (state, verdict);
            let counts = !matches!(state, Some(State::Draft | State::Deprecated));
            assert_eq!(lead(&report), if counts { "error" } else { "warning" }, "{state:?} {verdict}");
        }
    }
}

#[test]
fn what_the_context_knows_is_told() {
    let context = Context {
        display_name: Some("Great Cloud"),
        operator: Some("Great & Sons"),
        health_monitor: Some("https://health.example/great"),
        scope_url: Some("javascript:alert(1)"),
        ..Context::default()
    };
    let page = html::html(&named("whole3"), &context);
    assert!(page.contains(">Great Cloud</h1>") && page.contains("Great &#38; Sons"));
    assert!(page.contains("href=\"https://health.example/great\""));
    assert!(!page.contains("javascript:"), "what is no link is none");
    assert_eq!(page, html::html(&named("whole3"), &context), "the same bytes");
}

/// A table whose every text is hostile.
fn hostile_table() -> html::Table<'static> {
    let version = |verdict| html::TableVersion { name: HOSTILE, state: Some(State::Draft), verdict };
    let cell = |page| html::TableCell {
        versions: Verdict::ALL.iter().copied().map(version).collect(),
        page: Some(page),
    };
    let row = |page| html::TableRow {
        name: HOSTILE,
        description: Some(HOSTILE),
        operator: Some(HOSTILE),
        health: vec![HOSTILE, "javascript:alert(4)", "https://health.example/a"],
        cells: vec![Some(cell(page)), None],
    };
    let pages =
        ["javascript:alert(5)", "//evil.example/", "../x", "a/b", "a.html", "https://pages.example/a.html"];
    html::Table {
        title: HOSTILE,
        at: Timestamp::UNIX_EPOCH,
        scopes: vec![HOSTILE, HOSTILE],
        rows: pages.map(row).into(),
    }
}

#[test]
fn the_table_of_a_night_is_a_page_like_the_others() {
    let page = html::table(&hostile_table());
    let (dom, errors) = parsed(&page);
    assert!(errors.is_empty(), "{errors:?}");
    let elements = elements(&dom);
    let links: Vec<&str> = elements.iter().filter_map(|e| Some(e.attributes.get("href")?.as_str())).collect();
    let health = "https://health.example/a";
    let expected = [health, health, health, health, "a.html", health, "https://pages.example/a.html", health];
    assert_eq!(links, expected);
    let count = |kind: &str| elements.iter().filter(|element| element.name == kind).count();
    assert_eq!((count("tr"), count("th"), count("script"), count("img"), count("style")), (7, 11, 0, 0, 1));
    assert_eq!(count("td"), 6 * 4);
    let first = &printable_lines(HOSTILE)[0];
    assert!(elements.iter().any(|element| element.name == "h1" && element.text.contains(&first[..100])));
    let badges =
        elements.iter().filter(|e| e.attributes.get("class").is_some_and(|class| class.starts_with("badge")));
    assert_eq!(badges.count(), 6 * 4, "one for each version");
    let none = html::Table { rows: Vec::new(), ..hostile_table() };
    assert!(parsed(&html::table(&none)).1.is_empty());
}

/// WCAG 2.2, success criterion 1.4.3: 4.5 to 1.
#[test]
fn text_can_be_told_from_its_ground_in_both_schemes() {
    let css = include_str!("../templates/page.css");
    let schemes: Vec<BTreeMap<&str, &str>> = css
        .split(":root {")
        .skip(1)
        .map(|block| {
            let block = block.split('}').next().unwrap();
            let properties =
                block.split(';').filter_map(|one| one.trim().strip_prefix("--")?.split_once(": "));
            properties.collect()
        })
        .collect();
    assert_eq!(schemes.len(), 3, "light, dark, and on paper");
    for scheme in schemes {
        let grounds = ["paper", "soft", "fail-soft", "warn-soft", "pass-soft"];
        for (ink, ground) in ["ink", "link", "faint", "fail", "dnf", "info"]
            .iter()
            .flat_map(|ink| grounds.iter().map(move |ground| (*ink, *ground)))
            .chain(["pass", "fail", "dnf", "miss", "info"].map(|ground| ("on", ground)))
        {
            let contrast = contrast(scheme[ink], scheme[ground]);
            assert!(contrast >= 4.5, "{ink} {} on {ground} {}: {contrast:.2}", scheme[ink], scheme[ground]);
        }
    }
}

fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |color: &str| {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
