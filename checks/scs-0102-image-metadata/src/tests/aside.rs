//! What is discouraged or looks wrong is told, and changes no verdict.

use super::*;

#[test]
fn what_should_be_is_a_warning() {
    for (key, value, testcase, said) in [
        ("os_version", json!("noble"), "prop-os_version", "`noble`, should be a number"),
        ("os_version", json!("24.04 LTS"), "prop-os_version", "`24.04 LTS`, should be a number"),
        ("hw_scsi_model", Value::Null, "prop-hw_disk_bus", "`hw_scsi_model` should then be set"),
        ("min_ram", json!(63), "prop-min_ram", "`min_ram` is 63 MiB"),
        (
            "virtual_size",
            json!(4_294_967_297_u64),
            "prop-min_disk",
            "the disk in the image has 4,294,967,297 bytes",
        ),
        (
            "name",
            json!("x 20260531"),
            "image-recency",
            "says 2026-05-31, but `image_build_date` is 2026-06-01",
        ),
        (
            "name",
            json!("x 2026-05-31"),
            "image-recency",
            "says 2026-05-31, but `image_build_date` is 2026-06-01",
        ),
    ] {
        let report = report(&[with(perfect("x"), key, value)]);
        assert_eq!(failing(&report), [""; 0], "{key}");
        assert_eq!(report.findings.len(), 1, "{key}");
        let said_of = messages(&report, &format!("scs-0102-{testcase}"), Severity::Warning);
        assert!(said_of[0].contains(said), "{said_of:?}");
    }
}

#[test]
fn what_is_as_it_should_be_is_not_warned_of() {
    for (key, value) in [
        ("os_distro", json!("almalinux")),
        ("os_version", json!("rolling")),
        ("hw_disk_bus", json!("virtio")),
        ("min_ram", json!(64)),
        ("virtual_size", json!(4_294_967_296_u64)),
        ("virtual_size", Value::Null),
        ("name", json!("x 20260601")),
        ("name", json!("x 12345678")),
    ] {
        // Of this distribution it is not known whether it uses numbers.
        let image = with(perfect("x"), "os_distro", if key == "os_version" { "gentoo" } else { "ubuntu" });
        assert!(report(&[with(image, key, value)]).findings.is_empty(), "{key}");
    }
}

#[test]
fn two_images_of_the_same_name_are_warned_of() {
    let older = with(with(perfect("x"), "id", "older"), "image_build_date", "2026-05-20");
    let report = report(&[with(older, "os_purpose", "custom"), perfect("x")]);
    assert_eq!(failing(&report), [""; 0]);
    let finding = report.findings(RECENCY)[0];
    assert_eq!(
        finding.message,
        "image id-of-x (of 2026-06-01) has the same name: whoever goes by names gets one of them"
    );
    assert_eq!(finding.resource.as_ref().unwrap().id.as_deref(), Some("older"));
    assert_eq!(finding.remedy.as_deref(), Some("openstack image set --hidden older"));
    assert_eq!(report.findings.len(), 1);
}
