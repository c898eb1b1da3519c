//! The YAML report of the SCS compliance monitor.
//!
//! The monitor (`compliance-monitor/` of `github:SovereignCloudStack/standards`, as of commit 077174d) reads from each document:
//! the subject, when it was checked, the UUIDs of scope and run, and what each invocation of a check found out about which
//! testcases. It judges the versions itself, by its own copy of the scope. `docs/monitor.md` says what was tried with it.
//!
//! What it cannot be told, and what is done about it:
//!
//! - **MISS** is what it does not know, so such testcases are left out; a result that it has from before goes on counting
//!   there for its lifetime.
//! - **A testcase has one result**, whatever the version of the scope. Where versions have different ones, it is told the worst
//!   of what was found out; and nothing, where one version has PASS and another MISS ([`scs_differing`] says where).
//!   Versions that the timeline does not show are none of its business.
//! - **A document has one date**. What people attested has the date of the attestation, and what was found out from evidence that of the
//!   evidence, so they get documents of their own, with identifiers that follow from that of the run.
//! - **It shows texts as HTML without escaping them**: what comes from clouds and checks is escaped here.
//!
//! Waivers are not applied: whoever runs the monitor approves results there.

mod documents;
mod results;
mod texts;

use jiff::civil::Date;
use jiff::tz::Offset;
use thiserror::Error;
use touchstone_report::Report;

pub use results::{Differing, scs_differing};

/// What a report does not say and the monitor wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScsContext<'a> {
    /// The name of the subject at the monitor. Default: that in the report.
    pub subject: Option<&'a str>,
    /// Where the manifest of the scope is, for people. Default: it is not said.
    pub scope_url: Option<&'a str>,
}

/// The report as the compliance monitor reads it: YAML, one document for what was checked in the run, and one for each moment
/// at which people attested something that still counts. The same report and context give the same text.
///
/// # Errors
/// If what the report says could be taken for something else: it comes of a tape, or was narrowed to one version of the scope, or
/// to the versions of another day. If nothing was found out.
pub fn scs(report: &Report, context: &ScsContext<'_>) -> Result<String, ScsError> {
    if report.replay.is_some() {
        return Err(ScsError::Replayed);
    }
    if let Some(version) = report.run.selected.as_ref().and_then(|selected| selected.version.clone()) {
        return Err(ScsError::OneVersion { version });
    }
    let day = Offset::UTC.to_datetime(report.run.started_at).date();
    // A run that begins at midnight may have taken the day before for today.
    if ![day, day.yesterday().unwrap_or(day)].contains(&report.reference_date) {
        return Err(ScsError::OtherDay { day, reference_date: report.reference_date });
    }
    let documents = documents::documents(report, context, &results::told(report));
    if documents.is_empty() {
        return Err(ScsError::Nothing);
    }
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_multiple_with_options(&documents, options)
        .map_err(|error| ScsError::Yaml { why: error.to_string() })
}

/// Why a report is not for the compliance monitor.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScsError {
    /// It comes of a tape.
    #[error("the report comes of a replay, not of the subject; the compliance monitor is told of runs only")]
    Replayed,
    /// It is about one version only.
    #[error(
        "the run was narrowed to version {version} of the scope; the compliance monitor keeps one result of a testcase for all \
         versions, and would take this one for the others, too: run without --scope-version"
    )]
    OneVersion {
        /// The version.
        version: String,
    },
    /// It is about the versions of another day.
    #[error(
        "the run of {day} judged the versions of {reference_date}; the compliance monitor would take its results for those of \
         today: run without --date"
    )]
    OtherDay {
        /// When it was run (UTC).
        day: Date,
        /// What counted as today.
        reference_date: Date,
    },
    /// Nothing was found out.
    #[error("every testcase is MISS: there is nothing that the compliance monitor could be told")]
    Nothing,
    /// It cannot be written.
    #[error("the report cannot be written as YAML: {why}")]
    Yaml {
        /// Why.
        why: String,
    },
}

#[cfg(test)]
mod tests;
