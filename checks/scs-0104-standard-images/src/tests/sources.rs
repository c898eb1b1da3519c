//! `scs-0104-source-…`: every public image of that name comes from one of the sources.

use proptest::prelude::*;
use touchstone_sdk::Severity;

use super::*;

const UBUNTU: &str = "scs-0104-source-ubuntu-2404";

#[test]
fn a_source_begins_with_one_of_the_list() {
    for right in [
        NOBLE,
        "https://cloud-images.ubuntu.com/noble/current/x.img",
        "https://cloud-images.ubuntu.com/noble/",
    ] {
        let report = judge(&[image("Ubuntu 24.04", right)], V5, UBUNTU);
        assert_eq!(report.verdict(UBUNTU), PASS, "{right}");
        assert!(report.findings.is_empty() && report.reason(UBUNTU).is_empty());
    }
    for wrong in [
        "",
        "private",
        "https://cloud-images.ubuntu.com/",
        "https://cloud-images.ubuntu.com/noble",
        "https://cloud-images.ubuntu.com/jammy/x.img",
        "http://cloud-images.ubuntu.com/noble/x.img",
        "HTTPS://cloud-images.ubuntu.com/noble/x.img",
        " https://cloud-images.ubuntu.com/noble/x.img",
        "https://mirror.example/https://cloud-images.ubuntu.com/noble/x.img",
        BOOKWORM,
    ] {
        let report = judge(&[image("Ubuntu 24.04", wrong)], V5, UBUNTU);
        assert_eq!(report.verdict(UBUNTU), FAIL, "{wrong}");
        let findings = report.findings(UBUNTU);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].message,
            format!(
                "`image_source` is `{wrong}`, should begin with `https://cloud-images.ubuntu.com/releases/noble/` or \
                 `https://cloud-images.ubuntu.com/noble/`; if it comes from elsewhere, replace it"
            )
        );
        assert_eq!(
            findings[0].remedy.as_deref(),
            Some(
                "openstack image set --property \
                 image_source=https://cloud-images.ubuntu.com/releases/noble/FILE 'id of Ubuntu 24.04'"
            )
        );
        assert_eq!(report.reason(UBUNTU), format!("image `Ubuntu 24.04` comes from elsewhere: `{wrong}`"));
    }
}

#[test]
fn a_source_that_is_not_said_is_wrong() {
    let mut unsaid = image("Ubuntu 24.04", NOBLE);
    unsaid.as_object_mut().unwrap().remove("image_source");
    for image in [unsaid, with(image("Ubuntu 24.04", NOBLE), "image_source", Value::Null)] {
        let report = judge(&[image], V5, UBUNTU);
        assert_eq!(report.verdict(UBUNTU), FAIL);
        assert!(report.findings(UBUNTU)[0].message.starts_with("`image_source` is not set, should begin"));
    }
}

#[test]
fn no_image_of_that_name_is_not_wrong_but_is_said() {
    for images in [
        vec![],
        vec![image("Ubuntu 24.04 Minimal", "https://elsewhere/")],
        vec![with(image("Ubuntu 24.04", "https://elsewhere/"), "visibility", json!("private"))],
        vec![with(image("Ubuntu 24.04", "https://elsewhere/"), "visibility", json!("community"))],
        vec![with(image("Ubuntu 24.04", "https://elsewhere/"), "name", Value::Null)],
    ] {
        let report = judge(&images, V5, UBUNTU);
        assert_eq!(report.verdict(UBUNTU), PASS);
        assert_eq!(report.reason(UBUNTU), "there is no public image named `Ubuntu 24.04`");
    }
}

