//! Every call refused or unanswered, each in turn, and servers that do not get as far as they should.

use super::*;
use crate::machine;

fn all_dnf(report: &Report) -> bool {
    OF_A_MACHINE.iter().all(|testcase| report.verdict(testcase) == DNF)
}

#[test]
fn whatever_is_not_answered_well_says_nothing_about_entropy() {
    for index in 0..perfect().len() {
        for status in [300, 400, 401, 403, 404, 409, 413, 429, 500, 501, 503] {
            // A console that is not there yet may come; without any it is as below.
            let answer = Ok((status, "{}".to_owned()));
            let report = report(&but(index, answer));
            assert!(all_dnf(&report), "{index} {status} {:?}", report.outcomes);
            let properties_stand = index > IMAGES;
            let properties = OF_PROPERTIES.iter().all(|testcase| report.verdict(testcase) == PASS);
            assert_eq!(properties, properties_stand, "{index} {status}");
        }
        for kind in [ErrorKind::TimedOut, ErrorKind::NoSuchService, ErrorKind::Denied, ErrorKind::Exhausted] {
            assert!(all_dnf(&report(&but(index, Err(kind)))), "{index} {kind:?}");
        }
        for body in ["", "{}", "[]", "<html>", "null"] {
            let report = report(&but(index, Ok((200, body.into()))));
            assert!(all_dnf(&report), "{index} {body} {:?}", report.outcomes);
        }
    }
}

#[test]
fn a_server_that_cannot_be_booted_says_why() {
    let fault =
        json!({"server": {"status": "ERROR", "fault": {"code": 500, "message": "No valid host was found."}}});
    let report = report(&but_json(SERVER_READ, fault));
    assert!(all_dnf(&report));
    let expected =
        "a server of image `Debian 13` and flavor `small` ended as `ERROR`: No valid host was found.";
    assert_eq!(report.reason(ENTROPY_AVAIL), expected);
    let report = super::report(&but_json(SERVER_READ, json!({"server": {"status": "error"}})));
    assert!(report.reason(FIPS_TEST).ends_with("ended as `error`: no fault is told"));
}

#[test]
fn a_boot_volume_that_cannot_be_had_says_so() {
    let report = report(&but_json(VOLUME_READ, json!({"volume": {"status": "error"}})));
    assert!(all_dnf(&report));
    assert_eq!(
        report.reason(RNGD),
        "the boot volume of image `Debian 13` ended as `error`: nothing can be booted"
    );
    assert!(!report.created.iter().any(|line| line.contains("/servers")));
    let over = json!({"overLimit": {"message": "VolumeSizeExceedsAvailableQuota"}}).to_string();
    let report = super::report(&but(VOLUME, Ok((413, over))));
    assert!(report.reason(RNGD).contains("answered 413: VolumeSizeExceedsAvailableQuota"));
}

#[test]
fn what_takes_too_long_is_not_waited_for() {
    for (index, body, said) in [
        (VOLUME_READ, json!({"volume": {"status": "downloading"}}), "still `downloading` after 240 s"),
        (SERVER_READ, json!({"server": {"status": "BUILD"}}), "still `BUILD` after 240 s"),
        (
            CONSOLE,
            json!({"output": "[    0.1] Linux"}),
            "did not print all it should on its console within 300 s",
        ),
    ] {
        let report = report(&but_json(index, body));
        assert!(all_dnf(&report));
        assert!(report.reason(FIPS_TEST).contains(said), "{}", report.reason(FIPS_TEST));
    }
}

#[test]
fn all_waits_together_are_shorter_than_what_operators_allow() {
    assert!((machine::VOLUME + machine::SERVER + machine::CONSOLE).as_secs() <= 14 * 60);
}

#[test]
fn a_server_that_is_silent_is_found_with_the_end_of_its_console() {
    let long: String = (0..50).map(|i| format!("[    {i}.0] line {i}\r\n")).collect();
    let report = report(&but_console(&long));
    assert!(all_dnf(&report));
    for testcase in OF_A_MACHINE {
        let [finding] = report.findings(testcase)[..] else { panic!("{:?}", report.findings) };
        assert_eq!(finding.severity, Severity::Warning);
        assert!(
            finding.message.starts_with("the console ends with:\n[    40.0] line 40\n"),
            "{}",
            finding.message
        );
        assert!(finding.message.ends_with("line 49"));
        let server = finding.resource.as_ref().unwrap();
        assert_eq!((server.kind.as_str(), server.id.as_deref()), ("server", Some("srv1")));
    }
    let report = super::report(&but_console(""));
    assert_eq!(messages(&report, RNGD, Severity::Warning), ["the console is empty"]);
}

#[test]
fn lines_without_the_end_are_not_judged() {
    let cut = console("256", 0, RUNNING).replace("_touchstone-end\n", "");
    assert!(all_dnf(&report(&but_console(&cut))));
    let cut_in_a_number = cut.split_once("256").unwrap().0.to_owned() + "25";
    assert!(all_dnf(&report(&but_console(&cut_in_a_number))));
}

#[test]
fn a_console_that_fails_later_keeps_what_was_read() {
    let mut steps = perfect();
    steps[CONSOLE].answer = Ok((500, "{}".into()));
    let report = report(&steps);
    assert!(all_dnf(&report));
    assert!(messages(&report, RNGD, Severity::Warning)[0].contains("Linux version 6.12.48"));
}

#[test]
fn without_a_network_to_the_outside_it_goes_on() {
    for networks in
        [json!([]), json!([{"id": "n1", "name": "own", "router:external": false}]), json!([{"id": "n1"}])]
    {
        let report = report(&but_json(NETWORKS, json!({"networks": networks})));
        assert!(OF_A_MACHINE.iter().all(|testcase| report.verdict(testcase) == PASS));
        assert!(report.created.contains(&"network /routers router".to_owned()));
    }
}
