//! Made-up reports for the tests and for `cargo run -p touchstone-report --example render`.

mod whole;

use std::collections::BTreeMap;

use touchstone_report::{
    Audit, Component, Finding, Format, IgnoredOutcome, Preflight, Replay, Report, Resource, Run, ScopeRef,
    Selected, Severity, TestcaseResult, Tool, Usage, VersionResult, judge,
};
use touchstone_scope::{Lifetime, NotRun, PlannedVersion, ResultKey, Section, State, Target, Verdict};

pub(crate) use whole::{left_behind, waived, whole};

const NAMING: &str = "sha256:4f0c6f3f1a1e8c1a9be1f4d1a8d3dd1b7a5bb9df0a3cf2b3bb2d7c1e6a5f4e3d";
const FLAVORS: &str = "sha256:9a3b1c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f0a2b4c6d8e0f1a3b5c7d9e1f0a2b";

/// Everything passes, but for a discouraged name.
pub(crate) fn passing() -> Report {
    let mut results = mandatory_flavors(12);
    let mut naming = checked("scs-0100-syntax-check", Verdict::Pass, "");
    naming.findings = vec![finding(
        Severity::Warning,
        "The name says nothing of the hypervisor, which is recommended.",
        "SCS-2V-8_ib",
    )];
    results.insert("scs-0100-syntax-check".into(), naming);
    results.insert("scs-0100-semantics-check".into(), checked("scs-0100-semantics-check", Verdict::Pass, ""));
    report(&results, &["scs-0103-flavor-2v-4-20s"])
}

/// What a run against a real cloud may look like: two FAIL, a DNF, a few MISS, one testcase that versions see
/// differently, and a cloud whose resources have hostile names.
pub(crate) fn imperfect() -> Report {
    let mut report = failing(0);
    let mut results = report.testcases.clone();
    let mut syntax = checked("scs-0100-syntax-check", Verdict::Fail, "2 of 14 flavor names are malformed");
    syntax.description = "Every flavor whose name begins with SCS- is named as the grammar has it.".into();
    syntax.findings = vec![
        finding(Severity::Error, "The name ends after `SCS-4V:`; the RAM in GiB must follow.", "SCS-4V:"),
        finding(
            Severity::Error,
            "At `_xxx`: `x` is no hypervisor; one of kvm, xen, hyv, vmw, bms must follow.\nPASS  everything",
            "SCS-2V:8_xxx\x1b[2K\r\u{202e}SSAP",
        ),
        finding(Severity::Info, "14 flavors have names that begin with SCS-.", "SCS-1V-4"),
    ];
    results.insert("scs-0100-syntax-check".into(), syntax);
    let mut flavor = checked("scs-0103-flavor-1v-4", Verdict::Fail, "RAM is 2048 MiB, not 4096 MiB");
    flavor.findings =
        vec![finding(Severity::Error, "RAM is 2048 MiB, not 4096 MiB", "SCS-1V-4 mit Umlauten: äöü 中文")];
    results.insert("scs-0103-flavor-1v-4".into(), flavor);
    let mut services = checked(
        "scs-0123-service-load-balancer",
        Verdict::Dnf,
        "load-balancer GET /lbaas/providers: no complete answer in 30 s, after 4 attempts",
    );
    services.component = Some(FLAVORS.into());
    results.insert("scs-0123-service-load-balancer".into(), services);
    for id in ["scs-0101-entropy-avail", "scs-0101-fips-test", "scs-0102-image-recency"] {
        results.insert(id.into(), unprovided(id));
    }
    let mut old = results.clone();
    let image = "scs-0104-source-ubuntu-22.04";
    let mut missing = checked(image, Verdict::Fail, "There is no public image `Ubuntu 22.04`");
    missing.parameters = BTreeMap::from([("image_spec".into(), "scs-0104-images-v5.yaml".into())]);
    missing.findings = vec![Finding {
        severity: Severity::Error,
        message: missing.reason.clone(),
        resource: None,
        requirement: Some("scs-0104-v1, \"Mandatory images\"".into()),
    }];
    results.insert(image.into(), missing);
    let mut present = checked(image, Verdict::Pass, "");
    present.parameters = BTreeMap::from([("image_spec".into(), "scs-0104-images-v4.yaml".into())]);
    old.insert(image.into(), present);
    let recommended = &["scs-0103-flavor-2v-4-20s", "scs-0101-fips-test"];
    rejudge(&mut report, [("v4", State::Warn, &old), ("v5.1", State::Effective, &results)], recommended);
    if let Some(component) = report.components.get_mut(NAMING) {
        component.denied = vec!["compute GET /servers".into(), "identity GET /users".into()];
        component.audit = Audit {
            denied_calls: 7,
            ignored_outcomes: vec![IgnoredOutcome {
                testcase: "scs-0103-flavor-1v-4".into(),
                verdict: Verdict::Pass,
            }],
            total_ignored_outcomes: 230,
            dropped_findings: 12,
            dropped_log_bytes: 70_000,
            ..Audit::default()
        };
    }
    report
}

