//! Durations and sizes, written as in scope manifests.

use std::time::Duration;

use thiserror::Error;

/// Why a text is no duration or no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum QuantityError {
    #[error("it is a whole number and its unit, {units}")]
    Written { units: &'static str },
    #[error("nothing could be compiled within 0")]
    Zero,
    #[error("it is too large")]
    TooLarge,
}

/// `500ms`, `60s`, `2m`, `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, QuantityError> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    read(text, &units, "`ms`, `s`, `m` or `h`, e.g. `60s`").map(Duration::from_millis)
}

/// `512B`, `64KiB`, `64MiB`, `2GiB`, in bytes.
pub(crate) fn size(text: &str) -> Result<u64, QuantityError> {
    let units = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    read(text, &units, "`B`, `KiB`, `MiB` or `GiB`, e.g. `2GiB`")
}

fn read(text: &str, known: &[(&str, u64)], units: &'static str) -> Result<u64, QuantityError> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = known.iter().find(|(name, _)| *name == unit).map(|(_, factor)| factor);
    let Some(factor) = factor.filter(|_| !number.is_empty()) else {
        return Err(QuantityError::Written { units });
    };
    let number: u64 = number.parse().map_err(|_| QuantityError::TooLarge)?;
    match number.checked_mul(*factor) {
        Some(0) => Err(QuantityError::Zero),
        Some(number) => Ok(number),
        None => Err(QuantityError::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_units() {
        for (text, milliseconds) in [("250ms", 250), ("60s", 60_000), ("2m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for (text, bytes) in [("512B", 512), ("64KiB", 64 << 10), ("64MiB", 64 << 20), ("2GiB", 2 << 30)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn wrong_quantities_are_explained() {
        for text in ["", "60", "s", "60 s", "1.5GiB", "-1MiB", "64MB", "60s "] {
            assert!(matches!(size(text), Err(QuantityError::Written { .. })), "{text}");
            let written = matches!(duration(text), Err(QuantityError::Written { .. }));
            assert!(written, "{text}");
        }
        assert_eq!(size("0B"), Err(QuantityError::Zero));
        assert_eq!(duration("0s"), Err(QuantityError::Zero));
        assert_eq!(size("99999999999GiB"), Err(QuantityError::TooLarge));
        assert_eq!(size("99999999999999999999999B"), Err(QuantityError::TooLarge));
    }
}
