//! The report of a run: its model, its JSON and its rendering for people.
//!
//! [`Report`] is what a run leaves behind: one subject, one scope, every testcase that was asked for. Its JSON is a
//! contract for other programs (`docs/schemas/report.schema.json`); [`terminal`] is what a person reads. Everything
//! here is a pure function of the report: no input or output, no clock, no environment.
//!
//! Four rules that a reader of reports must know:
//!
//! - **Only target `main` decides** whether a scope version is passed (SCS-0003). `recommended` and `preview` are
//!   judged, listed and shown, marked as advisory, and have no say in the version's verdict or in the exit code.
//! - **No answer is never PASS.** A testcase without a result is MISS, one that could not finish is DNF; a report
//!   without any version passes nothing.
//! - **Results of versions never mix.** Where two versions give a testcase different parameters or assets, its
//!   results are in `versions.<v>.testcases` and not in the `testcases` at the top; [`Report::testcase`] looks in
//!   the right place.
//! - **A waiver never makes a PASS of what an effective version needs.** [`Report::with_waivers`] gives a copy in which
//!   verdicts on drafts, on what is deprecated, and on targets that do not decide are computed without what is waived;
//!   elsewhere waivers are only told. Results of testcases stay what they are.

#![forbid(unsafe_code)]

mod changes;
mod entries;
mod json;
mod judge;
mod kinds;
mod layout;
mod model;
mod printable;
mod statement;
mod terminal;
mod waivers;

pub use changes::{Change, changes_table};
pub use entries::{Entry, check_of, entries, groups, versions_by_state};
pub use json::{ParseError, json, json_schema};
pub use judge::{Judged, judge};
pub use kinds::{Kind, Place, common_requirement, kinds, resource_text};
pub use model::{
    Attested, Audit, Component, Document, Effect, Ephemeral, Evidence, Finding, Format, IgnoredOutcome, Left,
    Preflight, Replay, Report, Resource, Run, ScopeRef, Selected, Severity, Tape, TargetResult,
    TestcaseResult, Tool, Usage, VersionResult, Waived,
};
pub use printable::{cut, printable, printable_lines};
pub use statement::{NamedDigest, STATEMENT_TYPE, statement};
pub use terminal::{TerminalOptions, Verbosity, bytes, number, summary_line, terminal};
pub use waivers::ToldWaiver;
