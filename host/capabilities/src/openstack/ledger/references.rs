//! What the bodies of creations and changes may refer to: what the check created itself, and what is there to be used by
//! everybody (images, flavors, networks to the outside).

use serde_json::{Map, Value};

use super::rules::Standing;

/// Members that refer to something by an id, beside those whose names end as [`is_reference`] says.
const REFERENCES: &[&str] =
    &["id", "ids", "instance", "owner", "port", "ports", "source_volid", "uuid", "uuids"];

/// Members that refer to what is there to be used by everybody: using it changes nothing.
const FOR_EVERYBODY: &[&str] = &["flavorRef", "imageRef", "image_id"];

/// Members that make several things of one request, or hide from us what is made.
const REFUSED: &[(&str, &str)] = &[
    ("block_device_mapping", "it is the old form of block_device_mapping_v2"),
    ("max_count", "one request creates one thing"),
    ("min_count", "one request creates one thing"),
    ("return_reservation_id", "the answer would not hold the id"),
];

/// Members that show something to other projects when they are true.
const PUBLIC: &[&str] = &["is_public", "public", "router:external", "shared"];

/// Checks every member of an object, however deep.
///
/// # Errors
/// A sentence that names the member.
pub(crate) fn check(object: &Map<String, Value>, standing: &Standing<'_>) -> Result<(), String> {
    object.iter().try_for_each(|(name, value)| check_member(name, value, standing))
}

fn check_member(name: &str, value: &Value, standing: &Standing<'_>) -> Result<(), String> {
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return Err(format!("`{name}` in the body is refused: {why}"));
    }
    match (name, value) {
        (_, Value::Null) => Ok(()),
        ("metadata", Value::Object(members)) if members.values().all(is_scalar) => Ok(()),
        ("name" | "display_name", Value::String(text)) => own_name(name, text, standing),
        ("key_name", Value::String(text)) => own_name(name, text, standing),
        ("name" | "display_name" | "key_name", _) => Err(format!("`{name}` in the body is no string")),
        ("external_gateway_info", Value::Object(gateway)) => check_gateway(gateway),
        ("security_groups", Value::Array(groups)) => {
            groups.iter().try_for_each(|group| check_group(group, standing))
        }
        ("block_device_mapping_v2", Value::Array(devices)) => {
            devices.iter().try_for_each(|device| check_device(device, standing))
        }
        ("external_gateway_info" | "security_groups" | "block_device_mapping_v2", _) => {
            Err(format!("`{name}` in the body is not what the API has there"))
        }
        ("networks", Value::String(text)) if text != "none" => Err(format!(
            "`networks` is {text:?}, with which the service may create networks that this host does not know of"
        )),
        ("visibility", value) if *value != "private" => {
            Err("`visibility` in the body is not \"private\": checks show nothing to other projects"
                .to_owned())
        }
        (_, value) if PUBLIC.contains(&name) && *value != false => {
            Err(format!("`{name}` in the body is not false: checks show nothing to other projects"))
        }
        (_, Value::String(_)) if FOR_EVERYBODY.contains(&name) => Ok(()),
        (_, value) if is_reference(name) => check_reference(name, value, standing),
        (_, value) => check_value(value, standing),
    }
}

fn check_value(value: &Value, standing: &Standing<'_>) -> Result<(), String> {
    match value {
        Value::Object(object) => check(object, standing),
        Value::Array(items) => items.iter().try_for_each(|item| check_value(item, standing)),
        _ => Ok(()),
    }
}

/// Whether a member of this name refers to something, as APIs name such members: `volume_id`, `volumeId`, `subnet_ids`,
/// `secret_ref`, `instance_uuid`.
fn is_reference(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = |ends: &[&str], name: &str| ends.iter().any(|end| name.ends_with(end));
    REFERENCES.contains(&lower.as_str())
        || ends(&["_id", "_ids", "-id", ":id", "_uuid", "_uuids", "_ref", "_refs", "_volid"], &lower)
        || ends(&["Id", "Ids", "ID", "Uuid", "UUID", "Ref", "Refs"], name)
}

fn check_reference(name: &str, value: &Value, standing: &Standing<'_>) -> Result<(), String> {
    match value {
        Value::Null => Ok(()),
        Value::String(id) if (standing.owns)(id) => Ok(()),
        Value::Array(items) => items.iter().try_for_each(|item| check_reference(name, item, standing)),
        Value::Object(object) => check(object, standing),
        _ => Err(format!("`{name}` in the body is not the id of something that this check created itself")),
    }
}

fn own_name(member: &str, name: &str, standing: &Standing<'_>) -> Result<(), String> {
    if name.starts_with(standing.prefix) {
        return Ok(());
    }
    Err(format!("`{member}` in the body does not begin with `{}`, the prefix of this run", standing.prefix))
}

/// The network to the outside is somebody else's, always.
fn check_gateway(gateway: &Map<String, Value>) -> Result<(), String> {
    let odd = gateway.iter().find(|(name, value)| match name.as_str() {
        "network_id" => !value.is_string(),
        "enable_snat" => !value.is_boolean(),
        _ => true,
    });
    match odd {
        None => Ok(()),
        Some((name, _)) => Err(format!(
            "`external_gateway_info` has `network_id` and perhaps `enable_snat`, and nothing else; found `{name}`"
        )),
    }
}

/// Servers have them as objects with a name, ports as ids.
fn check_group(group: &Value, standing: &Standing<'_>) -> Result<(), String> {
    let named = match group {
        Value::Object(object) if object.len() == 1 => object.get("name").and_then(Value::as_str),
        Value::String(text) => Some(text.as_str()),
        _ => None,
    };
    match named {
        Some(text) if text == "default" || text.starts_with(standing.prefix) || (standing.owns)(text) => {
            Ok(())
        }
        _ => {
            Err("`security_groups` in the body names another one than \"default\" and the check's own"
                .to_owned())
        }
    }
}

/// A device of a server: from an image onto a local disk, an empty local disk, or a volume of the check's own. With
/// others the service would create volumes that this host does not know of.
fn check_device(device: &Value, standing: &Standing<'_>) -> Result<(), String> {
    let Value::Object(device) = device else {
        return Err("`block_device_mapping_v2` in the body has something that is no object".to_owned());
    };
    let text = |name: &str| device.get(name).and_then(Value::as_str);
    let from_image = match (text("source_type"), text("destination_type")) {
        (Some("image"), Some("local")) => true,
        (Some("blank"), Some("local")) => false,
        (Some("volume"), Some("volume")) => {
            if !text("uuid").is_some_and(standing.owns) {
                return Err(
                    "`block_device_mapping_v2` names a volume that this check did not create".to_owned()
                );
            }
            false
        }
        _ => {
            return Err(
                "in `block_device_mapping_v2` of the body, `source_type` and `destination_type` are \"image\" and \"local\", \
                 \"blank\" and \"local\", or \"volume\" and \"volume\" with the check's own; others create volumes by the way"
                    .to_owned(),
            );
        }
    };
    let mut others = device.iter().filter(|(name, _)| !(from_image && *name == "uuid"));
    others.try_for_each(|(name, value)| check_member(name, value, standing))
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}
