//! What a manifest says about the limits of a check: it can ask for more or less than the host's defaults.

use std::str::FromStr;
use std::time::Duration;

/// Limits of one run of a check that differ from the host's defaults. The operator's ceiling bounds them all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitOverrides {
    /// Wall time.
    pub wall: Option<Duration>,
    /// Linear memory, in bytes.
    pub memory: Option<u64>,
    /// Calls to the API of the subject.
    pub calls: Option<u64>,
    /// Bytes of all answers together.
    pub response_bytes: Option<u64>,
    /// Bytes of the log.
    pub log_bytes: Option<u64>,
    /// Number of findings.
    pub findings: Option<u64>,
    /// Calls at the same time.
    pub in_flight: Option<u64>,
}

impl LimitOverrides {
    /// The names of the limits.
    pub const NAMES: [&str; 7] =
        ["wall", "memory", "calls", "response_bytes", "log_bytes", "findings", "in_flight"];

    /// One limit by its name and its value, as a manifest writes them: `wall` and `60s`.
    ///
    /// # Errors
    /// There is no such limit, or its value is not a duration, a size or a count.
    pub fn one(name: &str, value: &str) -> Result<Self, LimitError> {
        let mut limits = Self::default();
        match name {
            "wall" => limits.wall = Some(value.parse::<Wall>()?.0),
            "memory" => limits.memory = Some(value.parse::<Size>()?.0),
            "response_bytes" => limits.response_bytes = Some(value.parse::<Size>()?.0),
            "log_bytes" => limits.log_bytes = Some(value.parse::<Size>()?.0),
            "calls" => limits.calls = Some(value.parse::<Count>()?.0),
            "findings" => limits.findings = Some(value.parse::<Count>()?.0),
            "in_flight" => limits.in_flight = Some(value.parse::<Count>()?.0),
            _ => {
                return Err(LimitError(format!(
                    "`{name}` is not a limit; known are {}",
                    Self::NAMES.join(", ")
                )));
            }
        }
        Ok(limits)
    }
}

/// Why a name and a value are no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LimitError(String);

impl From<QuantityError> for LimitError {
    fn from(error: QuantityError) -> Self {
        Self(error.to_string())
    }
}

/// Why a text is no duration, no size and no count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QuantityError {
    /// It does not begin with a whole number.
    #[error("`{0}` does not begin with a whole number")]
    Number(String),
    /// The unit is missing or not one of those that are understood.
    #[error("`{given}` has {} unit; known are {known}", if .unit.is_empty() { "no".to_owned() } else { format!("the unknown `{}` as", .unit) })]
    Unit {
        /// The whole text.
        given: String,
        /// What stands after the number.
        unit: String,
        /// The units that are understood.
        known: &'static str,
    },
    /// Nothing could run within it.
    #[error("a limit of 0 would allow nothing")]
    Zero,
    /// It does not fit into 64 bits.
    #[error("`{0}` is too large")]
    TooLarge(String),
}

/// A duration as a manifest writes it: `500ms`, `60s`, `2m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wall(pub(crate) Duration);

impl FromStr for Wall {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (number, unit) = split(text)?;
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(unknown_unit(text, unit, "`ms`, `s`, `m` and `h`")),
        };
        scaled(text, number, milliseconds).map(|number| Self(Duration::from_millis(number)))
    }
}

/// A number of bytes as a manifest writes it: `512B`, `64KiB`, `64MiB`, `1GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (number, unit) = split(text)?;
        let bytes = match unit {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(unknown_unit(text, unit, "`B`, `KiB`, `MiB` and `GiB`")),
        };
        scaled(text, number, bytes).map(Self)
    }
}

/// A positive number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

impl FromStr for Count {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        match split(text)? {
            (number, "") => scaled(text, number, 1).map(Self),
            _ => Err(QuantityError::Number(text.to_owned())),
        }
    }
}

fn split(text: &str) -> Result<(u64, &str), QuantityError> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(QuantityError::Number(text.to_owned()));
    }
    let number = number.parse().map_err(|_| QuantityError::TooLarge(text.to_owned()))?;
    Ok((number, unit))
}

fn scaled(text: &str, number: u64, factor: u64) -> Result<u64, QuantityError> {
    match number.checked_mul(factor) {
        Some(0) => Err(QuantityError::Zero),
        Some(number) => Ok(number),
        None => Err(QuantityError::TooLarge(text.to_owned())),
    }
}

fn unknown_unit(text: &str, unit: &str, known: &'static str) -> QuantityError {
    QuantityError::Unit { given: text.to_owned(), unit: unit.to_owned(), known }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_limit_has_a_name() {
        for (name, value) in LimitOverrides::NAMES.iter().zip(["60s", "1MiB", "1", "1MiB", "1MiB", "1", "1"])
        {
            assert_ne!(LimitOverrides::one(name, value), Ok(LimitOverrides::default()), "{name}");
        }
        assert!(LimitOverrides::one("cpu", "1").unwrap_err().to_string().contains("known are wall, memory"));
        assert!(LimitOverrides::one("wall", "1").is_err());
    }

    #[test]
    fn quantities_have_units() {
        assert_eq!("60s".parse(), Ok(Wall(Duration::from_secs(60))));
        assert_eq!("2m".parse(), Ok(Wall(Duration::from_secs(120))));
        assert_eq!("250ms".parse(), Ok(Wall(Duration::from_millis(250))));
        assert_eq!("1h".parse(), Ok(Wall(Duration::from_secs(3600))));
        assert_eq!("64MiB".parse(), Ok(Size(64 << 20)));
        assert_eq!("1GiB".parse(), Ok(Size(1 << 30)));
        assert_eq!("8".parse(), Ok(Count(8)));
    }

    #[test]
    fn wrong_quantities_are_explained() {
        let size = |text: &str| text.parse::<Size>().unwrap_err().to_string();
        assert_eq!(
            size("64MB"),
            "`64MB` has the unknown `MB` as unit; known are `B`, `KiB`, `MiB` and `GiB`"
        );
        assert_eq!(size("64"), "`64` has no unit; known are `B`, `KiB`, `MiB` and `GiB`");
        assert_eq!(size("-1MiB"), "`-1MiB` does not begin with a whole number");
        assert_eq!(
            size("1.5GiB"),
            "`1.5GiB` has the unknown `.5GiB` as unit; known are `B`, `KiB`, `MiB` and `GiB`"
        );
        assert_eq!(size("0B"), "a limit of 0 would allow nothing");
        assert_eq!(size("99999999999GiB"), "`99999999999GiB` is too large");
        assert_eq!(size("99999999999999999999999B"), "`99999999999999999999999B` is too large");
        assert_eq!(
            "60 s".parse::<Wall>().unwrap_err().to_string(),
            "`60 s` has the unknown ` s` as unit; known are `ms`, `s`, `m` and `h`"
        );
        assert_eq!("5x".parse::<Count>(), Err(QuantityError::Number("5x".to_owned())));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[0-9]{0,25}\\PC{0,5}") {
            let _ = (text.parse::<Wall>(), text.parse::<Size>(), text.parse::<Count>());
        }
    }
}
