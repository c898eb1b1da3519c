//! Runs a scope against a subject: one stream of events, one report.
//!
//! [`Runner::run`] takes a [`Job`] through four steps: *admit* every component that the plan needs (a refusal ends the
//! run before anything is sent), *reach* the subject (one that cannot be reached makes everything DNF), *run* every
//! check concurrently in an instance of its own and remove what it created, *compose* the report. What happens on the way is told
//! as [`Event`]s. [`Runner::replay`] does the same from the tape of a [`RecordedRun`], and [`Runner::recompute`] tells whether a
//! report is what comes of it; [`Runner::compare`] tells what another component of a check would have said.

mod admit;
mod alike;
mod changes;
mod checks;
mod compare;
mod compose;
mod event;
mod inputs;
mod job;
mod library;
mod limits;
mod listen;
mod reach;
mod recorded;
mod replay;
mod run;
mod stop;
mod told;
mod trust;
mod verify;

pub use admit::Refused;
pub use changes::{Changed, changes};
pub use event::{Event, Thing, VersionVerdict};
pub use inputs::{InputError, attestations};
pub use job::{Evidence, Job, Task};
pub use library::Sources;
pub use limits::Ceiling;
pub use recorded::RecordedRun;
pub use run::Runner;
pub use stop::Stop;
pub use trust::{digest_of, explain};
pub use verify::{Flaw, Part, incompleteness, selection_of_report};
