//! What a run found out, as an in-toto statement that can be signed.

use std::collections::BTreeMap;

use serde::Serialize;
use touchstone_scope::{Target, Verdict};

use crate::model::Report;

/// A file by its name and its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDigest {
    /// Its name, for people and for policies: no folder, since the digest alone says which file it is.
    pub name: String,
    /// The SHA-256 of its bytes: 64 lower-case hexadecimal digits, with or without `sha256:` before them.
    pub sha256: String,
}

/// The media type of what [`statement`] writes, for the envelope around it.
pub const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";

/// The report as an [in-toto Statement v1] with a [test result v0.1]: JSON, indented, a line break at the end. Equal
/// arguments give equal bytes, so whoever has the report and the tape can write the statement again and compare.
///
/// - `subject` is the report's file, and the tape where there is one.
/// - `result` is PASSED if every selected version is PASS, nothing that checks created is left, and the run was not
///   interrupted; FAILED otherwise: no answer is no pass, and no version is none either. It is never WARNED, which could be read as a pass.
/// - `passedTests` and `failedTests` are the testcases of target `main`, which alone decides, as `VERSION/TESTCASE`.
///   Those that are DNF or MISS are in `failedTests`: were they in no list, a policy that asks for an empty
///   `failedTests` would take them for passed. The report tells them apart.
/// - `configuration` is the manifest of the scope, with the parameters that were given other values than the
///   manifest's, and then each component by digest, with id and version of its check.
///
/// [in-toto Statement v1]: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
/// [test result v0.1]: https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
pub fn statement(report: &Report, report_file: &NamedDigest, tape: Option<&NamedDigest>) -> String {
    let files = [report_file].into_iter().chain(tape);
    let failed_tests = tests(report, &[Verdict::Fail, Verdict::Dnf, Verdict::Miss]);
    let passed = report.exit_code() == 0 && failed_tests.is_empty();
    let statement = Statement {
        statement_type: "https://in-toto.io/Statement/v1",
        subject: files.map(|file| Resource::new(&file.name, &file.sha256)).collect(),
        predicate_type: "https://in-toto.io/attestation/test-result/v0.1",
        predicate: TestResult {
            result: if passed { "PASSED" } else { "FAILED" },
            configuration: configuration(report),
            passed_tests: tests(report, &[Verdict::Pass]),
            warned_tests: [],
            failed_tests,
        },
    };
    let mut text = serde_json::to_string_pretty(&statement).expect("strings are always JSON");
    text.push('\n');
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a> {
    #[serde(rename = "_type")]
    statement_type: &'static str,
    subject: Vec<Resource<'a>>,
    predicate_type: &'static str,
    predicate: TestResult<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TestResult<'a> {
    result: &'static str,
    configuration: Vec<Resource<'a>>,
    passed_tests: Vec<String>,
    warned_tests: [String; 0],
    failed_tests: Vec<String>,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: &'a str,
    digest: Sha256<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Annotations<'a>>,
}

impl<'a> Resource<'a> {
    fn new(name: &'a str, digest: &'a str) -> Resource<'a> {
        let sha256 = digest.strip_prefix("sha256:").unwrap_or(digest);
        Resource { name, digest: Sha256 { sha256 }, annotations: None }
    }
}

#[derive(Serialize)]
struct Sha256<'a> {
    sha256: &'a str,
}

/// Names that nobody else's are like, as the specification asks.
#[derive(Serialize)]
enum Annotations<'a> {
    #[serde(rename = "touchstone_scope")]
    Scope {
        uuid: &'a str,
        /// Always there, so that a policy can ask for none.
        parameters: BTreeMap<&'a str, &'a str>,
    },
    #[serde(rename = "touchstone_check")]
    Check { id: &'a str, version: &'a str },
}

fn configuration(report: &Report) -> Vec<Resource<'_>> {
    let selected = report.run.selected.iter();
    let parameters = selected.flat_map(|selected| &selected.parameters);
    let scope = Annotations::Scope {
        uuid: &report.scope.uuid,
        parameters: parameters.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
    };
    let mut resources = vec![Resource {
        annotations: Some(scope),
        ..Resource::new(&report.scope.name, &report.scope.digest)
    }];
    resources.extend(report.components.iter().map(|(digest, component)| Resource {
        annotations: Some(Annotations::Check { id: &component.name, version: &component.version }),
        ..Resource::new(&component.name, digest)
    }));
    resources
}

