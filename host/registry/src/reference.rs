use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use touchstone_store::Digest;
use url::{Host, Url};

/// Where an artifact is: `oci://host[:port]/repository[:tag][@sha256:…]`. The digest is that of the OCI *manifest*, as
/// everywhere in OCI; a component has a digest of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    host: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// Not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a reference into a registry: {why}; expected `oci://HOST[:PORT]/REPOSITORY[:TAG][@sha256:…]`"
)]
pub struct ReferenceError {
    text: String,
    why: String,
}

impl Reference {
    /// Host and port of the registry, as they were given.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest of the manifest.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The same, with another tag.
    ///
    /// # Errors
    /// It cannot be a tag. (A version with `+` cannot: write `_`.)
    pub fn with_tag(&self, tag: &str) -> Result<Self, ReferenceError> {
        let error = |why| ReferenceError { text: shown(tag), why };
        check_tag(tag).map_err(error)?;
        Ok(Reference { tag: Some(tag.into()), ..self.clone() })
    }

    /// The same, with the digest of a manifest.
    pub fn with_digest(&self, digest: Digest) -> Self {
        Reference { digest: Some(digest), ..self.clone() }
    }

    /// What stands for the manifest in a request: the digest, or else the tag.
    pub(crate) fn manifest(&self) -> Option<String> {
        self.digest.map(|digest| digest.to_string()).or_else(|| self.tag.clone())
    }

    /// Host and port to which requests go. Docker Hub's are another's than its name says.
    pub(crate) fn api_host(&self) -> &str {
        match self.host.as_str() {
            "docker.io" | "index.docker.io" => "registry-1.docker.io",
            host => host,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci://{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        parse(text).map_err(|why| {
            // What stands before the last `@` of something that is no digest may be a password.
            let (before, after) = text.rsplit_once('@').unwrap_or(("", text));
            let secret = !before.is_empty() && !after.starts_with("sha");
            ReferenceError { text: if secret { format!("…@{}", shown(after)) } else { shown(text) }, why }
        })
    }
}

fn parse(text: &str) -> Result<Reference, String> {
    if text.len() > 1000 {
        return Err("it is too long".into());
    }
    let (rest, has_scheme) = match text.split_once("://") {
        Some(("oci", rest)) => (rest, true),
        Some((scheme, _)) => return Err(format!("its scheme is `{}`", shown(scheme))),
        None => (text, false),
    };
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) => {
            (rest, Some(digest.parse().map_err(|error: touchstone_store::DigestError| error.to_string())?))
        }
        None => (rest, None),
    };
    let (host, path) = rest.split_once('/').ok_or("it names no repository")?;
    if !has_scheme && !host.contains(['.', ':']) && host != "localhost" {
        return Err(format!(
            "it names no registry (is `{}` one? then write `oci://` before it)",
            shown(host)
        ));
    }
    let (repository, tag) = match path.split_once(':') {
        Some((repository, tag)) => (repository, Some(tag)),
        None => (path, None),
    };
    check_host(host)?;
    check_repository(repository)?;
    tag.map_or(Ok(()), check_tag)?;
    Ok(Reference { host: host.into(), repository: repository.into(), tag: tag.map(Into::into), digest })
}

fn check_host(host: &str) -> Result<(), String> {
    let wrong = || format!("`{}` is not the name of a host", shown(host));
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    if host.is_empty() || !host.chars().all(allowed) {
        return Err(wrong());
    }
    let url = Url::parse(&format!("https://{host}/")).map_err(|_| wrong())?;
    if url.host().is_none() || url.path() != "/" || url.port() == Some(0) { Err(wrong()) } else { Ok(()) }
}

fn check_repository(repository: &str) -> Result<(), String> {
    let part_is_fine = |part: &str| {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        part.starts_with(letters)
            && part.ends_with(letters)
            && part.chars().all(|c| letters(c) || matches!(c, '.' | '_' | '-'))
            && !["..", "._", "_.", "___", ".-", "-.", "_-", "-_"].iter().any(|bad| part.contains(bad))
    };
    if repository.len() > 255 || !repository.split('/').all(part_is_fine) {
        return Err(format!(
            "`{}` is not the name of a repository (lower-case letters, digits, and `.`, `_`, `-`, `/` between them)",
            shown(repository)
        ));
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if tag.is_empty() || tag.len() > 128 || tag.starts_with(['.', '-']) || !tag.chars().all(allowed) {
        return Err(format!("`{}` is not a tag (letters, digits, `.`, `_`, `-`, at most 128)", shown(tag)));
    }
    Ok(())
}

/// Whether a URL is of this very machine, with which plain HTTP is spoken.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// A text of others, fit for a message.
pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(200).collect();
    short.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        let digest = Digest::of(b"");
        let digested = format!("oci://[::1]:5000/a@{digest}");
        let both = format!("oci://registry.example.org/a/b-c_d.e:v1.0@{digest}");
        for text in ["oci://localhost:5000/a:1.0.0", "oci://intern/a", &digested, &both] {
            assert_eq!(text.parse::<Reference>().expect(text).to_string(), text);
        }
        let bare: Reference = "127.0.0.1:5000/x/y:1".parse().expect("a reference");
        assert_eq!(bare.to_string(), "oci://127.0.0.1:5000/x/y:1");
        assert_eq!((bare.host(), bare.repository(), bare.tag()), ("127.0.0.1:5000", "x/y", Some("1")));
        assert!(bare.with_tag("1.0.0+2").is_err());
        let hub: Reference = "docker.io/a/b:1".parse().expect("a reference");
        assert_eq!(hub.api_host(), "registry-1.docker.io");
    }

    #[test]
    fn other_texts_are_refused_and_say_why() {
        let sha512 = format!("oci://a.b/c@sha512:{}", "0".repeat(128));
        let long = format!("oci://a.b/{}", "x".repeat(300));
        let cases = [
            ("", "names no repository"),
            ("oci://a.b", "names no repository"),
            ("ubuntu/x", "names no registry"),
            ("https://a.b/c", "scheme is `https`"),
            (
                "oci://user:secret@a.b/c",
                "`…@a.b/c` is not a reference into a registry: `a.b/c` is not a digest",
            ),
            ("oci://a.b/../c", "not the name of a repository"),
            ("oci://a.b/C", "not the name of a repository"),
            ("oci://a.b/c//d", "not the name of a repository"),
            ("oci://a.b/c?d", "not the name of a repository"),
            ("oci://a.b/", "not the name of a repository"),
            ("oci://a.b/c:", "not a tag"),
            ("oci://a.b/c:../d", "not a tag"),
            ("oci://a.b/c:1:2", "not a tag"),
            ("oci://a.b:99999/c", "not the name of a host"),
            ("oci://a.b:0/c", "not the name of a host"),
            ("oci://[::1/c", "not the name of a host"),
            ("oci://a\u{1b}.b/c", "not the name of a host"),
            ("oci:///c", "not the name of a host"),
            ("oci://a.b/c@sha256:abc", "is not a digest"),
            (&sha512, "is not a digest"),
            (&long, "not the name of a repository"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Reference>().expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(!error.contains('\u{1b}') && !error.contains("secret"));
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        let is = |url: &str| is_loopback(&Url::parse(url).expect("a URL"));
        for here in ["http://localhost:1/", "http://127.9.8.7/", "http://[::1]:5/", "http://2130706433/"] {
            assert!(is(here), "{here}");
        }
        for there in
            ["http://localhost.example.org/", "http://128.0.0.1/", "http://[::2]/", "http://0.0.0.0/"]
        {
            assert!(!is(there), "{there}");
        }
    }
}
