//! Answering from a tape.
//!
//! A check that is the very one of the tape, with the same inputs, is answered [`Verbatim`]: it asks for the same in the same
//! order. Another one (a new version, other grants) stands before [`Granted`](super::Granted) as always, behind which there
//! is a [`TapedSubject`] in place of a session.

mod subject;
#[cfg(test)]
mod taping;
mod verbatim;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

pub use subject::{TapedAnswers, TapedSubject};
pub use verbatim::Verbatim;

/// What a tape does not hold, as far as one instance asked for it. Copies are of the same.
#[derive(Clone)]
pub struct Gaps {
    first: Arc<Mutex<Option<String>>>,
    over: watch::Sender<bool>,
}

impl Gaps {
    /// None yet.
    pub fn none() -> Self {
        Self { first: Arc::default(), over: watch::Sender::new(false) }
    }

    /// The first call that is not on the tape, for people; from then on, nothing that the check says is known to be what it
    /// would have said to the subject.
    pub fn first(&self) -> Option<String> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ready when the check asks for more than it asked for before its run was cut short: here, it ends.
    pub async fn over(&self) {
        let mut over = self.over.subscribe();
        // The sender lives as long as we do.
        let _ = over.wait_for(|over| *over).await;
    }

    fn note(&self, message: &str) {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| message.to_owned());
    }

    /// Never returns: the instance is ended from outside.
    async fn end<T>(&self) -> T {
        self.over.send_replace(true);
        std::future::pending().await
    }
}
