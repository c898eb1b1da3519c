//! `touchstone.notification/v1`: what changed in one night.
//!
//! A v1 notification only grows: fields are added, none is renamed, removed or given another meaning. Readers ignore fields that
//! they do not know.

use ring::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::{State, Verdict};

/// Changes that a notification tells one by one, at most; the worst are kept.
pub const MAX_CHANGES: usize = 500;

/// Testcases that are told of one change, at most; the worst are kept.
pub const MAX_TESTCASES: usize = 10;

/// Characters of a reason that are told, at most.
pub const MAX_REASON: usize = 300;

/// What changed in one night, over all subjects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "touchstone.notification/v1")]
pub struct Notification {
    /// Which format this is; a reader refuses others.
    pub format: Format,
    /// Identifies the notification: what has the same id was told before. It follows from night and changes, so that a night
    /// that is told again after a crash has the same one.
    pub id: String,
    /// The night: the moment it was due (RFC 3339, UTC).
    pub night: String,
    /// How many changes there are of each kind, those that are left out among them.
    pub counts: Counts,
    /// The changes, worst first; at most 500.
    pub changes: Vec<Change>,
    /// How many more changes there are than are told; absent if none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub left_out: usize,
}

/// The formats that this crate reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// The only one so far.
    #[default]
    #[serde(rename = "touchstone.notification/v1")]
    V1,
}

/// How many changes there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// For the worse.
    pub worse: usize,
    /// Seen for the first time, and not PASS.
    pub new: usize,
    /// Not judged any more.
    pub gone: usize,
    /// For the better.
    pub better: usize,
}

/// The verdict on one version of one scope changed for one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What kind of change it is.
    pub kind: Kind,
    /// The subject's name in the configuration.
    pub subject: String,
    /// What people call it; absent if that is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Who runs the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The scope.
    pub scope: Scope,
    /// The version of the scope: `v5.1`.
    pub version: String,
    /// The state of that version on the night's day; absent if the timeline does not show it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The verdict before; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// The verdict now; absent if there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Verdict>,
    /// The testcases of target `main` with another verdict than before, worst first; at most 10.
    pub testcases: Vec<TestcaseChange>,
    /// How many more testcases have another verdict than are told; absent if none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub testcases_left_out: usize,
    /// Where the report is: a URL or a path; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// Kinds of changes, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The verdict is worse than before.
    Worse,
    /// There was no verdict before, and it is not PASS.
    New,
    /// There was a verdict, and there is none any more: the subject, its scope or the version is not judged.
    Gone,
    /// The verdict is better than before, though perhaps not PASS.
    Better,
}

/// A scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// Identifies it, whatever its name.
    pub uuid: String,
    /// Its name, for people.
    pub name: String,
}

/// A testcase with another verdict than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestcaseChange {
    /// Its id.
    pub testcase: String,
    /// Its verdict before; absent if it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// Its verdict now; absent if it is not asked for any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Verdict>,
    /// Why it has that verdict, for people; may be empty. At most 300 characters, and a note that it was cut.
    pub reason: String,
}

impl Notification {
    /// What is told of a night; nothing if nothing changed. Sorted, and cut to [`MAX_CHANGES`], [`MAX_TESTCASES`] and
    /// [`MAX_REASON`].
    pub fn new(night: impl Into<String>, mut changes: Vec<Change>) -> Option<Notification> {
        if changes.is_empty() {
            return None;
        }
        let mut counts = Counts::default();
        for change in &mut changes {
            *counts.of(change.kind) += 1;
            change.cut();
        }
        changes.sort_by_cached_key(Change::rank);
        let left_out = changes.len().saturating_sub(MAX_CHANGES);
        changes.truncate(MAX_CHANGES);
        let mut made = Notification {
            format: Format::V1,
            id: String::new(),
            night: night.into(),
            counts,
            changes,
            left_out,
        };
        made.id = made.identity();
        Some(made)
    }

    /// Follows from all the rest. No dots: a webhook's signature has them between its parts.
    fn identity(&self) -> String {
        let hash = digest(&SHA256, &self.json());
        format!("tsn_{}", data_encoding::HEXLOWER.encode(&hash.as_ref()[..16]))
    }
}

impl Counts {
    fn of(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Worse => &mut self.worse,
            Kind::New => &mut self.new,
            Kind::Gone => &mut self.gone,
            Kind::Better => &mut self.better,
        }
    }
}

impl Change {
    fn rank(&self) -> (Kind, Option<Verdict>, String, Scope, String) {
        let Change { kind, after, subject, scope, version, .. } = self;
        (*kind, *after, subject.clone(), scope.clone(), version.clone())
    }

    fn cut(&mut self) {
        self.testcases.sort_by_cached_key(|one| (one.after.is_none(), one.after, one.testcase.clone()));
        self.testcases_left_out += self.testcases.len().saturating_sub(MAX_TESTCASES);
        self.testcases.truncate(MAX_TESTCASES);
        for one in &mut self.testcases {
            one.reason = touchstone_report::cut(&one.reason, MAX_REASON);
        }
    }
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests;
