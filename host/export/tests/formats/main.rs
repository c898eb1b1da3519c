//! The formats as their readers get them: valid by their published schemas, and never better than the report.

// What helps tests is a part of them.
#![allow(clippy::unwrap_used)]

mod any_report;
mod ctrf;
mod hostile;
mod junit;
mod oscal;
mod published;
#[allow(dead_code)]
#[path = "../../../report/tests/sample/mod.rs"]
mod sample;
mod sarif;
mod waivers;

use std::sync::LazyLock;

use serde_json::Value;
use touchstone_export::{Context, Format, export};
use touchstone_report::{Effect, Report};
use touchstone_scope::Manifest;

/// The manifest that the sample reports are about.
const SCOPE: &str = "scopes/scs-compatible-iaas.yaml";

static MANIFEST: LazyLock<(String, Manifest)> = LazyLock::new(|| {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scopes/scs-compatible-iaas.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    let manifest = Manifest::parse(SCOPE, &text).unwrap();
    (text, manifest)
});

/// All that one may know about a subject.
fn context() -> Context<'static> {
    Context {
        display_name: Some("Größte Cloud & Co. <KG>"),
        operator: Some("Example GmbH"),
        description: Some("A cloud, *made up*"),
        health_monitor: Some("https://health.example.org/gx-scs"),
        ..Context::of_manifest(&MANIFEST.1, SCOPE)
    }
}

fn text(report: &Report, format: Format) -> String {
    String::from_utf8(export(report, format, &context()).unwrap()).unwrap()
}

fn document(report: &Report, format: Format) -> Value {
    serde_json::from_str(&text(report, format)).unwrap()
}

/// Reports of all kinds, by name.
fn samples() -> Vec<(&'static str, Report)> {
    let mut interrupted = sample::imperfect();
    interrupted.run.interrupted = true;
    let mut nothing = sample::passing();
    nothing.versions.clear();
    vec![
        ("passing", sample::passing()),
        ("imperfect", sample::imperfect()),
        ("failing", sample::failing(60)),
        ("missing", sample::missing(60)),
        ("unreachable", sample::unreachable()),
        ("narrowed", sample::narrowed()),
        ("interrupted", interrupted),
        ("nothing judged", nothing),
        ("whole, 0 failures", sample::whole(0)),
        ("whole, 3 failures", sample::whole(3)),
        ("whole, 60 failures", sample::whole(60)),
        ("left behind", sample::left_behind()),
        ("waived", sample::waived()),
        ("forged waivers", forged_waivers()),
        ("side by side", sample::side_by_side()),
        ("hostile", hostile::report()),
    ]
}

/// A report that says of what an effective version needs that it was waived.
fn forged_waivers() -> Report {
    let mut report = sample::waived();
    for waiver in &mut report.waivers {
        waiver.effect = Effect::Waived;
    }
    report
}

#[test]
fn our_own_json_is_the_report() {
    for (name, report) in samples() {
        assert_eq!(Report::parse(&text(&report, Format::Json)).unwrap(), report, "{name}");
    }
}

#[test]
fn equal_reports_give_equal_bytes() {
    for format in [Format::Json, Format::Junit, Format::Sarif, Format::Oscal, Format::Ctrf] {
        assert_eq!(text(&sample::whole(3), format), text(&sample::whole(3), format), "{format}");
        assert_ne!(text(&sample::whole(3), format), text(&sample::whole(2), format), "{format}");
    }
}

#[test]
fn nothing_but_the_report_is_needed_but_for_sarif() {
    for format in [Format::Json, Format::Junit, Format::Oscal, Format::Ctrf] {
        export(&sample::whole(3), format, &Context::default()).unwrap();
    }
    let error = export(&sample::whole(3), Format::Sarif, &Context::default()).unwrap_err().to_string();
    assert!(error.contains("--scope SCOPE.yaml"), "{error}");
}
