//! Images are replaced as often as they promise, and old ones give their name away.

use super::*;

fn day(date: &str) -> i64 {
    format!("{date}T12:00:00Z").parse::<jiff::Timestamp>().unwrap().as_second()
}

fn report_on(date: &str, images: &[Value]) -> Report {
    let only = [RECENCY];
    Cloud::new().reference_time(day(date)).get("image", "/images", list(images)).only(&only).run(&CHECK)
}

fn verdict_on(date: &str, images: &[Value]) -> Option<Verdict> {
    report_on(date, images).verdict(RECENCY)
}

fn built(name: &str, date: &str, frequency: &str) -> Value {
    let image = with(with(perfect(name), "image_build_date", date), "replace_frequency", frequency);
    with(image, "created_at", format!("{}T23:59:59Z", &date[..10]))
}

/// The examples of the standard, and days around the end of months.
#[test]
fn up_to_three_days_later_is_no_violation() {
    for (frequency, date, last) in [
        ("monthly", "2021-04-14", "2021-05-17"),
        ("monthly", "2021-05-14", "2021-06-17"),
        ("monthly", "2021-06-15", "2021-07-18"),
        ("monthly", "2021-07-27", "2021-08-30"),
        ("monthly", "2024-01-31", "2024-03-03"),
        ("monthly", "2023-01-31", "2023-03-03"),
        ("monthly", "2023-12-31", "2024-02-03"),
        ("daily", "2023-12-31", "2024-01-04"),
        ("weekly", "2024-02-25", "2024-03-06"),
        ("quarterly", "2023-11-30", "2024-03-03"),
        ("yearly", "2024-02-29", "2025-03-03"),
        ("monthly", "2021-04-14 23:59:59", "2021-05-17"),
    ] {
        let image = built("x", date, frequency);
        let next = jiff::civil::Date::tomorrow(last.parse().unwrap()).unwrap().to_string();
        assert_eq!(verdict_on(date.get(..10).unwrap(), std::slice::from_ref(&image)), PASS, "{date}");
        assert_eq!(verdict_on(last, std::slice::from_ref(&image)), PASS, "{frequency} {date} {last}");
        assert_eq!(verdict_on(&next, std::slice::from_ref(&image)), FAIL, "{frequency} {date} {next}");
    }
}

#[test]
fn an_image_that_is_overdue_is_told() {
    let report = report_on("2026-07-05", &[perfect("Ubuntu 24.04")]);
    let (message, remedy) = violation(&report, RECENCY);
    assert_eq!(
        message,
        "`replace_frequency` is `monthly`: a new one was due on 2026-07-01; add it, then hide this one"
    );
    assert_eq!(remedy, "openstack image set --hidden id-of-Ubuntu-24.04");
    assert_eq!(report.findings(RECENCY)[0].requirement.as_deref(), Some("scs-0102-v1, \"Image updating\""));
    assert_eq!(report.reason(RECENCY), format!("image `Ubuntu 24.04`: {message}"));
}

#[test]
fn without_a_promise_nothing_is_overdue() {
    for frequency in ["never", "critical_bug", "biweekly", ""] {
        assert_eq!(verdict_on("2036-01-01", &[built("x", "2021-01-01", frequency)]), PASS, "{frequency}");
    }
    assert_eq!(verdict_on("2036-01-01", &[without(perfect("x"), "replace_frequency")]), PASS);
}

