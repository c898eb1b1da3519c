//! The journal of a run: what is about to be created, and what came of it, on disk before the next step is taken.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::private;
use super::record::{Entry, Header, Intent};

/// The journal of one run: a file of JSON lines, which is made when something is first to be created and deleted when
/// everything was removed. While the run lives, the file is locked.
///
/// All ledgers of a run share it. Every line is on disk when the call that writes it returns.
pub struct Journal {
    path: PathBuf,
    lines: Arc<Mutex<Lines>>,
}

/// Why a journal cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It cannot be written. Nothing that it does not hold was sent.
    #[error("the journal cannot be written: {}: {error}", path.display())]
    Write {
        /// The file, or its folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It cannot be read.
    #[error("the journal cannot be read: {}: {error}", path.display())]
    Read {
        /// The file, or its folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Its run still lives, or somebody else is cleaning up.
    #[error("{} is in use: its run has not ended yet, or somebody else is cleaning up", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It holds nothing, not even whose it is: nothing was created for it.
    #[error("{} is empty: nothing was created before it was written; delete it", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A line is not what it should be.
    #[error("{}, line {line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The header of a new journal is not what it should be.
    #[error("a journal cannot be begun: {problem}")]
    Header {
        /// What is wrong.
        problem: String,
    },
    /// The session is one with another project or region than that in which things were created.
    #[error("{}: the run was in {of_journal}, and this session is in {of_session}; choose the cloud {cloud:?}", path.display())]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// The name of the cloud as the run knew it.
        cloud: String,
        /// Project and region of the run.
        of_journal: String,
        /// Project and region of the session.
        of_session: String,
    },
}

/// The file, and what of its content matters for writing.
pub(crate) struct Lines {
    path: PathBuf,
    header: Header,
    /// Open and locked, once there is one.
    file: Option<File>,
    /// Its length up to the end of the last complete line.
    good: u64,
    /// The number of the next intent.
    next: u64,
    /// Intents of which it is not known that nothing is left of them.
    open: BTreeSet<u64>,
    /// What could not be written, and is to be written before anything else: later lines rely on it.
    owed: Vec<Entry>,
}

impl Journal {
    /// A journal in a folder. Nothing is written yet; the folder (mode 0700) and the file (mode 0600, named after the
    /// prefix of the run) are made when something is first to be created.
    ///
    /// # Errors
    /// If the header is not one of a run: its prefix is not `touchstone-`, 12 hexadecimal digits and `-`, or it names no
    /// project.
    pub fn new(folder: impl AsRef<Path>, header: Header) -> Result<Arc<Self>, JournalError> {
        header.check().map_err(|problem| JournalError::Header { problem })?;
        let path = folder.as_ref().join(format!("{}.jsonl", header.prefix.trim_end_matches('-')));
        let open = BTreeSet::new();
        Ok(Self::from_lines(Lines { path, header, file: None, good: 0, next: 1, open, owed: Vec::new() }))
    }

    /// A journal that is written nowhere, for a replay: nothing that it knows of is created.
    pub fn unwritten(header: Header) -> Arc<Self> {
        let (path, open) = (PathBuf::new(), BTreeSet::new());
        Self::from_lines(Lines { path, header, file: None, good: 0, next: 1, open, owed: Vec::new() })
    }

    pub(crate) fn from_lines(lines: Lines) -> Arc<Self> {
        Arc::new(Self { path: lines.path.clone(), lines: Arc::new(Mutex::new(lines)) })
    }

    /// Where the file is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the names of the run's things begin with.
    pub fn prefix(&self) -> String {
        self.lines().header.prefix.clone()
    }

    /// Ends the journal: the file is deleted if nothing is left of what it holds. Otherwise answers where it is; it stays
    /// locked until the journal is dropped.
    ///
    /// # Errors
    /// If the file cannot be deleted.
    pub fn finish(&self) -> Result<Option<PathBuf>, JournalError> {
        let mut lines = self.lines();
        if lines.file.is_none() {
            return Ok(None);
        }
        if !lines.open.is_empty() {
            return Ok(Some(self.path.clone()));
        }
        let failed = |error| JournalError::Write { path: self.path.clone(), error };
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        lines.file = None;
        lines.good = 0;
        private::sync_folder(&self.path).map_err(failed)?;
        Ok(None)
    }

