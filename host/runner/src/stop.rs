use std::time::Duration;

/// Why a run is stopped before its end. What had not finished is DNF with that reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// Somebody asked for it.
    Interrupted,
    /// It may take no longer than this.
    OutOfTime(Duration),
}

impl Stop {
    /// The reason, where it is another than that somebody asked for it.
    pub(crate) fn reason(&self) -> Option<String> {
        match self {
            Stop::Interrupted => None,
            Stop::OutOfTime(limit) => Some(format!(
                "the run took longer than the {} s that it may take, and was stopped",
                limit.as_secs_f64()
            )),
        }
    }
}
