//! Each property, right and wrong: a wrong one fails its testcase, and no other.

use super::*;

#[test]
fn a_perfect_image_passes_without_a_word() {
    for images in [vec![perfect("Ubuntu 24.04")], vec![]] {
        let report = report(&images);
        assert_eq!(failing(&report), [""; 0]);
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        let reason = if images.is_empty() { "there are no public images" } else { "" };
        assert!(report.outcomes.iter().all(|(.., said)| said == reason));
        assert_eq!(report.calls, ["GET image /images?limit=1000"]);
    }
}

/// Values of a property that are right.
const RIGHT: &[(&str, &[&str])] = &[
    ("architecture", &["x86_64", "aarch64", "s390x", "ppc64", "armv7l", "ppc64le", "riscv64"]),
    ("os_distro", &["ubuntu", "debian", "windows", "rocky", "almalinux", "sles", "cirros"]),
    ("os_version", &["24.04", "12", "2022", "tumbleweed"]),
    ("os_purpose", &["generic", "minimal", "k8snode", "gpu", "network", "custom", "oldgeneric"]),
    ("hw_disk_bus", &["scsi", "virtio", "sata", "ide", "usb", "xen"]),
    ("hypervisor_type", &["qemu", "xen", "hyperv", "vmware", "ironic", "lxc", "uml"]),
    ("hw_rng_model", &["virtio"]),
    ("image_build_date", &["2026-06-01", "2026-06-02 08:00", "2026-06-02 08:00:00", "2026-05-31 23:59:59"]),
    ("image_original_user", &["ubuntu", "none"]),
    (
        "image_source",
        &[
            "private",
            "https://x",
            "http://x/y?z",
            "ftp://x/y",
            "ftps://x:99/",
            "HTTPS://X/",
            "https://[::1]/x",
            "https://[::1]:8080/x",
            "https://user:word@x.example.:8080/a@b:c",
            "https://bücher.example/x",
        ],
    ),
    ("image_description", &["https://x", "Debian with everything"]),
    ("replace_frequency", &["yearly", "quarterly", "monthly", "never", "critical_bug"]),
    ("provided_until", &["none", "notice", "2026-01-01", "2029-02-28"]),
    (
        "uuid_validity",
        &["none", "notice", "forever", "last-1", "last-0", "last-12", "2030-12-31", "1999-01-01"],
    ),
    ("hotfix_hours", &["0", "48", "007"]),
];

#[test]
fn right_values_pass() {
    for (key, values) in RIGHT {
        for value in *values {
            let report = report(&[with(perfect("Ubuntu 24.04"), key, *value)]);
            assert_eq!(failing(&report), [""; 0], "{key}={value}");
        }
    }
}

