use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use thiserror::Error;

/// Who we are for the monitor: an account (`subject` in its `bootstrap.yaml`) and its API key. `Debug` does not show the key.
#[derive(Clone)]
pub struct Credentials {
    account: String,
    header: HeaderValue,
}

impl Credentials {
    /// An account and its API key, for HTTP Basic authentication (RFC 7617).
    ///
    /// # Errors
    /// If the account is empty or has a colon in it, or one of the two has control characters.
    pub fn new(account: &str, api_key: &str) -> Result<Credentials, CredentialsError> {
        if account.is_empty() || account.contains(':') {
            return Err(CredentialsError::Account);
        }
        if account.contains(char::is_control) || api_key.contains(char::is_control) {
            return Err(CredentialsError::Control);
        }
        let token = STANDARD.encode(format!("{account}:{api_key}"));
        let mut header = HeaderValue::from_str(&format!("Basic {token}")).expect("Base64 is ASCII");
        header.set_sensitive(true);
        Ok(Credentials { account: account.to_owned(), header })
    }

    /// What the test runner of SCS keeps in its `tokenfile`: Base64 of `ACCOUNT:KEY`. White space around it is ignored.
    ///
    /// # Errors
    /// If it is something else. The error repeats nothing of it.
    pub fn from_token(token: &str) -> Result<Credentials, CredentialsError> {
        let bytes = STANDARD.decode(token.trim()).map_err(|_| CredentialsError::Token)?;
        let text = String::from_utf8(bytes).map_err(|_| CredentialsError::Token)?;
        let (account, api_key) = text.split_once(':').ok_or(CredentialsError::Token)?;
        Credentials::new(account, api_key)
    }

    /// The account.
    pub fn account(&self) -> &str {
        &self.account
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Why something is not an account with its API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// No name of an account.
    #[error("the account of the compliance monitor must have a name, without a colon in it")]
    Account,
    /// Line breaks and the like.
    #[error(
        "the account or the API key of the compliance monitor has a line break or another control character in it"
    )]
    Control,
    /// Not a token.
    #[error(
        "the token for the compliance monitor must be Base64 of `ACCOUNT:KEY`, as `printf %s ACCOUNT:KEY | base64` writes it"
    )]
    Token,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_the_same() {
        let pair = Credentials::new("zuul_ci", "pa:ss").unwrap();
        let token = Credentials::from_token(" enV1bF9jaTpwYTpzcw==\n").unwrap();
        assert_eq!(pair.header(), "Basic enV1bF9jaTpwYTpzcw==");
        assert_eq!(token.header(), pair.header());
        assert_eq!((token.account(), pair.account()), ("zuul_ci", "zuul_ci"));
    }

    #[test]
    fn what_is_none_is_refused_and_not_repeated() {
        for (account, key, expected) in [
            ("", "k", CredentialsError::Account),
            ("a:b", "k", CredentialsError::Account),
            ("a", "k\n", CredentialsError::Control),
            ("a\r", "k", CredentialsError::Control),
        ] {
            assert_eq!(Credentials::new(account, key).unwrap_err(), expected);
        }
        for token in ["", "secret", "c2VjcmV0", "Basic enV1bF9jaTpwYTpzcw=="] {
            let error = Credentials::from_token(token).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        let credentials = Credentials::new("zuul_ci", "hunter2").unwrap();
        assert_eq!(format!("{credentials:?}"), r#"Credentials { account: "zuul_ci", .. }"#);
        assert!(!format!("{:?}", credentials.header()).contains("enV1"));
    }
}
