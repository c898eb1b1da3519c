//! The compliance table: which subject passes which versions of which scopes.

mod markdown;
mod terminal;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::{State, Verdict};

use crate::card::Card;
use crate::night::SubjectInfo;

/// The compliance table at a moment (`touchstone.status/v1`), as the SCS site shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "touchstone.status/v1")]
pub struct Status {
    /// Which format this is.
    pub format: StatusFormat,
    /// The moment (RFC 3339, UTC).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The scopes: the columns of the table.
    pub scopes: Vec<StatusScope>,
    /// Subjects, and groups of subjects: the rows of the table.
    pub rows: Vec<StatusRow>,
}

/// The formats of [`Status`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StatusFormat {
    /// The only one so far.
    #[default]
    #[serde(rename = "touchstone.status/v1")]
    V1,
}

/// A scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusScope {
    /// What identifies it.
    pub uuid: String,
    /// Its name.
    pub name: String,
}

/// A subject, or a group of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusRow {
    /// Its name for people: that of the subject, or of the group.
    pub name: String,
    /// The subjects: one, or the members of the group.
    pub subjects: Vec<String>,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its health can be seen; one for each subject that has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<String>,
    /// By scope (UUID); a scope that it is not tested against is absent.
    pub scopes: BTreeMap<String, StatusCell>,
}

/// What a row passes of a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusCell {
    /// The versions that are passed: drafts, and the newest other one. Empty if none is.
    pub passed: Vec<String>,
    /// All versions that the timeline shows, in the order of the manifest. The verdict of a group is the worst of its members.
    pub versions: Vec<StatusVersion>,
}

/// A version, and how the row does in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusVersion {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// The verdict.
    pub verdict: Verdict,
}

impl Status {
    /// The table of subjects and their cards, in the order of the subjects. A group stands where its first member does.
    pub fn of(at: Timestamp, scopes: Vec<StatusScope>, subjects: &[SubjectInfo], cards: &[Card]) -> Status {
        let mut rows: Vec<(Option<&str>, Vec<&SubjectInfo>)> = Vec::new();
        for subject in subjects {
            let group = subject.group.as_deref();
            match rows.iter_mut().find(|(known, _)| group.is_some() && *known == group) {
                Some((_, members)) => members.push(subject),
                None => rows.push((group, vec![subject])),
            }
        }
        let rows = rows.into_iter().map(|(group, members)| row(group, &members, cards)).collect();
        Status { format: StatusFormat::V1, at, scopes, rows }
    }

    /// Leaves out all rows but these, and the columns that are empty then.
    pub fn choose(&mut self, chosen: impl Fn(&StatusRow) -> bool) {
        self.rows.retain(chosen);
        let rows = &self.rows;
        self.scopes.retain(|scope| rows.iter().any(|row| row.scopes.contains_key(&scope.uuid)));
    }

    /// The JSON Schema of it (draft 2020-12); published as `docs/schemas/status.schema.json`.
    pub fn json_schema() -> serde_json::Value {
        crate::schema::of::<Status>()
    }
}

fn row(group: Option<&str>, members: &[&SubjectInfo], cards: &[Card]) -> StatusRow {
    let first = |text: fn(&SubjectInfo) -> Option<&String>| members.iter().find_map(|one| text(one)).cloned();
    let name = group.unwrap_or_else(|| members.first().map_or("", |one| one.shown_name()));
    let mut scopes: BTreeMap<String, StatusCell> = BTreeMap::new();
    for card in cards.iter().filter(|card| members.iter().any(|one| one.name == card.subject)) {
        let versions = card.versions.iter().map(|version| StatusVersion {
            name: version.name.clone(),
            state: version.state,
            verdict: version.verdict,
        });
        match scopes.get_mut(&card.scope.uuid) {
            None => {
                let cell = StatusCell { passed: Vec::new(), versions: versions.collect() };
                scopes.insert(card.scope.uuid.clone(), cell);
            }
            Some(cell) => worsen(&mut cell.versions, versions.collect()),
        }
    }
    for (uuid, cell) in &mut scopes {
        let has_card = |member: &&SubjectInfo| {
            cards.iter().any(|card| card.subject == member.name && card.scope.uuid == *uuid)
        };
        if !members.iter().all(has_card) {
            worsen(&mut cell.versions, Vec::new());
        }
        cell.passed = passed(&cell.versions);
    }
    StatusRow {
        name: name.to_owned(),
        subjects: members.iter().map(|one| one.name.clone()).collect(),
        operator: first(|one| one.operator.as_ref()),
        description: first(|one| one.description.as_ref()),
        health: members.iter().filter_map(|one| one.health_url.clone()).collect(),
        scopes,
    }
}

/// The worst verdict of each version counts; a version that one of them does not have is passed by none, nor are those of a scope against
/// which one of them is not tested.
fn worsen(versions: &mut Vec<StatusVersion>, others: Vec<StatusVersion>) {
    for version in &mut *versions {
        let other = others.iter().find(|other| other.name == version.name);
        version.verdict = version.verdict.min(other.map_or(Verdict::Miss, |other| other.verdict));
    }
    let is_new = |other: &StatusVersion| !versions.iter().any(|version| version.name == other.name);
    let new: Vec<StatusVersion> = others.into_iter().filter(is_new).collect();
    versions
        .extend(new.into_iter().map(|new| StatusVersion { verdict: new.verdict.min(Verdict::Miss), ..new }));
}

/// Manifests list the newest version first.
fn passed(versions: &[StatusVersion]) -> Vec<String> {
    let mut passed = Vec::new();
    for version in versions.iter().filter(|version| version.verdict == Verdict::Pass) {
        passed.push(version.name.clone());
        if version.state != State::Draft {
            break;
        }
    }
    passed
}

impl StatusCell {
    /// What stands in the table: the versions that are passed, with `*` for a draft, `†` for warn, `††` for deprecated; `–` if
    /// there is none.
    pub fn shown(&self) -> String {
        let mark = |name: &String| {
            let state =
                self.versions.iter().find(|version| version.name == *name).map(|version| version.state);
            format!("{name}{}", state.map_or("", mark))
        };
        let marked: Vec<String> = self.passed.iter().map(mark).collect();
        if marked.is_empty() { "–".to_owned() } else { marked.join(", ") }
    }
}

/// What stands behind the name of a version.
pub(crate) fn mark(state: State) -> &'static str {
    match state {
        State::Draft => "*",
        State::Effective => "",
        State::Warn => "†",
        State::Deprecated => "††",
    }
}

/// The marks that occur, and what they mean.
fn legend(status: &Status) -> Vec<&'static str> {
    let cells = || status.rows.iter().flat_map(|row| row.scopes.values());
    let is_passed = |cell: &StatusCell, state: State| {
        cell.versions.iter().any(|version| version.state == state && cell.passed.contains(&version.name))
    };
    let mut meanings = Vec::new();
    for (state, meaning) in [
        (State::Draft, "* draft: not certified yet"),
        (State::Warn, "† warn: not certified for much longer"),
        (State::Deprecated, "†† deprecated: not certified any more"),
    ] {
        if cells().any(|cell| is_passed(cell, state)) {
            meanings.push(meaning);
        }
    }
    if cells().any(|cell| cell.passed.is_empty()) {
        meanings.push("– no version is passed");
    }
    meanings
}
