//! The testcases: what stands between the subject and PASS first, then what has no say, then what passed.

use std::collections::BTreeSet;

use touchstone_report::{
    Attested, Effect, Entry, Kind, Report, Severity, check_of, common_requirement, groups, kinds,
    resource_text,
};
use touchstone_scope::{Target, Verdict};

use super::{class, name, prose};
use crate::texts::address;

/// So many places of a kind of finding are shown at once; the others are folded.
const PLACES: usize = 3;
/// So many are shown at all; the JSON report has the others.
const MOST_PLACES: usize = 500;

/// Testcases that have something in common.
pub(crate) struct Section {
    /// For links within the page.
    pub(crate) anchor: &'static str,
    pub(crate) title: String,
    pub(crate) about: &'static str,
    pub(crate) groups: Vec<CheckGroup>,
}

/// Testcases that one check found out.
pub(crate) struct CheckGroup {
    pub(crate) title: String,
    /// How many of its testcases these are.
    pub(crate) count: String,
    /// The pages of the standard.
    pub(crate) links: Vec<Link>,
    pub(crate) cases: Vec<Case>,
}

/// One testcase, or several of which the same is known.
pub(crate) struct Case {
    pub(crate) verdict: Verdict,
    pub(crate) ids: Vec<String>,
    /// Where it matters; empty if that is target main of every version.
    pub(crate) roles: String,
    pub(crate) description: String,
    pub(crate) reason: String,
    pub(crate) kinds: Vec<KindView>,
    /// The sentence of the standard, where it is one for all that was found.
    pub(crate) requirement: Option<String>,
    /// How many findings were told before, with another version.
    pub(crate) repeated: usize,
    /// Which check, which parameters, where versions see it differently; who attested it.
    pub(crate) circumstances: Vec<String>,
    pub(crate) document: Option<Link>,
    pub(crate) link: Option<Link>,
    /// What waivers do to it.
    pub(crate) waived: Option<String>,
}

impl Case {
    pub(crate) fn class(&self) -> &'static str {
        class(self.verdict)
    }
}

/// Findings with the same message.
pub(crate) struct KindView {
    pub(crate) severity: &'static str,
    /// Empty if the testcase's reason says it.
    pub(crate) message: String,
    pub(crate) times: usize,
    pub(crate) places: Vec<Place>,
    /// Places that are folded.
    pub(crate) further: Vec<Place>,
    /// Places that are not shown.
    pub(crate) hidden: usize,
    pub(crate) requirement: Option<String>,
}

impl KindView {
    /// Whether it has lines, as the tail of a console has.
    pub(crate) fn is_console(&self) -> bool {
        self.message.contains('\n')
    }
}

/// Where it holds, and how to mend it there.
pub(crate) struct Place {
    pub(crate) resource: String,
    pub(crate) command: Option<String>,
}

/// A link to somewhere else; only `http` and `https`.
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) text: String,
}

impl Link {
    /// None if it is not an address that any reader can be given.
    pub(crate) fn of(url: &str) -> Option<Link> {
        address(url).map(|url| Link { url: url.to_owned(), text: name(url) })
    }
}

/// A testcase that passed.
pub(crate) struct PassedView {
    pub(crate) id: String,
    pub(crate) roles: String,
    pub(crate) description: String,
    pub(crate) by: String,
    pub(crate) until: String,
    pub(crate) kinds: Vec<KindView>,
    pub(crate) document: Option<Link>,
    pub(crate) link: Option<Link>,
}

pub(super) fn sections(report: &Report, entries: &[Entry<'_>]) -> Vec<Section> {
    let of = |verdict: Verdict, part: Part| -> Vec<&Entry<'_>> {
        let all = entries.iter().filter(|entry| entry.verdict == verdict);
        all.filter(|entry| part_of(report, entry) == part).collect()
    };
    let mut sections = Vec::new();
    for (verdict, anchor, title, about) in [
        (Verdict::Fail, "fail", "Failed", "The subject does not do what these testcases ask for."),
        (Verdict::Miss, "miss", "Missing", "Nobody found out. No answer is never PASS."),
        (Verdict::Dnf, "dnf", "Did not finish", "It was tried, and could not be found out."),
    ] {
        let all = of(verdict, Part::Decides);
        if !all.is_empty() {
            let title = format!("{title} ({})", ids_of(&all).len());
            sections.push(Section { anchor, title, about, groups: by_what_is_known(report, entries, &all) });
        }
    }
    for (part, anchor, title, about) in [
        (
            Part::Waived,
            "waived",
            "Waived",
            "Not passed, and left out of the verdicts: see the waivers below.",
        ),
        (Part::Advises, "advisory", "Advisory", "Not passed either, and without a say in the verdicts."),
    ] {
        let worst_first = [Verdict::Fail, Verdict::Miss, Verdict::Dnf];
        let all: Vec<_> = worst_first.into_iter().flat_map(|verdict| of(verdict, part)).collect();
        if !all.is_empty() {
            let title = format!("{title} ({})", ids_of(&all).len());
            sections.push(Section { anchor, title, about, groups: by_check(report, entries, &all) });
        }
    }
    sections
}

