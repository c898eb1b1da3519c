use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use touchstone_capabilities::openstack::CloudConfig;
use touchstone_scope::{Attestations, Manifest, Plan, Selection};

use crate::limits::Ceiling;

/// What to test, against what.
#[derive(Debug, Clone)]
pub struct Job {
    /// The scope.
    pub manifest: Arc<Manifest>,
    /// The manifest's file, as messages name it; assets are found relative to its folder.
    pub manifest_file: String,
    /// What was selected of it: [`Manifest::plan`] made the plan of it.
    pub selection: Selection,
    /// What to run.
    pub plan: Plan,
    /// How to reach the subject.
    pub cloud: CloudConfig,
    /// The subject's name in the report.
    pub subject: String,
    /// Run although the user is privileged.
    pub allow_privileged: bool,
    /// The most that any check may have.
    pub ceiling: Ceiling,
    /// What checks see as now. Default: when the run starts.
    pub reference_time: Option<Timestamp>,
    /// Results of other tools that are handed in, by name. Each check sees those that the manifest says it reads.
    pub evidence: BTreeMap<String, Evidence>,
    /// What people found out about manual testcases.
    pub attestations: Attestations,
    /// The folder in which it is written down what checks create, before they do.
    pub journal: PathBuf,
}

/// The result of another tool.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Where it was read from, as messages name it.
    pub file: String,
    /// All of it.
    pub bytes: Bytes,
}

impl Job {
    /// A job with the defaults: the subject's name is the cloud's, no privileged user, now, nothing handed in.
    pub fn new(
        manifest: Arc<Manifest>,
        manifest_file: String,
        selection: Selection,
        plan: Plan,
        cloud: CloudConfig,
        journal: PathBuf,
    ) -> Self {
        Job {
            manifest,
            manifest_file,
            selection,
            plan,
            subject: cloud.name().to_owned(),
            cloud,
            allow_privileged: false,
            ceiling: Ceiling::default(),
            reference_time: None,
            evidence: BTreeMap::new(),
            attestations: Attestations::default(),
            journal,
        }
    }
}
