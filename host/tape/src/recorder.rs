//! Recording while a run goes on.

mod queue;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;

use self::queue::{Sender, Weighty, queue};
use crate::record::{Attestation, Call, CallResult, Did, End, Evidence, Header, How, Request, Unit, UnitEnd};
use crate::tape::digest_text;
use crate::threads::THREADS;
use crate::write::Writer;

/// What was not written to disk for so long is written now: so much is lost in a crash.
const LONGEST_PENDING: Duration = Duration::from_secs(1);
/// How often it is looked what there is to write. What comes just after waits for the next time, and then for all others.
const LOOK: Duration = Duration::from_millis(400);

/// Writes a tape while a run goes on, in a thread of its own: who records never waits. What goes wrong is told at the end;
/// until then the recorder takes everything, and forgets it.
///
/// The tape is written to `FILE.partial`, readable for its owner only (mode 0600), and gets its name when it is whole.
pub struct Recorder {
    messages: Sender<Message>,
    /// What came of it. Asked once, by whoever has it; a lock lets others hold a reference meanwhile.
    written: Mutex<Receiver<Result<Recorded, String>>>,
    begun: Instant,
}

/// A tape that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// `sha256:…` of the file.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// Where the calls of one unit are recorded.
#[derive(Clone)]
pub struct Track {
    unit: u32,
    begun: Instant,
    messages: Sender<Message>,
}

enum Message {
    Header { header: Box<Header>, evidence: Vec<(String, Evidence, Bytes)>, attestations: Vec<Bytes> },
    Unit(Box<Unit>),
    Call(Box<Call>, Contents),
    UnitEnd(Box<UnitEnd>),
    End(End),
}

impl Weighty for Message {
    fn bytes(&self) -> usize {
        match self {
            Message::Header { evidence, attestations, .. } => {
                let evidence = evidence.iter().map(|(.., content)| content.len());
                evidence.chain(attestations.iter().map(Bytes::len)).sum()
            }
            Message::Call(_, contents) => {
                let optional = [&contents.request, &contents.undo].into_iter().flatten();
                optional.map(Bytes::len).sum::<usize>() + contents.answer.len()
            }
            Message::Unit(_) | Message::UnitEnd(_) | Message::End(_) => 0,
        }
    }
}

/// The bodies of a call, whose numbers are not known yet.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) request: Option<Bytes>,
    pub(crate) undo: Option<Bytes>,
    pub(crate) answer: Bytes,
}

impl Recorder {
    /// Begins a tape.
    pub fn start(file: PathBuf) -> Self {
        let (messages, received) = queue();
        let written = THREADS.run(move || write(&file, &received));
        Recorder { messages, written: Mutex::new(written), begun: Instant::now() }
    }

    /// Writes what holds for all checks: each piece of evidence with its name and content (the number of its body is filled in), and the attestations.
    pub fn header(&self, header: Header, evidence: Vec<(String, Evidence, Bytes)>, attestations: Vec<Bytes>) {
        self.send(Message::Header { header: Box::new(header), evidence, attestations });
    }

    /// Begins a unit; they begin in the order of their numbers.
    pub fn unit(&self, unit: Unit) -> Track {
        let track = Track { unit: unit.unit, begun: self.begun, messages: self.messages.clone() };
        self.send(Message::Unit(Box::new(unit)));
        track
    }

    /// Ends the tape, and waits until it is on disk.
    ///
    /// # Errors
    /// Why there is no tape, for people.
    pub fn end(self, end: End) -> Result<Recorded, String> {
        self.messages.send_last(Message::End(end));
        drop(self.messages);
        let written = self.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        written.recv().unwrap_or_else(|_| Err("the recorder failed; the log says more".to_owned()))
    }

    fn send(&self, message: Message) {
        // If something went wrong, nobody takes it any more, which is told at the end.
        self.messages.send(message);
    }
}

impl Track {
    /// Records a call, with the bodies that it names; their numbers are filled in.
    pub fn call(
        &self,
        did: Did,
        request: Option<Bytes>,
        undo: Option<Bytes>,
        answer: Bytes,
        started: Instant,
    ) {
        let call = Call {
            unit: self.unit,
            at_ms: millis(started.saturating_duration_since(self.begun)),
            ms: millis(started.elapsed()),
            did,
        };
        self.messages.send(Message::Call(Box::new(call), Contents { request, undo, answer }));
    }

