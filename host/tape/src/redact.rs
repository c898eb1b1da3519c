//! Copying a tape without what is nobody's business.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;
use touchstone_grants::{Grant, Method, RequestPath, ServiceType};

use crate::record::{Did, Header, Identity, Redacted, Request};
use crate::recorder::{Contents, Recorded, create, number, settle};
use crate::tape::{Tape, digest_text};
use crate::write::Writer;

const FORMAT: &str = "touchstone.redaction/v1";

/// What is to be taken out of tapes.
#[derive(Debug, Clone)]
pub struct Rules {
    rules: Vec<Rule>,
    sha256: String,
}

/// Why a text is not rules.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct RulesError(String);

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The copy.
    pub recorded: Recorded,
    /// How many fields were dropped or hashed.
    pub fields: u64,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    format: String,
    rules: Vec<RuleText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    answers: Option<String>,
    field: Option<String>,
    #[serde(default)]
    when: BTreeMap<String, String>,
    identity: Option<String>,
    action: Action,
}

#[derive(Debug, Clone)]
enum Rule {
    /// Fields of the JSON in answers to some calls.
    Answers { calls: Grant, field: Vec<String>, when: BTreeMap<String, String>, action: Action },
    /// A field of who the host was.
    Identity { field: String, action: Action },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Drop,
    Hash,
}

const IDENTITY: [&str; 5] = ["user_id", "user_name", "project_id", "project_name", "domain_name"];

impl Rules {
    /// Reads rules (YAML).
    ///
    /// # Errors
    /// It is not YAML, is of another format, has members that are not known, or a rule takes out nothing that there could
    /// be.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let file: RulesFile = serde_saphyr::from_str(text).map_err(|error| RulesError(error.to_string()))?;
        if file.format != FORMAT {
            return Err(RulesError(format!("the format is {:?}; it has to be {FORMAT:?}", file.format)));
        }
        let rules = file.rules.into_iter().enumerate();
        let rules = rules.map(|(i, rule)| {
            rule.parse().map_err(|problem| RulesError(format!("rule {}: {problem}", i + 1)))
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
            sha256: digest_text(&Sha256::digest(text).into()),
        })
    }
}

impl RuleText {
    fn parse(self) -> Result<Rule, String> {
        match (self.answers, self.field, self.identity) {
            (Some(calls), Some(field), None) => {
                let calls = calls.parse().map_err(|error| format!("`answers: {calls}`: {error}"))?;
                let field: Vec<String> = field.split('/').map(str::to_owned).collect();
                if field.iter().any(String::is_empty) {
                    return Err("`field` is names and `*`, with `/` between them: `images/*/name`".to_owned());
                }
                Ok(Rule::Answers { calls, field, when: self.when, action: self.action })
            }
            (None, None, Some(field)) if IDENTITY.contains(&field.as_str()) && self.when.is_empty() => {
                Ok(Rule::Identity { field, action: self.action })
            }
            (None, None, Some(_)) => {
                Err(format!("`identity` is one of {}, without `when`", IDENTITY.join(", ")))
            }
            _ => Err("a rule has either `answers` and `field`, or `identity`".to_owned()),
        }
    }
}

/// Copies a tape to a file (mode 0600) without what the rules say, and marks the copy. What is hashed is hashed with a secret
/// that is forgotten: equal values stay equal within the copy, and nobody can try out what they were.
///
/// # Errors
/// The copy cannot be written.
pub fn redact(tape: &Tape, rules: &Rules, file: &Path) -> io::Result<Done> {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    let partial = Path::new(&name);
    let mut eraser = Eraser::new(rules);
    let answers: Vec<Vec<Bytes>> = tape
        .units
        .iter()
        .map(|unit| unit.calls.iter().map(|call| eraser.answer(tape, &call.did)).collect())
        .collect();
    let identity = tape.header.identity.clone().map(|identity| eraser.identity(identity));
    let redacted = Redacted { original: tape.digest(), rules: rules.sha256.clone(), fields: eraser.fields };
    let header = Header { identity, redacted: Some(redacted), ..tape.header.clone() };
    let mut writer = Writer::new(BufWriter::new(create(partial)?))?;
    copy(tape, header, &answers, &mut writer)?;
    // The copy of a tape that was cut off is cut off as well.
    let (written, sha256, bytes) = writer.end(tape.end.as_ref())?;
    settle(written, partial, file)?;
    Ok(Done { recorded: Recorded { sha256: digest_text(&sha256), bytes }, fields: eraser.fields })
}

/// Writes all of a tape, with other answers.
fn copy(
    tape: &Tape,
    mut header: Header,
    answers: &[Vec<Bytes>],
    writer: &mut Writer<BufWriter<File>>,
) -> io::Result<()> {
    for evidence in header.evidence.values_mut() {
        evidence.body = writer.body(&tape.body(Some(evidence.body)))?;
    }
    for attestation in &mut header.attestations {
        attestation.body = writer.body(&tape.body(Some(attestation.body)))?;
    }
    writer.header(&header)?;
    for (unit, answers) in tape.units.iter().zip(answers) {
        writer.unit(&unit.unit)?;
        for (call, answer) in unit.calls.iter().zip(answers) {
            let mut call = call.clone();
            let body = |request: &Request| request.body.map(|body| tape.body(Some(body)));
            let (request, undo) = match &call.did {
                Did::Call { request, .. } => (body(request), None),
                Did::Create { request, undo, .. } => (body(request), body(undo)),
                Did::Probe { .. } | Did::UsedUp(_) | Did::Pause { .. } => (None, None),
            };
            number(writer, &mut call.did, &Contents { request, undo, answer: answer.clone() })?;
            writer.call(&call)?;
        }
        if let Some(end) = &unit.end {
            writer.unit_end(end)?;
        }
    }
    Ok(())
}

