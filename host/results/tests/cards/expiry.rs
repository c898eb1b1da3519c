use touchstone_scope::Verdict;

use crate::support::sample::{Scope, at};
use crate::{card, on_both, record, testcase, verdict};

on_both! {
    async fn a_result_counts_to_the_last_second_of_its_lifetime(empty: Empty) {
        let results = empty.open().await;
        // A Tuesday.
        let checked = at("2026-11-24T12:00:00Z");
        for (lifetime, last, first_not) in [
            ("day", "2026-11-25T23:59:59Z", "2026-11-26T00:00:00Z"),
            ("week", "2026-12-06T23:59:59Z", "2026-12-07T00:00:00Z"),
            ("month", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
            ("quarter", "2027-03-31T23:59:59Z", "2027-04-01T00:00:00Z"),
            ("year", "2027-12-31T23:59:59Z", "2028-01-01T00:00:00Z"),
        ] {
            let scope = Scope::new(&[("v1", "effective")], &[("a", lifetime)]);
            let report = scope.all(lifetime, lifetime, checked, Verdict::Pass);
            let night = checked.to_string();
            results.begin_night(&scope.night(&night, &[])).await.unwrap();
            results.record(&touchstone_results::RunRecord::of(&night, &report)).await.unwrap();

            let before = card(&results, &scope, lifetime, "2026-11-24T11:59:59Z").await;
            assert_eq!(verdict(&before, "v1"), Verdict::Miss, "{lifetime}");
            assert_eq!(verdict(&card(&results, &scope, lifetime, "2026-11-24T12:00:00Z").await, "v1"), Verdict::Pass);
            assert_eq!(verdict(&card(&results, &scope, lifetime, last).await, "v1"), Verdict::Pass, "{lifetime}");
            let expired = card(&results, &scope, lifetime, first_not).await;
            assert_eq!(verdict(&expired, "v1"), Verdict::Miss, "{lifetime}");
            let a = testcase(&expired, "v1", "a");
            assert_eq!((a.verdict, a.expired, a.expires_at), (Verdict::Miss, Some(Verdict::Pass), Some(at(first_not))));
            assert_eq!(
                a.reason,
                format!("the newest result, PASS of 2026-11-24T12:00:00Z, counts no more since {first_not}")
            );
        }
    }
}

on_both! {
    /// A FAIL that has expired is MISS, too: nobody knows.
    async fn an_expired_failure_is_no_failure_and_no_pass(empty: Empty) {
        let results = empty.open().await;
        let scope = Scope::new(&[("v1", "effective")], &[("a", "day")]);
        record(&results, &scope, &scope.all("s", "1", at("2026-11-20T02:00:00Z"), Verdict::Pass)).await;
        record(&results, &scope, &scope.all("s", "2", at("2026-11-21T02:00:00Z"), Verdict::Fail)).await;
        assert_eq!(verdict(&card(&results, &scope, "s", "2026-11-22T23:59:59Z").await, "v1"), Verdict::Fail);
        assert_eq!(verdict(&card(&results, &scope, "s", "2026-11-23T00:00:00Z").await, "v1"), Verdict::Miss);
    }
}

on_both! {
    /// The lifetime of a testcase may change between nights: the shorter one counts, and an older result that would live longer
    /// does not come back.
    async fn the_shorter_lifetime_counts(empty: Empty) {
        let results = empty.open().await;
        let long = Scope::new(&[("v1", "effective")], &[("a", "quarter")]);
        let short = Scope::new(&[("v1", "effective")], &[("a", "day")]);
        record(&results, &long, &long.all("s", "1", at("2026-11-20T02:00:00Z"), Verdict::Pass)).await;
        let moment = "2026-11-30T00:00:00Z";
        assert_eq!(verdict(&card(&results, &long, "s", moment).await, "v1"), Verdict::Pass);
        assert_eq!(verdict(&card(&results, &short, "s", moment).await, "v1"), Verdict::Miss);
        record(&results, &short, &short.all("s", "2", at("2026-11-21T02:00:00Z"), Verdict::Fail)).await;
        assert_eq!(verdict(&card(&results, &long, "s", "2026-11-22T00:00:00Z").await, "v1"), Verdict::Fail);
        assert_eq!(verdict(&card(&results, &long, "s", moment).await, "v1"), Verdict::Miss, "not the PASS before");
    }
}
