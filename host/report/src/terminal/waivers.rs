//! What waivers do, and until when.

use touchstone_scope::{Target, Verdict};

use super::name_of;
use super::page::{Page, Style};
use crate::layout::left;
use crate::model::{Effect, Report, Severity};
use crate::printable::{cut, printable};
use crate::waivers::ToldWaiver;

/// As wide as the longest effect, and two spaces.
const LABEL: usize = 11;
/// A reason may be longer than a name.
const LONGEST_REASON: usize = 1_000;

/// Every waiver, each once, with the versions in which it does what.
pub(super) fn waivers(page: &mut Page, report: &Report) {
    let told = report.told_waivers();
    if told.is_empty() {
        return;
    }
    page.prose(0, "Waivers", Style::Strong);
    for waiver in told {
        one(page, &waiver);
    }
}

/// How many testcases of target main are left out of the verdict on a version: `2 waived`, or nothing if there are none.
pub(super) fn count(report: &Report, version: &str) -> String {
    let main = report.versions.get(version).and_then(|version| version.targets.get(&Target::Main));
    let in_main = |testcase: &String| {
        main.is_some_and(|main| {
            [Verdict::Fail, Verdict::Miss, Verdict::Dnf]
                .iter()
                .any(|verdict| main.with_verdict(*verdict).contains(testcase))
        })
    };
    let waived = report.waivers.iter().filter(|one| one.version == version && one.effect == Effect::Waived);
    match waived.filter(|one| in_main(&one.testcase)).count() {
        0 => String::new(),
        count => format!("{count} waived"),
    }
}

fn one(page: &mut Page, told: &ToldWaiver<'_>) {
    // Where it takes something out of a verdict, that is what people have to know.
    let effect = told.versions.keys().next().copied().unwrap_or(told.waiver.effect);
    let style = match effect {
        Effect::Waived => Style::Severity(Severity::Info),
        Effect::Annotated => Style::Faint,
        Effect::Expired => Style::Severity(Severity::Warning),
    };
    let (label, hanging) = match page.width {
        ..60 => (format!("{}: ", effect.word()), 2),
        _ => (left(effect.word(), LABEL), LABEL),
    };
    let reason = printable(&cut(&told.waiver.reason, LONGEST_REASON));
    let text = format!("{}: {reason}", name_of(&told.waiver.testcase));
    page.text(0, (&label, style), (&text, Style::Plain), hanging);
    let (author, approver) = (name_of(&told.waiver.author), name_of(&told.waiver.approver));
    let people = format!("by {author}, approved by {approver}: {}", printable(&told.meaning()));
    page.prose(hanging, &people, Style::Faint);
}
