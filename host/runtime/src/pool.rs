//! Where instances are: in places that are made once and used again. To make a place for each instance, and to take it away
//! again, takes longer than most checks compute.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Component;
use wasmtime::{Engine, PoolingAllocationConfig};

use crate::limits::{INSTANCES, TABLE_ELEMENTS};
use crate::runtime::engine_config;

/// Places for memories, and as many for tables. Each memory reserves 4 GiB of addresses, as it does without a pool.
const PLACES: u32 = 1024;
/// So much of a memory, or of a table, stays with its place, zeroed. Most checks use less.
const KEPT: usize = 64 << 10;
/// What an instance is made of besides memories and tables, in bytes: a bound for the library, far from what compilers make.
const INSTANCE_BYTES: usize = 16 << 20;

/// The engine, and how many of its places are free.
pub(crate) struct Pool {
    pub(crate) engine: Engine,
    free: Arc<Semaphore>,
}

impl Pool {
    /// Where a machine does not give that many addresses, each instance gets a place of its own.
    pub(crate) fn new() -> wasmtime::Result<Pool> {
        let mut config = engine_config();
        config.allocation_strategy(places());
        let engine = Engine::new(&config).or_else(|error| {
            tracing::info!(
                error = format!("{error:#}"),
                "instances are not made in places that are used again"
            );
            Engine::new(&engine_config())
        });
        Ok(Pool { engine: engine?, free: Arc::new(Semaphore::new(PLACES as usize)) })
    }

    /// What asks for the places of a component.
    pub(crate) fn seats(&self, code: &Component) -> Seats {
        let needed = code.resources_required().map(|needed| needed.num_memories.max(needed.num_tables));
        let most = INSTANCES as u32;
        Seats { free: self.free.clone(), needed: needed.unwrap_or(most).clamp(1, most) }
    }
}

/// The places that an instance of a component needs.
#[derive(Clone)]
pub(crate) struct Seats {
    free: Arc<Semaphore>,
    needed: u32,
}

impl Seats {
    /// Waits until they are free. They are free again when what is answered is dropped, after the instance.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        self.free.clone().acquire_many_owned(self.needed).await.ok()
    }
}

fn places() -> PoolingAllocationConfig {
    // What is bounded here by INSTANCES is bounded for each store, too, and counted there.
    let each = INSTANCES as u32;
    let mut places = PoolingAllocationConfig::new();
    places
        .total_memories(PLACES)
        .total_tables(PLACES)
        .total_stacks(PLACES)
        .total_component_instances(PLACES)
        .total_core_instances(PLACES * each)
        .max_core_instances_per_component(each)
        .max_memories_per_component(each)
        .max_tables_per_component(each)
        .max_memories_per_module(each)
        .max_tables_per_module(each)
        .max_core_instance_size(INSTANCE_BYTES)
        .max_component_instance_size(INSTANCE_BYTES)
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(KEPT);
    places
}
