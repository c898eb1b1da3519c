//! What is in the catalog.

use super::*;

#[test]
fn a_catalog_with_all_services_passes_without_a_word() {
    let report = report(perfect());
    assert!(failing(&report).is_empty());
    assert!(report.findings.is_empty());
    assert!(report.calls.is_empty());
}

#[test]
fn a_missing_service_fails_its_testcase_only() {
    for (testcase, service_type) in PRESENCE {
        let catalog = perfect().into_iter().filter(|entry| entry.service_type != service_type).collect();
        let report = report(catalog);
        assert_eq!(failing(&report), [testcase]);
        let [finding] = report.findings(testcase)[..] else { panic!("one finding") };
        assert!(finding.message.starts_with(&format!("the catalog has no service of type `{service_type}`")));
        assert!(finding.requirement.as_deref().is_some_and(|text| text.starts_with("scs-0123-")));
        let remedy = finding.remedy.as_deref().unwrap();
        assert!(
            remedy.ends_with(&format!("openstack endpoint create --region R1 {service_type} public URL"))
        );
    }
    let empty = Cloud::new().run(&CHECK);
    assert!(PRESENCE.iter().all(|(testcase, _)| empty.verdict(testcase) == FAIL));
    assert_eq!(empty.verdict(SWIFT_S3), DNF);
}

#[test]
fn an_entry_without_endpoint_does_not_count() {
    for (testcase, service_type) in PRESENCE {
        for endpoints in
            [vec![], vec![Endpoint { interface: "public".into(), region: "R1".into(), url: "".into() }]]
        {
            let mut catalog = perfect();
            for entry in catalog.iter_mut().filter(|entry| entry.service_type == service_type) {
                entry.endpoints = endpoints.clone();
            }
            let report = report(catalog.clone());
            assert_eq!(failing(&report), [testcase]);
            let expected =
                format!("is in the catalog as `{service_type}`, but has no endpoint in region `R1`");
            assert_eq!(report.reason(testcase), expected);
            let name = report.findings(testcase)[0].resource.as_ref().unwrap().name.clone();
            assert_eq!(name, Some(format!("name of {service_type}")));
            // A second entry with an endpoint will do.
            catalog.push(service(service_type));
            assert!(failing(&self::report(catalog)).is_empty());
        }
    }
    let nowhere = vec![Service { endpoints: vec![], ..service("compute") }];
    let report = Cloud::new().catalog(nowhere).run(&CHECK);
    let reason = report.reason("scs-0123-service-compute");
    assert_eq!(reason, "is in the catalog as `compute`, but has no endpoint");
}

#[test]
fn a_service_that_is_not_public_gets_a_warning() {
    let mut catalog = perfect();
    catalog[0].endpoints.retain(|endpoint| endpoint.interface != "public");
    let report = report(catalog);
    assert!(failing(&report).is_empty());
    let said = messages(&report, "scs-0123-service-compute", Severity::Warning);
    assert_eq!(said, ["has no public endpoint, only internal or admin ones: users may not reach it"]);
}

#[test]
fn block_storage_has_aliases_and_the_others_have_none() {
    let with = |types: &[&str]| {
        let others = perfect().into_iter().filter(|entry| entry.service_type != "block-storage");
        report(others.chain(types.iter().map(|name| service(name))).collect())
    };
    for alias in ["volumev3", "volume"] {
        let report = with(&[alias]);
        assert!(failing(&report).is_empty(), "{alias}");
        let [finding] = report.findings("scs-0123-storage-apis")[..] else { panic!("one finding") };
        assert_eq!(finding.severity, Severity::Warning);
        let expected = format!(
            "is in the catalog as `{alias}` only: catalogs should use the official type, `block-storage`"
        );
        assert_eq!(finding.message, expected);
    }
    assert!(with(&["volumev3", "block-storage", "volume"]).findings.is_empty());
    for wrong in
        ["volumev2", "block-store", "Block-Storage", "block_storage", "volumeV3", "volumes", "cinder", ""]
    {
        assert_eq!(failing(&with(&[wrong])), ["scs-0123-storage-apis"], "{wrong}");
    }
    let unusable = Service { endpoints: vec![], ..service("block-storage") };
    let others = perfect().into_iter().filter(|entry| entry.service_type != "block-storage");
    let report = report(others.chain([unusable, service("volumev3")]).collect());
    assert!(failing(&report).is_empty(), "one of the entries has an endpoint");
}

#[test]
fn what_was_meant_is_hinted_at_and_does_not_count() {
    for (testcase, service_type, wrong) in [
        ("scs-0123-service-compute", "compute", "Compute"),
        ("scs-0123-service-compute", "compute", "nova"),
        ("scs-0123-service-load-balancer", "load-balancer", "load_balancer"),
        ("scs-0123-service-load-balancer", "load-balancer", "octavia"),
        ("scs-0123-storage-apis", "block-storage", "volumev2"),
        ("scs-0123-storage-apis", "block-storage", "block-store"),
        ("scs-0123-service-s3", "object-store-s3", "s3"),
        ("scs-0123-service-s3", "object-store-s3", "object-storage-s3"),
    ] {
        let mut catalog = perfect();
        for entry in catalog.iter_mut().filter(|entry| entry.service_type == service_type) {
            *entry = service(wrong);
        }
        let report = report(catalog);
        assert_eq!(failing(&report), [testcase], "{wrong}");
        let hint = format!("; there is `{wrong}`, which does not count");
        assert!(report.reason(testcase).ends_with(&hint), "{}", report.reason(testcase));
    }
}
