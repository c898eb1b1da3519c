//! What a nightly run shows of itself while it runs.
//!
//! - [`Metrics`] counts, in the words of Prometheus; [`MetricsServer`] answers a Prometheus server, and
//!   [`Metrics::write_textfile`] writes what node_exporter's textfile collector reads.
//! - [`layers`] are for the program's `tracing` subscriber: a log for each subject, and traces for OpenTelemetry.
//! - [`Board`] is what people see on a terminal, as a pure model; [`Progress`] shows it.
//!
//! Nothing here decides anything: a run without any of it finds out the same. Verdicts are told as words (`PASS`), so this
//! crate knows no other. `docs/observability.md` lists what there is to see.

#![forbid(unsafe_code)]

mod board;
mod escape;
mod layers;
mod logs;
mod metrics;
mod otel;
mod progress;
mod serve;

pub use board::Board;
pub use layers::{Observing, Wanted, is_ours, layers, ours};
pub use logs::{LogConfig, log_path};
pub use metrics::{Delivery, Metrics, SubjectOutcome};
pub use progress::{Progress, Show};
pub use serve::{MetricsServer, ServeError};
