//! A log for each subject: what is said within its span goes to its file.

mod line;
mod sink;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use self::line::{Fields, Line};
use self::sink::{Sink, Sinks};

/// Files that are open at the same time, at most. More are written all the same, and opened for each line.
const MAX_OPEN: usize = 128;

/// The night of subjects for which none is said.
const NO_NIGHT: &str = "no-night";

/// Where logs of subjects go, and how much of them.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The folder: `FOLDER/NIGHT/SUBJECT.log`.
    pub folder: PathBuf,
    /// Bytes of one file, at most; its last line says that it was cut. Default: 1 MiB.
    pub max_bytes: u64,
}

impl LogConfig {
    /// Logs in a folder, which is made when there is something to write.
    pub fn new(folder: impl Into<PathBuf>) -> LogConfig {
        LogConfig { folder: folder.into(), max_bytes: 1 << 20 }
    }
}

/// The file of a subject's log in a night: `FOLDER/NIGHT/SUBJECT.log`. Characters that are not for names of files are `%` and
/// two hexadecimal digits for each of their bytes; very long names end in a hash.
pub fn log_path(folder: &Path, night: &str, subject: &str) -> PathBuf {
    folder.join(sink::file_name(night)).join(format!("{}.log", sink::file_name(subject)))
}

/// The layer that writes events within a span that has a field `subject` to that subject's log. The field `night`, of that span or
/// one around it, is the folder.
///
/// Nothing is written until it is said where to ([`Logging::write_to`]). Give it the filter [`crate::ours`]: libraries are never
/// logged, they might write down what they send.
pub(crate) struct SubjectLogs {
    logging: Logging,
}

/// What is behind the layer.
#[derive(Clone)]
pub(crate) struct Logging {
    config: Arc<OnceLock<LogConfig>>,
    sinks: Arc<Sinks>,
}

impl Logging {
    pub(crate) fn new() -> Logging {
        Logging { config: Arc::default(), sinks: Arc::new(Sinks::new(MAX_OPEN)) }
    }

    pub(crate) fn layer(&self) -> SubjectLogs {
        SubjectLogs { logging: self.clone() }
    }

    /// Says where to write, once: what is said later has no effect.
    pub(crate) fn write_to(&self, config: LogConfig) {
        let _ = self.config.set(config);
    }

    /// Why a log could not be written, the first time that happened.
    pub(crate) fn problem(&self) -> Option<String> {
        self.sinks.problem()
    }
}

/// What is kept of a span: where it writes, if it is that of a subject, and what its fields are.
struct Kept {
    fields: Fields,
    sink: OnceLock<Arc<Sink>>,
}

impl<S> Layer<S> for SubjectLogs
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(Kept { fields, sink: OnceLock::new() });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(kept) = span.extensions_mut().get_mut::<Kept>() {
            values.record(&mut kept.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let (Some(config), Some(scope)) = (self.logging.config.get(), context.event_scope(event)) else {
            return;
        };
        let mut line = Line::of(event);
        for span in scope {
            let extensions = span.extensions();
            let Some(kept) = extensions.get::<Kept>() else { continue };
            match &kept.fields.subject {
                Some(subject) => {
                    let sink = kept.sink.get_or_init(|| self.sink(config, subject, &kept.fields, &span));
                    return sink.write(&line.finish());
                }
                None => line.within(span.name(), &kept.fields),
            }
        }
    }
}

impl SubjectLogs {
    fn sink<'s, S>(
        &self,
        config: &LogConfig,
        subject: &str,
        fields: &Fields,
        span: &SpanRef<'s, S>,
    ) -> Arc<Sink>
    where
        S: Subscriber + LookupSpan<'s>,
    {
        let around = || {
            let above = span.scope().skip(1);
            above
                .into_iter()
                .find_map(|span| span.extensions().get::<Kept>().and_then(|kept| kept.fields.night.clone()))
        };
        let night = fields.night.clone().or_else(around);
        let path = log_path(&config.folder, night.as_deref().unwrap_or(NO_NIGHT), subject);
        self.logging.sinks.sink(path, config.max_bytes)
    }
}

#[cfg(test)]
mod tests;
