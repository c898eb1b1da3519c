//! How many subjects are tested at the same time: in all, and of one provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lets so many through at a time.
pub(crate) struct Gate {
    all: Arc<Semaphore>,
    of_provider: BTreeMap<String, Arc<Semaphore>>,
}

/// The right to test one subject.
pub(crate) struct Pass {
    _all: OwnedSemaphorePermit,
    _of_provider: OwnedSemaphorePermit,
}

impl Gate {
    /// A gate for subjects of these providers.
    pub(crate) fn new<'p>(all: usize, each: usize, providers: impl Iterator<Item = &'p str>) -> Self {
        let of_provider = providers.map(|name| (name.to_owned(), Arc::new(Semaphore::new(each))));
        Gate { all: Arc::new(Semaphore::new(all)), of_provider: of_provider.collect() }
    }

    /// Waits for its turn. Who waits for a provider keeps nobody else waiting: it takes its place among all last.
    pub(crate) async fn pass(&self, provider: &str) -> Option<Pass> {
        let of_provider = self.of_provider.get(provider)?.clone().acquire_owned().await.ok()?;
        let all = self.all.clone().acquire_owned().await.ok()?;
        Some(Pass { _all: all, _of_provider: of_provider })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_provider_keeps_nobody_else_waiting() {
        let gate = Gate::new(2, 1, ["slow", "fast"].into_iter());
        let first = gate.pass("slow").await.unwrap();
        let wait = Duration::from_secs(1);
        assert!(tokio::time::timeout(wait, gate.pass("slow")).await.is_err());
        let other = gate.pass("fast").await.unwrap();
        assert!(tokio::time::timeout(wait, gate.pass("fast")).await.is_err());
        drop((first, other));
        assert!(gate.pass("slow").await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_all() {
        let gate = Gate::new(1, 5, ["a", "b"].into_iter());
        let first = gate.pass("a").await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(1), gate.pass("b")).await.is_err());
        drop(first);
        assert!(gate.pass("b").await.is_some());
    }
}
