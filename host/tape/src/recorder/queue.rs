//! What is to be written, on its way to the thread that writes.
//!
//! To wake a thread for each record would take longer than to write it: it looks by itself, and is woken when there is much to
//! do, or nothing more will come.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many messages are much to do.
const MUCH: usize = 64;
/// So many bytes in them are much to keep.
const MUCH_BYTES: usize = 256 << 10;

/// What is put in.
pub(super) trait Weighty {
    /// The memory that it keeps, about, in bytes.
    fn bytes(&self) -> usize;
}

/// Where messages are put. Who writes is told when the last one of these is dropped.
pub(super) struct Sender<T>(Arc<Queue<T>>);

/// Where messages are taken from.
pub(super) struct Receiver<T>(Arc<Queue<T>>);

struct Queue<T> {
    state: Mutex<State<T>>,
    wake: Condvar,
}

struct State<T> {
    messages: VecDeque<T>,
    bytes: usize,
    senders: usize,
    /// The last message was put in.
    is_over: bool,
    /// Nobody takes them any more.
    is_deaf: bool,
}

/// A queue, and both of its ends.
pub(super) fn queue<T>() -> (Sender<T>, Receiver<T>) {
    let state = State { messages: VecDeque::new(), bytes: 0, senders: 1, is_over: false, is_deaf: false };
    let queue = Arc::new(Queue { state: Mutex::new(state), wake: Condvar::new() });
    (Sender(queue.clone()), Receiver(queue))
}

impl<T> Queue<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn is_much(&self) -> bool {
        self.messages.len() >= MUCH || self.bytes >= MUCH_BYTES
    }
}

impl<T: Weighty> Sender<T> {
    /// Puts a message in; forgets it if nobody takes them any more.
    pub(super) fn send(&self, message: T) {
        let mut state = self.0.state();
        if state.is_deaf {
            return;
        }
        let was_much = state.is_much();
        state.bytes += message.bytes();
        state.messages.push_back(message);
        let is_much = state.is_much();
        drop(state);
        if is_much && !was_much {
            self.0.wake.notify_one();
        }
    }

    /// Puts a message in that somebody waits for: nobody looks for more after it.
    pub(super) fn send_last(&self, message: T) {
        self.send(message);
        self.0.state().is_over = true;
        self.0.wake.notify_one();
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.state().senders += 1;
        Sender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.senders -= 1;
        let is_last = state.senders == 0;
        drop(state);
        if is_last {
            self.0.wake.notify_one();
        }
    }
}

impl<T> Receiver<T> {
    /// All that was put in: as soon as it is much, or nothing more will come, and what there is after so much time, which may be
    /// nothing. None if nothing more will come.
    pub(super) fn take(&self, within: Duration) -> Option<VecDeque<T>> {
        let until = Instant::now() + within;
        let mut state = self.0.state();
        while !state.is_much() && state.senders > 0 && !state.is_over {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.0.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let taken = std::mem::take(&mut state.messages);
        state.bytes = 0;
        (!taken.is_empty() || (state.senders > 0 && !state.is_over)).then_some(taken)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.is_deaf = true;
        state.messages = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    impl Weighty for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    impl Weighty for Arc<()> {
        fn bytes(&self) -> usize {
            0
        }
    }

    #[test]
    fn who_takes_is_woken_for_large_messages() {
        let (sender, receiver) = queue();
        let taking = std::thread::spawn(move || receiver.take(LONG));
        let begun = Instant::now();
        sender.send(1);
        sender.send(MUCH_BYTES);
        assert!(taking.join().unwrap().is_some_and(|taken| taken.contains(&MUCH_BYTES)));
        assert!(begun.elapsed() < LONG);
    }

    #[test]
    fn who_takes_waits_for_much_or_for_the_time_or_for_the_end() {
        let (sender, receiver) = queue();
        let begun = Instant::now();
        sender.send(0);
        assert_eq!(receiver.take(Duration::from_millis(20)), Some([0].into()));
        assert!(begun.elapsed() >= Duration::from_millis(20));
        assert_eq!(receiver.take(Duration::ZERO), Some(VecDeque::new()));
        let taking = std::thread::spawn(move || {
            let mut taken = Vec::new();
            while let Some(messages) = receiver.take(LONG) {
                taken.push(messages.len());
            }
            taken
        });
        (0..MUCH).for_each(|message| sender.send(message));
        let other = sender.clone();
        other.send(1);
        drop(sender);
        other.send(2);
        drop(other);
        let taken = taking.join().unwrap();
        assert_eq!(taken.iter().sum::<usize>(), MUCH + 2);
        let (sender, receiver) = queue();
        let taking = std::thread::spawn(move || (receiver.take(LONG), receiver.take(LONG)));
        let other = sender.clone();
        sender.send_last(1);
        assert_eq!(taking.join().unwrap(), (Some([1].into()), None));
        drop(other);
        assert!(begun.elapsed() < LONG);
    }

    #[test]
    fn what_nobody_takes_is_forgotten() {
        let (sender, receiver) = queue();
        let message = Arc::new(());
        sender.send(message.clone());
        drop(receiver);
        sender.send(message.clone());
        assert_eq!(Arc::strong_count(&message), 1);
    }
}
