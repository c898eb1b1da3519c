use std::path::PathBuf;
use std::time::Duration;

use touchstone_store::{ArtifactError, Digest};

use crate::reference::ReferenceError;

/// Something did not work with a registry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Not a reference.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// What is there is not an artifact of a component, or not whole.
    #[error("{reference}: {source}")]
    Artifact {
        /// Where it is.
        reference: String,
        /// What is wrong.
        source: ArtifactError,
    },
    /// Other bytes than those that were asked for.
    #[error(
        "the registry {host} gave other bytes for {what} than those asked for: they have the SHA-256 {actual}, not \
         {expected}; they are not used"
    )]
    OtherBytes {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// Its digest.
        expected: Digest,
        /// That of what came.
        actual: Digest,
    },
    /// Another component than the one that is expected.
    #[error(
        "{reference} is the component {actual}, not {expected}: the tag was moved, or the reference or the digest of the \
         component is wrong"
    )]
    OtherComponent {
        /// The reference.
        reference: String,
        /// Which component was expected.
        expected: Digest,
        /// Which one is there.
        actual: Digest,
    },
    /// The reference has the digest of another manifest than that which is to be pushed.
    #[error(
        "{reference} is another manifest than the one to be pushed, which has the digest {actual}: leave the digest out"
    )]
    OtherManifest {
        /// The reference.
        reference: String,
        /// The digest of what is to be pushed.
        actual: Digest,
    },
    /// More bytes than there may be.
    #[error("the registry {host} answers for {what} with more than {most} bytes; not read on")]
    TooLarge {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The most that is read.
        most: u64,
    },
    /// Fewer bytes than there should be.
    #[error(
        "the registry {host} gave {actual} bytes for {what}, which has {expected}: it was cut off, and is not used"
    )]
    CutOff {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// How many were expected.
        expected: u64,
        /// How many came.
        actual: u64,
    },
    /// No answer.
    #[error("the registry {host} gave no answer for {what}: {why}{}", times(*attempts))]
    NoAnswer {
        /// The registry, or who stands in for it.
        host: String,
        /// What was asked for.
        what: String,
        /// Why.
        why: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// Everything together took too long.
    #[error("{what} was not done within {} s, and was given up", within.as_secs_f32())]
    TimedOut {
        /// What was to be done.
        what: String,
        /// How long it may take.
        within: Duration,
    },
    /// Who are you?
    #[error(
        "the registry {host} wants to know who you are (401): {why}; `docker login {host}` (or `oras login`) \
         writes credentials"
    )]
    Unauthorized {
        /// The registry.
        host: String,
        /// Which credentials there are, and what became of them.
        why: String,
    },
    /// You may not.
    #[error(
        "the registry {host} does not allow {what} (403{detail}): these credentials have no right to it; ask \
         whoever runs the registry, or log in as somebody else"
    )]
    Forbidden {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What the registry says.
        detail: String,
    },
    /// Not there.
    #[error(
        "the registry has no {reference} (404{detail}): is the name right, was it pushed? (The digest of a reference is \
         that of the OCI manifest, not of the component.)"
    )]
    NotFound {
        /// The reference.
        reference: String,
        /// What the registry says.
        detail: String,
    },
    /// The registry has something wrong.
    #[error("the registry {host} answers {status}{detail} for {what}{}", times(*attempts))]
    Status {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The status.
        status: u16,
        /// What the registry says.
        detail: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The registry asks for more patience than we have.
    #[error(
        "the registry {host} asks to wait {} s ({status}), which is longer than the {} s that we would; try again later",
        asked.as_secs(),
        most.as_secs_f32()
    )]
    Wait {
        /// The registry.
        host: String,
        /// The status: 429 or 503.
        status: u16,
        /// How long it asks to wait.
        asked: Duration,
        /// How long we would.
        most: Duration,
    },
    /// The registry sends us elsewhere.
    #[error("the registry {host} sends {what} to {to}, which is not followed: {why}")]
    Redirected {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// The other host.
        to: String,
        /// Why not.
        why: String,
    },
    /// The registry would have credentials sent to where they must not go.
    #[error(
        "the registry {host} would have credentials sent to {to}, to get a token there: refused, since {why}"
    )]
    Realm {
        /// The registry.
        host: String,
        /// The other host.
        to: String,
        /// Why not.
        why: String,
    },
    /// What the registry says makes no sense.
    #[error("the registry {host} gave an answer for {what} that makes no sense: {why}")]
    Senseless {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// Why.
        why: String,
    },
    /// The credentials cannot be read.
    #[error("the credentials for {host} cannot be had from {}: {why}", path.display())]
    Credentials {
        /// The registry.
        host: String,
        /// The configuration of docker.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A released version would change.
    #[error(
        "{reference} is there already, as the component {existing}; a released version never changes: give the check a new \
         version (or, if nobody runs it yet, push with --replace)"
    )]
    Released {
        /// The reference.
        reference: String,
        /// What is there: a component, or the manifest of something else.
        existing: Digest,
    },
    /// The machine we run on lacks something.
    #[error("{0}")]
    Setup(String),
}

fn times(attempts: u32) -> String {
    if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() }
}
