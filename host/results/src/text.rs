//! Text as databases can keep it.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// The longest reason that is kept, in bytes. The report has all of it.
pub(crate) const LONGEST_REASON: usize = 1000;

/// `text` without what PostgreSQL cannot keep (U+0000), and no longer than so many bytes.
pub(crate) fn kept(text: &str, most: usize) -> String {
    let mut kept = text.replace('\0', "\u{fffd}");
    if kept.len() > most {
        kept.truncate(kept.floor_char_boundary(most.saturating_sub('…'.len_utf8())));
        kept.push('…');
    }
    kept
}

/// Microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// `sha256:…`
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(kept("a\0b", 10), "a\u{fffd}b");
        assert_eq!(kept("äöü", 6), "äöü");
        assert_eq!(kept("äöüä", 7), "äö…");
    }

    #[test]
    fn a_hash_is_one_of_sha256() {
        assert_eq!(sha256(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
