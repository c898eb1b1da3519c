//! Reading the file. Nothing in it is believed.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use crate::budget::Budget;
use crate::chunk::{
    self, DICTIONARY, HEAD, MAGIC, MAX_BODY, MAX_CONTENT, MAX_FILE_BYTES, MAX_JSON, RECORD_HEAD, WINDOW_LOG,
};
use crate::record::{Call, CallResult, Did, End, Evidence, FORMAT, Header, Kind, Request, Unit, UnitEnd};
use crate::tape::{Tape, TapeUnit};

/// Where a tape ends too early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Up to this byte it is whole.
    pub at: u64,
    /// So many chunks are whole.
    pub chunks: u64,
    /// A chunk does not have its checksum: it was changed, or only partly written. Otherwise the file just ends.
    pub changed: bool,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Damage { at, chunks, changed } = self;
        let what = if *changed { "is damaged" } else { "was cut off" };
        write!(f, "the tape {what} at byte {at}, after {chunks} whole chunks; what comes later is lost")
    }
}

/// Why a file cannot be read as a tape.
#[derive(Debug, Error)]
pub enum TapeError {
    /// The system does not let us.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It does not begin as a tape does.
    #[error("it is not a tape: it does not begin with {:?}", MAGIC_TEXT)]
    NotATape,
    /// It ends before its header.
    #[error("nothing of it can be used: {0}")]
    NoHeader(Damage),
    /// It claims to be what no recorder writes.
    #[error("it is no tape that a recorder wrote: at byte {at}: {problem}")]
    Malformed {
        /// Where the chunk begins that holds it.
        at: u64,
        /// What is wrong.
        problem: String,
    },
}

const MAGIC_TEXT: &str = "touchstone tape 1";

impl Tape {
    /// Reads a tape from a file.
    ///
    /// # Errors
    /// It cannot be read, is larger than [`MAX_FILE_BYTES`], or is not what a recorder wrote. One that was cut off, or whose
    /// chunks are damaged from somewhere on, is read up to there: see [`Tape::damage`].
    pub fn open(path: &Path) -> Result<Self, TapeError> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        if bytes > MAX_FILE_BYTES {
            return Err(too_large(bytes));
        }
        Self::read(io::BufReader::new(file))
    }

    /// Reads a tape.
    ///
    /// # Errors
    /// As for [`Tape::open`].
    pub fn read(source: impl Read) -> Result<Self, TapeError> {
        let mut source = Source { inner: source.take(MAX_FILE_BYTES + 1), hash: Sha256::new(), at: 0 };
        let mut magic = [0; MAGIC.len()];
        let length = source.fill(&mut magic)?;
        if magic[..length] != MAGIC[..length] || length == 0 {
            return Err(TapeError::NotATape);
        }
        let mut records = Records::default();
        let mut damage = None;
        if length < MAGIC.len() {
            damage = Some(Damage { at: 0, chunks: 0, changed: false });
        }
        let mut chunks = Chunks::new()?;
        while damage.is_none() {
            let at = source.at;
            match chunks.next(&mut source)? {
                Next::Content(content) => {
                    records.take(&content, source.at).map_err(|problem| malformed(at, problem))?;
                }
                Next::End => break,
                Next::Cut { changed } => damage = Some(Damage { at, chunks: chunks.read, changed }),
            }
        }
        if damage.is_none() && records.end.is_none() {
            damage = Some(Damage { at: source.at, chunks: chunks.read, changed: false });
        }
        let Records { header, units, bodies, end, .. } = records;
        let Some(header) = header else {
            return Err(TapeError::NoHeader(damage.unwrap_or(Damage { at: 0, chunks: 0, changed: false })));
        };
        let (sha256, bytes) = source.rest()?;
        if bytes > MAX_FILE_BYTES {
            return Err(too_large(bytes));
        }
        Ok(Tape { header, units, end, damage, sha256, bytes, bodies })
    }
}

/// The file, hashed while it is read.
struct Source<R> {
    inner: io::Take<R>,
    hash: Sha256,
    at: u64,
}

impl<R: Read> Source<R> {
    /// Reads until the buffer is full or there is no more; answers how much.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.inner.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.hash.update(&buffer[..filled]);
        self.at += filled as u64;
        Ok(filled)
    }

    /// Hashes what is left.
    fn rest(mut self) -> io::Result<([u8; 32], u64)> {
        let mut buffer = vec![0; 64 << 10];
        while self.fill(&mut buffer)? > 0 {}
        Ok((self.hash.finalize().into(), self.at))
    }
}

