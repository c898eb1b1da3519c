use std::path::{Path, PathBuf};

use touchstone_report::{NamedDigest, Report, STATEMENT_TYPE, statement};
use touchstone_scope::Sha256;
use touchstone_sign::{KeyError, SigningKey};

use super::run;
use crate::args::SignArgs;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// For what the signature of a report is good: `ssh-keygen -Y verify -n touchstone.report`.
pub(super) const NAMESPACE: &str = "touchstone.report";
/// Reports are larger only by mistake.
const MAX_REPORT_BYTES: u64 = 64 << 20;
/// A private key is a page.
const MAX_KEY_BYTES: u64 = 64 << 10;

/// Signs a report.
pub(crate) fn sign(args: &SignArgs) -> Result<Exit, Failure> {
    write(&args.report, &key(&args.key)?)?;
    Ok(Exit::Pass)
}

/// Reads a key.
pub(super) fn key(file: &Path) -> Result<SigningKey, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Exit::Usage.because(format!("{}: {error}", file.display()));
    let text = read_text(file, MAX_KEY_BYTES).map_err(|error| wrong(&error))?;
    let passphrase = std::env::var("TOUCHSTONE_KEY_PASSPHRASE").ok();
    SigningKey::parse(&text, passphrase.as_deref()).map_err(|error| match error {
        KeyError::NoPassphrase => wrong(&format!("{error}; put it into TOUCHSTONE_KEY_PASSPHRASE")),
        error => wrong(&error),
    })
}

/// Writes the signatures of a report beside it.
pub(super) fn write(file: &Path, key: &SigningKey) -> Result<(), Failure> {
    let text =
        read_report(file).map_err(|error| Exit::Usage.because(format!("{}: {error}", file.display())))?;
    let report = Report::parse(&text)
        .map_err(|error| Exit::Refused.because(format!("{}: {error}", file.display())))?;
    let signature = key
        .sign(NAMESPACE, text.as_bytes())
        .map_err(|error| Exit::OwnFault.because(format!("the report cannot be signed: {error}")))?;
    let name =
        file.file_name().map_or_else(|| "report.json".into(), |name| name.to_string_lossy().into_owned());
    let envelope = key.envelope(STATEMENT_TYPE, statement_of(&report, &text, &name, TAPE).as_bytes());
    for (ending, content) in [("sig", signature), ("dsse", envelope)] {
        let beside = beside(file, ending);
        run::write(&beside, content.as_bytes())?;
        terminal::note(&format!("signed by {}: {}", key.fingerprint(), beside.display()));
    }
    Ok(())
}

/// How a statement names the tape.
const TAPE: &str = "tape";

/// What is signed about a report.
pub(super) fn statement_of(report: &Report, text: &str, name: &str, tape_name: &str) -> String {
    let digest = |name: &str, sha256: String| NamedDigest { name: name.to_owned(), sha256 };
    let tape = report.tape.as_ref().map(|tape| digest(tape_name, tape.sha256.clone()));
    statement(report, &digest(name, Sha256::of(text.as_bytes()).to_string()), tape.as_ref())
}

/// The file beside a report.
pub(super) fn beside(report: &Path, ending: &str) -> PathBuf {
    let mut name = report.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

pub(super) fn read_report(file: &Path) -> std::io::Result<String> {
    read_text(file, MAX_REPORT_BYTES)
}

/// A text, if it is not too long.
pub(super) fn read_text(file: &Path, most: u64) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(file)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(std::io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(text)
}
