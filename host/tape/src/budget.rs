//! What a tape may take of its reader's memory. The writer keeps to the same, so that what it writes can be read.

use crate::chunk::{MAX_EXPANSION, MAX_FILE_BYTES};
use crate::record::Kind;

/// So much memory any tape may take, however short.
const FREE: u64 = 32 << 20;

/// More than so much memory no tape may take, however long.
const MOST: u64 = 2 * MAX_FILE_BYTES;

/// What the content and the records of a tape take of memory. Small things take more than they are long, JSON most of all:
/// `[{"":0},…` takes ninety times its length. Estimates are what can at most be taken, near enough.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    content: u64,
    records: u64,
}

impl Budget {
    /// One more chunk, with so much content. To look at one takes as long as 512 bytes do.
    pub(crate) fn chunk(&mut self, content: usize) {
        self.content = self.content.saturating_add(512 + content as u64);
    }

    /// One more record, beyond its content.
    pub(crate) fn record(&mut self, kind: Kind, payload: &[u8]) {
        let (own, object, item) = match kind {
            Kind::Body => (96, 0, 0),
            // They have neither maps nor values of any kind.
            Kind::Call => (512, 0, 48),
            Kind::Header | Kind::Unit | Kind::UnitEnd | Kind::End => (512, 640, 160),
        };
        let of_byte = |byte: &u8| match byte {
            b'{' => object,
            b'[' | b',' => item,
            _ => 0,
        };
        let inner: u64 = if item == 0 { 0 } else { payload.iter().map(of_byte).sum() };
        let more = own + inner;
        self.records = self.records.saturating_add(more);
    }

    /// Whether so many bytes of a file may take so much.
    ///
    /// # Errors
    /// They may not: nobody would trust the tape.
    pub(crate) fn check(&self, file_bytes: u64) -> Result<(), String> {
        let taken = self.content.saturating_add(self.records);
        let most = file_bytes.saturating_mul(MAX_EXPANSION).clamp(FREE, MOST);
        if taken <= most {
            return Ok(());
        }
        Err(format!(
            "{file_bytes} bytes of the tape would take {taken} bytes of memory; they may take {most}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tapes_are_free_and_long_ones_are_bounded() {
        let mut budget = Budget::default();
        budget.chunk(FREE as usize - 512);
        budget.check(1).unwrap();
        budget.chunk(1);
        let least = (FREE + 513).div_ceil(MAX_EXPANSION);
        let problem = budget.check(least - 1).unwrap_err();
        assert!(problem.contains(&format!("would take {} bytes of memory", FREE + 513)), "{problem}");
        budget.check(least).unwrap();
        budget.chunk(MOST as usize);
        budget.check(MAX_FILE_BYTES).unwrap_err();
    }

    #[test]
    fn what_is_small_takes_more_than_its_length() {
        let taken = |kind, payload: &[u8]| {
            let mut budget = Budget::default();
            budget.record(kind, payload);
            budget.records
        };
        assert_eq!(taken(Kind::Body, b"{,{[{,"), 96);
        assert_eq!(taken(Kind::Call, b"{,{[{,"), 512 + 3 * 48);
        assert_eq!(taken(Kind::End, b"{,{[{,"), 512 + 3 * 640 + 3 * 160);
    }
}
