//! Which runs a night has, and which of them are this process's.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use touchstone_results::{NightStart, SubjectInfo};

use super::inputs::Scopes;
use super::{Choice, Nightly};
use crate::config::{Config, Subject};

/// What is run of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// Its place in the configuration.
    pub(super) subject: usize,
    /// The scopes, by their names in the configuration.
    pub(super) scopes: Vec<String>,
}

/// How a night begins: with all that the configuration has for its day, and that was chosen. Shards are parts of one night.
pub(super) fn start(
    nightly: &Nightly,
    scopes: &Scopes,
    id: &str,
    due_at: Timestamp,
    choice: &Choice,
) -> NightStart {
    let config = &nightly.config;
    let chosen = |subject: &&Subject| choice.subjects.is_empty() || choice.subjects.contains(&subject.name);
    let runs = config.runs_on(date_of(config, due_at));
    let subjects = config.subjects.iter().enumerate().filter(|(_, subject)| chosen(subject));
    let subjects = subjects.map(|(index, subject)| {
        let of_subject = runs.iter().filter(|(other, _)| *other == index).map(|(_, scope)| *scope);
        let of_subject =
            of_subject.filter(|scope| choice.scopes.is_empty() || choice.scopes.contains(*scope));
        info(subject, of_subject.map(|scope| scopes.uuid(scope)).collect())
    });
    NightStart {
        id: id.to_owned(),
        due_at,
        started_at: Timestamp::now(),
        config_digest: config.digest().to_string(),
        sections: Vec::new(),
        is_part: choice.is_partial(),
        scopes: scopes.of_night(),
        subjects: subjects.collect(),
    }
}

/// The day of a night, which chooses the sections: in the zone of the schedule, or in UTC without one.
pub(super) fn date_of(config: &Config, due_at: Timestamp) -> Date {
    match &config.schedule {
        Some(schedule) => schedule.date_of(due_at),
        None => Offset::UTC.to_datetime(due_at).date(),
    }
}

/// What of a night is this process's, as far as the configuration still has it.
pub(super) fn planned(
    config: &Config,
    scopes: &Scopes,
    subjects: &[SubjectInfo],
    choice: &Choice,
) -> Vec<Planned> {
    let of_subject = |info: &SubjectInfo| {
        let (index, subject) = config.subject(&info.name).filter(|(_, subject)| subject.paused.is_none())?;
        let chosen =
            |scope: &&String| info.scopes.contains(&scopes.uuid(scope)) && choice.has(&info.name, scope);
        let scopes: Vec<String> = subject.scopes.iter().filter(chosen).cloned().collect();
        (!scopes.is_empty()).then_some(Planned { subject: index, scopes })
    };
    subjects.iter().filter_map(of_subject).collect()
}

/// The subjects of a configuration, as tables show them.
pub fn subjects(config: &Config) -> Vec<SubjectInfo> {
    config.subjects.iter().map(|subject| info(subject, Vec::new())).collect()
}

fn info(subject: &Subject, scopes: Vec<String>) -> SubjectInfo {
    SubjectInfo {
        name: subject.name.clone(),
        display_name: subject.display_name.clone(),
        operator: subject.operator.clone(),
        description: subject.description.clone(),
        health_url: subject.health.clone(),
        group: subject.group.clone(),
        scopes,
    }
}
