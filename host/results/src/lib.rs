//! What many runs found out, kept in SQLite or PostgreSQL, and the score card that is made of it.

#![forbid(unsafe_code)]
