//! How long a result counts (SCS-0004-v1, regulations 2 and 3; SCS-0003-v1, "Test-case descriptor").

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use crate::words::Lifetime;

impl Lifetime {
    /// The first moment at which a result of `checked_at` does not count any more: the end of the period after the one
    /// in which it was checked, in UTC. Weeks begin on Monday, quarters in January, April, July and October; a year
    /// is rounded as a month is, one year later.
    ///
    /// Saturates at the end of the calendar (9999-12-31).
    pub fn expires_at(self, checked_at: Timestamp) -> Timestamp {
        let checked_on = Offset::UTC.to_datetime(checked_at).date();
        self.first_day_after(checked_on)
            .and_then(|day| Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// The first day on which a result of `checked_on` does not count any more.
    fn first_day_after(self, checked_on: Date) -> Option<Date> {
        match self {
            Self::Day => checked_on.checked_add(2.days()).ok(),
            Self::Week => {
                let since_monday = checked_on.weekday().to_monday_zero_offset();
                checked_on.checked_add((14 - i32::from(since_monday)).days()).ok()
            }
            Self::Month => first_of_month(checked_on, 2),
            Self::Quarter => first_of_month(checked_on, 6 - i32::from(checked_on.month() - 1) % 3),
            Self::Year => first_of_month(checked_on, 14),
        }
    }
}

/// The first day of the month that is `later` months after that of `day`.
fn first_of_month(day: Date, later: i32) -> Option<Date> {
    let months = i32::from(day.month()) - 1 + later;
    let year = i32::from(day.year()) + months / 12;
    let (year, month) = (i16::try_from(year).ok()?, i8::try_from(months % 12 + 1).ok()?);
    (year <= 9999).then(|| date(year, month, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expires(lifetime: Lifetime, checked_at: &str) -> String {
        let checked_at: Timestamp = checked_at.parse().unwrap();
        lifetime.expires_at(checked_at).to_string()
    }

    /// Each line: lifetime, checked at, expires at.
    const TABLE: &str = "
        day      2026-11-23T00:00:00Z   2026-11-25T00:00:00Z
        day      2026-11-23T23:59:59Z   2026-11-25T00:00:00Z
        day      2026-11-24T00:00:00Z   2026-11-26T00:00:00Z
        day      2026-12-30T12:00:00Z   2027-01-01T00:00:00Z
        day      2026-12-31T12:00:00Z   2027-01-02T00:00:00Z
        day      2028-02-28T12:00:00Z   2028-03-01T00:00:00Z
        day      2027-02-27T12:00:00Z   2027-03-01T00:00:00Z
        day      2026-11-24T00:30:00+01:00 2026-11-25T00:00:00Z
        week     2026-11-23T00:00:00Z   2026-12-07T00:00:00Z
        week     2026-11-29T23:59:59Z   2026-12-07T00:00:00Z
        week     2026-11-30T00:00:00Z   2026-12-14T00:00:00Z
        week     2026-11-25T10:00:00Z   2026-12-07T00:00:00Z
        week     2026-12-31T10:00:00Z   2027-01-11T00:00:00Z
        week     2028-02-29T10:00:00Z   2028-03-13T00:00:00Z
        month    2026-01-31T10:00:00Z   2026-03-01T00:00:00Z
        month    2026-01-01T00:00:00Z   2026-03-01T00:00:00Z
        month    2026-10-31T23:59:59Z   2026-12-01T00:00:00Z
        month    2026-11-01T00:00:00Z   2027-01-01T00:00:00Z
        month    2026-11-30T10:00:00Z   2027-01-01T00:00:00Z
        month    2026-12-01T00:00:00Z   2027-02-01T00:00:00Z
        month    2026-12-31T23:59:59Z   2027-02-01T00:00:00Z
        month    2028-02-29T10:00:00Z   2028-04-01T00:00:00Z
        quarter  2026-01-01T00:00:00Z   2026-07-01T00:00:00Z
        quarter  2026-02-15T00:00:00Z   2026-07-01T00:00:00Z
        quarter  2026-03-31T23:59:59Z   2026-07-01T00:00:00Z
        quarter  2026-04-01T00:00:00Z   2026-10-01T00:00:00Z
        quarter  2026-06-30T23:59:59Z   2026-10-01T00:00:00Z
        quarter  2026-07-01T00:00:00Z   2027-01-01T00:00:00Z
        quarter  2026-09-30T23:59:59Z   2027-01-01T00:00:00Z
        quarter  2026-10-01T00:00:00Z   2027-04-01T00:00:00Z
        quarter  2026-12-31T23:59:59Z   2027-04-01T00:00:00Z
        year     2026-01-31T10:00:00Z   2027-03-01T00:00:00Z
        year     2026-10-01T10:00:00Z   2027-12-01T00:00:00Z
        year     2026-11-23T10:00:00Z   2028-01-01T00:00:00Z
        year     2026-12-23T10:00:00Z   2028-02-01T00:00:00Z
        year     2028-02-29T10:00:00Z   2029-04-01T00:00:00Z
    ";

    #[test]
    fn a_result_counts_to_the_end_of_the_next_period() {
        let mut checked = 0;
        for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let [lifetime, checked_at, expected] = line.split_whitespace().collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            assert_eq!(expires(lifetime.parse().unwrap(), checked_at), expected, "{line}");
            checked += 1;
        }
        assert_eq!(checked, 36);
    }

    #[test]
    fn every_day_of_eight_years_expires_at_a_midnight_that_never_goes_back() {
        for lifetime in Lifetime::ALL {
            let mut last = Timestamp::MIN;
            let mut day = date(2024, 1, 1);
            while day < date(2032, 1, 1) {
                let noon = Offset::UTC.to_timestamp(day.at(12, 0, 0, 0)).unwrap();
                let expires = lifetime.expires_at(noon);
                assert!(expires > noon && expires >= last, "{lifetime} {day}");
                assert_eq!(expires.as_second() % 86_400, 0, "{lifetime} {day}");
                last = expires;
                day = day.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn the_end_of_the_calendar_saturates() {
        for lifetime in Lifetime::ALL {
            assert_eq!(lifetime.expires_at(Timestamp::MAX), Timestamp::MAX);
        }
    }
}