/// Values of a property that are wrong, and the value that the command to mend it sets.
const WRONG: &[(&str, &[(&str, &str)])] = &[
    (
        "architecture",
        &[
            ("", "ARCHITECTURE"),
            ("amd64", "x86_64"),
            ("X86_64", "x86_64"),
            ("arm64", "aarch64"),
            ("risc-v", "riscv64"),
            ("riscv", "ARCHITECTURE"),
            ("ppc64el", "ppc64le"),
            ("x86_64 ", "x86_64"),
            ("none", "ARCHITECTURE"),
        ],
    ),
    (
        "os_distro",
        &[
            ("", "DISTRIBUTION"),
            (" ", "DISTRIBUTION"),
            ("Ubuntu", "ubuntu"),
            ("org.debian", "debian"),
            ("CentOS", "centos"),
            ("RedHat", "rhel"),
            ("suse", "opensuse"),
            ("rockylinux", "rocky"),
            ("AlmaLinux", "almalinux"),
            ("debain", "DISTRIBUTION"),
            ("linux", "DISTRIBUTION"),
            ("archlinux", "arch"),
            ("win", "windows"),
        ],
    ),
    ("os_version", &[("", "VERSION"), ("  ", "VERSION")]),
    (
        "os_purpose",
        &[("", "PURPOSE"), ("Generic", "generic"), ("desktop", "PURPOSE"), ("generic,gpu", "PURPOSE")],
    ),
    ("hw_disk_bus", &[("", "BUS"), ("SCSI", "scsi"), ("virtio-scsi", "BUS"), ("nvram", "BUS")]),
    (
        "hypervisor_type",
        &[
            ("", "TYPE"),
            ("kvm", "qemu"),
            ("KVM", "qemu"),
            ("hyper-v", "hyperv"),
            ("esxi", "vmware"),
            ("bochs", "TYPE"),
        ],
    ),
    ("hw_rng_model", &[("", "MODEL"), ("Virtio", "virtio"), ("virtio-rng", "MODEL"), ("none", "MODEL")]),
    (
        "image_build_date",
        &[
            ("", "YYYY-MM-DD"),
            ("yesterday", "YYYY-MM-DD"),
            ("2026-6-1", "YYYY-MM-DD"),
            ("20260601", "YYYY-MM-DD"),
            ("2026-02-30", "YYYY-MM-DD"),
            ("2026-06-01T10:00:00Z", "2026-06-01 10:00:00"),
            ("2026-06-01 10", "YYYY-MM-DD"),
            ("2026-06-02 08:00:01", "YYYY-MM-DD"),
            ("2026-06-03", "YYYY-MM-DD"),
            ("2026-06-16", "YYYY-MM-DD"),
            ("2262-01-01", "YYYY-MM-DD"),
        ],
    ),
    ("image_original_user", &[("", "USER"), (" ", "USER")]),
    (
        "image_source",
        &[
            ("", "URL"),
            ("Private", "URL"),
            ("cloud-images.ubuntu.com/noble", "URL"),
            ("https:/x", "URL"),
            ("https://", "URL"),
            ("https:///x", "URL"),
            ("https://:443/x", "URL"),
            ("https://user@/x", "URL"),
            ("https://x:port/x", "URL"),
            ("https://.../x", "URL"),
            ("https://<mirror>/x", "URL"),
            ("https://[x]/x", "URL"),
            ("https://[::1]x/x", "URL"),
            ("file:///x", "URL"),
            ("s3://bucket/x", "URL"),
            ("see https://x", "URL"),
            ("https://x y", "URL"),
        ],
    ),
    ("image_description", &[("", "URL"), ("\t", "URL")]),
    (
        "replace_frequency",
        &[("", "FREQUENCY"), ("Monthly", "monthly"), ("biweekly", "FREQUENCY"), ("30d", "FREQUENCY")],
    ),
    (
        "provided_until",
        &[
            ("", "none"),
            ("forever", "YYYY-MM-DD"),
            ("last-1", "YYYY-MM-DD"),
            ("2030", "YYYY-MM-DD"),
            ("None", "YYYY-MM-DD"),
            ("2030-02-29", "YYYY-MM-DD"),
            ("2030-01-01 00:00", "YYYY-MM-DD"),
        ],
    ),
    (
        "uuid_validity",
        &[
            ("", "none"),
            ("last-", "none"),
            ("last-n", "none"),
            ("last--1", "none"),
            ("last-١", "none"),
            ("always", "none"),
            ("2030-02-29", "none"),
            ("2030-01-01 00:00", "none"),
            ("Forever", "none"),
        ],
    ),
    (
        "hotfix_hours",
        &[("", ""), ("soon", ""), ("48h", ""), ("-1", ""), ("1.5", ""), (" 48", ""), ("٤", ""), (" ", "")],
    ),
];

#[test]
fn wrong_values_fail_their_testcase_only() {
    for (key, values) in WRONG {
        for (value, better) in *values {
            let report = report(&[with(perfect("Ubuntu 24.04"), key, *value)]);
            assert_eq!(failing(&report), [format!("prop-{key}")], "{key}={value}");
            let (message, remedy) = violation(&report, &format!("scs-0102-prop-{key}"));
            assert!(message.starts_with(&format!("`{key}` is ")), "{message}");
            let change = match *key {
                "hotfix_hours" => "unset --property hotfix_hours".to_owned(),
                _ if better.contains(' ') => format!("set --property '{key}={better}'"),
                _ => format!("set --property {key}={better}"),
            };
            assert_eq!(remedy, format!("openstack image {change} id-of-Ubuntu-24.04"), "{key}={value}");
        }
    }
}

#[test]
fn each_finding_names_the_image_and_the_paragraph() {
    let report = report(&[with(perfect("Ubuntu 24.04"), "architecture", "amd64")]);
    let findings = report.findings("scs-0102-prop-architecture");
    assert_eq!(
        findings[0].message,
        "`architecture` is `amd64`, should be one of those that OpenStack or libosinfo lists, such as `x86_64` or `aarch64`"
    );
    assert_eq!(
        findings[0].requirement.as_deref(),
        Some("scs-0102-v1, \"Technical requirements and features\"")
    );
    let resource = findings[0].resource.clone().unwrap();
    assert_eq!((resource.service.as_str(), resource.kind.as_str()), ("image", "image"));
    assert_eq!(resource.name.as_deref(), Some("Ubuntu 24.04"));
    assert_eq!(resource.id.as_deref(), Some("id-of-Ubuntu-24.04"));
    let reason = report.reason("scs-0102-prop-architecture");
    assert!(reason.starts_with("image `Ubuntu 24.04`: `architecture` is `amd64`"), "{reason}");
}

