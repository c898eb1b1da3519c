//! What others say of an artifact: found by the Referrers API, or the tags that stand in for it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use touchstone_store::{
    Artifact, Digest, Link, MAX_MANIFEST_BYTES, MAX_REFERRER_BYTES, MAX_REFERRERS, Manifest, Referrer,
    cosign_tag, media,
};
use url::Url;

use crate::error::RegistryError;
use crate::exchange::Outgoing;
use crate::session::Session;

/// A list of referrers may have so many pages.
const MAX_PAGES: u32 = 16;

/// A list of manifests, of which what others wrote is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List {
    schema_version: u32,
    #[serde(default = "index")]
    media_type: String,
    #[serde(default)]
    manifests: Vec<Listed>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// An entry of it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Session<'_> {
    /// Fetches what is said of an artifact, signatures first. What is of another kind or too much is left out, which the
    /// artifact then tells.
    pub(crate) async fn add_referrers(&self, artifact: &mut Artifact) -> Result<(), RegistryError> {
        let subject = artifact.manifest().digest();
        if let Some(bytes) = self.manifest(&cosign_tag(subject)).await? {
            self.add_referrer(artifact, bytes, Link::CosignTag).await?;
        }
        let mut listed = self.referrers(subject).await?;
        listed.sort_by_key(Listed::rank);
        for (i, entry) in listed.iter().enumerate() {
            let name = crate::reference::shown(&entry.digest);
            let why_not = match entry.digest.parse::<Digest>() {
                _ if i >= MAX_REFERRERS => format!("more than {MAX_REFERRERS} are not read"),
                Err(_) => "it is not named by SHA-256".into(),
                Ok(_) if entry.media_type != media::MANIFEST => {
                    format!("it is a `{}`", crate::reference::shown(&entry.media_type))
                }
                Ok(digest) => {
                    let what =
                        || format!("the manifest {digest}, which it lists as saying something of {subject}");
                    let bytes =
                        self.manifest(&digest.to_string()).await?.ok_or_else(|| self.senseless(what()))?;
                    self.add_referrer(artifact, bytes, Link::Subject).await?;
                    continue;
                }
            };
            artifact.leave_out(format!("{name}: {why_not}"));
        }
        for left_out in artifact.left_out() {
            tracing::warn!(%left_out, component = %artifact.component(), "a referrer is not taken along");
        }
        Ok(())
    }

    async fn add_referrer(
        &self,
        artifact: &mut Artifact,
        bytes: Vec<u8>,
        link: Link,
    ) -> Result<(), RegistryError> {
        let name = Digest::of(&bytes);
        let manifest = match Manifest::parse(bytes) {
            Ok(manifest) => manifest,
            Err(error) => {
                artifact.leave_out(error.to_string());
                return Ok(());
            }
        };
        if link == Link::Subject && manifest.subject() != Some(artifact.manifest().digest()) {
            artifact.leave_out(format!("{name}: its subject is something else"));
            return Ok(());
        }
        let size = manifest.blobs().map(|blob| blob.size).fold(0, u64::saturating_add);
        if size > MAX_REFERRER_BYTES - artifact.referrer_bytes().min(MAX_REFERRER_BYTES) {
            artifact
                .leave_out(format!("{name}: it has {size} bytes; {MAX_REFERRER_BYTES} are read altogether"));
            return Ok(());
        }
        let mut blobs = Vec::new();
        for blob in manifest.blobs() {
            blobs.push(self.blob(blob.digest, blob.size, &format!("a blob of {name}")).await?);
        }
        let referrer = Referrer::new(manifest, blobs, link)
            .map_err(|source| RegistryError::Artifact { reference: name.to_string(), source })?;
        artifact.refer_or_leave_out(referrer);
        Ok(())
    }

    /// What the registry lists as referrers of a manifest.
    async fn referrers(&self, subject: Digest) -> Result<Vec<Listed>, RegistryError> {
        match self.referrers_by_api(subject).await? {
            Some(listed) => Ok(listed),
            None => Ok(self.fallback_list(subject).await?.map_or_else(Vec::new, |list| list.manifests)),
        }
    }

    /// Nothing if the registry does not have the Referrers API.
    async fn referrers_by_api(&self, subject: Digest) -> Result<Option<Vec<Listed>>, RegistryError> {
        let what = format!("what is said of {subject}");
        let mut url = self.url(&format!("referrers/{subject}"));
        let mut listed = Vec::new();
        for _ in 0..MAX_PAGES {
            let outgoing = Outgoing::get(url.clone(), MAX_MANIFEST_BYTES, &what);
            // Registries that lack the API say so in many ways, some by sending browsers to a page for people.
            let lacking = [301, 302, 303, 307, 308, 400, 404, 405, 406, 501];
            let answer = self.ask(&outgoing, &[&[200][..], &lacking].concat()).await?;
            let is_list = answer.header("content-type").is_some_and(|kind| kind.starts_with(media::INDEX));
            if answer.status != 200 || !is_list {
                return Ok(None);
            }
            let list: List =
                touchstone_json::from_slice(&answer.body).map_err(|_| self.senseless(what.clone()))?;
            listed.extend(list.manifests);
            match answer.header("link").and_then(next_page).and_then(|next| url.join(next).ok()) {
                Some(next) if next.origin() == self.base().origin() && listed.len() <= MAX_REFERRERS => {
                    url = next
                }
                _ => break,
            }
        }
        Ok(Some(listed))
    }

    /// The list under the tag that stands in for the Referrers API.
    async fn fallback_list(&self, subject: Digest) -> Result<Option<List>, RegistryError> {
        let Some(bytes) = self.manifest(&fallback_tag(subject)).await? else { return Ok(None) };
        let list = touchstone_json::from_slice(&bytes);
        list.map(Some).map_err(|_| self.senseless(format!("the list {}", fallback_tag(subject))))
    }

    /// Enters a referrer into the list under the tag that stands in for the Referrers API.
    pub(crate) async fn list_by_fallback(
        &self,
        subject: Digest,
        referrer: &Manifest,
    ) -> Result<(), RegistryError> {
        let mut list = self.fallback_list(subject).await?.unwrap_or_else(List::new);
        let digest = referrer.digest().to_string();
        if list.manifests.iter().any(|entry| entry.digest == digest) {
            return Ok(());
        }
        list.manifests.push(Listed {
            media_type: media::MANIFEST.into(),
            digest,
            size: referrer.bytes().len() as u64,
            artifact_type: Some(referrer.artifact_type().into()),
            rest: Map::new(),
        });
        let bytes = serde_json::to_vec(&list).expect("strings and numbers are JSON");
        self.put_manifest(&fallback_tag(subject), media::INDEX, bytes).await.map(drop)
    }

    fn senseless(&self, what: String) -> RegistryError {
        let why = "it is not there, or not of the form that OCI has for it".into();
        RegistryError::Senseless { host: self.host().into(), what, why }
    }
}

