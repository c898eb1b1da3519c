//! Scope manifests, their timeline, the plan of a run, and verdicts. Pure: no I/O.
//!
//! A manifest is read with [`Manifest::parse`], which tells all that is wrong with it at file, line and column
//! ([`Diagnostics`]). [`Manifest::plan`] says what a run has to do for a [`Selection`]; when verdicts on testcases are
//! there, [`PlannedVersion::score`] says those on targets and versions.
//!
//! ```no_run
//! use touchstone_scope::{Manifest, Selection};
//!
//! # fn example(text: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let manifest = Manifest::parse("scopes/scs-compatible-iaas.yaml", text)?;
//! let plan = manifest.plan(&Selection::on("2026-11-23".parse()?))?;
//! for unit in &plan.units {
//!     // run `unit.component` for `unit.testcases`
//! }
//! # Ok(())
//! # }
//! ```

mod attestation;
mod format;
mod lifetime;
mod limits;
mod manifest;
mod matrix;
mod pin;
mod plan;
mod score;
mod sha256;
mod waiver;
mod words;
mod yaml;

pub use attestation::{
    AttestError, Attestation, AttestationError, Attestations, AttestedDocument, AttestedVerdict, Standing,
};
pub use format::schema::json_schema;
pub use limits::{LimitError, LimitOverrides};
pub use manifest::{Asset, Check, Include, Manifest, Module, Required, Testcase, TimelineEntry, Version};
pub use matrix::{Coverage, Matrix, MatrixCell, MatrixColumn, MatrixRow};
pub use pin::{Pin, PinError, pin};
pub use plan::{NotRun, Plan, PlanError, PlannedVersion, ResultKey, Selection, Unit};
pub use score::{TargetScore, VersionScore};
pub use sha256::{Sha256, Sha256Error};
pub use touchstone_diagnostics::{Diagnostics, Problem, Span};
pub use waiver::{
    AcceptedWaivers, WaivedScope, Waiver, WaiverRules, Waivers, can_be_waived, waivers_json_schema,
};
pub use words::{Lifetime, Section, State, Target, UnknownWord, Verdict};
