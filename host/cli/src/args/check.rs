//! Making, looking at and publishing checks.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::{ComponentArgs, StoreArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// Say what a component is, what it imports and what it asks for. Runs nothing.
    Inspect {
        /// A file, or `sha256:…` or `ID@VERSION` of a component in a store.
        #[arg(value_name = "COMPONENT")]
        component: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        stores: StoreArgs,
    },
    /// Build a check to a component; or let a component that another toolchain built say what it is.
    Build {
        /// The folder of its source (Cargo.toml, pyproject.toml or package.json says the language), or a component.
        #[arg(value_name = "DIR|FILE.wasm")]
        folder: PathBuf,
        /// Where to write the component [default: ID-VERSION.wasm in the current folder].
        #[arg(short, long, value_name = "FILE.wasm")]
        output: Option<PathBuf>,
    },
    /// Build a check and add it to a store.
    Publish {
        /// The folder of its source, or a component that another toolchain built.
        #[arg(value_name = "DIR|FILE.wasm")]
        folder: PathBuf,
        /// Replace what the store has under the same id and version. Only for versions that nobody runs yet.
        #[arg(long)]
        replace: bool,
        /// The store; made if it is not there [default: $TOUCHSTONE_STORE, else checks/published in the nearest folder
        /// above the crate that has it].
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
    /// Say as its publisher that this is the check of that id and version: a signature beside it in the store, which goes with
    /// it when it is pushed or saved.
    Sign {
        /// The component: `sha256:…` or `ID@VERSION` in the store.
        #[arg(value_name = "COMPONENT")]
        component: String,
        /// The key: ed25519, as `ssh-keygen` makes them. The passphrase of one that has one is taken from
        /// $TOUCHSTONE_KEY_PASSPHRASE.
        #[arg(long, value_name = "KEY")]
        key: PathBuf,
        /// The store [default: $TOUCHSTONE_STORE, else checks/published in the nearest folder that has it].
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
    /// Run a check's own tests: no cloud, no WebAssembly.
    Test {
        /// The folder of its source.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Say what is other in one component than in another: testcases, imports, what it asks for, size.
    Diff {
        /// The one: a file, or `sha256:…` or `ID@VERSION` of a component in a store.
        #[arg(value_name = "BEFORE")]
        before: String,
        /// The other.
        #[arg(value_name = "AFTER")]
        after: String,
        /// Also judge recorded runs (`*.tape`) with both, and say which verdicts change. Ends in 1 if any does.
        #[arg(long, value_name = "DIR|FILE.tape", requires = "scope")]
        tapes: Vec<PathBuf>,
        /// The scope manifest that says with what parameters, assets and limits.
        #[arg(long, value_name = "SCOPE.yaml", requires = "tapes")]
        scope: Option<PathBuf>,
        #[command(flatten)]
        components: ComponentArgs,
    },
    /// Build a component again from its source, and say whether the bytes are the same.
    Rebuild {
        /// A file, or `sha256:…` or `ID@VERSION` of a component in a store.
        #[arg(value_name = "COMPONENT")]
        component: String,
        /// The source: the check's folder, as it was when the component was built.
        #[arg(long, value_name = "DIR")]
        source: PathBuf,
        #[command(flatten)]
        stores: StoreArgs,
    },
    /// Make the source of a new check in the current folder.
    New {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
        /// What it is to be written in.
        #[arg(long, value_enum, default_value_t = Lang::Rust)]
        lang: Lang,
        /// Use the SDK of this checkout of Touchstone [default: write the SDK beside the check].
        #[arg(long, value_name = "DIR")]
        sdk: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    Rust,
    Python,
    #[value(alias = "js")]
    Javascript,
}
