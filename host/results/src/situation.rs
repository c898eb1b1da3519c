//! Who the subjects are at a moment and against what they are tested, by the nights until then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use touchstone_scope::{Manifest, Waivers};

use crate::card::{Card, ScopeAt};
use crate::db::{Results, either};
use crate::diff::Difference;
use crate::error::ResultsError;
use crate::explain::Explanation;
use crate::night::{Night, SubjectInfo};
use crate::status::{Status, StatusScope};
use crate::text::micros;

/// A subject that no night had for so long is not tested any more. Not every night has every subject: some are run on some
/// days of the week, and who starts a night by hand may choose.
const WINDOW: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What cards are about at a moment.
#[derive(Debug)]
pub(crate) struct Situation {
    /// As the newest night shows them that has them; in the order of that night.
    subjects: Vec<SubjectInfo>,
    /// As the newest night has them that has them.
    manifests: Vec<Manifest>,
}

impl Results {
    /// The compliance table at a moment: of all subjects, or of those that are `known`. A group is judged by all of its members, also by
    /// those that are known and that no night has had yet.
    ///
    /// # Errors
    /// Those of [`Results::card`].
    pub async fn status(
        &self,
        at: Timestamp,
        known: Option<&[SubjectInfo]>,
        waivers: Option<&Waivers>,
    ) -> Result<Status, ResultsError> {
        let mut situation = self.situation(at).await?;
        if let Some(known) = known {
            let has = |subjects: &[SubjectInfo], name: &str| subjects.iter().any(|one| one.name == name);
            situation.subjects.retain(|subject| has(known, &subject.name));
            let is_new = |one: &&SubjectInfo| one.group.is_some() && !has(&situation.subjects, &one.name);
            let new: Vec<SubjectInfo> = known.iter().filter(is_new).cloned().collect();
            situation.subjects.extend(new);
        }
        let cards = self.cards(&situation, at, waivers).await?;
        let column = |manifest: &Manifest| StatusScope {
            uuid: manifest.uuid().to_string(),
            name: manifest.name().to_owned(),
        };
        let is_tested =
            |scope: &StatusScope| situation.subjects.iter().any(|one| one.scopes.contains(&scope.uuid));
        let scopes = situation.manifests.iter().map(column).filter(is_tested).collect();
        Ok(Status::of(at, scopes, &situation.subjects, &cards))
    }

    /// The manifests at a moment, as the newest night has them that has them.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn manifests(&self, at: Timestamp) -> Result<Vec<Manifest>, ResultsError> {
        Ok(self.situation(at).await?.manifests)
    }

    /// What stands between a subject and PASS at a moment, scope by scope; empty if no subject has this name. PASS that expires
    /// within `soon` is told as well.
    ///
    /// # Errors
    /// Those of [`Results::card`].
    pub async fn explain_subject(
        &self,
        subject: &str,
        at: Timestamp,
        waivers: Option<&Waivers>,
        soon: SignedDuration,
    ) -> Result<Vec<Explanation>, ResultsError> {
        let mut situation = self.situation(at).await?;
        situation.subjects.retain(|one| one.name == subject);
        let mut explanations = Vec::new();
        for card in self.cards(&situation, at, waivers).await? {
            explanations.push(self.explain(&card, soon).await?);
        }
        Ok(explanations)
    }

    /// What was other at the end of one night than at the end of another. Subjects that only one of them has are new or gone,
    /// if the configuration is another one; with the same, they were only not chosen.
    ///
    /// # Errors
    /// Those of [`Results::card`].
    pub async fn difference(
        &self,
        before: &Night,
        after: &Night,
        waivers: Option<&Waivers>,
    ) -> Result<Difference, ResultsError> {
        let (mut then, mut now) = (self.names(before).await?, self.names(after).await?);
        if before.config_digest == after.config_digest {
            then.extend(now.iter().cloned());
            now.extend(then.iter().cloned());
        }
        let then = self.cards_of_night(before, &then, waivers).await?;
        let now = self.cards_of_night(after, &now, waivers).await?;
        Ok(Difference::of((&before.id, &then), (&after.id, &now)))
    }

    async fn names(&self, night: &Night) -> Result<BTreeSet<String>, ResultsError> {
        Ok(self.subjects(&night.id).await?.into_iter().map(|subject| subject.name).collect())
    }

    async fn cards_of_night(
        &self,
        night: &Night,
        names: &BTreeSet<String>,
        waivers: Option<&Waivers>,
    ) -> Result<Vec<Card>, ResultsError> {
        let at = night.finished_at.unwrap_or_else(Timestamp::now);
        let mut situation = self.situation(at).await?;
        situation.subjects.retain(|subject| names.contains(&subject.name));
        self.cards(&situation, at, waivers).await
    }

    async fn cards(
        &self,
        situation: &Situation,
        at: Timestamp,
        waivers: Option<&Waivers>,
    ) -> Result<Vec<Card>, ResultsError> {
        let scopes: Vec<_> =
            situation.manifests.iter().map(|manifest| ScopeAt::new(manifest, at, waivers)).collect();
        let mut cards = Vec::new();
        for subject in &situation.subjects {
            for scope in scopes.iter().filter(|scope| subject.scopes.contains(&scope.uuid())) {
                cards.push(self.card(&subject.name, scope).await?);
            }
        }
        Ok(cards)
    }

    async fn situation(&self, at: Timestamp) -> Result<Situation, ResultsError> {
        const DOING: &str = "read nights";
        let sql = "SELECT max(due_at) FROM nights WHERE due_at <= $1";
        let newest: Result<(Option<i64>,), _> =
            either!(self.readers(), pool => sqlx::query_as(sql).bind(micros(at)).fetch_one(pool).await);
        let Some(newest) = newest.map_err(self.failed(DOING))?.0 else {
            return Ok(Situation { subjects: Vec::new(), manifests: Vec::new() });
        };
        let first = self.time(newest)?.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let sql = "SELECT id FROM nights WHERE due_at >= $1 AND due_at <= $2 ORDER BY due_at DESC, started_at DESC, id";
        let nights: Result<Vec<(String,)>, _> = either!(self.readers(), pool => {
            sqlx::query_as(sql).bind(micros(first)).bind(newest).fetch_all(pool).await
        });
        let mut subjects: Vec<SubjectInfo> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut manifests: Vec<Manifest> = Vec::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (night,) in nights.map_err(self.failed(DOING))? {
            for subject in self.subjects(&night).await? {
                match places.get(&subject.name) {
                    None => {
                        places.insert(subject.name.clone(), subjects.len());
                        subjects.push(subject);
                    }
                    Some(place) => {
                        let scopes = &mut subjects[*place].scopes;
                        scopes.extend(subject.scopes);
                        scopes.sort();
                        scopes.dedup();
                    }
                }
            }
            for scope in self.scopes(&night).await? {
                if known.insert(scope.uuid) {
                    let manifest = Manifest::parse(&scope.file, &scope.text);
                    manifests.push(manifest.map_err(|wrong| {
                        self.damaged(format!("the scope {} of the night {night}", scope.name), wrong.plain())
                    })?);
                }
            }
        }
        Ok(Situation { subjects, manifests })
    }
}
