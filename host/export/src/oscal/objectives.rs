//! What was to be met: testcases as objectives of modules, versions as objectives of the scope.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use touchstone_report::Report;

use super::values::{markup, titled, token};
use crate::entries::entries;
use crate::places::Places;

/// The objectives of a report.
pub(super) struct Objectives {
    /// The control for the scope itself.
    scope: String,
    /// By control: identifier, title, what has to hold.
    controls: BTreeMap<String, Vec<Objective>>,
    /// The control of each testcase.
    control_of: BTreeMap<String, String>,
}

struct Objective {
    id: String,
    title: String,
    prose: String,
}

/// The objective that stands for what is wrong with a run beyond its testcases.
pub(super) const RUN: &str = "touchstone-run";

impl Objectives {
    /// Without a manifest nobody knows the modules: then every testcase is a control of its own.
    pub(super) fn of(report: &Report, places: Option<&Places<'_>>) -> Objectives {
        let scope = token(&report.scope.uuid);
        let mut controls: BTreeMap<String, Vec<Objective>> = BTreeMap::new();
        let mut control_of = BTreeMap::new();
        let mut versions: Vec<Objective> =
            report.versions.keys().map(|version| of_version(report, version)).collect();
        versions.push(Objective {
            id: RUN.to_owned(),
            title: "The run itself".to_owned(),
            prose: "The subject can be tested, at least one version is judged, and nothing is left."
                .to_owned(),
        });
        controls.insert(scope.clone(), versions);
        for entry in entries(report) {
            if control_of.contains_key(entry.testcase) {
                continue;
            }
            let module = places.and_then(|places| places.module(entry.version, entry.testcase));
            let control = module.map_or_else(|| token(entry.testcase), token);
            let description = entry.result.map_or("", |result| &result.description);
            controls.entry(control.clone()).or_default().push(Objective {
                id: token(entry.testcase),
                title: titled(&[entry.testcase]),
                prose: markup(if description.is_empty() { entry.testcase } else { description }),
            });
            control_of.insert(entry.testcase.to_owned(), control);
        }
        Objectives { scope, controls, control_of }
    }

    /// `local-definitions.objectives-and-methods`.
    pub(super) fn json(&self, report: &Report) -> Vec<Value> {
        let controls = self.controls.iter().map(|(control, objectives)| {
            let about = if *control == self.scope { report.scope.name.as_str() } else { control };
            json!({
                "control-id": control,
                "description": markup(about),
                "parts": objectives.iter().map(part).collect::<Vec<_>>(),
            })
        });
        controls.collect()
    }

    /// `reviewed-controls` of a result: what its findings are about.
    pub(super) fn reviewed<'t>(&self, own: &str, testcases: impl Iterator<Item = &'t str>) -> Value {
        let mut controls = vec![self.scope.as_str()];
        let mut objectives = vec![json!({"objective-id": own})];
        for testcase in testcases {
            controls.extend(self.control_of.get(testcase).map(String::as_str));
            objectives.push(json!({"objective-id": token(testcase)}));
        }
        controls.sort_unstable();
        controls.dedup();
        let controls: Vec<Value> = controls.into_iter().map(|id| json!({"control-id": id})).collect();
        json!({
            "control-selections": [{"include-controls": controls}],
            "control-objective-selections": [{"include-objectives": objectives}],
        })
    }
}

fn of_version(report: &Report, version: &str) -> Objective {
    Objective {
        id: token(version),
        title: titled(&[&report.scope.name, " ", version]),
        prose: "Every testcase of target main passes (SCS-0003).".to_owned(),
    }
}

fn part(objective: &Objective) -> Value {
    json!({
        "id": objective.id,
        "name": "assessment-objective",
        "title": objective.title,
        "prose": objective.prose,
    })
}
