//! How much may be created.

use std::fmt;

use crate::{GrantError, Problem};

/// How much a check may create by one grant, in one run: `max 2, 4 GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Budget {
    /// How many things.
    pub count: u32,
    /// How many GiB they may have together. If there is none, nothing that has a size may be created.
    pub gib: Option<u32>,
}

impl Budget {
    /// The largest number in a budget.
    pub const MAX: u32 = 9999;

    /// Whether the budget pays for all that the other pays for.
    pub fn covers(self, other: Self) -> bool {
        other.count <= self.count && other.gib.unwrap_or(0) <= self.gib.unwrap_or(0)
    }

    /// Parses `max N` or `max N, M GiB` with its place, if there is anything.
    pub(crate) fn parse<'t>(
        first: Option<(usize, &'t str)>,
        mut rest: impl Iterator<Item = (usize, &'t str)>,
        end: usize,
    ) -> Result<Option<(usize, Self)>, GrantError> {
        let Some((at, max)) = first else { return Ok(None) };
        if max != "max" {
            return Err(GrantError::new(at, Problem::ExtraPart { found: max.to_owned() }));
        }
        let (count_at, count) = rest.next().unwrap_or((end, ""));
        let (count, more) = match count.strip_suffix(',') {
            Some(count) => (number(count_at, count)?, true),
            None => (number(count_at, count)?, false),
        };
        let gib = if more {
            let (gib_at, gib) = rest.next().unwrap_or((end, ""));
            let gib = number(gib_at, gib)?;
            let (unit_at, unit) = rest.next().unwrap_or((end, ""));
            if unit != "GiB" {
                return Err(bad(unit_at, unit));
            }
            Some(gib)
        } else {
            None
        };
        match rest.next() {
            Some((at, extra)) => Err(GrantError::new(at, Problem::ExtraPart { found: extra.to_owned() })),
            None => Ok(Some((at, Self { count, gib }))),
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.gib {
            Some(gib) => write!(f, "max {}, {gib} GiB", self.count),
            None => write!(f, "max {}", self.count),
        }
    }
}

fn number(at: usize, text: &str) -> Result<u32, GrantError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse().ok().filter(|number| plain && *number <= Budget::MAX);
    number.ok_or_else(|| bad(at, text))
}

fn bad(at: usize, found: &str) -> GrantError {
    GrantError::new(at, Problem::BadBudget { found: found.to_owned(), max: Budget::MAX })
}
