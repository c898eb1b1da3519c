//! Looks for names that `serde_json` keeps for itself.

use memchr::memmem;
use serde::de::Error;

/// How all of them begin.
const KEPT: &str = "$serde_json::private::";

/// Refuses JSON with such a name, however it is written.
///
/// What is no JSON may pass: up to where a parser stops, texts begin and end here where they do there.
pub(crate) fn judge(json: &[u8]) -> serde_json::Result<()> {
    // A name that is not there as it is needs \u to be there: none of its characters has another escape.
    if memmem::find(json, KEPT.as_bytes()).is_none() && memmem::find(json, br"\u").is_none() {
        return Ok(());
    }
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', &json[at..]) {
        let start = at + quote + 1;
        let end = start + length(&json[start..]);
        let after = json.get(end + 1..).unwrap_or_default().trim_ascii_start();
        if after.first() == Some(&b':') && is_kept(&json[start..end]) {
            let before = &json[..start];
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
            let message = format!("no name may begin with {KEPT} at line {line} column {column}");
            return Err(serde_json::Error::custom(message));
        }
        at = (end + 1).min(json.len());
    }
    Ok(())
}

/// How long a text is that begins here, up to its quote or the end of all.
fn length(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match text.get(at) {
            None => return text.len(),
            Some(b'"') => return at,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// Whether a name, as it is written, begins as those do.
fn is_kept(mut name: &[u8]) -> bool {
    KEPT.bytes().all(|wanted| {
        let (found, length) = match name {
            [b'\\', b'u', hex @ ..] => (hex.get(..4).and_then(code), 6),
            [plain, ..] => (Some(u32::from(*plain)), 1),
            [] => return false,
        };
        name = name.get(length..).unwrap_or_default();
        found == Some(u32::from(wanted))
    })
}

fn code(hex: &[u8]) -> Option<u32> {
    hex.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests;
