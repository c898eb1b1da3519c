//! A run of the whole scope: four versions, some ninety testcases, and clouds that get some of them wrong.

use std::collections::BTreeMap;

use touchstone_report::{
    Attested, Document, Ephemeral, Evidence, Finding, Left, Report, Resource, Severity, TestcaseResult, judge,
};
use touchstone_scope::{Lifetime, PlannedVersion, ResultKey, State, Target, Verdict, Waivers};

/// Check, version, its testcases; the ids of check and testcases begin with the first.
const CHECKS: [(&str, &str, &str, &str); 11] = [
    ("scs-0100", "flavor-naming", "3.1.0", "syntax-check semantics-check"),
    ("scs-0101", "entropy", "1.1.0", "entropy-avail fips-test rngd flavor-property image-property"),
    (
        "scs-0102",
        "image-metadata",
        "2.0.0",
        "prop-architecture prop-hash_algo prop-min_disk prop-min_ram prop-os_version prop-os_distro prop-os_purpose \
         prop-hw_disk_bus prop-hypervisor_type prop-hw_rng_model prop-image_build_date prop-image_original_user \
         prop-image_source prop-image_description prop-replace_frequency prop-provided_until prop-uuid_validity \
         prop-hotfix_hours image-recency os_purpose-uniqueness",
    ),
    (
        "scs-0103",
        "standard-flavors",
        "1.0.0",
        "flavor-1v-4 flavor-2v-8 flavor-4v-16 flavor-8v-32 flavor-1v-2 flavor-2v-4 flavor-4v-8 flavor-8v-16 \
         flavor-16v-32 flavor-1v-8 flavor-2v-16 flavor-4v-32 flavor-1l-1 flavor-2v-4-20s flavor-4v-16-100s \
         flavor-1v-4-10 flavor-2v-8-20 flavor-4v-16-50 flavor-8v-32-100 flavor-1v-2-5 flavor-2v-4-10 flavor-4v-8-20 \
         flavor-8v-16-50 flavor-16v-32-100 flavor-1v-8-20 flavor-2v-16-50 flavor-4v-32-100 flavor-1l-1-5 \
         flavor-16v-64 flavor-8v-64 flavor-16v-128",
    ),
    (
        "scs-0104",
        "standard-images",
        "1.0.0",
        "source-capi-1 source-capi-2 source-ubuntu-2404 source-ubuntu-2204 source-debian-13 source-debian-12 \
         image-capi-2 image-capi-1 image-ubuntu-2404 image-ubuntu-2204 image-debian-13 image-debian-12",
    ),
    ("scs-0114", "volume-types", "1.0.0", "syntax-check encrypted-type replicated-type"),
    ("scs-0115", "default-security-group-rules", "1.0.0", "default-rules"),
    ("scs-0116", "key-manager", "1.0.0", "presence permissions"),
    ("scs-0117", "volume-backup", "1.0.0", "test-backup"),
    (
        "scs-0123",
        "services",
        "2.0.0",
        "service-compute service-identity service-image service-network service-load-balancer service-placement \
         storage-apis service-s3 swift-s3",
    ),
    ("scs-0128", "e2e", "1.0.0", "e2e"),
];
/// The order in which clouds get them wrong: first what is often wrong.
const OFTEN_WRONG: [&str; 5] = [
    "scs-0102-prop-architecture",
    "scs-0104-source-ubuntu-2404",
    "scs-0103-flavor-16v-32",
    "scs-0115-default-rules",
    "scs-0102-prop-min_ram",
];
/// What somebody attests, and what nobody does.
const MANUAL: [&str; 3] = ["availability-zones-check", "domain-manager-check", "key-manager-docs-check"];

