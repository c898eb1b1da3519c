//! One line of a log.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use crate::escape::one_line;

/// Bytes of one line, at most.
const MAX_LINE: usize = 16 << 10;

/// The fields of a span or an event, as `name=value name=value`, made safe.
#[derive(Default)]
pub(super) struct Fields {
    text: String,
    message: String,
    pub(super) subject: Option<String>,
    pub(super) night: Option<String>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, &format!("{value:?}"));
    }
}

impl Fields {
    fn take(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = one_line(value),
            "subject" => self.subject = Some(value.to_owned()),
            "night" => self.night = Some(value.to_owned()),
            name => {
                let space = if self.text.is_empty() { "" } else { " " };
                let _ = write!(self.text, "{space}{name}={}", one_line(value));
            }
        }
    }
}

/// What an event says, and where.
pub(super) struct Line {
    begin: String,
    /// Spans between the subject's and the event, innermost first.
    spans: Vec<String>,
    fields: Fields,
}

impl Line {
    pub(super) fn of(event: &Event<'_>) -> Line {
        let (level, target) = (level(*event.metadata().level()), event.metadata().target());
        let mut fields = Fields::default();
        event.record(&mut fields);
        Line { begin: format!("{:.3} {level} {target}", Timestamp::now()), spans: Vec::new(), fields }
    }

    pub(super) fn within(&mut self, span: &str, fields: &Fields) {
        self.spans.push(if fields.text.is_empty() {
            span.to_owned()
        } else {
            format!("{span}{{{}}}", fields.text)
        });
    }

    /// `2026-11-27T02:30:01.123Z  WARN touchstone_runner check{check=x}: message name=value`, with a line break.
    pub(super) fn finish(self) -> String {
        let mut text = self.begin;
        for span in self.spans.iter().rev() {
            let _ = write!(text, " {span}");
        }
        text.push(':');
        for part in [&self.fields.message, &self.fields.text] {
            if !part.is_empty() {
                let _ = write!(text, " {part}");
            }
        }
        for (name, value) in [("subject", &self.fields.subject), ("night", &self.fields.night)] {
            if let Some(value) = value {
                let _ = write!(text, " {name}={}", one_line(value));
            }
        }
        if text.len() > MAX_LINE {
            let mut end = MAX_LINE;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push_str(" […]");
        }
        text.push('\n');
        text
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => " WARN",
        Level::INFO => " INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}