pub(super) fn passed(report: &Report, entries: &[Entry<'_>]) -> Vec<PassedView> {
    let passed = entries.iter().filter(|entry| entry.verdict == Verdict::Pass);
    let mut views: Vec<PassedView> = passed.map(|entry| passed_view(report, entry)).collect();
    views.sort_by(|a, b| (a.id.as_str(), a.roles.as_str()).cmp(&(b.id.as_str(), b.roles.as_str())));
    views
}

/// What a testcase that is not PASS does to verdicts.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Decides,
    Waived,
    Advises,
}

fn part_of(report: &Report, entry: &Entry<'_>) -> Part {
    let Some(versions) = entry.roles().get(&Target::Main) else { return Part::Advises };
    let is_waived = |version: &&str| effect(report, version, entry) == Some(Effect::Waived);
    if versions.iter().all(is_waived) { Part::Waived } else { Part::Decides }
}

fn effect(report: &Report, version: &str, entry: &Entry<'_>) -> Option<Effect> {
    report.waived(version, entry.id).map(|waived| waived.effect)
}

/// What is known alike about testcases of several checks comes first, once: that nothing could be reached, for example.
/// FAIL is told by check, since no two checks find out the same.
fn by_what_is_known(report: &Report, all: &[Entry<'_>], chosen: &[&Entry<'_>]) -> Vec<CheckGroup> {
    let (common, others): (Vec<_>, Vec<_>) = groups(chosen).into_iter().partition(|group| {
        let fails = group.iter().any(|entry| entry.verdict == Verdict::Fail);
        !fails && group.iter().any(|entry| entry.component() != group[0].component())
    });
    let common = common.iter().map(|group| CheckGroup {
        title: "Several checks".to_owned(),
        count: ids_of(group).len().to_string(),
        links: Vec::new(),
        cases: vec![case(report, group)],
    });
    let others: Vec<&Entry<'_>> = others.into_iter().flatten().collect();
    common.chain(by_check(report, all, &others)).collect()
}

