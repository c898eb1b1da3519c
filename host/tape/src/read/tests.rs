//! That nothing is read which was not written. Tapes that somebody forged are in `tests/hostile`.

use super::*;
use crate::samples;

mod damaged;
mod round_trip;

#[test]
fn what_is_no_tape_is_said_to_be_none() {
    for bytes in [&b""[..], b"t0", b"touchstone tape 2\n", b"{\"report\": 1}", &[0; 100]] {
        let error = Tape::read(bytes).unwrap_err();
        assert!(matches!(error, TapeError::NotATape), "{error}");
    }
    let error = Tape::read(&b"touchstone ta"[..]).unwrap_err();
    assert!(matches!(error, TapeError::NoHeader(Damage { at: 0, chunks: 0, changed: false })), "{error}");
    assert!(error.to_string().contains("was cut off at byte 0"), "{error}");
    let missing = Tape::open(Path::new("/nonexistent/x.tape")).unwrap_err();
    assert!(matches!(missing, TapeError::Io(_)), "{missing}");
}

/// Its reads fail, or answer one byte at a time and are interrupted.
struct Slow<'b> {
    bytes: &'b [u8],
    reads: usize,
    fails_at: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        match self.reads {
            reads if reads == self.fails_at => Err(io::Error::other("the disk is on fire")),
            reads if reads % 2 == 0 => Err(io::ErrorKind::Interrupted.into()),
            _ => {
                let length = buffer.len().min(1);
                self.bytes.read(&mut buffer[..length])
            }
        }
    }
}

#[test]
fn slow_disks_are_read_and_broken_ones_are_told() {
    let bytes = samples::tape_of(2, 6);
    let tape = Tape::read(Slow { bytes: &bytes, reads: 0, fails_at: usize::MAX }).unwrap();
    assert_eq!((tape.damage, tape.bytes), (None, bytes.len() as u64));
    let error = Tape::read(Slow { bytes: &bytes, reads: 0, fails_at: bytes.len() }).unwrap_err();
    assert_eq!(error.to_string(), "the disk is on fire");
}

/// After all that is whole, the source goes on for ever.
#[test]
fn no_more_is_read_than_a_tape_may_have() {
    let mut bytes = samples::tape_of(1, 1);
    bytes.push(0);
    let error = Tape::read(bytes.chain(io::repeat(0))).unwrap_err();
    assert!(error.to_string().contains("bytes or more; at most 268435456 are read"), "{error}");
}

#[test]
fn the_digest_is_that_of_the_file() {
    let bytes = samples::tape_of(1, 3);
    for length in [bytes.len(), bytes.len() - 1] {
        let tape = Tape::read(&bytes[..length]).unwrap();
        assert_eq!(tape.sha256, <[u8; 32]>::from(Sha256::digest(&bytes[..length])));
        assert_eq!(tape.digest().len(), "sha256:".len() + 64);
        assert_eq!(tape.bytes, length as u64);
    }
}
