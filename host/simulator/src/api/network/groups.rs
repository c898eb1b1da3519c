//! Security groups and their rules.

use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{Given, invalid};
use super::{Change, conflict, missing};
use crate::cloud::{Attributes, NewGroup, attributes};
use crate::inventory::Kind;
use crate::reply::Reply;
use crate::state::text;

/// What may be said about a new group.
const KNOWN: [&str; 5] = ["name", "description", "stateful", "project_id", "tenant_id"];

/// What may be said about a new rule.
const KNOWN_OF_RULES: [&str; 12] = [
    "security_group_id",
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
    "remote_group_id",
    "remote_address_group_id",
    "description",
    "project_id",
    "tenant_id",
];

/// `POST /security-groups`
pub(super) fn create(change: &mut Change<'_>, _: &str) -> Result<Reply, Reply> {
    let given = Given::read(change.call, "security_group", &KNOWN)?;
    let name = given.name()?;
    if name == "default" {
        let problem = "Default security group already exists.";
        return Err(conflict("SecurityGroupDefaultAlreadyExists", problem));
    }
    let id = Uuid::new_v4().to_string();
    let description = given.text("description")?.unwrap_or_default();
    let new = NewGroup { id: &id, name, description, created: &change.now };
    let (mut group, rules) = change.site.cloud.networking.security_group(new, false);
    group.insert("stateful".into(), given.or("stateful", true));
    change.net.add_group((group.clone(), rules));
    Ok(Reply::json(201, &json!({"security_group": group})))
}

/// `DELETE /security-groups/ID`
pub(super) fn delete(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    let group = change.net.security_groups.get(id).ok_or_else(|| missing("security-groups", id))?;
    change.check_owner(group, "delete_security_group")?;
    if text(group, "name") == "default" {
        let problem = "Insufficient rights for removing default security group.";
        return Err(conflict("SecurityGroupCannotRemoveDefault", problem));
    }
    let uses = |port: &Attributes| {
        port["security_groups"].as_array().is_some_and(|groups| groups.iter().any(|group| group == id))
    };
    if change.net.ports.values().any(uses) {
        return Err(conflict("SecurityGroupInUse", &format!("Security Group {id} in use.")));
    }
    change.net.remove(Kind::SecurityGroup, id);
    Ok(Reply::empty(204))
}

/// `POST /security-group-rules`
pub(super) fn create_rule(change: &mut Change<'_>, _: &str) -> Result<Reply, Reply> {
    let given = Given::read(change.call, "security_group_rule", &KNOWN_OF_RULES)?;
    let group = given.required("security_group_id")?;
    let owner = change.net.security_groups.get(group).ok_or_else(|| missing("security-groups", group))?;
    change.check_owner(owner, "create_security_group_rule")?;
    let direction = given.required("direction")?;
    if !matches!(direction, "ingress" | "egress") {
        return Err(invalid("direction", &format!("'{direction}' is not in ['ingress', 'egress'].")));
    }
    let what = attributes(json!({
        "security_group_id": group, "direction": direction, "ethertype": given.or("ethertype", "IPv4"),
        "protocol": given.or("protocol", Value::Null), "port_range_min": given.or("port_range_min", Value::Null),
        "port_range_max": given.or("port_range_max", Value::Null),
        "remote_ip_prefix": given.or("remote_ip_prefix", Value::Null),
        "remote_group_id": given.or("remote_group_id", Value::Null),
        "remote_address_group_id": given.or("remote_address_group_id", Value::Null),
    }));
    let same = |rule: &&Attributes| what.iter().all(|(name, value)| rule.get(name) == Some(value));
    if let Some(rule) = change.net.security_group_rules.values().find(same) {
        let problem = format!("Security group rule already exists. Rule id is {}.", text(rule, "id"));
        return Err(conflict("SecurityGroupRuleExists", &problem));
    }
    let project = change.project();
    let mut rule = attributes(json!({
        "id": Uuid::new_v4(), "project_id": project, "tenant_id": project, "created_at": change.now,
        "description": given.or("description", ""), "normalized_cidr": what["remote_ip_prefix"],
        "belongs_to_default_sg": false, "updated_at": change.now, "revision_number": 0,
    }));
    rule.extend(what);
    change.net.add(Kind::SecurityGroupRule, rule.clone());
    change.net.update_rules(group);
    Ok(Reply::json(201, &json!({"security_group_rule": rule})))
}

/// `DELETE /security-group-rules/ID`
pub(super) fn delete_rule(change: &mut Change<'_>, id: &str) -> Result<Reply, Reply> {
    let rule = change.net.security_group_rules.get(id).ok_or_else(|| missing("security-group-rules", id))?;
    change.check_owner(rule, "delete_security_group_rule")?;
    change.net.remove(Kind::SecurityGroupRule, id);
    Ok(Reply::empty(204))
}
