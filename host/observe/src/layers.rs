//! The layers of the program's subscriber that are not its terminal's.

use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::registry::LookupSpan;

use crate::logs::{LogConfig, Logging};
use crate::otel::{self, Traces};

/// Which layers are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// A log for each subject, once it is said where to ([`Observing::log_subjects_to`]). Default: no.
    pub subject_logs: bool,
    /// How much goes to logs of subjects and to traces. Default: `INFO`, and what is worse.
    pub level: LevelFilter,
    /// The program's version, for traces.
    pub version: &'static str,
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted { subject_logs: false, level: LevelFilter::INFO, version: env!("CARGO_PKG_VERSION") }
    }
}

/// What the layers need for as long as the program runs. When it is dropped, traces that wait are sent, for five seconds at most.
#[must_use = "what is not kept is dropped, and then nothing is sent any more"]
pub struct Observing {
    logs: Option<Logging>,
    problems: Vec<String>,
    traces: Option<Traces>,
}

impl Observing {
    /// Says where logs of subjects go. Once: a second folder has no effect.
    pub fn log_subjects_to(&self, config: LogConfig) {
        if let Some(logs) = &self.logs {
            logs.write_to(config);
        }
    }

    /// Sends what waits, for five seconds at most, and tells what went wrong in all.
    pub fn finish(self) -> Vec<String> {
        if let Some(traces) = &self.traces {
            traces.finish();
        }
        self.problems()
    }

    /// What went wrong, for people: with a log, with traces; each once. None of it is a reason to stop.
    pub fn problems(&self) -> Vec<String> {
        let logs = self.logs.as_ref().and_then(Logging::problem);
        let traces = self.traces.as_ref().and_then(Traces::problem);
        self.problems.iter().cloned().chain(logs).chain(traces).collect()
    }
}

/// A layer for the program's subscriber, with filters of its own; nothing if nothing is wanted. Traces are sent where the
/// environment asks for it: `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (OpenTelemetry's own
/// variables, of which headers, time-outs and samplers are heeded, too).
pub fn layers<S>(wanted: Wanted) -> (Option<Box<dyn Layer<S> + Send + Sync>>, Observing)
where
    S: Subscriber + for<'s> LookupSpan<'s> + Send + Sync,
{
    let mut all: Vec<Box<dyn Layer<S> + Send + Sync>> = Vec::new();
    let mut problems = Vec::new();
    let logs = wanted.subject_logs.then(Logging::new);
    if let Some(logs) = &logs {
        all.push(logs.layer().with_filter(ours(wanted.level)).boxed());
    }
    let traces = match otel::start(wanted.version) {
        Ok(Some((layer, traces))) => {
            all.push(layer.with_filter(ours(wanted.level)).boxed());
            Some(traces)
        }
        Ok(None) => None,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    // A list of no layers would say that nobody wants to hear anything.
    let layer = (!all.is_empty()).then(|| all.boxed());
    (layer, Observing { logs, problems, traces })
}

/// The filter of all layers: what crates of Touchstone say, up to a level. Libraries below are never logged: they might write down
/// what they send.
pub fn ours(level: LevelFilter) -> FilterFn<impl Fn(&Metadata<'_>) -> bool + Clone> {
    filter_fn(move |metadata| *metadata.level() <= level && is_ours(metadata.target()))
        .with_max_level_hint(level)
}

/// Whether something is said by a crate of Touchstone.
pub fn is_ours(target: &str) -> bool {
    let krate = target.split("::").next().unwrap_or(target);
    krate == "touchstone" || krate.starts_with("touchstone_")
}