/// So many testcases fail, besides one that is only recommended, if any do. `scs-0104-source-ubuntu-2404` asks something
/// else in older versions, where it finds in part the same.
pub(crate) fn whole(failures: usize) -> Report {
    let mut results: BTreeMap<String, TestcaseResult> = ids().map(|id| (id.clone(), passed(&id))).collect();
    let rest = ids().filter(|id| !OFTEN_WRONG.contains(&id.as_str()));
    let wrong: Vec<String> = OFTEN_WRONG
        .iter()
        .map(ToString::to_string)
        .chain(rest.step_by(2).chain(ids().skip(1).step_by(2)))
        .collect();
    let mut failing = std::collections::BTreeSet::new();
    for id in wrong {
        if failing.len() < failures {
            failing.insert(id);
        }
    }
    for id in &failing {
        results.insert(id.clone(), failed(id));
    }
    if failures > 0 {
        let advised = "scs-0123-service-s3";
        results.insert(advised.into(), failed(advised));
        for id in ["scs-0101-entropy-avail", "scs-0101-fips-test", "scs-0101-rngd"] {
            results.insert(id.into(), silent_console(id));
        }
    }
    for id in MANUAL {
        results.insert(id.into(), manual(id, failures));
    }
    let mut older = results.clone();
    if let Some(source) = older.get_mut("scs-0104-source-ubuntu-2404") {
        source.parameters = BTreeMap::from([("image_spec".into(), "scs-0104-v1-images.yaml".into())]);
        source.findings.truncate(1);
    }
    report([&results, &older], failures)
}

/// The whole scope on a cloud that did not let the run delete all it had created.
pub(crate) fn left_behind() -> Report {
    let mut report = whole(0);
    let left = |kind: &str, id: Option<&str>, why: &str| Left {
        check: "scs-0117-volume-backup".into(),
        version: Some("1.0.0".into()),
        service: "block-storage".into(),
        kind: kind.into(),
        id: id.map(str::to_owned),
        name: Some(format!("touchstone-0f1e2d3c4b5a-{kind}")),
        why: why.into(),
    };
    report.ephemeral = Some(Ephemeral {
        created: 14,
        deleted: 12,
        left: vec![
            left(
                "backup",
                None,
                "the answer to its creation got lost, and it was not found by its name in 60 s",
            ),
            left(
                "volume",
                Some("c0ffee00-8d7c-4b3e-9a4e-2f4d7f0b8a11"),
                "DELETE /volumes/c0ffee00-8d7c-4b3e-9a4e-2f4d7f0b8a11: 400 Bad Request: Volume status must be available or \
                 error, but it is restoring-backup (after 5 attempts in 61 s)",
            ),
        ],
        cloud: None,
    });
    report
}

/// A cloud that gets two testcases wrong, and for which people waived what is wrong: a draft passes, what is effective does
/// not. One waiver has expired.
pub(crate) fn waived() -> Report {
    let report = whole(2);
    let waiver = |testcase: &str, reason: &str, expires: &str| {
        serde_json::json!({
            "testcase": testcase, "subject": &report.subject, "scope": &report.scope.uuid, "reason": reason,
            "author": "Ada Lovelace <ada@gx-scs.example>", "approver": "Charles Babbage, certification body",
            "expires": expires,
        })
    };
    let console = "The console of test servers is silent until the hypervisors are updated, see https://gx-scs.example/tickets/4711.";
    let all = [
        waiver("scs-0102-prop-architecture", "Images of partners are relabelled one by one.", "2027-01-31"),
        waiver("scs-0104-source-ubuntu-2404", "The mirror is being moved.", "2026-12-15"),
        waiver("scs-0101-entropy-avail", console, "2026-12-31"),
        waiver("scs-0101-fips-test", console, "2026-12-31"),
        waiver("scs-0101-rngd", console, "2026-12-31"),
        waiver("scs-0123-service-s3", "S3 comes with the new storage.", "2026-11-22"),
    ];
    let file = serde_json::json!({"format": "touchstone.waivers/v1", "waivers": all});
    let waivers = Waivers::parse("waivers.yaml", &file.to_string()).expect("waivers");
    report.with_waivers(&waivers, report.reference_date)
}

fn ids() -> impl Iterator<Item = String> {
    CHECKS.iter().flat_map(|(prefix, _, _, ids)| ids.split(' ').map(move |id| format!("{prefix}-{id}")))
}

