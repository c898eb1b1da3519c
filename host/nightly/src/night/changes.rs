//! What is another way than it was after the night before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use touchstone_notify::{Change, Scope, TestcaseVerdict, VersionVerdict};
use touchstone_results::{Card, Night, SubjectInfo, VerdictChange};
use touchstone_scope::{Manifest, Target};

use super::{NightError, NightEvent, Shared, files};

/// Whose verdicts are others than before.
pub(super) struct Changed<'a> {
    pub(super) shared: &'a Shared,
    /// The night before, if there was one.
    pub(super) before: Option<&'a Night>,
    /// All subjects of this night.
    pub(super) subjects: &'a [SubjectInfo],
    /// Versions with another verdict than before, or that are judged for the first time.
    pub(super) changed: &'a [VerdictChange],
}

impl Changed<'_> {
    /// What has changed: what the score cards say now, beside the verdicts that were kept the last time.
    pub(super) async fn since_then(&self, now: Timestamp) -> Result<Vec<Change>, NightError> {
        let results = &self.shared.nightly.results;
        let (mut then, mut after) = (Vec::new(), Vec::new());
        for ((subject, uuid), changes) in self.by_subject() {
            let info = self.subjects.iter().find(|info| info.name == subject);
            let (Some(scope), Some(info)) = (self.shared.scopes.of_uuid(uuid), info) else { continue };
            let card = results.card(subject, &scope.manifest, now, Some(&self.shared.waivers)).await?;
            let name = self.shared.scopes.name_of_uuid(uuid).unwrap_or_default();
            let report = files::output(&self.shared.folder, subject, name, "json").display().to_string();
            for is in verdicts(&card, info, Some(report)) {
                let Some(change) = changes.iter().find(|change| change.version == is.version) else {
                    continue;
                };
                then.extend(change.before.map(|verdict| VersionVerdict {
                    verdict,
                    testcases: BTreeMap::new(),
                    report: None,
                    ..is.clone()
                }));
                after.push(is);
            }
        }
        then.extend(self.gone().await?);
        Ok(touchstone_notify::changes(&then, &after))
    }

    fn by_subject(&self) -> BTreeMap<(&str, &str), Vec<&VerdictChange>> {
        let mut by_subject: BTreeMap<(&str, &str), Vec<&VerdictChange>> = BTreeMap::new();
        for change in self.changed {
            by_subject.entry((&change.subject, &change.scope)).or_default().push(change);
        }
        by_subject
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
                let card =
                    results.card(&info.name, manifest, finished_at, Some(&self.shared.waivers)).await?;
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

/// What a card says, version by version.
fn verdicts(card: &Card, info: &SubjectInfo, report: Option<String>) -> Vec<VersionVerdict> {
    let of_version = |version: &touchstone_results::CardVersion| {
        let main = version.targets.get(&Target::Main);
        let testcases = main.iter().flat_map(|main| &main.testcases).map(|one| {
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
