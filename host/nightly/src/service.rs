//! Nights by the schedule, for ever.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::deliver;
use crate::night::{Choice, NightError, NightEvent, Nightly, Outcome};
use crate::which::{self, Due};

/// How often it is looked whether a clock was set, or letters are due.
const LOOK: Duration = Duration::from_secs(30);
/// The wait for others who have not ended their part of a night, and after a night that could not be run here.
const AFTER_FAULT: Duration = Duration::from_secs(5 * 60);
/// The wait after faults is twice as long each time, up to this: a fault that stays must not test clouds all day.
const LONGEST_AFTER_FAULT: Duration = Duration::from_secs(60 * 60);

/// Runs each night when it is due, and first what was missed; sends letters in between. Ends when `stopped` says so.
///
/// # Errors
/// There is no schedule, or something that all runs need is not right when the first night begins.
pub async fn serve(
    nightly: &Arc<Nightly>,
    choice: &Choice,
    stopped: watch::Receiver<bool>,
) -> Result<Outcome, NightError> {
    let (mut last, mut is_first) = (Outcome::default(), true);
    let mut after_fault = AFTER_FAULT;
    let mut delivering: Option<JoinHandle<()>> = None;
    loop {
        let now = Timestamp::now();
        let wait = match next(nightly, choice, now, stopped.clone()).await {
            Ok(Some(outcome)) => {
                let (ended, is_faulty) = (outcome.ended, !outcome.faults.is_empty());
                last = outcome;
                match (ended, is_faulty) {
                    (true, _) => Duration::ZERO,
                    (false, true) => longer(&mut after_fault),
                    (false, false) => AFTER_FAULT,
                }
            }
            Ok(None) => LOOK,
            Err(NightError::Input(problem)) if is_first => return Err(problem.into()),
            // What is wrong today may be right tomorrow, or in a minute: a file that is being replaced, a database that is restarted.
            Err(error) => {
                tracing::error!(%error, "the night cannot be run now");
                nightly.tell(NightEvent::Warned { problem: error.to_string() });
                longer(&mut after_fault)
            }
        };
        if wait <= LOOK {
            after_fault = AFTER_FAULT;
        }
        // The next night begins in time, whatever has become of this one.
        let next =
            nightly.config.schedule.as_ref().and_then(|schedule| schedule.until_next(Timestamp::now()));
        let wait = next.map_or(wait, |until| wait.min(until));
        is_first = false;
        if *stopped.borrow() {
            return Ok(last);
        }
        // A receiver that never answers keeps no night from beginning.
        if delivering.as_ref().is_none_or(JoinHandle::is_finished) {
            let (nightly, stopped) = (nightly.clone(), stopped.clone());
            delivering = Some(tokio::spawn(async move {
                if let Err(error) = deliver::due(&nightly, &stopped).await {
                    tracing::error!(%error, "letters cannot be sent now");
                }
            }));
        }
        let mut stop = stopped.clone();
        tokio::select! {
            stopped = stop.wait_for(|stopped| *stopped) => if stopped.is_ok() { return Ok(last) },
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// The wait after a fault; the next one is longer.
fn longer(after_fault: &mut Duration) -> Duration {
    let next = (*after_fault * 2).min(LONGEST_AFTER_FAULT);
    std::mem::replace(after_fault, next)
}

/// Runs what is missing now, if anything is.
async fn next(
    nightly: &Arc<Nightly>,
    choice: &Choice,
    now: Timestamp,
    stopped: watch::Receiver<bool>,
) -> Result<Option<Outcome>, NightError> {
    let Some(Due { id, at }) = which::missing(&nightly.config, &nightly.results, now).await? else {
        return Ok(None);
    };
    nightly.run(&id, at, choice, stopped).await.map(Some)
}