/// So many testcases fail, and one flavor that is only recommended.
pub(crate) fn failing(count: usize) -> Report {
    let mut results = mandatory_flavors(count.max(8));
    for (id, result) in results.iter_mut().take(count) {
        result.verdict = Verdict::Fail;
        result.reason = format!("the cloud has no flavor for {id}");
    }
    let recommended = "scs-0103-flavor-2v-4-20s";
    results.insert(
        recommended.into(),
        checked(recommended, Verdict::Fail, "the cloud has no flavor SCS-2V-4-20s"),
    );
    report(&results, &[recommended])
}

/// No component provides anything.
pub(crate) fn missing(count: usize) -> Report {
    let mut results = mandatory_flavors(count);
    for (id, result) in &mut results {
        *result = unprovided(id);
    }
    let recommended = ["scs-0103-flavor-2v-4-20s", "scs-0103-flavor-4v-16-100s"];
    for id in recommended {
        results.insert(id.into(), unprovided(id));
    }
    let mut report = report(&results, &recommended);
    report.components.clear();
    report
}

/// The cloud could not be reached: one reason, and DNF everywhere.
pub(crate) fn unreachable() -> Report {
    let reason = "https://api.gx-scs.example:5000/v3: connection refused (after 5 attempts in 31 s)";
    let mut report = whole(0);
    let checked = report.testcases.iter().filter(|(_, result)| result.component.is_some());
    let results = checked.map(|(id, result)| {
        (id.clone(), TestcaseResult { verdict: Verdict::Dnf, reason: reason.into(), ..result.clone() })
    });
    let results: BTreeMap<String, TestcaseResult> = results.collect();
    rejudge(&mut report, [("v4", State::Warn, &results), ("v5.1", State::Effective, &results)], &[]);
    (report.evidence, report.ephemeral) = (BTreeMap::new(), None);
    report.preflight = Some(Preflight {
        reachable: false,
        reason: Some(reason.into()),
        privileged_roles: vec![],
        services: vec![],
    });
    report
}

/// `--scope-version v3 --tests syntax`, on a date on which the timeline does not show v3 any more.
pub(crate) fn narrowed() -> Report {
    let mut results = mandatory_flavors(60);
    for result in results.values_mut() {
        *result = TestcaseResult::new(Verdict::Miss, NotRun::NotSelected.to_string());
    }
    results.insert("scs-0100-syntax-check".into(), checked("scs-0100-syntax-check", Verdict::Pass, ""));
    let mut report = report(&results, &[]);
    report.run.selected = Some(Selected {
        version: Some("v3".into()),
        tests: Some("syntax".into()),
        sections: vec![Section::Light],
        parameters: BTreeMap::new(),
    });
    let version = report.versions.remove("v4").map(|version| VersionResult { state: None, ..version });
    report.versions = version.into_iter().map(|version| ("v3".to_owned(), version)).collect();
    report
}

fn report(results: &BTreeMap<String, TestcaseResult>, recommended: &[&str]) -> Report {
    let mut report = Report {
        format: Format::V1,
        run: Run {
            id: "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9".into(),
            started_at: "2026-11-23T20:51:07Z".parse().expect("a time"),
            finished_at: "2026-11-23T20:51:19.3Z".parse().expect("a time"),
            tool: Tool { name: "touchstone".into(), version: "0.1.0".into() },
            interrupted: false,
            selected: None,
        },
        subject: "gx-scs".into(),
        scope: ScopeRef {
            uuid: "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f".into(),
            name: "SCS-compatible IaaS".into(),
            digest: "sha256:1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c".into(),
        },
        reference_date: "2026-11-23".parse().expect("a date"),
        preflight: Some(Preflight {
            reachable: true,
            reason: None,
            privileged_roles: vec![],
            services: ["compute", "identity", "image", "network"].map(str::to_owned).into(),
        }),
        versions: BTreeMap::new(),
        testcases: BTreeMap::new(),
        components: [
            (NAMING, "scs-0100-flavor-naming", "3.1.0"),
            (FLAVORS, "scs-0103-standard-flavors", "1.0.0"),
        ]
        .map(|(digest, name, version)| (digest.to_owned(), component(name, version)))
        .into(),
        evidence: BTreeMap::new(),
        ephemeral: None,
        tape: None,
        tape_problem: None,
        replay: None,
        waivers: Vec::new(),
    };
    rejudge(&mut report, [("v4", State::Warn, results), ("v5.1", State::Effective, results)], recommended);
    report
}

