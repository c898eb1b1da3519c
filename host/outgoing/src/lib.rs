//! What all requests to other machines have in common: whom TLS believes ([`trusting`]), and what a failure means in words
//! ([`explain`]). Who sends what where is the business of the crates above.

#![forbid(unsafe_code)]

mod failure;
mod tls;

pub use failure::{causes, explain, is_not_tls};
pub use tls::{authorities_of_machine, client, trusting};
