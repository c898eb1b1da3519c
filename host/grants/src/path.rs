//! Paths below an endpoint, in one spelling.

use std::fmt;
use std::str::FromStr;

use crate::{GrantError, Problem};

const MAX_LEN: usize = 2048;

/// A path below the versioned endpoint of a service, which means one thing only.
///
/// It is `/` (the endpoint itself) or one or more segments, each after a `/`. A segment is not empty, not `.`, not
/// `..`, and consists of what RFC 3986, section 3.3 allows, without `*`, `;` and `@`, which must be percent-encoded.
/// Percent-encoded dots, slashes, backslashes, control characters and percent signs (double encoding) are refused, as
/// is what does not decode to UTF-8. In the value, percent-encoded letters, digits, `-`, `_` and `~` are decoded and
/// hexadecimal digits are in upper case (RFC 3986, section 6.2.2), so that one path has one spelling.
///
/// At most 2048 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestPath(String);

impl RequestPath {
    /// Parses a path and brings it into its one spelling.
    ///
    /// # Errors
    /// If it is not a path as described for the type.
    pub fn parse(text: &str) -> Result<Self, GrantError> {
        if text == "/" {
            return Ok(Self(text.to_owned()));
        }
        let mut path = String::with_capacity(text.len());
        for (offset, segment) in split_segments(text)? {
            path.push('/');
            path.push_str(&normalise_segment(segment).map_err(|error| error.shifted(offset))?);
        }
        Ok(Self(path))
    }

    /// The path, beginning with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, without slashes; none for `/`.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0[1..].split('/').filter(|segment| !segment.is_empty())
    }
}

impl fmt::Display for RequestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RequestPath {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        Self::parse(text)
    }
}

/// The segments of a path other than `/`, each with its offset, none of them empty.
pub(crate) fn split_segments(text: &str) -> Result<Vec<(usize, &str)>, GrantError> {
    if text.is_empty() {
        return Err(GrantError::new(0, Problem::EmptyPath));
    }
    if text.len() > MAX_LEN {
        return Err(GrantError::new(MAX_LEN, Problem::PathTooLong { max: MAX_LEN }));
    }
    let Some(below) = text.strip_prefix('/') else {
        return Err(GrantError::new(0, Problem::NotRooted));
    };
    let mut offset = 1;
    let mut segments = Vec::new();
    for segment in below.split('/') {
        if segment.is_empty() {
            return Err(GrantError::new(offset - 1, Problem::EmptySegment));
        }
        segments.push((offset, segment));
        offset += segment.len() + 1;
    }
    Ok(segments)
}

/// One segment in its one spelling; offsets of errors count from the beginning of the segment.
pub(crate) fn normalise_segment(segment: &str) -> Result<String, GrantError> {
    if segment == "." || segment == ".." {
        return Err(GrantError::new(0, Problem::DotSegment { found: segment.to_owned() }));
    }
    let mut normal = String::with_capacity(segment.len());
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment.char_indices();
    while let Some((offset, character)) = rest.next() {
        if character != '%' {
            check_plain(character).map_err(|problem| GrantError::new(offset, problem))?;
            normal.push(character);
            decoded.push(character as u8);
            continue;
        }
        let byte = decode_triplet(&segment.as_bytes()[offset..])
            .map_err(|problem| GrantError::new(offset, problem))?;
        rest.nth(1);
        decoded.push(byte);
        if is_unreserved(byte) {
            normal.push(char::from(byte));
        } else {
            normal.push_str(&format!("%{byte:02X}"));
        }
    }
    match std::str::from_utf8(&decoded) {
        Err(_) => Err(GrantError::new(0, Problem::NotUtf8)),
        // C1 control characters take two bytes in UTF-8.
        Ok(text) => match text.chars().find(|c| c.is_control()) {
            Some(found) => Err(GrantError::new(0, Problem::ForbiddenCharacter { found })),
            None => Ok(normal),
        },
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether a character may stand in a segment as it is.
fn check_plain(character: char) -> Result<(), Problem> {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~' => Ok(()),
        '!' | '$' | '&' | '\'' | '(' | ')' | '+' | ',' | '=' | ':' => Ok(()),
        '?' | '#' => Err(Problem::QueryOrFragment { found: character }),
        '\\' => Err(Problem::ForbiddenCharacter { found: character }),
        _ if character.is_control() => Err(Problem::ForbiddenCharacter { found: character }),
        _ => {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).bytes();
            let encoded = bytes.map(|byte| format!("%{byte:02X}")).collect();
            Err(Problem::MustEncode { found: character, encoded })
        }
    }
}

/// The byte that the percent-encoding at the beginning of `text` stands for, if a path may hold it.
fn decode_triplet(text: &[u8]) -> Result<u8, Problem> {
    let &[b'%', high, low, ..] = text else {
        return Err(Problem::BadPercent);
    };
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (Some(high), Some(low)) = (digit(high), digit(low)) else {
        return Err(Problem::BadPercent);
    };
    match high << 4 | low {
        byte @ (0..=0x1f | 0x7f | b'.' | b'/' | b'\\' | b'%') => {
            Err(Problem::ForbiddenEncoding { found: format!("%{byte:02X}") })
        }
        byte => Ok(byte),
    }
}

#[cfg(test)]
mod tests;
