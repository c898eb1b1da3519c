//! The report as JSON, and the schema of it.

use schemars::{JsonSchema as _, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::Deserialize;
use thiserror::Error;

use crate::model::{Format, Report};

/// The report as JSON: indented, keys in a fixed order, a line break at the end. Equal reports give equal bytes.
pub fn json(report: &Report) -> String {
    // Every key is a string and every number an integer, so there is nothing that JSON could not say.
    let mut text = serde_json::to_string_pretty(report).expect("a report is always JSON");
    text.push('\n');
    text
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes; published as `docs/schemas/report.schema.json`.
pub fn json_schema() -> serde_json::Value {
    let schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Report>();
    schema.to_value()
}

impl Report {
    /// Reads what [`json`] wrote, or what a newer host wrote in the same format: unknown fields are ignored.
    ///
    /// # Errors
    /// If `text` is not JSON, is not a report, is of another format, or lacks something that a report must have.
    pub fn parse(text: &str) -> Result<Report, ParseError> {
        #[derive(Deserialize)]
        struct Head {
            format: Option<serde_json::Value>,
        }
        let head: Head = touchstone_json::from_str(text).map_err(ParseError::from_json)?;
        let known = serde_json::json!(Format::V1);
        match head.format {
            Some(format) if format == known => touchstone_json::from_str(text).map_err(ParseError::from_json),
            Some(serde_json::Value::String(found)) => {
                Err(ParseError::OtherFormat { found: crate::cut(&crate::printable(&found), 60) })
            }
            Some(_) | None => Err(ParseError::NotAReport),
        }
    }
}

/// Why a text is not a report.
#[derive(Debug, Error)]
pub enum ParseError {
    /// Not JSON, or a field is missing or of the wrong kind.
    #[error("line {line}, column {column}: {problem}")]
    Malformed {
        /// Line of the text, from 1.
        line: usize,
        /// Column of the line, from 1; 0 for the end of the line before.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// JSON that does not say that it is a report.
    #[error("not a report: `format` is missing; a report begins with \"format\": \"touchstone.report/v1\"")]
    NotAReport,
    /// A report in a format that this version does not know.
    #[error(
        "the format is `{found}`, but this touchstone reads `touchstone.report/v1`; a newer one may read it"
    )]
    OtherFormat {
        /// The format that the text says it has.
        found: String,
    },
}

impl ParseError {
    fn from_json(error: serde_json::Error) -> ParseError {
        let (line, column) = (error.line(), error.column());
        let full = error.to_string();
        // serde_json says the place again at the end of its message.
        let place = format!(" at line {line} column {column}");
        let problem = crate::printable(full.strip_suffix(&place).unwrap_or(&full));
        ParseError::Malformed { line, column, problem }
    }
}

/// Schema of a point in time. jiff writes what RFC 3339 calls `date-time`, in UTC, with a `Z`.
pub(crate) fn time_schema(generator: &mut SchemaGenerator) -> Schema {
    formatted(generator, "date-time")
}

/// Schema of a day.
pub(crate) fn date_schema(generator: &mut SchemaGenerator) -> Schema {
    formatted(generator, "date")
}

fn formatted(generator: &mut SchemaGenerator, format: &str) -> Schema {
    let mut schema = String::json_schema(generator);
    schema.insert("format".to_owned(), format.into());
    schema
}
