use touchstone_store::{Artifact, ArtifactError, Digest, Manifest};

use crate::error::RegistryError;
use crate::reference::Reference;
use crate::registry::Registry;
use crate::session::Session;

impl Registry {
    /// Fetches an artifact, whole and verified, with what others say of it. Where a component is expected, another one is
    /// refused before it is fetched.
    ///
    /// # Errors
    /// The registry does not give it, or gives something else; see [`RegistryError`].
    pub async fn pull(
        &self,
        reference: &Reference,
        expected_component: Option<Digest>,
    ) -> Result<Artifact, RegistryError> {
        let within = self.config().timeout;
        let done = tokio::time::timeout(within, pull(self, reference, expected_component)).await;
        done.unwrap_or_else(|_| Err(RegistryError::TimedOut { what: format!("pulling {reference}"), within }))
    }
}

async fn pull(
    registry: &Registry,
    reference: &Reference,
    expected: Option<Digest>,
) -> Result<Artifact, RegistryError> {
    let wrong = |source: ArtifactError| RegistryError::Artifact { reference: reference.to_string(), source };
    let name = reference.manifest().ok_or_else(|| reference.incomplete())?;
    // A mistake that is easily made, and to which registries answer with whatever.
    if expected.is_some() && expected == reference.digest() {
        let why =
            "the digest of a reference is that of the OCI manifest, and this one is that of the component";
        return Err(RegistryError::Setup(format!(
            "{reference}: {why}; leave it out, or give the manifest's"
        )));
    }
    let session = Session::open(registry, reference, "pull").await?;
    let bytes = session.manifest(&name).await?;
    let not_found = || RegistryError::NotFound { reference: reference.to_string(), detail: String::new() };
    let manifest = Manifest::parse(bytes.ok_or_else(not_found)?).map_err(wrong)?;
    let component = manifest.component().map_err(wrong)?.clone();
    if let Some(expected) = expected.filter(|expected| *expected != component.digest) {
        let (reference, actual) = (reference.to_string(), component.digest);
        return Err(RegistryError::OtherComponent { reference, expected, actual });
    }
    let config = manifest.config();
    let config = session.blob(config.digest, config.size, &format!("the config {}", config.digest)).await?;
    let what = format!("the component {}", component.digest);
    let layer = session.blob(component.digest, component.size, &what).await?;
    let mut artifact = Artifact::new(manifest, config, layer).map_err(wrong)?;
    session.add_referrers(&mut artifact).await?;
    Ok(artifact)
}
