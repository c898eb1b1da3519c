//! The compliance table, and what stands between a subject and PASS.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};
use touchstone_nightly::Config;
use touchstone_results::{Explanation, Results, ResultsError, SubjectInfo, to_json};
use touchstone_scope::{WaiverRules, Waivers};

use super::{nightly, today, waiver};
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
    let known = opened.subjects.as_deref();
    let mut status = opened.results.status(at, known, Some(&opened.waivers)).await.map_err(failure)?;
    if !args.subjects.is_empty() {
        // A group is judged as a whole.
        status.choose(|row| row.subjects.iter().any(|name| args.subjects.contains(name)));
    }
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
    subjects: Option<Vec<SubjectInfo>>,
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
    let results = Results::open_existing(&url).await.map_err(failure)?;
    let waivers = waivers(config.as_ref(), &args.waivers, &results).await?;
    Ok(Opened { results, waivers, subjects: config.as_ref().map(touchstone_nightly::subjects) })
}

/// What is excused, by the rules of nights: of a file of the configuration that breaks them nothing counts, and the table is shown all
/// the same; one that was asked for here has to be right.
async fn waivers(config: Option<&Config>, more: &[PathBuf], results: &Results) -> Result<Waivers, Failure> {
    let configured = config.map_or(&[][..], |config| &config.waivers);
    if configured.is_empty() && more.is_empty() {
        return Ok(Waivers::default());
    }
    let manifests = match config.map(touchstone_nightly::manifests) {
        Some(Ok(manifests)) => manifests,
        // As they were in the last nights.
        Some(Err(_)) | None => results.manifests(Timestamp::now()).await.map_err(failure)?,
    };
    let rules = WaiverRules { manifests: &manifests, on: today() };
    let mut all = Waivers::default();
    for file in configured {
        match waiver::read(file, &rules) {
            Ok(waivers) => all.extend(waivers),
            Err(_) => terminal::note(&format!("{}: none of these waivers counts", file.display())),
        }
    }
    for file in more {
        all.extend(waiver::read(file, &rules)?);
    }
    Ok(all)
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
