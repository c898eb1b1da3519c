use std::collections::BTreeMap;
use std::path::Path;

use touchstone_runner::{Evidence, InputError};
use touchstone_scope::Manifest;

use super::run::key_value;
use crate::exit::{Exit, Failure};

/// Reads what `--evidence NAME=FILE` hands in.
pub(crate) fn read(pairs: &[String], manifest: &Manifest) -> Result<BTreeMap<String, Evidence>, Failure> {
    pairs.iter().map(|pair| one(pair, manifest)).collect()
}

fn one(pair: &str, manifest: &Manifest) -> Result<(String, Evidence), Failure> {
    let (name, file) = key_value("--evidence", pair)?;
    let wrong = |problem: InputError| Exit::Usage.because(format!("--evidence {pair}: {problem}"));
    Evidence::check_name(&name, manifest).map_err(wrong)?;
    Ok((name, Evidence::read(Path::new(&file)).map_err(wrong)?))
}
