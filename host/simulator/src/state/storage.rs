//! Volumes and their backups.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Course, Next, State};

/// A volume, as cinder keeps it.
#[derive(Debug)]
pub(crate) struct Volume {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    /// In GiB.
    pub(crate) size: u64,
    /// The id of its type, if the cloud has any.
    pub(crate) kind: Option<String>,
    pub(crate) zone: String,
    pub(crate) metadata: Map<String, Value>,
    /// The image that is on it.
    pub(crate) image: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) user: String,
    pub(crate) created: Timestamp,
    pub(crate) attached: Option<Attachment>,
    pub(crate) course: Course,
}

/// That a volume belongs to a server.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) server: String,
    pub(crate) device: &'static str,
    pub(crate) at: Timestamp,
}

/// A backup, as cinder keeps it.
#[derive(Debug)]
pub(crate) struct Backup {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) container: String,
    pub(crate) volume: String,
    /// The one that it completes.
    pub(crate) parent: Option<String>,
    /// In GiB.
    pub(crate) size: u64,
    pub(crate) zone: String,
    pub(crate) user: String,
    pub(crate) created: Timestamp,
    /// `creating`, `available`, `restoring`, `deleting` or `error`.
    pub(crate) course: Course,
}

impl State {
    pub(crate) fn volume(&self, id: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.id == id)
    }

    pub(crate) fn volume_mut(&mut self, id: &str) -> Option<&mut Volume> {
        self.volumes.iter_mut().find(|volume| volume.id == id)
    }

    pub(crate) fn backup(&self, id: &str) -> Option<&Backup> {
        self.backups.iter().find(|backup| backup.id == id)
    }

    pub(crate) fn backup_mut(&mut self, id: &str) -> Option<&mut Backup> {
        self.backups.iter_mut().find(|backup| backup.id == id)
    }

    pub(super) fn settle_storage(&mut self, now: Instant) {
        let stays = |course: &mut Course| !matches!(course.advance(now), Some((_, Next::Gone)));
        self.volumes.retain_mut(|volume| stays(&mut volume.course));
        self.backups.retain_mut(|backup| stays(&mut backup.course));
    }
}
