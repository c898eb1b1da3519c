use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use touchstone_capabilities::openstack::Gaps;
use touchstone_report::{Finding, IgnoredOutcome, Resource, Severity};
use touchstone_runtime as runtime;
use touchstone_scope::{Plan, Unit, Verdict};

use crate::event::Event;
use crate::run::Events;

/// Outcomes for testcases that are not the check's own: so many are kept for the report.
const IGNORED_KEPT: usize = 100;

/// Keeps what one instance of a check says, and passes it on as events. Outlives the instance.
pub(crate) struct Notes {
    check: Named,
    wanted: BTreeSet<String>,
    events: Events,
    replay: Option<Replayed>,
    noted: Mutex<Noted>,
}

/// A check, as events, people and logs are told of it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) version: String,
    /// For people: with the version, where others are run, too.
    pub(crate) name: String,
}

impl Named {
    pub(crate) fn of(unit: &Unit, plan: &Plan) -> Self {
        Named { id: unit.check.clone(), version: unit.version.clone(), name: plan.name_of(unit) }
    }
}

/// What has to be known of a check that is not run, but replayed.
pub(crate) struct Replayed {
    /// What the tape does not hold. What the check says after that is not what it would have said to the subject.
    pub(crate) gaps: Gaps,
    /// It was stopped after it had said so many outcomes and findings; what it says beyond it did not say then.
    pub(crate) most_said: Option<u64>,
}

/// What a check said.
#[derive(Debug, Default, Clone)]
pub(crate) struct Noted {
    pub(crate) outcomes: BTreeMap<String, Outcome>,
    pub(crate) findings: BTreeMap<String, Vec<Finding>>,
    pub(crate) ignored: Vec<IgnoredOutcome>,
    /// How many were ignored, also those that are not kept.
    pub(crate) total_ignored: u64,
    pub(crate) dropped_findings: u64,
    /// How many outcomes and findings it has said.
    pub(crate) said: u64,
}

/// The worst that was said about a testcase.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
}

impl Notes {
    pub(crate) fn new(check: Named, wanted: &BTreeSet<String>, events: Events) -> Arc<Self> {
        Arc::new(Notes { check, wanted: wanted.clone(), events, replay: None, noted: Mutex::default() })
    }

    /// Notes of a check that is replayed.
    pub(crate) fn replayed(check: Named, wanted: &BTreeSet<String>, replay: Replayed) -> Arc<Self> {
        Arc::new(Notes {
            check,
            wanted: wanted.clone(),
            events: Arc::new(|_| {}),
            replay: Some(replay),
            noted: Mutex::default(),
        })
    }

    /// What was said so far.
    pub(crate) fn noted(&self) -> Noted {
        self.lock().clone()
    }

    /// Counts something that the check says; whether it said so when it was run.
    fn counts(&self) -> bool {
        let mut noted = self.lock();
        noted.said += 1;
        let most = self.replay.as_ref().and_then(|replay| replay.most_said);
        most.is_none_or(|most| noted.said <= most)
    }

    /// Why what the check says now means nothing.
    fn gap(&self) -> Option<String> {
        self.replay.as_ref().and_then(|replay| replay.gaps.first())
    }

    // A panic while the lock was held left at worst one note half made: the rest is worth keeping.
    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl runtime::Listener for Notes {
    fn outcome(&self, testcase: &str, verdict: runtime::Verdict, reason: &str) {
        if !self.counts() {
            return;
        }
        let verdict = match verdict {
            runtime::Verdict::Pass => Verdict::Pass,
            runtime::Verdict::Fail => Verdict::Fail,
            runtime::Verdict::Dnf => Verdict::Dnf,
        };
        if !self.wanted.contains(testcase) {
            let noted = &mut *self.lock();
            noted.total_ignored += 1;
            if noted.ignored.len() < IGNORED_KEPT {
                noted.ignored.push(IgnoredOutcome { testcase: testcase.into(), verdict });
            }
            return;
        }
        let Named { id: check, version, .. } = self.check.clone();
        let testcase = testcase.to_owned();
        let (verdict, reason) = match self.gap() {
            Some(gap) => (Verdict::Dnf, gap),
            None => (verdict, reason.to_owned()),
        };
        (self.events)(Event::Outcome {
            check,
            version,
            testcase: testcase.clone(),
            verdict,
            reason: reason.clone(),
        });
        let outcome = Outcome { verdict, reason };
        match self.lock().outcomes.entry(testcase) {
            // What is worse counts: a check that contradicts itself is not believed when it says PASS.
            std::collections::btree_map::Entry::Occupied(mut said) => {
                if verdict < said.get().verdict {
                    said.insert(outcome);
                }
            }
            std::collections::btree_map::Entry::Vacant(nothing) => drop(nothing.insert(outcome)),
        }
    }

    fn finding(&self, testcase: &str, finding: runtime::Finding) {
        if !self.counts() || self.gap().is_some() {
            return;
        }
        if !self.wanted.contains(testcase) {
            self.lock().dropped_findings += 1;
            return;
        }
        let severity = match finding.severity {
            runtime::Severity::Info => Severity::Info,
            runtime::Severity::Warning => Severity::Warning,
            runtime::Severity::Error => Severity::Error,
        };
        let resource =
            finding.resource.map(|r| Resource { service: r.service, kind: r.kind, id: r.id, name: r.name });
        let finding =
            Finding { severity, message: finding.message, resource, requirement: finding.requirement };
        let (Named { id: check, version, .. }, told) = (self.check.clone(), finding.clone());
        (self.events)(Event::Finding { check, version, testcase: testcase.into(), finding: told });
        self.lock().findings.entry(testcase.into()).or_default().push(finding);
    }

    fn log(&self, level: runtime::LogLevel, message: &str) {
        let Named { id: check, version, name } = self.check.clone();
        match level {
            runtime::LogLevel::Debug => tracing::debug!(check = %name, "{}", message.escape_debug()),
            runtime::LogLevel::Info => tracing::info!(check = %name, "{}", message.escape_debug()),
            runtime::LogLevel::Warning => tracing::warn!(check = %name, "{}", message.escape_debug()),
        }
        (self.events)(Event::Log { check, version, message: message.into() });
    }
}

#[cfg(test)]
mod tests {
    use runtime::Listener;

    use super::*;

    fn notes() -> Arc<Notes> {
        let check = Named { id: "c".into(), version: "1.0.0".into(), name: "c".into() };
        Notes::new(check, &BTreeSet::from(["own".to_owned()]), Arc::new(|_| {}))
    }

    #[test]
    fn the_worst_outcome_counts() {
        let notes = notes();
        for verdict in
            [runtime::Verdict::Pass, runtime::Verdict::Fail, runtime::Verdict::Dnf, runtime::Verdict::Pass]
        {
            notes.outcome("own", verdict, "");
        }
        assert_eq!(notes.noted().outcomes["own"].verdict, Verdict::Fail);
    }

    #[test]
    fn what_a_check_says_about_others_does_not_count() {
        let notes = notes();
        for _ in 0..IGNORED_KEPT + 5 {
            notes.outcome("other", runtime::Verdict::Pass, "");
        }
        let finding = runtime::Finding {
            severity: runtime::Severity::Error,
            message: String::new(),
            resource: None,
            requirement: None,
        };
        notes.finding("other", finding);
        let noted = notes.noted();
        assert!(noted.outcomes.is_empty() && noted.findings.is_empty());
        assert_eq!((noted.ignored.len(), noted.dropped_findings), (IGNORED_KEPT, 1));
    }
}
