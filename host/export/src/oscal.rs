//! OSCAL assessment results (NIST), as JSON.
//!
//! Each version of the scope is a result. A testcase is an objective of its module, which is the control; and the version is an
//! objective of the scope, whose finding is the verdict. A finding is `satisfied` for PASS, and for nothing else; FAIL has the
//! reason `fail`, DNF and MISS have `other`. What was found out is an observation; for MISS there is none.
//!
//! OSCAL wants an assessment plan to be imported. There is none: what was to be tested is in the scope manifest. So `import-ap` refers
//! to a resource of this document that says which manifest it was, by UUID and SHA-256.

mod objectives;
mod observations;
mod results;
mod values;

use serde_json::{Map, Value, json};
use touchstone_report::Report;
use touchstone_scope::Verdict;

use self::objectives::Objectives;
use self::values::{markup, prop, string, titled};
use crate::context::Context;
use crate::entries::{of_version, troubles};
use crate::identifiers::uuid;
use crate::places::Places;
use crate::texts::address;

/// The oldest version of OSCAL that has all that is used here, so that most can read it.
const OSCAL_VERSION: &str = "1.1.3";

/// The report as OSCAL assessment results.
pub(crate) fn oscal(report: &Report, context: &Context<'_>) -> String {
    // A manifest of another scope does not say which modules ask for these testcases.
    let places = Places::of(report, context).unwrap_or_default();
    let objectives = Objectives::of(report, places.as_ref());
    let run = Run::of(report);
    let mut results: Vec<Value> = report
        .versions
        .iter()
        .map(|(version, judged)| {
            let entries = of_version(report, version, judged);
            results::of_version(&run, &objectives, context, version, judged, &entries)
        })
        .collect();
    let troubles = troubles(report);
    if !troubles.is_empty() || results.is_empty() {
        results.push(results::of_troubles(&run, &objectives, context, &troubles));
    }
    let document = json!({
        "assessment-results": {
            "uuid": run.uuid("assessment-results", &[]),
            "metadata": metadata(report, context),
            "import-ap": {
                "href": format!("#{}", plan(report)),
                "remarks": "There is no assessment plan in OSCAL. What was to be tested is in the manifest of the scope, to which \
                            this refers.",
            },
            "local-definitions": {"objectives-and-methods": objectives.json(report)},
            "results": results,
            "back-matter": {"resources": [manifest(report, context)]},
        },
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a value is always JSON");
    text.push('\n');
    text
}

/// The run whose report it is.
#[derive(Clone, Copy)]
struct Run<'a> {
    report: &'a Report,
}

impl<'a> Run<'a> {
    fn of(report: &'a Report) -> Run<'a> {
        Run { report }
    }

    /// Identifies something of this run.
    fn uuid(&self, what: &str, parts: &[&str]) -> String {
        let report = self.report;
        let mut all = vec![report.run.id.as_str(), &report.subject, &report.scope.uuid];
        all.extend(parts);
        uuid(what, &all).to_string()
    }

    /// Identifies the subject, in whatever run.
    fn subject(&self) -> String {
        uuid("subject", &[&self.report.subject]).to_string()
    }

    /// Identifies the program that ran.
    fn platform(&self) -> String {
        uuid("platform", &[&self.report.run.tool.name, &self.report.run.tool.version]).to_string()
    }
}

/// Identifies a component that checks, in whatever run.
fn component(digest: &str) -> String {
    uuid("component", &[digest]).to_string()
}

/// Identifies somebody who attests, or operates.
fn party(name: &str) -> String {
    uuid("party", &[name]).to_string()
}

/// Identifies the manifest.
fn plan(report: &Report) -> String {
    uuid("manifest", &[&report.scope.uuid, &report.scope.digest]).to_string()
}

fn metadata(report: &Report, context: &Context<'_>) -> Value {
    let verdict = report.verdict().map_or("none", Verdict::word);
    let props = [
        prop("subject", &report.subject),
        prop("scope", &report.scope.name),
        prop("scope-uuid", &report.scope.uuid),
        prop("scope-digest", &report.scope.digest),
        prop("run", &report.run.id),
        prop("reference-date", &report.reference_date.to_string()),
        prop("verdict", verdict),
        prop("interrupted", if report.run.interrupted { "yes" } else { "no" }),
    ];
    let mut metadata = json!({
        "title": titled(&[&report.subject, " against ", &report.scope.name]),
        "last-modified": report.run.finished_at.to_string(),
        "version": string(&report.run.id),
        "oscal-version": OSCAL_VERSION,
        "props": props,
    });
    let results = report.testcases.values();
    let results = results.chain(report.versions.values().flat_map(|version| version.testcases.values()));
    let people = results.filter_map(|result| Some(result.attested.as_ref()?.by.as_str()));
    let mut parties: Map<String, Value> =
        people.map(|who| (party(who), "person", who)).map(party_json).collect();
    parties.extend(context.operator.map(|who| party_json((party(who), "organization", who))));
    if !parties.is_empty() {
        metadata["parties"] = parties.into_iter().map(|(_, one)| one).collect();
    }
    metadata
}

fn party_json((uuid, kind, who): (String, &str, &str)) -> (String, Value) {
    let json = json!({"uuid": uuid, "type": kind, "name": string(who)});
    (uuid, json)
}

/// The manifest of the scope, as a resource.
fn manifest(report: &Report, context: &Context<'_>) -> Value {
    let scope = &report.scope;
    let href = match context.scope_url().and_then(address) {
        Some(url) => url.to_owned(),
        None => format!("#{}", plan(report)),
    };
    let mut link = json!({"href": href, "media-type": "application/yaml"});
    if let Some(digest) = scope.digest.strip_prefix("sha256:")
        && digest.len() == 64
        && digest.chars().all(|c| c.is_ascii_hexdigit())
    {
        link["hashes"] = json!([{"algorithm": "SHA-256", "value": digest}]);
    }
    let mut resource = json!({
        "uuid": plan(report),
        "title": titled(&["Scope ", &scope.name]),
        "description": markup(&format!("The scope manifest {}, with the digest {}.", scope.uuid, scope.digest)),
        "props": [prop("scope-uuid", &scope.uuid), prop("scope-digest", &scope.digest)],
    });
    resource["rlinks"] = json!([link]);
    resource
}