#[test]
fn a_promise_ends() {
    let until = |until: &str| with(perfect("x"), "provided_until", until);
    for (value, date, expected) in [
        ("none", "2036-01-01", PASS),
        ("2026-06-30", "2026-07-05", PASS),
        ("2026-07-04", "2026-07-05", PASS),
        ("2026-07-05", "2026-07-05", FAIL),
        ("2026-07-05", "2026-07-06", PASS),
        ("2036-01-01", "2026-07-05", FAIL),
        ("forever", "2026-07-05", FAIL),
        ("2026-06-30 00:00", "2026-07-05", FAIL),
        ("", "2026-07-05", FAIL),
    ] {
        assert_eq!(verdict_on(date, &[until(value)]), expected, "{value} {date}");
    }
    let report = report_on("2026-07-05", &[without(perfect("x"), "provided_until")]);
    let (message, remedy) = violation(&report, RECENCY);
    assert!(message.ends_with("`provided_until` names no end of that promise"));
    assert_eq!(remedy, "openstack image set --property provided_until=YYYY-MM-DD id-of-x");
}

#[test]
fn whether_there_was_a_notice_cannot_be_found_out() {
    let image = || with(perfect("x"), "provided_until", "notice");
    assert_eq!(verdict_on("2026-07-04", &[image()]), PASS);
    let report = report_on("2026-07-05", &[image()]);
    assert_eq!(report.verdict(RECENCY), DNF);
    let reason = report.reason(RECENCY);
    assert!(
        reason.ends_with("`provided_until` is `notice`, and whether there was one, the API does not tell")
    );
    assert_eq!(messages(&report, RECENCY, Severity::Warning).len(), 1);
    // What is certain, counts.
    assert_eq!(verdict_on("2026-07-05", &[image(), perfect("y")]), FAIL);
    // A new image under the name keeps the promise, notice or not.
    let newer = built("x", "2026-07-01", "monthly");
    assert_eq!(verdict_on("2026-07-05", &[with(image(), "name", "x old"), newer]), PASS);
}

#[test]
fn hidden_images_are_free() {
    assert_eq!(verdict_on("2028-01-01", &[with(perfect("x"), "os_hidden", true)]), PASS);
    assert_eq!(verdict_on("2028-01-01", &[with(perfect("x"), "visibility", "private")]), PASS);
    assert_eq!(verdict_on("2028-01-01", &[with(perfect("x"), "os_hidden", Value::Null)]), FAIL);
}

#[test]
fn an_old_image_that_gave_its_name_away_is_free() {
    let newer = || built("Ubuntu 24.04", "2026-07-01", "monthly");
    for old in [
        "Ubuntu 24.04 20260601",
        "Ubuntu 24.04 2026-06-01",
        "Ubuntu 24.04 old",
        "Ubuntu 24.04 prev",
        "Ubuntu 24.04  old",
    ] {
        let old = perfect(old);
        assert_eq!(verdict_on("2026-07-05", &[old.clone(), newer()]), PASS, "{old}");
        assert_eq!(verdict_on("2026-07-05", &[newer(), old.clone()]), PASS, "{old}");
        // The promise is that there is a new one.
        let report = report_on("2026-07-05", std::slice::from_ref(&old));
        assert!(violation(&report, RECENCY).0.contains(", and there is no `Ubuntu 24.04`"));
        for not_it in [
            with(newer(), "os_hidden", true),
            with(newer(), "visibility", "community"),
            with(newer(), "status", "queued"),
            with(newer(), "status", "deactivated"),
            with(newer(), "name", "Ubuntu 22.04"),
        ] {
            assert_eq!(verdict_on("2026-07-05", &[old.clone(), not_it]), FAIL);
        }
        let older = built("Ubuntu 24.04", "2026-05-31", "never");
        let report = report_on("2026-07-05", &[old.clone(), older]);
        assert!(violation(&report, RECENCY).0.contains("`Ubuntu 24.04` is older still"));
    }
    let by_patchlevel = with(perfect("Ubuntu 24.04 .1-r3"), "patchlevel", ".1-r3");
    assert_eq!(verdict_on("2026-07-05", &[by_patchlevel, newer()]), PASS);
}

