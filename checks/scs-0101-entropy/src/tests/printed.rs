//! What the server prints, right and wrong.

use super::*;

fn judged(testcase: &str, output: &str) -> (Option<Verdict>, String) {
    let report = report(&but_console(output));
    let others = OF_A_MACHINE.iter().filter(|other| **other != testcase);
    for other in others {
        assert_eq!(report.verdict(other), PASS, "{other}: {}", report.reason(other));
    }
    if report.verdict(testcase) == FAIL {
        let [finding] = report.findings(testcase)[..] else { panic!("{:?}", report.findings) };
        assert!(
            finding.message.starts_with("a server of image `Debian 13` and flavor `small`: "),
            "{}",
            finding.message
        );
        assert_eq!(finding.resource.as_ref().unwrap().kind, "server");
        assert!(finding.requirement.as_ref().unwrap().starts_with("scs-0101-v1"));
    }
    (report.verdict(testcase), report.reason(testcase))
}

#[test]
fn entropy_avail_is_256_exactly() {
    for (printed, expected) in [
        ("256", PASS),
        (" 256 ", PASS),
        ("255", FAIL),
        ("257", FAIL),
        ("0", FAIL),
        ("3724", FAIL),
        ("4096", FAIL),
        ("", DNF),
        ("256[   21.7] audit: x", DNF),
        ("cat: /proc/sys/kernel/random/entropy_avail: No such file or directory", DNF),
    ] {
        let (verdict, reason) = judged(ENTROPY_AVAIL, &console(printed, 0, RUNNING));
        assert_eq!(verdict, expected, "{printed}");
        if expected == FAIL {
            let said = format!("`/proc/sys/kernel/random/entropy_avail` is {printed}, should be 256");
            assert!(reason.contains(&said), "{reason}");
        }
    }
    // Booted twice, it has to be right both times.
    for (first, second) in [("256", "20"), ("20", "256")] {
        let twice = console(first, 0, RUNNING) + &console(second, 0, RUNNING);
        assert_eq!(judged(ENTROPY_AVAIL, &twice).0, FAIL);
    }
    let twice = console("256", 0, RUNNING) + &console("256", 0, RUNNING);
    assert_eq!(judged(ENTROPY_AVAIL, &twice).0, PASS);
}

#[test]
fn fewer_than_five_blocks_in_a_thousand_may_fail() {
    for failures in [0, 1, 3, 4] {
        assert_eq!(judged(FIPS_TEST, &console("256", failures, RUNNING)).0, PASS, "{failures}");
    }
    for failures in [5, 6, 50, 1000] {
        let (verdict, reason) = judged(FIPS_TEST, &console("256", failures, RUNNING));
        assert_eq!(verdict, FAIL, "{failures}");
        assert!(reason.contains(&format!("{failures} of 1000 blocks of random numbers failed")), "{reason}");
    }
    let twice = console("256", 0, RUNNING) + &console("256", 5, RUNNING);
    assert_eq!(judged(FIPS_TEST, &twice).0, FAIL);
}

#[test]
fn tests_that_were_not_done_are_not_passed() {
    let right = console("256", 0, RUNNING);
    let without = |word: &str| {
        right.lines().filter(|line| !line.contains(word)).map(|line| format!("{line}\n")).collect::<String>()
    };
    for (output, said) in [
        (without("failures:"), "did not say how many blocks failed"),
        (without("successes:"), "did not say how many blocks passed"),
        (without("fips-test"), "printed no line `_touchstone-fips-test: …`"),
        (right.replace("successes: 1000", "successes: 999"), "999 blocks were tested, not 1000"),
        (right.replace("successes: 1000", "successes: 0"), "0 blocks were tested, not 1000"),
        (right.replace("successes: 1000", "successes: 18446744073709551615"), "blocks were tested, not 1000"),
        (right.replace("failures: 0", "failures: none"), "did not say how many blocks failed"),
        (right.replace("failures: 0", "failures: 0[   22.9] audit: x"), "did not say how many blocks failed"),
        (right.replace("failures: 0", "failures: -1"), "did not say how many blocks failed"),
    ] {
        let (verdict, reason) = judged(FIPS_TEST, &output);
        assert_eq!(verdict, DNF, "{output}");
        assert!(reason.contains(said), "{reason}");
    }
    let missing = without("fips-test") .replace(
        "_touchstone-end",
        "_touchstone-fips-test: timeout: failed to run command 'rngtest': No such file or directory\n_touchstone-end",
    );
    let (verdict, reason) = judged(FIPS_TEST, &missing);
    assert_eq!(verdict, DNF);
    assert!(
        reason.ends_with("but: timeout: failed to run command 'rngtest': No such file or directory"),
        "{reason}"
    );
}

#[test]
fn rngd_runs() {
    for (state, expected) in [
        (RUNNING, PASS),
        ("active (exited) since Mon", FAIL),
        ("activating (auto-restart)", FAIL),
        ("inactive (dead)", FAIL),
        ("failed (Result: exit-code)", FAIL),
        ("", FAIL),
    ] {
        let (verdict, reason) = judged(RNGD, &console("256", 0, state));
        assert_eq!(verdict, expected, "{state}");
        assert!(
            expected == PASS
                || reason.contains(&format!("the service `rngd` is `{state}`, should be running"))
        );
    }
    let says = |line: &str| {
        let console = console("256", 0, RUNNING);
        let lines = console.lines().filter(|line| !line.contains("-rngd: "));
        lines.map(|line| format!("{line}\n")).collect::<String>() + &format!("_touchstone-rngd: {line}\n")
    };
    let (verdict, reason) = judged(RNGD, &says("Unit rngd.service could not be found."));
    assert_eq!(verdict, FAIL);
    assert!(reason.contains("the service `rngd` is not there, should be running"));
    for unclear in ["System has not been booted with systemd as init system", "systemctl: not found"] {
        let (verdict, reason) = judged(RNGD, &says(unclear));
        assert_eq!(verdict, DNF);
        assert!(
            reason.ends_with(&format!("did not say whether `rngd` is running, but: {unclear}")),
            "{reason}"
        );
    }
    assert_eq!(judged(RNGD, &says("")).0, DNF);
}
