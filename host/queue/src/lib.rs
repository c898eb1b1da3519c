//! A queue of subjects for workers on other machines.

#![forbid(unsafe_code)]
