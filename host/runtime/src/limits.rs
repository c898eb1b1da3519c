use std::time::Duration;

/// What one run of one check may use. Each limit closes a hole of its own.
///
/// The limits on calls (how many, how many at a time, how many bytes) are the capabilities' own:
/// `touchstone_capabilities::openstack::CallLimits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time from start to end, whether the check computes or waits for answers. Default 120 s. Enforced to within
    /// 100 ms.
    pub wall: Duration,
    /// Linear memory, all memories of the component together. Default 64 MiB.
    pub memory_bytes: usize,
    /// Findings; those beyond are counted and dropped, and so are those beyond 4 MiB in all. Default 1,000.
    pub findings: usize,
    /// Outcomes, which a check says once for each testcase; those beyond are counted and dropped. Default 10,000.
    pub outcomes: usize,
    /// Bytes of log, with 100 on top for each line; lines beyond are counted and dropped. Default 256 KiB.
    pub log_bytes: usize,
    /// Bytes that the check may hand over in one call of an import. Default 16 MiB.
    pub call_bytes: usize,
    /// Handles of the component model that exist at a time. Default 10,000.
    pub handles: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            wall: Duration::from_secs(120),
            memory_bytes: 64 << 20,
            findings: 1_000,
            outcomes: 10_000,
            log_bytes: 256 << 10,
            call_bytes: 16 << 20,
            handles: 10_000,
        }
    }
}

/// Bytes of one text that a check says (a message, a reason, a line of the log); longer ones are cut.
pub(crate) const MAX_TEXT: usize = 4 << 10;

/// Bytes that the host writes around a line of a check's log: time, level, name of the check.
pub(crate) const LOG_LINE: usize = 100;

/// Bytes of all findings of one run of a check together; those beyond are counted and dropped.
pub(crate) const FINDING_BYTES: usize = 4 << 20;

/// Stack of WebAssembly code.
pub(crate) const STACK_BYTES: usize = 512 << 10;

/// Core instances, tables and memories of one component. A component in Rust has two instances; one in Python or
/// JavaScript has some twenty.
pub(crate) const INSTANCES: usize = 64;

/// Elements of one table.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;
