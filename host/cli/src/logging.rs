use touchstone_observe::{Observing, Wanted, layers, ours};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{Cli, Command};

/// Logs of this program go to standard error: errors only, with `-v` also warnings, or what `TOUCHSTONE_LOG` says (off,
/// error, warn, info, debug, trace). Libraries below it are never logged: they might write down what they send. Nights also
/// have a log for each subject, and everything can be sent as traces (docs/observability.md).
pub(crate) fn start(cli: &Cli) -> Observing {
    let default = if cli.verbose() { LevelFilter::WARN } else { LevelFilter::ERROR };
    let level = std::env::var("TOUCHSTONE_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(default);
    let subject_logs = matches!(cli.command, Command::Nightly(_) | Command::Worker(_));
    let version = env!("CARGO_PKG_VERSION");
    let (others, observing) = layers(Wanted { subject_logs, version, ..Wanted::default() });
    let format = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(crate::terminal::stderr_has_color())
        .with_filter(ours(level));
    tracing_subscriber::registry().with(others).with(format).init();
    observing
}
