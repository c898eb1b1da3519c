use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Logs of this program go to standard error: errors only, with `-v` also warnings, or what `TOUCHSTONE_LOG` says (off,
/// error, warn, info, debug, trace). Libraries below it are never logged: they might write down what they send.
pub(crate) fn start(verbose: bool) {
    let default = if verbose { LevelFilter::WARN } else { LevelFilter::ERROR };
    let level = std::env::var("TOUCHSTONE_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(default);
    let ours = [
        "touchstone",
        "touchstone_builder",
        "touchstone_capabilities",
        "touchstone_runner",
        "touchstone_runtime",
        "touchstone_simulator",
        "touchstone_store",
    ];
    let targets = Targets::new().with_targets(ours.map(|name| (name, level)));
    let format = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(crate::terminal::stderr_has_color());
    tracing_subscriber::registry().with(targets).with(format).init();
}
