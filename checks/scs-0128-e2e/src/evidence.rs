//! The forms in which the results of a run come.

mod junit;
mod subunit;

use crate::results::Results;

/// Reads the results, in whichever form they are.
///
/// # Errors
/// They are in none that is known, or damaged. Then nothing that was read counts: what is missing behind the damage might
/// be a failure.
pub(crate) fn read(bytes: &[u8], results: &mut Results<'_>) -> Result<(), String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match bytes {
        [] => Err("it is empty".into()),
        [subunit::SIGNATURE, ..] => subunit::read(bytes, results),
        [0x1f, 0x8b, ..] => Err("it is compressed: unpack it with gunzip".into()),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err("it is UTF-16: JUnit XML is read as UTF-8 only".into()),
        _ if text.starts_with(b"<") => junit::read(bytes, results),
        _ if ["test: ", "time: ", "success: "].iter().any(|word| text.starts_with(word.as_bytes())) => {
            Err("it looks like subunit version 1: convert it with subunit-1to2".into())
        }
        _ => {
            Err("it is neither JUnit XML nor a subunit v2 stream; `stestr last --subunit` writes the latter"
                .into())
        }
    }
}
