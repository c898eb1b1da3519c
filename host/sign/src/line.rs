//! One line of an allowed-signers file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use ssh_key::PublicKey;
use thiserror::Error;

use crate::options::Options;
use crate::patterns::Patterns;
use crate::{Validity, fingerprint, quoted};

/// Whom one line allows to sign what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) principals: String,
    pub(crate) key: VerifyingKey,
    pub(crate) fingerprint: String,
    /// All, if there are none.
    pub(crate) namespaces: Option<Patterns>,
    pub(crate) validity: Validity,
}

impl Entry {
    /// Reads a line; nothing is in it if it is blank, a comment, or about a key that is not Ed25519.
    ///
    /// # Errors
    /// If the line is malformed, or trusts in certificates.
    pub(crate) fn parse(line: usize, text: &str) -> Result<Option<Entry>, LineProblem> {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let (principals, rest) = principals(text)?;
        let (options, rest) = match is_key_type(first_word(rest).0) {
            true => (Options::default(), rest),
            false => Options::parse(rest)?,
        };
        let (key_type, rest) = first_word(rest);
        let (key, _comment) = first_word(rest);
        if key.is_empty() {
            return Err(LineProblem::NoKey);
        }
        if !is_key_type(key_type) {
            return Err(LineProblem::KeyType { found: quoted(key_type) });
        }
        if key_type != "ssh-ed25519" {
            return STANDARD.decode(key).map(|_| None).map_err(|_| LineProblem::Key);
        }
        let key = PublicKey::from_openssh(&format!("{key_type} {key}")).map_err(|_| LineProblem::Key)?;
        let key = key.key_data().ed25519().and_then(|key| VerifyingKey::from_bytes(&key.0).ok());
        // For a weak key, anybody makes signatures that fit anything.
        let key = key.filter(|key| !key.is_weak()).ok_or(LineProblem::Key)?;
        let Options { namespaces, validity } = options;
        let fingerprint = fingerprint(&key);
        Ok(Some(Entry { line, principals: principals.to_owned(), key, fingerprint, namespaces, validity }))
    }
}

/// Why a file is not one of allowed signers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AllowedSignersError {
    /// Too long to be read.
    #[error("the allowed signers are longer than {limit} bytes")]
    TooLong {
        /// How long they may be.
        limit: usize,
    },
    /// A line is wrong.
    #[error("line {line}: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: LineProblem,
    },
}

/// What is wrong with a line of an allowed-signers file: `PRINCIPALS [OPTIONS] KEYTYPE KEY [COMMENT]`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineProblem {
    /// A quote is not closed, or nothing is in it.
    #[error("the principals are empty, or begin with a quote that is not closed by another and a space")]
    Principals,
    /// A word where an option should be.
    #[error(
        "{found} is no option and no type of key; the options are namespaces=\"…\", valid-after=\"…\" and \
         valid-before=\"…\", with commas and no spaces between them"
    )]
    Option {
        /// The word, quoted.
        found: String,
    },
    /// An option twice.
    #[error("option {name} is there twice")]
    Twice {
        /// Its name.
        name: &'static str,
    },
    /// An option without its value.
    #[error("option {name} needs a value in double quotes: {name}=\"…\"")]
    Value {
        /// Its name.
        name: &'static str,
    },
    /// Not a time.
    #[error("{found} is no time; write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z at the end (UTC)")]
    Time {
        /// The value, quoted.
        found: String,
    },
    /// It would never be valid.
    #[error("valid-before is not later than valid-after: the key would never be allowed")]
    Never,
    /// A certificate authority.
    #[error("cert-authority: certificates are not supported; list the keys themselves")]
    CertAuthority,
    /// No key.
    #[error(
        "there is no key; a line is PRINCIPALS [OPTIONS] KEYTYPE KEY, such as `jane@example.org ssh-ed25519 AAAA…`"
    )]
    NoKey,
    /// A word where the type of the key should be.
    #[error("{found} is no type of key; that of an Ed25519 key is ssh-ed25519")]
    KeyType {
        /// The word, quoted.
        found: String,
    },
    /// Not a key of its type.
    #[error(
        "the key is malformed, or not of the type that stands before it; take the line that is in the `.pub` file"
    )]
    Key,
}

/// The principals, without quotes around them, and what follows.
fn principals(text: &str) -> Result<(&str, &str), LineProblem> {
    let Some(body) = text.strip_prefix('"') else { return Ok(first_word(text)) };
    match body.split_once('"') {
        Some((principals, rest)) if !principals.is_empty() && rest.starts_with([' ', '\t']) => {
            Ok((principals, rest.trim_start()))
        }
        _ => Err(LineProblem::Principals),
    }
}

/// The first word, and what follows; spaces go.
pub(crate) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_ascii_start();
    let (word, rest) = text.split_at(text.find([' ', '\t']).unwrap_or(text.len()));
    (word, rest.trim_ascii_start())
}

