//! The end of a night: all of it is recorded, and whoever sees that first says what has changed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use touchstone_notify::{Change, VersionVerdict};
use touchstone_results::{CardVerdict, Kind, Letter, ScopeAt, SubjectInfo};

use super::changes::{self, Changed};
use crate::deliver::receivers::destination;

use super::{NightError, NightEvent, Shared, files};

/// Ends the night if all of it is recorded: keeps the verdicts of the score cards with it, and puts into the outbox what has changed since
/// the night before. Returns whether all of it is recorded.
///
/// # Errors
/// The database cannot be used.
pub(super) async fn end(shared: &Shared) -> Result<bool, NightError> {
    let (results, night) = (&shared.nightly.results, &shared.night.id);
    let subjects = results.subjects(night).await?;
    let recorded = results.recorded(night).await?;
    if runs_of(&subjects).any(|run| !recorded.contains(&run)) {
        return Ok(false);
    }
    if results.night(night).await?.is_some_and(|night| night.finished_at.is_some()) {
        return Ok(true);
    }
    let now = Timestamp::now();
    let (said, verdicts) = what_is_said(shared, &subjects, now).await?;
    results.keep_verdicts(night, &verdicts).await?;
    let due_at = shared.night.due_at;
    let before = results.finished_nights(50).await?.into_iter().find(|night| night.due_at < due_at);
    let changed = results.verdict_changes(night, true).await?;
    let changes = Changed { shared, before: before.as_ref(), changed: &changed }.since_then(said).await?;
    let letters = letters(shared, changes);
    results.end_night(night, now, &letters).await?;
    Ok(true)
}

/// What the score cards say now about each version: to be told, and to be kept.
async fn what_is_said(
    shared: &Shared,
    subjects: &[SubjectInfo],
    now: Timestamp,
) -> Result<(Vec<VersionVerdict>, Vec<CardVerdict>), NightError> {
    let mut asked = BTreeMap::new();
    let (mut said, mut kept) = (Vec::new(), Vec::new());
    for info in subjects {
        for uuid in &info.scopes {
            let Some(manifest) = shared.scopes.of_uuid(uuid) else { continue };
            let asked =
                asked.entry(uuid).or_insert_with(|| ScopeAt::new(manifest, now, Some(&shared.waivers)));
            let card = shared.nightly.results.card(&info.name, asked).await?;
            kept.extend(card.verdicts());
            let subject = shared.nightly.config.subject(&info.name).map(|(_, subject)| subject);
            let name = subject.and_then(|subject| shared.scopes.name_for(subject, uuid));
            let report = name
                .map(|name| files::output(&shared.folder, &info.name, name, "json").display().to_string());
            for version in changes::verdicts(&card, info, report) {
                shared.tell(NightEvent::Judged {
                    subject: info.name.clone(),
                    scope: version.scope.name.clone(),
                    version: version.version.clone(),
                    verdict: version.verdict,
                });
                said.push(version);
            }
        }
    }
    Ok((said, kept))
}

/// Each run of a night: subject and scope (UUID).
pub(super) fn runs_of(subjects: &[SubjectInfo]) -> impl Iterator<Item = (String, String)> {
    subjects
        .iter()
        .flat_map(|subject| subject.scopes.iter().map(|scope| (subject.name.clone(), scope.clone())))
}

/// What is told of the night, to each who wants to know.
fn letters(shared: &Shared, changes: Vec<Change>) -> Vec<Letter> {
    for change in &changes {
        shared.tell(changes::event(change));
    }
    let Some(notification) = touchstone_notify::Notification::new(&shared.night.id, changes) else {
        return Vec::new();
    };
    let letter = |kind: Kind, destination: String| Letter {
        kind,
        dedup_key: format!("{kind} {destination} {}", notification.night),
        destination,
        payload: notification.json(),
    };
    let notify = &shared.nightly.config.notify;
    let webhooks = notify.webhooks.iter().map(|webhook| letter(Kind::Webhook, destination(&webhook.url)));
    let mail = notify.mail.iter().map(|mail| letter(Kind::Mail, mail.server.clone()));
    webhooks.chain(mail).collect()
}
