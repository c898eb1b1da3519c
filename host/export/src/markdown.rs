//! A report as Markdown (GFM), for the summaries of jobs at GitHub and GitLab.

mod escape;
mod page;

use touchstone_report::Report;

use self::escape::{code, link, text};
use self::page::Page;
use crate::context::Context;
use crate::view::{Case, CheckGroup, Counts, Fact, KindView, PassedView, View};

/// GitHub takes at most 1 MiB for the summary of a step, and shows nothing of a larger one. Some room is left for what
/// others write into it.
const MOST_BYTES: usize = 1_000_000;
/// So many kinds of findings of a testcase are told, and so many places of each.
const KINDS: usize = 10;

/// The report as Markdown, with what keeps the subject from PASS first. Texts of clouds, checks and people are escaped:
/// they format nothing, mention nobody, and link nowhere.
///
/// It has at most 1,000,000 bytes, whatever the report has; what does not fit is counted at the end. The same report gives
/// the same bytes.
pub fn markdown(report: &Report, context: &Context<'_>) -> String {
    let view = View::of(report, context);
    let mut page = Page::new(MOST_BYTES);
    heading(&mut page, &view);
    versions(&mut page, &view);
    for section in &view.sections {
        page.add(&format!("\n## {}\n\n{}\n", section.title, section.about));
        for group in &section.groups {
            check(&mut page, group);
        }
    }
    left(&mut page, &view);
    waivers(&mut page, &view);
    passed(&mut page, &view.passed);
    run(&mut page, &view);
    page.finish()
}

fn heading(page: &mut Page, view: &View) {
    let verdict = view.verdict.map_or("NONE", touchstone_scope::Verdict::word);
    let scope = match &view.scope_link {
        Some(scope) => format!("[{}](<{}>)", text(&view.scope), scope.url),
        None => text(&view.scope),
    };
    page.add(&format!(
        "# {verdict}: {} against {scope} on {}\n\n{}\n",
        text(&view.subject),
        view.date,
        text(&view.lead)
    ));
    for fact in &view.about {
        page.add(&format!("\n{}: {}\n", fact.label, linked(fact)));
    }
    for note in &view.notes {
        page.add(&format!("\n> **{}:** {}\n", note.word, text(&note.text)));
    }
}

fn versions(page: &mut Page, view: &View) {
    if view.versions.is_empty() {
        return;
    }
    let waived = if view.has_waived() { (" waived |", "---:|") } else { ("", "") };
    page.add(&format!(
        "\n| Version | State | Target | Verdict | PASS | FAIL | DNF | MISS |{}\n|---|---|---|---|---:|---:|---:|---:|{}\n",
        waived.0, waived.1
    ));
    let counts = |counts: &Counts| {
        let mut cells: Vec<String> = counts.columns().iter().map(|(_, count)| count.to_string()).collect();
        cells.extend(view.has_waived().then(|| counts.waived.to_string()));
        cells.join(" | ")
    };
    for version in &view.versions {
        let (name, mark) = (text(&version.name), text(version.mark));
        let (state, verdict) = (version.state, version.verdict);
        page.add(&format!(
            "| **{name}**{mark} | {state} | main | **{verdict}** | {} |\n",
            counts(&version.main)
        ));
        for target in &version.advisory {
            let cells = counts(&target.counts);
            page.add(&format!(
                "| {name}{mark} | {state} | {} | {} | {cells} |\n",
                target.name, target.verdict
            ));
        }
    }
    page.add("\nOnly target main decides.");
    if view.has_marks() {
        page.add(" \\* draft, † warn, †† deprecated.");
    }
    page.add("\n");
}

fn check(page: &mut Page, group: &CheckGroup) {
    let links: String = group.links.iter().map(|one| format!("\n{}\n", link(one))).collect();
    page.add(&format!("\n### {} ({})\n{links}\n", text(&group.title), group.count));
    for case in &group.cases {
        page.add_testcases(&case_text(case), case.ids.len());
    }
}

