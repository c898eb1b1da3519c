//! What is other in one night than in another.

mod terminal;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_scope::{Target, Verdict};

use crate::card::{Card, CardTestcase};
use crate::verdicts::VerdictChange;

/// What is other in one night than in another (`touchstone.diff/v1`), by the score cards at their ends: so a light night differs
/// from a heavy one only in what it found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "touchstone.diff/v1")]
pub struct Difference {
    /// Which format this is.
    pub format: DiffFormat,
    /// The id of the earlier night.
    pub before: String,
    /// The id of the later one.
    pub after: String,
    /// Versions whose verdict is another one, that are new, or that are not shown any more.
    pub versions: Vec<VerdictChange>,
    /// Testcases that are FAIL, and were not.
    pub new_failures: Vec<TestcaseChange>,
    /// Testcases that are PASS, and were FAIL.
    pub fixed: Vec<TestcaseChange>,
    /// Other changes of verdicts.
    pub changed: Vec<TestcaseChange>,
    /// Testcases that were not asked for before, and are not FAIL.
    pub new: Vec<TestcaseChange>,
    /// Testcases that are not asked for any more, or whose subject is not tested any more.
    pub gone: Vec<TestcaseChange>,
    /// Subjects that were not tested before.
    pub subjects_new: Vec<String>,
    /// Subjects that are not tested any more.
    pub subjects_gone: Vec<String>,
}

/// The formats of [`Difference`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DiffFormat {
    /// The only one so far.
    #[default]
    #[serde(rename = "touchstone.diff/v1")]
    V1,
}

/// A testcase of a subject that is other than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestcaseChange {
    /// The subject's name.
    pub subject: String,
    /// The scope's UUID.
    pub scope: String,
    /// The testcase.
    pub testcase: String,
    /// The versions in which it is so.
    pub versions: Vec<String>,
    /// The target that asks for it.
    pub target: Target,
    /// The verdict before; absent if it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// The verdict now; absent if it is not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Verdict>,
    /// Why; of what is gone, why it was. The text of checks and clouds: escape it before showing it.
    pub reason: String,
}

/// A testcase of a version of a scope of a subject.
type Place<'c> = (&'c str, &'c str, &'c str, &'c str);

impl Difference {
    /// What is other in the cards of one night than in those of another.
    pub fn of(before: (&str, &[Card]), after: (&str, &[Card])) -> Difference {
        let (then, now) = (testcases(before.1), testcases(after.1));
        let places: BTreeSet<&Place<'_>> = then.keys().chain(now.keys()).collect();
        let mut difference = Difference {
            format: DiffFormat::V1,
            before: before.0.to_owned(),
            after: after.0.to_owned(),
            versions: versions(before.1, after.1),
            new_failures: Vec::new(),
            fixed: Vec::new(),
            changed: Vec::new(),
            new: Vec::new(),
            gone: Vec::new(),
            subjects_new: Vec::new(),
            subjects_gone: Vec::new(),
        };
        for place in places {
            let (was, is) = (then.get(place), now.get(place));
            let list = match (was.map(|(_, one)| one.verdict), is.map(|(_, one)| one.verdict)) {
                (was, is) if was == is => continue,
                (_, None) => &mut difference.gone,
                (_, Some(Verdict::Fail)) => &mut difference.new_failures,
                (None, Some(_)) => &mut difference.new,
                (Some(Verdict::Fail), Some(Verdict::Pass)) => &mut difference.fixed,
                (Some(_), Some(_)) => &mut difference.changed,
            };
            add(list, place, was, is);
        }
        let subjects =
            |cards: &[Card]| cards.iter().map(|card| card.subject.clone()).collect::<BTreeSet<_>>();
        let (were, are) = (subjects(before.1), subjects(after.1));
        difference.subjects_new = are.difference(&were).cloned().collect();
        difference.subjects_gone = were.difference(&are).cloned().collect();
        difference
    }

    /// Whether nothing is other.
    pub fn is_empty(&self) -> bool {
        let lists = [&self.new_failures, &self.fixed, &self.changed, &self.new, &self.gone];
        lists.iter().all(|list| list.is_empty())
            && self.versions.is_empty()
            && self.subjects_new.is_empty()
            && self.subjects_gone.is_empty()
    }

    /// The JSON Schema of it (draft 2020-12); published as `docs/schemas/diff.schema.json`.
    pub fn json_schema() -> serde_json::Value {
        crate::schema::of::<Difference>()
    }
}

fn testcases(cards: &[Card]) -> BTreeMap<Place<'_>, (Target, &CardTestcase)> {
    let mut all = BTreeMap::new();
    for card in cards {
        for version in &card.versions {
            for (target, testcase) in version.testcases() {
                let place = (
                    card.subject.as_str(),
                    card.scope.uuid.as_str(),
                    testcase.id.as_str(),
                    version.name.as_str(),
                );
                all.insert(place, (target, testcase));
            }
        }
    }
    all
}

/// Adds a change, or the version to the same change of another version.
fn add(
    list: &mut Vec<TestcaseChange>,
    (subject, scope, testcase, version): &Place<'_>,
    was: Option<&(Target, &CardTestcase)>,
    is: Option<&(Target, &CardTestcase)>,
) {
    let Some((target, told)) = is.or(was) else { return };
    let change = TestcaseChange {
        subject: (*subject).to_owned(),
        scope: (*scope).to_owned(),
        testcase: (*testcase).to_owned(),
        versions: Vec::new(),
        target: *target,
        before: was.map(|(_, one)| one.verdict),
        now: is.map(|(_, one)| one.verdict),
        reason: told.reason.clone(),
    };
    let is_same =
        |known: &&mut TestcaseChange| TestcaseChange { versions: Vec::new(), ..(**known).clone() } == change;
    match list.iter_mut().rev().take(8).find(is_same) {
        Some(known) => known.versions.push((*version).to_owned()),
        None => list.push(TestcaseChange { versions: vec![(*version).to_owned()], ..change }),
    }
}

fn versions(before: &[Card], after: &[Card]) -> Vec<VerdictChange> {
    let of = |cards: &[Card]| {
        let mut all = BTreeMap::new();
        for card in cards {
            for version in &card.versions {
                let place = (card.subject.clone(), card.scope.uuid.clone(), version.name.clone());
                all.insert(place, (version.state, version.verdict));
            }
        }
        all
    };
    let (then, now) = (of(before), of(after));
    let places: BTreeSet<_> = then.keys().chain(now.keys()).collect();
    let change = |place: &(String, String, String)| {
        let (was, is) = (then.get(place), now.get(place));
        let verdict = |one: Option<&(_, Verdict)>| one.map(|(_, verdict)| *verdict);
        (verdict(was) != verdict(is)).then(|| VerdictChange {
            subject: place.0.clone(),
            scope: place.1.clone(),
            version: place.2.clone(),
            state: is.map(|(state, _)| *state),
            before: verdict(was),
            now: verdict(is),
        })
    };
    places.into_iter().filter_map(change).collect()
}
