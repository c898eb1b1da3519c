//! A simulated OpenStack, for the demo and for tests, with faults on demand.
//!
//! A [`Scenario`] (YAML, or a struct) says what the cloud is like: who may log in, which services its catalog names,
//! which flavors, images, volume types and networks it has, how slow it is, how long its pages are, and what goes
//! wrong and when. A [`Simulator`] is made of it once, and starts as many independent clouds as wanted, each on one
//! TCP port of its own, over real HTTP. They answer as the real services do (release 2025.2), well enough for the
//! `openstack` command-line client. What checks need can be created and deleted: servers, volumes and backups, networks
//! with all that belongs to them, security groups, secrets. Everything else is read-only.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use touchstone_simulator::{Scenario, Simulator};
//!
//! let cloud = Simulator::new(&Scenario::demo())?.start(([127, 0, 0, 1], 0).into()).await?;
//! std::fs::write("clouds.yaml", cloud.clouds_yaml())?;
//! // … run a client against cloud.auth_url() …
//! assert_eq!(cloud.requests().iter().filter(|request| request.path == "/flavors/detail").count(), 1);
//! cloud.stop().await;
//! # Ok(())
//! # }
//! ```

mod api;
mod call;
mod cloud;
mod faults;
mod inventory;
mod reply;
mod requests;
pub mod scenario;
mod server;
mod service;
mod site;
mod state;
mod tokens;

#[cfg(test)]
mod testing;

pub use inventory::{Kind, Thing};
pub use requests::Request;
pub use scenario::{Scenario, ScenarioError};
pub use server::{Running, Simulator, StartError};
pub use service::Service;
