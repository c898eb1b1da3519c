use std::time::Duration;

/// How patient the queue is. What is not said has the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a subject belongs to a worker that does not renew its lease; whole seconds, rounded up, at least 1. Renewed at
    /// every third of it. It is that of the worker which takes. 2 minutes by default.
    pub lease: Duration,
    /// How often a subject is handed out before it is abandoned, at least 1. It is that of the coordinator which offers. 3 by
    /// default.
    pub deliveries: u32,
    /// How long [`Queue::take`](crate::Queue::take) waits for a subject. 30 seconds by default.
    pub wait: Duration,
    /// How often it looks meanwhile. 1 second by default.
    pub poll: Duration,
    /// How long a subject that was given back stays in the queue before anyone gets it; whole seconds, rounded up. 5 seconds
    /// by default.
    pub pause: Duration,
    /// How long one request to the database may take. 15 seconds by default.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(120),
            deliveries: 3,
            wait: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            pause: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
        }
    }
}

impl Settings {
    /// The lease as it is kept: in whole seconds.
    pub(crate) fn kept_lease(&self) -> Duration {
        Duration::from_secs(u64::from(whole_seconds(self.lease).max(1).unsigned_abs()))
    }

    pub(crate) fn lease_seconds(&self) -> i32 {
        whole_seconds(self.lease).max(1)
    }

    pub(crate) fn pause_seconds(&self) -> i32 {
        whole_seconds(self.pause)
    }

    pub(crate) fn most_deliveries(&self) -> i32 {
        i32::try_from(self.deliveries.max(1)).unwrap_or(i32::MAX)
    }
}

fn whole_seconds(duration: Duration) -> i32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_kept_in_whole_seconds_and_never_shorter_than_asked_for() {
        let kept = |lease| Settings { lease, ..Settings::default() }.kept_lease();
        assert_eq!(kept(Duration::ZERO), Duration::from_secs(1));
        assert_eq!(kept(Duration::from_millis(1_001)), Duration::from_secs(2));
        assert_eq!(kept(Duration::from_secs(2)), Duration::from_secs(2));
    }

    #[test]
    fn a_subject_is_handed_out_at_least_once() {
        assert_eq!(Settings { deliveries: 0, ..Settings::default() }.most_deliveries(), 1);
    }
}
