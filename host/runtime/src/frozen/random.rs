use sha2::{Digest as _, Sha256};
use touchstone_store::Digest;

/// Random numbers that are the same in every run of the same component at the same reference time: SHA-256 over both and a
/// counter. Nothing secret may be made of them.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    seed: [u8; 32],
    block: u64,
    left: Vec<u8>,
}

impl Random {
    pub(crate) fn new(component: &Digest, reference_time: i64) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"touchstone random");
        hasher.update(component.to_string());
        hasher.update(reference_time.to_le_bytes());
        Random { seed: hasher.finalize().into(), block: 0, left: Vec::new() }
    }

    /// The next bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.left.len() < count {
            let mut hasher = Sha256::new();
            hasher.update(self.seed);
            hasher.update(self.block.to_le_bytes());
            self.left.extend_from_slice(&hasher.finalize());
            self.block += 1;
        }
        let rest = self.left.split_off(count);
        std::mem::replace(&mut self.left, rest)
    }

    /// The next eight bytes, as a number.
    pub(crate) fn number(&mut self) -> u64 {
        self.bytes(8).iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(component: &[u8], time: i64) -> Vec<u8> {
        Random::new(&Digest::of(component), time).bytes(100)
    }

    #[test]
    fn the_same_in_every_run_and_other_in_others() {
        assert_eq!(random(b"a", 1), random(b"a", 1));
        assert_ne!(random(b"a", 1), random(b"a", 2));
        assert_ne!(random(b"a", 1), random(b"b", 1));
        let mut one = Random::new(&Digest::of(b"a"), 1);
        let pieces: Vec<u8> = [1, 40, 0, 50, 9].iter().flat_map(|&count| one.bytes(count)).collect();
        assert_eq!(pieces, random(b"a", 1));
        assert_ne!(one.number(), one.number());
    }
}
