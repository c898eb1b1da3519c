//! What a reader must know before the results, and what people waived.

use touchstone_report::{Effect, Report, ToldWaiver, number, printable};
use touchstone_scope::{NotRun, Section};

use super::{name, prose};

/// A remark on the whole report.
pub(crate) struct Note {
    /// `error`, `warning` or `info`.
    pub(crate) class: &'static str,
    /// The same for people: `Note`.
    pub(crate) word: &'static str,
    pub(crate) text: String,
}

/// A waiver, and what it does in which version.
pub(crate) struct WaiverView {
    pub(crate) testcase: String,
    /// `waived`, `annotated` or `expired`.
    pub(crate) word: &'static str,
    pub(crate) meaning: String,
    pub(crate) reason: String,
    pub(crate) author: String,
    pub(crate) approver: String,
}

pub(super) fn notes(report: &Report) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |class, text: String| {
        let word = match class {
            "error" => "Error",
            "warning" => "Warning",
            _ => "Note",
        };
        notes.push(Note { class, word, text });
    };
    if let Some(preflight) = &report.preflight {
        if !preflight.reachable {
            let reason = preflight.reason.as_deref().unwrap_or("no reason was given");
            note("error", format!("The subject could not be used: {}", prose(reason)));
        }
        if !preflight.privileged_roles.is_empty() {
            let roles = names(&preflight.privileged_roles);
            note("warning", format!("The user is privileged ({roles}); what ordinary users see may differ."));
        }
    }
    if !report.left().is_empty() {
        let left = number(report.left().len() as u64, "thing");
        note("error", format!("{left} that checks created may still be in the cloud."));
    }
    if let Some(replay) = &report.replay {
        note("warning", "This is a replay of a recorded run, and not the run itself.".to_owned());
        if let Some(scope) = &replay.recorded_scope {
            note("info", format!("The run was against another manifest, {}.", name(scope)));
        }
        let others = report.other_checks();
        if !others.is_empty() {
            let text =
                "Not part of the run as they are, and answered with what the subject had answered to others";
            note("info", format!("{text}: {}.", names(&others)));
        }
        if let Some(damage) = &replay.damage {
            note("warning", prose(damage));
        }
        if let Some(original) = &replay.redacted {
            note("info", format!("Something was taken out of the tape; it was {}.", name(original)));
        }
    }
    if report.run.interrupted {
        let text = "The run was interrupted; testcases that had not finished are DNF.";
        note("warning", text.to_owned());
    }
    for text in narrowed(report) {
        note("info", text);
    }
    if let Some(problem) = &report.tape_problem {
        note("warning", format!("Not recorded: {}", prose(problem)));
    }
    let told = report.told_waivers();
    let expired = told.iter().filter(|told| told.versions.contains_key(&Effect::Expired)).count() as u64;
    if expired > 0 {
        note("warning", format!("{} expired: what they were about counts again.", number(expired, "waiver")));
    }
    notes
}

/// What the run was narrowed to.
fn narrowed(report: &Report) -> Vec<String> {
    let Some(selected) = &report.run.selected else { return Vec::new() };
    let mut texts = Vec::new();
    if let Some(version) = &selected.version {
        texts.push(format!("Only the version {} was selected.", name(version)));
    }
    if selected.leaves_out_testcases() {
        let tests = selected.tests.iter().map(|regex| format!("that match {}", name(regex)));
        let sections: Vec<&str> = selected.sections.iter().map(|section: &Section| section.word()).collect();
        let sections = (!sections.is_empty()).then(|| format!("of section {}", sections.join(", ")));
        let narrowed: Vec<String> = tests.chain(sections).collect();
        let why = NotRun::NotSelected;
        texts.push(format!("Only testcases {} ran; the others are MISS ({why}).", narrowed.join(" and ")));
    }
    for (parameter, value) in &selected.parameters {
        texts.push(format!("The parameter {} was set to {} for this run.", name(parameter), name(value)));
    }
    texts
}

pub(super) fn waivers(report: &Report) -> Vec<WaiverView> {
    let view = |told: ToldWaiver<'_>| WaiverView {
        testcase: name(&told.waiver.testcase),
        // Where it takes something out of a verdict, that is what people have to know.
        word: told.versions.keys().next().map_or("", |effect| effect.word()),
        meaning: printable(&told.meaning()),
        reason: prose(&told.waiver.reason),
        author: name(&told.waiver.author),
        approver: name(&told.waiver.approver),
    };
    report.told_waivers().into_iter().map(view).collect()
}

fn names(all: &[String]) -> String {
    all.iter().map(|one| name(one)).collect::<Vec<_>>().join(", ")
}
