use wasmtime::ResourceLimiter;

use crate::limits::{INSTANCES, TABLE_ELEMENTS};

/// Bounds the memory of one instance, over all its linear memories, and remembers its peak.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    limit: usize,
    used: usize,
    peak: usize,
    refused: bool,
}

impl MemoryLimiter {
    pub(crate) fn new(limit: usize) -> Self {
        MemoryLimiter { limit, used: 0, peak: 0, refused: false }
    }

    /// What may still be used, in bytes.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.used)
    }

    /// The most that was used, in bytes.
    pub(crate) fn peak(&self) -> usize {
        self.peak
    }

    /// Whether the instance wanted more than it may have.
    pub(crate) fn was_exceeded(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        self.peak = self.peak.max(used);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= TABLE_ELEMENTS;
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        INSTANCES
    }

    fn memories(&self) -> usize {
        INSTANCES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_count_together() {
        let mut limiter = MemoryLimiter::new(100);
        let mut grow = |current, desired| limiter.memory_growing(current, desired, None).expect("no error");
        assert!(grow(0, 40) && grow(0, 40) && grow(40, 60));
        assert!(!grow(60, 61), "the 101st byte");
        assert!(!grow(0, usize::MAX));
        assert!((limiter.peak(), limiter.was_exceeded()) == (100, true));
    }

    #[test]
    fn tables_are_bounded() {
        let mut limiter = MemoryLimiter::new(100);
        assert!(limiter.table_growing(0, TABLE_ELEMENTS, None).expect("no error"));
        assert!(!limiter.was_exceeded());
        assert!(!limiter.table_growing(0, TABLE_ELEMENTS + 1, None).expect("no error"));
        assert!(limiter.was_exceeded());
    }
}
