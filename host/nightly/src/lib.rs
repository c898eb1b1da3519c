//! Many subjects, many scopes, every night, unattended.

#![forbid(unsafe_code)]

mod config;
pub mod deliver;
mod hand_out;
mod lint;
mod night;
mod schedule;
mod service;
pub mod which;
mod worker;

pub use config::{
    Config, Day, Limits, Mail, MailTls, Metrics, Notify, Preset, Scope, Shard, ShardError, StatePlace,
    Subject, Upload, Webhook, json_schema,
};
pub use hand_out::{HandOutError, hand_out};
pub use lint::{About, Disk, Files, Known, lint};
pub use night::{
    Choice, InputProblem, Listener, NightError, NightEvent, Nightly, Outcome, manifests, subjects,
};
pub use schedule::{At, AtError, Night, Schedule};
pub use service::serve;
pub use which::Due;
pub use worker::work;
