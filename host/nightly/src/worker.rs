//! A worker: takes subjects from the queue, tests them with credentials of its own, and records what it finds out.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use touchstone_queue::{Item, Lease, Queue, QueueError};

use crate::night::{NightEvent, Nightly, Outcome, until};

/// What the coordinator says of an item, beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The scopes to test: what identifies them, and the SHA-256 of the manifest.
    pub(crate) scopes: Vec<(String, String)>,
}

/// The wait after a subject that could only be given back.
const AFTER_REFUSAL: Duration = Duration::from_secs(60);

/// Takes subjects that have all of these labels, one after another, until `stopped` says so. What it has then is given back.
///
/// # Errors
/// The queue cannot be used.
pub async fn work(
    nightly: &Arc<Nightly>,
    queue: &Queue,
    labels: &[(String, String)],
    stopped: watch::Receiver<bool>,
) -> Result<(), QueueError> {
    let name = nightly.worker.clone().unwrap_or_else(|| "worker".to_owned());
    while !*stopped.borrow() {
        let taken = tokio::select! {
            () = until(stopped.clone()) => return Ok(()),
            taken = queue.take(labels, &name) => taken,
        };
        match taken {
            Ok(Some(lease)) => {
                if !one(nightly, lease, &stopped).await {
                    // Others may do better: this one does not take what it only gives back.
                    tokio::select! {
                        () = until(stopped.clone()) => return Ok(()),
                        () = tokio::time::sleep(AFTER_REFUSAL) => {}
                    }
                }
            }
            Ok(None) => {}
            // The database may be restarted.
            Err(error) if error.is_transient() => tracing::warn!(%error, "the queue cannot be asked now"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Tests one subject, as long as it is ours. Returns whether this worker is any good.
async fn one(nightly: &Arc<Nightly>, lease: Lease, stopped: &watch::Receiver<bool>) -> bool {
    let subject = lease.item().subject.clone();
    let mut is_good = true;
    let ended = match why_not(nightly, lease.item()) {
        Some(why) => {
            nightly.tell(NightEvent::Skipped { subject: subject.clone(), reason: why.clone() });
            is_good = false;
            lease.give_back(&why).await
        }
        None => match test(nightly, &lease, stopped).await {
            Went::Recorded => lease.complete().await,
            Went::NotRecorded(why) => {
                is_good = false;
                lease.give_back(&why).await
            }
            // Somebody else has it by now.
            Went::Lost => return true,
        },
    };
    if let Err(error) = ended {
        tracing::warn!(subject, %error, "the queue could not be told how a subject ended; it comes again");
    }
    is_good
}

enum Went {
    Recorded,
    NotRecorded(String),
    Lost,
}

async fn test(nightly: &Arc<Nightly>, lease: &Lease, stopped: &watch::Receiver<bool>) -> Went {
    let (sender, stop) = watch::channel(false);
    let (night, subject) = (&lease.item().night, &lease.item().subject);
    let run = nightly.run_subject(night, subject, lease.tenure(), stop);
    tokio::pin!(run);
    let mut is_lost = false;
    let ran = tokio::select! {
        ran = &mut run => ran,
        () = lease.lost() => {
            is_lost = true;
            sender.send_replace(true);
            // What was created is removed first.
            run.await
        }
        () = until(stopped.clone()) => {
            sender.send_replace(true);
            run.await
        }
    };
    match ran {
        _ if is_lost => {
            let reason = "it was handed to another worker meanwhile".to_owned();
            nightly.tell(NightEvent::Skipped { subject: subject.clone(), reason });
            Went::Lost
        }
        Ok(Outcome { interrupted: true, .. }) => Went::NotRecorded("the worker was stopped".to_owned()),
        Ok(Outcome { faults, .. }) if !faults.is_empty() => Went::NotRecorded(faults.join("; ")),
        Ok(_) => Went::Recorded,
        Err(error) => Went::NotRecorded(error.to_string()),
    }
}

/// Why this worker cannot test a subject.
fn why_not(nightly: &Nightly, item: &Item) -> Option<String> {
    let config = &nightly.config;
    let Some((_, subject)) = config.subject(&item.subject) else {
        return Some(format!("{} has no subject `{}`", config.file(), item.subject));
    };
    if let Some(why) = &subject.paused {
        return Some(format!("{} has paused `{}`: {why}", config.file(), item.subject));
    }
    let order: Order = match serde_json::from_value(item.payload.clone()) {
        Ok(order) => order,
        Err(error) => return Some(format!("the coordinator speaks another language: {error}")),
    };
    let own = match nightly.digests(&subject.scopes) {
        Ok(own) => own,
        Err(problem) => return Some(problem.to_string()),
    };
    let other = order.scopes.iter().find(|wanted| !own.contains(wanted));
    other.map(|(uuid, digest)| {
        format!("{} has no scope {uuid} with the manifest {digest}, which the coordinator has", config.file())
    })
}
