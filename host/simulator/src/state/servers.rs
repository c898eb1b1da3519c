//! Servers, with their ports and volumes.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Course, Next, State};

/// What nova keeps.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) user: String,
    pub(crate) flavor: String,
    /// None: it booted from a volume.
    pub(crate) image: Option<String>,
    pub(crate) zone: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) tags: Vec<String>,
    /// Names of security groups.
    pub(crate) groups: Vec<String>,
    pub(crate) config_drive: bool,
    /// Decoded.
    pub(crate) user_data: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) disks: Vec<Disk>,
    /// Ports that nova made: they go with it.
    pub(crate) own_ports: Vec<String>,
    /// `BUILD`, `ACTIVE` or `ERROR`.
    pub(crate) course: Course,
    /// It is being deleted.
    pub(crate) deleting: bool,
}

/// A volume of a server.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    pub(crate) volume: String,
    /// Whether it is deleted with the server.
    pub(crate) goes_with_it: bool,
}

impl State {
    pub(crate) fn server(&self, id: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.id == id)
    }

    /// Begins to delete a server; whether that ends well is decided here.
    pub(crate) fn delete_server(&mut self, id: &str, fails: bool) {
        let (now, after) = (self.now, self.timing.deletion);
        if let Some(server) = self.servers.iter_mut().find(|server| server.id == id && !server.deleting) {
            server.deleting = true;
            server.course.then(now, after, if fails { Next::Status("ERROR") } else { Next::Gone });
        }
    }

    pub(super) fn settle_servers(&mut self, now: Instant) {
        let mut events = Vec::new();
        for server in &mut self.servers {
            if let Some((at, next)) = server.course.advance(now) {
                events.push((server.id.clone(), at, next));
            }
        }
        for (id, at, next) in events {
            match next {
                Next::Status("ACTIVE") => self.server_started(&id, at),
                Next::Status(_) => {
                    self.servers.iter_mut().filter(|server| server.id == id).for_each(|s| s.deleting = false);
                }
                Next::Gone => self.server_gone(&id, at),
            }
        }
    }

    fn server_started(&mut self, id: &str, at: Instant) {
        self.net.start_ports(id);
        let disks = self.server(id).map(|server| server.disks.clone()).unwrap_or_default();
        for disk in disks {
            if let Some(volume) = self.volume_mut(&disk.volume) {
                volume.course = Course::steady("in-use", at);
            }
        }
    }

    fn server_gone(&mut self, id: &str, at: Instant) {
        let Some(index) = self.servers.iter().position(|server| server.id == id) else { return };
        let server = self.servers.remove(index);
        self.net.release_ports(id, &server.own_ports);
        let deletion = self.timing.deletion;
        for disk in server.disks {
            if let Some(volume) = self.volume_mut(&disk.volume) {
                volume.attached = None;
                volume.course = match disk.goes_with_it {
                    true => Course::passing("deleting", at, deletion, Next::Gone),
                    false => Course::steady("available", at),
                };
            }
        }
    }
}
