//! What has been created in a running cloud, and what becomes of it with time.

mod course;
mod existing;
mod network;
mod servers;
mod storage;

use std::collections::BTreeSet;
use std::time::Instant;

use jiff::Timestamp;

use crate::cloud::Cloud;
use crate::inventory::{Kind, Thing};
use crate::scenario::Timing;
pub(crate) use course::{Course, Next};
pub(crate) use network::{Net, NewPort, PortError, fixed_ips, text};
pub(crate) use servers::{Disk, Server};
pub(crate) use storage::{Attachment, Backup, Volume};

/// All that can be created. Lists are in the order of creation.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) servers: Vec<Server>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) net: Net,
    pub(crate) timing: Timing,
    /// The moment for which the state holds.
    pub(crate) now: Instant,
}

/// What barbican keeps.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) secret_type: String,
    pub(crate) algorithm: Option<String>,
    pub(crate) bit_length: Option<u64>,
    pub(crate) mode: Option<String>,
    pub(crate) expiration: Option<String>,
    /// Content type and content.
    pub(crate) payload: Option<(String, Vec<u8>)>,
    pub(crate) creator: String,
    pub(crate) created: Timestamp,
}

impl State {
    /// As a cloud is when it starts.
    pub(crate) fn new(cloud: &Cloud) -> Self {
        let mut state = Self {
            servers: Vec::new(),
            volumes: Vec::new(),
            backups: Vec::new(),
            secrets: Vec::new(),
            net: Net::new(&cloud.networking),
            timing: cloud.timing,
            now: Instant::now(),
        };
        for thing in &cloud.existing {
            state.add_existing(cloud, thing);
        }
        state
    }

    /// Lets happen what is due.
    pub(crate) fn settle(&mut self, now: Instant) {
        self.now = now;
        // Servers first: what they leave behind may be due as well.
        self.settle_servers(now);
        self.settle_storage(now);
    }

    /// Everything that was created and still exists, sorted.
    pub(crate) fn inventory(&self) -> Vec<Thing> {
        let all = self.everything();
        let created = |thing: &Thing| match thing.kind {
            Kind::Network
            | Kind::Subnet
            | Kind::Router
            | Kind::RouterInterface
            | Kind::Port
            | Kind::SecurityGroup
            | Kind::SecurityGroupRule => self.net.was_created(&thing.id),
            Kind::Server | Kind::Volume | Kind::Backup | Kind::Secret => true,
        };
        all.into_iter().filter(created).collect()
    }

    /// As the inventory, with what the scenario has.
    pub(crate) fn everything(&self) -> Vec<Thing> {
        let mut things = BTreeSet::new();
        things.extend(self.servers.iter().map(|it| Thing::new(Kind::Server, &it.id, Some(&it.name))));
        things.extend(self.volumes.iter().map(|it| Thing::new(Kind::Volume, &it.id, it.name.as_deref())));
        things.extend(self.backups.iter().map(|it| Thing::new(Kind::Backup, &it.id, it.name.as_deref())));
        things.extend(self.secrets.iter().map(|it| Thing::new(Kind::Secret, &it.id, it.name.as_deref())));
        things.extend(self.net.things());
        things.into_iter().collect()
    }
}
