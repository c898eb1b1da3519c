use std::time::Duration;

use touchstone_scope::Verdict;

/// What happens in a run, in order. Everything that is shown while a run goes on is made of these.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The components were admitted; the subject is being reached.
    Admitted {
        /// How many instances of checks will run.
        checks: usize,
        /// How many testcases they judge.
        testcases: usize,
    },
    /// The subject let us in.
    Reached {
        /// Who we are there.
        user: String,
        /// The project.
        project: String,
        /// The region, where one is configured.
        region: Option<String>,
    },
    /// The subject cannot be tested.
    Unreachable {
        /// Why.
        reason: String,
    },
    /// A check began.
    CheckStarted {
        /// Its id.
        check: String,
    },
    /// A check said something about a testcase of its own.
    Outcome {
        /// The check.
        check: String,
        /// The testcase.
        testcase: String,
        /// What it said.
        verdict: Verdict,
    },
    /// A check wrote a line to its log. The text is the check's: escape it.
    Log {
        /// The check.
        check: String,
        /// The line.
        message: String,
    },
    /// A check ended.
    CheckEnded {
        /// Its id.
        check: String,
        /// How, where not well.
        problem: Option<String>,
        /// After what time.
        wall: Duration,
    },
}
