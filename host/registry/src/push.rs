use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use touchstone_store::{Artifact, Digest, Link, Manifest, Referrer, cosign_tag, media};

use crate::error::RegistryError;
use crate::exchange::{Incoming, Outgoing};
use crate::reference::Reference;
use crate::referrers::with_parameter;
use crate::registry::Registry;
use crate::retry::{Retries, Trouble};
use crate::session::Session;

/// An answer to a request that changes something may have so many bytes.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Where it is now, with the digest of its manifest.
    pub reference: Reference,
    /// The digest of the manifest.
    pub manifest: Digest,
    /// How many blobs were sent; the others were there.
    pub sent: usize,
}

impl Registry {
    /// Brings an artifact into a registry, with what others say of it: first the blobs, then the manifests, at last the
    /// tag. Without a tag it can be found by its digest only, and registries may remove it some day.
    ///
    /// A tag that is a version stays what it is: if another component has it, that is refused unless `replace` is true.
    ///
    /// # Errors
    /// The registry does not take it, or the reference has the digest of another manifest; see [`RegistryError`].
    pub async fn push(
        &self,
        to: &Reference,
        artifact: &Artifact,
        replace: bool,
    ) -> Result<Pushed, RegistryError> {
        let within = self.config().timeout;
        let done = tokio::time::timeout(within, push(self, to, artifact, replace)).await;
        done.unwrap_or_else(|_| Err(RegistryError::TimedOut { what: format!("pushing to {to}"), within }))
    }
}

async fn push(
    registry: &Registry,
    to: &Reference,
    artifact: &Artifact,
    replace: bool,
) -> Result<Pushed, RegistryError> {
    let manifest = artifact.manifest();
    let actual = manifest.digest();
    if to.digest().is_some_and(|digest| digest != actual) {
        return Err(RegistryError::OtherManifest { reference: to.to_string(), actual });
    }
    let session = Session::open(registry, to, "pull,push").await?;
    if let Some(tag) = to.tag().filter(|tag| !replace && is_version(tag)) {
        session.check_released(to, tag, artifact).await?;
    }
    let mut sent = 0;
    for bytes in [artifact.config(), artifact.bytes()] {
        sent += usize::from(session.put_blob(bytes).await?);
    }
    session.put_manifest(&manifest.digest().to_string(), media::MANIFEST, manifest.bytes().to_vec()).await?;
    for referrer in artifact.referrers() {
        sent += session.put_referrer(manifest.digest(), referrer).await?;
    }
    if let Some(tag) = to.tag() {
        session.put_manifest(tag, media::MANIFEST, manifest.bytes().to_vec()).await?;
    }
    Ok(Pushed { reference: to.with_digest(manifest.digest()), manifest: manifest.digest(), sent })
}

