//! Who looks for the generic image of a system finds one.

use super::*;

fn other(key: &str, value: impl Into<Value>) -> [Value; 2] {
    [perfect("one"), with(perfect("other"), key, value)]
}

#[test]
fn two_generic_images_of_a_system_are_one_too_many() {
    let images = other("image_build_date", "2026-05-20");
    let report = report(&images);
    assert_eq!(failing(&report), ["os_purpose-uniqueness"]);
    let (message, remedy) = violation(&report, UNIQUENESS);
    assert_eq!(
        message,
        "`os_purpose` is `generic`, as that of `one` (id-of-one), which is for `ubuntu` `24.04` for `x86_64`, too: hide the \
         older one, or give it another purpose"
    );
    assert_eq!(remedy, "openstack image set --hidden id-of-other");
    let finding = report.findings(UNIQUENESS)[0];
    assert_eq!(finding.resource.as_ref().unwrap().name.as_deref(), Some("other"));
    assert_eq!(finding.requirement.as_deref(), Some("scs-0102-v2, \"Technical requirements and features\""));
}

#[test]
fn images_that_differ_in_what_one_looks_for_are_several() {
    for [key, value] in [
        ["os_distro", "debian"],
        ["os_version", "22.04"],
        ["architecture", "aarch64"],
        ["os_purpose", "minimal"],
        ["os_purpose", "oldgeneric"],
        ["visibility", "private"],
        ["visibility", "community"],
    ] {
        assert_eq!(report(&other(key, value)).verdict(UNIQUENESS), PASS, "{key}={value}");
    }
    assert_eq!(report(&other("os_hidden", true)).verdict(UNIQUENESS), PASS);
    for key in ["os_distro", "os_version", "os_purpose"] {
        let images = [without(perfect("one"), key), without(perfect("other"), key)];
        assert_eq!(report(&images).verdict(UNIQUENESS), PASS, "{key}");
    }
}

#[test]
fn nothing_else_makes_images_differ() {
    for (key, value) in [
        ("name", json!("one")),
        ("name", Value::Null),
        ("status", json!("deactivated")),
        ("hypervisor_type", json!("xen")),
        ("image_source", json!("private")),
        ("os_hidden", Value::Null),
        ("created_at", Value::Null),
    ] {
        assert_eq!(report(&other(key, value.clone())).verdict(UNIQUENESS), FAIL, "{key}={value}");
    }
    let nowhere = [without(perfect("one"), "architecture"), without(perfect("other"), "architecture")];
    let report = report(&nowhere);
    assert_eq!(report.verdict(UNIQUENESS), FAIL);
    assert!(violation(&report, UNIQUENESS).0.contains("`24.04` without an architecture, too"));
}

#[test]
fn of_many_the_newest_is_kept() {
    let dates = ["2026-05-01", "2026-06-01", "2026-04-01"];
    let images: Vec<Value> =
        dates.iter().map(|date| with(perfect(date), "image_build_date", *date)).collect();
    let report = report(&images);
    let named: Vec<_> =
        report.findings(UNIQUENESS).into_iter().map(|f| f.resource.clone().unwrap().name).collect();
    assert_eq!(named, [Some("2026-04-01".to_owned()), Some("2026-05-01".to_owned())]);
    assert_eq!(
        report.reason(UNIQUENESS),
        "2 of 3 public images: `generic`, though a newer one for the same system is so, too"
    );
}
