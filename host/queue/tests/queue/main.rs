//! The queue on a real PostgreSQL; each test has a database of its own.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod giving_up;
mod handing_out;
mod outage;
mod postgres;
mod rights;
mod three_workers;
mod worker;