    /// Ends the unit: see [`UnitEnd`].
    pub fn end(self, how: How, said: u64, verdicts: BTreeMap<String, String>, report: Value) {
        let end = UnitEnd { unit: self.unit, how, said, verdicts, report };
        self.messages.send(Message::UnitEnd(Box::new(end)));
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Writes what comes until the end. Whoever records after that, or after something went wrong, is not told.
fn write(file: &Path, messages: &queue::Receiver<Message>) -> Result<Recorded, String> {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    let wrong = |error: io::Error| format!("{}: {error}", partial.display());
    let mut writer = create(&partial).and_then(|file| Writer::new(BufWriter::new(file))).map_err(wrong)?;
    let mut last_flush = Instant::now();
    while let Some(taken) = messages.take(LOOK) {
        for message in taken {
            if let Message::End(end) = message {
                let (file_of_partial, sha256, bytes) = writer.end(Some(&end)).map_err(wrong)?;
                settle(file_of_partial, &partial, file).map_err(wrong)?;
                return Ok(Recorded { sha256: digest_text(&sha256), bytes });
            }
            put(&mut writer, message).map_err(wrong)?;
        }
        if last_flush.elapsed() + LOOK > LONGEST_PENDING {
            writer.flush().map_err(wrong)?;
            last_flush = Instant::now();
        }
    }
    writer.flush().map_err(wrong)?;
    Err("the run ended before its tape".to_owned())
}

fn put(writer: &mut Writer<BufWriter<File>>, message: Message) -> io::Result<()> {
    match message {
        Message::Header { mut header, evidence, attestations } => {
            for (name, evidence, content) in evidence {
                let body = writer.body(&content)?;
                header.evidence.insert(name, Evidence { body, ..evidence });
            }
            for statement in attestations {
                header.attestations.push(Attestation { body: writer.body(&statement)? });
            }
            writer.header(&header)
        }
        Message::Unit(unit) => writer.unit(&unit),
        Message::Call(mut call, contents) => {
            number(writer, &mut call.did, &contents)?;
            writer.call(&call)
        }
        Message::UnitEnd(end) => writer.unit_end(&end),
        Message::End(_) => Ok(()),
    }
}

/// Writes the bodies of a call, and puts their numbers in.
pub(crate) fn number(
    writer: &mut Writer<BufWriter<File>>,
    did: &mut Did,
    contents: &Contents,
) -> io::Result<()> {
    let mut of_request = |request: &mut Request, content: &Option<Bytes>| -> io::Result<()> {
        request.body = content.as_ref().map(|content| writer.body(content)).transpose()?;
        Ok(())
    };
    match did {
        Did::Call { request, .. } => of_request(request, &contents.request)?,
        Did::Create { request, undo, .. } => {
            of_request(request, &contents.request)?;
            of_request(undo, &contents.undo)?;
        }
        Did::Probe { .. } | Did::UsedUp(_) | Did::Pause { .. } => {}
    }
    match did {
        Did::Call { result, .. } | Did::Create { result, .. } | Did::Probe { result, .. } => {
            if let CallResult::Answer(answer) = result {
                let content = Some(&contents.answer).filter(|content| !content.is_empty());
                answer.body = content.map(|content| writer.body(content)).transpose()?;
            }
        }
        Did::UsedUp(_) | Did::Pause { .. } => {}
    }
    Ok(())
}

pub(crate) fn create(partial: &Path) -> io::Result<File> {
    // Whose mode is another one is not written to.
    if let Ok(other) = File::open(partial)
        && let Err(TryLockError::WouldBlock) = other.try_lock()
    {
        return Err(io::Error::new(io::ErrorKind::WouldBlock, "another run is recording there"));
    }
    match std::fs::remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(partial)?;
    // Held as long as it is written.
    let _ = file.try_lock();
    Ok(file)
}

/// Waits until all is on disk, and gives it its name.
pub(crate) fn settle(file: BufWriter<File>, partial: &Path, name: &Path) -> io::Result<()> {
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.flush()?;
    file.sync_all()?;
    std::fs::rename(partial, name)
}

#[cfg(test)]
mod tests;
