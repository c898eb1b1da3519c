//! JSON of strangers: answers of clouds and registries, tapes, reports, bundles of signatures.
//!
//! With its feature `raw_value`, which sqlx turns on for the whole program, [`serde_json::Value`] takes an object whose
//! first member is named `$serde_json::private::RawValue` for a text with more JSON in it, and parses that with a new
//! recursion limit. A hundred kilobytes are enough to nest deeper than a stack is high, which ends the process. Such
//! names are of `serde_json` alone, so they are refused here, before anything is parsed. All crates of the host parse with
//! this one (`e2e architecture`).

use serde::Deserialize;

mod names;

/// Parses as [`serde_json::from_slice`] does.
///
/// # Errors
/// As there, and a member has a name that `serde_json` keeps for itself.
pub fn from_slice<'a, T: Deserialize<'a>>(json: &'a [u8]) -> serde_json::Result<T> {
    names::judge(json)?;
    serde_json::from_slice(json)
}

/// Parses as [`serde_json::from_str`] does.
///
/// # Errors
/// As [`from_slice`].
pub fn from_str<'a, T: Deserialize<'a>>(json: &'a str) -> serde_json::Result<T> {
    names::judge(json.as_bytes())?;
    serde_json::from_str(json)
}