fn digest(prefix: &str) -> String {
    format!("sha256:{}", prefix.trim_start_matches("scs-").repeat(16))
}

fn passed(id: &str) -> TestcaseResult {
    let (_, name, _, _) = CHECKS.iter().find(|(prefix, ..)| id.starts_with(prefix)).expect("its check");
    TestcaseResult {
        description: "What the manifest says of it.".into(),
        url: Some(format!("https://docs.scs.community/standards/{}-v1-{name}#{}", &id[..8], &id[9..])),
        component: Some(digest(&id[..8])),
        ..super::checked(id, Verdict::Pass, "")
    }
}

fn failed(id: &str) -> TestcaseResult {
    let (reason, findings) = what_is_wrong(id);
    TestcaseResult { verdict: Verdict::Fail, reason, findings, ..passed(id) }
}

fn what_is_wrong(id: &str) -> (String, Vec<Finding>) {
    let uuid = |i: usize| format!("{:08x}-8d7c-4b3e-9a4e-2f4d7f0b8a11", 0x3f8b_5a52 + i * 7919);
    if let Some(property) = id.strip_prefix("scs-0102-prop-") {
        let count = if property == "architecture" { 100 } else { 2 };
        let finding = |i: usize| {
            let message = format!(
                "The property `{property}` is not set; every public image has to say it, so that users can tell what they \
                 start. To mend it: openstack image set --property {property}=VALUE {}",
                uuid(i)
            );
            let name = ["Debian 12", "Ubuntu 24.04", "AlmaLinux 9"][i % 3];
            found(
                &message,
                ("image", "image", &format!("{name} 2026-11-{:02}", i % 28 + 1), &uuid(i)),
                "scs-0102-v1",
            )
        };
        let mut findings: Vec<Finding> = (0..count).map(finding).collect();
        if property == "architecture" {
            let message = "The property `architecture` is `amd64`, which OpenStack does not know; the word is `x86_64`. \
                           To mend it: openstack image set --property architecture=x86_64 \
                           deadbeef-8d7c-4b3e-9a4e-2f4d7f0b8a11";
            let id = "deadbeef-8d7c-4b3e-9a4e-2f4d7f0b8a11";
            findings.push(found(message, ("image", "image", "openSUSE Leap 15.6", id), "scs-0102-v1"));
        }
        return (
            format!("{} of 120 public images do not say `{property}` as they should", findings.len()),
            findings,
        );
    }
    if let Some(flavor) = id.strip_prefix("scs-0103-flavor-") {
        let name = format!("SCS-{}", flavor.to_uppercase());
        let reason = format!("no flavor is named `{name}`, nor says so in `scs:name-v2`");
        return (
            reason.clone(),
            vec![Finding { resource: None, ..found(&reason, ("", "", "", ""), "scs-0103-v1") }],
        );
    }
    if id == "scs-0104-source-ubuntu-2404" {
        let finding = |i: usize, wrong: &str| {
            let message = format!(
                "`image_source` is `{wrong}`, and has to begin with https://cloud-images.ubuntu.com/"
            );
            found(&message, ("image", "image", "Ubuntu 24.04", &uuid(i)), "scs-0104-v1")
        };
        let findings = vec![finding(1, "ftp://mirror.example/ubuntu"), finding(2, "private")];
        return (format!("{} of 3 images come from elsewhere", findings.len()), findings);
    }
    let message = format!("what {id} asks for does not hold");
    let finding = found(&message, ("network", "security group", "default", &uuid(0)), &id[..8]);
    (message, vec![finding])
}

fn found(message: &str, (service, kind, name, id): (&str, &str, &str, &str), standard: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        message: message.into(),
        resource: Some(Resource {
            service: service.into(),
            kind: kind.into(),
            id: Some(id.into()),
            name: Some(name.into()),
        }),
        requirement: Some(format!("{standard}, \"What the standard asks for\"")),
    }
}

