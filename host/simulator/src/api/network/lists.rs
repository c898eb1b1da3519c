//! Lists: filters, order, pages, fields.

use serde_json::{Value, json};

use super::missing;
use crate::api::paging::page;
use crate::call::Call;
use crate::cloud::Attributes;
use crate::reply::{Reply, envelope};
use crate::site::Site;

/// `GET /COLLECTION`
pub(super) fn list(site: &Site, call: &Call, name: &str, items: &[&Attributes], url: &str) -> Reply {
    let asked = match call.parameter("limit").map(str::parse::<usize>) {
        None | Some(Ok(0)) => None,
        Some(Ok(limit)) => Some(limit),
        Some(Err(_)) => {
            let text = call.parameter("limit").unwrap_or_default();
            let problem =
                format!("Bad limit request: Limit must be an integer 0 or greater and not '{text}'.");
            return Reply::neutron(400, "BadRequest", &problem);
        }
    };
    let limit = asked.into_iter().chain(site.cloud.pages.network).min();
    let filters = match filters(call, items) {
        Ok(filters) => filters,
        Err(reply) => return reply,
    };
    let wanted = |item: &&Attributes| {
        filters.iter().all(|(name, values)| values.iter().any(|value| has(item, name, value)))
    };
    let mut wanted: Vec<&Attributes> = items.iter().copied().filter(wanted).collect();
    for (key, descending) in order(call).into_iter().rev() {
        wanted.sort_by_key(|item| text(item.get(key).unwrap_or(&Value::Null)));
        if descending {
            wanted.reverse();
        }
    }
    let marker = call.parameter("marker");
    let Ok(page) = page(wanted, marker, limit.unwrap_or(usize::MAX), id) else {
        return missing(name, marker.unwrap_or_default());
    };
    let key = name.replace('-', "_");
    let items: Vec<Value> = page.items.into_iter().map(|item| with_fields(item, call)).collect();
    let mut body = envelope(&key, items);
    if let Some(marker) = page.next {
        let href = format!("{url}/v2.0/{name}?{}", call.query_with_marker(marker));
        body[format!("{key}_links")] = json!([{"rel": "next", "href": href}]);
    }
    Reply::json(200, &body)
}

fn id(item: &Attributes) -> &str {
    item.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The filters of a query, those with the same name together: one of their values has to fit.
fn filters<'a>(call: &'a Call, items: &[&Attributes]) -> Result<Vec<(&'a str, Vec<&'a str>)>, Reply> {
    let mut filters: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in &call.query {
        if matches!(name.as_str(), "limit" | "marker" | "fields" | "sort_key" | "sort_dir" | "page_reverse") {
            continue;
        }
        if !items.is_empty() && !items.iter().any(|item| item.contains_key(name)) {
            let problem = format!("['{name}'] is invalid attribute for filtering");
            return Err(Reply::neutron(400, "HTTPBadRequest", &problem));
        }
        match filters.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => filters.push((name, vec![value])),
        }
    }
    Ok(filters)
}

fn has(item: &Attributes, name: &str, wanted: &str) -> bool {
    match item.get(name) {
        Some(Value::Array(values)) if name == "fixed_ips" => {
            wanted.split_once('=').is_some_and(|(key, wanted)| {
                values.iter().any(|value| value.get(key).is_some_and(|value| text(value) == wanted))
            })
        }
        Some(Value::Array(values)) => values.iter().any(|value| text(value) == wanted),
        Some(Value::Bool(value)) => value.to_string().eq_ignore_ascii_case(wanted),
        Some(value) => text(value) == wanted,
        None => false,
    }
}

fn order(call: &Call) -> Vec<(&str, bool)> {
    let values = |wanted: &'static str| {
        call.query.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let directions = values("sort_dir").chain(std::iter::repeat("asc"));
    values("sort_key").zip(directions).map(|(key, direction)| (key, direction == "desc")).collect()
}

/// An item with those fields that are asked for.
pub(super) fn with_fields(item: &Attributes, call: &Call) -> Value {
    let wanted: Vec<&str> =
        call.query.iter().filter(|(name, _)| name == "fields").map(|(_, value)| value.as_str()).collect();
    let mut item = item.clone();
    if !wanted.is_empty() {
        item.retain(|name, _| wanted.contains(&name.as_str()));
    }
    Value::Object(item)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}
