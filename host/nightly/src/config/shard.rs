use std::fmt;
use std::str::FromStr;

use touchstone_scope::Sha256;

/// Which part of the subjects a machine tests, when several share them without a queue: `I/N`, part I of N, counted from
/// 0 as `JOB_COMPLETION_INDEX` of an indexed Kubernetes Job is.
///
/// A subject belongs to the part that its name alone chooses (rendezvous hashing: the part for which the SHA-256 of part and
/// name is the greatest). So a new subject moves no other, and where N becomes N + 1 only those move that the new part gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    index: u32,
    of: u32,
}

/// The most parts.
const MAX: u32 = 1_000;

impl Shard {
    /// Part `index` of `of`, counted from 0.
    ///
    /// # Errors
    /// There is no such part: `of` is 0, more than 1,000, or not above `index`.
    pub fn new(index: u32, of: u32) -> Result<Self, ShardError> {
        match of {
            0 => Err(ShardError::None),
            _ if of > MAX => Err(ShardError::TooMany(of)),
            _ if index >= of => Err(ShardError::Beyond { index, of, last: of - 1 }),
            _ => Ok(Self { index, of }),
        }
    }

    /// Which part it is, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many parts there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the subject of that name is in this part. It is in exactly one.
    pub fn has(self, subject: &str) -> bool {
        let best =
            (0..self.of).max_by_key(|part| (Sha256::of(format!("{part}/{subject}").as_bytes()), *part));
        best == Some(self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |text: &str| text.parse::<u32>().ok();
        let parts = text.split_once('/').and_then(|(index, of)| Some((number(index)?, number(of)?)));
        let (index, of) = parts.ok_or_else(|| ShardError::Malformed(text.to_owned()))?;
        Self::new(index, of)
    }
}

/// Why a text says no part of the subjects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It is not written `I/N`.
    #[error("`{0}` is no part of the subjects: write `I/N`, counted from 0, e.g. `0/3`, `1/3` and `2/3`")]
    Malformed(String),
    /// There are no parts.
    #[error("there are no parts of 0; one machine alone is `0/1`")]
    None,
    /// There are too many.
    #[error("{0} parts are too many: at most {MAX}")]
    TooMany(u32),
    /// Counting began at 1, or ended too late.
    #[error("there is no part {index} of {of}: parts are counted from 0, the last is {last}")]
    Beyond {
        /// What was given.
        index: u32,
        /// How many there are.
        of: u32,
        /// The last.
        last: u32,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part_of(subject: &str, of: u32) -> u32 {
        let parts: Vec<u32> = (0..of).filter(|index| Shard::new(*index, of).unwrap().has(subject)).collect();
        assert_eq!(parts.len(), 1, "{subject} is in {parts:?} of {of}");
        parts[0]
    }

    #[test]
    fn parts_are_counted_from_0() {
        let shard: Shard = "2/3".parse().unwrap();
        assert_eq!((shard.index(), shard.of(), shard.to_string().as_str()), (2, 3, "2/3"));
        let said = |text: &str| text.parse::<Shard>().unwrap_err().to_string();
        assert_eq!(said("3/3"), "there is no part 3 of 3: parts are counted from 0, the last is 2");
        assert_eq!(said("0/0"), "there are no parts of 0; one machine alone is `0/1`");
        assert_eq!(said("0/1001"), "1001 parts are too many: at most 1000");
        for text in ["", "1", "1/", "/2", "a/b", "-1/2", "1/2/3", "1 / 2"] {
            assert!(said(text).contains("write `I/N`"), "{text}");
        }
    }

    #[test]
    fn the_parts_stay_what_they_are() {
        let parts: Vec<u32> =
            ["gx-scs", "plus-1", "plus-2", "wavestack"].map(|name| part_of(name, 3)).to_vec();
        assert_eq!(
            parts,
            [2, 1, 2, 2],
            "subjects would move to another machine, and lose what is remembered there"
        );
    }

    #[test]
    fn parts_are_about_equal_and_one_more_takes_from_all_only_for_itself() {
        let names: Vec<String> = (0..1_000).map(|number| format!("cloud-{number}")).collect();
        let mut sizes = [0; 5];
        for name in &names {
            let (four, five) = (part_of(name, 4), part_of(name, 5));
            assert!(five == 4 || five == four, "{name} moved from {four} to {five}");
            sizes[usize::try_from(five).unwrap()] += 1;
        }
        assert!(sizes.iter().all(|size| (150..=250).contains(size)), "{sizes:?}");
    }

    proptest! {
        #[test]
        fn every_subject_is_in_one_part(name in "\\PC{0,20}", of in 1_u32..40) {
            part_of(&name, of);
        }
    }
}
