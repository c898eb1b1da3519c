//! Names and meanings of all metrics, in one place.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use super::labels::{
    Delivery, DestinationLabel, OfBuild, OfDelivery, OfOutcome, OfSubject, OfVerdict, OfVersion,
    OfVersionVerdict, PhaseLabel, SubjectOutcome, VERDICTS,
};

/// Upper bounds of the durations of runs, in seconds: from a fast simulated cloud to one that boots servers slowly.
const DURATIONS: [f64; 12] = [0.5, 1.0, 2.5, 5.0, 15.0, 30.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0];

/// A point in time as Prometheus wants it: seconds since 1970, with fractions.
type Time = Gauge<f64, AtomicU64>;

#[derive(Debug)]
pub(super) struct Registered {
    registry: Registry,
    /// What `verdicts` shows, and the lock of what has to change together.
    shown: Mutex<HashMap<OfVersion, String>>,
    pub(super) in_progress: Gauge,
    pub(super) started_at: Time,
    pub(super) finished_at: Time,
    pub(super) nights: Counter,
    pub(super) subjects: Family<PhaseLabel, Gauge>,
    pub(super) outcomes: Family<OfOutcome, Counter>,
    pub(super) runs: Family<OfVerdict, Counter>,
    pub(super) durations: Histogram,
    pub(super) attempts: Counter,
    pub(super) retries: Counter,
    pub(super) reports: Counter,
    pub(super) left: Family<OfSubject, Gauge>,
    pub(super) pending: Family<DestinationLabel, Gauge>,
    pub(super) oldest: Family<DestinationLabel, Time>,
    pub(super) deliveries: Family<OfDelivery, Counter>,
    pub(super) verdicts: Family<OfVersionVerdict, Gauge>,
}

impl Registered {
    pub(super) fn new(version: &str) -> Registered {
        let mut named = Named(Registry::with_prefix("touchstone"));
        let build = Info::new(OfBuild { version: version.to_owned() });
        named.0.register("build", "The program that runs", build);
        let mut made = Registered {
            in_progress: named.zero("night_in_progress", "Whether a night runs: 1 or 0"),
            started_at: named
                .zero("night_start_timestamp_seconds", "When the last night began, 0 if none did"),
            finished_at: named.zero(
                "night_last_finished_timestamp_seconds",
                "When the last night that was finished ended, 0 if none did since the start of the process",
            ),
            nights: named.zero("nights_finished", "Nights that were finished"),
            subjects: named.zero("night_subjects", "Subjects of the night by what they are doing"),
            outcomes: named.zero("subjects", "Subjects that were done, by how that ended"),
            runs: named.zero("runs", "Runs of a subject against a scope, by verdict"),
            durations: named.add(
                "run_duration_seconds",
                "How long runs of a subject against a scope took",
                Histogram::new(DURATIONS),
            ),
            attempts: named.zero("subject_attempts", "Attempts at subjects"),
            retries: named
                .zero("subject_retries", "Attempts at subjects that were not the first of the night"),
            reports: named.zero("reports_recorded", "Reports that were written to the database"),
            left: named.zero("left_resources", "Things that checks created and that are left in a cloud"),
            pending: named.zero("outbox_pending", "Things that wait to be sent"),
            oldest: named.zero(
                "outbox_oldest_timestamp_seconds",
                "Since when the oldest thing that is to be sent waits",
            ),
            deliveries: named.zero("deliveries", "Attempts to send something, by what came of them"),
            verdicts: named
                .zero("version_verdict", "1 for the verdict that a version of a scope has for a subject now"),
            registry: Registry::default(),
            shown: Mutex::default(),
        };
        made.registry = named.0;
        made.at_zero();
        made
    }

    /// Series of closed lists are there from the start: a rate needs a first value.
    fn at_zero(&self) {
        for phase in [PhaseLabel::WAITING, PhaseLabel::RUNNING, PhaseLabel::DONE] {
            drop(self.subjects.get_or_create(&phase));
        }
        for outcome in SubjectOutcome::ALL {
            drop(self.outcomes.get_or_create(&OfOutcome { outcome: *outcome }));
        }
        for verdict in VERDICTS {
            drop(self.runs.get_or_create(&OfVerdict { verdict: verdict.to_owned() }));
        }
    }

    /// A destination that is told of for the first time has all its series.
    pub(super) fn know(&self, destination: &str) {
        for outcome in Delivery::ALL {
            let of = OfDelivery { destination: destination.to_owned(), outcome: *outcome };
            drop(self.deliveries.get_or_create(&of));
        }
    }

    pub(super) fn shown(&self) -> MutexGuard<'_, HashMap<OfVersion, String>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn text(&self) -> String {
        let _as_of_one_moment = self.shown();
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry).expect("writing to a string cannot fail");
        text
    }
}

struct Named(Registry);

impl Named {
    fn add<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }

    fn zero<M: Metric + Clone + Default>(&mut self, name: &str, help: &str) -> M {
        self.add(name, help, M::default())
    }
}
