//! Waivers (`touchstone.waivers/v1`): somebody knows that a testcase is not passed, says why, and until when that is
//! accepted.
//!
//! What a waiver does to a report is `touchstone-report`'s to say (`Report::with_waivers`); here are what it is and how
//! it is read.

mod format;
mod lint;
mod read;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use touchstone_diagnostics::{Diagnostics, Span};
use uuid::Uuid;

use crate::words::{State, Target};

pub use self::format::waivers_json_schema;
pub use self::lint::{AcceptedWaivers, WaiverRules};

/// One testcase of one subject in one scope, for which somebody vouches until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiver {
    /// Identifier of the testcase.
    pub testcase: String,
    /// The subject, as reports name it.
    pub subject: String,
    /// The scope.
    pub scope: WaivedScope,
    /// Why the testcase may stay as it is.
    pub reason: String,
    /// Who wrote the waiver.
    pub author: String,
    /// Who approved it: somebody else.
    pub approver: String,
    /// The last day on which it counts (UTC).
    pub expires: Date,
    /// Where it stands in its file: the name of its testcase.
    pub span: Span,
}

/// How a waiver names its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaivedScope {
    /// By what identifies it.
    Uuid(Uuid),
    /// By the name that its manifest has.
    Name(String),
}

impl WaivedScope {
    /// Whether this is the scope with that UUID and that name.
    pub fn is(&self, uuid: &str, name: &str) -> bool {
        match self {
            WaivedScope::Uuid(own) => uuid.parse::<Uuid>().is_ok_and(|uuid| uuid == *own),
            WaivedScope::Name(own) => own == name,
        }
    }
}

impl std::fmt::Display for WaivedScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WaivedScope::Uuid(uuid) => uuid.fmt(f),
            WaivedScope::Name(name) => f.pad(name),
        }
    }
}

impl Waiver {
    /// Whether it still counts on a day (UTC). It does on the whole day on which it expires.
    pub fn counts_on(&self, day: Date) -> bool {
        day <= self.expires
    }

    /// Whether both are about the same testcase of the same subject in the same scope, named in the same way.
    pub fn is_about_the_same_as(&self, other: &Waiver) -> bool {
        self.testcase == other.testcase && self.subject == other.subject && self.scope == other.scope
    }
}

/// The waivers of a file, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waivers {
    all: Vec<Waiver>,
}

impl Waivers {
    /// Reads a file. `file_name` is for the diagnostics only. Nothing is compared with manifests or with today's date:
    /// that is [`Self::lint`]'s.
    ///
    /// # Errors
    /// Everything that is wrong with it, as far as one mistake does not hide another: structure, notations, an author
    /// who is the approver as well, two waivers for the same.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Diagnostics> {
        read::read(text).map_err(|problems| Diagnostics::errors(WHAT, file_name, text, problems))
    }

    /// Reads a file, and compares it with manifests and with the date that counts as today.
    ///
    /// # Errors
    /// What [`Self::parse`] finds; and a scope that none of the manifests is, a testcase that its scope does not have, a
    /// waiver that counts for more than a year from `rules.on`.
    pub fn lint(
        file_name: &str,
        text: &str,
        rules: &WaiverRules<'_>,
    ) -> Result<AcceptedWaivers, Diagnostics> {
        lint::lint(file_name, text, rules)
    }

    /// All of them, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.all.iter()
    }

    /// Those about a subject and a scope.
    pub fn about<'a>(
        &'a self,
        subject: &'a str,
        scope_uuid: &'a str,
        scope_name: &'a str,
    ) -> impl Iterator<Item = &'a Waiver> {
        self.all.iter().filter(move |one| one.subject == subject && one.scope.is(scope_uuid, scope_name))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Extend<Waiver> for Waivers {
    fn extend<T: IntoIterator<Item = Waiver>>(&mut self, more: T) {
        self.all.extend(more);
    }
}

impl FromIterator<Waiver> for Waivers {
    fn from_iter<T: IntoIterator<Item = Waiver>>(all: T) -> Self {
        Waivers { all: all.into_iter().collect() }
    }
}

impl IntoIterator for Waivers {
    type Item = Waiver;
    type IntoIter = std::vec::IntoIter<Waiver>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

/// Whether a waiver can take a testcase out of the verdict of a target, in a version of that state. What a version needs
/// (target `main`) that is effective, or still is (`warn`), has to hold: a waiver for it is told, and changes nothing.
pub fn can_be_waived(target: Target, state: Option<State>) -> bool {
    target != Target::Main || !matches!(state, Some(State::Effective | State::Warn))
}

/// What problems are about.
const WHAT: &str = "list of waivers";
