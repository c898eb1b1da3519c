use std::path::Path;

use touchstone_registry::{Registry, RegistryConfig};
use touchstone_runner::{Runner, Sources};
use touchstone_runtime::CompileLimits;
use touchstone_store::Store;

use super::{base, runtime, stores, trust};
use crate::args::{ComponentArgs, RegistryArgs};
use crate::exit::{Exit, Failure};

/// A runner that takes components from where the arguments say; the nearest store is looked for above `start`.
pub(crate) fn runner(args: &ComponentArgs, start: &Path) -> Result<Runner, Failure> {
    let stores = match stores::open(&args.stores.store, start) {
        // Who fetches everything needs no store of their own.
        Err(_) if args.stores.store.is_empty() && !args.offline && stores::is_nowhere(start) => Vec::new(),
        stores => stores?,
    };
    runner_of(args, stores)
}

/// A runner that takes components from these stores, and else from where the arguments say.
pub(crate) fn runner_of(args: &ComponentArgs, stores: Vec<Store>) -> Result<Runner, Failure> {
    let policy = trust::policy(args.trust.as_deref())?;
    let limits = policy.as_ref().map(touchstone_trust::Policy::compile_limits);
    let limits = limits.map_or_else(CompileLimits::default, |limits| CompileLimits {
        wall: limits.wall,
        memory_bytes: limits.memory,
    });
    let registry = (!args.offline).then(|| registry(&args.registry));
    Ok(Runner::new(runtime(limits)?, Sources { stores, policy, registry, fetched: fetched()? }))
}

/// Where what comes from registries is kept: `$XDG_CACHE_HOME/touchstone/components`.
fn fetched() -> Result<Option<Store>, Failure> {
    let Some(cache) = base("XDG_CACHE_HOME", ".cache") else { return Ok(None) };
    let store = Store::open_or_create(cache.join("components"));
    store.map(Some).map_err(|error| Exit::OwnFault.because(error))
}

pub(crate) fn registry(args: &RegistryArgs) -> Registry {
    Registry::new(RegistryConfig { authorities: args.registry_ca.clone(), ..RegistryConfig::default() })
}
