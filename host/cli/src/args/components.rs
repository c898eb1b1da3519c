//! Where components come from, where they go, and which may run.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// A store of components; may be repeated [default: $TOUCHSTONE_STORE, else checks/published in the nearest folder
    /// above the manifest that has it].
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Vec<PathBuf>,
}

/// Where components come from, and which may run.
#[derive(Debug, Args)]
pub(crate) struct ComponentArgs {
    #[command(flatten)]
    pub(crate) stores: StoreArgs,
    /// Run only components that this policy accepts (docs/trust.md) [default: $TOUCHSTONE_TRUST, else all that the
    /// manifest names].
    #[arg(long, value_name = "trust.yaml")]
    pub(crate) trust: Option<PathBuf>,
}

/// Whether components are fetched that no store has.
#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Fetch nothing: every component has to be in a store.
    #[arg(long)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// How to speak with registries.
#[derive(Debug, Args)]
pub(crate) struct RegistryArgs {
    /// Also trust registries whose certificates these authorities issued (PEM). May be repeated.
    #[arg(long, value_name = "FILE.pem")]
    pub(crate) registry_ca: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The component: a file, or `sha256:…` or `ID@VERSION` of one in a store.
    #[arg(value_name = "COMPONENT")]
    pub(crate) component: String,
    /// Where to: `oci://HOST/REPOSITORY[:TAG]` [default tag: the check's version].
    #[arg(value_name = "oci://…")]
    pub(crate) to: String,
    /// Replace what is there under this tag. Only for versions that nobody runs yet.
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) stores: StoreArgs,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// Where from: `oci://HOST/REPOSITORY` with a tag, or with the digest of the OCI manifest.
    #[arg(value_name = "oci://…")]
    pub(crate) from: String,
    /// Take it only if it is this component: `sha256:…` of its bytes.
    #[arg(long, value_name = "sha256:…")]
    pub(crate) component: Option<String>,
    /// The store; made if it is not there [default: $TOUCHSTONE_STORE, else checks/published in the nearest folder that
    /// has it].
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    /// Replace what the store has under the same id and version.
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SaveArgs {
    /// The components: `sha256:…` or `ID@VERSION` of some in a store [default: all of the store].
    #[arg(value_name = "COMPONENT")]
    pub(crate) components: Vec<String>,
    /// The archive.
    #[arg(short, long, value_name = "FILE.tar")]
    pub(crate) output: PathBuf,
    /// The store [default: $TOUCHSTONE_STORE, else checks/published in the nearest folder that has it].
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// The archive.
    #[arg(value_name = "FILE.tar")]
    pub(crate) file: PathBuf,
    /// The store; made if it is not there [default: $TOUCHSTONE_STORE, else checks/published in the nearest folder that
    /// has it].
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    /// Replace what the store has under the same ids and versions.
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    /// Say what is wrong with trust policies, at file, line and column.
    Lint {
        /// The policies.
        #[arg(value_name = "trust.yaml", required = true)]
        files: Vec<PathBuf>,
    },
    /// Say whether a component may run, and why: each signature, each rule. Ends in 3 if it may not.
    Explain {
        /// The policy.
        #[arg(value_name = "trust.yaml")]
        policy: PathBuf,
        /// The component: `sha256:…` or `ID@VERSION` in a store.
        #[arg(value_name = "COMPONENT")]
        component: String,
        #[command(flatten)]
        stores: StoreArgs,
    },
}
