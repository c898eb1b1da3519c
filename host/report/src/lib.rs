//! The report of a run: its model, its JSON and its rendering for people.
//!
//! [`Report`] is what a run leaves behind: one subject, one scope, every testcase that was asked for. Its JSON is a
//! contract for other programs (`docs/schemas/report.schema.json`); [`terminal`] is what a person reads. Everything
//! here is a pure function of the report: no input or output, no clock, no environment.
//!
//! Three rules that a reader of reports must know:
//!
//! - **Only target `main` decides** whether a scope version is passed (SCS-0003). `recommended` and `preview` are
//!   judged, listed and shown, marked as advisory, and have no say in the version's verdict or in the exit code.
//! - **No answer is never PASS.** A testcase without a result is MISS, one that could not finish is DNF; a report
//!   without any version passes nothing.
//! - **Results of versions never mix.** Where two versions give a testcase different parameters or assets, its
//!   results are in `versions.<v>.testcases` and not in the `testcases` at the top; [`Report::testcase`] looks in
//!   the right place.

#![forbid(unsafe_code)]

mod changes;
mod json;
mod judge;
mod layout;
mod model;
mod printable;
mod statement;
mod terminal;

pub use changes::{Change, changes_table};
pub use json::{ParseError, json, json_schema};
pub use judge::{Judged, judge};
pub use model::{
    Attested, Audit, Component, Document, Ephemeral, Evidence, Finding, Format, IgnoredOutcome, Left,
    Preflight, Replay, Report, Resource, Run, ScopeRef, Selected, Severity, Tape, TargetResult,
    TestcaseResult, Tool, Usage, VersionResult,
};
pub use printable::{cut, printable};
pub use statement::{NamedDigest, STATEMENT_TYPE, statement};
pub use terminal::{TerminalOptions, Verbosity, summary_line, terminal};
