//! A client of the SCS compliance monitor.

#![forbid(unsafe_code)]
