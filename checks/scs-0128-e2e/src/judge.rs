//! What the results mean.

use touchstone_sdk::{Resource, Testee};

use crate::results::{Fixture, Outcome, Record, Results};

const REGULATIONS: &str = "scs-0128-v1, \"Regulations\"";

/// Every test has to be there, and to have passed; nothing else is a pass.
pub(crate) fn judge(results: &Results<'_>, t: &mut Testee) {
    let fixtures = results.fixtures();
    let mut tally = Tally::default();
    for (test, record) in results.tests() {
        let of_it = || fixtures.iter().filter(|fixture| fixture.is_of(test));
        let message = match record.outcome() {
            Some(Outcome::Passed) => {
                tally.passed += 1;
                continue;
            }
            Some(outcome) => ended_badly(outcome, record),
            None => missing(record, of_it()),
        };
        tally.add(record.outcome());
        t.violation(message).about(named(&test.name)).required_by(REGULATIONS);
    }
    for fixture in fixtures.iter().filter(|fixture| fixture.record.outcome() > Some(Outcome::Skipped)) {
        tally.fixtures += 1;
        let concerned = results.tests().filter(|(test, _)| fixture.is_of(test)).count();
        let message = format!(
            "`{}` {}: Tempest reports that as a failure, and {concerned} of the required tests are concerned",
            fixture.id,
            how(&fixture.record)
        );
        t.violation(message).about(named(&fixture.id)).required_by(REGULATIONS);
    }
    remark_on_others(results, t);
    t.summarize(tally.sentence());
}

fn ended_badly(outcome: Outcome, record: &Record) -> String {
    let line = record.last_line();
    let why = line.map(|line| format!(": {line}")).unwrap_or_default();
    match outcome {
        Outcome::Passed => "passed".into(),
        Outcome::Failed => format!("failed{why}"),
        Outcome::Skipped => format!("was skipped, which is not a pass{why}"),
        Outcome::Unfinished => "began and did not end: did Tempest crash?".into(),
        Outcome::ExpectedFailure => format!("failed, as somebody expected it to, which is not a pass{why}"),
        Outcome::UnexpectedSuccess => "did not fail, but was expected to, which is no clear pass".into(),
    }
}

fn missing<'f>(record: &Record, mut fixtures: impl Iterator<Item = &'f Fixture>) -> String {
    if let Some(fixture) = fixtures.find(|fixture| fixture.id.starts_with("setUp")) {
        return format!("was not run: `{}` {}", fixture.id, how(&fixture.record));
    }
    match &record.other_uuid {
        Some(other) => format!(
            "is missing: the test of that name in the results has another id (`id-{other}`), and so is another test"
        ),
        None => "is missing: there is no result of it, and a missing test is not a pass".into(),
    }
}

fn how(record: &Record) -> String {
    let verb = match record.outcome() {
        Some(Outcome::Skipped) => "was skipped",
        Some(Outcome::Unfinished) | None => "did not end",
        Some(_) => "failed",
    };
    record.last_line().map_or_else(|| verb.to_owned(), |line| format!("{verb} ({line})"))
}

fn remark_on_others(results: &Results<'_>, t: &mut Testee) {
    let shown: Vec<String> = results.others.iter().map(|name| format!("`{name}`")).collect();
    if shown.is_empty() {
        return;
    }
    let more = match results.others_count.saturating_sub(results.others.len() as u64) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("there are failures of tests that are not required: {}{more}", shown.join(", "));
    t.warning(message).required_by(REGULATIONS);
}

fn named(test: &str) -> Resource {
    Resource::named("tempest", "test", test)
}

#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    missing: usize,
    unclear: usize,
    fixtures: usize,
}

impl Tally {
    fn add(&mut self, outcome: Option<Outcome>) {
        *match outcome {
            None => &mut self.missing,
            Some(Outcome::Passed) => &mut self.passed,
            Some(Outcome::Skipped) => &mut self.skipped,
            Some(Outcome::Failed) => &mut self.failed,
            Some(Outcome::Unfinished | Outcome::ExpectedFailure | Outcome::UnexpectedSuccess) => {
                &mut self.unclear
            }
        } += 1;
    }

    /// `of 258 required tests 250 passed, 5 failed, 3 missing`.
    fn sentence(&self) -> String {
        let total = self.passed + self.failed + self.skipped + self.missing + self.unclear;
        if self.passed == total && self.fixtures == 0 {
            return format!("all {total} required tests passed");
        }
        let parts = [
            (self.failed, "failed"),
            (self.skipped, "skipped"),
            (self.missing, "missing"),
            (self.unclear, "without a clear end"),
            (self.fixtures, "failures of classes"),
        ];
        let others = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}"));
        format!("of {total} required tests {} passed{}", self.passed, others.collect::<String>())
    }
}
