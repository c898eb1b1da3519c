//! What a report says that cannot be computed again from what checks saw. A tape keeps it, in the words of the report, so that
//! the whole report can be.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use touchstone_capabilities::openstack;
use touchstone_capabilities::openstack::ledger;
use touchstone_report::{Audit, Ephemeral, Left, Preflight, ScopeRef, Selected, Tool, Usage};
use touchstone_runtime::Ended;

use crate::job::{Job, Task};
use crate::listen::Named;
use crate::run::Begun;
use crate::stop::Stop;

/// What is known when the first check is about to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opening {
    pub(crate) run: String,
    pub(crate) started_at: Timestamp,
    pub(crate) tool: Tool,
    pub(crate) subject: String,
    pub(crate) cloud: String,
    pub(crate) scope: ScopeRef,
    pub(crate) reference_date: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) selected: Option<Selected>,
    pub(crate) preflight: Preflight,
}

impl Opening {
    pub(crate) fn of(job: &Job, begun: &Begun, preflight: &Preflight) -> Self {
        let Task { manifest, selection, subject, cloud, .. } = &job.task;
        Opening {
            run: begun.id.clone(),
            started_at: begun.at,
            tool: begun.tool.clone(),
            subject: subject.clone(),
            cloud: cloud.clone(),
            scope: scope_ref(manifest),
            reference_date: selection.date,
            selected: selected(selection),
            preflight: preflight.clone(),
        }
    }
}

/// What is known when the last check has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) finished_at: Timestamp,
    pub(crate) interrupted: bool,
    /// Why it was stopped, if not by a user: the reason of what did not finish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stopped: Option<String>,
}

impl Closing {
    /// That of a run that ends now.
    pub(crate) fn now(stop: Option<&Stop>) -> Self {
        Closing {
            finished_at: Timestamp::now(),
            interrupted: stop.is_some(),
            stopped: stop.and_then(Stop::reason),
        }
    }
}

/// What one instance used, tried in vain, created and left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) usage: Usage,
    pub(crate) denied: Vec<String>,
    pub(crate) audit: Audit,
    pub(crate) ephemeral: Ephemeral,
}

impl Told {
    pub(crate) fn of(
        check: &Named,
        ended: Option<&Ended>,
        usage: openstack::Usage,
        audit: &openstack::Audit,
        ephemeral: ledger::Ephemeral,
    ) -> Self {
        let dropped = ended.map_or_else(Default::default, |ended| ended.dropped);
        let left = |left: ledger::Left| Left {
            check: check.id.clone(),
            version: Some(check.version.clone()),
            service: left.service,
            kind: left.kind,
            id: left.id,
            name: left.name,
            why: left.why,
        };
        Told {
            usage: Usage {
                calls: usage.calls,
                response_bytes: usage.response_bytes,
                wall_ms: ended.map_or(0, |ended| u64::try_from(ended.wall.as_millis()).unwrap_or(u64::MAX)),
                peak_memory_bytes: ended.map_or(0, |ended| ended.peak_memory_bytes),
            },
            denied: audit.entries.iter().map(|denial| denial.call.clone()).collect(),
            audit: Audit {
                denied_calls: audit.total,
                dropped_outcomes: dropped.outcomes,
                dropped_findings: dropped.findings,
                dropped_log_bytes: dropped.log_bytes,
                ..Audit::default()
            },
            ephemeral: Ephemeral {
                created: ephemeral.created,
                deleted: ephemeral.deleted,
                left: ephemeral.left.into_iter().map(left).collect(),
                cloud: None,
            },
        }
    }
}

/// How a manifest is named in a report.
pub(crate) fn scope_ref(manifest: &touchstone_scope::Manifest) -> ScopeRef {
    ScopeRef {
        uuid: manifest.uuid().to_string(),
        name: manifest.name().to_owned(),
        digest: manifest.digest().to_string(),
    }
}

/// What a selection narrows; nothing if it does not.
pub(crate) fn selected(selection: &touchstone_scope::Selection) -> Option<Selected> {
    let selected = Selected {
        version: selection.version.clone(),
        tests: selection.tests.as_ref().map(ToString::to_string),
        sections: selection.sections.iter().flatten().copied().collect(),
        parameters: selection.parameters.clone(),
    };
    (selected != Selected::default()).then_some(selected)
}
