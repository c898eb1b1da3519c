//! The configuration of the nightly runner (`touchstone.nightly/v1`), read and found right. docs/nightly.md describes the file.

mod conform;
mod format;
mod outputs;
mod read;
mod shard;
mod subject;
pub(crate) mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use touchstone_diagnostics::{Diagnostics, Problem, Span};
use touchstone_scope::{LimitOverrides, Section, Sha256};

pub use self::format::json_schema;
pub use self::outputs::{Mail, MailTls, Metrics, Notify, Upload, Webhook};
pub use self::shard::{Shard, ShardError};
pub use self::subject::Subject;
use self::tree::{Node, Value};
use crate::schedule::Schedule;

/// What problems are about.
const WHAT: &str = "configuration";

/// A configuration. Its paths are joined to the folder of its file, and everything that has a default has a value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Where the runner keeps what it remembers. Default: the file `nightly.db`.
    pub state: StatePlace,
    /// Where reports, tapes and logs go. Default: `nightly`.
    pub folder: PathBuf,
    /// When nights begin; none if each is started by hand (`--once`).
    pub schedule: Option<Schedule>,
    /// How much at a time, and for how long.
    pub limits: Limits,
    /// Folders with components. Default: none but those that come along.
    pub stores: Vec<PathBuf>,
    /// The trust policy, if there is one.
    pub trust: Option<PathBuf>,
    /// Whether components that no store has are not fetched. Default: `false`.
    pub offline: bool,
    /// The scopes, by the names that this file gives them: at least one.
    pub scopes: BTreeMap<String, Scope>,
    /// Which sections run on which day, by name.
    pub presets: BTreeMap<String, Preset>,
    /// The clouds, in the order of the file: at least one.
    pub subjects: Vec<Subject>,
    /// Files with waivers.
    pub waivers: Vec<PathBuf>,
    /// Whether tapes are kept. Default: `true`.
    pub record: bool,
    /// What is written for each run, by the names of `touchstone report convert`; they are not known here: see
    /// [`lint`](fn@crate::lint). Default: `json`.
    pub outputs: Vec<String>,
    /// Certificate authorities (PEM) for `upload` and `notify`, beside those of the machine. Default: none.
    pub authorities: Vec<PathBuf>,
    /// The compliance monitor that gets the reports, if any does.
    pub upload: Option<Upload>,
    /// Who is told when a verdict changes. Default: nobody.
    pub notify: Notify,
    /// Figures for Prometheus. Default: none.
    pub metrics: Metrics,
    source: Arc<Source>,
}

/// Where the runner keeps what it remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatePlace {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of PostgreSQL: `postgres://USER@HOST/DATABASE`. There is no password in it.
    Postgres(String),
}

/// How much at a time, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Subjects that are tested at the same time, at least 1. Default: 16.
    pub subjects: usize,
    /// Subjects of one provider that are tested at the same time, at least 1. Default: 4.
    pub per_provider: usize,
    /// Wall time of one attempt to test one subject against one scope, above zero. Default: 2 hours.
    pub timeout: Duration,
    /// How often a run is tried again. Default: once.
    pub retries: u32,
    /// How long to wait before that. Default: 5 minutes.
    pub retry_after: Duration,
    /// What any check may have at most. Default: the host's own limits.
    pub ceiling: LimitOverrides,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            subjects: 16,
            per_provider: 4,
            timeout: Duration::from_secs(2 * 60 * 60),
            retries: 1,
            retry_after: Duration::from_secs(5 * 60),
            ceiling: LimitOverrides::default(),
        }
    }
}

/// A scope that subjects are tested against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The scope manifest.
    pub manifest: PathBuf,
    /// The only version that is judged; none for all that the timeline shows on the day.
    pub version: Option<String>,
}

/// Which sections run on which day of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// On days that are not in `days`. Default: all.
    pub default: BTreeSet<Section>,
    /// On days that are named.
    pub days: BTreeMap<Day, BTreeSet<Section>>,
}

