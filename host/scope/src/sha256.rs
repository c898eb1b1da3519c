//! SHA-256, the identity of components, assets and manifests.

use std::fmt;
use std::str::FromStr;

use sha2::Digest as _;

/// The SHA-256 of some bytes, written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// Hashes bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// From its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 digits without the prefix.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Sha256Error {
    /// It does not begin with `sha256:`.
    #[error("`{0}` is not a SHA-256: it does not begin with `sha256:`")]
    Prefix(String),
    /// It has too few or too many digits.
    #[error("a SHA-256 has 64 hexadecimal digits after `sha256:`, this one has {0}")]
    Length(usize),
    /// Something is not a digit.
    #[error("`{0}` is not a lower-case hexadecimal digit")]
    Digit(char),
}

impl FromStr for Sha256 {
    type Err = Sha256Error;

    fn from_str(text: &str) -> Result<Self, Sha256Error> {
        let digits = text.strip_prefix("sha256:").ok_or_else(|| {
            let shown: String = text.chars().take(20).collect();
            let dots = if shown.len() < text.len() { "…" } else { "" };
            Sha256Error::Prefix(format!("{shown}{dots}"))
        })?;
        if let Some(c) = digits.chars().find(|c| !matches!(c, '0'..='9' | 'a'..='f')) {
            return Err(Sha256Error::Digit(c));
        }
        if digits.len() != 64 {
            return Err(Sha256Error::Length(digits.len()));
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let digit = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'a' + 10 };
            *byte = digit(pair[0]) << 4 | digit(pair[1]);
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of(b"").to_string(), empty);
        assert_eq!(empty.parse(), Ok(Sha256::of(b"")));
    }

    #[test]
    fn wrong_ones_are_told_apart() {
        let parse = |text: &str| text.parse::<Sha256>().unwrap_err();
        let digits = "0".repeat(64);
        assert_eq!(parse(&digits), Sha256Error::Prefix(format!("{}…", &digits[..20])));
        assert_eq!(parse("sha256:"), Sha256Error::Length(0));
        assert_eq!(parse(&format!("sha256:{}", &digits[1..])), Sha256Error::Length(63));
        assert_eq!(parse(&format!("sha256:A{}", &digits[1..])), Sha256Error::Digit('A'));
        assert_eq!(parse(&format!("sha256:é{}", &digits[2..])), Sha256Error::Digit('é'));
    }

    proptest! {
        #[test]
        fn printing_and_reading_is_the_identity(bytes: [u8; 32]) {
            let hash = Sha256::from_bytes(bytes);
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }

        #[test]
        fn nothing_panics(text in "(sha256:)?\\PC{0,70}") {
            let _ = text.parse::<Sha256>();
        }
    }
}
