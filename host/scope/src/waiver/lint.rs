//! What is wrong with waivers beside manifests and a calendar.

use jiff::ToSpan as _;
use jiff::civil::Date;
use touchstone_diagnostics::{Diagnostics, Problem};

use super::read::read_all;
use super::{WHAT, WaivedScope, Waiver, Waivers, can_be_waived};
use crate::manifest::Manifest;
use crate::words::{State, Target};
use touchstone_diagnostics::suggestion;

/// Days before its end from which on a waiver is warned about.
const SOON: i32 = 30;

/// What waivers are compared with.
#[derive(Clone, Copy, Debug)]
pub struct WaiverRules<'a> {
    /// The scopes that there are; if there is none, scopes and testcases are not looked for.
    pub manifests: &'a [Manifest],
    /// The date that counts as today (UTC).
    pub on: Date,
}

/// Waivers with which nothing is wrong.
#[derive(Clone, Debug)]
pub struct AcceptedWaivers {
    /// The waivers, those that have expired as well.
    pub waivers: Waivers,
    /// What is allowed, but has no effect any more, or soon: expired, expiring within 30 days, can only annotate, nothing
    /// to waive.
    pub warnings: Option<Diagnostics>,
}

pub(super) fn lint(file: &str, text: &str, rules: &WaiverRules<'_>) -> Result<AcceptedWaivers, Diagnostics> {
    let (waivers, mut problems) = read_all(text);
    let mut warnings = Vec::new();
    for waiver in waivers.iter() {
        calendar(waiver, rules.on, &mut problems, &mut warnings);
        if let Some(manifest) = scope_of(waiver, rules.manifests, &mut problems) {
            effect(waiver, manifest, rules.on, &mut problems, &mut warnings);
        }
    }
    named_in_two_ways(&waivers, rules.manifests, &mut problems);
    if !problems.is_empty() {
        return Err(Diagnostics::errors(WHAT, file, text, problems));
    }
    Ok(AcceptedWaivers { waivers, warnings: Diagnostics::warnings(WHAT, file, text, warnings) })
}

/// Whether its end is near, past, or too far away.
fn calendar(waiver: &Waiver, on: Date, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) {
    let Waiver { expires, testcase, subject, span, .. } = waiver;
    let in_a_year = on.saturating_add(1.year());
    let about = format!("the waiver for `{testcase}` of `{subject}`");
    if *expires > in_a_year {
        let problem =
            Problem::new(*span, format!("{about} expires on {expires}, more than a year from {on}"));
        problems.push(problem.help(format!("let it expire on {in_a_year} at the latest, and renew it then")));
    } else if !waiver.counts_on(on) {
        let problem = Problem::new(*span, format!("{about} expired on {expires}, and counts nothing"));
        warnings.push(problem.help("renew it, with somebody who approves it again; or delete it"));
    } else if *expires <= on.saturating_add(SOON.days()) {
        let problem = Problem::new(*span, format!("{about} expires soon, on {expires}"));
        warnings.push(problem.help("mend what it is about, or renew it in time"));
    }
}

fn scope_of<'a>(
    waiver: &Waiver,
    manifests: &'a [Manifest],
    problems: &mut Vec<Problem>,
) -> Option<&'a Manifest> {
    if manifests.is_empty() {
        return None;
    }
    let is_it = |manifest: &&Manifest| waiver.scope.is(&manifest.uuid().to_string(), manifest.name());
    let found: Vec<&Manifest> = manifests.iter().filter(is_it).collect();
    let named = &waiver.scope;
    if found.iter().any(|manifest| manifest.uuid() != found[0].uuid()) {
        let uuids: Vec<String> = found.iter().map(|manifest| format!("`{}`", manifest.uuid())).collect();
        let problem = Problem::new(waiver.span, format!("more than one scope has the name `{named}`"));
        problems.push(problem.help(format!("name it by its uuid: {}", uuids.join(" or "))));
        return None;
    }
    if found.is_empty() {
        let names: Vec<&str> = manifests.iter().map(Manifest::name).collect();
        let uuids: Vec<String> = manifests.iter().map(|manifest| manifest.uuid().to_string()).collect();
        let uuids: Vec<&str> = uuids.iter().map(String::as_str).collect();
        let known = if matches!(named, WaivedScope::Uuid(_)) { &uuids } else { &names };
        let message =
            format!("no manifest is of the scope `{named}` of the waiver for `{}`", waiver.testcase);
        let problem = Problem::new(waiver.span, message);
        problems.push(suggestion(&named.to_string(), known).into_iter().fold(problem, Problem::help));
    }
    found.first().copied()
}

