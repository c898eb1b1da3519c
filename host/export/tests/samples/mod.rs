//! The made-up reports of touchstone-report, by name, and a hostile one.

#[allow(dead_code, reason = "each user of these reports takes some of them")]
#[path = "../../../report/tests/sample/mod.rs"]
mod sample;

use touchstone_report::{Report, json};

/// All names.
#[allow(dead_code, reason = "the example asks for one")]
pub(crate) const NAMES: [&str; 15] = [
    "passing",
    "imperfect",
    "failing",
    "missing",
    "unreachable",
    "narrowed",
    "whole0",
    "whole3",
    "whole5",
    "whole60",
    "left",
    "side-by-side",
    "waived",
    "hostile",
    "nothing",
];

pub(crate) fn named(name: &str) -> Report {
    match name {
        "passing" => sample::passing(),
        "imperfect" => sample::imperfect(),
        "failing" => sample::failing(60),
        "missing" => sample::missing(60),
        "unreachable" => sample::unreachable(),
        "narrowed" => sample::narrowed(),
        "whole0" => sample::whole(0),
        "whole3" => sample::whole(3),
        "whole5" => sample::whole(5),
        "whole60" => sample::whole(60),
        "left" => sample::left_behind(),
        "side-by-side" => sample::side_by_side(),
        "waived" => sample::waived(),
        "hostile" => hostile(),
        "nothing" => nothing(),
        other => panic!("there is no sample {other}"),
    }
}

/// No version was judged.
fn nothing() -> Report {
    let mut report = sample::passing();
    report.versions.clear();
    report.testcases.clear();
    report
}

/// What breaks out of HTML, of Markdown and of lines, if it can.
pub(crate) const HOSTILE: &str = "</style></title><script>alert(1)</script><img src=x onerror=alert(2)>\"'><a href=\"javascript:alert(3)\">x</a> \
    &lt; `code` | cell | **bold** _it_ [link](http://evil.example) @octocat #1 $x$ <!-- --> {{ x }} {% y %} \
    \u{202e}SSAP\u{202c} \u{200b}\u{1b}[2J\r\n# heading\n- item\n```\nfence\n~~~";

/// Every text of a report with everything in it is hostile, and some are very long.
fn hostile() -> Report {
    let mut report = sample::waived();
    let own = report.versions.values_mut().flat_map(|version| version.testcases.values_mut());
    own.chain(report.testcases.values_mut()).for_each(|result| result.findings.truncate(5));
    let report = Report { ephemeral: sample::left_behind().ephemeral, ..report };
    let mut value: serde_json::Value = serde_json::from_str(&json(&report)).expect("JSON");
    poison(&mut value, &mut 0);
    value["subject"] = format!("gx-scs {HOSTILE}").into();
    Report::parse(&value.to_string()).expect("still a report")
}

/// Texts that people, clouds and checks write; words of closed lists, times, ids and keys stay.
fn poison(value: &mut serde_json::Value, count: &mut usize) {
    const TEXTS: [&str; 14] = [
        "message",
        "reason",
        "description",
        "name",
        "id",
        "requirement",
        "by",
        "url",
        "why",
        "author",
        "approver",
        "file",
        "service",
        "kind",
    ];
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| poison(item, count)),
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    serde_json::Value::String(text) if TEXTS.contains(&key.as_str()) => {
                        *count += 1;
                        match *count % 7 {
                            0 => text.push_str(&"W".repeat(10_000)),
                            _ => text.push_str(HOSTILE),
                        }
                    }
                    other => poison(other, count),
                }
            }
        }
        _ => {}
    }
}
