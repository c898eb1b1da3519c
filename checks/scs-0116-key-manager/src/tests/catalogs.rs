//! Catalogs with a key manager, without one, and with something like one.

use super::*;

fn verdicts(catalog: Vec<Service>) -> (Option<Verdict>, Option<Verdict>) {
    let report = cloud(&perfect()).catalog(catalog).run(&CHECK);
    (report.verdict(PRESENCE), report.verdict(PERMISSIONS))
}

#[test]
fn without_a_key_manager_nothing_has_to_be_permitted() {
    let report = cloud(&[]).catalog(vec![service("identity", 1), service("image", 1)]).run(&CHECK);
    assert_eq!((report.verdict(PRESENCE), report.verdict(PERMISSIONS)), (FAIL, PASS));
    assert_eq!(report.reason(PERMISSIONS), "there is no key manager");
    assert_eq!(report.reason(PRESENCE), "the catalog has no service of type `key-manager`, should have one");
    assert!(report.calls.is_empty());
    // Whoever the user is.
    let report = cloud(&[]).catalog(vec![service("identity", 1)]).identity(user(&["reader"])).run(&CHECK);
    assert_eq!(report.verdict(PERMISSIONS), PASS);
}

#[test]
fn an_empty_catalog_does_not_say_that_there_is_none() {
    assert_eq!(verdicts(vec![]), (FAIL, DNF));
}

#[test]
fn other_services_are_no_key_managers() {
    for other in ["key-management", "keymanager", "secrets", "key-manager-legacy", "key"] {
        assert_eq!(verdicts(vec![service(other, 1)]), (FAIL, PASS), "{other}");
    }
}

#[test]
fn a_key_manager_by_another_spelling_is_not_what_the_catalog_should_have_but_has_to_work() {
    for spelling in ["Key-Manager", "key_manager"] {
        assert_eq!(verdicts(vec![service(spelling, 1)]), (FAIL, PASS));
        let report = cloud(&but(CREATE, 403, "{}")).catalog(vec![service(spelling, 1)]).run(&CHECK);
        assert_eq!(report.verdict(PERMISSIONS), FAIL);
        let expected = format!("the catalog calls its type `{spelling}`, should be `key-manager`");
        assert_eq!(messages(&report, PRESENCE), [expected]);
    }
}

#[test]
fn without_an_endpoint_in_the_region_it_is_not_there() {
    assert_eq!(verdicts(vec![service("key-manager", 0)]).0, FAIL);
    assert_eq!(verdicts(vec![service("key-manager", 0), service("key-manager", 1)]).0, PASS);
    // What cannot be called is not judged: the host says so.
    let mut steps = perfect();
    steps[CREATE].answer = Err(ErrorKind::NoSuchService);
    let report = cloud(&steps).catalog(vec![service("key-manager", 0)]).run(&CHECK);
    assert_eq!((report.verdict(PRESENCE), report.verdict(PERMISSIONS)), (FAIL, DNF));
}

#[test]
fn a_finding_names_the_service() {
    let report = cloud(&perfect()).catalog(vec![service("key-manager", 0)]).run(&CHECK);
    let resource = report.findings(PRESENCE)[0].resource.clone().unwrap();
    assert_eq!((resource.service.as_str(), resource.name.as_deref()), ("key-manager", Some("barbican")));
    let requirement = report.findings(PRESENCE)[0].requirement.clone().unwrap();
    assert!(requirement.starts_with("scs-0116-v1, \"Key Manager Standard\""));
}
