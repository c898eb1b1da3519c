//! Ids: given ones are checked, missing ones derived.

use std::collections::{HashMap, HashSet};

use uuid::{Builder, Uuid};

use super::contradiction;
use crate::scenario::ScenarioError;

/// Gives ids, and knows which are taken.
#[derive(Debug)]
pub(crate) struct Ids<'a> {
    cloud: &'a str,
    taken: HashSet<(&'static str, String)>,
    namesakes: HashMap<(&'static str, String), usize>,
}

impl<'a> Ids<'a> {
    /// For things of the cloud with this name.
    pub(crate) fn new(cloud: &'a str) -> Self {
        Self { cloud, taken: HashSet::new(), namesakes: HashMap::new() }
    }

    /// An id with hyphens, as all services but keystone have them.
    pub(crate) fn long(
        &mut self,
        item: &str,
        kind: &'static str,
        name: &str,
        given: Option<&str>,
    ) -> Result<String, ScenarioError> {
        let derived = self.derive(kind, name);
        self.take(item, kind, name, given.map_or_else(|| derived.to_string(), Into::into))
    }

    /// An id without hyphens, as keystone has them.
    pub(crate) fn short(
        &mut self,
        item: &str,
        kind: &'static str,
        name: &str,
        given: Option<&str>,
    ) -> Result<String, ScenarioError> {
        let derived = self.derive(kind, name);
        self.take(item, kind, name, given.map_or_else(|| derived.simple().to_string(), Into::into))
    }

    /// Several things of one kind may have the same name: each gets another id.
    fn derive(&mut self, kind: &'static str, name: &str) -> Uuid {
        let namesakes = self.namesakes.entry((kind, name.into())).or_default();
        *namesakes += 1;
        derived_id(&[self.cloud, kind, name, &namesakes.to_string()])
    }

    fn take(
        &mut self,
        item: &str,
        kind: &'static str,
        name: &str,
        id: String,
    ) -> Result<String, ScenarioError> {
        if name.is_empty() {
            return Err(contradiction(item, "it has no `name`"));
        }
        if id.is_empty() || id.contains('/') {
            return Err(contradiction(item, format!("`{id}` would not do as an id: it is part of paths")));
        }
        if !self.taken.insert((kind, id.clone())) {
            return Err(contradiction(item, format!("another {kind} has the id `{id}`")));
        }
        Ok(id)
    }
}

/// An id that follows from these words, and from nothing else.
pub(crate) fn derived_id(words: &[&str]) -> Uuid {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut hash = BASIS;
    for word in words {
        // FNV-1a; 0xff ends a word, for no word contains it.
        for byte in word.bytes().chain([0xff]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    // FNV leaves similar words with similar hashes; multiplying by an odd number and folding spreads every bit.
    for shift in [67, 59] {
        hash = (hash ^ hash >> shift).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    }
    Builder::from_random_bytes((hash ^ hash >> 64).to_be_bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_stay_and_differ() {
        assert_eq!(derived_id(&["a", "bc"]), derived_id(&["a", "bc"]));
        assert_ne!(derived_id(&["a", "bc"]), derived_id(&["ab", "c"]));
        assert_eq!(derived_id(&["a"]).get_version_num(), 4);
    }

    #[test]
    fn namesakes_get_different_ids_but_given_ids_must_differ() {
        let mut ids = Ids::new("cloud");
        let first = ids.long("images[0]", "image", "Debian 12", None).unwrap();
        let second = ids.long("images[1]", "image", "Debian 12", None).unwrap();
        assert_ne!(first, second);
        let error = ids.long("images[2]", "image", "Debian 13", Some(&first)).unwrap_err();
        assert_eq!(error.to_string(), format!("images[2]: another image has the id `{first}`"));
        assert!(ids.long("flavors[0]", "flavor", "Debian 12", Some(&first)).is_ok());
    }
}