/// Takes things out, and counts them.
struct Eraser<'r> {
    rules: &'r [Rule],
    secret: [u8; 16],
    fields: u64,
}

impl<'r> Eraser<'r> {
    fn new(rules: &'r Rules) -> Self {
        Self { rules: &rules.rules, secret: uuid::Uuid::new_v4().into_bytes(), fields: 0 }
    }

    /// The body of an answer without what is to be taken out of it.
    fn answer(&mut self, tape: &Tape, did: &Did) -> Bytes {
        let body = tape.answer(did);
        let rules = self.rules;
        let wanted = rules.iter().filter_map(|rule| match rule {
            Rule::Answers { calls, field, when, action } if is_of(calls, did) => Some((field, when, *action)),
            _ => None,
        });
        let mut wanted = wanted.peekable();
        if wanted.peek().is_none() {
            return body;
        }
        let Ok(mut json) = touchstone_json::from_slice::<Value>(&body) else {
            // What is in it cannot be told, so nothing of it stays.
            self.fields += u64::from(!body.is_empty());
            return Bytes::new();
        };
        let before = self.fields;
        for (field, when, action) in wanted {
            self.erase(&mut json, field, when, action);
        }
        if self.fields == before { body } else { Bytes::from(json.to_string()) }
    }

    fn identity(&mut self, mut identity: Identity) -> Identity {
        for rule in self.rules {
            let Rule::Identity { field, action } = rule else { continue };
            let value = match field.as_str() {
                "user_id" => &mut identity.user_id,
                "user_name" => &mut identity.user_name,
                "project_id" => &mut identity.project_id,
                "project_name" => &mut identity.project_name,
                _ => &mut identity.domain_name,
            };
            *value = match action {
                Action::Drop => String::new(),
                Action::Hash => self.hash(value),
            };
            self.fields += 1;
        }
        identity
    }

    fn erase(
        &mut self,
        value: &mut Value,
        field: &[String],
        when: &BTreeMap<String, String>,
        action: Action,
    ) {
        let Some((step, rest)) = field.split_first() else { return };
        match value {
            Value::Array(items) if step == "*" && !rest.is_empty() => {
                items.iter_mut().for_each(|item| self.erase(item, rest, when, action));
            }
            // Items have no members beside them: `when` is about their own.
            Value::Array(items) if step == "*" => {
                let is_chosen =
                    |item: &Value| when.iter().all(|(name, wanted)| is_like(item.get(name), wanted));
                self.fields += items.iter().filter(|item| is_chosen(item)).count() as u64;
                match action {
                    Action::Drop => items.retain(|item| !is_chosen(item)),
                    Action::Hash => items
                        .iter_mut()
                        .filter(|item| is_chosen(item))
                        .for_each(|item| *item = self.hash_value(item).into()),
                }
            }
            Value::Object(members) if !rest.is_empty() => {
                let chosen = members.iter_mut().filter(|(name, _)| step == "*" || *name == step);
                chosen.for_each(|(_, member)| self.erase(member, rest, when, action));
            }
            Value::Object(members)
                if when.iter().all(|(name, wanted)| is_like(members.get(name), wanted)) =>
            {
                let names: Vec<String> =
                    members.keys().filter(|name| step == "*" || *name == step).cloned().collect();
                for name in names {
                    self.fields += 1;
                    match action {
                        Action::Drop => drop(members.remove(&name)),
                        Action::Hash => {
                            let hashed = self.hash_value(&members[&name]);
                            members.insert(name, hashed.into());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Texts are hashed as those of the identity are: an owner stays equal to the project.
    fn hash_value(&self, value: &Value) -> String {
        value.as_str().map_or_else(|| self.hash(&value.to_string()), |text| self.hash(text))
    }

    fn hash(&self, text: &str) -> String {
        let digest: [u8; 32] = Sha256::new().chain_update(self.secret).chain_update(text).finalize().into();
        format!("redacted-{}", &digest_text(&digest)["sha256:".len()..][..16])
    }
}

/// Whether it is one of the calls that a grant stands for.
fn is_of(grant: &Grant, did: &Did) -> bool {
    let (service, method, path) = match did {
        Did::Call { request, .. } | Did::Create { request, .. } => {
            (&request.service, &*request.method, &request.path)
        }
        Did::Probe { service, path, .. } => (service, "GET", path),
        Did::UsedUp(_) | Did::Pause { .. } => return false,
    };
    let (service, method): (Result<ServiceType, _>, Result<Method, _>) = (service.parse(), method.parse());
    let (Ok(service), Ok(method), Ok(path)) = (service, method, RequestPath::parse(path)) else {
        return false;
    };
    match did {
        Did::Probe { .. } => grant.permits_probe(&service, &path),
        _ => grant.permits(&service, method, &path) || grant.budget_for(&service, method, &path).is_some(),
    }
}

fn is_like(value: Option<&Value>, wanted: &str) -> bool {
    match value {
        Some(Value::String(text)) => text == wanted,
        Some(other) => {
            let text = other.to_string();
            text == wanted
        }
        None => false,
    }
}

#[cfg(test)]
mod tests;
