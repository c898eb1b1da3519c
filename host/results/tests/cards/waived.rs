use touchstone_report::Effect;
use touchstone_results::ScopeAt;
use touchstone_scope::{Verdict, Waivers};

use crate::support::sample::{SCOPE, Scope, at};
use crate::{on_both, record, verdict};

fn waivers(testcase: &str, expires: &str) -> Waivers {
    let text = format!(
        "format: touchstone.waivers/v1\nwaivers:\n  - testcase: {testcase}\n    subject: s\n    scope: {SCOPE}\n    \
         reason: It is being mended.\n    author: Jane Doe\n    approver: John Roe\n    expires: {expires}\n"
    );
    Waivers::parse("waivers.yaml", &text).unwrap_or_else(|wrong| panic!("{}", wrong.plain()))
}

on_both! {
    /// The rule is that of reports, of which it is tested there: here, that cards obey it.
    async fn a_waiver_does_to_a_card_what_it_does_to_a_report(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(
            &[("next", "draft"), ("v3", "effective"), ("v2", "warn"), ("v1", "deprecated")],
            &[("a", "week"), ("b", "week")],
        );
        let report = scope.report("s", "1", at("2026-11-20T02:00:00Z"), |_, testcase| {
            Some((if testcase == "a" { Verdict::Fail } else { Verdict::Pass }, String::new()))
        });
        record(&results, &scope, &report).await;
        let manifest = scope.manifest();
        let card = async |waivers: &Waivers, moment: &str| {
            results.card("s", &ScopeAt::new(&manifest, at(moment), Some(waivers))).await.unwrap()
        };
        let waived = waivers("a", "2026-11-21");
        let now = card(&waived, "2026-11-21T23:59:59Z").await;
        let verdicts = ["next", "v3", "v2", "v1"].map(|version| verdict(&now, version));
        assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail, Verdict::Fail, Verdict::Pass]);
        let effect = |version: &str| now.waived(version, "a").map(|waived| waived.effect);
        assert_eq!(effect("next"), Some(Effect::Waived));
        assert_eq!(effect("v3"), Some(Effect::Annotated));
        assert_eq!(crate::testcase(&now, "next", "a").verdict, Verdict::Fail, "it keeps its own verdict");

        let expired = card(&waived, "2026-11-22T00:00:00Z").await;
        assert!(expired.versions.iter().all(|version| version.verdict == Verdict::Fail));
        assert_eq!(expired.waived("next", "a").map(|waived| waived.effect), Some(Effect::Expired));
        assert!(card(&waivers("b", "2026-11-30"), "2026-11-20T03:00:00Z").await.waivers.is_empty(), "it is PASS");

        // A waived testcase whose result has expired is MISS, and waived all the same.
        let later = card(&waivers("a", "2026-12-31"), "2026-12-07T00:00:00Z").await;
        assert_eq!(verdict(&later, "next"), Verdict::Miss, "b has expired as well");
    }
}
