//! HTTP methods that a check can use.

use std::fmt;
use std::str::FromStr;

use crate::{GrantError, Problem};

/// An HTTP method that a check can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads, without the body.
    Head,
    /// Creates or acts.
    Post,
    /// Creates or replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// All methods, in the order of the contract.
    pub const ALL: [Self; 6] = [Self::Get, Self::Head, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method as HTTP writes it (RFC 9110, section 9; RFC 5789).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the method is safe (RFC 9110, section 9.2.1): it changes nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }

    /// Whether a grant of this method is one of the other, too: of the same method, or `GET` of `HEAD`.
    pub fn covers(self, other: Self) -> bool {
        self == other || (self == Self::Get && other == Self::Head)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or_else(|| GrantError::new(0, Problem::UnknownMethod { found: text.to_owned() }))
    }
}
