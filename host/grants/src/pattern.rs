//! Patterns of paths.

use std::fmt;
use std::str::FromStr;

use crate::path::{normalise_segment, split_segments};
use crate::{GrantError, Problem, RequestPath};

/// A pattern of paths: `/flavors/*/os-extra_specs`, `/flavors/**`, `/`.
///
/// Segments are literal, or `*`, which is exactly one segment, or, at the end, `**`, which is one or more segments:
/// `/flavors/**` does not permit `/flavors`. `/` permits `/` alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathPattern {
    segments: Vec<Segment>,
    /// Ends with `**`.
    deep: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Segment {
    /// In the spelling of [`RequestPath`].
    Literal(String),
    Any,
}

impl PathPattern {
    /// Whether the pattern permits a path.
    pub fn permits(&self, path: &RequestPath) -> bool {
        let mut given = path.segments();
        for expected in &self.segments {
            match given.next() {
                Some(segment) if expected.permits(segment) => {}
                _ => return false,
            }
        }
        given.next().is_some() == self.deep
    }

    /// The segments of a path for which the pattern has a `*`, if it permits the path.
    pub fn wildcards<'p>(&self, path: &'p RequestPath) -> Option<Vec<&'p str>> {
        self.permits(path).then(|| {
            let any = |(expected, given): (&Segment, &'p str)| (*expected == Segment::Any).then_some(given);
            self.segments.iter().zip(path.segments()).filter_map(any).collect()
        })
    }

    /// Whether there is a `*` in it.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.segments.contains(&Segment::Any)
    }

    /// Whether it ends with `**`.
    pub(crate) fn is_deep(&self) -> bool {
        self.deep
    }

    /// Whether the pattern permits every path that the other permits.
    pub fn covers(&self, other: &Self) -> bool {
        let shared = self.segments.len().min(other.segments.len());
        let (beyond, other_beyond) = (&self.segments[shared..], &other.segments[shared..]);
        let covered = self.segments.iter().zip(&other.segments).all(|(own, others)| own.covers(others));
        // With `**` at its end the other permits paths of every length from its own on, beginning one segment further.
        covered
            && beyond.is_empty()
            && match (self.deep, other.deep) {
                (true, true) => true,
                (true, false) => !other_beyond.is_empty(),
                (false, true) => false,
                (false, false) => other_beyond.is_empty(),
            }
    }
}

impl Segment {
    fn permits(&self, segment: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Literal(literal) => literal == segment,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        *self == Self::Any || self == other
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.segments.is_empty() && !self.deep {
            return f.write_str("/");
        }
        for segment in &self.segments {
            match segment {
                Segment::Any => f.write_str("/*")?,
                Segment::Literal(literal) => write!(f, "/{literal}")?,
            }
        }
        if self.deep { f.write_str("/**") } else { Ok(()) }
    }
}

impl FromStr for PathPattern {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        let mut pattern = Self { segments: Vec::new(), deep: false };
        if text == "/" {
            return Ok(pattern);
        }
        let mut after_deep = None;
        for (offset, segment) in split_segments(text)? {
            if let Some(offset) = after_deep {
                return Err(GrantError::new(offset, Problem::DeepWildcardNotLast));
            }
            match segment {
                "*" => pattern.segments.push(Segment::Any),
                "**" => {
                    pattern.deep = true;
                    after_deep = Some(offset);
                }
                _ if segment.contains('*') => {
                    return Err(GrantError::new(
                        offset,
                        Problem::PartialWildcard { found: segment.to_owned() },
                    ));
                }
                _ => {
                    let literal = normalise_segment(segment).map_err(|error| error.shifted(offset))?;
                    pattern.segments.push(Segment::Literal(literal));
                }
            }
        }
        Ok(pattern)
    }
}

#[cfg(test)]
mod tests;
