//! The check against scripted clouds. Most tests spoil one thing of a perfect cloud.

mod catalogs;
mod object_stores;

use touchstone_sdk::openstack::{Endpoint, Identity, Service};
use touchstone_sdk::testing::{Cloud, Report};
use touchstone_sdk::{Severity, Verdict};

use crate::{CHECK, SWIFT_S3};

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);
const DNF: Option<Verdict> = Some(Verdict::Dnf);

/// Testcase, and the service type that it asks for.
const PRESENCE: [(&str, &str); 8] = [
    ("scs-0123-service-compute", "compute"),
    ("scs-0123-service-identity", "identity"),
    ("scs-0123-service-image", "image"),
    ("scs-0123-service-network", "network"),
    ("scs-0123-service-load-balancer", "load-balancer"),
    ("scs-0123-service-placement", "placement"),
    ("scs-0123-storage-apis", "block-storage"),
    ("scs-0123-service-s3", "object-store-s3"),
];

fn service(service_type: &str) -> Service {
    let endpoint = |interface: &str| Endpoint {
        interface: interface.into(),
        region: "R1".into(),
        url: format!("https://{service_type}.{interface}.example/v1"),
    };
    Service {
        service_type: service_type.into(),
        name: format!("name of {service_type}"),
        endpoints: vec![endpoint("internal"), endpoint("public")],
    }
}

fn perfect() -> Vec<Service> {
    PRESENCE.iter().map(|(_, service_type)| service(service_type)).collect()
}

fn report(catalog: Vec<Service>) -> Report {
    let identity = Identity { region: Some("R1".into()), ..Identity::default() };
    Cloud::new().catalog(catalog).identity(identity).run(&CHECK)
}

/// The testcases that fail; each has exactly one outcome, and none is DNF.
fn failing(report: &Report) -> Vec<&'static str> {
    assert_eq!(report.outcomes.len(), CHECK.testcases.len());
    let fails = |id: &&str| match report.verdict(id) {
        Some(Verdict::Pass) => false,
        Some(Verdict::Fail) => true,
        other => panic!("{id}: {other:?}"),
    };
    CHECK.testcases.iter().map(|testcase| testcase.id).filter(fails).collect()
}

fn messages(report: &Report, testcase: &str, severity: Severity) -> Vec<String> {
    let findings = report.findings(testcase).into_iter();
    findings.filter(|finding| finding.severity == severity).map(|finding| finding.message.clone()).collect()
}
