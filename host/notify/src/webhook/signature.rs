//! Signatures of Standard Webhooks, version `v1`: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA256, Key, sign};

use crate::error::read_small;

const PREFIX: &str = "whsec_";

/// A shared secret. It has no `Debug`: it is not to be shown.
pub(super) struct Secret(Key);

impl Secret {
    /// The secrets of a file, one a line. The error is for people, and holds nothing of the file.
    pub(super) fn read_all(path: &Path) -> Result<Vec<Secret>, String> {
        let text = read_small("secret file", path)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Option<Vec<Secret>> = lines.map(Secret::parse).collect();
        match secrets {
            Some(secrets) if !secrets.is_empty() => Ok(secrets),
            _ => Err(format!(
                "the secret file {} does not hold a secret a line: `whsec_` and the base64 of 24 to 64 bytes; \
                 `echo whsec_$(openssl rand -base64 32)` makes one",
                path.display()
            )),
        }
    }

    fn parse(text: &str) -> Option<Secret> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Secret(Key::new(HMAC_SHA256, &bytes)))
    }

    /// `v1,…`: the signature on a message.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        format!("v1,{}", STANDARD.encode(sign(&self.0, &signed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of the specification's own libraries.
    #[test]
    fn it_signs_as_the_others_do() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b"{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn files_without_secrets_are_refused_without_showing_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Secret::read_all(&file).map(|secrets| secrets.len())
        };
        let good = format!("whsec_{}", STANDARD.encode([7; 32]));
        assert_eq!(read(&format!("{good}\n")), Ok(1));
        assert_eq!(read(&format!("{good}\r\n\n  {good} ")), Ok(2));
        let short = format!("whsec_{}", STANDARD.encode([7; 23]));
        for wrong in
            ["", "\n", "hunter2hunter2hunter2", "whsec_", "whsec_!!", &short, &format!("{good}\nhunter2")]
        {
            let why = read(wrong).expect_err(wrong);
            assert!(why.contains("openssl rand") && !why.contains("hunter2"), "{why}");
        }
        let why = Secret::read_all(&folder.path().join("none")).err().expect("there is none");
        assert!(why.contains("cannot be read"), "{why}");
    }
}
