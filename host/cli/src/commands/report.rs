use std::path::{Path, PathBuf};

use jiff::civil::Date;
use touchstone_export::{Context, ExportError, ManifestFile, export};
use touchstone_report::{Report, printable};
use touchstone_scope::{WaiverRules, Waivers};

use super::{scope, sign, today, waiver};
use crate::args::ReportCommand;
use crate::exit::{Exit, Failure};
use crate::terminal;

pub(crate) fn report(command: ReportCommand) -> Result<Exit, Failure> {
    match command {
        ReportCommand::Convert { report, to, output, scope, waivers, date } => {
            let report = read(&report)?;
            let manifest = scope.as_deref().map(scope::read).transpose()?;
            let report = match waivers.is_empty() {
                true => report,
                false => waived(&report, &waivers, date.unwrap_or_else(today))?,
            };
            let path = scope.map(|file| file.display().to_string()).unwrap_or_default();
            let manifest = manifest.as_ref().map(|manifest| ManifestFile { manifest, path: &path });
            let context = Context { manifest, ..Context::default() };
            let bytes = export(&report, to, &context).map_err(|error| match error {
                ExportError::NoManifest => Exit::Usage.because(error),
                _ => Exit::Refused.because(error),
            })?;
            write(output.as_deref(), &bytes)?;
            Ok(Exit::Pass)
        }
    }
}

/// The report beside waivers.
fn waived(report: &Report, files: &[PathBuf], on: Date) -> Result<Report, Failure> {
    let mut all = Waivers::default();
    let rules = WaiverRules { manifests: &[], on };
    for file in files {
        let waivers = waiver::read(file, &rules)?;
        all.extend(waivers);
    }
    Ok(report.with_waivers(&all, on))
}

fn read(file: &Path) -> Result<Report, Failure> {
    let name = printable(&file.display().to_string());
    let text = sign::read_report(file).map_err(|error| Exit::Usage.because(format!("{name}: {error}")))?;
    Report::parse(&text).map_err(|error| Exit::Refused.because(format!("{name}: {error}")))
}

fn write(file: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => std::fs::write(file, bytes)
            .map_err(|error| Exit::OwnFault.because(format!("{}: {error}", file.display()))),
        None => {
            terminal::print(&String::from_utf8_lossy(bytes));
            Ok(())
        }
    }
}
