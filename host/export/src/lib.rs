//! A report in the formats of others. Pure: bytes in memory, no I/O, no clock.
//!
//! [`export`] writes a [`touchstone_report::Report`] in a [`Format`]; `docs/formats.md` says, for each format, what of the report
//! becomes what, and why. Three rules hold in all of them:
//!
//! - **Green is PASS, and nothing else.** What a reader takes for the outcome as a whole is good only if every version of the
//!   report is PASS. DNF and MISS are never shown as passed.
//! - **Only what decides can make it red.** Testcases of targets other than `main`, and those that are waived, are there with
//!   their verdicts, in a way that readers do not count as failures.
//! - **Equal reports give equal bytes**: identifiers follow from the report, and times are those that it holds.
//!
//! Texts of clouds, checks and people go through [`touchstone_report::printable`] and the rules of the format.

#![forbid(unsafe_code)]

mod context;
mod ctrf;
mod durations;
mod entries;
mod export;
mod format;
pub mod html;
mod identifiers;
mod junit;
pub mod markdown;
mod oscal;
mod places;
mod sarif;
mod scs;
mod texts;
mod view;

pub use context::{Context, ManifestFile};
pub use export::{ExportError, export};
pub use format::{Format, UnknownFormat};
pub use scs::{Differing, ScsContext, ScsError, scs, scs_differing};
