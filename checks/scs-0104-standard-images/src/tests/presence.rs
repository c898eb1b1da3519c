//! `scs-0104-image-…`: there is a public image that users can find by its name and boot from.

use super::*;

const DEBIAN: &str = "scs-0104-image-debian-12";

fn remedy(report: &Report, testcase: &str) -> String {
    let findings = report.findings(testcase);
    assert_eq!(findings.len(), 1);
    findings[0].remedy.clone().unwrap_or_default()
}

#[test]
fn a_name_is_a_name() {
    assert_eq!(verdict(&[image("Debian 12", BOOKWORM)], V5, DEBIAN), PASS);
    // From where it comes is a matter of the other testcase.
    assert_eq!(verdict(&[image("Debian 12", "private")], V5, DEBIAN), PASS);
    for name in ["Debian 11", "debian 12", "Debian 12 ", "Debian 12 (bookworm)", "Debian  12", ""] {
        let report = judge(&[image(name, BOOKWORM)], V5, DEBIAN);
        assert_eq!(report.verdict(DEBIAN), FAIL, "{name}");
        assert_eq!(report.reason(DEBIAN), "there is no public image named `Debian 12`");
        assert_eq!(
            remedy(&report, DEBIAN),
            "openstack image create --public --file FILE --property \
             image_source=https://cloud.debian.org/images/cloud/bookworm/FILE 'Debian 12'"
        );
        assert_eq!(
            report.findings(DEBIAN)[0].requirement.as_deref(),
            Some("scs-0104-v1, \"Image specification, single image\"")
        );
    }
    assert_eq!(verdict(&[], V5, DEBIAN), FAIL);
    assert_eq!(verdict(&[with(image("x", BOOKWORM), "name", Value::Null)], V5, DEBIAN), FAIL);
}

#[test]
fn a_scheme_matches_the_whole_name() {
    let testcase = "scs-0104-image-capi-2";
    for name in ["ubuntu-capi-image-v1.28", "ubuntu-capi-image-v1.33.1"] {
        let report = judge(&[image(name, CAPI)], V5, testcase);
        assert_eq!(report.verdict(testcase), PASS, "{name}");
        assert_eq!(report.reason(testcase), format!("it is image `{name}`"));
    }
    for name in [
        "ubuntu-capi-image v1.28",
        "ubuntu-capi-image-v1.28.1-gpu",
        "my-ubuntu-capi-image-v1.28",
        "ubuntu-capi-image",
    ] {
        let report = judge(&[image(name, CAPI)], V5, testcase);
        assert_eq!(report.verdict(testcase), FAIL, "{name}");
        assert!(report.reason(testcase).contains(r"whose name matches `ubuntu-capi-image-v[0-9]\.[0-9]+"));
        assert_eq!(
            report.findings(testcase)[0].requirement.as_deref(),
            Some("scs-0104-v1, \"Image specification, class of images\"")
        );
    }
    assert_eq!(verdict(&[image("ubuntu-capi-image v1.28.2", CAPI)], V4, "scs-0104-image-capi-1"), PASS);
}

#[test]
fn what_users_cannot_find_or_boot_is_not_there() {
    let debian = || image("Debian 12", BOOKWORM);
    for (spoilt, said, command) in [
        (with(debian(), "visibility", json!("private")), "is `private`", "set --public 'id of Debian 12'"),
        (
            with(debian(), "visibility", json!("community")),
            "is `community`",
            "set --public 'id of Debian 12'",
        ),
        (with(debian(), "visibility", json!("shared")), "is `shared`", "set --public 'id of Debian 12'"),
        (
            with(debian(), "status", json!("deactivated")),
            "is deactivated",
            "set --activate 'id of Debian 12'",
        ),
        (with(debian(), "status", json!("queued")), "is `queued`, not active", "create --public"),
        (with(debian(), "os_hidden", json!(true)), "is hidden", "set --unhidden 'id of Debian 12'"),
    ] {
        let report = judge(std::slice::from_ref(&spoilt), V5, DEBIAN);
        assert_eq!(report.verdict(DEBIAN), FAIL, "{spoilt}");
        let reason = report.reason(DEBIAN);
        assert!(reason.contains(said), "{reason}");
        assert!(remedy(&report, DEBIAN).starts_with(&format!("openstack image {command}")));
        let resource = report.findings(DEBIAN)[0].resource.clone().unwrap();
        assert_eq!((resource.kind.as_str(), resource.name.as_deref()), ("image", Some("Debian 12")));
        // Another one that is there makes it right, in either order.
        let right = with(debian(), "id", json!("other"));
        assert_eq!(verdict(&[spoilt.clone(), right.clone()], V5, DEBIAN), PASS);
        assert_eq!(verdict(&[right, spoilt], V5, DEBIAN), PASS);
    }
    let before_rocky = with(debian(), "os_hidden", Value::Null);
    assert_eq!(verdict(&[before_rocky], V5, DEBIAN), PASS);
}
