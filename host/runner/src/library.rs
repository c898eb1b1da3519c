//! Where the components of a run come from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use touchstone_registry::{Reference, Registry};
use touchstone_runtime::{PreparedCheck, Runtime};
use touchstone_scope::Unit;
use touchstone_store::{Component, Digest, Store, StoreError};
use touchstone_trust::Policy;

use crate::admit::{Admitted, Refused, place};
use crate::job::Task;
use crate::trust::{decide, signatures};

/// Where components come from, and which of them may run.
#[derive(Default)]
pub struct Sources {
    /// Looked through in this order.
    pub stores: Vec<Store>,
    /// Which components may run. Without one: all that manifests name.
    pub policy: Option<Policy>,
    /// Where components are fetched from that no store has and whose manifest names a source. Without it: nowhere.
    pub registry: Option<Registry>,
    /// The folder for what comes from registries, in which each component has a store of its own: so that nothing that was
    /// fetched can stand in the way of something else. Looked through after the other stores.
    pub fetched: Option<PathBuf>,
}

impl From<Vec<Store>> for Sources {
    fn from(stores: Vec<Store>) -> Self {
        Sources { stores, ..Sources::default() }
    }
}

impl Sources {
    /// The stores that may have a component.
    fn stores_for(&self, component: Digest) -> Vec<Store> {
        let fetched = self.fetched.as_ref().and_then(|folder| Store::open(folder.join(component.hex())).ok());
        self.stores.iter().cloned().chain(fetched).collect()
    }

    /// Fetches a component with all that is said of it.
    async fn fetch(&self, source: &str, component: Digest) -> Result<(), String> {
        let (Some(registry), Some(fetched)) = (&self.registry, &self.fetched) else {
            return Err(format!(
                "no store has its component {component}; `touchstone pull {source}` brings it"
            ));
        };
        let reference: Reference = source.parse().map_err(|error| format!("{error}"))?;
        tracing::info!(%component, source, "fetching");
        let artifact = registry.pull(&reference, Some(component)).await.map_err(|error| error.to_string())?;
        for left_out in artifact.left_out() {
            tracing::warn!(source, left_out, "something that is said of a component was left out");
        }
        let store =
            Store::open_or_create(fetched.join(component.hex())).map_err(|error| error.to_string())?;
        store.add(&artifact, true).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// The components of some stores, each read, hashed and compiled for all runs of a process.
pub(crate) struct Library {
    runtime: Arc<Runtime>,
    sources: Sources,
    loaded: Mutex<BTreeMap<Digest, Component>>,
    /// Each is compiled once, by the first run that needs it; the others wait for it.
    prepared: Mutex<BTreeMap<Digest, Arc<OnceCell<PreparedCheck>>>>,
}

impl Library {
    pub(crate) fn new(runtime: Arc<Runtime>, sources: Sources) -> Self {
        Library { runtime, sources, loaded: Mutex::default(), prepared: Mutex::default() }
    }

    pub(crate) fn load(&self, digest: Digest) -> Result<Component, StoreError> {
        if let Some(known) = self.loaded().get(&digest) {
            return Ok(known.clone());
        }
        let component = Store::find(&self.sources.stores_for(digest), digest)?;
        self.loaded().insert(digest, component.clone());
        Ok(component)
    }

    /// Fetches what no store has and of which the manifest says where it is.
    ///
    /// # Errors
    /// Something cannot be fetched, or is not what the manifest says; all of it in one go.
    pub(crate) async fn fetch(&self, task: &Task) -> Result<(), Refused> {
        let mut problems = BTreeSet::new();
        let mut wanted = BTreeMap::new();
        for unit in &task.plan.units {
            let (Some(source), Ok(digest)) = (&unit.source, unit.component.to_string().parse::<Digest>())
            else {
                continue;
            };
            if matches!(self.load(digest), Err(StoreError::Absent { .. })) || self.lacks_signatures(digest) {
                wanted.insert(digest, (source, place(unit, task)));
            }
        }
        for (digest, (source, place)) in wanted {
            if let Err(why) = self.sources.fetch(source, digest).await {
                problems.insert(format!("{place}: {why}"));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Refused { problems: problems.into_iter().collect() }) }
    }

    /// Whether nothing is known that vouches for a component, and somebody would have to: it may have been signed since it was
    /// fetched.
    fn lacks_signatures(&self, component: Digest) -> bool {
        self.sources.policy.is_some()
            && self.sources.registry.is_some()
            && signatures(&self.sources.stores_for(component), component).is_ok_and(|all| all.is_empty())
    }

    /// Whether the policy trusts whoever vouches for a component; nobody is trusted where there is no policy.
    ///
    /// # Errors
    /// It may not run: by which rule.
    pub(crate) fn is_trusted(&self, unit: &Unit, component: &Component) -> Result<bool, String> {
        let Some(policy) = &self.sources.policy else { return Ok(false) };
        let signatures = signatures(&self.sources.stores_for(component.digest()), component.digest())?;
        let accepted =
            decide(policy, component, &unit.grants, &signatures).map_err(|refusal| refusal.to_string())?;
        tracing::info!(check = unit.check, version = unit.version, %accepted, "may run");
        Ok(accepted.trusted)
    }

    /// Compiles the components, or takes their code from the cache, several at a time.
    ///
    /// # Errors
    /// A component is not valid WebAssembly, or does not fit the contract.
    pub(crate) async fn prepare(
        &self,
        admitted: &Admitted,
    ) -> Result<BTreeMap<Digest, PreparedCheck>, Refused> {
        let mut prepared = BTreeMap::new();
        let mut tasks = Vec::new();
        for (digest, component) in &admitted.components {
            let cell = self.prepared().entry(*digest).or_default().clone();
            if let Some(known) = cell.get() {
                prepared.insert(*digest, known.clone());
                continue;
            }
            let (runtime, component) = (self.runtime.clone(), component.clone());
            let trusted = admitted.trusted.contains(digest);
            let place = admitted.places.get(digest).map_or("", String::as_str);
            let compile =
                async move { cell.get_or_try_init(|| runtime.prepare(&component, trusted)).await.cloned() };
            tasks.push((place, tokio::spawn(compile)));
        }
        let mut problems = Vec::new();
        for (place, task) in tasks {
            match task.await {
                Ok(Ok(check)) => drop(prepared.insert(check.digest(), check)),
                Ok(Err(error)) => problems.push(format!("{place}: {error}")),
                Err(error) => problems.push(format!("{place}: the compiler failed: {error}")),
            }
        }
        if problems.is_empty() { Ok(prepared) } else { Err(Refused { problems }) }
    }

    pub(crate) fn loaded(&self) -> MutexGuard<'_, BTreeMap<Digest, Component>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepared(&self) -> MutexGuard<'_, BTreeMap<Digest, Arc<OnceCell<PreparedCheck>>>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
