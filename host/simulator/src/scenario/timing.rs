//! How long things take to come and to go.

use std::time::Duration;

use serde::Deserialize;

use super::text;

/// How long the services need for what they do in the background. With no time, a thing is in its final state when the
/// next request comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// From `BUILD` to `ACTIVE`. Default 0.
    #[serde(deserialize_with = "text::duration")]
    pub server: Duration,
    /// From `creating` to `available`. Default 0.
    #[serde(deserialize_with = "text::duration")]
    pub volume: Duration,
    /// To make a backup, and to restore one. Default 0.
    #[serde(deserialize_with = "text::duration")]
    pub backup: Duration,
    /// Until a deleted server, volume or backup is gone. Default 0.
    #[serde(deserialize_with = "text::duration")]
    pub deletion: Duration,
    /// From `ACTIVE` until the console shows everything. Default 0.
    #[serde(deserialize_with = "text::duration")]
    pub console: Duration,
}
