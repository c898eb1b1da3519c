//! Credentials as docker keeps them.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential};

use crate::error::RegistryError;

/// A configuration larger than this is not read.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// How long a helper may take: somebody may have to unlock something.
const HELPER_TIMEOUT: Duration = Duration::from_secs(60);

/// So say all helpers of docker's that have nothing.
const NOT_FOUND: &str = "credentials not found";

/// Who we are for a registry.
#[derive(Clone)]
pub(crate) enum Credentials {
    Basic {
        user: String,
        password: String,
    },
    /// To be exchanged for a token.
    Identity(String),
}

/// The credentials for a registry, if there are any. A helper (`docker-credential-…`) is run if docker would run one.
pub(crate) async fn credentials(
    folder: Option<PathBuf>,
    host: &str,
) -> Result<Option<Credentials>, RegistryError> {
    let Some(folder) = folder else { return Ok(None) };
    let path = folder.join("config.json");
    let failed = |why: String| RegistryError::Credentials { host: host.into(), path: path.clone(), why };
    let mut text = Vec::new();
    match File::open(&path).and_then(|file| file.take(MAX_CONFIG_BYTES).read_to_end(&mut text)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| failed(error.to_string()))?,
    };
    // A thread of its own, not one of the runtime's, for whose end a process that gives up would wait.
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let server = host.to_owned();
    std::thread::spawn(move || {
        drop(sender.send(docker_credential::get_credential_from_reader(&text[..], &server)))
    });
    let answered = tokio::time::timeout(HELPER_TIMEOUT, receiver).await;
    let answered = answered.map_err(|_| failed("the credential helper does not answer".into()))?;
    match answered.map_err(|_| failed("the credential helper failed".into()))? {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(Credentials::Basic { user, password }))
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(Some(Credentials::Identity(token))),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(None),
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains(NOT_FOUND) => Ok(None),
        Err(CredentialRetrievalError::HelperFailure { helper, stderr, stdout }) => {
            let said = if stderr.trim().is_empty() { stdout } else { stderr };
            Err(failed(format!("`{helper} get` fails: {}", crate::reference::shown(said.trim()))))
        }
        Err(CredentialRetrievalError::HelperCommunicationError) => {
            let why = "its credential helper (credsStore, credHelpers) cannot be run; is `docker-credential-…` installed?";
            Err(failed(why.into()))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(config: &str, host: &str) -> Result<Option<(String, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), config).unwrap();
        let found = credentials(Some(folder.path().into()), host).await.map_err(|error| error.to_string())?;
        Ok(found.map(|found| match found {
            Credentials::Basic { user, password } => (user, password),
            Credentials::Identity(token) => ("<token>".into(), token),
        }))
    }

    #[tokio::test]
    async fn docker_s_file_is_read() {
        let config = r#"{"auths": {
            "a.example:5000": {"auth": "dXNlcjpwYTpzcw=="},
            "https://b.example/v1/": {"auth": "dXNlcjpiYg==", "identitytoken": "idt"},
            "c.example": {}
        }}"#;
        let pair = |user: &str, password: &str| Ok(Some((user.to_owned(), password.to_owned())));
        assert_eq!(of(config, "a.example:5000").await, pair("user", "pa:ss"));
        assert_eq!(of(config, "b.example").await, pair("<token>", "idt"));
        for other in ["a.example", "a.example:5001", "c.example", "x.a.example:5000", "example"] {
            assert_eq!(of(config, other).await, Ok(None), "{other}");
        }
        assert_eq!(of("{}", "a.example").await, Ok(None));
        let broken = of("{", "a.example").await.expect_err("broken");
        assert!(broken.contains("config.json"), "{broken}");
        let helper = r#"{"credHelpers": {"a.example": "touchstone-has-no-such"}}"#;
        let missing = of(helper, "a.example").await.expect_err("no helper");
        assert!(missing.contains("cannot be run"), "{missing}");
        assert!(credentials(Some("/nowhere".into()), "a.example").await.is_ok_and(|found| found.is_none()));
    }
}
