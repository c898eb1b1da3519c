//! A report in the formats of others. Pure: bytes in memory, no I/O, no clock.

#![forbid(unsafe_code)]
