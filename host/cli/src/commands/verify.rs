use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use touchstone_report::{Report, STATEMENT_TYPE, printable};
use touchstone_runner::{Flaw, Part, RecordedRun, incompleteness, selection_of_report};
use touchstone_scope::{Manifest, Sha256};
use touchstone_sign::AllowedSigners;

use super::sign::{NAMESPACE, beside, read_report, read_text, statement_of};
use super::{components, stores};
use crate::args::{ComponentArgs, VerifyArgs};
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Says whether a report holds, in one line; or exactly what does not.
pub(crate) async fn verify(args: VerifyArgs) -> Result<Exit, Failure> {
    let text = match read_report(&args.report) {
        // As good as no report: it was one, and was changed.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return Ok(refuse(&[Flaw::new(Part::Report, error.to_string())], None));
        }
        text => text.map_err(|error| Exit::Usage.because(format!("{}: {error}", args.report.display())))?,
    };
    let report = match Report::parse(&text) {
        Ok(report) => report,
        Err(error) => return Ok(refuse(&[Flaw::new(Part::Report, error.to_string())], None)),
    };
    let mut flaws = incompleteness(&report);
    let signers = match &args.allowed_signers {
        None => None,
        Some(file) => match signatures(&args.report, &text, &report, file)? {
            Ok(signers) => Some(signers),
            Err(problems) => {
                flaws.extend(problems.into_iter().map(|problem| (Part::Signature, problem)).map(flaw));
                None
            }
        },
    };
    let run = tape(&args.tape, &report).map_err(|flaw| flaws.push(flaw)).ok();
    let scope = Scope::find(&args, &report)?;
    let manifest = scope.manifest(&report).map_err(|flaw| flaws.push(flaw)).ok();
    let (Some(run), Some(manifest)) = (run, manifest) else {
        return Ok(refuse(&flaws, Some("the verdicts were not computed again")));
    };
    match recompute(&text, &report, &run, manifest, &scope, &args.components).await? {
        Ok(()) if flaws.is_empty() => {
            terminal::print(&what_holds(&report, signers.as_deref()));
            Ok(Exit::Pass)
        }
        Ok(()) => Ok(refuse(&flaws, Some("what the report says was computed again, and is right"))),
        Err(differences) => {
            flaws.extend(differences);
            Ok(refuse(&flaws, None))
        }
    }
}

fn flaw((part, problem): (Part, String)) -> Flaw {
    Flaw { part, problem }
}

fn refuse(flaws: &[Flaw], note: Option<&str>) -> Exit {
    let mut text = "NOT verified\n".to_owned();
    for Flaw { part, problem } in flaws {
        for (i, line) in problem.lines().enumerate() {
            let label = if i == 0 { format!("{}:", part.as_str()) } else { String::new() };
            text += &format!("  {label:<14}{}\n", printable(line));
        }
    }
    if let Some(note) = note {
        text += &format!("  {note}\n");
    }
    terminal::print(&text);
    Exit::Fail
}

/// One line.
fn what_holds(report: &Report, signers: Option<&str>) -> String {
    let versions: Vec<String> = report
        .versions
        .iter()
        .map(|(name, version)| format!("{} {}", printable(name), version.verdict.word()))
        .collect();
    let testcases: usize = report
        .versions
        .values()
        .flat_map(|version| version.targets.values())
        .map(|target| target.pass.len() + target.fail.len() + target.dnf.len() + target.miss.len())
        .sum();
    let signed = signers.map_or("; no signature was asked for".to_owned(), |signers| {
        format!("; signed by {}", printable(signers))
    });
    let replayed = report.replay.as_ref().map(|replay| {
        let scope = replay.recorded_scope.as_ref().map(|_| " of a run against another scope");
        let redacted = replay.redacted.as_ref().map(|_| " of a tape from which something was taken out");
        let others = match report.other_checks().len() {
            0 => String::new(),
            count => format!(" with {count} checks that are not those of the run"),
        };
        format!(", in a replay{}{}{others}", scope.unwrap_or_default(), redacted.unwrap_or_default())
    });
    let replayed = replayed.unwrap_or_default();
    let day = jiff::tz::Offset::UTC.to_datetime(report.run.started_at).date();
    let run_on = if day == report.reference_date { String::new() } else { format!(" (it was run on {day})") };
    let only = match report.run.selected.as_ref().and_then(|selected| selected.version.as_ref()) {
        Some(version) => format!(" (only version {} was asked for)", printable(version)),
        None => String::new(),
    };
    format!(
        "verified: {} against {} as of {}{run_on}{replayed}: {}{only}; all {testcases} verdicts on testcases were computed again from the tape with {} components{signed}\n",
        printable(&report.subject),
        printable(&report.scope.name),
        report.reference_date,
        versions.join(", "),
        report.components.len(),
    )
}

/// The tape, if it is the one that the report names.
fn tape(file: &Path, report: &Report) -> Result<RecordedRun, Flaw> {
    let flaw = |problem: String| Flaw::new(Part::Tape, problem);
    let Some(named) = &report.tape else {
        let why = report.tape_problem.as_ref().map(|problem| format!(": {problem}")).unwrap_or_default();
        return Err(flaw(format!("the report names no tape{why}")));
    };
    let run = RecordedRun::open(file).map_err(|refused| flaw(refused.to_string()))?;
    let found = run.reference();
    if found == *named {
        return Ok(run);
    }
    let mut problem = format!(
        "{} is {} ({} bytes), the report names {} ({} bytes)",
        file.display(),
        found.sha256,
        found.bytes,
        named.sha256,
        named.bytes
    );
    if let Some(damage) = run.damage() {
        problem += &format!("; {damage}");
    }
    if let Some(redacted) = run.tape().header.redacted.as_ref() {
        problem += &format!("; it says that it is a redacted copy of {}", redacted.original);
    }
    Err(flaw(problem))
}

