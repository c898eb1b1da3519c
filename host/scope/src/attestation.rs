//! What people found out about manual testcases, and for how long that counts.

mod read;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

pub use self::read::AttestationError;
use crate::manifest::{Manifest, Testcase};
use crate::sha256::Sha256;
use crate::words::Verdict;
use touchstone_diagnostics::closest;

/// A statement (`touchstone.attestation/v1`): somebody found out whether one subject fulfils one manual testcase of one
/// scope. It says nothing about any other subject or scope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    /// Identifies the scope.
    pub scope: Uuid,
    /// Name of the scope, for people.
    pub scope_name: String,
    /// The subject, as reports name it.
    pub subject: String,
    /// Identifier of the testcase.
    pub testcase: String,
    /// What was found out.
    pub verdict: AttestedVerdict,
    /// Who found it out.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What shows it.
    pub document: Option<AttestedDocument>,
    /// Why, in a few words.
    pub comment: Option<String>,
    /// The text of the file that it was read from.
    read_from: Option<String>,
}

/// What people can find out. That something is missing, or could not be found out, needs no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttestedVerdict {
    /// The subject fulfils the testcase.
    #[serde(rename = "PASS")]
    Pass,
    /// It does not.
    #[serde(rename = "FAIL")]
    Fail,
}

impl From<AttestedVerdict> for Verdict {
    fn from(verdict: AttestedVerdict) -> Verdict {
        match verdict {
            AttestedVerdict::Pass => Verdict::Pass,
            AttestedVerdict::Fail => Verdict::Fail,
        }
    }
}

/// A document that shows what was attested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestedDocument {
    /// Where it is.
    pub url: String,
    /// What its bytes hashed to when it was attested.
    pub sha256: Sha256,
}

impl Attestation {
    /// A statement about a manual testcase of a scope; of `at`, whole seconds count. It has no document and no comment.
    ///
    /// # Errors
    /// If the scope has no such testcase, or it is not for people to attest, or it is not said who attests it for which
    /// subject.
    pub fn new(
        manifest: &Manifest,
        testcase: &str,
        subject: &str,
        verdict: AttestedVerdict,
        by: &str,
        at: Timestamp,
    ) -> Result<Self, AttestError> {
        let testcase = manifest.attestable(testcase)?;
        if subject.trim().is_empty() {
            return Err(AttestError::NoSubject);
        }
        if by.trim().is_empty() {
            return Err(AttestError::Nobody);
        }
        let seconds = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Floor);
        Ok(Attestation {
            scope: manifest.uuid(),
            scope_name: manifest.name().to_owned(),
            subject: subject.to_owned(),
            testcase: testcase.id.clone(),
            verdict,
            by: by.to_owned(),
            // Only the first second of the calendar could fail to be rounded down.
            at: at.round(seconds).unwrap_or(at),
            document: None,
            comment: None,
            read_from: None,
        })
    }

    /// The text of the file: what was read, else what [`Self::to_json`] gives.
    pub fn text(&self) -> Cow<'_, str> {
        self.read_from.as_deref().map_or_else(|| self.to_json().into(), Cow::Borrowed)
    }

    /// The SHA-256 of [`Self::text`].
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.text().as_bytes())
    }
}

/// Why a testcase cannot be attested.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AttestError {
    /// The scope has no such testcase.
    #[error("the scope has no testcase `{testcase}`; {hint}")]
    Unknown {
        /// What was asked for.
        testcase: String,
        /// What can be attested.
        hint: String,
    },
    /// A component finds it out.
    #[error("`{testcase}` is not for people to attest: the check `{check}` finds it out; {hint}")]
    NotManual {
        /// What was asked for.
        testcase: String,
        /// Who finds it out.
        check: String,
        /// What can be attested.
        hint: String,
    },
    /// The subject has no name.
    #[error("an attestation is for one subject; give its name, as reports have it")]
    NoSubject,
    /// It is not said who attests it.
    #[error("an attestation says who found it out; give a name, an organisation or an address")]
    Nobody,
}

impl Manifest {
    /// A testcase that people may attest: one of a manual check.
    ///
    /// # Errors
    /// If there is no such testcase, or a component finds it out; the error says what people may attest.
    pub fn attestable(&self, testcase: &str) -> Result<&Testcase, AttestError> {
        // Where several versions of a check leave it to people: that by which the attestation counts for the shortest time.
        let manual = self.providers(testcase).filter(|(check, _)| check.manual).map(|(_, found)| found);
        if let Some(found) = manual.min_by_key(|found| found.lifetime) {
            return Ok(found);
        }
        match self.providers(testcase).next() {
            Some((check, _)) => Err(AttestError::NotManual {
                testcase: testcase.to_owned(),
                check: check.id.clone(),
                hint: self.attestable_hint(None),
            }),
            None => Err(AttestError::Unknown {
                testcase: testcase.to_owned(),
                hint: self.attestable_hint(Some(testcase)),
            }),
        }
    }

    fn attestable_hint(&self, given: Option<&str>) -> String {
        let manual = self.checks().iter().filter(|check| check.manual).flat_map(|check| &check.testcases);
        let manual: BTreeSet<&str> = manual.map(|testcase| testcase.id.as_str()).collect();
        if let Some(near) = given.and_then(|given| closest(given, manual.iter().copied())) {
            return format!("did you mean `{near}`?");
        }
        let quoted: Vec<String> = manual.iter().map(|id| format!("`{id}`")).collect();
        match quoted.is_empty() {
            true => "nothing in this scope is attested by people".to_owned(),
            false => format!("people attest {}", quoted.join(", ")),
        }
    }
}

/// The statements that were handed in for a run.
#[derive(Clone, Debug, Default)]
pub struct Attestations {
    all: Vec<Attestation>,
}

/// What statements say about a testcase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// This one counts, until then.
    Counts(&'a Attestation, Timestamp),
    /// The newest does not count any more, since then.
    Expired(Timestamp),
    /// There is none for this scope, subject and testcase, or only such as are from the future.
    None,
}

impl Attestations {
    /// Statements in any order; also on other scopes and subjects, which do no harm.
    pub fn new(all: Vec<Attestation>) -> Self {
        Attestations { all }
    }

    /// The statements about a subject and a scope.
    pub fn about<'a>(&'a self, scope: Uuid, subject: &'a str) -> impl Iterator<Item = &'a Attestation> {
        self.all.iter().filter(move |one| one.scope == scope && one.subject == subject)
    }

    /// Which statement counts for a testcase now: the newest that is not from the future, for the testcase's lifetime.
    /// Of two of the same moment, that which says FAIL.
    ///
    /// An older one never comes back: neither when a newer one says FAIL, nor when the newest has expired.
    /// Whether the testcase is manual is the caller's to know ([`Manifest::attestable`]).
    pub fn for_testcase(
        &self,
        scope: Uuid,
        subject: &str,
        testcase: &Testcase,
        now: Timestamp,
    ) -> Standing<'_> {
        let of_it = self.all.iter().filter(|one| {
            one.scope == scope && one.subject == subject && one.testcase == testcase.id && one.at <= now
        });
        let Some(newest) = of_it.max_by_key(|one| (one.at, one.verdict == AttestedVerdict::Fail)) else {
            return Standing::None;
        };
        let expires_at = testcase.lifetime.expires_at(newest.at);
        if now < expires_at { Standing::Counts(newest, expires_at) } else { Standing::Expired(expires_at) }
    }
}
