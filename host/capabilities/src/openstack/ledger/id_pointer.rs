//! Where the id of something new is in the answer to its creation.

use serde_json::Value;

/// Longer ids are none.
const MAX_ID: usize = 255;

/// `/id`, `/MEMBER/id`, or `/MEMBER_ref`, a URL whose last segment is the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdPointer {
    Id,
    MemberId(String),
    Ref(String),
}

impl IdPointer {
    /// Parses a JSON pointer.
    ///
    /// # Errors
    /// A sentence, if it is none of those.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            "the pointer to the id is `/id`, `/MEMBER/id` or `/MEMBER_ref`, where MEMBER has letters, digits and `_` only"
                .to_owned()
        };
        let plain = |name: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            (1..=64).contains(&name.len()) && name.bytes().all(allowed)
        };
        let mut tokens = text.strip_prefix('/').ok_or_else(wrong)?.split('/');
        match (tokens.next(), tokens.next(), tokens.next()) {
            (Some("id"), None, _) => Ok(Self::Id),
            (Some(member), None, _) if plain(member) && member.ends_with("_ref") && member.len() > 4 => {
                Ok(Self::Ref(member.to_owned()))
            }
            (Some(member), Some("id"), None) if plain(member) => Ok(Self::MemberId(member.to_owned())),
            _ => Err(wrong()),
        }
    }

    /// The id in an answer, if it is there and can be a segment of a path as it is.
    pub(crate) fn find(&self, body: &[u8]) -> Option<String> {
        let answer: Value = touchstone_json::from_slice(body).ok()?;
        let id = match self {
            Self::Id => answer.get("id")?.as_str()?,
            Self::MemberId(member) => answer.get(member)?.get("id")?.as_str()?,
            Self::Ref(member) => last_segment(answer.get(member)?.as_str()?)?,
        };
        is_id(id).then(|| id.to_owned())
    }
}

/// The id at the end of a URL.
pub(crate) fn last_segment(url: &str) -> Option<&str> {
    url.trim_end_matches('/').rsplit_once('/').map(|(_, last)| last)
}

/// Whether a text can be a segment of a path as it is, and nothing else.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(allowed) && !text.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pointer: &str, body: &str) -> Option<String> {
        IdPointer::parse(pointer).unwrap().find(body.as_bytes())
    }

    #[test]
    fn ids_are_found() {
        assert_eq!(found("/id", r#"{"id": "a-1"}"#).as_deref(), Some("a-1"));
        assert_eq!(found("/volume/id", r#"{"volume": {"id": "a"}}"#).as_deref(), Some("a"));
        let secret = r#"{"secret_ref": "http://h:9311/v1/secrets/7/"}"#;
        assert_eq!(found("/secret_ref", secret).as_deref(), Some("7"));
    }

    #[test]
    fn other_pointers_are_refused() {
        for pointer in [
            "",
            "id",
            "/",
            "//id",
            "/name",
            "/volume",
            "/volume/name",
            "/volume/metadata/id",
            "/volume/id/",
            "/a~1b/id",
            "/volumes/0/id",
            "/_ref",
            "/volume/id ",
            "/é/id",
        ] {
            assert!(IdPointer::parse(pointer).is_err(), "{pointer:?}");
        }
    }

    #[test]
    fn what_is_no_plain_id_is_none() {
        for id in ["", ".", "..", "a/b", "a b", "a?b", "a#b", "%2e", "ü", "a\\b", "{id}"] {
            assert_eq!(found("/id", &serde_json::json!({ "id": id }).to_string()), None, "{id:?}");
        }
        assert_eq!(found("/id", &serde_json::json!({ "id": "x".repeat(256) }).to_string()), None);
        for body in ["", "[]", "{}", r#"{"id": 7}"#, r#"{"id": null}"#, r#"{"volume": {"id": "a"}}"#] {
            assert_eq!(found("/id", body), None, "{body}");
        }
        for url in ["secret", "", "/", "http://h/v1/secrets/a?b", "http://h/v1/secrets/.."] {
            let body = serde_json::json!({ "secret_ref": url }).to_string();
            assert_eq!(found("/secret_ref", &body), None, "{url:?}");
        }
    }
}
