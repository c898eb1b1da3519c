use serde::Serialize;
use touchstone_report::Finding;
use touchstone_scope::Verdict;

/// What happens in a run, in order. Everything that is shown while a run goes on is made of these; `touchstone run
/// --json-lines` writes them as they are, one JSON object a line, whose member `event` names the kind.
///
/// Texts that come from checks or from the subject are as they came: escape them before they go to a terminal or a page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The components were admitted; the subject is being reached.
    Admitted {
        /// Identifies the run.
        run: String,
        /// The subject's name.
        subject: String,
        /// The scope's name.
        scope: String,
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
        #[serde(skip_serializing_if = "Option::is_none")]
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
        /// Its version.
        version: String,
    },
    /// A check created something, which will be removed again.
    Created {
        /// The check.
        check: String,
        /// Its version.
        version: String,
        /// What it is.
        thing: Thing,
    },
    /// Something that a check created is about to be removed.
    Removing {
        /// The check that had created it.
        check: String,
        /// Its version.
        version: String,
        /// What it is.
        thing: Thing,
    },
    /// Something that was created is gone again.
    Removed {
        /// The check that had created it.
        check: String,
        /// Its version.
        version: String,
        /// What it was.
        thing: Thing,
    },
    /// Something that was created could not be removed.
    Left {
        /// The check that had created it.
        check: String,
        /// Its version.
        version: String,
        /// What it is.
        thing: Thing,
        /// Why it is still there.
        why: String,
    },
    /// A check noted something about a testcase of its own.
    Finding {
        /// The check.
        check: String,
        /// Its version.
        version: String,
        /// The testcase.
        testcase: String,
        /// What it noted.
        finding: Finding,
    },
    /// A check said something about a testcase of its own.
    Outcome {
        /// The check.
        check: String,
        /// Its version.
        version: String,
        /// The testcase.
        testcase: String,
        /// What it said. If it says several things, the worst counts.
        verdict: Verdict,
        /// Why; may be empty.
        reason: String,
    },
    /// A check wrote a line to its log.
    Log {
        /// The check.
        check: String,
        /// Its version.
        version: String,
        /// The line.
        message: String,
    },
    /// A check ended, and what it had created was removed, or is left.
    CheckEnded {
        /// Its id.
        check: String,
        /// Its version.
        version: String,
        /// How, where not well.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
        /// After what time, in ms, without the removing.
        wall_ms: u64,
    },
    /// All is done.
    Ended {
        /// Whether it was interrupted.
        interrupted: bool,
        /// The verdict on each version of the scope: that on its target `main`.
        versions: Vec<VersionVerdict>,
    },
}

/// Something that a check created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// Service type.
    pub service: String,
    /// What it is: `volume`.
    pub kind: String,
    /// Its id, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The verdict on a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionVerdict {
    /// Its name.
    pub version: String,
    /// The verdict.
    pub verdict: Verdict,
}
