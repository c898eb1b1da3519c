//! Files of logs: bounded in size, and in how many are open.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// The last line of a file that was cut.
const CUT: &str = "[the log was cut here: it has as many bytes as it may have]\n";

/// Characters of a file's name, at most, before its ending.
const MAX_NAME: usize = 120;

/// All files.
pub(super) struct Sinks {
    by_path: Mutex<HashMap<PathBuf, Weak<Sink>>>,
    /// How many more may be open.
    room: Arc<AtomicUsize>,
    problem: Arc<OnceLock<String>>,
}

/// One file. It is closed when the last span that writes to it is.
pub(super) struct Sink {
    path: PathBuf,
    max_bytes: u64,
    state: Mutex<State>,
    room: Arc<AtomicUsize>,
    problem: Arc<OnceLock<String>>,
}

#[derive(Default)]
struct State {
    open: Option<Opened>,
    /// Full, or broken: nothing more is written.
    ended: bool,
}

struct Opened {
    file: File,
    bytes: u64,
}

impl Sinks {
    pub(super) fn new(max_open: usize) -> Sinks {
        Sinks {
            by_path: Mutex::default(),
            room: Arc::new(AtomicUsize::new(max_open)),
            problem: Arc::default(),
        }
    }

    /// The file at a path: the same for all who ask at the same time, so that lines do not mix.
    pub(super) fn sink(&self, path: PathBuf, max_bytes: u64) -> Arc<Sink> {
        let mut by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sink) = by_path.get(&path).and_then(Weak::upgrade) {
            return sink;
        }
        by_path.retain(|_, sink| sink.strong_count() > 0);
        let sink = Arc::new(Sink {
            path: path.clone(),
            max_bytes,
            state: Mutex::default(),
            room: Arc::clone(&self.room),
            problem: Arc::clone(&self.problem),
        });
        by_path.insert(path, Arc::downgrade(&sink));
        sink
    }

    pub(super) fn problem(&self) -> Option<String> {
        self.problem.get().cloned()
    }
}

impl Sink {
    /// Appends a line, which ends in a line break.
    pub(super) fn write(&self, line: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ended {
            return;
        }
        if let Err(error) = self.append(&mut state, line) {
            state.ended = true;
            self.close(&mut state);
            let _ = self.problem.set(format!("the log {} cannot be written: {error}", self.path.display()));
        }
    }

    fn append(&self, state: &mut State, line: &str) -> io::Result<()> {
        let kept = state.open.is_some();
        let mut opened = match state.open.take() {
            Some(opened) => opened,
            None => match open(&self.path)? {
                Some(opened) => opened,
                None => {
                    state.ended = true;
                    return Ok(());
                }
            },
        };
        let fits = opened.bytes + (line.len() + CUT.len()) as u64 <= self.max_bytes;
        let text = if fits { line } else { CUT };
        opened.file.write_all(text.as_bytes())?;
        opened.bytes += text.len() as u64;
        state.ended = !fits;
        if fits && (kept || self.take_room()) {
            state.open = Some(opened);
        } else if kept {
            self.room.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn take_room(&self) -> bool {
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(1)).is_ok()
    }

    fn close(&self, state: &mut State) {
        if state.open.take().is_some() {
            self.room.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let mut state = std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        self.close(&mut state);
    }
}

/// Opens a file for appending; nothing if it was cut before.
fn open(path: &Path) -> io::Result<Option<Opened>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
    let bytes = file.metadata()?.len();
    if bytes >= CUT.len() as u64 {
        let mut end = vec![0; CUT.len()];
        file.seek(SeekFrom::End(-(CUT.len() as i64)))?;
        file.read_exact(&mut end)?;
        if end == CUT.as_bytes() {
            return Ok(None);
        }
    }
    Ok(Some(Opened { file, bytes }))
}

/// A name that is one file in a folder, whatever it is made of. Different names stay different.
pub(super) fn file_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for (place, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b':' | b'+' => {
                safe.push(char::from(byte))
            }
            b'.' if place > 0 => safe.push('.'),
            _ => {
                let _ = write!(safe, "%{byte:02X}");
            }
        }
    }
    if safe.is_empty() {
        return "%".to_owned();
    }
    if safe.len() > MAX_NAME {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        safe.truncate(MAX_NAME - 18);
        let _ = write!(safe, "%~{:016x}", hasher.finish());
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_files_and_stay_apart() {
        assert_eq!(file_name("gx-scs"), "gx-scs");
        assert_eq!(file_name("2026-11-27T02:30:00Z"), "2026-11-27T02:30:00Z");
        assert_eq!(file_name("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd");
        assert_eq!(file_name(".."), "%2E.");
        assert_eq!(file_name(""), "%");
        assert_eq!(file_name("a%2Fb"), "a%252Fb", "not the same as a/b");
        assert_eq!(file_name("Größe\0\n"), "Gr%C3%B6%C3%9Fe%00%0A");
        let (long, longer) = ("x".repeat(500), "x".repeat(501));
        assert_eq!(file_name(&long).len(), MAX_NAME);
        assert_ne!(file_name(&long), file_name(&longer));
    }

    #[test]
    fn few_files_are_open_and_all_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let sinks = Sinks::new(2);
        let all: Vec<_> = (0..5).map(|n| sinks.sink(folder.path().join(format!("{n}")), 1000)).collect();
        for round in 0..3 {
            for sink in &all {
                sink.write(&format!("{round}\n"));
            }
        }
        assert_eq!(sinks.room.load(Ordering::Relaxed), 0);
        let open = all.iter().filter(|sink| sink.state.lock().unwrap().open.is_some()).count();
        assert_eq!(open, 2);
        drop(all);
        assert_eq!(sinks.room.load(Ordering::Relaxed), 2, "they are closed");
        for n in 0..5 {
            assert_eq!(std::fs::read_to_string(folder.path().join(format!("{n}"))).unwrap(), "0\n1\n2\n");
        }
    }

    #[test]
    fn a_file_is_cut_once_and_stays_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.log");
        let write = |text: &str| Sinks::new(9).sink(path.clone(), 100).write(text);
        let read = || std::fs::read_to_string(&path).unwrap();
        write("0123456789 123456\n");
        write("0123456789 12345678901\n");
        assert_eq!(read().len(), 18 + CUT.len(), "the second did not fit with the note");
        assert!(read().ends_with(CUT));
        let full = read();
        write("x\n");
        assert_eq!(read(), full, "not even by a process that comes later");
        assert!(full.len() <= 100);
    }

    #[test]
    fn what_cannot_be_written_is_told_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let sinks = Sinks::new(1);
        let sink = sinks.sink(file.path().join("below/a.log"), 1000);
        assert_eq!(sinks.problem(), None);
        sink.write("x\n");
        sink.write("y\n");
        assert!(
            sinks.problem().unwrap().contains("below/a.log cannot be written: "),
            "{:?}",
            sinks.problem()
        );
    }
}
