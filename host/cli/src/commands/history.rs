//! How a subject did, and what is other in one night than in another.

use touchstone_results::{Night, Results, ResultsError, to_json};

use super::status::{failure, open, width};
use crate::args::{DiffArgs, HistoryArgs};
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Says how a subject did, night by night.
pub(crate) async fn history(args: HistoryArgs) -> Result<Exit, Failure> {
    let opened = open(&args.results).await?;
    let history =
        opened.results.history(&args.subject, args.scope.as_deref(), args.most).await.map_err(failure)?;
    terminal::print(&if args.json { to_json(&history) } else { history.text(width()) });
    Ok(Exit::Pass)
}

/// Says what is other in one night than in another. Ends in 1 if there are new failures.
pub(crate) async fn diff(args: DiffArgs) -> Result<Exit, Failure> {
    let opened = open(&args.results).await?;
    let results = &opened.results;
    let (before, after) = match (&args.before, &args.after) {
        (Some(before), Some(after)) => (night(results, before).await?, night(results, after).await?),
        _ => last_two(results).await?,
    };
    let difference = results.difference(&before, &after, Some(&opened.waivers)).await.map_err(failure)?;
    terminal::print(&if args.json { to_json(&difference) } else { difference.text(width()) });
    Ok(if difference.new_failures.is_empty() { Exit::Pass } else { Exit::Fail })
}

async fn night(results: &Results, id: &str) -> Result<Night, Failure> {
    let night = results.night(id).await.map_err(failure)?;
    night.ok_or_else(|| failure(ResultsError::UnknownNight(id.to_owned())))
}

async fn last_two(results: &Results) -> Result<(Night, Night), Failure> {
    let mut nights = results.finished_nights(2).await.map_err(failure)?.into_iter();
    match (nights.next(), nights.next()) {
        (Some(after), Some(before)) => Ok((before, after)),
        _ => Err(Exit::Usage.because("fewer than two nights have ended: there is nothing to compare yet")),
    }
}
