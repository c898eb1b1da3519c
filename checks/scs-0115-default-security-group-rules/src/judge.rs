//! Whether new security groups let through what they should, and nothing else.

use touchstone_sdk::openstack::command;
use touchstone_sdk::{Resource, Testee};

use crate::rule::{Direction, Ethertype, Rule, Scope};
use crate::rules::{Rules, Source, TEMPLATE_SINCE};

const STANDARD: &str = "scs-0115-v1, \"Standard\"";
const AND_TESTS: &str = "scs-0115-v1, \"Standard\"; scs-0115-w1, \"Automated tests\"";

pub(crate) fn judge(rules: &Rules, t: &mut Testee) {
    for rule in rules.rules.iter().filter(|rule| rule.direction == Direction::Ingress) {
        judge_ingress(rule, rules.source, t);
    }
    for ethertype in [Ethertype::Ipv4, Ethertype::Ipv6] {
        judge_egress(ethertype, rules, t);
    }
    match rules.source {
        Source::Template => {
            remark_on_isolation(Ethertype::Ipv4, rules, t);
            remark_on_isolation(Ethertype::Ipv6, rules, t);
        }
        Source::NewGroup => {
            t.info(format!(
                "the cloud has no API for default security group rules, which is there since {TEMPLATE_SINCE}: the rules of a \
                 new group were judged, those of default groups are not known"
            ))
            .about(all_rules(rules.source))
            .required_by("scs-0115-v1, \"Further Annotations\"");
        }
    }
}

/// Only default groups may let something in, and only from themselves.
fn judge_ingress(rule: &Rule, source: Source, t: &mut Testee) {
    if rule.is_from_same_group() && !rule.scope.custom {
        return;
    }
    let message = match source {
        Source::Template => format!(
            "lets {} in ({}) for {}, should not: nothing may come in but from the same group, in default groups",
            rule.ethertype,
            limits(rule),
            rule.scope
        ),
        Source::NewGroup => {
            format!("lets {} in ({}) where a group is new, should not", rule.ethertype, limits(rule))
        }
    };
    let finding = t.violation(message);
    finding.about(resource(rule, source)).required_by(STANDARD);
    if source == Source::Template {
        let delete = command(&["default", "security", "group", "rule", "delete", &rule.id]);
        // Without it default groups would lose what they should let in.
        let is_needed = rule.is_from_same_group() && rule.scope.default;
        finding.mended_by(match is_needed {
            true => format!("{} && {delete}", create_isolation(rule.ethertype)),
            false => delete,
        });
    }
}

/// Some rule lets everything of that kind out, in every new group.
fn judge_egress(ethertype: Ethertype, rules: &Rules, t: &mut Testee) {
    let of_kind = |rule: &&Rule| rule.direction == Direction::Egress && rule.ethertype == ethertype;
    let open = |is_for: fn(Scope) -> bool| {
        rules.rules.iter().filter(of_kind).any(|rule| is_for(rule.scope) && rule.limits.is_empty())
    };
    let lacking = Scope {
        default: rules.source == Source::Template && !open(|scope| scope.default),
        custom: !open(|scope| scope.custom),
    };
    if !lacking.default && !lacking.custom {
        return;
    }
    let partial: Vec<String> = rules
        .rules
        .iter()
        .filter(of_kind)
        .filter(|rule| !rule.limits.is_empty())
        .map(|rule| format!("rule {} lets out {}", rule.id, limits(rule)))
        .collect();
    let partial = if partial.is_empty() { String::new() } else { format!(" ({})", partial.join("; ")) };
    let finding = t.violation(match rules.source {
        Source::Template => {
            format!("no rule lets all {ethertype} out in new {lacking}, there should be one{partial}")
        }
        Source::NewGroup => {
            format!("no rule lets all {ethertype} out where a group is new, there should be one{partial}")
        }
    });
    finding.about(all_rules(rules.source)).required_by(AND_TESTS);
    if rules.source == Source::Template {
        finding.mended_by(create_egress(ethertype, lacking));
    }
}

/// The standard recommends only that servers in the same default group reach one another.
fn remark_on_isolation(ethertype: Ethertype, rules: &Rules, t: &mut Testee) {
    let lets_in = |rule: &Rule| {
        rule.direction == Direction::Ingress
            && rule.ethertype == ethertype
            && rule.is_from_same_group()
            && rule.scope.default
    };
    if !rules.rules.iter().any(lets_in) {
        t.warning(format!(
            "no rule lets {ethertype} in from the same group in default groups, there should be one"
        ))
        .about(all_rules(rules.source))
        .required_by(STANDARD)
        .mended_by(create_isolation(ethertype));
    }
}

fn create_egress(ethertype: Ethertype, scope: Scope) -> String {
    let ethertype = ethertype.to_string();
    let mut words =
        vec!["default", "security", "group", "rule", "create", "--egress", "--ethertype", &ethertype];
    words.extend(scope.default.then_some("--for-default-sg"));
    words.extend(scope.custom.then_some("--for-custom-sg"));
    command(&words)
}

fn create_isolation(ethertype: Ethertype) -> String {
    let ethertype = ethertype.to_string();
    command(&[
        "default",
        "security",
        "group",
        "rule",
        "create",
        "--ingress",
        "--ethertype",
        &ethertype,
        "--remote-group",
        "PARENT",
        "--for-default-sg",
    ])
}

fn limits(rule: &Rule) -> String {
    if rule.limits.is_empty() { "everything".to_owned() } else { rule.limits.join(", ") }
}

fn resource(rule: &Rule, source: Source) -> Resource {
    let kind = match source {
        Source::Template => "default security group rule",
        Source::NewGroup => "security group rule",
    };
    Resource { service: "network".into(), kind: kind.into(), id: Some(rule.id.clone()), name: None }
}

fn all_rules(source: Source) -> Resource {
    let kind = match source {
        Source::Template => "default security group rules",
        Source::NewGroup => "security group",
    };
    Resource { service: "network".into(), kind: kind.into(), id: None, name: None }
}