/// Testcases that share one VM share its fate.
fn silent_console(id: &str) -> TestcaseResult {
    let tail = "the end of its console:\n[   12.103944] cloud-init[611]: Cloud-init v. 24.4 running 'modules:final'\n[   \
                13.551276] systemd[1]: Reached target cloud-init.target.\n\nscs-test login:";
    let mut console = found(tail, ("compute", "server", "touchstone-0f1e2d3c4b5a-vm", "aa"), "");
    (console.severity, console.requirement) = (Severity::Info, None);
    TestcaseResult {
        verdict: Verdict::Dnf,
        reason: "the VM printed no marked line in 300 s".into(),
        findings: vec![console],
        ..passed(id)
    }
}

fn manual(id: &str, failures: usize) -> TestcaseResult {
    let attested = |by: &str| Attested {
        by: by.into(),
        at: "2026-10-02T09:30:00Z".parse().expect("a time"),
        document: Some(Document {
            url: "https://gx-scs.example/handbook/zones.pdf".into(),
            sha256: "sha256:1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c".into(),
        }),
        statement: "sha256:2e2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c".into(),
    };
    let by = |verdict, reason: &str, by: &str| {
        TestcaseResult::attested(verdict, reason, Lifetime::Quarter, attested(by))
    };
    let known = match (id, failures) {
        ("availability-zones-check", _) => by(Verdict::Pass, "", "Ada Lovelace (gx-scs)"),
        ("key-manager-docs-check", 5..) => {
            let reason = "the handbook does not say who holds the master key, nor how it is renewed";
            by(Verdict::Fail, reason, "Charles Babbage, certification body of the Analytical Engine")
        }
        _ => TestcaseResult::new(Verdict::Miss, "to be attested by people"),
    };
    TestcaseResult { description: "People look after it.".into(), ..known }
}

fn report(results: [&BTreeMap<String, TestcaseResult>; 2], failures: usize) -> Report {
    let target = |id: &str| match id {
        _ if MANUAL.contains(&id) => Target::Preview,
        "scs-0123-service-s3" | "scs-0102-prop-hash_algo" | "scs-0103-flavor-1l-1-5" => Target::Recommended,
        _ => Target::Main,
    };
    let versions =
        [("next", State::Draft), ("v5.1", State::Effective), ("v4", State::Warn), ("v3", State::Deprecated)];
    let mut found = BTreeMap::new();
    let planned = versions.iter().enumerate().map(|(unit, (name, state))| {
        let mut targets: BTreeMap<Target, Vec<ResultKey>> = BTreeMap::new();
        let is_old = matches!(*name, "v3" | "v4");
        for (id, result) in results[usize::from(is_old)] {
            // Not every version asks for everything.
            if is_old && (id.starts_with("scs-0115") || MANUAL.contains(&id.as_str())) {
                continue;
            }
            let key = ResultKey { testcase: id.clone(), check: Some(0), unit: Some(unit) };
            targets.entry(target(id)).or_default().push(key.clone());
            found.insert(key, result.clone());
        }
        PlannedVersion { name: (*name).to_owned(), state: Some(*state), targets }
    });
    let planned: Vec<PlannedVersion> = planned.collect();
    let judged = judge(&planned, &found);
    let components = CHECKS.iter().map(|(prefix, name, version, _)| {
        (digest(prefix), super::component(&format!("{prefix}-{name}"), version))
    });
    Report {
        versions: judged.versions,
        testcases: judged.testcases,
        components: components.collect(),
        evidence: BTreeMap::from([(
            "opc".into(),
            Evidence {
                file: "tempest/2026-11-22.xml".into(),
                sha256: "sha256:3f2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b2a3f4e5d6c7b8a9f0e1d2c".into(),
                bytes: 1_843_221,
                written_at: Some("2026-11-22T03:14:05Z".parse().expect("a moment")),
            },
        )]),
        ephemeral: Some(Ephemeral { created: 14, deleted: 14, ..Ephemeral::default() }),
        tape: None,
        tape_problem: None,
        replay: None,
        waivers: Vec::new(),
        ..super::failing(failures.min(8))
    }
}
