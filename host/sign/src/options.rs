//! The options of a line of an allowed-signers file.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::line::{LineProblem, first_word};
use crate::patterns::Patterns;
use crate::{Validity, quoted};

/// What a line says of its key.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// All, if there are none.
    pub(crate) namespaces: Option<Patterns>,
    pub(crate) validity: Validity,
}

impl Options {
    /// Reads the options at the beginning of `text`, and says what follows.
    ///
    /// # Errors
    /// If there are none, one is not known, is there twice or has no value that it could have, or if the line trusts in
    /// certificates.
    pub(crate) fn parse(text: &str) -> Result<(Options, &str), LineProblem> {
        let mut options = Options::default();
        let mut rest = text;
        loop {
            let end =
                rest.find(|c: char| c == '=' || c == ',' || c.is_ascii_whitespace()).unwrap_or(rest.len());
            let (name, value) = rest.split_at(end);
            rest = match name.to_ascii_lowercase().as_str() {
                "cert-authority" => return Err(LineProblem::CertAuthority),
                "namespaces" => {
                    let (value, rest) = quoted_value("namespaces", value)?;
                    set(&mut options.namespaces, "namespaces", Patterns::new(&value))?;
                    rest
                }
                "valid-after" => {
                    let (value, rest) = quoted_value("valid-after", value)?;
                    set(&mut options.validity.after, "valid-after", time(&value)?)?;
                    rest
                }
                "valid-before" => {
                    let (value, rest) = quoted_value("valid-before", value)?;
                    set(&mut options.validity.before, "valid-before", time(&value)?)?;
                    rest
                }
                _ => return Err(LineProblem::Option { found: quoted(name) }),
            };
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None if rest.is_empty() || rest.starts_with([' ', '\t']) => break,
                None => return Err(LineProblem::Option { found: quoted(first_word(rest).0) }),
            }
        }
        if let Validity { after: Some(after), before: Some(before) } = options.validity
            && before <= after
        {
            return Err(LineProblem::Never);
        }
        Ok((options, rest))
    }
}

fn set<T>(option: &mut Option<T>, name: &'static str, value: T) -> Result<(), LineProblem> {
    if option.is_some() {
        return Err(LineProblem::Twice { name });
    }
    *option = Some(value);
    Ok(())
}

/// The value of an option, without the quotes around it, and what follows.
fn quoted_value<'a>(name: &'static str, text: &'a str) -> Result<(String, &'a str), LineProblem> {
    let body = text.strip_prefix("=\"").ok_or(LineProblem::Value { name })?;
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            '"' if !escaped => return Ok((value, &body[at + 1..])),
            // A backslash means something before a quote only.
            '\\' if !escaped && body[at + 1..].starts_with('"') => escaped = true,
            _ => {
                value.push(c);
                escaped = false;
            }
        }
    }
    Err(LineProblem::Value { name })
}

/// A time, in UTC whether it says so or not.
fn time(text: &str) -> Result<Timestamp, LineProblem> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let time = || {
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
        let part = |from: usize| number(from, from + 2).and_then(|part| i8::try_from(part).ok());
        let (hour, minute, second) = match digits.len() {
            8 => (0, 0, 0),
            12 => (part(8)?, part(10)?, 0),
            14 => (part(8)?, part(10)?, part(12)?),
            _ => return None,
        };
        let time = DateTime::new(number(0, 4)?, part(4)?, part(6)?, hour, minute, second, 0).ok()?;
        // The last day that can be written is beyond the last that can be reckoned with: it stands for ever.
        Some(Offset::UTC.to_timestamp(time).unwrap_or(Timestamp::MAX))
    };
    time().ok_or_else(|| LineProblem::Time { found: quoted(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc() {
        for (text, expected) in [
            ("20260131", "2026-01-31T00:00:00Z"),
            ("20260131Z", "2026-01-31T00:00:00Z"),
            ("202601312359", "2026-01-31T23:59:00Z"),
            ("20240229235958Z", "2024-02-29T23:59:58Z"),
        ] {
            assert_eq!(time(text), Ok(expected.parse().unwrap()), "{text}");
        }
        assert_eq!(time("99991231"), Ok(Timestamp::MAX));
    }

    #[test]
    fn what_follows_the_options_is_left() {
        for (text, left) in [
            ("namespaces=\"a\" ssh-ed25519 AAAA", " ssh-ed25519 AAAA"),
            ("namespaces=\"a b\",valid-after=\"20260101\"\tx", "\tx"),
            ("namespaces=\"a\"", ""),
        ] {
            assert_eq!(Options::parse(text).unwrap().1, left, "{text}");
        }
    }
}
