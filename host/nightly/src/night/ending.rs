//! The end of a night: all of it is recorded, and whoever sees that first says what has changed.

use jiff::Timestamp;
use touchstone_results::{Kind, Letter, Night, SubjectInfo, VerdictChange};

use super::changes::{self, Changed};
use crate::deliver::receivers::destination;

use super::{NightError, NightEvent, Shared};

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
    for (subject, uuid) in runs_of(&subjects) {
        let Some(scope) = shared.scopes.of_uuid(&uuid) else { continue };
        let card = results.card(&subject, &scope.manifest, now, Some(&shared.waivers)).await?;
        for version in &card.versions {
            shared.tell(NightEvent::Judged {
                subject: subject.clone(),
                scope: scope.manifest.name().to_owned(),
                version: version.name.clone(),
                verdict: version.verdict,
            });
        }
        results.keep_verdicts(night, &card).await?;
    }
    let due_at = shared.night.due_at;
    let before = results.finished_nights(50).await?.into_iter().find(|night| night.due_at < due_at);
    let changed = results.verdict_changes(night, true).await?;
    let letters = letters(shared, before.as_ref(), &subjects, &changed, now).await?;
    results.end_night(night, now, &letters).await?;
    Ok(true)
}

/// Each run of a night: subject and scope (UUID).
fn runs_of(subjects: &[SubjectInfo]) -> impl Iterator<Item = (String, String)> {
    subjects
        .iter()
        .flat_map(|subject| subject.scopes.iter().map(|scope| (subject.name.clone(), scope.clone())))
}

/// What is told of the night, to each who wants to know.
async fn letters(
    shared: &Shared,
    before: Option<&Night>,
    subjects: &[SubjectInfo],
    changed: &[VerdictChange],
    now: Timestamp,
) -> Result<Vec<Letter>, NightError> {
    let changed = Changed { shared, before, subjects, changed };
    let changes = changed.since_then(now).await?;
    for change in &changes {
        shared.tell(changes::event(change));
    }
    let Some(notification) = touchstone_notify::Notification::new(&shared.night.id, changes) else {
        return Ok(Vec::new());
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
    Ok(webhooks.chain(mail).collect())
}
