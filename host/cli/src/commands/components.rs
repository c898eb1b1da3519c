use std::path::{Path, PathBuf};

use touchstone_registry::{Registry, RegistryConfig};
use touchstone_runner::{Runner, Sources};
use touchstone_runtime::CompileLimits;
use touchstone_store::Store;

use super::{base, runtime, stores, trust};
use crate::args::{ComponentArgs, FetchArgs, RegistryArgs};
use crate::exit::Failure;

/// A runner that takes components from where the arguments say, and fetches the others, if it may; the nearest store is looked
/// for above `start`.
pub(crate) fn runner(
    args: &ComponentArgs,
    fetch: Option<&FetchArgs>,
    start: &Path,
) -> Result<Runner, Failure> {
    let registry = fetch.filter(|fetch| !fetch.offline).map(|fetch| registry(&fetch.registry));
    let stores = match stores::open(&args.stores.store, start) {
        // Who fetches everything needs no store of their own.
        Err(_) if args.stores.store.is_empty() && registry.is_some() && stores::is_nowhere(start) => {
            Vec::new()
        }
        stores => stores?,
    };
    of(args.trust.as_deref(), stores, registry)
}

/// A runner that takes components from these stores, or from what was fetched before.
pub(crate) fn runner_of(trust: Option<&Path>, stores: Vec<Store>) -> Result<Runner, Failure> {
    of(trust, stores, None)
}

fn of(trust: Option<&Path>, stores: Vec<Store>, registry: Option<Registry>) -> Result<Runner, Failure> {
    let policy = trust::policy(trust)?;
    let limits = policy.as_ref().map(touchstone_trust::Policy::compile_limits);
    let limits = limits.map_or_else(CompileLimits::default, |limits| CompileLimits {
        wall: limits.wall,
        memory_bytes: limits.memory,
    });
    Ok(Runner::new(runtime(limits)?, Sources { stores, policy, registry, fetched: fetched() }))
}

/// Where what comes from registries is kept: `$XDG_CACHE_HOME/touchstone/components`.
fn fetched() -> Option<PathBuf> {
    base("XDG_CACHE_HOME", ".cache").map(|cache| cache.join("components"))
}

pub(crate) fn registry(args: &RegistryArgs) -> Registry {
    Registry::new(RegistryConfig { authorities: args.registry_ca.clone(), ..RegistryConfig::default() })
}
