//! Whatever a file holds: reading it as a tape ends well, and what was read can be looked at.
//!
//! An input is one of three things, so that the fuzzer gets behind checksums, compression and lengths:
//! - what begins as a tape does: a file. It is read as it is, and once more with the right checksums;
//! - `#` and a byte: the rest is content, put into chunks whose length the byte says;
//! - anything else: records, one a line, that begin with the digit of their kind. An empty line ends a chunk.
#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;
use touchstone_tape::{CallResult, Did, Request, Tape, TapeError};
use zstd::stream::write::Encoder;

const MAGIC: &[u8] = b"touchstone tape 1\n";
/// Length of a chunk's head: two lengths and a checksum.
const HEAD: usize = 12;

fuzz_target!(
    init: {
        // Were it refused, everything would be, and nothing found.
        let chunks = chunks_of_lines(include_bytes!("../seeds/tape/records.txt"));
        let tape = Tape::read(&framed(chunks.iter().map(Vec::as_slice))[..]).expect("the seed is a tape");
        assert!(tape.damage.is_none() && tape.units[0].calls.len() == 4, "the seed is a whole tape");
    },
    |input: &[u8]| run(input)
);

fn run(input: &[u8]) {
    match input {
        [b'#', length, content @ ..] => look(&framed(content.chunks(usize::from(*length) + 1))),
        _ if input.starts_with(MAGIC) => {
            look(input);
            look(&summed(input));
        }
        _ => look(&framed(chunks_of_lines(input).iter().map(Vec::as_slice))),
    }
}

/// A file that holds the chunks.
fn framed<'c>(chunks: impl Iterator<Item = &'c [u8]>) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    let mut encoder = Encoder::new(Vec::new(), 1).expect("level 1 exists");
    for chunk in chunks {
        encoder.write_all(chunk).and_then(|()| encoder.flush()).expect("there is memory for some kilobytes");
        let stored = std::mem::take(encoder.get_mut());
        let lengths = [length(&stored), length(chunk)].concat();
        file.extend_from_slice(&lengths);
        file.extend_from_slice(&checksum(&lengths, &stored));
        file.extend_from_slice(&stored);
    }
    file
}

/// The content of chunks: each line a record, its first byte the kind.
fn chunks_of_lines(text: &[u8]) -> Vec<Vec<u8>> {
    let mut chunks = vec![Vec::new()];
    for line in text.split(|byte| *byte == b'\n') {
        match (line, chunks.last_mut()) {
            ([kind, payload @ ..], Some(chunk)) => {
                chunk.push(kind.wrapping_sub(b'0'));
                chunk.extend_from_slice(&length(payload));
                chunk.extend_from_slice(payload);
            }
            _ => chunks.push(Vec::new()),
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// The file with the right checksum in each chunk that is whole.
fn summed(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let mut rest = &mut file[MAGIC.len()..];
    while rest.len() >= HEAD {
        let (head, behind) = rest.split_at_mut(HEAD);
        let stored = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some((stored, after)) = behind.split_at_mut_checked(stored) else { break };
        let right = checksum(&head[..8], stored);
        head[8..].copy_from_slice(&right);
        rest = after;
    }
    file
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).expect("inputs are small").to_le_bytes()
}

fn checksum(lengths: &[u8], stored: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(lengths);
    hasher.update(stored);
    hasher.finalize().to_le_bytes()
}

fn look(file: &[u8]) {
    match Tape::read(file) {
        Ok(tape) => {
            look_through(&tape, file);
            // Some place and some change; the same ones each time that the input is run.
            let some = crc32fast::hash(file) as usize;
            look_at_cut(&tape, &file[..some % file.len()]);
            if tape.damage.is_none() {
                look_at_flipped(file, some % file.len(), 1 << (some % 8));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Every number leads somewhere.
fn look_through(tape: &Tape, file: &[u8]) {
    assert_eq!(tape.bytes, file.len() as u64);
    assert!(tape.digest().starts_with("sha256:"));
    assert!(tape.damage.is_some() || tape.end.is_some(), "it is whole, and does not end");
    if let Some(damage) = &tape.damage {
        assert!(damage.at <= tape.bytes, "{damage}");
    }
    let known = |body: Option<u32>| {
        assert!(body.is_none_or(|body| (body as usize) < tape.bodies()), "body {body:?}");
        tape.body(body).len()
    };
    let of_request = |request: &Request| known(request.body);
    let of_result = |result: &CallResult| match result {
        CallResult::Answer(answer) => known(answer.body),
        CallResult::Error(failure) => failure.message.len(),
    };
    for evidence in tape.header.evidence.values() {
        known(Some(evidence.body));
    }
    for attestation in &tape.header.attestations {
        known(Some(attestation.body));
    }
    for (number, unit) in tape.units.iter().enumerate() {
        assert_eq!(unit.unit.unit as usize, number);
        assert!(unit.end.as_ref().is_none_or(|end| end.unit as usize == number));
        for call in &unit.calls {
            assert_eq!(call.unit as usize, number);
            match &call.did {
                Did::Call { request, result, .. } => of_request(request) + of_result(result),
                Did::Create { request, undo, result, .. } => {
                    of_request(request) + of_request(undo) + of_result(result)
                }
                Did::Probe { result, .. } => of_result(result),
                Did::UsedUp(failure) => failure.message.len(),
                Did::Pause { .. } => 0,
            };
        }
    }
}

/// The beginning of what can be read says the same as all of it, as far as it goes.
fn look_at_cut(tape: &Tape, beginning: &[u8]) {
    match Tape::read(beginning) {
        Ok(part) => {
            look_through(&part, beginning);
            assert_eq!(part.header, tape.header);
            assert!(part.units.len() <= tape.units.len());
            for (part, all) in part.units.iter().zip(&tape.units) {
                assert_eq!(part.unit, all.unit);
                assert!(all.calls.starts_with(&part.calls));
            }
        }
        Err(TapeError::NotATape | TapeError::NoHeader(_)) => {}
        Err(error) => panic!("cut off at {}: {error}", beginning.len()),
    }
}

/// A whole tape is not whole any more when one bit of it is another one.
fn look_at_flipped(file: &[u8], at: usize, bit: u8) {
    let mut file = file.to_vec();
    file[at] ^= bit;
    match Tape::read(&file[..]) {
        Ok(tape) => {
            look_through(&tape, &file);
            assert!(tape.damage.is_some(), "another bit at {at} is not seen");
        }
        Err(TapeError::NotATape | TapeError::NoHeader(_)) => {}
        Err(error) => panic!("another bit at {at}: {error}"),
    }
}