impl List {
    fn new() -> Self {
        List { schema_version: 2, media_type: index(), manifests: Vec::new(), rest: Map::new() }
    }
}

impl Listed {
    /// What is fetched first: our signatures, those of others, and then the rest.
    fn rank(&self) -> u32 {
        let cosign = ["application/vnd.dev.sigstore.bundle", "application/vnd.dev.cosign."];
        match self.artifact_type.as_deref() {
            Some(media::PUBLICATION) => 0,
            Some(kind) if cosign.iter().any(|start| kind.starts_with(start)) => 1,
            _ => 2,
        }
    }
}

/// The tag that stands in for the Referrers API, where a registry lacks it.
fn fallback_tag(subject: Digest) -> String {
    format!("sha256-{}", subject.hex())
}

fn index() -> String {
    media::INDEX.into()
}

/// The next page, of a `Link` header.
fn next_page(link: &str) -> Option<&str> {
    let (url, parameters) = link.strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|one| matches!(one.trim(), "rel=next" | "rel=\"next\""));
    is_next.then_some(url)
}

/// A URL with one more parameter.
pub(crate) fn with_parameter(mut url: Url, key: &str, value: &str) -> Url {
    url.query_pairs_mut().append_pair(key, value);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found() {
        assert_eq!(next_page(r#"</v2/a/referrers/x?n=2>; rel="next""#), Some("/v2/a/referrers/x?n=2"));
        assert_eq!(next_page("<x>; rel=prev"), None);
        assert_eq!(next_page("x"), None);
    }
}
