//! What requests say about new resources.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::bad_request;
use crate::call::Call;
use crate::reply::Reply;

/// A subnet and an address, as far as they are given.
pub(super) type FixedIp<'a> = (Option<&'a str>, Option<IpAddr>);

/// The attributes that are given for a resource.
pub(super) struct Given(Map<String, Value>);

impl Given {
    /// From `{"NAME": {…}}`; `known` are the attributes that the resource has.
    pub(super) fn read(call: &Call, name: &str, known: &[&str]) -> Result<Self, Reply> {
        let mut body =
            call.object().ok_or_else(|| bad_request("HTTPBadRequest", "Invalid JSON in the body"))?;
        let given = match body.remove(name) {
            Some(Value::Object(given)) => given,
            _ if body.contains_key(&format!("{name}s")) => {
                return Err(bad_request("HTTPBadRequest", "Bulk operation not supported"));
            }
            _ => {
                return Err(bad_request(
                    "HTTPBadRequest",
                    &format!("Unable to find '{name}' in request body"),
                ));
            }
        };
        Self::check(given, known)
    }

    /// From `{…}`.
    pub(super) fn flat(call: &Call, known: &[&str]) -> Result<Self, Reply> {
        let given = call.object().ok_or_else(|| bad_request("HTTPBadRequest", "Invalid JSON in the body"))?;
        Self::check(given, known)
    }

    fn check(given: Map<String, Value>, known: &[&str]) -> Result<Self, Reply> {
        let unknown: Vec<String> = given
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .map(|name| format!("'{name}'"))
            .collect();
        match unknown.is_empty() {
            true => Ok(Self(given)),
            false => {
                let problem = format!("Unrecognized attribute(s) {}", unknown.join(", "));
                Err(bad_request("HTTPBadRequest", &problem))
            }
        }
    }

    /// An attribute, whatever it is; None if it is not given.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// An attribute, or what it is if it is not given.
    pub(super) fn or(&self, name: &str, default: impl Into<Value>) -> Value {
        self.0.get(name).cloned().unwrap_or_else(|| default.into())
    }

    /// Text; None if it is not given, or null.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Reply> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(invalid(name, &format!("'{other}' is not a valid string."))),
        }
    }

    /// Text that has to be given.
    pub(super) fn required(&self, name: &str) -> Result<&str, Reply> {
        self.text(name)?.ok_or_else(|| {
            let problem = format!("Failed to parse request. Required attribute '{name}' not specified");
            bad_request("HTTPBadRequest", &problem)
        })
    }

    /// A name: empty if it is not given.
    pub(super) fn name(&self) -> Result<&str, Reply> {
        let name = self.text("name")?.unwrap_or_default();
        if name.chars().count() > 255 {
            return Err(invalid("name", &format!("'{name}' exceeds maximum length of 255.")));
        }
        Ok(name)
    }

    /// The subnets and addresses in `fixed_ips`.
    pub(super) fn addresses(&self) -> Result<Vec<FixedIp<'_>>, Reply> {
        let given = self.0.get("fixed_ips").and_then(Value::as_array).into_iter().flatten();
        let address = |fixed: &Value| match fixed["ip_address"].as_str() {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| invalid("fixed_ips", &format!("'{text}' is not a valid IP address."))),
        };
        given.map(|fixed| Ok((fixed["subnet_id"].as_str(), address(fixed)?))).collect()
    }
}

/// The answer to an attribute that is not what it should be.
pub(super) fn invalid(name: &str, reason: &str) -> Reply {
    bad_request("HTTPBadRequest", &format!("Invalid input for {name}. Reason: {reason}"))
}
