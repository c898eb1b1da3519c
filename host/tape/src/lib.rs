//! Tapes: what the checks of one run asked for and what they saw, in a file from which their verdicts can be recomputed,
//! on any machine, without the cloud.
//!
//! [`Recorder`] writes a tape while a run goes on; [`Tape`] is one that was read. This crate knows the file, and what is in
//! it as the guest sees it; it knows no HTTP and no WebAssembly. `docs/tape.md` describes the format for others.
//!
//! - **Nothing but what checks saw**, and what a report says of the run. No token, no password, no header of the host's own.
//! - **Append-only.** The file is a row of chunks, each with a checksum. A tape that was cut off (a crash, a full disk) is
//!   read up to its last whole chunk, and says so.
//! - **Content that occurs many times is stored once.** Bodies are records of their own, which calls name by number.
//! - **Nothing in a tape is believed.** Sizes are bounded before anything is allocated, order is checked, and a body can be
//!   named only after it was read, so that there are no cycles.

#![forbid(unsafe_code)]

mod budget;
mod chunk;
mod encoders;
mod read;
mod record;
mod recorder;
#[cfg(feature = "redact")]
mod redact;
#[cfg(test)]
mod samples;
mod tape;
mod threads;
mod write;

pub use chunk::{MAX_EXPANSION, MAX_FILE_BYTES};
pub use read::{Damage, TapeError};
pub use record::{
    Answer, Attestation, Call, CallResult, Did, End, Endpoint, Evidence, Failure, Header, How, Identity,
    Limits, Redacted, Request, Service, Unit, UnitEnd,
};
pub use recorder::{Recorded, Recorder, Track};
#[cfg(feature = "redact")]
pub use redact::{Done, Rules, RulesError, redact};
pub use tape::{Tape, TapeUnit};
