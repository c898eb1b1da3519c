//! Handing reports on.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use touchstone_export::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Write a report in another format (docs/formats.md).
    Convert {
        /// The report, as `touchstone run -o` writes it.
        #[arg(value_name = "REPORT.json")]
        report: PathBuf,
        /// json, junit, sarif, oscal, ctrf, markdown, html, or scs (for the SCS compliance monitor).
        #[arg(long, value_name = "FORMAT")]
        to: Format,
        /// Where to write it [default: standard output].
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// The manifest of the scope, from which SARIF, OSCAL and CTRF know where testcases are asked for. SARIF needs it; for
        /// GitHub, give its path from the root of the repository.
        #[arg(long, value_name = "SCOPE.yaml")]
        scope: Option<PathBuf>,
        /// Waivers (docs/waivers.md). May be repeated.
        #[arg(long, value_name = "FILE")]
        waivers: Vec<PathBuf>,
        /// The date that counts as today for waivers, in UTC [default: today].
        #[arg(long, value_name = "YYYY-MM-DD", requires = "waivers")]
        date: Option<Date>,
    },
}