/// Whether there is something that it could change in a report of that day.
fn effect(
    waiver: &Waiver,
    manifest: &Manifest,
    on: Date,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) {
    let Waiver { testcase, span, .. } = waiver;
    if manifest.providers(testcase).next().is_none() {
        let known = manifest.checks().iter().flat_map(|check| &check.testcases);
        let known: Vec<&str> = known.map(|testcase| testcase.id.as_str()).collect();
        let problem = Problem::new(*span, format!("`{}` has no testcase `{testcase}`", manifest.name()));
        problems.push(suggestion(testcase, &known).into_iter().fold(problem, Problem::help));
        return;
    }
    let roles = roles_of(testcase, manifest, on);
    if roles.is_empty() {
        let message = format!("no version that `{}` shows on {on} asks for `{testcase}`", manifest.name());
        warnings.push(Problem::new(*span, message).help("the waiver changes nothing; delete it"));
    } else if !roles.iter().any(|(_, target, state)| can_be_waived(*target, Some(*state))) {
        let versions: Vec<String> = roles.iter().map(|(version, ..)| format!("`{version}`")).collect();
        let (versions, has) = (versions.join(", "), if roles.len() == 1 { "is" } else { "are" });
        let message = format!("the waiver for `{testcase}` can only annotate: it changes no verdict");
        let help = format!(
            "target `main` of {versions} needs it, and what {has} effective or warn needs has to hold"
        );
        warnings.push(Problem::new(*span, message).help(help));
    }
}

/// The versions that ask for a testcase on a day, with the target and the state.
fn roles_of<'a>(testcase: &str, manifest: &'a Manifest, on: Date) -> Vec<(&'a str, Target, State)> {
    let mut roles = Vec::new();
    for (name, state) in manifest.states(on) {
        let includes = manifest.version(name).map_or(&[][..], |version| &version.includes);
        for module in includes.iter().filter_map(|include| manifest.module(&include.module)) {
            for (target, required) in &module.targets {
                if required.iter().any(|required| required.testcase == testcase) {
                    roles.push((name, *target, state));
                }
            }
        }
    }
    roles
}

/// Two waivers for the same, of which one names its scope and the other gives its UUID.
fn named_in_two_ways(waivers: &Waivers, manifests: &[Manifest], problems: &mut Vec<Problem>) {
    for manifest in manifests {
        let resolved = |waiver: &&Waiver| waiver.scope.is(&manifest.uuid().to_string(), manifest.name());
        let own: Vec<&Waiver> = waivers.iter().filter(resolved).collect();
        for (number, waiver) in own.iter().enumerate() {
            let same = |first: &&&Waiver| {
                let in_other_words = Waiver { scope: waiver.scope.clone(), ..(**first).clone() };
                first.scope != waiver.scope && in_other_words.is_about_the_same_as(waiver)
            };
            if let Some(first) = own[..number].iter().find(same) {
                let message = format!("a second waiver for `{}` of `{}`", waiver.testcase, waiver.subject);
                let why = format!("first here, for the scope `{}`, which is the same", first.scope);
                let problem = Problem::new(waiver.span, message).related(first.span, why);
                problems.push(problem.help("delete one of them"));
            }
        }
    }
}
