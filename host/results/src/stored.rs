//! Bytes as they are stored: frames of Zstandard.

use std::cell::RefCell;

use zstd::bulk::Compressor;

/// The most that is taken out of a frame, in bytes. The largest reports have some megabytes.
const LARGEST: usize = 256 << 20;

pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    thread_local! {
        /// Level 3 is Zstandard's own default. It is kept: to make it takes as long as to compress a report.
        static COMPRESSOR: RefCell<Compressor<'static>> =
            RefCell::new(Compressor::new(3).expect("there is memory for a compressor"));
    }
    // Writing to memory fails only where there is none.
    COMPRESSOR
        .with_borrow_mut(|it| it.compress(bytes))
        .expect("there is memory for less than the bytes themselves")
}

pub(crate) fn decompressed(frame: &[u8]) -> std::io::Result<Vec<u8>> {
    let said = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
    let size = said.and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= LARGEST);
    let size = size.ok_or_else(|| std::io::Error::other("not a frame of Zstandard that says its size"))?;
    zstd::bulk::decompress(frame, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        for bytes in [&b""[..], b"a", &[7; 100_000]] {
            assert_eq!(decompressed(&compressed(bytes)).unwrap(), bytes);
        }
        assert!(decompressed(b"nonsense").is_err());
        let mut cut = compressed(&[7; 1000]);
        cut.pop();
        assert!(decompressed(&cut).is_err());
    }
}