/// The chunks of a file.
struct Chunks {
    decoder: Decoder<'static>,
    read: u64,
}

enum Next {
    Content(Vec<u8>),
    End,
    Cut { changed: bool },
}

impl Chunks {
    fn new() -> io::Result<Self> {
        let mut decoder = Decoder::with_dictionary(DICTIONARY)?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG))?;
        Ok(Chunks { decoder, read: 0 })
    }

    fn next(&mut self, source: &mut Source<impl Read>) -> Result<Next, TapeError> {
        let at = source.at;
        let mut head = [0; HEAD];
        match source.fill(&mut head)? {
            0 => return Ok(Next::End),
            HEAD => {}
            _ => return Ok(Next::Cut { changed: false }),
        }
        let number =
            |from: usize| u32::from_le_bytes([head[from], head[from + 1], head[from + 2], head[from + 3]]);
        let (stored, content, checksum) = (number(0) as usize, number(4) as usize, number(8));
        if content == 0 || content > MAX_CONTENT || stored > chunk::most_stored(content) {
            // A head that was changed looks the same as one that lies; neither is followed.
            return Ok(Next::Cut { changed: true });
        }
        let mut bytes = vec![0; stored];
        if source.fill(&mut bytes)? < stored {
            return Ok(Next::Cut { changed: false });
        }
        if chunk::checksum(&head[..8], &bytes) != checksum {
            return Ok(Next::Cut { changed: true });
        }
        let content = self.expand(&bytes, content).map_err(|problem| malformed(at, problem))?;
        self.read += 1;
        Ok(Next::Content(content))
    }

    /// The content of what is stored: exactly as much as was said.
    fn expand(&mut self, stored: &[u8], length: usize) -> Result<Vec<u8>, String> {
        let wrong = |error: io::Error| format!("what is stored cannot be expanded: {error}");
        let mut content = vec![0; length];
        let mut input = InBuffer::around(stored);
        let mut filled = 0;
        loop {
            let before = (input.pos(), filled);
            let mut output = OutBuffer::around(&mut content[filled..]);
            self.decoder.run(&mut input, &mut output).map_err(wrong)?;
            filled += output.pos();
            if filled == length || (input.pos(), filled) == before {
                break;
            }
        }
        // Whatever comes more than was said is not asked for in full.
        let mut more = [0; 1];
        let mut output = OutBuffer::around(&mut more[..]);
        self.decoder.run(&mut input, &mut output).map_err(wrong)?;
        if filled < length || output.pos() > 0 || input.pos() < stored.len() {
            return Err(format!("a chunk's content does not have the length that it says, {length} bytes"));
        }
        Ok(content)
    }
}

/// What was read until now.
#[derive(Default)]
struct Records {
    budget: Budget,
    /// The head and the payload of a record that is not whole yet.
    head: Vec<u8>,
    payload: Vec<u8>,
    header: Option<Header>,
    units: Vec<TapeUnit>,
    bodies: Vec<Bytes>,
    end: Option<End>,
}

impl Records {
    /// Takes more content, up to that place in the file: all records that are whole by then.
    fn take(&mut self, mut content: &[u8], at: u64) -> Result<(), String> {
        self.budget.chunk(content.len());
        self.budget.check(at)?;
        loop {
            if self.end.is_some() && !content.is_empty() {
                return Err("there is something after the last record".to_owned());
            }
            append(&mut self.head, &mut content, RECORD_HEAD);
            let &[kind, a, b, c, d] = &self.head[..] else { return Ok(()) };
            let kind = Kind::of_byte(kind).ok_or_else(|| format!("there is no record of kind {kind}"))?;
            let length = u32::from_le_bytes([a, b, c, d]) as usize;
            let most = if kind == Kind::Body { MAX_BODY } else { MAX_JSON };
            if length > most {
                return Err(format!("a record claims {length} bytes; it may have {most}"));
            }
            append(&mut self.payload, &mut content, length);
            if self.payload.len() < length {
                return Ok(());
            }
            self.head.clear();
            let payload = std::mem::take(&mut self.payload);
            self.budget.record(kind, &payload);
            self.budget.check(at)?;
            self.record(kind, payload)?;
        }
    }

