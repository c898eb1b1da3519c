//! What stands between a subject and PASS.

mod query;
mod terminal;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use touchstone_report::{Effect, ScopeRef};
use touchstone_scope::{State, Target, Verdict};

use crate::card::{Card, CardTestcase};

pub(crate) use self::query::Course;

/// What stands between a subject and PASS in a scope, version by version (`touchstone.explanation/v1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "touchstone.explanation/v1")]
pub struct Explanation {
    /// Which format this is.
    pub format: ExplanationFormat,
    /// The subject's name.
    pub subject: String,
    /// The scope.
    pub scope: ScopeRef,
    /// The moment (RFC 3339, UTC).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The newest run; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRun>,
    /// The versions that the timeline shows, in the order of the manifest.
    pub versions: Vec<ExplainedVersion>,
}

/// The formats of [`Explanation`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ExplanationFormat {
    /// The only one so far.
    #[default]
    #[serde(rename = "touchstone.explanation/v1")]
    V1,
}

/// A run of the subject in the scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastRun {
    /// Its id.
    pub run: String,
    /// Its night.
    pub night: String,
    /// When it began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub started_at: Timestamp,
    /// Its exit code, as `touchstone run` has them.
    pub exit_code: u8,
    /// Why it ended as it did, where its report does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_reason: Option<String>,
}

/// A version, and what is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedVersion {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// The verdict on it.
    pub verdict: Verdict,
    /// How many testcases target `main` has, and how many of them are PASS.
    pub main: Passed,
    /// The testcases that are not PASS: target by target, the worst first.
    pub obstacles: Vec<Obstacle>,
    /// The testcases that are PASS, and expire soon unless they are checked again.
    pub expiring: Vec<Expiring>,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Passed {
    /// Those that are PASS.
    pub pass: usize,
    /// All.
    pub all: usize,
}

/// A testcase that is not PASS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Obstacle {
    /// The target that asks for it; all but `main` are for information.
    pub target: Target,
    /// Its identifier.
    pub testcase: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why; the text of checks and clouds: escape it before showing it.
    pub reason: String,
    /// Since when it is so, without interruption, as far back as results are kept; absent if it was never checked,
    /// or if the result has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Seen>,
    /// When it was PASS the last time; absent if it never was, as far back as results are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_pass: Option<Seen>,
    /// The run that found it out; absent if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// When the result stopped to count; absent if it counts, or if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub expired_at: Option<Timestamp>,
    /// What a waiver does to it; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Effect>,
}

/// A testcase that is PASS, but not for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expiring {
    /// The target that asks for it.
    pub target: Target,
    /// Its identifier.
    pub testcase: String,
    /// From when on the result does not count any more.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub expires_at: Timestamp,
}

/// A result, and where it is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seen {
    /// The night.
    pub night: String,
    /// The run.
    pub run: String,
    /// When it was checked or attested.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub checked_at: Timestamp,
}

impl Explanation {
    /// What a card says, with the course of results that led there. What expires within `soon` is told.
    pub(crate) fn of(
        card: &Card,
        course: &Course,
        last_run: Option<LastRun>,
        soon: SignedDuration,
    ) -> Explanation {
        let limit = card.at.checked_add(soon).unwrap_or(Timestamp::MAX);
        let versions = card.versions.iter().map(|version| {
            let mut explained = ExplainedVersion {
                name: version.name.clone(),
                state: version.state,
                verdict: version.verdict,
                main: Passed::default(),
                obstacles: Vec::new(),
                expiring: Vec::new(),
            };
            for (target, testcase) in version.testcases() {
                let is_passed = testcase.verdict == Verdict::Pass;
                if target == Target::Main {
                    explained.main.all += 1;
                    explained.main.pass += usize::from(is_passed);
                }
                match testcase.expires_at {
                    Some(expires_at) if is_passed && expires_at <= limit => explained
                        .expiring
                        .push(Expiring { target, testcase: testcase.id.clone(), expires_at }),
                    _ if is_passed => {}
                    _ => explained.obstacles.push(obstacle(card, &version.name, target, testcase, course)),
                }
            }
            explained.obstacles.sort_by_key(|obstacle| (obstacle.target, obstacle.verdict));
            explained.expiring.sort_by_key(|expiring| (expiring.target, expiring.expires_at));
            explained
        });
        let versions = versions.collect();
        let (subject, scope) = (card.subject.clone(), card.scope.clone());
        Explanation { format: ExplanationFormat::V1, subject, scope, at: card.at, last_run, versions }
    }

    /// The JSON Schema of it (draft 2020-12); published as `docs/schemas/explanation.schema.json`.
    pub fn json_schema() -> serde_json::Value {
        crate::schema::of::<Explanation>()
    }
}

fn obstacle(
    card: &Card,
    version: &str,
    target: Target,
    testcase: &CardTestcase,
    course: &Course,
) -> Obstacle {
    let seen = course.of(version, &testcase.id);
    Obstacle {
        target,
        testcase: testcase.id.clone(),
        verdict: testcase.verdict,
        reason: testcase.reason.clone(),
        since: seen.streak().filter(|_| testcase.expired.is_none()).cloned(),
        last_pass: seen.last(Verdict::Pass).cloned(),
        run: testcase.run.clone(),
        expired_at: testcase.expired.and(testcase.expires_at),
        waiver: card.waived(version, &testcase.id).map(|waived| waived.effect),
    }
}
