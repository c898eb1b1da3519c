//! Grants.

use std::fmt;
use std::str::FromStr;

use crate::budget::Budget;
use crate::{GrantError, Method, PathPattern, Problem, RequestPath, ServiceType};

/// The permission to make some calls to one service.
///
/// | written | permits |
/// |---|---|
/// | `compute GET /flavors/**` | to read |
/// | `block-storage POST /volumes max 2, 4 GiB` | to create at most two volumes, of 4 GiB together, in one run of a check |
/// | `compute DELETE /servers/*` | to change, where `*` is the id of something that the check created itself |
/// | `compute POST /servers/*/action#os-getConsoleOutput` | the same, with a body whose only member is that |
/// | `object-store PROBE /` | to read without credentials, at the host of the service's endpoint |
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The service that may be called.
    pub service: ServiceType,
    /// The method that may be used; `GET` includes `HEAD`.
    pub method: Method,
    /// The paths that may be called. In what creates or changes, each `*` is something that the check created itself.
    pub path: PathPattern,
    /// What the calls may do.
    pub kind: Kind,
}

/// What the calls that a grant permits may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Read.
    Read,
    /// Change what the check created itself.
    Change {
        /// The only member that the body, a JSON object, may have.
        action: Option<String>,
    },
    /// Create what the host removes again.
    Create(Budget),
    /// Read without credentials, at the root of the host of the service's endpoint.
    Probe,
}

impl Grant {
    /// Whether the grant permits a call that is no creation and no probe. Whether what it would change is the check's own,
    /// and whether its body is as it must be, is to be seen elsewhere.
    pub fn permits(&self, service: &ServiceType, method: Method, path: &RequestPath) -> bool {
        matches!(self.kind, Kind::Read | Kind::Change { .. }) && self.fits(service, method, path)
    }

    /// The budget from which a creation is paid, if the grant permits it.
    pub fn budget_for(&self, service: &ServiceType, method: Method, path: &RequestPath) -> Option<Budget> {
        match self.kind {
            Kind::Create(budget) if self.fits(service, method, path) => Some(budget),
            _ => None,
        }
    }

    /// Whether the grant permits to read a path without credentials.
    pub fn permits_probe(&self, service: &ServiceType, path: &RequestPath) -> bool {
        self.kind == Kind::Probe && self.fits(service, Method::Get, path)
    }

    /// Whether the grant permits every call that the other permits.
    pub fn covers(&self, other: &Self) -> bool {
        self.service == other.service
            && self.method.covers(other.method)
            && self.path.covers(&other.path)
            && self.kind.covers(&other.kind)
    }

    fn fits(&self, service: &ServiceType, method: Method, path: &RequestPath) -> bool {
        self.service == *service && self.method.covers(method) && self.path.permits(path)
    }
}

impl Kind {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Change { action: None }, Self::Change { .. }) => true,
            (Self::Create(own), Self::Create(others)) => own.covers(*others),
            _ => self == other,
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, method, path, kind } = self;
        match kind {
            Kind::Read | Kind::Change { action: None } => write!(f, "{service} {method} {path}"),
            Kind::Change { action: Some(action) } => write!(f, "{service} {method} {path}#{action}"),
            Kind::Create(budget) => write!(f, "{service} {method} {path} {budget}"),
            Kind::Probe => write!(f, "{service} {PROBE} {path}"),
        }
    }
}

impl FromStr for Grant {
    type Err = GrantError;

    /// Parses `SERVICE METHOD PATTERN[#ACTION] [max N[, M GiB]]`; any number of spaces or tabs between the parts and around
    /// them.
    fn from_str(text: &str) -> Result<Self, GrantError> {
        let mut parts = words(text);
        let mut part =
            |missing| parts.next().ok_or(GrantError::new(text.len(), Problem::MissingPart { missing }));
        let service = part("SERVICE").and_then(parse_at)?;
        let (method_at, method) = part("METHOD")?;
        let probes = method == PROBE;
        let method = if probes { Method::Get } else { parse_at((method_at, method))? };
        let (path_at, path) = part("PATTERN")?;
        let (path, action) = match path.split_once('#') {
            Some((path, action)) => (path, Some((path_at + path.len(), action))),
            None => (path, None),
        };
        let path: PathPattern = parse_at((path_at, path))?;
        let budget = Budget::parse(parts.next(), parts, text.len())?;
        let wrong = |at, problem| Err(GrantError::new(at, problem));
        let kind = match (budget, action) {
            (Some((at, _)), _) if !matches!(method, Method::Post | Method::Put) => {
                return wrong(at, Problem::NotForMethod { may: "POST and PUT create", method });
            }
            (Some(_), Some((at, _))) => return wrong(at, Problem::BadAction),
            (Some((_, budget)), None) => Kind::Create(budget),
            (None, Some((at, _))) if method.is_read() => {
                return wrong(at, Problem::NotForMethod { may: "what changes has a body", method });
            }
            (None, Some((at, action))) if !is_action(action) => return wrong(at, Problem::BadAction),
            (None, _) if probes => Kind::Probe,
            (None, _) if method.is_read() => Kind::Read,
            (None, _) if !path.has_wildcard() => {
                return wrong(path_at, Problem::NeitherCreatesNorChanges { method });
            }
            (None, action) => Kind::Change { action: action.map(|(_, action)| action.to_owned()) },
        };
        if path.is_deep() && !method.is_read() {
            return wrong(path_at, Problem::DeepChange);
        }
        Ok(Self { service, method, path, kind })
    }
}

/// In the place of the method.
const PROBE: &str = "PROBE";

fn is_action(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
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