impl Session<'_> {
    /// Refuses to let a version be another component than it is.
    async fn check_released(
        &self,
        to: &Reference,
        tag: &str,
        artifact: &Artifact,
    ) -> Result<(), RegistryError> {
        let Some(bytes) = self.manifest(tag).await? else { return Ok(()) };
        let digest = Digest::of(&bytes);
        let there = Manifest::parse(bytes).ok();
        let there = there.and_then(|there| there.component().ok().map(|layer| layer.digest));
        if there == Some(artifact.component()) {
            return Ok(());
        }
        Err(RegistryError::Released { reference: to.to_string(), existing: there.unwrap_or(digest) })
    }

    /// Sends a blob unless it is there; and says whether it was sent.
    async fn put_blob(&self, bytes: &[u8]) -> Result<bool, RegistryError> {
        let digest = Digest::of(bytes);
        let what = format!("the blob {digest}");
        let mut head = Outgoing::get(self.url(&format!("blobs/{digest}")), 0, &what);
        head.method = Method::HEAD;
        // Wherever a registry has it: it has it.
        if self.ask(&head, &[200, 301, 302, 303, 307, 308, 404]).await?.status != 404 {
            return Ok(false);
        }
        let bytes = bytes::Bytes::copy_from_slice(bytes);
        let mut retries = Retries::new(self.config(), self.host());
        // An upload that broke is begun anew.
        while let Err(trouble) = self.upload(digest, &what, bytes.clone()).await {
            retries.pause(trouble).await?;
        }
        Ok(true)
    }

    async fn upload(&self, digest: Digest, what: &str, bytes: bytes::Bytes) -> Result<(), Trouble> {
        let mut begin = Outgoing::get(self.url("blobs/uploads/"), MAX_ANSWER_BYTES, what);
        begin.method = Method::POST;
        begin.body = Some(bytes::Bytes::new());
        let begun = self.ask_once(&begin, &[202]).await?;
        let url = with_parameter(self.continuation(&begin, &begun)?, "digest", &digest.to_string());
        let mut send = Outgoing::get(url, MAX_ANSWER_BYTES, what);
        send.method = Method::PUT;
        send.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        send.body = Some(bytes);
        self.ask_once(&send, &[201]).await.map(drop)
    }

    /// Puts a manifest, or a list of them, under a digest or a tag.
    pub(crate) async fn put_manifest(
        &self,
        name: &str,
        media_type: &'static str,
        bytes: Vec<u8>,
    ) -> Result<Incoming, RegistryError> {
        let digest = Digest::of(&bytes);
        let what = format!("the manifest {name}");
        let mut outgoing = Outgoing::get(self.url(&format!("manifests/{name}")), MAX_ANSWER_BYTES, &what);
        outgoing.method = Method::PUT;
        outgoing.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        outgoing.body = Some(bytes.into());
        let answer = self.ask(&outgoing, &[200, 201, 202]).await?;
        let said = answer.header("docker-content-digest").and_then(|said| said.parse::<Digest>().ok());
        if let Some(actual) = said.filter(|said| *said != digest) {
            return Err(RegistryError::OtherBytes {
                host: self.host().into(),
                what,
                expected: digest,
                actual,
            });
        }
        Ok(answer)
    }

    async fn put_referrer(&self, subject: Digest, referrer: &Referrer) -> Result<usize, RegistryError> {
        let manifest = referrer.manifest();
        let mut sent = 0;
        let tag = cosign_tag(subject);
        if referrer.link() == Link::CosignTag && self.has_more_signatures(&tag, manifest).await? {
            return Ok(sent);
        }
        for bytes in referrer.blobs() {
            sent += usize::from(self.put_blob(bytes).await?);
        }
        let bytes = manifest.bytes().to_vec();
        match referrer.link() {
            Link::CosignTag => drop(self.put_manifest(&tag, media::MANIFEST, bytes).await?),
            Link::Subject => {
                let answer =
                    self.put_manifest(&manifest.digest().to_string(), media::MANIFEST, bytes).await?;
                // A registry that has the Referrers API says that it saw the subject.
                if answer.header("oci-subject").is_none() {
                    self.list_by_fallback(subject, manifest).await?;
                }
            }
        }
        Ok(sent)
    }

    /// Whether cosign's signatures that are in the registry are those that we have, and more. Those that neither side
    /// would keep alone are not replaced.
    async fn has_more_signatures(&self, tag: &str, ours: &Manifest) -> Result<bool, RegistryError> {
        let Some(bytes) = self.manifest(tag).await? else { return Ok(false) };
        let Ok(theirs) = Manifest::parse(bytes) else { return Ok(false) };
        let within = |one: &Manifest, other: &Manifest| {
            one.layers().iter().all(|layer| other.layers().iter().any(|there| there == layer))
        };
        match (within(ours, &theirs), within(&theirs, ours)) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(RegistryError::Senseless {
                host: self.host().into(),
                what: format!("the tag {tag}"),
                why: "it has other signatures of cosign's than the store, and neither has all of them: pull first, then sign \
                      again with `cosign sign` in the registry"
                    .into(),
            }),
        }
    }
}

impl Reference {
    /// What is said when there is nothing to ask for.
    pub(crate) fn incomplete(&self) -> RegistryError {
        RegistryError::Setup(format!(
            "{self} has neither tag nor digest: which version is meant? (`{self}:TAG`)"
        ))
    }
}

/// Whether a tag is a version, which never changes once it is released.
fn is_version(tag: &str) -> bool {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let core = tag.split(['-', '+', '_']).next().unwrap_or(tag);
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_are_versions() {
        for version in ["1.0.0", "v1.2.30", "1.0.0-rc.1", "1.0.0_build"] {
            assert!(is_version(version), "{version}");
        }
        for moving in ["latest", "1", "1.0", "v1", "1.0.x", "main", "1..0"] {
            assert!(!is_version(moving), "{moving}");
        }
    }
}
