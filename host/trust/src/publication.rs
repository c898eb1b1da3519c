//! What a publisher signs: this component is that version of that check.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};
use touchstone_sign::{Payload, SigningKey};

use crate::{Candidate, Digest};

/// The payload type of the envelope.
pub const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";
/// The type of the statement's predicate.
pub const PUBLICATION_TYPE: &str = "https://github.com/SovereignCloudStack/touchstone/publication/v1";
/// The media type of a signed publication, for a registry: that of a DSSE envelope.
pub const ENVELOPE_MEDIA_TYPE: &str = "application/vnd.dsse.envelope.v1+json";

pub(crate) const IN_TOTO: &str = "https://in-toto.io/Statement/v1";

/// The statement that a component is version `version` of the check `id`, as a publisher signs it: an in-toto Statement v1
/// (JSON, indented, a line break at the end). Equal arguments give equal bytes.
pub fn publication_statement(id: &str, version: &Version, component: Digest) -> String {
    let statement = Statement {
        statement_type: IN_TOTO.to_owned(),
        subject: vec![Subject {
            name: Some(id.to_owned()),
            digest: BTreeMap::from([("sha256".to_owned(), component.hex())]),
        }],
        predicate_type: PUBLICATION_TYPE.to_owned(),
        predicate: Publication { id: id.to_owned(), version: version.to_string() },
    };
    let mut text = serde_json::to_string_pretty(&statement).expect("texts are always JSON");
    text.push('\n');
    text
}

/// The signed publication of a component, to be kept beside it: a DSSE envelope (JSON). The same key and component give the
/// same bytes.
pub fn publish(key: &SigningKey, id: &str, version: &Version, component: Digest) -> String {
    key.envelope(STATEMENT_TYPE, publication_statement(id, version, component).as_bytes())
}

/// Whether what was signed publishes the candidate.
///
/// # Errors
/// A sentence about what it is instead.
pub(crate) fn check(payload: &Payload, candidate: &Candidate<'_>) -> Result<(), String> {
    let (name, digest) = subject(payload, PUBLICATION_TYPE)?;
    let component = candidate.component.hex();
    if digest != component {
        return Err(format!("it is about another component, {}", shown("sha256:", &digest)));
    }
    if name.as_deref() != Some(candidate.id) {
        return Err("the name of its subject is not the id of the component".to_owned());
    }
    let Statement { predicate, .. } = touchstone_json::from_slice::<Statement<Publication>>(&payload.payload)
        .map_err(|error| format!("it is no publication: {error}"))?;
    if predicate.id != candidate.id {
        return Err(format!("it is about another check, {}", shown("", &predicate.id)));
    }
    if predicate.version != candidate.version.to_string() {
        return Err(format!("it is about another version, {}", shown("", &predicate.version)));
    }
    Ok(())
}

/// Name and SHA-256 of the one subject of a statement with a predicate of that type.
///
/// # Errors
/// A sentence about what it is instead.
pub(crate) fn subject(payload: &Payload, predicate_type: &str) -> Result<(Option<String>, String), String> {
    if payload.payload_type != STATEMENT_TYPE {
        return Err(format!("its payload is of type {}, not a statement", shown("", &payload.payload_type)));
    }
    let statement: Statement<serde_json::Value> = touchstone_json::from_slice(&payload.payload)
        .map_err(|error| format!("it is no statement: {error}"))?;
    if statement.statement_type != IN_TOTO {
        return Err(format!("it is a statement of type {}, not v1", shown("", &statement.statement_type)));
    }
    if statement.predicate_type != predicate_type {
        return Err(format!(
            "it says something else, {}, and not `{predicate_type}`",
            shown("", &statement.predicate_type)
        ));
    }
    let [subject] = <[Subject; 1]>::try_from(statement.subject)
        .map_err(|subjects| format!("it has {} subjects, not one", subjects.len()))?;
    match subject.digest.get("sha256") {
        Some(digest) => Ok((subject.name, digest.clone())),
        None => Err("its subject has no SHA-256".to_owned()),
    }
}

/// Text that others wrote, for a message: quoted, nothing in it that a terminal obeys, and not too much of it.
pub(crate) fn shown(before: &str, text: &str) -> String {
    const LIMIT: usize = 100;
    let end = text.char_indices().nth(LIMIT).map(|(end, _)| end);
    let dots = if end.is_some() { "…" } else { "" };
    format!("`{before}{}`{dots}", text[..end.unwrap_or(text.len())].escape_debug())
}

/// Members that are not known are ignored, as the specification asks; none may stand there twice.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement<P> {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: P,
}

#[derive(Serialize, Deserialize)]
struct Subject {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    digest: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Publication {
    id: String,
    version: String,
}
