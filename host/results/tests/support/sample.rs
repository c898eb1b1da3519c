//! Made-up manifests and reports.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{Timestamp, tz::Offset};
use touchstone_report::{Format, Report, Run, ScopeRef, TestcaseResult, Tool, judge};
use touchstone_results::{NightScope, NightStart, SubjectInfo};
use touchstone_scope::{Manifest, Selection, Verdict};

pub(crate) const SCOPE: &str = "50393e6f-2ae1-4c5c-a62c-3b75f2abef3f";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A manifest of checks (with a component each, but for manual ones), and versions with their states from 2026-01-01 on.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    /// Testcase, lifetime, section, target.
    pub(crate) testcases: Vec<(String, &'static str, &'static str, &'static str)>,
    /// Version, state, how many of the testcases it asks for.
    pub(crate) versions: Vec<(String, &'static str, usize)>,
}

impl Scope {
    pub(crate) fn new(versions: &[(&str, &'static str)], testcases: &[(&str, &'static str)]) -> Scope {
        Scope {
            testcases: testcases
                .iter()
                .map(|(id, life)| ((*id).to_owned(), *life, "light", "main"))
                .collect(),
            versions: versions.iter().map(|(name, state)| ((*name).to_owned(), *state, usize::MAX)).collect(),
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "format: touchstone.scope/v1\nuuid: {SCOPE}\nname: Test scope\nurl: https://example.org/scope.yaml\nchecks:\n"
        );
        for (number, (id, lifetime, section, _)) in self.testcases.iter().enumerate() {
            let _ = write!(
                text,
                "  - id: check-{id}\n    version: 1.0.0\n    component: sha256:{number:064}\n    grants: [compute GET /flavors]\n    \
                 testcases:\n      - id: {id}\n        description: What {id} says.\n        url: https://example.org/{id}\n        \
                 lifetime: {lifetime}\n        section: {section}\n"
            );
        }
        text.push_str("modules:\n");
        for (id, _, _, target) in &self.testcases {
            let _ = write!(
                text,
                "  - id: module-{id}\n    name: Module {id}\n    url: https://example.org/{id}\n    targets:\n      {target}: [{id}]\n"
            );
        }
        text.push_str("versions:\n");
        for (version, state, most) in &self.versions {
            let stable = if *state == "draft" { "" } else { "    stabilized_at: 2025-01-01\n" };
            let _ = write!(text, "  - version: {version}\n{stable}    include:\n");
            for (id, ..) in self.testcases.iter().take(*most) {
                let _ = writeln!(text, "      - module: module-{id}");
            }
        }
        text.push_str("timeline:\n  - date: 2026-01-01\n    versions:\n");
        for (version, state, _) in &self.versions {
            let _ = writeln!(text, "      {version}: {state}");
        }
        text
    }

    pub(crate) fn manifest(&self) -> Manifest {
        Manifest::parse("test.yaml", &self.text())
            .unwrap_or_else(|wrong| panic!("{}\n{}", wrong.plain(), self.text()))
    }

    /// The report of a run at a time: what `said` says of a version and testcase; nothing for what was not run.
    pub(crate) fn report(
        &self,
        subject: &str,
        run: &str,
        started_at: Timestamp,
        said: impl Fn(&str, &str) -> Option<(Verdict, String)>,
    ) -> Report {
        let manifest = self.manifest();
        let date = Offset::UTC.to_datetime(started_at).date();
        let plan = manifest.plan(&Selection::on(date)).unwrap();
        let mut judged = judge(&plan.versions, &BTreeMap::new());
        for planned in &plan.versions {
            // Each version has results of its own, as if its parameters were.
            let mut verdicts = BTreeMap::new();
            let keys = planned.targets.values().flatten();
            for key in keys {
                let result = match said(&planned.name, &key.testcase) {
                    None => TestcaseResult::new(Verdict::Miss, "not selected by --tests/--sections"),
                    Some((verdict, reason)) => {
                        let (_, testcase) = manifest.providers(&key.testcase).next().unwrap();
                        TestcaseResult {
                            checked_at: Some(started_at),
                            expires_at: Some(testcase.lifetime.expires_at(started_at)),
                            lifetime: Some(testcase.lifetime),
                            section: Some(testcase.section),
                            ..TestcaseResult::new(verdict, reason)
                        }
                    }
                };
                verdicts.insert(key.clone(), result);
            }
            let mut own = judge(std::slice::from_ref(planned), &verdicts);
            let mut version = own.versions.remove(&planned.name).unwrap();
            version.testcases = own.testcases;
            judged.versions.insert(planned.name.clone(), version);
        }
        Report {
            format: Format::V1,
            run: Run {
                id: run.to_owned(),
                started_at,
                finished_at: started_at + jiff::SignedDuration::from_secs(90),
                tool: Tool { name: "touchstone".to_owned(), version: "0.1.0".to_owned() },
                interrupted: false,
                selected: None,
            },
            subject: subject.to_owned(),
            scope: ScopeRef {
                uuid: manifest.uuid().to_string(),
                name: manifest.name().to_owned(),
                digest: manifest.digest().to_string(),
            },
            reference_date: date,
            preflight: None,
            versions: judged.versions,
            testcases: BTreeMap::new(),
            components: BTreeMap::new(),
            evidence: BTreeMap::new(),
            ephemeral: None,
            tape: None,
            tape_problem: None,
            replay: None,
            waivers: Vec::new(),
        }
    }

    /// A report in which everything has one verdict.
    pub(crate) fn all(&self, subject: &str, run: &str, started_at: Timestamp, verdict: Verdict) -> Report {
        self.report(subject, run, started_at, |_, _| Some((verdict, format!("it is {verdict}"))))
    }

    pub(crate) fn night(&self, id: &str, subjects: &[&str]) -> NightStart {
        let text = self.text();
        let info = |name: &&str| SubjectInfo {
            name: (*name).to_owned(),
            scopes: vec![SCOPE.to_owned()],
            ..SubjectInfo::default()
        };
        NightStart {
            id: id.to_owned(),
            due_at: at(id),
            started_at: at(id),
            config_digest: "sha256:00".to_owned(),
            sections: Vec::new(),
            is_part: false,
            scopes: vec![NightScope::of(&self.manifest(), "test.yaml", &text)],
            subjects: subjects.iter().map(info).collect(),
        }
    }
}
