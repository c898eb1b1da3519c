//! What is in the outbox, sent until somebody accepts it.

pub(crate) mod receivers;

use std::sync::Arc;

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use touchstone_results::{Delivery, Kind, ResultsError};

use self::receivers::{Failed, Receivers};
use crate::night::{NightEvent, Nightly};

/// Letters that are on their way at the same time.
const AT_A_TIME: usize = 8;
/// For how long it is tried to bring a report to the monitor.
const MENDABLE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// What was not accepted is not due again before this.
const AT_LEAST: SignedDuration = SignedDuration::from_secs(5);
/// Letters that are read at a time.
const BATCH: usize = 64;

/// Sends the letters that are due, each once, unless another process does that now. What was not accepted is due again later,
/// longer each time; what was refused for good is given up.
///
/// # Errors
/// The database cannot be used.
pub async fn due(nightly: &Arc<Nightly>, stopped: &watch::Receiver<bool>) -> Result<(), ResultsError> {
    let Some(_held) = nightly.results.hold_outbox().await? else { return Ok(()) };
    let sent = all(nightly, stopped).await;
    tell_what_waits(nightly).await?;
    sent
}

/// Says of each kind of letters how many wait, and since when: what nobody accepts is to be noticed.
async fn tell_what_waits(nightly: &Nightly) -> Result<(), ResultsError> {
    let backlog = nightly.results.backlog().await?;
    for kind in Kind::ALL {
        let of_kind = || backlog.iter().filter(|one| one.kind == *kind);
        nightly.tell(NightEvent::Outbox {
            kind: kind.to_string(),
            waiting: of_kind().map(|one| one.waiting).sum(),
            oldest: of_kind().filter_map(|one| one.oldest).min(),
        });
    }
    Ok(())
}

async fn all(nightly: &Arc<Nightly>, stopped: &watch::Receiver<bool>) -> Result<(), ResultsError> {
    // Made when there is something to send: that reads secrets and the certificates of the machine.
    let mut receivers = None;
    // Those that are due now, and no others: what fails is due again before a receiver that never answers is through with the last one.
    let now = Timestamp::now();
    loop {
        let letters = nightly.results.due_letters(now, BATCH).await?;
        if letters.is_empty() || *stopped.borrow() {
            return Ok(());
        }
        let receivers = &*receivers.get_or_insert_with(|| Receivers::of(&nightly.config));
        let sending = letters.into_iter().take_while(|_| !*stopped.borrow());
        let sending = sending.map(|delivery| one(nightly, receivers, delivery));
        let mut sending = futures::stream::iter(sending).buffer_unordered(AT_A_TIME);
        while let Some(sent) = sending.next().await {
            sent?;
        }
    }
}

async fn one(nightly: &Nightly, receivers: &Receivers, delivery: Delivery) -> Result<(), ResultsError> {
    let sent = receivers.send(&delivery.letter).await;
    let now = Timestamp::now();
    match &sent {
        Ok(()) => nightly.results.letter_accepted(delivery.id, now).await?,
        Err(Failed { problem, is_final, after }) => {
            // A key or a name at the monitor may be mended for a while: no report is lost by that.
            let age = now.duration_since(delivery.created_at);
            let is_final = match delivery.letter.kind {
                Kind::Monitor => age > MENDABLE,
                _ => *is_final,
            };
            tracing::warn!(destination = delivery.letter.destination, problem, "a letter was not accepted");
            let attempts = delivery.attempts.saturating_add(1);
            let random = touchstone_monitor::random();
            let next = touchstone_monitor::next_attempt(attempts, now, *after, random);
            let next = next.max(now.saturating_add(AT_LEAST).unwrap_or(now));
            let next = (!is_final).then_some(next);
            nightly.results.letter_failed(delivery.id, problem, now, next).await?;
        }
    }
    nightly.tell(NightEvent::Delivered {
        kind: delivery.letter.kind.to_string(),
        destination: delivery.letter.destination,
        is_final: sent.as_ref().is_err_and(|failed| failed.is_final),
        problem: sent.err().map(|failed| failed.problem),
    });
    Ok(())
}