    /// Writes down that something is about to be created; answers its number.
    pub(crate) async fn intend(&self, intent: Intent) -> Result<u64, JournalError> {
        self.blocking(move |lines| {
            let n = lines.next;
            lines.settle()?;
            lines.append(&Entry::Intent(Box::new(Intent { n, ..intent })))?;
            lines.next += 1;
            lines.open.insert(n);
            Ok(n)
        })
        .await
    }

    /// Writes down what came of something. If that fails it is written later; until then the journal holds less than it
    /// could: what was created would be found by its name, and what was removed would not be found.
    pub(crate) async fn note(&self, entry: Entry) {
        let noted = self.blocking(move |lines| {
            if let Entry::Refused { n } | Entry::Removed { n } = &entry {
                lines.open.remove(n);
            }
            lines.owed.push(entry);
            lines.settle()
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the journal holds less than it could");
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Lines) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let lines = Arc::clone(&self.lines);
        let work = move || work(&mut lines.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            let error = io::Error::new(io::ErrorKind::Interrupted, "the host is being stopped");
            Err(JournalError::Write { path: self.path.clone(), error })
        })
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn replace_file(&self, file: File) {
        self.lines().file = Some(file);
    }
}

impl Lines {
    /// What a file that was read and is locked holds.
    pub(crate) fn of_file(
        path: PathBuf,
        header: Header,
        file: File,
        good: u64,
        next: u64,
        open: BTreeSet<u64>,
    ) -> Self {
        Self { path, header, file: Some(file), good, next, open, owed: Vec::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Writes what could not be written before.
    fn settle(&mut self) -> Result<(), JournalError> {
        while let Some(entry) = self.owed.first().cloned() {
            self.append(&entry)?;
            self.owed.remove(0);
        }
        Ok(())
    }

    fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        if self.path.as_os_str().is_empty() {
            return Ok(());
        }
        let failed = |error| JournalError::Write { path: self.path.clone(), error };
        let mut line = serde_json::to_vec(entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        if self.file.is_none() {
            let (file, good) = begin(&self.path, &self.header)?;
            (self.file, self.good) = (Some(file), good);
        }
        let Some(file) = self.file.as_mut() else { return Ok(()) };
        let appended = append(file, self.good, &line);
        appended.map_err(|error| JournalError::Write { path: self.path.clone(), error })?;
        self.good += line.len() as u64;
        Ok(())
    }
}

/// Writes a line behind the last complete one, and waits until it is on disk.
fn append(file: &mut File, good: u64, line: &[u8]) -> io::Result<()> {
    // What a crash or a full disk left of another line.
    if file.metadata()?.len() > good {
        file.set_len(good)?;
    }
    file.write_all(line)?;
    file.sync_data()
}

/// Makes the file, with its first line, locked before anybody can see it under its name.
fn begin(path: &Path, header: &Header) -> Result<(File, u64), JournalError> {
    let failed = |error| JournalError::Write { path: path.to_owned(), error };
    if let Some(folder) = path.parent() {
        let failed = |error| JournalError::Write { path: folder.to_owned(), error };
        private::make_folder(folder).map_err(failed)?;
    }
    let mut line = serde_json::to_vec(header).map_err(|error| failed(error.into()))?;
    line.push(b'\n');
    let unnamed = path.with_extension("new");
    let made = write_first(&unnamed, &line).and_then(|file| {
        if path.exists() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "another run has the same name"));
        }
        std::fs::rename(&unnamed, path)?;
        private::sync_folder(path)?;
        Ok(file)
    });
    let file = made.map_err(|error| {
        let _ = std::fs::remove_file(&unnamed);
        failed(error)
    })?;
    Ok((file, line.len() as u64))
}

fn write_first(path: &Path, line: &[u8]) -> io::Result<File> {
    let _ = std::fs::remove_file(path);
    let mut file = private::for_owner_only(OpenOptions::new().append(true).create_new(true)).open(path)?;
    lock(&file)?;
    file.write_all(line)?;
    file.sync_all()?;
    Ok(file)
}

/// Locks a file for this process, without waiting.
pub(crate) fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::Error(error) => error,
        TryLockError::WouldBlock => {
            io::Error::new(io::ErrorKind::WouldBlock, "another process has locked it")
        }
    })
}

#[cfg(test)]
mod tests;
