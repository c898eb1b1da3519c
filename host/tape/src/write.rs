//! Writing the file.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};

use crate::budget::Budget;
use crate::chunk::{self, MAGIC, MAX_BODY, MAX_CONTENT, MAX_FILE_BYTES, MAX_JSON};
use crate::encoders;
use crate::record::{Call, End, FORMAT, Header, Kind, Unit, UnitEnd};

/// So much content is gathered before a chunk is written. What follows is compressed with what came before in mind, so that
/// short chunks cost little.
const CHUNK: usize = 16 << 10;

/// Writes a tape, record by record.
pub(crate) struct Writer<W> {
    file: W,
    encoder: Encoder<'static>,
    content: Vec<u8>,
    /// Numbers of the bodies that were written, by their SHA-256.
    bodies: HashMap<[u8; 32], u32>,
    hash: Sha256,
    written: u64,
    budget: Budget,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(file: W) -> io::Result<Self> {
        let mut writer = Writer {
            file,
            encoder: encoders::take()?,
            content: Vec::new(),
            bodies: HashMap::new(),
            hash: Sha256::new(),
            written: 0,
            budget: Budget::default(),
        };
        writer.put(MAGIC)?;
        Ok(writer)
    }

    /// Writes a body, unless it was written before; answers its number.
    pub(crate) fn body(&mut self, bytes: &[u8]) -> io::Result<u32> {
        if bytes.len() > MAX_BODY {
            return Err(other(format!("a body has {} bytes; at most {MAX_BODY} can be kept", bytes.len())));
        }
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        if let Some(known) = self.bodies.get(&digest) {
            return Ok(*known);
        }
        let number = u32::try_from(self.bodies.len()).map_err(other)?;
        self.record(Kind::Body, bytes)?;
        self.bodies.insert(digest, number);
        Ok(number)
    }

    pub(crate) fn header(&mut self, header: &Header) -> io::Result<()> {
        self.json(Kind::Header, &Header { format: FORMAT.to_owned(), ..header.clone() })?;
        self.flush()
    }

    pub(crate) fn unit(&mut self, unit: &Unit) -> io::Result<()> {
        self.json(Kind::Unit, unit)
    }

    pub(crate) fn call(&mut self, call: &Call) -> io::Result<()> {
        self.json(Kind::Call, call)
    }

    pub(crate) fn unit_end(&mut self, end: &UnitEnd) -> io::Result<()> {
        self.json(Kind::UnitEnd, end)
    }

    /// Writes the last record, if there is one, and all that is pending; answers the file, its SHA-256 and its length.
    pub(crate) fn end(mut self, end: Option<&End>) -> io::Result<(W, [u8; 32], u64)> {
        if let Some(end) = end {
            self.json(Kind::End, end)?;
        }
        self.flush()?;
        encoders::put_back(self.encoder);
        Ok((self.file, self.hash.finalize().into(), self.written))
    }

    /// Writes what is pending as a chunk.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let content = std::mem::take(&mut self.content);
        for part in content.chunks(MAX_CONTENT) {
            self.chunk(part)?;
        }
        self.file.flush()
    }

    fn json(&mut self, kind: Kind, value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_vec(value).map_err(other)?;
        if json.len() > MAX_JSON {
            return Err(other(format!("a record has {} bytes; at most {MAX_JSON} can be kept", json.len())));
        }
        self.record(kind, &json)
    }

    fn record(&mut self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).map_err(other)?;
        self.budget.record(kind, payload);
        self.content.push(kind as u8);
        self.content.extend_from_slice(&length.to_le_bytes());
        self.content.extend_from_slice(payload);
        if self.content.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn chunk(&mut self, content: &[u8]) -> io::Result<()> {
        let stored = self.compress(content)?;
        let lengths = [content_length(&stored)?, content_length(content)?].concat();
        let checksum = chunk::checksum(&lengths, &stored);
        let chunk = [&lengths[..], &checksum.to_le_bytes(), &stored].concat();
        // What no reader would take is not written, so that what was written before can be read.
        let length = self.written + chunk.len() as u64;
        if length > MAX_FILE_BYTES {
            return Err(other(format!("the tape would have more than {MAX_FILE_BYTES} bytes")));
        }
        self.budget.chunk(content.len());
        self.budget.check(length).map_err(other)?;
        self.put(&chunk)
    }

    /// All that stands for the content, so that a reader needs nothing more to see all of it.
    fn compress(&mut self, content: &[u8]) -> io::Result<Vec<u8>> {
        let mut stored = Vec::with_capacity(content.len() / 4 + 1024);
        let mut input = InBuffer::around(content);
        while input.pos() < content.len() {
            stored.reserve(64 << 10);
            let at = stored.len();
            self.encoder.run(&mut input, &mut OutBuffer::around_pos(&mut stored, at))?;
        }
        loop {
            stored.reserve(64 << 10);
            let at = stored.len();
            if self.encoder.flush(&mut OutBuffer::around_pos(&mut stored, at))? == 0 {
                return Ok(stored);
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.written += bytes.len() as u64;
        Ok(())
    }
}

fn content_length(bytes: &[u8]) -> io::Result<[u8; 4]> {
    Ok(u32::try_from(bytes.len()).map_err(other)?.to_le_bytes())
}

fn other(problem: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(problem)
}