/// The testcases of target `main` with these verdicts, of all versions, as `VERSION/TESTCASE`, sorted.
fn tests(report: &Report, verdicts: &[Verdict]) -> Vec<String> {
    let mut tests = Vec::new();
    for (version, result) in &report.versions {
        let main = result.targets.get(&Target::Main);
        let ids =
            main.into_iter().flat_map(|main| verdicts.iter().flat_map(|verdict| main.with_verdict(*verdict)));
        tests.extend(ids.map(|id| format!("{version}/{id}")));
    }
    tests.sort_unstable();
    tests
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SCOPE: &str = "1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c";
    const CHECK: &str = "9a3b1c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f0a2b4c6d8e0f1a3b5c7d9e1f0a2b";

    /// A version whose target `main` has these testcases.
    fn version(verdict: &str, pass: &[&str], fail: &[&str], dnf: &[&str], miss: &[&str]) -> Value {
        let main = json!({"verdict": verdict, "pass": pass, "fail": fail, "dnf": dnf, "miss": miss});
        let advisory = json!({"verdict": "FAIL", "pass": ["a"], "fail": ["z"], "dnf": [], "miss": []});
        json!({"state": null, "verdict": verdict, "targets": {"main": main, "recommended": advisory}})
    }

    fn report(versions: Value, selected: Value) -> Report {
        let time = "2026-11-23T20:51:07Z";
        let report = json!({
            "format": "touchstone.report/v1",
            "run": {
                "id": "r", "started_at": time, "finished_at": time,
                "tool": {"name": "touchstone", "version": "0.1.0"}, "selected": selected,
            },
            "subject": "gx-scs",
            "scope": {"uuid": "50393e6f", "name": "SCS-compatible IaaS", "digest": format!("sha256:{SCOPE}")},
            "reference_date": "2026-11-23",
            "versions": versions,
            "testcases": {},
            "components": {format!("sha256:{CHECK}"): {
                "name": "scs-0103-standard-flavors", "version": "1.0.0", "wit": "0.1.0", "granted": [], "denied": [],
                "usage": {"calls": 1, "response_bytes": 1, "wall_ms": 1, "peak_memory_bytes": 1},
            }},
        });
        Report::parse(&report.to_string()).unwrap()
    }

    fn file(name: &str, digit: &str) -> NamedDigest {
        NamedDigest { name: name.into(), sha256: digit.repeat(64) }
    }

    fn said(versions: Value) -> Value {
        let text = statement(&report(versions, json!(null)), &file("report.json", "a"), None);
        serde_json::from_str::<Value>(&text).unwrap()["predicate"].clone()
    }

    #[test]
    fn the_whole_of_it() {
        let versions = json!({
            "v5.1": version("FAIL", &["a", "c"], &["b"], &["d"], &["e"]),
            "v4": version("PASS", &["c", "a"], &[], &[], &[]),
        });
        let report = report(versions, json!({"parameters": {"image": "other"}}));
        let tape = NamedDigest { sha256: format!("sha256:{}", "b".repeat(64)), ..file("report.tape", "") };
        let text = statement(&report, &file("report.json", "a"), Some(&tape));
        assert_eq!(text, statement(&report.clone(), &file("report.json", "a"), Some(&tape)));
        assert!(
            text.starts_with("{\n  \"_type\": \"https://in-toto.io/Statement/v1\",\n")
                && text.ends_with("}\n")
        );
        let expected = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [
                {"name": "report.json", "digest": {"sha256": "a".repeat(64)}},
                {"name": "report.tape", "digest": {"sha256": "b".repeat(64)}},
            ],
            "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
            "predicate": {
                "result": "FAILED",
                "configuration": [
                    {
                        "name": "SCS-compatible IaaS",
                        "digest": {"sha256": SCOPE},
                        "annotations": {"touchstone_scope": {"uuid": "50393e6f", "parameters": {"image": "other"}}},
                    },
                    {
                        "name": "scs-0103-standard-flavors",
                        "digest": {"sha256": CHECK},
                        "annotations": {"touchstone_check": {"id": "scs-0103-standard-flavors", "version": "1.0.0"}},
                    },
                ],
                "passedTests": ["v4/a", "v4/c", "v5.1/a", "v5.1/c"],
                "warnedTests": [],
                "failedTests": ["v5.1/b", "v5.1/d", "v5.1/e"],
            },
        });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }

    #[test]
    fn it_passes_if_every_version_does() {
        let pass = version("PASS", &["a"], &[], &[], &[]);
        let predicate = said(json!({"v4": pass.clone(), "v5": pass}));
        assert_eq!(predicate["result"], "PASSED", "what is only recommended has no say");
        assert_eq!(predicate["passedTests"], json!(["v4/a", "v5/a"]));
        assert_eq!(predicate["failedTests"], json!([]));
        assert_eq!(predicate["configuration"][0]["annotations"]["touchstone_scope"]["parameters"], json!({}));
    }

    #[test]
    fn no_answer_is_no_pass() {
        let pass = version("PASS", &["a"], &[], &[], &[]);
        for versions in [
            json!({}),
            json!({"v4": pass.clone(), "v5": version("FAIL", &[], &["a"], &[], &[])}),
            json!({"v4": pass.clone(), "v5": version("DNF", &[], &[], &["a"], &[])}),
            json!({"v4": pass, "v5": version("MISS", &[], &[], &[], &["a"])}),
            json!({"v4": version("PASS", &[], &["a"], &[], &[])}),
        ] {
            let predicate = said(versions.clone());
            assert_eq!(predicate["result"], "FAILED", "{versions}");
            let failed = predicate["failedTests"].as_array().unwrap().len();
            assert_eq!(failed, usize::from(versions != json!({})), "{versions}");
        }
    }
}
