//! What is counted.

mod labels;
mod registered;
mod textfile;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

pub use self::labels::{Delivery, SubjectOutcome};
use self::labels::{DestinationLabel, OfDelivery, OfOutcome, OfSubject, OfVerdict, OfVersion, PhaseLabel};
use self::registered::Registered;

/// The numbers of one process, in Prometheus' words. Cheap to clone: all clones count into the same numbers.
///
/// Counters count since the process began. `docs/observability.md` says what each is, and how many time series it makes.
#[derive(Clone, Debug)]
pub struct Metrics {
    of: Arc<Registered>,
}

impl Metrics {
    /// All at zero. `version` is that of the program, for `touchstone_build_info`.
    pub fn new(version: &str) -> Metrics {
        Metrics { of: Arc::new(Registered::new(version)) }
    }

    /// A night began, over so many subjects, of which none runs yet.
    pub fn night_started(&self, at: Timestamp, subjects: usize) {
        self.of.in_progress.set(1);
        self.of.started_at.set(seconds(at));
        self.of.subjects.get_or_create(&PhaseLabel::WAITING).set(count(subjects));
        self.of.subjects.get_or_create(&PhaseLabel::RUNNING).set(0);
        self.of.subjects.get_or_create(&PhaseLabel::DONE).set(0);
    }

    /// So many subjects of the night were already done, by a run that was killed.
    pub fn subjects_were_done(&self, subjects: usize) {
        self.moved(PhaseLabel::WAITING, PhaseLabel::DONE, count(subjects));
    }

    /// The night is over: every subject is done, and what was found out is recorded.
    pub fn night_finished(&self, at: Timestamp) {
        self.of.in_progress.set(0);
        self.of.finished_at.set(seconds(at));
        self.of.nights.inc();
    }

    /// The night was stopped before its end; it will go on, or be given up.
    pub fn night_interrupted(&self) {
        self.of.in_progress.set(0);
    }

    /// A subject's turn has come.
    pub fn subject_started(&self) {
        self.moved(PhaseLabel::WAITING, PhaseLabel::RUNNING, 1);
    }

    /// A subject that was started is done, all its scopes and attempts.
    pub fn subject_ended(&self, outcome: SubjectOutcome) {
        self.moved(PhaseLabel::RUNNING, PhaseLabel::DONE, 1);
        self.of.outcomes.get_or_create(&OfOutcome { outcome }).inc();
    }

    /// A run, one subject against one scope, is over and says `verdict` (`PASS`, `DNF`, `MISS`, `FAIL`).
    pub fn run_ended(&self, verdict: &str, took: Duration) {
        self.of.runs.get_or_create(&OfVerdict { verdict: verdict.to_owned() }).inc();
        self.of.durations.observe(took.as_secs_f64());
    }

    /// A subject is tried; `again` if it was tried before in this night.
    pub fn attempt(&self, again: bool) {
        self.of.attempts.inc();
        if again {
            self.of.retries.inc();
        }
    }

    /// A report is in the database.
    pub fn report_recorded(&self) {
        self.of.reports.inc();
    }

    /// How many things that checks created are known to be left in a subject's cloud now; none of them ends the series.
    pub fn left(&self, subject: &str, things: usize) {
        let of = OfSubject { subject: subject.to_owned() };
        match things {
            0 => {
                self.of.left.remove(&of);
            }
            _ => {
                self.of.left.get_or_create(&of).set(count(things));
            }
        }
    }

    /// What waits to be sent to a destination (`monitor`, `webhook`, `mail`: a kind, or a name from the configuration), and
    /// since when the oldest of it waits; no oldest ends that series.
    pub fn outbox(&self, destination: &str, pending: usize, oldest: Option<Timestamp>) {
        let of = DestinationLabel { destination: destination.to_owned() };
        self.of.pending.get_or_create(&of).set(count(pending));
        match oldest {
            Some(oldest) => {
                self.of.oldest.get_or_create(&of).set(seconds(oldest));
            }
            None => {
                self.of.oldest.remove(&of);
            }
        }
    }

    /// Something was sent to a destination, or was to be.
    pub fn delivery(&self, destination: &str, outcome: Delivery) {
        self.of.know(destination);
        let of = OfDelivery { destination: destination.to_owned(), outcome };
        self.of.deliveries.get_or_create(&of).inc();
    }

    /// The verdict on a version of a scope, from the score card. What was said of that version before is gone.
    pub fn verdict(&self, subject: &str, scope: &str, version: &str, verdict: &str) {
        let of = OfVersion::new(subject, scope, version);
        let mut shown = self.of.shown();
        if let Some(before) = shown.insert(of.clone(), verdict.to_owned()) {
            if before == verdict {
                return;
            }
            self.of.verdicts.remove(&of.with(before));
        }
        self.of.verdicts.get_or_create(&of.with(verdict.to_owned())).set(1);
    }

    /// All of it, in Prometheus' text format 0.0.4.
    pub fn text(&self) -> String {
        self.of.text()
    }

    /// Moves subjects of the night from one phase to another; never below none, whatever is told in whatever order.
    fn moved(&self, from: PhaseLabel, to: PhaseLabel, subjects: i64) {
        let _one_at_a_time = self.of.shown();
        let left = self.of.subjects.get_or_create_owned(&from);
        left.set((left.get() - subjects).max(0));
        self.of.subjects.get_or_create(&to).inc_by(subjects);
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_microsecond() as f64 / 1e6
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
