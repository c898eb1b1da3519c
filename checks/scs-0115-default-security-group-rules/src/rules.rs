//! Where the rules of new security groups are read: in the template, or, where a cloud has none, in a new group.

use serde_json::{Value, json};
use touchstone_sdk::openstack::{Creation, Request, pages};
use touchstone_sdk::{Context, Error};

use crate::rule::{Rule, Scope};

/// Since this release the template can be read and edited.
pub(crate) const TEMPLATE_SINCE: &str = "2023.2";

/// The rules that new security groups get.
pub(crate) struct Rules {
    pub(crate) source: Source,
    /// In the order of their ids.
    pub(crate) rules: Vec<Rule>,
}

/// What the rules were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The default security group rules, which say what they are for.
    Template,
    /// A group that was created for it; the rules of default groups are not known then.
    NewGroup,
}

/// Reads the template, or else the rules of a new group.
pub(crate) fn read(cx: &mut Context) -> Result<Rules, Error> {
    let list = Request::get("network", "/default-security-group-rules");
    if cx.call(&list)?.status == 404 {
        let items = of_a_new_group(cx)?;
        return parsed(Source::NewGroup, "a rule of a new security group", &items);
    }
    let items = pages(cx, list, "default_security_group_rules")?;
    parsed(Source::Template, "a default security group rule", &items)
}

fn of_a_new_group(cx: &mut Context) -> Result<Vec<Value>, Error> {
    let group = json!({
        "name": format!("{}default-rules", cx.prefix()),
        "description": "Shows with which rules security groups begin.",
    });
    let creation = Creation::of("network", "/security-groups", "security_group", group);
    let created = cx.create(&creation)?;
    let id = created.expect(&creation.request)?;
    let request = Request::get("network", &format!("/security-groups/{id}"));
    let body: Value = cx.call(&request)?.expect(&request, 200)?;
    match body.pointer("/security_group/security_group_rules") {
        Some(Value::Array(rules)) => Ok(rules.clone()),
        _ => Err(Error::new(format!("{request}: the answer has no list `security_group_rules`"))),
    }
}

fn parsed(source: Source, what: &str, items: &[Value]) -> Result<Rules, Error> {
    let scope_of = |item: &Value| match source {
        Source::Template => Scope::parse(item),
        Source::NewGroup => Ok(Scope { default: false, custom: true }),
    };
    let rules = items.iter().map(|item| Rule::parse(item, scope_of(item)?));
    let mut rules = rules
        .collect::<Result<Vec<_>, String>>()
        .map_err(|problem| Error::new(format!("{what} is not what the network API promises: {problem}")))?;
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    // A list that changes while its pages are read may have a rule twice.
    rules.dedup();
    Ok(Rules { source, rules })
}
