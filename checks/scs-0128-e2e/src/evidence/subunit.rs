//! Subunit, version 2: a stream of packets, each with an event of a test.
//!
//! See <https://github.com/testing-cabal/subunit#version-2>. No maintained crate reads it.

use crate::results::{Outcome, Results};

/// The first byte of each packet.
pub(super) const SIGNATURE: u8 = 0xb3;

const VERSION_2: u16 = 0x2;
const HAS_TEST_ID: u16 = 0x0800;
const HAS_ROUTE: u16 = 0x0400;
const HAS_TIMESTAMP: u16 = 0x0200;
const HAS_TAGS: u16 = 0x0080;
const HAS_FILE: u16 = 0x0040;
const HAS_MIME_TYPE: u16 = 0x0020;
const RESERVED: u16 = 0x0008;
const STATUS: u16 = 0x0007;
/// Signature and flags.
const BEFORE_LENGTH: usize = 3;
const CRC: usize = 4;

/// Reads a stream.
pub(super) fn read(bytes: &[u8], results: &mut Results<'_>) -> Result<(), String> {
    let mut at = 0;
    while at < bytes.len() {
        let (packet, length) = Packet::read(&bytes[at..]).map_err(|fault| {
            format!("the subunit stream is damaged at byte {}: {}", at + fault.offset, fault.what)
        })?;
        packet.tell(results);
        at += length;
    }
    Ok(())
}

struct Packet<'a> {
    status: u16,
    test_id: Option<&'a str>,
    file: Option<(&'a str, &'a [u8])>,
}

/// What is wrong, and where in the packet.
struct Fault {
    offset: usize,
    what: String,
}

impl<'a> Packet<'a> {
    /// Reads the packet at the beginning of these bytes, and says how long it is.
    fn read(bytes: &'a [u8]) -> Result<(Self, usize), Fault> {
        if bytes[0] != SIGNATURE {
            let what = format!(
                "a packet begins with 0xb3, not with 0x{:02x}; is there other output in it?",
                bytes[0]
            );
            return Err(Fault { offset: 0, what });
        }
        let mut header = Fields { bytes, at: 1 };
        let flags = header.two_bytes()?;
        match flags >> 12 {
            VERSION_2 => {}
            version => return Err(Fault { offset: 1, what: format!("version {version}, which is not 2") }),
        }
        if flags & RESERVED != 0 {
            return Err(Fault { offset: 1, what: "a flag is set that version 2 does not have".into() });
        }
        let length = header.number()?;
        if length < header.at + CRC {
            return Err(Fault {
                offset: BEFORE_LENGTH,
                what: format!("a packet of {length} bytes, which is too short"),
            });
        }
        let Some(packet) = bytes.get(..length) else {
            let what =
                format!("a packet of {length} bytes, of which {} are there: the end is missing", bytes.len());
            return Err(Fault { offset: BEFORE_LENGTH, what });
        };
        let (content, stored) = packet.split_at(length - CRC);
        let computed = crc32fast::hash(content).to_be_bytes();
        if computed != stored {
            return Err(Fault { offset: length - CRC, what: "the checksum of the packet is wrong".into() });
        }
        let body = Fields { bytes: content, at: header.at };
        Ok((body.packet(flags)?, length))
    }

    fn tell(&self, results: &mut Results<'_>) {
        let Some(id) = self.test_id else { return };
        if let Some((name, content)) = self.file
            && (name == "reason" || name.starts_with("traceback"))
        {
            results.detail(id, content);
        }
        match self.status {
            2 => results.begin(id),
            3 => results.end(id, Outcome::Passed),
            4 => results.end(id, Outcome::UnexpectedSuccess),
            5 => results.end(id, Outcome::Skipped),
            6 => results.end(id, Outcome::Failed),
            7 => results.end(id, Outcome::ExpectedFailure),
            // 0: no word on the status; 1: the test exists, which says nothing of a run.
            _ => {}
        }
    }
}

struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn packet(mut self, flags: u16) -> Result<Packet<'a>, Fault> {
        let has = |flag: u16| flags & flag != 0;
        if has(HAS_TIMESTAMP) {
            self.take(4)?;
            self.number()?;
        }
        let test_id = if has(HAS_TEST_ID) { Some(self.text()?) } else { None };
        if has(HAS_TAGS) {
            for _ in 0..self.number()? {
                self.text()?;
            }
        }
        if has(HAS_MIME_TYPE) {
            self.text()?;
        }
        let mut file = None;
        if has(HAS_FILE) {
            let name = self.text()?;
            let length = self.number()?;
            file = Some((name, self.take(length)?));
        }
        if has(HAS_ROUTE) {
            self.text()?;
        }
        match self.bytes.len() - self.at {
            0 => Ok(Packet { status: flags & STATUS, test_id, file }),
            left => Err(self.fault(format!("{left} bytes more than the fields of the packet have"))),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..length));
        let taken = taken.ok_or_else(|| self.fault("the stream or the packet ends within a field".into()))?;
        self.at += length;
        Ok(taken)
    }

    fn two_bytes(&mut self) -> Result<u16, Fault> {
        Ok(self.take(2)?.iter().fold(0, |value, byte| value << 8 | u16::from(*byte)))
    }

    /// A number of one to four bytes: how many more there are is in the first two bits.
    fn number(&mut self) -> Result<usize, Fault> {
        let first = self.take(1)?[0];
        let more = self.take(usize::from(first >> 6))?;
        Ok(more.iter().fold(usize::from(first & 0x3f), |value, byte| value << 8 | usize::from(*byte)))
    }

    fn text(&mut self) -> Result<&'a str, Fault> {
        let length = self.number()?;
        let start = self.at;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|error| Fault {
            offset: start + error.valid_up_to(),
            what: "a text is not UTF-8".into(),
        })
    }

    fn fault(&self, what: String) -> Fault {
        Fault { offset: self.at, what }
    }
}
