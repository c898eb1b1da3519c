//! The formats of manifests and waivers, said once: from these tables come the checks of structure, the help in diagnostics, and
//! the JSON Schema.

use std::sync::OnceLock;

use regex::Regex;

pub(crate) mod conform;
pub(crate) mod schema;
pub(crate) mod tables;
pub(crate) mod values;

/// What a value has to be.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Text or a number in one of the notations below.
    Scalar(&'static Scalar),
    /// `true` or `false`.
    Flag,
    /// A sequence; `at_least` entries.
    List { of: &'static Kind, at_least: usize },
    /// A mapping whose keys the author chooses.
    Map { keys: &'static Scalar, of: &'static Kind },
    /// A mapping with fixed keys.
    Object(&'static Shape),
}

/// A notation.
pub(crate) struct Scalar {
    /// What it is, with an article: `a date`.
    pub(crate) what: &'static str,
    /// How to write it, with an example; empty where the choices say it.
    pub(crate) hint: &'static str,
    /// The regular expression, of Rust and ECMA 262 alike, that a text must match, or empty.
    pub(crate) pattern: &'static str,
    /// The only texts that are allowed, if not empty.
    pub(crate) choices: &'static [&'static str],
    /// It is a positive whole number, not text.
    pub(crate) number: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Scalar {
    pub(crate) const fn text(what: &'static str, hint: &'static str, pattern: &'static str) -> Self {
        Self { what, hint, pattern, choices: &[], number: false, compiled: OnceLock::new() }
    }

    pub(crate) const fn choice(what: &'static str, choices: &'static [&'static str]) -> Self {
        Self { what, hint: "", pattern: "", choices, number: false, compiled: OnceLock::new() }
    }

    const fn number(what: &'static str, hint: &'static str) -> Self {
        Self { what, hint, pattern: "", choices: &[], number: true, compiled: OnceLock::new() }
    }

    /// Whether a text is written so.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if !self.choices.is_empty() {
            return self.choices.contains(&text);
        }
        self.compiled
            .get_or_init(|| Regex::new(self.pattern).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }

    /// How to write it.
    pub(crate) fn expected(&self) -> String {
        if self.choices.is_empty() {
            return format!("expected {}: {}", self.what, self.hint);
        }
        let quoted: Vec<_> = self.choices.iter().map(|choice| format!("`{choice}`")).collect();
        format!("expected {}: {}", self.what, quoted.join(", "))
    }
}

/// A mapping with fixed keys.
pub(crate) struct Shape {
    /// Name of its definition in the JSON Schema.
    pub(crate) id: &'static str,
    /// What it is, with an article: `a check`.
    pub(crate) what: &'static str,
    /// What it is for.
    pub(crate) about: &'static str,
    pub(crate) fields: &'static [Field],
}

/// A key of a [`Shape`].
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) required: bool,
    pub(crate) kind: Kind,
    /// What it means; one or two sentences with a full stop.
    pub(crate) about: &'static str,
}

impl Field {
    pub(crate) const fn required(key: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { key, required: true, kind, about }
    }

    const fn optional(key: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { key, required: false, kind, about }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_grants::Grant;

    use super::Scalar;
    use super::tables::{
        CHECK_ID, DURATION, GRANT, HASH, ID, LIFETIME, NAME, PATH, SEMVER, SIZE, TEXT, URL, UUID,
    };
    use crate::limits::{Size, Wall};
    use crate::sha256::Sha256;

    fn assert_notation(notation: &Scalar, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(notation.matches(text), "{text:?} is {}", notation.what);
        }
        for text in wrong {
            assert!(!notation.matches(text), "{text:?} is not {}", notation.what);
        }
    }

    #[test]
    fn notations_are_what_their_hints_say() {
        assert_notation(
            &ID,
            &["scs-0102-prop-os_version", "v5.1", "next", "1"],
            &["", "-a", "a b", "a/b", "é", "a\n"],
        );
        assert_notation(&ID, &[&"a".repeat(128)], &[&"a".repeat(129)]);
        assert_notation(&CHECK_ID, &["scs-0100-flavor-naming"], &["SCS", "a_b", "a.b", ""]);
        assert_notation(&NAME, &["image_spec", "A-1"], &["1a", "a.b", "", "a b"]);
        assert_notation(
            &SEMVER,
            &["3.1.0", "0.0.1-rc.1+x"],
            &["3.1", "v3.1.0", "03.1.0", "3.1.0-", "3.1.0 "],
        );
        assert_notation(
            &URL,
            &["https://a.b/c#d", "http://a"],
            &["ftp://a", "https://", "https:///a", "https://a b", " https://a"],
        );
        assert_notation(
            &UUID,
            &["50393e6f-2ae1-4c5c-a62c-3b75f2abef3f"],
            &["50393E6F-2ae1-4c5c-a62c-3b75f2abef3f", ""],
        );
        assert_notation(&PATH, &["a", "assets/images.yaml", "ä/b c"], &["/a", "a/", "a//b", "a\\b", ""]);
        assert_notation(&TEXT, &["x", " x\n"], &["", " \n"]);
        assert_notation(&LIFETIME, &["week"], &["Week", ""]);
    }

    #[test]
    fn the_schema_and_the_parsers_agree() {
        let hash = Sha256::of(b"").to_string();
        for text in [hash.as_str(), "sha256:", &hash[1..], &hash.to_uppercase(), ""] {
            assert_eq!(HASH.matches(text), text.parse::<Sha256>().is_ok(), "{text:?}");
        }
        for text in ["60s", "1ms", "2m", "1h", "60", "s", "1 s", "1.5s", "1d", "-1s", ""] {
            assert_eq!(DURATION.matches(text), text.parse::<Wall>().is_ok(), "{text:?}");
        }
        for text in ["1B", "64KiB", "64MiB", "1GiB", "64MB", "64", "MiB", "1.5GiB", ""] {
            assert_eq!(SIZE.matches(text), text.parse::<Size>().is_ok(), "{text:?}");
        }
        for text in [
            "compute GET /flavors/**",
            " image  HEAD /images ",
            "compute\tGET\t/a",
            "compute get /a",
            "compute GET a",
            "GET /a",
            "",
        ] {
            assert_eq!(GRANT.matches(text), text.parse::<Grant>().is_ok(), "{text:?}");
        }
    }
}