#[test]
fn every_public_image_of_that_name_is_held_to_it() {
    let right = image("Ubuntu 24.04", NOBLE);
    let wrong = |key: &str, value: Value| {
        with(with(image("Ubuntu 24.04", "https://elsewhere/x"), "id", json!("other")), key, value)
    };
    for wrong in [
        wrong("size", json!(8)),
        wrong("os_hidden", json!(true)),
        wrong("status", json!("deactivated")),
        wrong("status", json!("queued")),
    ] {
        assert_eq!(verdict(&[right.clone(), wrong.clone()], V5, UBUNTU), FAIL);
        assert_eq!(verdict(&[wrong, right.clone()], V5, UBUNTU), FAIL);
    }
    let class = "scs-0104-source-capi-2";
    let one = image("ubuntu-capi-image-v1.28.1", CAPI);
    let other = image("ubuntu-capi-image-v1.29.1", "https://elsewhere/");
    assert_eq!(verdict(std::slice::from_ref(&one), V5, class), PASS);
    assert_eq!(verdict(&[one, other], V5, class), FAIL);
    // What bears another name, may come from elsewhere.
    assert_eq!(verdict(&[image("ubuntu-capi-image-v1.28.1-gpu", "https://elsewhere/")], V5, class), PASS);
}

#[test]
fn of_thousands_of_wrong_images_some_are_shown() {
    let wrong = |i: usize| with(image("Ubuntu 24.04", "https://elsewhere/"), "id", json!(format!("{i:05}")));
    let mut images: Vec<Value> = (0..3000).map(wrong).collect();
    images.push(image("Ubuntu 24.04", NOBLE));
    let report = judge(&images, V5, UBUNTU);
    assert_eq!(report.verdict(UBUNTU), FAIL);
    assert_eq!(report.reason(UBUNTU), "3000 of 3001 public images named `Ubuntu 24.04` come from elsewhere");
    let findings = report.findings(UBUNTU);
    assert_eq!(findings.len(), 21);
    assert_eq!(findings[20].message, "and 2980 more images");
    assert!(findings.iter().all(|finding| finding.severity == Severity::Error));
}

#[test]
fn an_id_does_nothing_in_a_shell() {
    let hostile = with(image("Ubuntu 24.04", "https://x/"), "id", json!("$(reboot)'; reboot"));
    let report = judge(&[hostile], V5, UBUNTU);
    let remedy = report.findings(UBUNTU)[0].remedy.clone().unwrap();
    assert!(remedy.ends_with(r" '$(reboot)'\''; reboot'"), "{remedy}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whether it is right depends neither on the order of the list nor on images of other names.
    #[test]
    fn the_order_of_the_api_does_not_matter(
        picks in prop::collection::vec((0..4_usize, 0..4_usize, any::<bool>()), 0..12), turn in 0..12_usize,
    ) {
        const NAMES: [&str; 4] = ["Ubuntu 24.04", "Debian 12", "ubuntu-capi-image-v1.2", "other"];
        const SOURCES: [&str; 4] = [NOBLE, BOOKWORM, CAPI, "https://elsewhere/"];
        let mut images: Vec<Value> = picks.iter().enumerate().map(|(i, &(name, source, public))| {
            let visibility = if public { "public" } else { "private" };
            let image = with(image(NAMES[name], SOURCES[source]), "id", json!(format!("{i}")));
            with(image, "visibility", json!(visibility))
        }).collect();
        let slugs = ["ubuntu-2404", "debian-12", "capi-2"];
        let wanted: Vec<String> =
            slugs.iter().flat_map(|slug| [format!("scs-0104-source-{slug}"), format!("scs-0104-image-{slug}")]).collect();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let run = |images: &[Value]| cloud(images).asset("image_spec", V5.as_bytes()).only(&wanted).run(&CHECK);
        let one = run(&images);
        for (i, slug) in slugs.iter().enumerate() {
            let of_it = || picks.iter().filter(|(name, _, public)| *name == i && *public);
            let right = of_it().all(|(_, source, _)| *source == i);
            prop_assert_eq!(one.verdict(&format!("scs-0104-source-{slug}")), if right { PASS } else { FAIL });
            let there = of_it().next().is_some();
            prop_assert_eq!(one.verdict(&format!("scs-0104-image-{slug}")), if there { PASS } else { FAIL });
        }
        images.reverse();
        let by = turn.min(images.len());
        images.rotate_left(by);
        let other = run(&images);
        prop_assert_eq!(one.outcomes, other.outcomes);
        prop_assert_eq!(one.findings, other.findings);
    }
}
