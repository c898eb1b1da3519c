//! Whatever a text says: reading it as a scope manifest ends well. Of a good one everything is computed that a run needs;
//! what is wrong with a bad one can be shown.
#![no_main]

use std::collections::BTreeMap;

use jiff::civil::Date;
use libfuzzer_sys::{Corpus, fuzz_target};
use miette::{GraphicalReportHandler, GraphicalTheme};
use touchstone_scope::{Diagnostics, Manifest, Pin, PinError, Plan, Selection, Sha256, Target, pin};

const FILE: &str = "scope.yaml";

fuzz_target!(
    init: {
        // Were it refused, everything would be, and nothing found.
        Manifest::parse(FILE, include_str!("../seeds/manifest/all.yaml")).expect("the seed is a manifest");
    },
    |input: &[u8]| -> Corpus { run(input) }
);

fn run(input: &[u8]) -> Corpus {
    let Ok(text) = std::str::from_utf8(input) else { return Corpus::Reject };
    match Manifest::parse(FILE, text) {
        Ok(manifest) => use_it(&manifest, text),
        Err(diagnostics) => show(&diagnostics, text),
    }
    Corpus::Keep
}

fn use_it(manifest: &Manifest, text: &str) {
    assert_eq!(manifest.digest(), Sha256::of(text.as_bytes()));
    // Everything would take too long. The same choice each time that the input is run.
    let some = text.len();
    let known = manifest.timeline().get(some % manifest.timeline().len().max(1)).map(|entry| entry.date);
    for date in [known.unwrap_or(Date::MAX), Date::MIN, Date::constant(2026, 11, 23)] {
        if let Ok(plan) = manifest.plan(&Selection::on(date)) {
            look_at_plan(manifest, &plan);
        }
        for (version, _) in manifest.states(date) {
            assert!(manifest.version(version).is_some(), "{version} is on the timeline only");
        }
    }
    let matrix = manifest.matrix(known.unwrap_or(Date::MAX));
    assert!(matrix.rows.iter().all(|row| row.cells.len() == matrix.columns.len()));
    is_harmless(&matrix.text(80));
    is_harmless(&matrix.markdown());
    for version in manifest.versions() {
        let only = Selection { version: Some(version.name.clone()), ..Selection::on(Date::MIN) };
        let plan = manifest.plan(&only).expect("a version that there is can be planned on any date");
        assert_eq!(plan.versions.len(), 1);
        look_at_plan(manifest, &plan);
    }
    let Some(check) = manifest.checks().get(some % manifest.checks().len().max(1)) else { return };
    let wanted = Pin {
        check: &check.id,
        version: Some(&check.version),
        component: Sha256::of(b"a component"),
        new_version: None,
    };
    match pin(FILE, text, &wanted) {
        Ok(pinned) => {
            let again = pin(FILE, &pinned, &wanted).expect("what was pinned can be pinned");
            assert_eq!(again, pinned);
        }
        Err(PinError::Manifest(diagnostics)) => show(&diagnostics, text),
        Err(error) => is_harmless(&error.to_string()),
    }
}

fn look_at_plan(manifest: &Manifest, plan: &Plan) {
    assert!(!plan.versions.is_empty());
    for unit in &plan.units {
        assert!(!unit.testcases.is_empty());
        assert!(unit.testcases.iter().all(|testcase| manifest.providers(testcase).next().is_some()));
    }
    for version in &plan.versions {
        assert!(version.targets.contains_key(&Target::Main));
        for key in version.targets.values().flatten() {
            match key.unit {
                Some(unit) => assert!(plan.units[unit].testcases.contains(&key.testcase)),
                None => assert!(plan.not_run.contains_key(key)),
            }
        }
        version.score(&BTreeMap::new());
    }
}

/// As the command line does: in lines, and on a terminal.
fn show(diagnostics: &Diagnostics, text: &str) {
    assert!(!diagnostics.problems().is_empty());
    is_harmless(&diagnostics.to_string());
    is_harmless(&diagnostics.plain());
    for problem in diagnostics.problems() {
        let related = problem.related.iter().map(|(_, span)| span);
        for span in related.chain([&problem.span]) {
            let end = span.offset.checked_add(span.len).expect("it is a place in a text");
            assert!(text.get(span.offset..end).is_some(), "{span:?} is not in the text: {problem}");
            assert!(span.line >= 1 && span.column >= 1, "{span:?} has no line: {problem}");
        }
    }
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
    let mut page = String::new();
    handler.render_report(&mut page, diagnostics).expect("all places are in the text");
    is_harmless(&page);
}

/// Nothing that a terminal obeys.
fn is_harmless(text: &str) {
    let obeyed = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(obeyed, None, "{text:?}");
}