fn by_check(report: &Report, all: &[Entry<'_>], chosen: &[&Entry<'_>]) -> Vec<CheckGroup> {
    let mut checks: Vec<(Option<&str>, Vec<&Entry<'_>>)> = Vec::new();
    for &entry in chosen {
        match checks.iter_mut().find(|(component, _)| *component == entry.component()) {
            Some((_, entries)) => entries.push(entry),
            None => checks.push((entry.component(), vec![entry])),
        }
    }
    let group = |(component, entries): (Option<&str>, Vec<&Entry<'_>>)| {
        let check = entries.first().and_then(|entry| check_of(report, entry));
        let attested = entries.iter().all(|entry| entry.attested().is_some());
        let title = match check {
            Some(check) => format!("{} {}", name(&check.name), name(&check.version)),
            None if attested => "Attested by people".to_owned(),
            None => "Without a check".to_owned(),
        };
        let of: Vec<&Entry<'_>> = all.iter().filter(|entry| entry.component() == component).collect();
        let (these, of) = (ids_of(&entries).len(), ids_of(&of).len());
        let count = if check.is_some() { format!("{these} of {of}") } else { these.to_string() };
        let links: BTreeSet<&str> = entries.iter().filter_map(|entry| page_of(entry)).collect();
        CheckGroup {
            title,
            count,
            links: links.into_iter().filter_map(Link::of).collect(),
            cases: groups(&entries).iter().map(|group| case(report, group)).collect(),
        }
    };
    checks.into_iter().map(group).collect()
}

fn case(report: &Report, group: &[&Entry<'_>]) -> Case {
    let first = group[0];
    let kinds = shown_kinds(first);
    let requirement = common_requirement(&kinds);
    let reason = first.reason();
    let single = group.len() == 1;
    let mut roles: Vec<String> = group.iter().map(|entry| entry.roles_text()).collect();
    roles.dedup();
    Case {
        verdict: first.verdict,
        ids: group.iter().map(|entry| name(entry.id)).collect(),
        // Where they matter differs: then that is told for none of them.
        roles: if roles.len() == 1 { roles.remove(0) } else { String::new() },
        description: first
            .result
            .filter(|_| single)
            .map(|result| prose(&result.description))
            .unwrap_or_default(),
        reason: prose(reason),
        kinds: kinds.iter().map(|kind| kind_view(kind, reason, requirement)).collect(),
        requirement: requirement.map(name),
        repeated: first.repeated,
        circumstances: if single { circumstances(first) } else { Vec::new() },
        document: first.attested().and_then(document),
        link: first.result.filter(|_| single).and_then(|result| Link::of(result.url.as_deref()?)),
        waived: waived(report, group),
    }
}

/// In which versions waivers do what, if they do the same to all of the group.
fn waived(report: &Report, group: &[&Entry<'_>]) -> Option<String> {
    let text = |entry: &&Entry<'_>| {
        let versions: BTreeSet<&str> = entry.roles().values().flatten().copied().collect();
        let told = [Effect::Waived, Effect::Annotated, Effect::Expired].into_iter().filter_map(|effect| {
            let named =
                versions.iter().filter(|version| self::effect(report, version, entry) == Some(effect));
            let named: Vec<String> = named.map(|version| name(version)).collect();
            (!named.is_empty()).then(|| format!("{} in {}", effect.word(), named.join(", ")))
        });
        told.collect::<Vec<_>>().join("; ")
    };
    let mut texts: Vec<String> = group.iter().map(text).filter(|text| !text.is_empty()).collect();
    texts.sort();
    texts.dedup();
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn circumstances(entry: &Entry<'_>) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(check) = entry.check {
        told.push(format!("by {} {}", name(&check.name), name(&check.version)));
    }
    let result = entry.result.filter(|_| entry.has_variants);
    for (parameter, value) in result.iter().flat_map(|result| result.parameters.iter().chain(&result.assets))
    {
        told.push(format!("with {} = {}", name(parameter), name(value)));
    }
    told.extend(entry.attested().map(|attested| attested_text(entry, attested)));
    told
}

fn attested_text(entry: &Entry<'_>, attested: &Attested) -> String {
    let until = entry.result.and_then(|result| result.expires_at);
    let until = until.map_or(String::new(), |until| format!(", counts until {}", until.strftime("%F")));
    format!("attested by {} on {}{until}", name(&attested.by), attested.at.strftime("%F"))
}

fn document(attested: &Attested) -> Option<Link> {
    Link::of(&attested.document.as_ref()?.url)
}

/// What to show of it: what is for information only where there is nothing else.
fn shown_kinds<'a>(entry: &Entry<'a>) -> Vec<Kind<'a>> {
    let mut kinds = kinds(&entry.findings);
    if entry.verdict == Verdict::Pass || kinds.iter().any(|kind| kind.severity > Severity::Info) {
        kinds.retain(|kind| kind.severity > Severity::Info);
    }
    kinds
}

fn kind_view(kind: &Kind<'_>, reason: &str, common: Option<&str>) -> KindView {
    let place = |place: &touchstone_report::Place<'_>| Place {
        resource: place.resource.map(resource_text).unwrap_or_default(),
        command: place.command.map(str::to_owned),
    };
    let all = || kind.places.iter().filter(|place| place.resource.is_some() || place.command.is_some());
    // A check with one finding tends to repeat it as the reason.
    let message = if kind.message == reason { String::new() } else { prose(kind.message) };
    KindView {
        severity: match kind.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        },
        message,
        times: kind.places.len(),
        places: all().take(PLACES).map(place).collect(),
        further: all().skip(PLACES).take(MOST_PLACES - PLACES).map(place).collect(),
        hidden: all().count().saturating_sub(MOST_PLACES),
        requirement: kind.requirement.filter(|_| common.is_none()).map(name),
    }
}

fn passed_view(report: &Report, entry: &Entry<'_>) -> PassedView {
    let kinds = shown_kinds(entry);
    let requirement = common_requirement(&kinds);
    let check =
        check_of(report, entry).map(|check| format!("{} {}", name(&check.name), name(&check.version)));
    let attested = entry
        .attested()
        .map(|attested| format!("attested by {} on {}", name(&attested.by), attested.at.strftime("%F")));
    let until = entry.result.and_then(|result| result.expires_at);
    PassedView {
        id: name(entry.id),
        roles: entry.roles_text(),
        description: entry.result.map(|result| prose(&result.description)).unwrap_or_default(),
        by: attested.or(check).unwrap_or_default(),
        until: until.map(|until| until.strftime("%F").to_string()).unwrap_or_default(),
        kinds: kinds.iter().map(|kind| kind_view(kind, entry.reason(), requirement)).collect(),
        document: entry.attested().and_then(document),
        link: entry.result.and_then(|result| Link::of(result.url.as_deref()?)),
    }
}

fn ids_of<'a>(entries: &[&Entry<'a>]) -> BTreeSet<&'a str> {
    entries.iter().map(|entry| entry.id).collect()
}

/// The page of the standard that asks for it, without the place on it.
fn page_of<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let url = entry.result?.url.as_deref()?;
    Some(url.split_once('#').map_or(url, |(page, _)| page))
}
