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
/// The wait after a night that could not be run, or not be ended.
const AFTER_FAULT: Duration = Duration::from_secs(5 * 60);

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
    let mut delivering: Option<JoinHandle<()>> = None;
    loop {
        let now = Timestamp::now();
        let wait = match next(nightly, choice, now, stopped.clone()).await {
            Ok(Some(outcome)) => {
                // What others have not ended, or what went wrong here, is looked at again later.
                let wait = if outcome.ended { Duration::ZERO } else { AFTER_FAULT };
                last = outcome;
                wait
            }
            Ok(None) => LOOK,
            Err(NightError::Input(problem)) if is_first => return Err(problem.into()),
            // What is wrong today may be right tomorrow, or in a minute: a file that is being replaced, a database that is restarted.
            Err(error) => {
                tracing::error!(%error, "the night cannot be run now");
                nightly.tell(NightEvent::Warned { problem: error.to_string() });
                AFTER_FAULT
            }
        };
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