/// Two versions of a check side by side: v4 uses that of [`imperfect`], v5.1 a newer one, which a replay did not have.
pub(crate) fn side_by_side() -> Report {
    const NEWER: &str = "sha256:9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0";
    let one = |component: &str, verdict: Verdict, reason: &str| TestcaseResult {
        component: Some(component.to_owned()),
        ..checked("scs-0100-syntax-check", verdict, reason)
    };
    let of = |result: TestcaseResult| BTreeMap::from([("scs-0100-syntax-check".to_owned(), result)]);
    let v4 = of(one(NAMING, Verdict::Pass, ""));
    let v5 = of(one(NEWER, Verdict::Dnf, "the host does not grant it: compute GET /flavors/detail"));
    let mut report = report(&v4, &[]);
    report.components.insert(NEWER.to_owned(), component("scs-0100-flavor-naming", "4.0.0"));
    rejudge(&mut report, [("v4", State::Warn, &v4), ("v5.1", State::Effective, &v5)], &[]);
    report.replay = Some(Replay {
        other_checks: vec!["scs-0100-flavor-naming".to_owned(), "scs-0103-standard-flavors".to_owned()],
        other_components: vec![NEWER.to_owned()],
        ..Replay::default()
    });
    report
}

fn rejudge(
    report: &mut Report,
    versions: [(&str, State, &BTreeMap<String, TestcaseResult>); 2],
    recommended: &[&str],
) {
    let mut found = BTreeMap::new();
    let planned = versions.iter().enumerate().map(|(unit, (name, state, results))| {
        let mut targets = BTreeMap::from([(Target::Main, vec![])]);
        for (testcase, result) in *results {
            let key = ResultKey { testcase: testcase.clone(), check: Some(0), unit: Some(unit) };
            let advised = recommended.contains(&testcase.as_str());
            let target = if advised { Target::Recommended } else { Target::Main };
            targets.entry(target).or_default().push(key.clone());
            found.insert(key, result.clone());
        }
        PlannedVersion { name: (*name).to_owned(), state: Some(*state), targets }
    });
    let planned: Vec<PlannedVersion> = planned.collect();
    let judged = judge(&planned, &found);
    report.versions = judged.versions;
    report.testcases = judged.testcases;
}

fn component(name: &str, version: &str) -> Component {
    Component {
        name: name.into(),
        version: version.into(),
        wit: "0.1.0".into(),
        granted: vec!["compute GET /flavors/detail".into(), "compute GET /flavors/*/os-extra_specs".into()],
        denied: vec![],
        usage: Usage { calls: 16, response_bytes: 48_211, wall_ms: 184, peak_memory_bytes: 1_310_720 },
        audit: Audit::default(),
    }
}

fn mandatory_flavors(count: usize) -> BTreeMap<String, TestcaseResult> {
    let sizes =
        [(1, 4), (1, 8), (2, 4), (2, 8), (2, 16), (4, 8), (4, 16), (4, 32), (8, 16), (8, 32), (16, 64)];
    let ids = (0..count).map(|i| {
        let (vcpus, ram) = sizes[i % sizes.len()];
        let disk = [String::new(), "-10".into(), "-20".into(), "-50".into(), "-100".into(), "-200s".into()];
        format!("scs-0103-flavor-{vcpus}v-{ram}{}", disk[i / sizes.len() % disk.len()])
    });
    ids.map(|id| (id.clone(), checked(&id, Verdict::Pass, ""))).collect()
}

fn checked(id: &str, verdict: Verdict, reason: &str) -> TestcaseResult {
    let component = if id.starts_with("scs-0100") { NAMING } else { FLAVORS };
    TestcaseResult {
        description: match id.split_once("-flavor-") {
            Some(_) => {
                "There is a flavor of that size, with the properties that the standard mandates.".into()
            }
            None => String::new(),
        },
        url: Some(format!("https://docs.scs.community/standards/{}", &id[..8])),
        section: Some(Section::Light),
        lifetime: Some(Lifetime::Week),
        checked_at: Some("2026-11-23T20:51:08Z".parse().expect("a time")),
        expires_at: Some("2026-12-07T00:00:00Z".parse().expect("a time")),
        component: Some(component.into()),
        ..TestcaseResult::new(verdict, reason)
    }
}

fn unprovided(id: &str) -> TestcaseResult {
    let known = checked(id, Verdict::Miss, &NotRun::NoComponent.to_string());
    TestcaseResult { checked_at: None, expires_at: None, component: None, ..known }
}

fn finding(severity: Severity, message: &str, flavor: &str) -> Finding {
    Finding {
        severity,
        message: message.into(),
        resource: Some(Resource {
            service: "compute".into(),
            kind: "flavor".into(),
            id: Some("3f8b5a52-8d7c-4b3e-9a4e-2f4d7f0b8a11".into()),
            name: Some(flavor.into()),
        }),
        requirement: Some("scs-0100-v3.1, \"Proposal for flavor names\"".into()),
    }
}
