//! What a reader of a report is told, in which order, and in which words: the same in HTML and in Markdown.
//!
//! Every text is safe to show here (nothing invisible, nothing that changes the direction of writing), but not escaped:
//! that is each format's own.

mod cases;
mod facts;
mod notes;
mod versions;

use touchstone_report::{Report, cut, printable, printable_lines};
use touchstone_scope::Verdict;

pub(crate) use self::cases::{Case, CheckGroup, KindView, Link, PassedView, Section};
pub(crate) use self::facts::{ComponentView, Fact, LeftView};
pub(crate) use self::notes::{Note, WaiverView};
pub(crate) use self::versions::{Counts, VersionRow, mark};
use crate::context::Context;

/// Names longer than this are cut.
const LONGEST_NAME: usize = 200;
/// So much of a text is shown; the JSON report has all of it.
const LONGEST_TEXT: usize = 6_000;

/// A report, in the order in which it is read.
pub(crate) struct View {
    pub(crate) subject: String,
    /// What the subject is, where the context says it: operator, description.
    pub(crate) about: Vec<Fact>,
    pub(crate) scope: String,
    pub(crate) scope_link: Option<Link>,
    pub(crate) date: String,
    /// The worst verdict; none without versions.
    pub(crate) verdict: Option<Verdict>,
    /// Which versions passed and which did not, in a sentence.
    pub(crate) lead: String,
    pub(crate) notes: Vec<Note>,
    pub(crate) versions: Vec<VersionRow>,
    /// What stands between the subject and PASS, and then what is not PASS and has no say.
    pub(crate) sections: Vec<Section>,
    pub(crate) waivers: Vec<WaiverView>,
    pub(crate) passed: Vec<PassedView>,
    pub(crate) left: Vec<LeftView>,
    /// The command that deletes what is left.
    pub(crate) cleanup: Option<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) components: Vec<ComponentView>,
    pub(crate) made_by: String,
}

impl View {
    pub(crate) fn of(report: &Report, context: &Context<'_>) -> View {
        let versions = versions::versions(report);
        let entries = touchstone_report::entries(report);
        View {
            subject: name(context.display_name.unwrap_or(&report.subject)),
            about: facts::about(report, context),
            scope: name(&report.scope.name),
            scope_link: context.scope_url().and_then(Link::of),
            date: report.reference_date.to_string(),
            verdict: report.verdict(),
            lead: versions::lead(&versions),
            notes: notes::notes(report),
            sections: cases::sections(report, &entries),
            waivers: notes::waivers(report),
            passed: cases::passed(report, &entries),
            left: facts::left(report),
            cleanup: report.cleanup_command(),
            facts: facts::facts(report, context),
            components: facts::components(report),
            made_by: format!("{} {}", name(&report.run.tool.name), name(&report.run.tool.version)),
            versions,
        }
    }

    /// Whether all versions passed.
    pub(crate) fn is_pass(&self) -> bool {
        self.verdict == Some(Verdict::Pass)
    }

    /// How the sentence about the versions is shown: `good` if all passed, `error` if one did not that counts today, else
    /// `warning`.
    pub(crate) fn lead_class(&self) -> &'static str {
        let is_open =
            |version: &VersionRow| version.verdict != Verdict::Pass && !matches!(version.mark, "*" | "††");
        match self.is_pass() {
            true => "good",
            false if self.versions.is_empty() || self.versions.iter().any(is_open) => "error",
            false => "warning",
        }
    }

    /// Whether there is a mark beside a version.
    pub(crate) fn has_marks(&self) -> bool {
        self.versions.iter().any(|version| !version.mark.is_empty())
    }

    pub(crate) fn has_waived(&self) -> bool {
        let waived = |version: &VersionRow| {
            version.main.waived > 0 || version.advisory.iter().any(|target| target.counts.waived > 0)
        };
        self.versions.iter().any(waived)
    }
}

/// A name or id, safe to show.
pub(crate) fn name(text: &str) -> String {
    printable(&cut(text, LONGEST_NAME))
}

/// A text that is not ours, safe to show; its own line breaks stay.
pub(crate) fn prose(text: &str) -> String {
    printable_lines(&cut(text.trim(), LONGEST_TEXT)).join("\n")
}

/// The class and the word of a verdict in lower case.
pub(crate) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "fail",
        Verdict::Miss => "miss",
        Verdict::Dnf => "dnf",
        Verdict::Pass => "pass",
    }
}