/// A day of the week, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Config {
    /// Reads a configuration. `file` is its name: relative paths are joined to its folder, and messages begin with it.
    ///
    /// # Errors
    /// All problems with their places, as far as one mistake does not hide another. Files that it names are not looked at:
    /// [`lint`](fn@crate::lint) does that. No secret of the text is in a message.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        read::read(file, text)
    }

    /// The name of the file, as it was given.
    pub fn file(&self) -> &str {
        &self.source.file
    }

    /// The SHA-256 of the text it was read from.
    pub fn digest(&self) -> Sha256 {
        self.source.digest
    }

    /// The subject of that name, and its place among the subjects.
    pub fn subject(&self, name: &str) -> Option<(usize, &Subject)> {
        self.subjects.iter().enumerate().find(|(_, subject)| subject.name == name)
    }

    /// Which sections of a subject's scopes run on a day of the week: none (`None`) if nothing is left out; an empty set if
    /// the subject is not tested on that day.
    pub fn sections_on(&self, subject: &Subject, weekday: Weekday) -> Option<BTreeSet<Section>> {
        let preset = self.presets.get(subject.preset.as_ref()?)?;
        let sections = preset.on(weekday.into());
        (sections.len() < Section::ALL.len()).then(|| sections.clone())
    }

    /// What is to be run in the night of a date: places among the subjects, and names of scopes, in the order of the file.
    /// Subjects that are paused are not there, nor those for which that day has no section.
    pub fn runs_on(&self, date: Date) -> Vec<(usize, &str)> {
        let weekday = date.weekday();
        let runs = self.subjects.iter().enumerate().filter(|(_, subject)| {
            let sections = self.sections_on(subject, weekday);
            subject.paused.is_none() && sections.is_none_or(|sections| !sections.is_empty())
        });
        runs.flat_map(|(index, subject)| subject.scopes.iter().map(move |scope| (index, scope.as_str())))
            .collect()
    }

    /// Problems as they are told: those that forbid to use the configuration, and warnings.
    pub fn diagnostics(&self, problems: Vec<Problem>) -> (Option<Diagnostics>, Option<Diagnostics>) {
        let Source { file, shown, .. } = self.source.as_ref();
        let (warnings, errors): (Vec<_>, Vec<_>) = problems.into_iter().partition(|problem| problem.warning);
        let errors = (!errors.is_empty()).then(|| Diagnostics::errors(WHAT, file, shown, errors));
        (errors, Diagnostics::warnings(WHAT, file, shown, warnings))
    }

    /// Whether a subject says which cloud it is, or leaves that to its name.
    pub(crate) fn names_cloud(&self, subject: &str) -> bool {
        let subjects = self.source.root.field("subjects").map_or(&[][..], Node::items);
        subject
            .parse::<usize>()
            .ok()
            .and_then(|index| subjects.get(index))
            .is_some_and(|one| one.field("cloud").is_some())
    }

    /// Where something stands, by keys and places in lists: a text itself, of anything larger the key. Where it is not written
    /// down, the nearest that is.
    pub(crate) fn at(&self, path: &[&str]) -> Span {
        let (mut node, mut key) = (&self.source.root, None);
        for step in path {
            let item = step.parse::<usize>().ok().and_then(|index| node.items().get(index));
            match (item, node.entry(step)) {
                (Some(item), _) => (node, key) = (item, None),
                (None, Some((name, value))) => (node, key) = (value, Some(name)),
                (None, None) => break,
            }
        }
        let is_collection = matches!(node.value, Value::List(_) | Value::Map(_));
        let first = node.entries().first().map(|(first, _)| first);
        key.or(first).filter(|_| is_collection).unwrap_or(node).span
    }
}

impl Preset {
    /// What runs on a day; empty if nothing does.
    pub fn on(&self, day: Day) -> &BTreeSet<Section> {
        self.days.get(&day).unwrap_or(&self.default)
    }
}

impl Day {
    /// All of them, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The day before it.
    pub const fn before(self) -> Self {
        Self::ALL[(self as usize + 6) % 7]
    }

    /// The word for it: `monday`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }
}

impl From<Weekday> for Day {
    fn from(weekday: Weekday) -> Self {
        Self::ALL[usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)]
    }
}

/// What it was read from.
#[derive(Debug)]
struct Source {
    file: String,
    /// The text, without the secrets that should not have been there.
    shown: String,
    digest: Sha256,
    root: Node,
}
