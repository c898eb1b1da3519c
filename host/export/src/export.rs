//! One way into all formats.

use thiserror::Error;
use touchstone_report::{Report, json};

use crate::context::Context;
use crate::format::Format;
use crate::html;
use crate::markdown;
use crate::scs::{self, ScsContext, ScsError};
use crate::{ctrf, junit, oscal, sarif};

/// The report in a format: UTF-8, with a line break at the end. The same report and context give the same bytes.
///
/// # Errors
/// If the format cannot say what the report says, or needs to know more: SARIF needs the manifest of the report's scope, and the
/// SCS compliance monitor takes no report of a replay or of a narrowed run.
pub fn export(report: &Report, format: Format, context: &Context<'_>) -> Result<Vec<u8>, ExportError> {
    let text = match format {
        Format::Json => json(report),
        Format::Junit => junit::junit(report, context),
        Format::Sarif => sarif::sarif(report, context)?,
        Format::Oscal => oscal::oscal(report, context),
        Format::Ctrf => ctrf::ctrf(report, context),
        Format::Markdown => markdown::markdown(report, context),
        Format::Html => html::html(report, context),
        Format::Scs => {
            let subject = context.monitor_subject;
            scs::scs(report, &ScsContext { subject, scope_url: context.scope_url() })?
        }
    };
    Ok(text.into_bytes())
}

/// Why a report cannot be had in a format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// SARIF without a manifest.
    #[error(
        "SARIF says at which line of the scope manifest each testcase is asked for, and GitHub refuses results without a place; \
         name the manifest (`--scope SCOPE.yaml`)"
    )]
    NoManifest,
    /// The manifest is that of another scope.
    #[error("the manifest {path} is scope {found}, but the report is about scope {wanted}")]
    OtherScope {
        /// The file.
        path: String,
        /// The UUID in the manifest.
        found: String,
        /// The UUID in the report.
        wanted: String,
    },
    /// The SCS compliance monitor would take it for something else.
    #[error(transparent)]
    Scs(#[from] ScsError),
}
