use std::time::Duration;

use touchstone_capabilities::openstack::CallLimits;
use touchstone_runtime::Limits;
use touchstone_scope::LimitOverrides;

/// The most that an operator lets any check have, whatever a manifest asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// Wall time. Default 15 min.
    pub wall: Duration,
    /// Memory. Default 512 MiB.
    pub memory_bytes: u64,
    /// Calls. Default 100,000.
    pub calls: u64,
    /// Calls at a time. Default 8: a subject is sent 16 at a time in all, and no check may have them for itself.
    pub in_flight: u64,
    /// Bytes of all answers. Default 1 GiB.
    pub response_bytes: u64,
    /// Findings. Default 10,000.
    pub findings: u64,
    /// Bytes of log. Default 4 MiB.
    pub log_bytes: u64,
}

impl Default for Ceiling {
    fn default() -> Self {
        Ceiling {
            wall: Duration::from_secs(15 * 60),
            memory_bytes: 512 << 20,
            calls: 100_000,
            in_flight: 8,
            response_bytes: 1 << 30,
            findings: 10_000,
            log_bytes: 4 << 20,
        }
    }
}

impl Ceiling {
    /// This ceiling, lower where an operator says so; nobody raises it by mistake.
    #[must_use]
    pub fn lowered(self, to: &LimitOverrides) -> Self {
        let lower = |own: u64, to: Option<u64>| to.map_or(own, |to| own.min(to));
        Ceiling {
            wall: to.wall.map_or(self.wall, |to| self.wall.min(to)),
            memory_bytes: lower(self.memory_bytes, to.memory),
            calls: lower(self.calls, to.calls),
            in_flight: lower(self.in_flight, to.in_flight),
            response_bytes: lower(self.response_bytes, to.response_bytes),
            findings: lower(self.findings, to.findings),
            log_bytes: lower(self.log_bytes, to.log_bytes),
        }
    }
}

/// The limits of one run of a check: the defaults, what the manifest says instead, and no more than the ceiling.
pub(crate) fn limits(manifest: &LimitOverrides, ceiling: &Ceiling) -> (Limits, CallLimits) {
    let (defaults, calls) = (Limits::default(), CallLimits::default());
    let bounded = |default: u64, wanted: Option<u64>, most: u64| wanted.unwrap_or(default).min(most);
    let small = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let limits = Limits {
        wall: manifest.wall.unwrap_or(defaults.wall).min(ceiling.wall),
        memory_bytes: small(bounded(defaults.memory_bytes as u64, manifest.memory, ceiling.memory_bytes)),
        findings: small(bounded(defaults.findings as u64, manifest.findings, ceiling.findings)),
        log_bytes: small(bounded(defaults.log_bytes as u64, manifest.log_bytes, ceiling.log_bytes)),
        ..defaults
    };
    let calls = CallLimits {
        max_calls: bounded(calls.max_calls, manifest.calls, ceiling.calls),
        max_in_flight: small(bounded(calls.max_in_flight as u64, manifest.in_flight, ceiling.in_flight)),
        max_response_bytes: bounded(
            calls.max_response_bytes,
            manifest.response_bytes,
            ceiling.response_bytes,
        ),
        ..calls
    };
    (limits, calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_asks_and_the_ceiling_bounds() {
        let wanted = LimitOverrides {
            wall: Some(Duration::from_secs(3600)),
            memory: Some(1 << 20),
            calls: Some(u64::MAX),
            ..LimitOverrides::default()
        };
        let (limits, calls) = limits(&wanted, &Ceiling::default());
        assert_eq!(limits.wall, Ceiling::default().wall);
        assert_eq!(limits.memory_bytes, 1 << 20);
        assert_eq!(limits.findings, Limits::default().findings);
        assert_eq!(calls.max_calls, Ceiling::default().calls);
        assert_eq!(calls.max_response_bytes, CallLimits::default().max_response_bytes);
    }

    #[test]
    fn an_operator_only_lowers() {
        let to = LimitOverrides { memory: Some(1), wall: Some(Duration::MAX), ..LimitOverrides::default() };
        let lowered = Ceiling::default().lowered(&to);
        assert_eq!((lowered.memory_bytes, lowered.wall), (1, Ceiling::default().wall));
    }
}
