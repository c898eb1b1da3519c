use std::path::Path;

use serde_json::json;
use touchstone_report::printable;
use touchstone_runner::RecordedRun;
use touchstone_tape::{Call, CallResult, Did, Request, Rules, Tape, TapeUnit, redact};

use super::sign::read_text;
use crate::args::TapeCommand;
use crate::exit::{Exit, Failure};
use crate::terminal;

pub(crate) fn tape(command: TapeCommand) -> Result<Exit, Failure> {
    match command {
        TapeCommand::Show { file, check, json_lines } => {
            let run = RecordedRun::open(&file).map_err(|refused| Exit::Refused.because(refused))?;
            let units: Vec<&TapeUnit> = run.tape().units.iter().collect();
            let wanted = |unit: &&TapeUnit| check.as_ref().is_none_or(|check| is_of(unit, check));
            let units: Vec<&TapeUnit> = units.into_iter().filter(wanted).collect();
            if let (Some(check), true) = (&check, units.is_empty()) {
                return Err(Exit::Usage.because(format!("no check {check} is on the tape")));
            }
            if json_lines {
                lines(run.tape(), &units);
            } else {
                terminal::print(&page(&run, &units));
            }
            Ok(Exit::Pass)
        }
        TapeCommand::Redact { file, rules, output } => take_out(&file, &rules, &output),
    }
}

/// Whether a unit is of a check, named as `ID` or `ID@VERSION`.
fn is_of(unit: &TapeUnit, check: &str) -> bool {
    match check.split_once('@') {
        Some((id, version)) => (unit.unit.check.as_str(), unit.unit.version.as_str()) == (id, version),
        None => unit.unit.check == check,
    }
}

fn take_out(file: &Path, rules: &Path, output: &Path) -> Result<Exit, Failure> {
    let tape =
        Tape::open(file).map_err(|error| Exit::Refused.because(format!("{}: {error}", file.display())))?;
    let wrong = |error: &dyn std::fmt::Display| Exit::Usage.because(format!("{}: {error}", rules.display()));
    let text = read_text(rules, 1 << 20).map_err(|error| wrong(&error))?;
    let rules = Rules::parse(&text).map_err(|error| wrong(&error))?;
    let done = redact(&tape, &rules, output)
        .map_err(|error| Exit::OwnFault.because(format!("{}: {error}", output.display())))?;
    terminal::print(&format!(
        "{}  {}, {} fields taken out\n",
        output.display(),
        done.recorded.sha256,
        done.fields
    ));
    Ok(Exit::Pass)
}

/// What is on the tape, for people.
fn page(run: &RecordedRun, units: &[&TapeUnit]) -> String {
    use std::fmt::Write as _;
    let tape = run.tape();
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "{label:<10}{}", printable(value));
    };
    line("tape", &format!("{}, {} bytes", tape.digest(), tape.bytes));
    line("subject", run.subject());
    line("scope", &format!("{}, {}", run.scope(), run.scope_digest()));
    line("started", &format!("{}; today was {}", run.started_at(), run.reference_date()));
    if let Some(damage) = run.damage() {
        line("damage", &damage);
    }
    if let Some(redacted) = &tape.header.redacted {
        line("redacted", &format!("{} fields of {}", redacted.fields, redacted.original));
    }
    for unit in units {
        let calls = &unit.calls;
        let bytes: usize = calls.iter().map(|call| tape.answer(&call.did).len()).sum();
        let _ = writeln!(
            text,
            "\n{} {}: {} calls, {bytes} bytes{}",
            printable(&unit.unit.check),
            printable(&unit.unit.version),
            calls.len(),
            if unit.end.is_none() { "; its end is not on the tape" } else { "" }
        );
        for call in calls {
            let bytes = tape.answer(&call.did).len();
            let _ = writeln!(text, "  {:>7} ms  {:>9}  {}", call.ms, bytes, printable(&told(call)));
        }
    }
    text
}

/// `200  compute GET /flavors/detail?limit=1`
fn told(call: &Call) -> String {
    match &call.did {
        Did::Call { request, result, fresh } => {
            let shared = if *fresh || request.method != "GET" { "" } else { shared(result) };
            format!("{:<11}  {}{shared}", status(result), line_of(request))
        }
        Did::Create { request, result, id, .. } => {
            format!("{:<11}  create {} → {id}", status(result), line_of(request))
        }
        Did::Probe { service, path, result } => format!("{:<11}  {service} PROBE {path}", status(result)),
        Did::UsedUp(failure) => {
            format!("{:<11}  this and all that follows: {}", failure.kind, failure.message)
        }
        Did::Pause { ms } => format!("{:<11}  {ms} ms", "pause"),
    }
}

fn shared(result: &CallResult) -> &'static str {
    match result {
        CallResult::Answer(answer) if answer.attempts == 0 => "  (shared)",
        CallResult::Answer(answer) if answer.attempts > 1 => "  (after retries)",
        _ => "",
    }
}

fn status(result: &CallResult) -> String {
    match result {
        CallResult::Answer(answer) => answer.status.to_string(),
        CallResult::Error(failure) => failure.kind.clone(),
    }
}

fn line_of(request: &Request) -> String {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{} {} {}{query}", request.service, request.method, request.path)
}

/// Writes each call as JSON, with the texts of its bodies, one at a time: all together may be much.
fn lines(tape: &Tape, units: &[&TapeUnit]) {
    for (unit, call) in units.iter().flat_map(|unit| unit.calls.iter().map(move |call| (unit, call))) {
        let answer = tape.answer(&call.did);
        let request = match &call.did {
            Did::Call { request, .. } | Did::Create { request, .. } => tape.body(request.body),
            Did::Probe { .. } | Did::UsedUp(_) | Did::Pause { .. } => bytes::Bytes::new(),
        };
        let line = json!({
            "check": unit.unit.check,
            "version": unit.unit.version,
            "call": call,
            "request_body": String::from_utf8_lossy(&request),
            "answer_body": String::from_utf8_lossy(&answer),
        });
        terminal::print(&format!("{line}\n"));
    }
}
