//! Journals that other processes left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::id_pointer::is_id;
use super::journal::{Journal, JournalError, Lines, lock};
use super::private;
use super::record::{Entry, Header, Intent, is_prefix};
use super::things::Thing;

/// No run writes as much.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A journal whose run has ended without having removed everything. It is locked until it is dropped.
pub struct LeftJournal {
    lines: Lines,
    things: Vec<LeftThing>,
}

/// Something that may still be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftThing {
    pub(crate) intent: Intent,
    /// If nothing is known of it, the service may have created it all the same.
    pub(crate) id: Option<String>,
}

impl Journal {
    /// Opens and locks a journal that a run left behind. A last line that is not complete is as if it had never been
    /// written: nothing was done after it.
    ///
    /// # Errors
    /// [`JournalError::Locked`] if the run still lives; [`JournalError::Line`] if the file is not a journal, or was changed.
    pub fn open_left(path: impl AsRef<Path>) -> Result<LeftJournal, JournalError> {
        let path = path.as_ref();
        let failed = |error| JournalError::Read { path: path.to_owned(), error };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            private::check_folder(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(failed)?;
        lock(&file).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => JournalError::Locked { path: path.to_owned() },
            _ => failed(error),
        })?;
        let content = read(&mut file).map_err(failed)?;
        Content::parse(&content, path)?.into_left(path, file)
    }
}

impl LeftJournal {
    /// Whose things they are.
    pub fn header(&self) -> &Header {
        self.lines.header()
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.lines.path()
    }

    /// What may still be there, newest first.
    pub fn pending(&self) -> Vec<Thing> {
        self.things.iter().rev().map(|left| Thing::of(&left.intent, left.id.clone())).collect()
    }

    pub(crate) fn into_parts(self) -> (Arc<Journal>, Header, Vec<LeftThing>) {
        let header = self.lines.header().clone();
        (Journal::from_lines(self.lines), header, self.things)
    }
}

/// The journals in a folder, of runs that live and of others, sorted by name. None if there is no such folder.
///
/// # Errors
/// If the folder cannot be read.
pub fn journals(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, JournalError> {
    let folder = folder.as_ref();
    let failed = |error| JournalError::Read { path: folder.to_owned(), error };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if prefix_of(&path).is_some() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The prefix of the run whose journal has this path, if it is that of a journal.
pub(crate) fn prefix_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".jsonl")?;
    Some(format!("{name}-")).filter(|prefix| is_prefix(prefix))
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any journal is"));
    }
    Ok(content)
}

/// What a journal says.
struct Content {
    header: Header,
    things: BTreeMap<u64, LeftThing>,
    settled: BTreeSet<u64>,
    good: u64,
}

impl Content {
    fn parse(content: &[u8], path: &Path) -> Result<Self, JournalError> {
        let wrong =
            |line: usize, problem: String| JournalError::Line { path: path.to_owned(), line, problem };
        let mut good = complete(content);
        let lines: Vec<_> = content[..good].split_inclusive(|byte| *byte == b'\n').collect();
        let Some((first, rest)) = lines.split_first() else {
            return Err(JournalError::Empty { path: path.to_owned() });
        };
        let header: Header = touchstone_json::from_slice(first)
            .map_err(|error| wrong(1, format!("no header of a journal: {error}")))?;
        header.check().map_err(|problem| wrong(1, problem))?;
        let mut parsed = Self { header, things: BTreeMap::new(), settled: BTreeSet::new(), good: 0 };
        for (at, line) in rest.iter().enumerate() {
            // After a power failure there may be zeros where the last line was to be.
            if at + 1 == rest.len() && line.contains(&0) {
                good -= line.len();
                break;
            }
            let entry = touchstone_json::from_slice(line).map_err(|error| error.to_string());
            let entered = entry.and_then(|entry| parsed.enter(entry));
            entered.map_err(|problem| wrong(at + 2, problem))?;
        }
        parsed.good = good as u64;
        Ok(parsed)
    }

    fn enter(&mut self, entry: Entry) -> Result<(), String> {
        let known = |n: &u64, things: &BTreeMap<u64, LeftThing>| {
            if things.contains_key(n) { Ok(()) } else { Err(format!("there is no intent {n} before it")) }
        };
        match entry {
            Entry::Intent(intent) => {
                if self.things.last_key_value().is_some_and(|(last, _)| *last >= intent.n) {
                    return Err(format!("the intent {} is not newer than the one before it", intent.n));
                }
                let own = |id: &str| self.things.values().any(|thing| thing.id.as_deref() == Some(id));
                intent.check(&self.header.prefix, own)?;
                self.things.insert(intent.n, LeftThing { intent: *intent, id: None });
            }
            Entry::Created { n, id } => {
                if !is_id(&id) {
                    return Err(format!("{id:?} is no id"));
                }
                let thing =
                    self.things.get_mut(&n).ok_or_else(|| format!("there is no intent {n} before it"))?;
                thing.id = Some(id);
            }
            Entry::Left { n, .. } => known(&n, &self.things)?,
            Entry::Refused { n } | Entry::Removed { n } => {
                known(&n, &self.things)?;
                self.settled.insert(n);
            }
        }
        Ok(())
    }

    fn into_left(self, path: &Path, file: File) -> Result<LeftJournal, JournalError> {
        let next = self.things.last_key_value().map_or(1, |(last, _)| last + 1);
        let things: Vec<_> = self
            .things
            .into_iter()
            .filter(|(n, _)| !self.settled.contains(n))
            .map(|(_, thing)| thing)
            .collect();
        let open = things.iter().map(|thing| thing.intent.n).collect();
        let lines = Lines::of_file(path.to_owned(), self.header, file, self.good, next, open);
        Ok(LeftJournal { lines, things })
    }
}

/// The length of the complete lines.
fn complete(content: &[u8]) -> usize {
    content.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}
