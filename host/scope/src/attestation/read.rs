//! Statements as files.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::{Attestation, AttestedDocument, AttestedVerdict};
use crate::format::Scalar;
use crate::format::tables::{HASH, ID, TEXT, URL, UUID};

const FORMAT: &str = "touchstone.attestation/v1";
/// A statement is a page; what is longer is something else.
const LONGEST: usize = 64 << 10;

/// The file, before what it says is understood.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    scope: ScopeMember,
    subject: String,
    testcase: String,
    verdict: AttestedVerdict,
    by: String,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<DocumentMember>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeMember {
    uuid: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentMember {
    url: String,
    sha256: String,
}

impl Attestation {
    /// Reads a statement. `file_name` is for the error only.
    ///
    /// # Errors
    /// If it is too large, not JSON, of another format, lacks a member, has one that is not known, or one of them is not
    /// what it has to be.
    pub fn parse(file_name: &str, bytes: &[u8]) -> Result<Self, AttestationError> {
        let error = |problem| AttestationError { file: file_name.to_owned(), problem };
        read(bytes).map_err(error)
    }

    /// The statement as a file: indented JSON, members in a fixed order, a line break at the end. Equal statements give
    /// equal bytes.
    pub fn to_json(&self) -> String {
        let document = self.document.as_ref().map(|document| DocumentMember {
            url: document.url.clone(),
            sha256: document.sha256.to_string(),
        });
        let file = File {
            format: FORMAT.to_owned(),
            scope: ScopeMember { uuid: self.scope.to_string(), name: self.scope_name.clone() },
            subject: self.subject.clone(),
            testcase: self.testcase.clone(),
            verdict: self.verdict,
            by: self.by.clone(),
            at: self.at.to_string(),
            document,
            comment: self.comment.clone(),
        };
        // Texts only, with fixed keys: there is nothing that JSON could not say.
        let mut text = serde_json::to_string_pretty(&file).expect("an attestation is always JSON");
        text.push('\n');
        text
    }
}

/// Why a file is not a statement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}: {problem}")]
pub struct AttestationError {
    file: String,
    problem: String,
}

fn read(bytes: &[u8]) -> Result<Attestation, String> {
    if bytes.len() > LONGEST {
        return Err(format!(
            "{} bytes are too many for an attestation, which has at most {LONGEST}",
            bytes.len()
        ));
    }
    format_of(bytes)?;
    let file: File = touchstone_json::from_slice(bytes).map_err(malformed)?;
    let document = file.document.map(|document| {
        let url = written("document.url", document.url, &URL)?;
        let sha256 = written("document.sha256", document.sha256, &HASH)?;
        let sha256 = sha256.parse().map_err(|error| format!("`document.sha256`: {error}"))?;
        Ok::<_, String>(AttestedDocument { url, sha256 })
    });
    let uuid = written("scope.uuid", file.scope.uuid, &UUID)?;
    Ok(Attestation {
        scope: uuid.parse::<Uuid>().map_err(|error| format!("`scope.uuid`: {error}"))?,
        scope_name: written("scope.name", file.scope.name, &TEXT)?,
        subject: written("subject", file.subject, &TEXT)?,
        testcase: written("testcase", file.testcase, &ID)?,
        verdict: file.verdict,
        by: written("by", file.by, &TEXT)?,
        at: moment(&file.at)?,
        document: document.transpose()?,
        comment: file.comment,
        // It was read as JSON, so it is UTF-8.
        read_from: Some(String::from_utf8_lossy(bytes).into_owned()),
    })
}

/// Refuses what does not say that it is an attestation, or is one of another format, before its members are judged.
fn format_of(bytes: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<serde_json::Value>,
    }
    let head: Head = touchstone_json::from_slice(bytes).map_err(malformed)?;
    match head.format.as_ref().map(serde_json::Value::as_str) {
        Some(Some(FORMAT)) => Ok(()),
        Some(Some(other)) => Err(format!(
            "the format is {other:?}, but this touchstone reads \"{FORMAT}\"; a newer one may read it"
        )),
        Some(None) | None => Err(format!(
            "not an attestation, which says \"format\": \"{FORMAT}\"; `touchstone attest` writes one"
        )),
    }
}

fn malformed(error: serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let full = error.to_string();
    // serde_json says the place again at the end of its message.
    let place = format!(" at line {line} column {column}");
    format!("line {line}, column {column}: {}", full.strip_suffix(&place).unwrap_or(&full).escape_debug())
}

fn written(member: &str, value: String, as_what: &Scalar) -> Result<String, String> {
    match as_what.matches(&value) {
        true => Ok(value),
        false => Err(format!("`{member}` is {value:?}; {}", as_what.expected())),
    }
}

fn moment(value: &str) -> Result<Timestamp, String> {
    value.parse().map_err(|_| {
        format!("`at` is {value:?}; expected a moment with its offset from UTC, e.g. `2026-11-23T20:51:07Z`")
    })
}
