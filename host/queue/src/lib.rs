//! A queue of subjects for workers on other machines.
//!
//! The coordinator [offers](Queue::offer) the subjects of a night; each worker [takes](Queue::take) one that has its labels,
//! tests it, records the results elsewhere, and [completes](Lease::complete) it. While a [`Lease`] lives, nobody else has
//! its subject; it is renewed in the background. A worker that dies or freezes renews nothing, and the subject is given to
//! another one when the lease is over. What was handed out too often is [abandoned](Queue::abandoned), with a reason.
//!
//! The queue is PGMQ: functions in a PostgreSQL database, called with its crate and `sqlx`. It hands out messages and keeps
//! them from others for a time; nothing here locks or leases. What this crate adds is a ledger beside it, in the same
//! transactions: what was offered (nothing twice), who took it and what became of it; and the comparison that keeps a worker
//! from touching what was handed to another one meanwhile: the number of the delivery. `docs/workers.md` weighs this
//! against other libraries, and says how a database is set up.
//!
//! Results are not the queue's. A worker that was frozen may record late, so whoever keeps results lets the first one count.

#![forbid(unsafe_code)]

mod claim;
mod engine;
mod error;
mod item;
mod lease;
mod night;
mod offer;
mod queue;
mod set_up;
mod settings;
mod take;

pub use error::QueueError;
pub use item::Item;
pub use lease::{Ending, Lease, Tenure};
pub use night::{Standing, State};
pub use queue::Queue;
pub use settings::Settings;
