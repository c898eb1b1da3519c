//! Documents in which a service lists the versions of its API.

use std::cmp::Reverse;

use serde::Deserialize;
use serde_json::Value;

use super::endpoint::{ApiVersion, version_of};

/// The segment, like `v2.1`, of the best version that a document lists: of the wanted major version the highest
/// current, supported or stable one, or else the highest deprecated one.
///
/// Nothing more than this one segment is taken from a document, whatever its links say: services behind a proxy often
/// link to hosts that nobody can reach, and a hostile one could link to anywhere.
pub(crate) fn best_segment(document: &[u8], wanted: ApiVersion) -> Option<String> {
    let document: Value = touchstone_json::from_slice(document).ok()?;
    let versions = match &document["versions"] {
        Value::Object(object) => object.get("values")?,
        Value::Null => return segment(&document["version"], wanted).map(|(_, segment)| segment),
        other => other,
    };
    let candidates = versions.as_array()?.iter().filter_map(|version| segment(version, wanted));
    candidates.min_by_key(|(rank, _)| *rank).map(|(_, segment)| segment)
}

/// Rank of a version (lower is better): whether it is deprecated, then its number.
type Rank = (bool, Reverse<(u32, u32)>);

#[derive(Deserialize)]
struct Version {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    rel: String,
    #[serde(default)]
    href: String,
}

fn segment(version: &Value, wanted: ApiVersion) -> Option<(Rank, String)> {
    let version = Version::deserialize(version).ok()?;
    let deprecated = match version.status.to_ascii_lowercase().as_str() {
        "current" | "supported" | "stable" | "" => false,
        "deprecated" => true,
        _ => return None,
    };
    let number = version_of(&version.id).filter(|(major, _)| *major == wanted.major)?;
    let linked = version.links.iter().filter(|link| link.rel == "self").find_map(|link| {
        let mut segments = link.href.split(['/', '?', '#']).rev();
        let segment = segments.find(|segment| version_of(segment).is_some())?;
        version_of(segment).filter(|(major, _)| *major == wanted.major).map(|_| segment.to_owned())
    });
    Some(((deprecated, Reverse(number)), linked.unwrap_or_else(|| wanted.usual.to_owned())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COMPUTE: ApiVersion = ApiVersion { major: 2, usual: "v2.1" };

    fn best(document: &Value, wanted: ApiVersion) -> Option<String> {
        best_segment(document.to_string().as_bytes(), wanted)
    }

    fn version(id: &str, status: &str, href: &str) -> Value {
        json!({"id": id, "status": status, "links": [{"rel": "describedby", "href": "/v9"}, {"rel": "self", "href": href}]})
    }

    #[test]
    fn the_highest_version_in_use_is_taken() {
        let nova = json!({"versions": [
            version("v2.0", "SUPPORTED", "http://nova/v2/"),
            version("v2.1", "CURRENT", "http://nova/v2.1/"),
            version("v3.0", "EXPERIMENTAL", "http://nova/v3/"),
        ]});
        assert_eq!(best(&nova, COMPUTE).as_deref(), Some("v2.1"));
        let glance = json!({"versions": [
            version("v2.9", "SUPPORTED", "http://glance/v2/"),
            version("v2.16", "CURRENT", "http://glance/v2/"),
        ]});
        assert_eq!(best(&glance, ApiVersion { major: 2, usual: "v2" }).as_deref(), Some("v2"));
        let keystone =
            json!({"versions": {"values": [version("v3.14", "stable", "http://keystone/identity/v3/")]}});
        assert_eq!(best(&keystone, ApiVersion { major: 3, usual: "v3" }).as_deref(), Some("v3"));
        assert_eq!(
            best(&json!({"version": version("v2.1", "CURRENT", "/v2.1")}), COMPUTE).as_deref(),
            Some("v2.1")
        );
    }

    #[test]
    fn deprecated_is_better_than_nothing_and_experimental_is_not() {
        let both = json!({"versions": [version("v2.0", "SUPPORTED", "/v2"), version("v2.1", "DEPRECATED", "/v2.1")]});
        assert_eq!(best(&both, COMPUTE).as_deref(), Some("v2"));
        let deprecated = json!({"versions": [version("v2.0", "DEPRECATED", "/v2")]});
        assert_eq!(best(&deprecated, COMPUTE).as_deref(), Some("v2"));
        assert_eq!(best(&json!({"versions": [version("v2.2", "EXPERIMENTAL", "/v2.2")]}), COMPUTE), None);
    }

    #[test]
    fn links_give_a_segment_and_nothing_else() {
        for (href, expected) in [
            ("https://evil.example/v2.1/../../x", "v2.1"),
            ("https://evil.example/v2.1@evil", "v2.1"),
            ("", "v2.1"),
            ("https://evil.example/v1", "v2.1"),
            ("http://nova/v2", "v2"),
            ("http://nova/v2?x=/v1", "v2.1"),
        ] {
            let document = json!({"versions": [version("v2.1", "CURRENT", href)]});
            assert_eq!(best(&document, COMPUTE).as_deref(), Some(expected), "{href}");
        }
    }

    #[test]
    fn nonsense_lists_no_versions() {
        for text in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"versions": 3}"#,
            r#"{"versions": [3, {"id": 2}]}"#,
            r#"{"versions": {}}"#,
        ] {
            assert_eq!(best_segment(text.as_bytes(), COMPUTE), None, "{text}");
        }
    }
}
