use std::path::{Path, PathBuf};

use jiff::Timestamp;
use touchstone_runner::InputError;
use touchstone_scope::{Attestation, Attestations, AttestedDocument, AttestedVerdict as Attested, Sha256};

use super::scope;
use crate::args::{AttestArgs, AttestedVerdict};
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Writes an attestation to a file.
pub(crate) fn attest(args: &AttestArgs) -> Result<Exit, Failure> {
    let manifest = scope::read(&args.scope)?;
    let verdict = match args.verdict {
        AttestedVerdict::Pass => Attested::Pass,
        AttestedVerdict::Fail => Attested::Fail,
    };
    let at = Timestamp::now();
    let mut attestation = Attestation::new(&manifest, &args.testcase, &args.subject, verdict, &args.by, at)
        .map_err(|error| Exit::Usage.because(error))?;
    attestation.document = document(args)?;
    attestation.comment = args.comment.clone();
    let text = attestation.to_json();
    // What could not be read would be refused only when it is needed.
    Attestation::parse("this attestation", text.as_bytes()).map_err(|error| Exit::Usage.because(error))?;
    let file = args.output.clone().unwrap_or_else(|| file_name(&attestation).into());
    let mut new = std::fs::OpenOptions::new();
    let written = new
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| Exit::OwnFault.because(format!("{}: {error}", file.display())))?;
    let attested = manifest.attestable(&args.testcase).ok();
    let until = attested.map(|testcase| testcase.lifetime.expires_at(attestation.at));
    let until = until.map_or(String::new(), |until| format!(", counts until {until}"));
    terminal::print(&format!("{}  {}{until}\n", file.display(), attestation.sha256()));
    Ok(Exit::Pass)
}

/// Reads what `--attestations` names: files, and the `*.json` of folders.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Attestations, Failure> {
    touchstone_runner::attestations(paths).map_err(|error| match error {
        InputError::Malformed(_) => Exit::Refused.because(error),
        _ => Exit::Usage.because(error),
    })
}

fn document(args: &AttestArgs) -> Result<Option<AttestedDocument>, Failure> {
    let Some(url) = args.document.clone() else { return Ok(None) };
    let sha256 = match (&args.document_file, &args.document_sha256) {
        (Some(file), _) => Sha256::of(&std::fs::read(file).map_err(|error| wrong(file, error))?),
        (None, Some(hash)) => {
            hash.parse().map_err(|error| Exit::Usage.because(format!("--document-sha256 {hash}: {error}")))?
        }
        (None, None) => {
            return Err(Exit::Usage.because("--document needs --document-file or --document-sha256"));
        }
    };
    Ok(Some(AttestedDocument { url, sha256 }))
}

fn wrong(file: &Path, error: std::io::Error) -> Failure {
    Exit::Usage.because(format!("{}: {error}", file.display()))
}

/// A name that sorts well and is a name everywhere.
fn file_name(attestation: &Attestation) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
    };
    let day = attestation.at.strftime("%Y-%m-%d");
    format!("{}-{}-{day}.attestation.json", plain(&attestation.subject), plain(&attestation.testcase))
}
