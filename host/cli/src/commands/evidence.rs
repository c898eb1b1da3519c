use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use touchstone_runner::Evidence;
use touchstone_scope::Manifest;

use super::run::key_value;
use crate::exit::{Exit, Failure};

/// Results of other tools are larger only by mistake.
const MAX_BYTES: u64 = 64 << 20;

/// Reads what `--evidence NAME=FILE` hands in.
pub(crate) fn read(pairs: &[String], manifest: &Manifest) -> Result<BTreeMap<String, Evidence>, Failure> {
    pairs.iter().map(|pair| one(pair, manifest)).collect()
}

fn one(pair: &str, manifest: &Manifest) -> Result<(String, Evidence), Failure> {
    let (name, file) = key_value("--evidence", pair)?;
    let known: BTreeSet<&str> =
        manifest.checks().iter().flat_map(|check| check.evidence.keys()).map(String::as_str).collect();
    if !known.contains(name.as_str()) {
        let known: Vec<&str> = known.into_iter().collect();
        let known = if known.is_empty() {
            "there is none".to_owned()
        } else {
            format!("there is {}", known.join(", "))
        };
        let problem =
            format!("--evidence {pair}: no check of the scope reads evidence of that name; {known}");
        return Err(Exit::Usage.because(problem));
    }
    let wrong =
        |problem: &dyn std::fmt::Display| Exit::Usage.because(format!("--evidence {pair}: {problem}"));
    let size = std::fs::metadata(Path::new(&file)).map_err(|error| wrong(&error))?.len();
    if size > MAX_BYTES {
        return Err(wrong(&format!("it has {size} bytes; at most {MAX_BYTES} are read")));
    }
    let bytes = std::fs::read(&file).map_err(|error| wrong(&error))?;
    Ok((name, Evidence { file, bytes: bytes.into() }))
}
