//! Tells people and programs that a verdict changed.

#![forbid(unsafe_code)]
