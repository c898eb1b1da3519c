//! What compresses, kept for the next tape: to make it, the memory that it needs included, takes longer than to compress a short tape.

use std::io;
use std::sync::{Mutex, PoisonError};

use zstd::stream::raw::{CParameter, Encoder, Operation as _};

use crate::chunk::{DICTIONARY, LEVEL, MIN_MATCH, WINDOW_LOG};

/// So many are kept, at most.
const MOST: usize = 64;

static FREE: Mutex<Vec<Encoder<'static>>> = Mutex::new(Vec::new());

/// One that has seen nothing but the dictionary.
pub(crate) fn take() -> io::Result<Encoder<'static>> {
    if let Some(free) = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop() {
        return Ok(free);
    }
    // One that shares a digested dictionary would take the other parameters from it, which are those for short texts.
    let mut encoder = Encoder::with_dictionary(LEVEL, DICTIONARY)?;
    encoder.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
    encoder.set_parameter(CParameter::MinMatch(MIN_MATCH))?;
    Ok(encoder)
}

/// Makes it forget what it has seen, and keeps it.
pub(crate) fn put_back(mut encoder: Encoder<'static>) {
    if encoder.reinit().is_err() {
        return;
    }
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    if free.len() < MOST {
        free.push(encoder);
    }
}
