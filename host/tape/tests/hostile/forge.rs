//! Tapes that no recorder writes, with checksums that are right.

use std::io::Write as _;

use zstd::stream::write::Encoder;

pub(crate) const HEADER: u8 = 1;
pub(crate) const UNIT: u8 = 2;
pub(crate) const BODY: u8 = 3;
pub(crate) const CALL: u8 = 4;
pub(crate) const UNIT_END: u8 = 5;
pub(crate) const END: u8 = 6;

pub(crate) const MIB: usize = 1 << 20;

/// The head of a record with a length that it may have or not.
pub(crate) fn head(kind: u8, length: u32) -> Vec<u8> {
    [&[kind][..], &length.to_le_bytes()].concat()
}

pub(crate) fn record(kind: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    [head(kind, u32::try_from(payload.len()).unwrap()), payload.to_vec()].concat()
}

pub(crate) fn header() -> Vec<u8> {
    header_with("null")
}

/// A header with that report.
pub(crate) fn header_with(report: &str) -> Vec<u8> {
    record(
        HEADER,
        format!(
            r#"{{"format":"touchstone.tape/v1","reference_time":0,"prefix":"","catalog":[],"report":{report}}}"#
        ),
    )
}

pub(crate) fn unit(number: u32) -> Vec<u8> {
    let limits = r#"{"wall_ms":0,"memory_bytes":0,"findings":0,"outcomes":0,"log_bytes":0,"call_bytes":0,"handles":0}"#;
    record(
        UNIT,
        format!(
            r#"{{"unit":{number},"check":"","version":"","component":"","parameters":{{}},"assets":{{}},"evidence":[],"grants":[],"testcases":[],"limits":{limits}}}"#
        ),
    )
}

pub(crate) fn pause(unit: u32) -> Vec<u8> {
    record(CALL, format!(r#"{{"unit":{unit},"at_ms":0,"ms":0,"did":{{"pause":{{"ms":0}}}}}}"#))
}

/// A call whose request and answer name bodies.
pub(crate) fn call(unit: u32, sent: u32, answered: u32) -> Vec<u8> {
    let request = format!(r#"{{"service":"","method":"GET","path":"/","body":{sent}}}"#);
    let result = format!(r#"{{"answer":{{"status":200,"attempts":1,"body":{answered}}}}}"#);
    let did = format!(r#"{{"call":{{"request":{request},"result":{result}}}}}"#);
    record(CALL, format!(r#"{{"unit":{unit},"at_ms":0,"ms":0,"did":{did}}}"#))
}

/// A creation whose request, undo and answer name bodies.
pub(crate) fn create(sent: u32, undone: u32, answered: u32) -> Vec<u8> {
    let request = |body: u32| format!(r#"{{"service":"","method":"POST","path":"/","body":{body}}}"#);
    let result = format!(r#"{{"answer":{{"status":200,"attempts":1,"body":{answered}}}}}"#);
    let (sent, undo) = (request(sent), request(undone));
    let did = format!(r#"{{"create":{{"request":{sent},"id_pointer":"","undo":{undo},"result":{result}}}}}"#);
    record(CALL, format!(r#"{{"unit":0,"at_ms":0,"ms":0,"did":{did}}}"#))
}

/// A probe whose answer names a body.
pub(crate) fn probe(answered: u32) -> Vec<u8> {
    let result = format!(r#"{{"answer":{{"status":200,"attempts":1,"body":{answered}}}}}"#);
    let did = format!(r#"{{"probe":{{"service":"","path":"/","result":{result}}}}}"#);
    record(CALL, format!(r#"{{"unit":0,"at_ms":0,"ms":0,"did":{did}}}"#))
}

pub(crate) fn unit_end(unit: u32, report: &str) -> Vec<u8> {
    record(
        UNIT_END,
        format!(r#"{{"unit":{unit},"how":"by-itself","said":0,"verdicts":{{}},"report":{report}}}"#),
    )
}

pub(crate) fn end() -> Vec<u8> {
    record(END, r#"{"report":null}"#)
}

/// A tape that is being forged.
pub(crate) struct Forge {
    pub(crate) file: Vec<u8>,
    encoder: Encoder<'static, Vec<u8>>,
}

impl Forge {
    pub(crate) fn new() -> Self {
        Self { file: b"touchstone tape 1\n".to_vec(), encoder: Encoder::new(Vec::new(), 1).unwrap() }
    }

    /// Whose compression has a window of so many bits.
    pub(crate) fn with_window(bits: u32) -> Self {
        let mut forge = Self::new();
        forge.encoder.window_log(bits).unwrap();
        forge
    }

    /// Adds content, in as many chunks as it takes.
    pub(crate) fn content(mut self, content: impl AsRef<[u8]>) -> Self {
        for part in content.as_ref().chunks(MIB) {
            let stored = self.compress(part);
            self = self.chunk(&stored, part.len());
        }
        self
    }

    pub(crate) fn compress(&mut self, content: &[u8]) -> Vec<u8> {
        self.encoder.write_all(content).unwrap();
        self.encoder.flush().unwrap();
        std::mem::take(self.encoder.get_mut())
    }

    /// Adds a chunk that stores this, and says that its content has that length.
    pub(crate) fn chunk(mut self, stored: &[u8], content: usize) -> Self {
        let lengths =
            [stored.len(), content].map(|length| u32::try_from(length).unwrap().to_le_bytes()).concat();
        let checksum = crc32fast::hash(&[&lengths, stored].concat());
        for part in [&lengths[..], &checksum.to_le_bytes(), stored] {
            self.file.extend_from_slice(part);
        }
        self
    }
}

/// The beginning of a Zstandard frame: a window of 8 MiB, no length, no checksum.
pub(crate) const FRAME: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3];

/// A block of a Zstandard frame that stores the bytes as they are.
pub(crate) fn raw_block(bytes: &[u8]) -> Vec<u8> {
    let head = u32::try_from(bytes.len() << 3).unwrap().to_le_bytes();
    [&head[..3], bytes].concat()
}

/// Blocks that stand for a mebibyte of zeros, in 32 bytes.
pub(crate) fn zeros() -> Vec<u8> {
    let head = u32::try_from(128 << 10 << 3 | 1 << 1).unwrap().to_le_bytes();
    [&head[..3], &[0]].concat().repeat(8)
}
