//! The file: a magic text, then chunks.
//!
//! A chunk is a head of 12 bytes and what is stored: the length of what is stored, the length of its content, and a CRC-32
//! over these lengths and what is stored, each 32 bits, the least significant byte first. What is stored in all chunks
//! together is one Zstandard frame (RFC 8878), flushed at the end of each chunk. The content of all chunks together is a
//! row of records: a byte for the kind, the length (32 bits, as above), and so many bytes.

/// What a tape begins with.
pub(crate) const MAGIC: &[u8; 18] = b"touchstone tape 1\n";
/// Length of a chunk's head.
pub(crate) const HEAD: usize = 12;
/// Length of a record's head.
pub(crate) const RECORD_HEAD: usize = 5;
/// The most content of a chunk.
pub(crate) const MAX_CONTENT: usize = 1 << 20;
/// The largest body: evidence has at most 64 MiB, answers 16 MiB.
pub(crate) const MAX_BODY: usize = 64 << 20;
/// The largest record that is JSON.
pub(crate) const MAX_JSON: usize = 8 << 20;
/// The logarithm of the largest window of the compression: 8 MiB.
pub(crate) const WINDOW_LOG: u32 = 23;
/// The compression level. 15 was measured to save half a percent more, at twice the time.
pub(crate) const LEVEL: i32 = 9;
/// The shortest repetition that is looked for, in bytes. With 4, Zstandard's choice for short texts, tapes were two percent
/// longer, and took longer.
pub(crate) const MIN_MATCH: u32 = 5;
/// What the compression has in mind before the first byte: names and words that are on most tapes (of records, of OpenStack's
/// APIs, of the standards), as content without entropy tables. Fixed for this version of the format; a frame that was
/// compressed without it is read all the same.
pub(crate) const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");

/// A tape whose file is larger is refused unread: 256 MiB.
pub const MAX_FILE_BYTES: u64 = 256 << 20;

/// Beyond the first 32 MiB, a tape may take a hundred times the memory that it takes on disk, and no more than 512 MiB: what
/// takes more is a trap for whoever reads it.
pub const MAX_EXPANSION: u64 = 100;

/// The most that a chunk with so much content stores. What cannot be compressed grows by little.
pub(crate) fn most_stored(content: usize) -> usize {
    content + content / 64 + 64
}

/// The checksum of a chunk.
pub(crate) fn checksum(lengths: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(lengths);
    hasher.update(stored);
    hasher.finalize()
}