#[test]
fn properties_that_are_not_set_fail_if_they_have_to_be() {
    for key in [
        "architecture",
        "min_disk",
        "min_ram",
        "os_version",
        "os_distro",
        "os_purpose",
        "hw_disk_bus",
        "image_build_date",
        "image_original_user",
        "image_source",
        "image_description",
        "replace_frequency",
        "provided_until",
        "uuid_validity",
    ] {
        for image in [without(perfect("x"), key), with(perfect("x"), key, Value::Null)] {
            let report = report(&[image]);
            assert_eq!(failing(&report), [format!("prop-{key}")]);
            let (message, remedy) = violation(&report, &format!("scs-0102-prop-{key}"));
            assert!(message.starts_with(&format!("`{key}` is not set")), "{message}");
            assert!(remedy.starts_with("openstack image set --") && remedy.ends_with(" id-of-x"), "{remedy}");
        }
    }
    for key in ["hypervisor_type", "hw_rng_model", "hotfix_hours", "patchlevel", "name"] {
        let report = report(&[with(perfect("x"), key, Value::Null)]);
        assert_eq!(failing(&report), [""; 0], "{key}");
    }
}

#[test]
fn the_hash_is_one_by_sha_256_or_512() {
    let hash = |algo: &str, digits: usize| {
        with(with(perfect("x"), "os_hash_algo", algo), "os_hash_value", "a1".repeat(digits / 2))
    };
    for (algo, digits, right) in [
        ("sha256", 64, true),
        ("sha512", 128, true),
        ("sha256", 128, false),
        ("sha512", 64, false),
        ("md5", 32, false),
        ("sha1", 40, false),
        ("SHA512", 128, false),
        ("", 128, false),
        ("sha3_512", 128, false),
    ] {
        let expected: &[&str] = if right { &[] } else { &["prop-hash_algo"] };
        assert_eq!(failing(&report(&[hash(algo, digits)])), expected, "{algo}");
    }
    for (key, value) in [
        ("os_hash_algo", Value::Null),
        ("os_hash_value", Value::Null),
        ("os_hash_value", json!("")),
        ("os_hash_value", json!("x".repeat(128))),
    ] {
        let report = report(&[with(perfect("x"), key, value)]);
        assert_eq!(failing(&report), ["prop-hash_algo"]);
        assert!(violation(&report, "scs-0102-prop-hash_algo").0.contains("upload the image anew"));
    }
}

#[test]
fn the_disk_is_not_smaller_than_the_image() {
    const GIB: u64 = 1 << 30;
    let sized = |min_disk: u64, size: u64| {
        with(with(without(perfect("x"), "virtual_size"), "min_disk", min_disk), "size", size)
    };
    for (min_disk, size, right) in [
        (1, 0, true),
        (1, GIB, true),
        (1, GIB + 1, false),
        (2, GIB + 1, true),
        (0, 0, false),
        (0, GIB, false),
        (u64::MAX, GIB, true),
        (20, 21_474_836_481, false),
    ] {
        let report = report(&[sized(min_disk, size)]);
        let expected: &[&str] = if right { &[] } else { &["prop-min_disk"] };
        assert_eq!(failing(&report), expected, "{min_disk} {size}");
    }
    let report = report(&[sized(1, 2_361_393_152)]);
    let (message, remedy) = violation(&report, "scs-0102-prop-min_disk");
    assert_eq!(message, "`min_disk` is 1 GiB, but the image has 2,361,393,152 bytes");
    assert_eq!(remedy, "openstack image set --min-disk 3 id-of-x");
}

#[test]
fn some_memory_is_needed() {
    for (mib, right) in [(0, false), (1, true), (63, true), (64, true), (512, true)] {
        let expected: &[&str] = if right { &[] } else { &["prop-min_ram"] };
        assert_eq!(failing(&report(&[with(perfect("x"), "min_ram", mib)])), expected);
    }
}

#[test]
fn a_build_date_is_neither_in_the_future_nor_after_the_registration() {
    let image = |built: &str, registered: &str| {
        with(with(perfect("x"), "image_build_date", built), "created_at", registered)
    };
    for (built, registered, said) in [
        ("2026-06-16", "2026-06-02T08:00:00Z", "that is in the future"),
        ("2026-06-15 12:00:01", "2026-06-15T12:00:00Z", "registered before, on 2026-06-15 12:00:00 (UTC)"),
        ("2026-06-03", "2026-06-02T08:00:00Z", "registered before, on 2026-06-02 08:00:00 (UTC)"),
    ] {
        let report = report(&[image(built, registered)]);
        assert_eq!(failing(&report), ["prop-image_build_date"]);
        assert!(violation(&report, "scs-0102-prop-image_build_date").0.ends_with(said));
    }
    for (built, registered) in [
        ("2026-06-15 12:00:00", "2026-06-15T12:00:00Z"),
        ("2026-06-15", "2026-06-15T00:00:00Z"),
        // A run for a day that has an hour of its own: that the image is of later that day, is not held against it.
        ("2026-06-15 18:00", "2026-06-15T19:00:00Z"),
        ("2026-06-02", "2026-06-02T00:00:00Z"),
    ] {
        assert_eq!(failing(&report(&[image(built, registered)])), [""; 0]);
    }
}