/// One item of a list.
fn case_text(case: &Case) -> String {
    let mut out = format!("- **{}** ", case.verdict);
    match case.ids.as_slice() {
        [id] => out += &code(id),
        ids => out += &format!("{} testcases", ids.len()),
    }
    if !case.roles.is_empty() {
        out += &format!(" \\[{}\\]", text(&case.roles));
    }
    if !case.reason.is_empty() {
        out += &format!(": {}", text(&case.reason));
    }
    out.push('\n');
    let mut line = |line: String| out += &format!("  - {line}\n");
    if case.ids.len() > 1 {
        line(case.ids.iter().map(|id| code(id)).collect::<Vec<_>>().join(" "));
    }
    if !case.description.is_empty() {
        line(format!("asserts: {}", text(&case.description)));
    }
    for circumstance in &case.circumstances {
        line(text(circumstance));
    }
    if let Some(document) = &case.document {
        line(link(document));
    }
    if let Some(waived) = &case.waived {
        line(format!("**waiver:** {}", text(waived)));
    }
    for kind in case.kinds.iter().take(KINDS) {
        line(kind_text(kind));
    }
    if let more @ 1.. = case.kinds.len().saturating_sub(KINDS) {
        line(format!("… and {more} more kinds of findings, in the JSON report"));
    }
    if case.repeated > 0 {
        line(format!("as above: {}", touchstone_report::number(case.repeated as u64, "finding")));
    }
    match (&case.requirement, &case.link) {
        (None, None) => {}
        (Some(requirement), None) => line(format!("by {}", text(requirement))),
        (Some(requirement), Some(to)) => line(format!("by [{}](<{}>)", text(requirement), to.url)),
        (None, Some(to)) => line(format!("[in the standard](<{}>)", to.url)),
    }
    out
}

/// What was found, and where; of items below it the first few.
fn kind_text(kind: &KindView) -> String {
    let mut out = String::new();
    if !kind.message.is_empty() {
        out += &format!("{}: {}", kind.severity, text(&kind.message));
        if kind.times > 1 {
            out += &format!(" ({} times)", kind.times);
        }
    }
    if let Some(requirement) = &kind.requirement {
        out += &format!(" — by {}", text(requirement));
    }
    for place in &kind.places {
        let at =
            if place.resource.is_empty() { String::new() } else { format!("at {}", code(&place.resource)) };
        let mend = place.command.as_ref().map(|command| format!("to mend it: {}", code(command)));
        let told = [at, mend.unwrap_or_default()];
        let told: Vec<String> = told.into_iter().filter(|part| !part.is_empty()).collect();
        match out.is_empty() {
            true => out += &told.join("; "),
            false => out += &format!("\n    - {}", told.join("; ")),
        }
    }
    if let more @ 1.. = kind.further.len() + kind.hidden {
        out += &format!("\n    - … and {more} more, in the JSON report");
    }
    out
}

fn left(page: &mut Page, view: &View) {
    if view.left.is_empty() {
        return;
    }
    page.add("\n## Left in the cloud\n\nChecks created this, and it may still be there:\n\n");
    for left in &view.left {
        page.add(&format!("- {}: {}\n", code(&left.what), text(&left.why)));
    }
    if let Some(command) = &view.cleanup {
        page.add(&format!("\nTo delete it: {}\n", code(command)));
    }
}

fn waivers(page: &mut Page, view: &View) {
    if view.waivers.is_empty() {
        return;
    }
    page.add(&format!("\n## Waivers ({})\n\nNo result is changed by them.\n\n", view.waivers.len()));
    for waiver in &view.waivers {
        let (author, approver) = (text(&waiver.author), text(&waiver.approver));
        page.add(&format!(
            "- **{}** {}: {}\n  - by {author}, approved by {approver}: {}\n",
            waiver.word,
            code(&waiver.testcase),
            text(&waiver.reason),
            text(&waiver.meaning)
        ));
    }
}

fn passed(page: &mut Page, passed: &[PassedView]) {
    if passed.is_empty() {
        return;
    }
    if !page.open(&format!("\n<details><summary>Passed ({})</summary>\n\n", passed.len())) {
        return page.leave_out(passed.len());
    }
    for case in passed {
        let mut line = format!("- {}", code(&case.id));
        if !case.roles.is_empty() {
            line += &format!(" \\[{}\\]", text(&case.roles));
        }
        if !case.by.is_empty() {
            line += &format!(", {}", text(&case.by));
        }
        if !case.until.is_empty() {
            line += &format!(", expires {}", case.until);
        }
        line.push('\n');
        for kind in case.kinds.iter().take(KINDS) {
            line += &format!("  - {}\n", kind_text(kind));
        }
        page.add_testcases(&line, 1);
    }
    page.close("\n</details>\n");
}

fn run(page: &mut Page, view: &View) {
    if !page.open("\n<details><summary>The run</summary>\n\n") {
        return page.leave_out_part();
    }
    for fact in &view.facts {
        page.add(&format!("- {}: {}\n", fact.label, linked(fact)));
    }
    for component in &view.components {
        page.add(&format!(
            "- check {} {}\n  - {}\n",
            text(&component.name),
            code(&component.digest),
            component.used
        ));
        for audit in &component.audit {
            page.add(&format!("  - refused: {}\n", text(audit)));
        }
    }
    page.close("\n</details>\n");
}

fn linked(fact: &Fact) -> String {
    match &fact.link {
        Some(to) => link(to),
        None => text(&fact.value),
    }
}