/// Whether a word is a type of key rather than options: it begins as all of SSH's do, those to come too.
fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "webauthn-sk-"].iter().any(|begin| word.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::key::tests::key;

    fn line(before: &str) -> String {
        format!("{before} {}", key(1).public_key())
    }

    fn entry(text: &str) -> Entry {
        Entry::parse(1, text).unwrap_or_else(|problem| panic!("{text}: {problem}")).expect("a key")
    }

    fn problem(text: &str) -> LineProblem {
        Entry::parse(1, text).expect_err(text)
    }

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_line_is_read() {
        let read = entry(&line("jane@example.org,*@ops.example.org"));
        assert_eq!(read.principals, "jane@example.org,*@ops.example.org");
        assert_eq!(read.fingerprint, key(1).fingerprint());
        assert_eq!((read.namespaces, read.validity), (None, Validity::default()));
        assert_eq!(entry(&line("\"Jane Doe\" \t")).principals, "Jane Doe");
        assert_eq!(entry(&format!("  {}\r", line("jane"))).principals, "jane");
        let text = key(1).public_key();
        let (without_comment, _) = text.rsplit_once(' ').unwrap();
        assert_eq!(entry(&format!("jane {without_comment}")).principals, "jane");
    }

    #[test]
    fn options_are_read() {
        let options =
            "jane NAMESPACES=\"file,*@touchstone\",valid-after=\"20260101\",valid-before=\"20261231235959Z\"";
        let read = entry(&line(options));
        assert_eq!(read.namespaces, Some(Patterns::new("file,*@touchstone")));
        let validity = Validity { after: at("2026-01-01T00:00:00Z"), before: at("2026-12-31T23:59:59Z") };
        assert_eq!(read.validity, validity);
        let read = entry(&line("jane valid-before=\"202602281230Z\""));
        assert_eq!(read.validity, Validity { after: None, before: at("2026-02-28T12:30:00Z") });
        assert_eq!(
            entry(&line(r#"jane namespaces="a\"b c\d""#)).namespaces,
            Some(Patterns::new(r#"a"b c\d"#))
        );
    }

    #[test]
    fn lines_without_an_ed25519_key_allow_nothing() {
        for text in [
            "",
            "   ",
            "# jane ssh-ed25519",
            "jane ssh-rsa AAAAB3NzaC1yc2E=",
            "jane namespaces=\"git\" ecdsa-sha2-nistp256 AAAA comment",
            "jane sk-ssh-ed25519@openssh.com AAAA",
            "jane ssh-ed25519-cert-v01@openssh.com AAAA",
        ] {
            assert_eq!(Entry::parse(1, text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        let value = |name| LineProblem::Value { name };
        let option = |found: &str| LineProblem::Option { found: format!("`{found}`") };
        let time = |found: &str| LineProblem::Time { found: format!("`{found}`") };
        for (before, expected) in [
            ("\"jane", LineProblem::Principals),
            ("\"\"", LineProblem::Principals),
            ("\"jane\"x", LineProblem::Principals),
            ("jane cert-authority", LineProblem::CertAuthority),
            ("jane namespaces=\"a\",Cert-Authority", LineProblem::CertAuthority),
            ("jane namespaces=file", value("namespaces")),
            ("jane namespaces", value("namespaces")),
            ("jane namespaces=\"file", value("namespaces")),
            ("jane valid-after=\"2026\"", time("2026")),
            ("jane valid-after=\"20260230\"", time("20260230")),
            ("jane valid-after=\"202601012460\"", time("202601012460")),
            ("jane valid-after=\"+2260101\"", time("+2260101")),
            ("jane valid-after=\"2026010é\"", time("2026010é")),
            ("jane valid-after=\"\"", time("")),
            ("jane namespaces=\"a\",namespaces=\"b\"", LineProblem::Twice { name: "namespaces" }),
            ("jane valid-after=\"20260101\",valid-before=\"20260101\"", LineProblem::Never),
            ("jane no-touch-required", option("no-touch-required")),
            ("jane namespaces=\"a\"b", option("b")),
            ("jane namespaces=\"a\",", option("")),
            ("jane doe", option("doe")),
            ("jane namespaces=\"a\" \u{1b}[2J", LineProblem::KeyType { found: "`\\u{1b}[2J`".into() }),
        ] {
            assert_eq!(problem(&line(before)), expected, "{before}");
        }
        assert_eq!(problem("jane"), option(""));
        assert_eq!(problem("jane ssh-ed25519"), LineProblem::NoKey);
        assert_eq!(problem("jane namespaces=\"a\""), LineProblem::NoKey);
        for key in ["AAAA", "AAAAB3NzaC1yc2E=", "%", &key(1).public_key()[12..60]] {
            assert_eq!(problem(&format!("jane ssh-ed25519 {key}")), LineProblem::Key, "{key}");
        }
        assert_eq!(problem("jane ssh-rsa %"), LineProblem::Key);
    }

    #[test]
    fn a_key_that_anybody_has_is_refused() {
        let mut weak = b"\0\0\0\x0bssh-ed25519\0\0\0\x20\x01".to_vec();
        weak.resize(51, 0);
        assert_eq!(problem(&format!("jane ssh-ed25519 {}", STANDARD.encode(weak))), LineProblem::Key);
    }
}
