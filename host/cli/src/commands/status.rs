//! The compliance table, and what stands between a subject and PASS.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use touchstone_nightly::Config;
use touchstone_results::{Explanation, Results, ResultsError, to_json};
use touchstone_scope::Waivers;

use super::{nightly, waiver};
use crate::args::{ResultsArgs, StatusArgs, TableFormat};
use crate::exit::{Exit, Failure};
use crate::terminal;

/// PASS that ends within three days is told: a light night may not renew it.
const SOON: SignedDuration = SignedDuration::from_hours(72);

/// Says which subject passes which versions of which scopes.
pub(crate) async fn status(args: StatusArgs) -> Result<Exit, Failure> {
    let opened = open(&args.results).await?;
    let at = args.date.map_or_else(|| Ok(Timestamp::now()), end_of)?;
    if let Some(subject) = &args.explain {
        let explained = opened.results.explain_subject(subject, at, Some(&opened.waivers), SOON).await;
        return explain(subject, &explained.map_err(failure)?, args.format);
    }
    let chosen = |name: &String| args.subjects.is_empty() || args.subjects.contains(name);
    let only = |subject: &touchstone_results::SubjectInfo| {
        chosen(&subject.name) && opened.subjects.as_ref().is_none_or(|known| known.contains(&subject.name))
    };
    let status = opened.results.status(at, only, Some(&opened.waivers)).await.map_err(failure)?;
    let found: BTreeSet<&String> = status.rows.iter().flat_map(|row| &row.subjects).collect();
    if let Some(unknown) = args.subjects.iter().find(|name| !found.contains(name)) {
        return Err(unknown_subject(unknown));
    }
    terminal::print(&match args.format {
        TableFormat::Text => status.text(width()),
        TableFormat::Markdown => status.markdown(),
        TableFormat::Json => to_json(&status),
    });
    Ok(Exit::Pass)
}

fn explain(subject: &str, explained: &[Explanation], format: TableFormat) -> Result<Exit, Failure> {
    if explained.is_empty() {
        return Err(unknown_subject(subject));
    }
    terminal::print(&match format {
        TableFormat::Json => to_json(&explained),
        TableFormat::Text => explained.iter().map(|one| one.text(width())).collect::<Vec<_>>().join("\n"),
        TableFormat::Markdown => {
            return Err(Exit::Usage.because("--explain is told as text or as JSON: --format json"));
        }
    });
    Ok(Exit::Pass)
}

/// The results, and what a configuration says about them.
pub(super) struct Opened {
    pub(super) results: Results,
    pub(super) waivers: Waivers,
    /// The subjects of the configuration; none without one.
    subjects: Option<BTreeSet<String>>,
}

pub(super) async fn open(args: &ResultsArgs) -> Result<Opened, Failure> {
    let config: Option<Config> = match args.state {
        Some(_) => None,
        None => Some(nightly::read(&args.config)?),
    };
    let url = match (&args.state, &config) {
        (Some(url), _) => url.clone(),
        (None, Some(config)) => nightly::state(config)?,
        (None, None) => {
            return Err(Exit::Usage.because("neither --state nor --config says where the results are"));
        }
    };
    let files: Vec<&PathBuf> =
        config.iter().flat_map(|config| &config.waivers).chain(&args.waivers).collect();
    let mut waivers = Waivers::default();
    for file in files {
        waivers.extend(waiver::parse(file)?);
    }
    let results = Results::open_existing(&url).await.map_err(failure)?;
    let names = |config: &Config| config.subjects.iter().map(|subject| subject.name.clone()).collect();
    Ok(Opened { results, waivers, subjects: config.as_ref().map(names) })
}

/// The last moment of a day, or now, if the day is not over.
fn end_of(day: Date) -> Result<Timestamp, Failure> {
    let last = Offset::UTC.to_timestamp(day.at(23, 59, 59, 999_999_000));
    let last = last.map_err(|error| Exit::Usage.because(format!("--date {day}: {error}")))?;
    Ok(last.min(Timestamp::now()))
}

pub(super) fn failure(error: ResultsError) -> Failure {
    match error {
        ResultsError::Missing(_) | ResultsError::UnknownNight(_) | ResultsError::Pruned { .. } => {
            Exit::Usage.because(error)
        }
        error => Exit::OwnFault.because(error),
    }
}

fn unknown_subject(name: &str) -> Failure {
    Exit::Usage.because(format!("no night knows a subject `{name}`; `touchstone status` lists them"))
}

pub(super) fn width() -> u16 {
    u16::try_from(terminal::width()).unwrap_or(u16::MAX)
}