    fn record(&mut self, kind: Kind, payload: Vec<u8>) -> Result<(), String> {
        if self.header.is_none() && !matches!(kind, Kind::Header | Kind::Body) {
            return Err("there is something before the header".to_owned());
        }
        match kind {
            Kind::Body => self.bodies.push(payload.into_boxed_slice().into()),
            Kind::Header => self.header(&payload)?,
            Kind::Unit => self.unit(json("a unit", &payload)?)?,
            Kind::Call => self.call(json("a call", &payload)?)?,
            Kind::UnitEnd => self.unit_end(json("an end of a unit", &payload)?)?,
            Kind::End => self.end = Some(json("an end", &payload)?),
        }
        Ok(())
    }

    fn header(&mut self, payload: &[u8]) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        if self.header.is_some() {
            return Err("there are two headers".to_owned());
        }
        let head: Head = json("a header", payload)?;
        if head.format != FORMAT {
            return Err(format!("the format is {:?}; this touchstone reads {FORMAT:?}", short(&head.format)));
        }
        let header: Header = json("a header", payload)?;
        let evidence = header.evidence.values().map(|Evidence { body, .. }| *body);
        for body in evidence.chain(header.attestations.iter().map(|attestation| attestation.body)) {
            self.known(Some(body))?;
        }
        self.header = Some(header);
        Ok(())
    }

    fn unit(&mut self, unit: Unit) -> Result<(), String> {
        if unit.unit as usize != self.units.len() {
            return Err(format!("unit {} comes where unit {} is due", unit.unit, self.units.len()));
        }
        self.units.push(TapeUnit { unit, calls: Vec::new(), end: None });
        Ok(())
    }

    fn call(&mut self, call: Call) -> Result<(), String> {
        match &call.did {
            Did::Call { request, result, .. } => {
                self.known_request(request)?;
                self.known_result(result)?;
            }
            Did::Create { request, undo, result, .. } => {
                self.known_request(request)?;
                self.known_request(undo)?;
                self.known_result(result)?;
            }
            Did::Probe { result, .. } => self.known_result(result)?,
            Did::UsedUp(_) | Did::Pause { .. } => {}
        }
        self.open_unit(call.unit)?.calls.push(call);
        Ok(())
    }

    fn unit_end(&mut self, end: UnitEnd) -> Result<(), String> {
        let unit = self.open_unit(end.unit)?;
        unit.end = Some(end);
        Ok(())
    }

    /// The unit of that number, which has not ended.
    fn open_unit(&mut self, number: u32) -> Result<&mut TapeUnit, String> {
        let unit = self.units.get_mut(number as usize).filter(|unit| unit.end.is_none());
        unit.ok_or_else(|| format!("unit {number} is spoken of, and has not begun, or has ended"))
    }

    fn known_request(&self, request: &Request) -> Result<(), String> {
        self.known(request.body)
    }

    fn known_result(&self, result: &CallResult) -> Result<(), String> {
        match result {
            CallResult::Answer(answer) => self.known(answer.body),
            CallResult::Error(_) => Ok(()),
        }
    }

    fn known(&self, body: Option<u32>) -> Result<(), String> {
        match body {
            Some(body) if body as usize >= self.bodies.len() => {
                Err(format!("body {body} is spoken of, and only {} came before", self.bodies.len()))
            }
            _ => Ok(()),
        }
    }
}

/// Takes from the content what is missing to a length. Room is made for what has come, and a quarter more, not for what
/// was claimed.
fn append(to: &mut Vec<u8>, content: &mut &[u8], length: usize) {
    let missing = length - to.len();
    let (part, rest) = content.split_at(missing.min(content.len()));
    if to.capacity() - to.len() < part.len() {
        to.reserve_exact(missing.min(part.len().max(to.len() / 4)));
    }
    to.extend_from_slice(part);
    *content = rest;
}

fn json<T: DeserializeOwned>(what: &str, payload: &[u8]) -> Result<T, String> {
    let wrong =
        |error: serde_json::Error| format!("{what} is not what it should be: {}", short(&error.to_string()));
    touchstone_json::from_slice(payload).map_err(wrong)
}

fn malformed(at: u64, problem: String) -> TapeError {
    TapeError::Malformed { at, problem }
}

fn too_large(bytes: u64) -> TapeError {
    malformed(0, format!("it has {bytes} bytes or more; at most {MAX_FILE_BYTES} are read"))
}

/// What a tape says may be long, and hold what terminals obey.
fn short(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
