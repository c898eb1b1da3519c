//! What a registry asks for when it says 401.

use http_auth::parser::ChallengeParser;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// A way to show who we are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String> },
}

/// The best way that a registry offers; or why there is none.
pub(crate) fn challenge(headers: &HeaderMap) -> Result<Challenge, String> {
    let mut basic = false;
    let mut others = Vec::new();
    for header in headers.get_all(WWW_AUTHENTICATE) {
        let text = header.to_str().map_err(|_| "its WWW-Authenticate is not text")?;
        for challenge in ChallengeParser::new(text) {
            let challenge = challenge.map_err(|_| "its WWW-Authenticate cannot be read")?;
            let param = |name: &str| {
                let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.to_unescaped())
            };
            match challenge.scheme.to_ascii_lowercase().as_str() {
                "bearer" => {
                    let realm = param("realm")
                        .ok_or("it asks for a token, and does not say where it gives them out")?;
                    return Ok(Challenge::Bearer { realm, service: param("service") });
                }
                "basic" => basic = true,
                other => others.push(crate::reference::shown(other)),
            }
        }
    }
    match others.first() {
        _ if basic => Ok(Challenge::Basic),
        Some(other) => Err(format!("it asks for `{other}`, which is not known here (Bearer and Basic are)")),
        None => Err("it does not say how (no WWW-Authenticate)".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Result<Challenge, String> {
        challenge(&values.iter().map(|value| (WWW_AUTHENTICATE, value.parse().unwrap())).collect())
    }

    #[test]
    fn tokens_are_preferred() {
        let bearer = r#"Bearer realm="https://auth.example/token",service="reg",scope="repository:a:pull""#;
        let expected =
            Challenge::Bearer { realm: "https://auth.example/token".into(), service: Some("reg".into()) };
        assert_eq!(of(&[bearer]).as_ref(), Ok(&expected));
        assert_eq!(of(&["Basic realm=x", bearer]), Ok(expected));
        assert_eq!(of(&["basic realm=\"x\""]), Ok(Challenge::Basic));
    }

    #[test]
    fn others_are_told() {
        for (values, expected) in [
            (&[][..], "no WWW-Authenticate"),
            (&["Negotiate"], "asks for `negotiate`"),
            (&["Bearer service=x"], "does not say where"),
            (&["=,="], "cannot be read"),
        ] {
            let error = of(values).expect_err(expected);
            assert!(error.contains(expected), "{error}");
        }
    }
}
