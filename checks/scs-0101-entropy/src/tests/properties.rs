//! What flavors and images say about random number generators.

use super::*;

fn verdicts(flavors: Value, images: Value) -> Report {
    let steps = [
        get("compute", "/flavors/detail", json!({"flavors": flavors})),
        get("image", "/images", json!({"images": images})),
    ];
    cloud(&steps).only(&OF_PROPERTIES).run(&CHECK)
}

fn with(mut thing: Value, name: &str, value: impl Into<Value>) -> Value {
    thing[name] = value.into();
    thing
}

#[test]
fn every_flavor_lets_servers_have_a_random_number_generator() {
    for (extra_specs, expected, is) in [
        (json!({"hw_rng:allowed": "True"}), PASS, ""),
        (json!({"hw_rng:allowed": "true"}), PASS, ""),
        (json!({"hw_rng:allowed": true}), PASS, ""),
        (json!({}), FAIL, "is not set"),
        (json!({"hw_rng:allowed": "False"}), FAIL, "is `False`"),
        (json!({"hw_rng:allowed": ""}), FAIL, "is ``"),
        (json!({"hw_rng:allowed": "1"}), FAIL, "is `1`"),
        (json!({"hw_rng": "True"}), FAIL, "is not set"),
        (json!({"HW_RNG:ALLOWED": "True"}), FAIL, "is not set"),
    ] {
        let odd = with(flavor("odd", 1, 1024, 0), "extra_specs", extra_specs.clone());
        let report = verdicts(json!([flavor("a", 1, 1024, 0), odd, flavor("z", 1, 1024, 0)]), json!([]));
        assert_eq!(report.verdict(FLAVOR_PROPERTY), expected, "{extra_specs}");
        if expected == FAIL {
            let [finding] = report.findings(FLAVOR_PROPERTY)[..] else { panic!("{:?}", report.findings) };
            assert_eq!(finding.message, format!("`hw_rng:allowed` {is}, should be `True`"));
            assert_eq!(finding.resource.as_ref().unwrap().name.as_deref(), Some("odd"));
            let remedy = "openstack flavor set --property hw_rng:allowed=True f-odd";
            assert_eq!(finding.remedy.as_deref(), Some(remedy));
            assert_eq!(finding.requirement.as_deref(), Some("scs-0101-v1 before v1.1, \"Flavors\""));
        }
        assert_eq!(report.verdict(IMAGE_PROPERTY), PASS);
    }
}

#[test]
fn every_public_image_asks_for_a_random_number_generator() {
    for (value, expected, is) in [
        (json!("virtio"), PASS, ""),
        (Value::Null, FAIL, "is not set"),
        (json!(""), FAIL, "is ``"),
        (json!("Virtio"), FAIL, "is `Virtio`"),
        (json!("virtio-rng"), FAIL, "is `virtio-rng`"),
        (json!(true), FAIL, "is `true`"),
    ] {
        let odd = with(image("odd", "debian", "13"), "hw_rng_model", value.clone());
        for (visibility, status) in
            [("public", "active"), ("public", "queued"), ("shared", "active"), ("private", "active")]
        {
            let odd = with(with(odd.clone(), "visibility", visibility), "status", status);
            let report =
                verdicts(json!([]), json!([image("a", "debian", "13"), odd, image("z", "arch", "1")]));
            let expected = if visibility == "public" { expected } else { PASS };
            assert_eq!(report.verdict(IMAGE_PROPERTY), expected, "{value} {visibility} {status}");
            if expected == FAIL {
                let [finding] = report.findings(IMAGE_PROPERTY)[..] else { panic!("{:?}", report.findings) };
                assert_eq!(finding.message, format!("`hw_rng_model` {is}, should be `virtio`"));
                assert_eq!(finding.resource.as_ref().unwrap().id.as_deref(), Some("i-odd"));
                let remedy = "openstack image set --property hw_rng_model=virtio i-odd";
                assert_eq!(finding.remedy.as_deref(), Some(remedy));
            }
        }
    }
}

#[test]
fn each_that_is_wrong_is_a_finding_in_an_order_of_its_own() {
    let without = |name: &str| with(flavor(name, 1, 1024, 0), "extra_specs", json!({}));
    let report = verdicts(json!([without("b"), without("a")]), json!([]));
    assert_eq!(report.findings, verdicts(json!([without("a"), without("b")]), json!([])).findings);
    assert_eq!(report.findings(FLAVOR_PROPERTY).len(), 2);
}

#[test]
fn what_cannot_be_read_spoils_its_own_testcase_only() {
    for (index, spoiled, other) in
        [(FLAVORS, FLAVOR_PROPERTY, IMAGE_PROPERTY), (IMAGES, IMAGE_PROPERTY, FLAVOR_PROPERTY)]
    {
        for answer in
            [Ok((403, "{}".into())), Ok((500, "".into())), Ok((200, "{}".into())), Err(ErrorKind::TimedOut)]
        {
            let report = report(&but(index, answer.clone()));
            assert_eq!((report.verdict(spoiled), report.verdict(other)), (DNF, PASS), "{answer:?}");
            assert!(OF_A_MACHINE.iter().all(|testcase| report.verdict(testcase) == DNF));
            assert!(report.created.is_empty());
        }
    }
    let report = verdicts(json!([]), json!([{"id": "x", "status": "active"}]));
    assert_eq!(report.verdict(IMAGE_PROPERTY), DNF);
}
