//! One rule, as far as the standard cares.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

/// A rule that new security groups get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) direction: Direction,
    pub(crate) ethertype: Ethertype,
    pub(crate) scope: Scope,
    pub(crate) remote_group: Option<String>,
    /// What narrows it, as people say it: `only tcp`, `only ports 22 to 22`. Empty if it lets everything through.
    pub(crate) limits: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ethertype {
    Ipv4,
    Ipv6,
}

/// Which new groups get the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The one that each project has from its beginning.
    pub(crate) default: bool,
    /// Those that users make.
    pub(crate) custom: bool,
}

/// In `remote_group_id` of the template: the group that the rule will be in.
const SAME_GROUP: &str = "PARENT";

impl Rule {
    /// Nothing is taken for granted: a member that is missing might have been one that narrows the rule.
    pub(crate) fn parse(item: &Value, scope: Scope) -> Result<Self, String> {
        let id = text(item, "id")?.ok_or("`id` is empty")?;
        let ethertype = match text(item, "ethertype")?.map(|text| text.to_ascii_lowercase()).as_deref() {
            Some("ipv4") => Ethertype::Ipv4,
            Some("ipv6") => Ethertype::Ipv6,
            _ => return Err(format!("rule {id}: `ethertype` is neither IPv4 nor IPv6")),
        };
        let direction = match text(item, "direction")?.map(|text| text.to_ascii_lowercase()).as_deref() {
            Some("ingress") => Direction::Ingress,
            Some("egress") => Direction::Egress,
            _ => return Err(format!("rule {id}: `direction` is neither ingress nor egress")),
        };
        let remote_group = text(item, "remote_group_id")?;
        let mut limits = Vec::new();
        limits.extend(protocol(item)?);
        limits.extend(ports(item)?);
        limits.extend(prefix(item, ethertype)?.map(|prefix| format!("only {prefix}")));
        limits.extend(remote_group.as_deref().map(|group| match group {
            SAME_GROUP => "only the same group".to_owned(),
            group => format!("only group {group}"),
        }));
        // Older clouds know no address groups.
        if item.get("remote_address_group_id").is_some() {
            let group = text(item, "remote_address_group_id")?;
            limits.extend(group.map(|group| format!("only address group {group}")));
        }
        Ok(Rule { id, direction, ethertype, scope, remote_group, limits })
    }

    pub(crate) fn is_from_same_group(&self) -> bool {
        self.remote_group.as_deref() == Some(SAME_GROUP)
    }
}

impl Scope {
    /// As a rule of the template says it.
    pub(crate) fn parse(item: &Value) -> Result<Self, String> {
        let flag = |name: &str| match item.get(name) {
            Some(Value::Bool(flag)) => Ok(*flag),
            _ => Err(format!("`{name}` is neither true nor false")),
        };
        Ok(Scope { default: flag("used_in_default_sg")?, custom: flag("used_in_non_default_sg")? })
    }
}

/// A member that has to be there; nothing if it is null or empty, which mean the same to neutron. Numbers are taken by
/// their spelling.
fn text(item: &Value, name: &str) -> Result<Option<String>, String> {
    match item.get(name) {
        None => Err(format!("it has no `{name}`")),
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(format!("`{name}` is neither a text nor a number")),
    }
}

fn protocol(item: &Value) -> Result<Option<String>, String> {
    let protocol = text(item, "protocol")?;
    let is_any = |text: &String| text == "0" || text.eq_ignore_ascii_case("any");
    Ok(protocol.filter(|text| !is_any(text)).map(|text| format!("only {}", named(&text))))
}

fn named(protocol: &str) -> String {
    if protocol.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("protocol {protocol}")
    } else {
        protocol.to_owned()
    }
}

/// For ICMP these are type and code, which narrow a rule as ports do.
fn ports(item: &Value) -> Result<Option<String>, String> {
    Ok(match (text(item, "port_range_min")?, text(item, "port_range_max")?) {
        (None, None) => None,
        (Some(from), Some(to)) if from == to => Some(format!("only port {from}")),
        (from, to) => Some(format!(
            "only ports {} to {}",
            from.as_deref().unwrap_or("any"),
            to.as_deref().unwrap_or("any")
        )),
    })
}

/// The prefix, unless it is the one of all addresses.
fn prefix(item: &Value, ethertype: Ethertype) -> Result<Option<String>, String> {
    let is_all = |prefix: &String| match (prefix.split_once('/'), ethertype) {
        (Some((address, length)), Ethertype::Ipv4) => length == "0" && address.parse::<Ipv4Addr>().is_ok(),
        (Some((address, length)), Ethertype::Ipv6) => length == "0" && address.parse::<Ipv6Addr>().is_ok(),
        (None, _) => false,
    };
    Ok(text(item, "remote_ip_prefix")?.filter(|prefix| !is_all(prefix)))
}

impl fmt::Display for Ethertype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ethertype::Ipv4 => "IPv4",
            Ethertype::Ipv6 => "IPv6",
        })
    }
}

impl fmt::Display for Scope {
    /// As the end of a sentence: `default and custom groups`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.default, self.custom) {
            (true, true) => "default and custom groups",
            (true, false) => "default groups",
            (false, true) => "custom groups",
            (false, false) => "no groups, as it is set now",
        })
    }
}
