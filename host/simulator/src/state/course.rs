//! A status that changes with time.

use std::time::{Duration, Instant};

/// A status, and what comes next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    status: &'static str,
    since: Instant,
    next: Option<(Instant, Next)>,
}

/// What becomes of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It gets this status.
    Status(&'static str),
    /// It is no more.
    Gone,
}

impl Course {
    /// A status that stays.
    pub(crate) fn steady(status: &'static str, now: Instant) -> Self {
        Self { status, since: now, next: None }
    }

    /// A status that is left after this time.
    pub(crate) fn passing(status: &'static str, now: Instant, after: Duration, next: Next) -> Self {
        // What is beyond all time never comes.
        Self { status, since: now, next: now.checked_add(after).map(|at| (at, next)) }
    }

    /// As it is now.
    pub(crate) fn status(&self) -> &'static str {
        self.status
    }

    /// Since when it is so.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// Keeps the status until something else comes.
    pub(crate) fn then(&mut self, now: Instant, after: Duration, next: Next) {
        self.next = now.checked_add(after).map(|at| (at, next));
    }

    /// What has happened by now, and when. Once it is gone, this says so again and again.
    pub(crate) fn advance(&mut self, now: Instant) -> Option<(Instant, Next)> {
        let (at, next) = self.next.filter(|(at, _)| *at <= now)?;
        if let Next::Status(status) = next {
            *self = Self::steady(status, at);
        }
        Some((at, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_happens_once_and_at_its_time() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut course = Course::passing("creating", start, second, Next::Status("available"));
        assert_eq!((course.advance(start), course.status()), (None, "creating"));
        let late = start + 3 * second;
        assert_eq!(course.advance(late), Some((start + second, Next::Status("available"))));
        assert_eq!(
            (course.status(), course.since(), course.advance(late)),
            ("available", start + second, None)
        );
        course.then(late, second, Next::Gone);
        assert_eq!((course.advance(late), course.status()), (None, "available"));
        assert_eq!(course.advance(late + second), Some((late + second, Next::Gone)));
    }

    #[test]
    fn no_time_is_due_at_once_and_eternity_never() {
        let now = Instant::now();
        assert!(Course::passing("a", now, Duration::ZERO, Next::Gone).advance(now).is_some());
        assert!(Course::passing("a", now, Duration::MAX, Next::Gone).advance(now).is_none());
    }
}
