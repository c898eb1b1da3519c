//! Texts that would like to be something else.

use serde_json::Value;
use touchstone_export::Format;
use touchstone_report::{Attested, Finding, Report, Resource, Severity, TestcaseResult, printable};
use touchstone_scope::{Target, Verdict};

use crate::{document, sample, text};

/// Ends of elements, of strings, of comments, of lines, of directions; what XML forbids; what is long.
pub(crate) const TEXTS: [&str; 16] = [
    "]]></failure><testcase name=\"fine\"/>",
    "\" onload=\"alert(1)\" x='",
    "<!ENTITY x SYSTEM \"file:///etc/passwd\">&x;",
    "-->\u{0}\u{1}\u{8}\u{b}\u{c}\u{1f}\u{7f}\u{9b}31m",
    "\u{1b}[31mPASS\u{1b}[0m\r\nPASS",
    "\u{202e}SSAP\u{202c}\u{2066}\u{200b}\u{feff}",
    "\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}",
    "{0} {{1}} {\"a\": 1}",
    "[a link](https://evil.example/) ![x](x) <https://evil.example/>",
    "| a | b |\n|---|---|\n# Heading\n- item\n1. item",
    "`code` *emphasis* _too_ ~gone~ $math$",
    "\\u0000 \\n \\\" \\",
    "",
    " ",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "😀 中文 नमस्ते Größe",
];

/// A report all of whose texts are hostile.
pub(crate) fn report() -> Report {
    let mut report = sample::imperfect();
    let joined = TEXTS.concat();
    report.subject = joined.clone();
    report.scope.name = joined.clone();
    report.run.id = joined.clone();
    report.run.tool.version = joined.clone();
    let long = joined.repeat(20_000 / joined.len() + 1);
    let version = report.versions.get_mut("v5.1").unwrap();
    let main = version.targets.get_mut(&Target::Main).unwrap();
    for (number, text) in TEXTS.iter().enumerate() {
        let id = format!("{text}{number}");
        let mut result = TestcaseResult::new(Verdict::Fail, long.clone());
        result.description = (*text).to_owned();
        result.url = Some((*text).to_owned());
        result.component = Some((*text).to_owned());
        result.findings = TEXTS.map(finding).into();
        result.findings.push(finding(&long));
        if number % 2 == 0 {
            let by = (*text).to_owned();
            result.attested = Some(Attested { by, at: report.run.started_at, ..Attested::default() });
        }
        main.fail.push(id.clone());
        report.testcases.insert(id, result);
    }
    let whole = report.versions["v5.1"].clone();
    report.versions.insert(joined, whole);
    report
}

fn finding(text: &str) -> Finding {
    let text = text.to_owned();
    Finding {
        severity: Severity::Error,
        message: text.clone(),
        resource: Some(Resource {
            service: text.clone(),
            kind: text.clone(),
            id: Some(text.clone()),
            name: Some(text.clone()),
        }),
        requirement: Some(text),
    }
}

/// Each text of a document, names of members too.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.push(name.clone());
            texts(value, found);
        }),
        _ => {}
    }
}

#[test]
fn nothing_invisible_comes_through() {
    for format in [Format::Sarif, Format::Oscal, Format::Ctrf] {
        let mut found = Vec::new();
        texts(&document(&report(), format), &mut found);
        for line in found.iter().flat_map(|text| text.split('\n')) {
            // Several texts on one line may have more marks in a row than each.
            let marks: String = line.chars().filter(|c| *c != '\u{301}').collect();
            assert_eq!(printable(&marks), marks, "{format}");
        }
    }
    let xml = text(&report(), Format::Junit);
    for line in xml.lines() {
        let marks: String = line.chars().filter(|c| *c != '\u{301}').collect();
        assert_eq!(printable(&marks), marks);
    }
}

#[test]
fn hostile_texts_add_no_elements() {
    let xml = text(&report(), Format::Junit);
    let (counts, first) = crate::junit::counts(&xml);
    assert_eq!(counts["testcase"].to_string(), first["tests"]);
    let known = [
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    ];
    assert!(counts.keys().all(|element| known.contains(&element.as_str())), "{counts:?}");
}

#[test]
fn a_flood_is_cut_short() {
    let mut report = sample::failing(3);
    let long = "x".repeat(20_000);
    for result in report.testcases.values_mut().filter(|result| result.verdict == Verdict::Fail) {
        result.findings = vec![finding(&long); 150];
    }
    let whole = text(&report, Format::Json).len();
    for format in [Format::Junit, Format::Sarif, Format::Oscal, Format::Ctrf] {
        let bytes = text(&report, format).len();
        assert!(bytes * 10 < whole, "{format}: {bytes} bytes, of {whole}");
    }
}
