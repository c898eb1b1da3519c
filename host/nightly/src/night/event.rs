//! What happens in a night, in order: the one stream of events that progress, metrics and logs are made of.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use touchstone_runner::{Event, VersionVerdict};
use touchstone_scope::Verdict;

/// What happens in a night. Texts may come from clouds and checks: escape them before they go to a terminal or a page.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NightEvent {
    /// The night begins, or goes on.
    Begun {
        /// Its id.
        night: String,
        /// How many runs (a subject, a scope) there are in all.
        runs: usize,
        /// How many of them were recorded before.
        recorded: usize,
        /// How many subjects there are.
        subjects: usize,
        /// How many of them need nothing more.
        subjects_done: usize,
    },
    /// Something is not as it should be, and the night goes on without it.
    Warned {
        /// What.
        problem: String,
    },
    /// A subject's turn has come.
    SubjectStarted {
        /// The subject.
        subject: String,
    },
    /// A subject is done, with all its scopes and attempts; or the night was stopped.
    SubjectEnded {
        /// The subject.
        subject: String,
        /// The worst verdict of its runs; DNF if one came to nothing.
        verdict: Option<Verdict>,
        /// What keeps it from PASS, in a few words.
        why: String,
        /// The exit codes of its runs, as those of `touchstone run`; none if the night was stopped.
        exit_codes: BTreeSet<u8>,
    },
    /// What killed runs had left in a subject was removed, or not.
    Cleaned {
        /// The subject.
        subject: String,
        /// How many things are gone.
        removed: u64,
        /// What is still there, or could not be done.
        problems: Vec<String>,
    },
    /// A run begins.
    Started {
        /// The subject.
        subject: String,
        /// The scope, by its name in the configuration.
        scope: String,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// Something happens in a run.
    Run {
        /// The subject.
        subject: String,
        /// The scope.
        scope: String,
        /// What.
        event: Event,
    },
    /// A run did not find out everything, and is tried again.
    Retrying {
        /// The subject.
        subject: String,
        /// The scope.
        scope: String,
        /// Why.
        reason: String,
        /// After what time.
        after: Duration,
    },
    /// The result of a run is in the database.
    Recorded {
        /// The subject.
        subject: String,
        /// The scope.
        scope: String,
        /// The verdict on each version.
        versions: Vec<VersionVerdict>,
        /// Why the subject could not be tested, if so.
        unreachable: Option<String>,
        /// How many things are left in the subject.
        left: usize,
        /// How long the run took that counts.
        took: Duration,
        /// The result was there already: another process was faster. This one does not count.
        late: bool,
    },
    /// A run came to no result, through no fault of the subject.
    Failed {
        /// The subject.
        subject: String,
        /// The scope; all of them if none.
        scope: Option<String>,
        /// Why.
        reason: String,
    },
    /// A subject is not tested.
    Skipped {
        /// The subject.
        subject: String,
        /// Why.
        reason: String,
    },
    /// What all nights together say of a version, at the end of this one.
    Judged {
        /// The subject.
        subject: String,
        /// The scope's name.
        scope: String,
        /// The version.
        version: String,
        /// The verdict of the score card.
        verdict: Verdict,
    },
    /// The verdict on a version has changed since the night before.
    Changed {
        /// The subject.
        subject: String,
        /// The scope.
        scope: String,
        /// The version.
        version: String,
        /// What it was; nothing if it is seen for the first time.
        before: Option<Verdict>,
        /// What it is; nothing if it is not judged any more.
        after: Option<Verdict>,
    },
    /// Something was delivered: a report to the monitor, a notification.
    Delivered {
        /// What: `monitor`, `webhook`, `mail`.
        kind: String,
        /// To whom.
        destination: String,
        /// Why it was not.
        problem: Option<String>,
        /// Whether it never will be.
        is_final: bool,
    },
    /// What waits to be delivered, after it was tried.
    Outbox {
        /// What: `monitor`, `webhook`, `mail`.
        kind: String,
        /// How many letters wait.
        waiting: u64,
        /// Since when the oldest of them waits.
        oldest: Option<Timestamp>,
    },
    /// The night is over.
    Ended {
        /// Its id.
        night: String,
        /// Whether it was stopped, and goes on the next time.
        interrupted: bool,
    },
}
