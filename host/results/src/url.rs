//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use thiserror::Error;
use url::Url;

/// Where the database is: a file of SQLite (`state.db`, `sqlite:state.db`, `sqlite:///var/lib/touchstone/state.db`), or
/// PostgreSQL (`postgres://USER@HOST:PORT/DATABASE`, with the parameters of libpq: `sslmode`, `sslrootcert`, `host` for the
/// folder of a socket, and so on).
///
/// The password is better not in it: `PGPASSWORD` or the file that `PGPASSFILE` names (`~/.pgpass`) may have it. It is not
/// shown by `Display` or `Debug`.
///
/// Other machines must show a certificate for their name (`sslmode=verify-full`), unless the URL or `PGSSLMODE` says otherwise.
#[derive(Clone, PartialEq, Eq)]
pub struct StateUrl(pub(crate) Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Url),
}

/// Why a text does not say where a database is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StateUrlError {
    /// Another database.
    #[error(
        "`{0}:` is not known here: the state is a file of SQLite (`sqlite:/path/state.db`) or `postgres://…`"
    )]
    Scheme(String),
    /// Not a URL.
    #[error(
        "the URL of the state is malformed: {0}; for example: postgres://touchstone@db.example.org/touchstone"
    )]
    Malformed(String),
    /// No file.
    #[error("the URL of the state names no file; for example: sqlite:/var/lib/touchstone/state.db")]
    NoFile,
}

impl StateUrl {
    /// A file of SQLite.
    pub fn file(path: impl Into<PathBuf>) -> StateUrl {
        StateUrl(Place::Sqlite(path.into()))
    }

    /// The file, if it is SQLite.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }
}

impl FromStr for StateUrl {
    type Err = StateUrlError;

    fn from_str(text: &str) -> Result<StateUrl, StateUrlError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("postgres" | "postgresql") => {
                let url = Url::parse(text).map_err(|error| StateUrlError::Malformed(error.to_string()))?;
                options(&url).map_err(|error| StateUrlError::Malformed(error.to_string()))?;
                Ok(StateUrl(Place::Postgres(url)))
            }
            Some("sqlite") => {
                let path = text[7..].strip_prefix("//").unwrap_or(&text[7..]);
                if path.is_empty() { Err(StateUrlError::NoFile) } else { Ok(StateUrl::file(path)) }
            }
            Some(scheme) if text[scheme.len()..].starts_with("://") => {
                Err(StateUrlError::Scheme(scheme.to_owned()))
            }
            _ if text.is_empty() => Err(StateUrlError::NoFile),
            _ => Ok(StateUrl::file(text)),
        }
    }
}

impl fmt::Display for StateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "{}", path.display()),
            Place::Postgres(url) => {
                let mut shown = url.clone();
                shown.set_query(None);
                // Only a URL without host refuses this, and it has no password.
                let _ = shown.set_password(None);
                write!(f, "{shown}")
            }
        }
    }
}

impl fmt::Debug for StateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateUrl({self})")
    }
}

/// How to connect, with what the environment adds.
pub(crate) fn options(url: &Url) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.as_str().parse()?;
    let asked = url.query_pairs().any(|(key, _)| matches!(&*key, "sslmode" | "ssl-mode"))
        || std::env::var_os("PGSSLMODE").is_some();
    let options = if asked || is_here(&options) { options } else { options.ssl_mode(PgSslMode::VerifyFull) };
    Ok(options.application_name("touchstone"))
}

/// Whether the server is on this machine: what goes there crosses no network.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_in_several_ways() {
        for (text, path) in [
            ("state.db", "state.db"),
            ("sqlite:state.db", "state.db"),
            ("sqlite://state.db", "state.db"),
            ("sqlite:///var/lib/t/state.db", "/var/lib/t/state.db"),
            ("SQLite:/var/lib/t/state.db", "/var/lib/t/state.db"),
            ("a:b.db", "a:b.db"),
        ] {
            let url: StateUrl = text.parse().unwrap();
            assert_eq!(url.path(), Some(Path::new(path)), "{text}");
        }
    }

    #[test]
    fn what_is_no_database_is_explained() {
        let error = |text: &str| text.parse::<StateUrl>().unwrap_err().to_string();
        assert!(error("mysql://x/y").starts_with("`mysql:` is not known here"), "{}", error("mysql://x/y"));
        assert!(error("sqlite:").contains("names no file"));
        assert!(error("").contains("names no file"));
        assert!(error("postgres://h:port/d").contains("malformed"));
        assert!(error("postgres://h/d?sslmode=maybe").contains("malformed"));
    }

    #[test]
    fn passwords_are_not_shown() {
        let url: StateUrl =
            "postgres://me:s3cret@db.example.org/d?password=s3cret&sslmode=disable".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://me@db.example.org/d");
        assert!(!format!("{url:?}").contains("s3cret"));
    }

    #[test]
    fn other_machines_must_show_a_certificate() {
        let mode = |text: &str| format!("{:?}", options(&text.parse().unwrap()).unwrap().get_ssl_mode());
        assert_eq!(mode("postgres://db.example.org/d"), "VerifyFull");
        assert_eq!(mode("postgres://db.example.org/d?sslmode=require"), "Require");
        for here in ["127.0.0.1", "localhost", "[::1]", "%2Fvar%2Frun%2Fpostgresql"] {
            assert_eq!(mode(&format!("postgres://{here}/d")), "Prefer", "{here}");
        }
        assert_eq!(mode("postgres:///d?host=/run/postgresql"), "Prefer");
    }
}
