//! Tokens.

use std::fmt;

use memchr::memmem::Finder;
use reqwest::header::HeaderValue;

/// Shorter ones are not looked for in answers: every answer would hold them.
const MIN_LOOKED_FOR: usize = 8;

/// A token of the subject. Not shown by anything.
pub(crate) struct Token {
    header: HeaderValue,
    finder: Option<Finder<'static>>,
    /// How many tokens there were before it.
    pub(crate) generation: u64,
}

impl Token {
    /// Takes the value of `X-Subject-Token`; nothing if it is empty.
    pub(crate) fn new(mut header: HeaderValue, generation: u64) -> Option<Self> {
        header.set_sensitive(true);
        let value = header.as_bytes().trim_ascii();
        if value.is_empty() {
            return None;
        }
        // The padding of a Fernet token may be written in another way (`%3D`).
        let essence = value.strip_suffix(b"==").or(value.strip_suffix(b"=")).unwrap_or(value);
        let finder = (essence.len() >= MIN_LOOKED_FOR).then(|| Finder::new(essence).into_owned());
        Some(Self { header, finder, generation })
    }

    /// The value of `X-Auth-Token`, marked as sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Whether some bytes hold the token.
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.find(bytes).is_some())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("generation", &self.generation).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_and_not_shown() {
        let token = Token::new(HeaderValue::from_static("gAAAAABhello-_world=="), 3).unwrap();
        assert!(token.is_in(b"{\"t\": \"gAAAAABhello-_world%3D%3D\"}"));
        assert!(!token.is_in(b"gAAAAABhello"));
        assert!(!format!("{token:?} {:?}", token.header()).contains("hello"));
        assert!(Token::new(HeaderValue::from_static(" "), 0).is_none());
    }
}
