//! Which components a rule is about, by their ids.

use std::fmt;

use thiserror::Error;

/// The longest id that a descriptor may have.
const MAX_ID_BYTES: usize = 100;

/// An id, or the beginning of ids: `scs-0100-flavor-naming`, `scs-*`, `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    begin: String,
    /// Whether anything may follow, or nothing.
    open: bool,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If no id could ever match.
    pub(crate) fn parse(text: &str) -> Result<Pattern, PatternError> {
        let (begin, open) = match text.strip_suffix('*') {
            Some(begin) => (begin, true),
            None => (text, false),
        };
        if begin.contains('*') {
            return Err(PatternError::Star);
        }
        if begin.is_empty() && !open {
            return Err(PatternError::Empty);
        }
        if begin.len() > MAX_ID_BYTES {
            return Err(PatternError::TooLong);
        }
        if begin.starts_with('-') {
            return Err(PatternError::Dash);
        }
        match begin.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            Some(found) => Err(PatternError::Character { found }),
            None => Ok(Pattern { begin: begin.to_owned(), open }),
        }
    }

    /// Whether the component of that id is meant.
    pub(crate) fn covers(&self, id: &str) -> bool {
        if self.open { id.starts_with(&self.begin) } else { id == self.begin }
    }

    /// Whether every id that the other covers is covered.
    pub(crate) fn covers_all_of(&self, other: &Pattern) -> bool {
        if self.open { other.begin.starts_with(&self.begin) } else { self == other }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.begin, if self.open { "*" } else { "" })
    }
}

/// Why no id could match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum PatternError {
    #[error("`*` stands at the end only, once")]
    Star,
    #[error("it is empty; `*` alone stands for every id")]
    Empty,
    #[error("an id has at most {MAX_ID_BYTES} characters")]
    TooLong,
    #[error("an id does not begin with `-`")]
    Dash,
    #[error("an id has lower-case letters, digits and `-` only, not {found:?}")]
    Character { found: char },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn patterns_cover_ids() {
        for (text, covered, not) in [
            ("scs-0100", &["scs-0100"][..], &["scs-01000", "scs-010", "", "x-scs-0100"][..]),
            ("scs-*", &["scs-", "scs-0100"], &["scs", "xscs-0100", ""]),
            ("*", &["", "anything"], &[]),
        ] {
            assert!(covered.iter().all(|id| pattern(text).covers(id)), "{text}");
            assert!(!not.iter().any(|id| pattern(text).covers(id)), "{text}");
            assert_eq!(pattern(text).to_string(), text);
        }
    }

    #[test]
    fn patterns_cover_patterns() {
        for (wide, narrow) in [("*", "a"), ("*", "a*"), ("*", "*"), ("a-*", "a-b"), ("a*", "a*"), ("a", "a")]
        {
            assert!(pattern(wide).covers_all_of(&pattern(narrow)), "{wide} {narrow}");
        }
        for (wide, narrow) in [("a", "a*"), ("a-*", "a"), ("a", "b"), ("a*", "*")] {
            assert!(!pattern(wide).covers_all_of(&pattern(narrow)), "{wide} {narrow}");
        }
    }

    #[test]
    fn patterns_that_never_match_are_refused() {
        for (text, expected) in [
            ("a*b", PatternError::Star),
            ("a**", PatternError::Star),
            ("*a", PatternError::Star),
            ("", PatternError::Empty),
            ("-a", PatternError::Dash),
            ("-*", PatternError::Dash),
            ("SCS-*", PatternError::Character { found: 'S' }),
            ("a_b", PatternError::Character { found: '_' }),
            ("é", PatternError::Character { found: 'é' }),
            (&"a".repeat(101), PatternError::TooLong),
        ] {
            assert_eq!(Pattern::parse(text), Err(expected), "{text}");
        }
        assert!(Pattern::parse(&"a".repeat(100)).is_ok());
    }

    proptest! {
        #[test]
        fn covering_is_the_same_for_ids_and_patterns(wide in "[ab]{0,3}\\*?", id in "[ab]{1,4}") {
            if let Ok(wide) = Pattern::parse(&wide) {
                prop_assert_eq!(wide.covers(&id), wide.covers_all_of(&pattern(&id)));
            }
        }
    }
}
