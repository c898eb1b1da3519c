//! Grants.

use std::fmt;
use std::str::FromStr;

use crate::{GrantError, Method, PathPattern, Problem, RequestPath, ServiceType};

/// The permission to make some calls to one service: `compute GET /flavors/**`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The service that may be called.
    pub service: ServiceType,
    /// The method that may be used; `GET` includes `HEAD`.
    pub method: Method,
    /// The paths that may be called.
    pub path: PathPattern,
}

impl Grant {
    /// Whether the grant permits a call.
    pub fn permits(&self, service: &ServiceType, method: Method, path: &RequestPath) -> bool {
        self.service == *service && self.method.covers(method) && self.path.permits(path)
    }

    /// Whether the grant permits every call that the other permits.
    pub fn covers(&self, other: &Self) -> bool {
        self.service == other.service && self.method.covers(other.method) && self.path.covers(&other.path)
    }

    /// Whether the grant permits reading only.
    pub fn is_read(&self) -> bool {
        self.method.is_read()
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.method, self.path)
    }
}

impl FromStr for Grant {
    type Err = GrantError;

    /// Parses `SERVICE METHOD PATTERN`; any number of spaces or tabs between the parts and around them.
    fn from_str(text: &str) -> Result<Self, GrantError> {
        let mut parts = words(text);
        let mut part =
            |missing| parts.next().ok_or(GrantError::new(text.len(), Problem::MissingPart { missing }));
        let service = part("SERVICE").and_then(parse_at)?;
        let method = part("METHOD").and_then(parse_at)?;
        let path = part("PATTERN").and_then(parse_at)?;
        match parts.next() {
            Some((offset, extra)) => {
                Err(GrantError::new(offset, Problem::ExtraPart { found: extra.to_owned() }))
            }
            None => Ok(Self { service, method, path }),
        }
    }
}

fn parse_at<T: FromStr<Err = GrantError>>((offset, word): (usize, &str)) -> Result<T, GrantError> {
    word.parse().map_err(|error: GrantError| error.shifted(offset))
}

/// The words of a text, each with its offset.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split([' ', '\t']).filter_map(move |word| {
        let offset = start;
        start += word.len() + 1;
        (!word.is_empty()).then_some((offset, word))
    })
}

#[cfg(test)]
mod tests;
