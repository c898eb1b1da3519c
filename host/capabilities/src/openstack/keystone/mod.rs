//! The little of the Identity API v3 that logging in needs.

mod answer;
mod login;
mod request;
mod token;

pub(crate) use answer::Facts;
pub(crate) use login::Keystone;
pub(crate) use token::Token;
