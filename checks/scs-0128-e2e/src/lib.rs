//! SCS-0128 v1: end-to-end tests. Judges a run of Tempest from its results, which are handed in as evidence.

mod evidence;
mod judge;
mod required;
mod results;
#[cfg(test)]
mod tests;

use touchstone_sdk::{Asset, Check, Context, Error, Testcase};

use crate::required::Required;
use crate::results::Results;

/// The check of [SCS-0128](https://docs.scs.community/standards/scs-0128-v1-e2e-testing).
pub const CHECK: Check = Check {
    id: "scs-0128-e2e",
    version: env!("CARGO_PKG_VERSION"),
    title: "SCS-0128 v1: end-to-end tests",
    url: "https://docs.scs.community/standards/scs-0128-v1-e2e-testing",
    testcases: &[Testcase {
        id: E2E,
        title: "Tempest was run, and every test that the standard lists was executed and passed.",
    }],
    grants: &[],
    parameters: &[],
    assets: &[Asset {
        name: REQUIRED_TESTS,
        description: "The tests that have to pass: one id of Tempest per line; lines that begin with # are comments.",
        required: true,
    }],
    run,
};

touchstone_sdk::export!(CHECK);

const E2E: &str = "scs-0128-e2e";
const REQUIRED_TESTS: &str = "required_tests";
/// What the results are handed in as; the name is as old as the scope, where they were the OpenStack Powered Compute tests.
const EVIDENCE: &str = "opc";

fn run(cx: &mut Context) -> Result<(), Error> {
    // Before the list is read, which takes longest: most runs hand in nothing.
    let handed_in = cx.evidence(EVIDENCE).ok_or_else(|| {
        Error::new(format!(
            "no evidence was handed in: run Tempest and give its result (JUnit XML, or a subunit v2 stream) by --evidence \
             {EVIDENCE}=FILE"
        ))
    })?;
    let asset = cx.asset(REQUIRED_TESTS)?;
    let required = required::parse(&asset).map_err(|error| {
        Error::new(format!("the asset `{REQUIRED_TESTS}` is not a list of tests: {error}"))
    })?;
    cx.judge(E2E, |t| {
        let results = read(&required, &handed_in)?;
        judge::judge(&results, t);
        Ok(())
    });
    Ok(())
}

fn read<'a>(required: &'a [Required], handed_in: &[u8]) -> Result<Results<'a>, Error> {
    let mut results = Results::new(required);
    evidence::read(handed_in, &mut results)
        .map_err(|error| Error::new(format!("the evidence `{EVIDENCE}` cannot be used: {error}")))?;
    if results.count() == 0 {
        return Err(Error::new(format!("the evidence `{EVIDENCE}` holds no result of any test")));
    }
    Ok(results)
}
