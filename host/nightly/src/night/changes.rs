//! What is another way than it was after the night before.

use std::collections::BTreeMap;

use touchstone_notify::{Change, Scope, TestcaseVerdict, VersionVerdict};
use touchstone_results::{Card, Night, ScopeAt, SubjectInfo, VerdictChange};
use touchstone_scope::{Manifest, Target, Verdict};

use super::{NightError, NightEvent, Shared};

/// Whose verdicts are others than before.
pub(super) struct Changed<'a> {
    pub(super) shared: &'a Shared,
    /// The night before, if there was one.
    pub(super) before: Option<&'a Night>,
    /// Versions with another verdict than before, or that are judged for the first time.
    pub(super) changed: &'a [VerdictChange],
}

impl Changed<'_> {
    /// What has changed: what is said now, beside the verdicts that were kept the last time.
    pub(super) async fn since_then(&self, said: Vec<VersionVerdict>) -> Result<Vec<Change>, NightError> {
        let mut changes: BTreeMap<(&str, &str, &str), &VerdictChange> = BTreeMap::new();
        for change in self.changed {
            changes.insert((&change.subject, &change.scope, &change.version), change);
        }
        let (mut then, mut after) = (Vec::new(), Vec::new());
        for is in said {
            let key = (is.subject.as_str(), is.scope.uuid.as_str(), is.version.as_str());
            let Some(change) = changes.get(&key) else { continue };
            then.extend(change.before.map(|verdict| VersionVerdict {
                verdict,
                testcases: BTreeMap::new(),
                report: None,
                ..is.clone()
            }));
            after.push(is);
        }
        then.extend(self.gone().await?);
        Ok(touchstone_notify::changes(&then, &after))
    }

    /// What the night before judged of subjects that the configuration does not have any more. What is left out today, because of the day or
    /// by hand, has not gone.
    async fn gone(&self) -> Result<Vec<VersionVerdict>, NightError> {
        let results = &self.shared.nightly.results;
        let Some((night, finished_at)) = self.before.and_then(|night| Some((night, night.finished_at?)))
        else {
            return Ok(Vec::new());
        };
        let mut gone = Vec::new();
        let manifests = self.manifests_of(night).await?;
        for info in &results.subjects(&night.id).await? {
            if self.shared.nightly.config.subject(&info.name).is_some() {
                continue;
            }
            for manifest in info.scopes.iter().filter_map(|uuid| manifests.get(uuid)) {
                let asked = ScopeAt::new(manifest, finished_at, Some(&self.shared.waivers));
                let card = results.card(&info.name, &asked).await?;
                gone.extend(verdicts(&card, info, None));
            }
        }
        Ok(gone)
    }

    async fn manifests_of(&self, night: &Night) -> Result<BTreeMap<String, Manifest>, NightError> {
        let scopes = self.shared.nightly.results.scopes(&night.id).await?;
        // They were read then.
        let read = scopes
            .iter()
            .filter_map(|scope| Some((scope.uuid.clone(), Manifest::parse(&scope.file, &scope.text).ok()?)));
        Ok(read.collect())
    }
}

/// What a card says, version by version; of its testcases, those that keep a version from PASS.
pub(super) fn verdicts(card: &Card, info: &SubjectInfo, report: Option<String>) -> Vec<VersionVerdict> {
    let of_version = |version: &touchstone_results::CardVersion| {
        let main = version.targets.get(&Target::Main).into_iter().flat_map(|main| &main.testcases);
        let testcases = main.filter(|one| one.verdict != Verdict::Pass).map(|one| {
            (one.id.clone(), TestcaseVerdict { verdict: one.verdict, reason: one.reason.clone() })
        });
        VersionVerdict {
            subject: card.subject.clone(),
            display_name: Some(info.display_name.clone()).filter(|name| *name != card.subject),
            operator: info.operator.clone(),
            scope: Scope { uuid: card.scope.uuid.clone(), name: card.scope.name.clone() },
            version: version.name.clone(),
            state: Some(version.state),
            verdict: version.verdict,
            testcases: testcases.collect(),
            report: report.clone(),
        }
    };
    card.versions.iter().map(of_version).collect()
}

/// The event that tells of a change.
pub(super) fn event(change: &Change) -> NightEvent {
    NightEvent::Changed {
        subject: change.subject.clone(),
        scope: change.scope.name.clone(),
        version: change.version.clone(),
        before: change.before,
        after: change.after,
    }
}
