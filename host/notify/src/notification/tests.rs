use super::*;

fn change(subject: &str, kind: Kind, after: Option<Verdict>, testcases: usize) -> Change {
    let testcases = (0..testcases).map(|n| TestcaseChange {
        testcase: format!("t{n:03}"),
        before: Some(Verdict::Pass),
        after: Some(if n % 2 == 0 { Verdict::Dnf } else { Verdict::Fail }),
        reason: "x".repeat(MAX_REASON + n),
    });
    Change {
        kind,
        subject: subject.to_owned(),
        display_name: None,
        operator: None,
        scope: Scope { uuid: "u".to_owned(), name: "n".to_owned() },
        version: "v1".to_owned(),
        state: None,
        before: None,
        after,
        testcases: testcases.collect(),
        testcases_left_out: 0,
        report: None,
    }
}

#[test]
fn nothing_changed_is_nothing_to_tell() {
    assert_eq!(Notification::new("n", Vec::new()), None);
}

#[test]
fn the_worst_comes_first() {
    let told = Notification::new(
        "n",
        vec![
            change("better", Kind::Better, Some(Verdict::Pass), 0),
            change("gone", Kind::Gone, None, 0),
            change("b", Kind::Worse, Some(Verdict::Dnf), 0),
            change("a", Kind::Worse, Some(Verdict::Dnf), 0),
            change("worst", Kind::Worse, Some(Verdict::Fail), 0),
            change("new", Kind::New, Some(Verdict::Miss), 0),
        ],
    )
    .unwrap();
    let subjects: Vec<&str> = told.changes.iter().map(|change| &*change.subject).collect();
    assert_eq!(subjects, ["worst", "a", "b", "new", "gone", "better"]);
    assert_eq!(told.counts, Counts { worse: 3, new: 1, gone: 1, better: 1 });
}

#[test]
fn it_stays_small() {
    let many = (0..3000).map(|n| change(&format!("s{n:04}"), Kind::Worse, Some(Verdict::Fail), 40)).collect();
    let told = Notification::new("n", many).unwrap();
    assert_eq!((told.changes.len(), told.left_out, told.counts.worse), (MAX_CHANGES, 2500, 3000));
    let first = &told.changes[0];
    assert_eq!((first.testcases.len(), first.testcases_left_out), (MAX_TESTCASES, 30));
    assert!(first.testcases.iter().all(|one| one.after == Some(Verdict::Fail)), "the worst are kept");
    assert!(first.testcases[0].reason.ends_with("x […1 more characters]"), "{}", first.testcases[0].reason);
    assert!(told.json().len() < 3_000_000, "{}", told.json().len());
}

#[test]
fn the_same_news_has_the_same_id() {
    let one = || vec![change("a", Kind::Worse, Some(Verdict::Fail), 2), change("b", Kind::Gone, None, 0)];
    let told = Notification::new("n", one()).unwrap();
    let id = told.id.strip_prefix("tsn_").expect("its kind");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let mut other_order = one();
    other_order.reverse();
    assert_eq!(Notification::new("n", other_order).unwrap(), told);
    assert_ne!(Notification::new("m", one()).unwrap().id, told.id);
    assert_ne!(Notification::new("n", one()[..1].to_vec()).unwrap().id, told.id);
    assert_eq!(Notification::parse(&told.json()).unwrap(), told);
}
