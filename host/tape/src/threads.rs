//! Threads that write tapes, kept for the next one: to make a thread, the memory that it allocates from included, takes longer than
//! to write a short tape.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{ThreadId, current, spawn};
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

/// Who has nothing to do for so long ends.
const IDLE: Duration = Duration::from_secs(5);

/// Those of this process.
pub(crate) static THREADS: Threads = Threads::new();

pub(crate) struct Threads {
    /// Those that have nothing to do, the last one last. Who is taken out gets a job.
    free: Mutex<Vec<(ThreadId, Sender<Job>)>>,
}

impl Threads {
    const fn new() -> Self {
        Threads { free: Mutex::new(Vec::new()) }
    }

    /// Does it in a thread that does nothing else meanwhile. The answer comes through what is answered; none comes if it panicked.
    pub(crate) fn run<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Receiver<T> {
        let (answer, answered) = channel();
        let job: Job = Box::new(move || {
            // Who does not wait any more does not want it.
            let _ = answer.send(work());
        });
        let taken = self.free().pop();
        let unsent = match taken {
            Some((_, thread)) => thread.send(job).err().map(|unsent| unsent.0),
            None => Some(job),
        };
        if let Some(job) = unsent {
            spawn(move || self.work_on(job));
        }
        answered
    }

    fn work_on(&self, first: Job) {
        let (me, jobs) = channel::<Job>();
        first();
        loop {
            self.free().push((current().id(), me.clone()));
            let next = match jobs.recv_timeout(IDLE) {
                Err(RecvTimeoutError::Timeout) => {
                    let mut free = self.free();
                    if let Some(place) = free.iter().position(|(thread, _)| *thread == current().id()) {
                        free.remove(place);
                        return;
                    }
                    drop(free);
                    // It was taken out at this moment.
                    jobs.recv().ok()
                }
                next => next.ok(),
            };
            match next {
                Some(job) => job(),
                None => return,
            }
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<(ThreadId, Sender<Job>)>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_used_again_and_a_panic_costs_only_its_own() {
        static OWN: Threads = Threads::new();
        let of = |work: fn()| {
            OWN.run(move || {
                work();
                std::thread::current().id()
            })
        };
        let first = of(|| {}).recv().unwrap();
        // It says that it is free after it has answered.
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(of(|| {}).recv().unwrap(), first);
        assert!(of(|| panic!("on purpose")).recv().is_err());
        assert_ne!(of(|| {}).recv().unwrap(), first);
    }
}
