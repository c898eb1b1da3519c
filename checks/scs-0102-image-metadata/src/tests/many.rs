//! Thousands of images: all are counted, some are shown; and their order says nothing.

use proptest::prelude::*;

use super::*;

#[test]
fn of_thousands_of_wrong_images_some_are_shown() {
    let images: Vec<Value> = (0..3000)
        .map(|i| {
            let image = perfect(&format!("image {i:04}"));
            if i % 2 == 0 { with(image, "architecture", "amd64") } else { image }
        })
        .collect();
    let report = report(&images);
    assert_eq!(failing(&report), ["prop-architecture", "os_purpose-uniqueness"]);
    let testcase = "scs-0102-prop-architecture";
    assert_eq!(
        report.reason(testcase),
        "1,500 of 3,000 public images: `architecture` is not set, or not to one that OpenStack lists"
    );
    let findings = report.findings(testcase);
    assert_eq!(findings.len(), 21);
    assert_eq!(findings[20].message, "and 1,480 more images");
    assert!(findings.iter().all(|finding| finding.severity == Severity::Error));
    assert!(findings[..20].iter().all(|finding| finding.remedy.is_some() && finding.resource.is_some()));
}

/// A run has room for 1,000 findings. Whatever is wrong with thousands of images, nothing is dropped.
#[test]
fn the_findings_of_all_testcases_together_are_few() {
    let worst = |i: usize| {
        json!({"id": format!("{i}"), "name": "x 20260102", "visibility": "public", "status": "active", "size": 5_000_000_000_u64,
            "virtual_size": 9_000_000_000_u64, "created_at": "x", "image_build_date": "2026-01-01", "hw_disk_bus": "scsi",
            "os_distro": "unheard-of", "os_purpose": "generic", "os_version": "1", "hypervisor_type": "x",
            "hw_rng_model": "x", "uuid_validity": "x", "hotfix_hours": "x", "min_disk": 1, "min_ram": 1,
            "replace_frequency": "daily", "provided_until": if i.is_multiple_of(2) { "notice" } else { "x" }})
    };
    let images: Vec<Value> = (0..2000).map(worst).collect();
    let report = report(&images);
    assert!(report.findings.len() < 500, "{}", report.findings.len());
    assert_eq!(report.verdict(RECENCY), FAIL);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Neither verdicts nor findings depend on the order of the list.
    #[test]
    fn the_order_of_the_api_does_not_matter(
        picks in prop::collection::vec((0..4_usize, 0..9_usize, 1..28_u8), 1..25), turn in 0..25_usize,
    ) {
        const NAMES: [&str; 4] = ["a", "a old", "b", "a 20260601"];
        let mut images: Vec<Value> = picks.iter().enumerate().map(|(i, &(name, spoil, day))| {
            let image = with(perfect(NAMES[name]), "id", format!("{i:02}"));
            let image = with(image, "image_build_date", format!("2026-05-{day:02}"));
            match spoil {
                0 => with(image, "architecture", "aarch64"),
                1 => with(image, "provided_until", "notice"),
                2 => with(image, "replace_frequency", "daily"),
                3 => with(image, "os_hidden", true),
                4 => with(image, "visibility", "private"),
                5 => with(image, "min_disk", 0),
                6 => with(image, "os_purpose", "oldgeneric"),
                7 => with(image, "name", Value::Null),
                _ => image,
            }
        }).collect();
        let one = report(&images);
        images.reverse();
        let by = turn % images.len();
        images.rotate_left(by);
        let other = report(&images);
        prop_assert_eq!(one.outcomes, other.outcomes);
        prop_assert_eq!(one.findings, other.findings);
    }
}
