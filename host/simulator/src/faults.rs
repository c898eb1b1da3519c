//! Which fault, if any, a request meets.

use std::sync::Mutex;

use crate::call::Call;
use crate::scenario::{Fault, FaultKind};

/// The faults of one simulated cloud, and how often each was met.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<Vec<Armed>>);

#[derive(Debug)]
struct Armed {
    fault: Fault,
    /// How many requests it has concerned so far.
    seen: u32,
}

impl Faults {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        Self(Mutex::new(faults.iter().cloned().map(Armed::new).collect()))
    }

    /// Adds a fault, before all others.
    pub(crate) fn inject(&self, fault: Fault) {
        self.lock().insert(0, Armed::new(fault));
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// What happens to this request: the first fault that concerns it and whose turn it is. Every fault counts all
    /// requests that it concerns, also those to which another one happens.
    pub(crate) fn meet(&self, call: &Call) -> Option<FaultKind> {
        self.lock()
            .iter_mut()
            .filter_map(|armed| armed.meet(call))
            .fold(None, |first, kind| first.or(Some(kind)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Armed>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Armed {
    fn new(fault: Fault) -> Self {
        Self { fault, seen: 0 }
    }

    fn meet(&mut self, call: &Call) -> Option<FaultKind> {
        let fault = &self.fault;
        let concerned = fault.service.is_none_or(|service| call.service == Some(service))
            && fault.method.as_ref().is_none_or(|method| *method == call.method)
            && fault.path.matches(&call.segments);
        if !concerned {
            return None;
        }
        let before = self.seen;
        self.seen = before.saturating_add(1);
        let due = before >= fault.after && fault.times.is_none_or(|times| before - fault.after < times);
        due.then(|| fault.kind.clone())
    }
}

#[cfg(test)]
mod tests {
    use hyper::Method;
    use hyper::header::HeaderMap;

    use super::*;
    use crate::Scenario;

    fn met(faults: &Faults, uri: &str) -> Option<FaultKind> {
        faults.meet(&Call::new(Method::GET, &uri.parse().unwrap(), HeaderMap::new(), "p"))
    }

    fn faults(yaml: &str) -> Faults {
        Faults::new(&Scenario::parse("test.yaml", yaml).unwrap().faults)
    }

    #[test]
    fn concern_only_what_they_name() {
        let faults = faults(
            "faults:\n\
             - {service: compute, path: '/flavors/*', method: POST, kind: close}\n\
             - {service: compute, path: '/flavors/*', kind: hang}\n\
             - {path: '/images/**', kind: reset}\n",
        );
        assert_eq!(met(&faults, "/compute/v2.1/flavors/1"), Some(FaultKind::Hang));
        assert_eq!(met(&faults, "/compute/v2.1/flavors"), None);
        assert_eq!(met(&faults, "/compute/v2.1/flavors/1/os-extra_specs"), None);
        assert_eq!(met(&faults, "/network/v2.0/flavors/1"), None);
        assert_eq!(met(&faults, "/image/v2/images/1/file"), Some(FaultKind::Reset));
        assert_eq!(met(&faults, "/image/v2/images"), Some(FaultKind::Reset));
        assert_eq!(met(&faults, "/image/v2/schemas"), None);
    }

    #[test]
    fn happen_when_it_is_their_turn() {
        let faults = faults("faults:\n- {after: 1, times: 2, kind: close}\n- {after: 2, kind: reset}\n");
        let met: Vec<_> = (0..5).map(|_| met(&faults, "/")).collect();
        let (close, reset) = (Some(FaultKind::Close), Some(FaultKind::Reset));
        assert_eq!(met, [None, close.clone(), close, reset.clone(), reset]);
    }

    #[test]
    fn injected_ones_come_first_and_all_can_be_cleared() {
        let faults = faults("faults: [{kind: close}]");
        let injected =
            Scenario::parse("test.yaml", "faults: [{kind: hang, times: 1}]").unwrap().faults.remove(0);
        faults.inject(injected);
        assert_eq!(met(&faults, "/"), Some(FaultKind::Hang));
        assert_eq!(met(&faults, "/"), Some(FaultKind::Close));
        faults.clear();
        assert_eq!(met(&faults, "/"), None);
    }
}
