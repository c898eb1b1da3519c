//! Whether what the server said is as it should be.

use touchstone_sdk::{Error, Testee};

use crate::machine::{Said, Silence};
use crate::{ENTROPY_AVAIL, FIPS_TEST, RNGD};

const TESTS: &str = "scs-0101-v1, \"Entropy in SCS clouds\"; scs-0101-w1, \"Automated tests\"";
// The text has it no longer: v1.1 took it out.
const IMAGES: &str = "scs-0101-v1 before v1.1, \"Images\"";

/// What is wrong with the lines of a section, if anything.
type Judge = fn(&Said) -> Result<Option<Wrong>, Error>;

/// Something that is not as it should be.
pub(crate) struct Wrong {
    message: String,
    requirement: &'static str,
}

/// The testcases that are judged by what a server says.
pub(crate) const OF_A_MACHINE: [(&str, Judge); 3] =
    [(RNGD, rngd), (ENTROPY_AVAIL, entropy_avail), (FIPS_TEST, fips_test)];

pub(crate) fn judge(end: &Result<Said, Silence>, judge: Judge, t: &mut Testee) -> Result<(), Error> {
    let said = match end {
        Ok(said) => said,
        Err(silence) => {
            if let Some(last) = &silence.last {
                let message = match last.lines.is_empty() {
                    true => "the console is empty".to_owned(),
                    false => format!("the console ends with:\n{}", last.lines.join("\n")),
                };
                t.warning(message).about(last.server.clone());
            }
            return Err(silence.error.clone());
        }
    };
    if let Some(Wrong { message, requirement }) = judge(said)? {
        t.violation(format!("{}: {message}", said.called))
            .about(said.server.clone())
            .required_by(requirement);
    }
    Ok(())
}

fn entropy_avail(said: &Said) -> Result<Option<Wrong>, Error> {
    const BITS: u64 = 256;
    let mut wrong = None;
    for line in lines(said, "entropy-avail")? {
        let bits: u64 = line.parse().map_err(|_| unclear(said, "how much entropy there is", line))?;
        if bits != BITS {
            wrong = Some(Wrong {
                message: format!(
                    "`/proc/sys/kernel/random/entropy_avail` is {bits}, should be {BITS}: kernels have it so since 5.18, and \
                     those that are maintained longer, too"
                ),
                requirement: TESTS,
            });
        }
    }
    Ok(wrong)
}

fn fips_test(said: &Said) -> Result<Option<Wrong>, Error> {
    const BLOCKS: u64 = 1000;
    const TOO_MANY: u64 = 5;
    let lines = lines(said, "fips-test")?;
    let last = lines.last().copied().unwrap_or_default();
    let (failures, successes) = (numbers(&lines, "failures:"), numbers(&lines, "successes:"));
    // Were the tests done twice, the worse result counts.
    let failures = failures.into_iter().max();
    let failures =
        failures.ok_or_else(|| unclear(said, "how many blocks failed the FIPS 140-2 tests", last))?;
    if failures >= TOO_MANY {
        return Ok(Some(Wrong {
            message: format!(
                "{failures} of {BLOCKS} blocks of random numbers failed the FIPS 140-2 tests, should be fewer than {TOO_MANY}: \
                 look whether servers get at the CPU's instructions for random numbers (RDRAND, RDSEED, RNDR)"
            ),
            requirement: TESTS,
        }));
    }
    let successes = successes.into_iter().min();
    let successes =
        successes.ok_or_else(|| unclear(said, "how many blocks passed the FIPS 140-2 tests", last))?;
    match failures.saturating_add(successes) {
        BLOCKS => Ok(None),
        tested => Err(Error::new(format!("{}: {tested} blocks were tested, not {BLOCKS}", said.called))),
    }
}

/// The numbers that follow a word, in any of the lines.
fn numbers(lines: &[&str], word: &str) -> Vec<u64> {
    let after = lines.iter().filter_map(|line| Some(line.split_once(word)?.1.trim()));
    after.filter_map(|number| number.parse().ok()).collect()
}

fn rngd(said: &Said) -> Result<Option<Wrong>, Error> {
    let lines = lines(said, "rngd")?;
    let wrong = |is: &str| {
        Some(Wrong { message: format!("the service `rngd` {is}, should be running"), requirement: IMAGES })
    };
    if lines.iter().any(|line| line.contains("could not be found")) {
        return Ok(wrong("is not there"));
    }
    let states: Vec<&str> =
        lines.iter().filter_map(|line| Some(line.strip_prefix("Active:")?.trim())).collect();
    match states.iter().find(|state| !state.starts_with("active (running)")) {
        Some(state) => Ok(wrong(&format!("is `{state}`"))),
        None if states.is_empty() => {
            Err(unclear(said, "whether `rngd` is running", lines.first().copied().unwrap_or_default()))
        }
        None => Ok(None),
    }
}

fn lines<'s>(said: &'s Said, section: &str) -> Result<Vec<&'s str>, Error> {
    let lines = said.sections.lines(section);
    if lines.is_empty() {
        return Err(Error::new(format!(
            "{} printed no line `_touchstone-{section}: …` on its console",
            said.called
        )));
    }
    Ok(lines)
}

fn unclear(said: &Said, what: &str, line: &str) -> Error {
    let line: String = line.chars().take(160).collect();
    Error::new(format!("{} did not say {what}, but: {line}", said.called))
}
