use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use touchstone_capabilities::openstack::CloudConfig;
use touchstone_scope::{Attestations, Manifest, Plan, PlanError, Selection};

use crate::limits::Ceiling;

/// What to judge, and by what: all of a run but the subject itself.
#[derive(Debug, Clone)]
pub struct Task {
    /// The scope.
    pub manifest: Arc<Manifest>,
    /// The manifest's file, as messages name it; assets are found relative to its folder.
    pub manifest_file: String,
    /// What was selected of it.
    pub selection: Selection,
    /// What to run: what [`Manifest::plan`] makes of the selection.
    pub plan: Plan,
    /// The subject's name in the report.
    pub subject: String,
    /// The name of the cloud, by which `touchstone cleanup` finds it.
    pub cloud: String,
    /// Results of other tools that are handed in, by name. Each check sees those that the manifest says it reads.
    pub evidence: BTreeMap<String, Evidence>,
    /// What people found out about manual testcases.
    pub attestations: Attestations,
}

impl Task {
    /// A task about a cloud, with nothing handed in.
    ///
    /// # Errors
    /// Nothing can be planned for that selection.
    pub fn new(
        manifest: Arc<Manifest>,
        manifest_file: String,
        selection: Selection,
        cloud: &str,
    ) -> Result<Self, PlanError> {
        Ok(Task {
            plan: manifest.plan(&selection)?,
            manifest,
            manifest_file,
            selection,
            subject: cloud.to_owned(),
            cloud: cloud.to_owned(),
            evidence: BTreeMap::new(),
            attestations: Attestations::default(),
        })
    }
}

/// A task, and the subject.
#[derive(Debug, Clone)]
pub struct Job {
    /// What to judge.
    pub task: Task,
    /// How to reach the subject.
    pub cloud: CloudConfig,
    /// Run although the user is privileged.
    pub allow_privileged: bool,
    /// The most that any check may have.
    pub ceiling: Ceiling,
    /// What checks see as now. Default: when the run starts.
    pub reference_time: Option<Timestamp>,
    /// The folder in which it is written down what checks create, before they do.
    pub journal: PathBuf,
    /// Where to record what checks see. Default: nowhere.
    pub record: Option<PathBuf>,
}

impl Job {
    /// A job with the defaults: no privileged user, now, not recorded.
    pub fn new(task: Task, cloud: CloudConfig, journal: PathBuf) -> Self {
        Job {
            task,
            cloud,
            allow_privileged: false,
            ceiling: Ceiling::default(),
            reference_time: None,
            journal,
            record: None,
        }
    }
}

/// The result of another tool.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Where it was read from, as messages name it.
    pub file: String,
    /// When the file was last written, to the second; none where that is not known. What it says is as old.
    pub written_at: Option<Timestamp>,
    /// All of it.
    pub bytes: Bytes,
}
