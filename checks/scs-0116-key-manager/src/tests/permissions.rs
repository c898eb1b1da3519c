//! Who may judge: users whose roles show what `member` permits.

use super::*;

#[test]
fn only_a_plain_member_shows_what_members_can_do() {
    for (roles, expected) in [
        (&["member"][..], PASS),
        (&["Member"], PASS),
        (&["load-balancer_member", "member", "reader"], PASS),
        (&[], DNF),
        (&["reader"], DNF),
        (&["members"], DNF),
        (&["admin", "member"], DNF),
        (&["manager", "member", "reader"], DNF),
        (&["creator", "member"], DNF),
        (&["Creator", "member"], DNF),
        (&["key-manager:service-admin", "member"], DNF),
    ] {
        for steps in [perfect(), but(CREATE, 403, "{}")] {
            let report = cloud(&steps).identity(user(roles)).run(&CHECK);
            let is_judged = expected == PASS;
            let refused = steps[CREATE].answer == Ok((403, "{}".to_owned()));
            let expected = if is_judged && refused { FAIL } else { expected };
            assert_eq!(report.verdict(PERMISSIONS), expected, "{roles:?}");
            assert_eq!(report.calls.is_empty(), !is_judged, "{roles:?}");
            assert_eq!(report.verdict(PRESENCE), PASS);
        }
    }
}

#[test]
fn the_reason_says_which_role_is_in_the_way() {
    let reason = |roles: &[&str]| cloud(&perfect()).identity(user(roles)).run(&CHECK).reason(PERMISSIONS);
    assert!(reason(&["creator", "member"]).starts_with("the user has the role `creator`"));
    assert!(reason(&["reader"]).starts_with("the user does not have the role `member` (but reader)"));
    assert!(reason(&[]).contains("(but none)"));
}