/// Where manifest and components are.
struct Scope {
    /// None if no manifest that comes along is the one of the report.
    file: Option<PathBuf>,
    stores: Vec<touchstone_store::Store>,
    /// What comes along, written to disk for as long as it is needed.
    _folder: Option<tempfile::TempDir>,
}

impl Scope {
    fn find(args: &VerifyArgs, report: &Report) -> Result<Self, Failure> {
        if let Some(file) = &args.scope {
            let stores = stores::open(&args.components.stores.store, file)?;
            return Ok(Scope { file: Some(file.clone()), stores, _folder: None });
        }
        let ours = |error: std::io::Error| Exit::OwnFault.because(error);
        let folder = tempfile::tempdir().map_err(ours)?;
        touchstone_embedded::SCOPES.write_to(folder.path()).map_err(ours)?;
        touchstone_embedded::PUBLISHED.write_to(folder.path()).map_err(ours)?;
        let fits = |content: &[u8]| Sha256::of(content).to_string() == report.scope.digest;
        let file = touchstone_embedded::SCOPES.iter().find(|(_, content)| fits(content));
        let file = file.map(|(path, _)| folder.path().join(path));
        let along = vec![folder.path().join("checks/published")];
        let named =
            if args.components.stores.store.is_empty() { &along } else { &args.components.stores.store };
        let stores = stores::open(named, folder.path())?;
        Ok(Scope { file, stores, _folder: Some(folder) })
    }

    /// The manifest, if it is the one that the report names.
    fn manifest(&self, report: &Report) -> Result<Manifest, Flaw> {
        let flaw = |problem: String| Flaw::new(Part::Scope, problem);
        let Some(file) = &self.file else {
            return Err(flaw(format!(
                "no manifest that comes along is {}; name the manifest of {} with --scope",
                report.scope.digest, report.scope.name
            )));
        };
        let text = std::fs::read(file).map_err(|error| flaw(format!("{}: {error}", file.display())))?;
        let found = Sha256::of(&text).to_string();
        if found != report.scope.digest {
            let named = &report.scope.digest;
            return Err(flaw(format!("{} is {found}, the report names {named}", file.display())));
        }
        let text = String::from_utf8(text).map_err(|error| flaw(format!("{}: {error}", file.display())))?;
        Manifest::parse(&file.display().to_string(), &text).map_err(|error| flaw(error.to_string()))
    }
}

async fn recompute(
    text: &str,
    report: &Report,
    run: &RecordedRun,
    manifest: Manifest,
    scope: &Scope,
    sources: &ComponentArgs,
) -> Result<Result<(), Vec<Flaw>>, Failure> {
    let file = scope.file.as_deref().unwrap_or(Path::new("")).display().to_string();
    let runner = components::runner_of(sources.trust.as_deref(), scope.stores.clone())?;
    let selection = match selection_of_report(report) {
        Ok(selection) => selection,
        Err(flaw) => return Ok(Err(vec![flaw])),
    };
    let task = match run.task(Arc::new(manifest), file, selection) {
        Ok(task) => task,
        Err(refused) => return Ok(Err(vec![Flaw::new(Part::Report, refused.to_string())])),
    };
    Ok(runner.recompute(text, run, &task).await.map(drop))
}

/// Who signed the report and the statement about it, or why nobody did who may.
fn signatures(
    file: &Path,
    text: &str,
    report: &Report,
    allowed: &Path,
) -> Result<Result<String, Vec<String>>, Failure> {
    let wrong =
        |error: &dyn std::fmt::Display| Exit::Usage.because(format!("{}: {error}", allowed.display()));
    let signers = read_text(allowed, 1 << 20).map_err(|error| wrong(&error))?;
    let signers = AllowedSigners::parse(&signers).map_err(|error| wrong(&error))?;
    let now = Timestamp::now();
    let (signature, envelope) = (beside(file, "sig"), beside(file, "dsse"));
    let read = |file: &Path| read_text(file, 8 << 20).map_err(|error| format!("{}: {error}", file.display()));
    let of_report = read(&signature).and_then(|armored| {
        let signer = signers.verify(NAMESPACE, text.as_bytes(), &armored, now);
        signer.map_err(|error| format!("{}: {error}", signature.display()))
    });
    let of_statement = read(&envelope).and_then(|json| {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", envelope.display());
        let (signer, payload) =
            signers.verify_envelope(NAMESPACE, &json, now).map_err(|error| wrong(&error))?;
        if payload.payload_type != STATEMENT_TYPE {
            return Err(wrong(&format!("it is about {:?}, not {STATEMENT_TYPE:?}", payload.payload_type)));
        }
        if !is_about(&payload.payload, report, text) {
            return Err(wrong(&"the statement is not what this report, this tape and this scope make"));
        }
        Ok(signer)
    });
    Ok(match (of_report, of_statement) {
        (Ok(one), Ok(other)) if one == other => Ok(format!("{} ({})", one.principals, one.fingerprint)),
        (Ok(one), Ok(other)) => Ok(format!(
            "{} ({}), the statement by {} ({})",
            one.principals, one.fingerprint, other.principals, other.fingerprint
        )),
        (one, other) => Err(one.err().into_iter().chain(other.err()).collect()),
    })
}

/// Whether a statement is the one about this report, whatever it calls the files.
fn is_about(payload: &[u8], report: &Report, text: &str) -> bool {
    let Ok(statement) = touchstone_json::from_slice::<Value>(payload) else { return false };
    let name = |place: &str| statement.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    let expected = statement_of(report, text, &name("/subject/0/name"), &name("/subject/1/name"));
    payload == expected.as_bytes()
}