#[test]
fn an_image_that_says_that_it_was_replaced_is_free_if_it_was() {
    let newer = || built("Ubuntu 24.04", "2026-07-01", "monthly");
    let old = |name: &str| with(perfect(name), "os_purpose", "oldgeneric");
    for name in ["Ubuntu 24.04 (r3)", "Ubuntu 24.04-1", "Ubuntu 24.04 before July"] {
        assert_eq!(verdict_on("2026-07-05", &[old(name), newer()]), PASS, "{name}");
        assert_eq!(verdict_on("2026-07-05", &[perfect(name), newer()]), FAIL, "{name}");
        for not_it in [
            with(newer(), "os_hidden", true),
            with(newer(), "status", "queued"),
            with(newer(), "visibility", "community"),
            with(newer(), "os_purpose", "minimal"),
            with(newer(), "os_version", "22.04"),
            with(newer(), "architecture", "aarch64"),
            with(newer(), "os_distro", "debian"),
            without(newer(), "os_version"),
            built("Ubuntu 24.04", "2026-05-31", "never"),
        ] {
            assert_eq!(verdict_on("2026-07-05", &[old(name), not_it.clone()]), FAIL, "{name} {not_it}");
        }
    }
    // Its name is still that under which a new one was promised.
    for name in ["Ubuntu 24.04", "Ubuntu", "My Ubuntu 24.04"] {
        let image = with(old(name), "id", "other");
        assert_eq!(verdict_on("2026-07-05", &[image, newer()]), FAIL, "{name}");
    }
    assert_eq!(verdict_on("2026-07-05", &[old("Ubuntu 24.04 (r3)")]), FAIL);
    let namesake = with(with(newer(), "os_purpose", "minimal"), "id", "0");
    let namesake = with(namesake, "image_build_date", "2026-07-02");
    assert_eq!(verdict_on("2026-07-05", &[old("Ubuntu 24.04 (r3)"), newer(), namesake]), PASS);
    let nameless = with(with(newer(), "name", ""), "id", "nameless");
    assert_eq!(verdict_on("2026-07-05", &[old("Ubuntu 24.04 (r3)"), nameless]), FAIL);
    let bare = |image: Value| with(image, "os_version", "");
    assert_eq!(verdict_on("2026-07-05", &[bare(old("Ubuntu 24.04 (r3)")), bare(newer())]), FAIL);
    let bare = |image: Value| without(image, "os_version");
    assert_eq!(verdict_on("2026-07-05", &[bare(old("Ubuntu 24.04 (r3)")), bare(newer())]), FAIL);
}

#[test]
fn a_name_that_is_only_like_it_gives_nothing_away() {
    let newer = || built("Ubuntu 24.04", "2026-07-01", "monthly");
    for name in [
        "Ubuntu 24.04 Minimal",
        "Ubuntu 24.04 20260632",
        "Ubuntu 24.04-20260601",
        "Ubuntu 24.04old",
        "Ubuntu 24.04 Old",
        "Ubuntu 24.04 r3",
        "old",
        " old",
        "20260601",
    ] {
        assert_eq!(verdict_on("2026-07-05", &[perfect(name), newer()]), FAIL, "{name}");
    }
    let twin = with(perfect("Ubuntu 24.04"), "id", "other");
    assert_eq!(verdict_on("2026-07-05", &[twin, newer()]), FAIL);
    assert_eq!(verdict_on("2026-07-05", &[with(perfect("x"), "name", Value::Null), newer()]), FAIL);
}

#[test]
fn without_a_right_build_date_the_registration_counts() {
    for spoilt in [
        with(perfect("x"), "image_build_date", "June"),
        without(perfect("x"), "image_build_date"),
        with(perfect("x"), "image_build_date", "2026-06-03"),
        with(perfect("x"), "image_build_date", "2099-01-01"),
    ] {
        assert_eq!(verdict_on("2026-07-05", std::slice::from_ref(&spoilt)), PASS);
        assert_eq!(verdict_on("2026-07-06", std::slice::from_ref(&spoilt)), FAIL);
    }
}
