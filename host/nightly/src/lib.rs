//! Many subjects, many scopes, every night, unattended.

#![forbid(unsafe_code)]
