use super::*;

fn line<'t>(text: &'t str, begins: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(begins)).map(str::trim)
}

#[test]
fn a_night_is_told_as_it_goes() {
    let metrics = Metrics::new("1.2.3");
    assert_eq!(line(&metrics.text(), "touchstone_build_info{version=\"1.2.3\"}"), Some("1"));
    assert_eq!(line(&metrics.text(), "touchstone_night_in_progress"), Some("0"));
    assert_eq!(line(&metrics.text(), "touchstone_runs_total{verdict=\"FAIL\"}"), Some("0"));
    metrics.night_started("2026-11-27T02:30:00Z".parse().unwrap(), 5);
    metrics.subjects_were_done(2);
    metrics.subject_started();
    metrics.subject_started();
    metrics.subject_ended(SubjectOutcome::Unreachable);
    metrics.attempt(false);
    metrics.attempt(true);
    metrics.run_ended("FAIL", Duration::from_secs(20));
    let text = metrics.text();
    assert_eq!(line(&text, "touchstone_night_in_progress"), Some("1"));
    assert_eq!(line(&text, "touchstone_night_start_timestamp_seconds"), Some("1795746600.0"));
    assert_eq!(line(&text, "touchstone_night_subjects{phase=\"waiting\"}"), Some("1"));
    assert_eq!(line(&text, "touchstone_night_subjects{phase=\"running\"}"), Some("1"));
    assert_eq!(line(&text, "touchstone_night_subjects{phase=\"done\"}"), Some("3"));
    assert_eq!(line(&text, "touchstone_subjects_total{outcome=\"unreachable\"}"), Some("1"));
    assert_eq!(line(&text, "touchstone_subject_attempts_total"), Some("2"));
    assert_eq!(line(&text, "touchstone_subject_retries_total"), Some("1"));
    assert_eq!(line(&text, "touchstone_runs_total{verdict=\"FAIL\"}"), Some("1"));
    assert_eq!(line(&text, "touchstone_run_duration_seconds_bucket{le=\"15\"}"), Some("0"));
    assert_eq!(line(&text, "touchstone_run_duration_seconds_bucket{le=\"30\"}"), Some("1"));
    metrics.night_finished("2026-11-27T02:40:00.5Z".parse().unwrap());
    let text = metrics.text();
    assert_eq!(line(&text, "touchstone_night_in_progress"), Some("0"));
    assert_eq!(line(&text, "touchstone_night_last_finished_timestamp_seconds"), Some("1795747200.5"));
    assert_eq!(line(&text, "touchstone_nights_finished_total"), Some("1"));
}

#[test]
fn what_is_told_too_often_does_not_go_below_none() {
    let metrics = Metrics::new("1");
    metrics.subject_started();
    assert_eq!(line(&metrics.text(), "touchstone_night_subjects{phase=\"waiting\"}"), Some("0"));
}

#[test]
fn a_version_has_one_verdict() {
    let metrics = Metrics::new("1");
    metrics.verdict("a", "SCS-compatible IaaS", "v5.1", "PASS");
    metrics.verdict("b", "SCS-compatible IaaS", "v5.1", "PASS");
    metrics.verdict("a", "SCS-compatible IaaS", "v5.1", "FAIL");
    metrics.verdict("a", "SCS-compatible IaaS", "v5.1", "FAIL");
    let of = |subject: &str| {
        let begins = format!("touchstone_version_verdict{{subject=\"{subject}\"");
        let text = metrics.text();
        text.lines().filter(|line| line.starts_with(&begins)).map(str::to_owned).collect::<Vec<_>>()
    };
    let labels = "scope=\"SCS-compatible IaaS\",version=\"v5.1\"";
    assert_eq!(of("a"), [format!("touchstone_version_verdict{{subject=\"a\",{labels},verdict=\"FAIL\"}} 1")]);
    metrics.left("a", 3);
    assert_eq!(line(&metrics.text(), "touchstone_left_resources{subject=\"a\"}"), Some("3"));
    metrics.left("a", 0);
    assert_eq!(of("b").len(), 1);
    assert_eq!(line(&metrics.text(), "touchstone_left_resources{subject=\"a\"}"), None);
}

#[test]
fn the_outbox_says_since_when() {
    let metrics = Metrics::new("1");
    metrics.outbox("webhook", 2, Some("1970-01-01T00:00:09Z".parse().unwrap()));
    metrics.delivery("webhook", Delivery::Retried);
    let text = metrics.text();
    assert_eq!(line(&text, "touchstone_outbox_pending{destination=\"webhook\"}"), Some("2"));
    assert_eq!(
        line(&text, "touchstone_outbox_oldest_timestamp_seconds{destination=\"webhook\"}"),
        Some("9.0")
    );
    let deliveries = "touchstone_deliveries_total{destination=\"webhook\",outcome=";
    assert_eq!(line(&text, &format!("{deliveries}\"retried\"}}")), Some("1"));
    assert_eq!(line(&text, &format!("{deliveries}\"refused\"}}")), Some("0"));
    metrics.outbox("webhook", 0, None);
    let text = metrics.text();
    assert_eq!(line(&text, "touchstone_outbox_pending{destination=\"webhook\"}"), Some("0"));
    assert_eq!(line(&text, "touchstone_outbox_oldest_timestamp_seconds{destination=\"webhook\"}"), None);
}

#[test]
fn names_cannot_break_out_of_a_label() {
    let metrics = Metrics::new("1");
    metrics.left("a\"} 1\nevil 7\\", 1);
    let text = metrics.text();
    assert!(text.contains("{subject=\"a\\\"} 1\\nevil 7\\\\\"} 1\n"), "{text}");
    assert_eq!(line(&text, "evil"), None);
}

#[test]
fn a_textfile_is_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("touchstone.prom");
    let metrics = Metrics::new("1");
    metrics.write_textfile(&path).unwrap();
    metrics.report_recorded();
    metrics.write_textfile(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), metrics.text());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    std::fs::create_dir(folder.path().join("in-the-way")).unwrap();
    std::fs::write(folder.path().join("in-the-way/file"), "").unwrap();
    metrics.write_textfile(&folder.path().join("in-the-way")).unwrap_err();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "the part is gone");
}
