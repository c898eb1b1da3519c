//! Facts about the run: who made the report, with what, and what the run left.

use touchstone_report::{Left, Report, bytes, number};

use super::cases::Link;
use super::{name, prose};
use crate::context::Context;

/// A fact, with what it is about.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) link: Option<Link>,
}

impl Fact {
    fn new(label: &'static str, value: String) -> Fact {
        Fact { label, value, link: None }
    }
}

/// A component that ran.
pub(crate) struct ComponentView {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) used: String,
    /// What the host refused or dropped.
    pub(crate) audit: Vec<String>,
}

/// Something that checks created and that may still be there.
pub(crate) struct LeftView {
    pub(crate) what: String,
    pub(crate) why: String,
}

/// What the subject is, as far as somebody said it.
pub(super) fn about(report: &Report, context: &Context<'_>) -> Vec<Fact> {
    let mut about = Vec::new();
    if context.display_name.is_some_and(|shown| shown != report.subject) {
        about.push(Fact::new("subject", name(&report.subject)));
    }
    about.extend(context.operator.map(|operator| Fact::new("operator", name(operator))));
    about.extend(context.description.map(|description| Fact::new("what it is", prose(description))));
    let monitor = context.health_monitor;
    about.extend(monitor.map(|url| Fact { link: Link::of(url), ..Fact::new("health monitor", name(url)) }));
    about
}

pub(super) fn facts(report: &Report, context: &Context<'_>) -> Vec<Fact> {
    let run = &report.run;
    let seconds = run.finished_at.duration_since(run.started_at).as_secs_f64();
    let mut facts = vec![
        Fact::new("run", name(&run.id)),
        Fact::new("made by", format!("{} {}", name(&run.tool.name), name(&run.tool.version))),
        Fact::new("started", run.started_at.to_string()),
        Fact::new("finished", format!("{} ({seconds:.1} s)", run.finished_at)),
        Fact::new("counted as today", report.reference_date.to_string()),
        Fact::new("scope", format!("{}, {}", name(&report.scope.name), name(&report.scope.uuid))),
        Fact::new("manifest", name(&report.scope.digest)),
    ];
    if let Some(file) = context.manifest {
        facts.push(Fact::new("manifest's file", name(file.path)));
    }
    let services = report.preflight.iter().flat_map(|preflight| &preflight.services);
    let services: Vec<String> = services.map(|service| name(service)).collect();
    if !services.is_empty() {
        facts.push(Fact::new("services of the subject", services.join(", ")));
    }
    for (label, evidence) in &report.evidence {
        let size = bytes(evidence.bytes);
        let value = format!("{}: {} ({size}), {}", name(label), name(&evidence.file), name(&evidence.sha256));
        facts.push(Fact::new("evidence", value));
    }
    if let Some(tape) = &report.tape {
        facts.push(Fact::new("tape", format!("{} ({})", name(&tape.sha256), bytes(tape.bytes))));
    }
    if let Some(ephemeral) = &report.ephemeral {
        let (created, deleted) = (number(ephemeral.created, "thing"), ephemeral.deleted);
        let left = report.left().len();
        facts.push(Fact::new("created", format!("{created}; {deleted} deleted again, {left} left")));
    }
    facts
}

pub(super) fn components(report: &Report) -> Vec<ComponentView> {
    let view = |(digest, component): (&String, &touchstone_report::Component)| {
        let (usage, audit) = (component.usage, &component.audit);
        let mut refused = Vec::new();
        let denied = audit.denied_calls.max(component.denied.len() as u64);
        if denied > 0 {
            let calls: Vec<String> = component.denied.iter().map(|call| name(call)).collect();
            let denied = number(denied, "call");
            refused.push(format!("tried {denied} that it was not granted: {}", calls.join(", ")));
        }
        for (count, what) in [
            (audit.ignored(), "outcome that it was not asked for"),
            (audit.dropped_outcomes, "outcome dropped"),
            (audit.dropped_findings, "finding dropped"),
        ] {
            if count > 0 {
                refused.push(format!("{count} × {what}"));
            }
        }
        if audit.dropped_log_bytes > 0 {
            refused.push(format!("{} of log dropped", bytes(audit.dropped_log_bytes)));
        }
        ComponentView {
            name: format!("{} {}", name(&component.name), name(&component.version)),
            digest: name(digest),
            used: format!(
                "{}, {} of answers, {} ms, {} of memory",
                number(usage.calls, "call"),
                bytes(usage.response_bytes),
                usage.wall_ms,
                bytes(usage.peak_memory_bytes)
            ),
            audit: refused,
        }
    };
    let mut components: Vec<ComponentView> = report.components.iter().map(view).collect();
    components.sort_by(|a, b| (&a.name, &a.digest).cmp(&(&b.name, &b.digest)));
    components
}

pub(super) fn left(report: &Report) -> Vec<LeftView> {
    let view = |left: &Left| {
        let called = left.name.as_deref().filter(|called| !called.is_empty()).map(name);
        let which = match (called, left.id.as_deref().map(name)) {
            (Some(called), Some(id)) => format!("{called} ({id})"),
            (Some(called), None) => format!("{called} (its id is not known)"),
            (None, Some(id)) => id,
            (None, None) => "(neither name nor id are known)".to_owned(),
        };
        let version = left.version.iter().map(|version| format!(" {}", name(version))).collect::<String>();
        LeftView {
            what: format!("{} {} {which}", name(&left.service), name(&left.kind)),
            why: format!("of {}{version}: {}", name(&left.check), prose(&left.why)),
        }
    };
    report.left().iter().map(view).collect()
}
