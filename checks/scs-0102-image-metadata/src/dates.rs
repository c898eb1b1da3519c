//! Days of the Gregorian calendar and times of day, in UTC, without a clock. The few things that are needed here are too
//! small for a library of dates, which would be most of the component.

use std::fmt;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Date {
    year: i64,
    month: u8,
    day: u8,
}

/// A time of a day, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) date: Date,
    /// Since midnight; a day alone stands for its midnight.
    second: i64,
}

const DAY: i64 = 24 * 60 * 60;

impl Date {
    /// Reads `YYYY-MM-DD`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        Date::new(number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..])?)
    }

    /// Reads `YYYYMMDD`.
    pub(crate) fn parse_stamp(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 8 {
            return None;
        }
        Date::new(number(&bytes[..4])?, number(&bytes[4..6])?, number(&bytes[6..])?)
    }

    /// As [`Date::parse_stamp`] reads it.
    pub(crate) fn stamp(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// The day so many days later.
    pub(crate) fn plus_days(self, days: i64) -> Self {
        Date::from_days(self.days() + days)
    }

    /// The same day of a later month, or its last day where it is shorter.
    pub(crate) fn plus_months(self, months: u8) -> Self {
        let months = self.year * 12 + i64::from(self.month) - 1 + i64::from(months);
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u8 + 1);
        Date { year, month, day: self.day.min(days_in_month(year, month)) }
    }

    fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let is_day = year > 0 && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        is_day.then_some(Date { year, month, day })
    }

    /// Days since 1970-01-01.
    fn days(self) -> i64 {
        let past_months: i64 = (1..self.month).map(|month| i64::from(days_in_month(self.year, month))).sum();
        days_before_year(self.year) - days_before_year(1970) + past_months + i64::from(self.day) - 1
    }

    fn from_days(days: i64) -> Self {
        // 146,097 days are 400 years. The guess is the year or one that is close by.
        let mut year = 1970 + days * 400 / 146_097;
        while days_before_year(year) - days_before_year(1970) > days {
            year -= 1;
        }
        while days_before_year(year + 1) - days_before_year(1970) <= days {
            year += 1;
        }
        let mut left = days - (days_before_year(year) - days_before_year(1970));
        let mut month = 1;
        while left >= i64::from(days_in_month(year, month)) {
            left -= i64::from(days_in_month(year, month));
            month += 1;
        }
        Date { year, month, day: left as u8 + 1 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn from_unix(seconds: i64) -> Self {
        Moment { date: Date::from_days(seconds.div_euclid(DAY)), second: seconds.rem_euclid(DAY) }
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM-DD hh:mm` or `YYYY-MM-DD hh:mm:ss`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None => Some(Moment { date: Date::parse(text)?, second: 0 }),
            Some((date, time)) => Some(Moment { date: Date::parse(date)?, second: time_of_day(time)? }),
        }
    }

    /// Reads `YYYY-MM-DDThh:mm:ssZ`, as OpenStack writes times.
    pub(crate) fn parse_timestamp(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let second = time_of_day(time).filter(|_| time.len() == 8)?;
        Some(Moment { date: Date::parse(date)?, second })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        write!(f, "{} {hour:02}:{minute:02}:{second:02}", self.date)
    }
}

/// Reads `hh:mm` or `hh:mm:ss` of a 24 hours clock.
fn time_of_day(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let second = match (bytes.len(), bytes.get(5)) {
        (5, None) => 0,
        (8, Some(b':')) => number(&bytes[6..])?,
        _ => return None,
    };
    let (hour, minute) = (number(&bytes[..2])?, number(&bytes[3..5])?);
    let is_time = bytes[2] == b':' && hour < 24 && minute < 60 && second < 60;
    is_time.then_some((hour * 60 + minute) * 60 + second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |n, digit| digit.is_ascii_digit().then(|| n * 10 + i64::from(digit - b'0')))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the beginning of the year 1 to that of this year.
fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_calendar_is_that_of_everybody(
            seconds in -62_000_000_000_i64..250_000_000_000, days in 0..4000_i64, months in 0..40_u8,
        ) {
            let ours = Moment::from_unix(seconds);
            let theirs = jiff::Timestamp::from_second(seconds).unwrap();
            let written = theirs.to_string();
            prop_assert_eq!(Moment::parse_timestamp(&written), Some(ours), "{}", written);
            prop_assert_eq!(Moment::parse(&written.replace('T', " ").replace('Z', "")), Some(ours));
            prop_assert_eq!(ours.to_string(), written.replace('T', " ").replace('Z', ""));
            let date: civil::Date = ours.date.to_string().parse().unwrap();
            let later = ours.date.plus_days(days);
            prop_assert_eq!(later.to_string(), date.checked_add(days.days()).unwrap().to_string());
            prop_assert!(later >= ours.date);
            let later = ours.date.plus_months(months);
            prop_assert_eq!(later.to_string(), date.checked_add(i64::from(months).months()).unwrap().to_string());
            prop_assert_eq!(Date::parse_stamp(&ours.date.stamp()), Some(ours.date));
        }

        #[test]
        fn only_days_that_exist_are_dates(year in 0..10_000_i16, month in 0..14_i8, day in 0..33_i8) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let exists = year > 0 && civil::Date::new(year, month, day).is_ok();
            prop_assert_eq!(Date::parse(&text).is_some(), exists);
            prop_assert_eq!(Date::parse_stamp(&text.replace('-', "")).is_some(), exists);
        }

        #[test]
        fn nothing_else_panics(text in "[0-9TZ :é-]{0,20}") {
            let _ = (Date::parse(&text), Date::parse_stamp(&text), Moment::parse(&text), Moment::parse_timestamp(&text));
        }
    }

    #[test]
    fn dates_are_read_strictly() {
        for right in
            ["2024-02-29", "2024-02-29 00:00", "2024-02-29 23:59", "2024-02-29 23:59:59", "0001-01-01"]
        {
            assert!(Moment::parse(right).is_some(), "{right}");
        }
        for wrong in [
            "",
            "2023-02-29",
            "2024-2-29",
            "24-02-29",
            "20240229",
            "2024/02/29",
            "29.02.2024",
            "0000-01-01",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "2024-02-29 ",
            " 2024-02-29",
            "2024-02-29 24:00",
            "2024-02-29 23:60",
            "2024-02-29 23:59:60",
            "2024-02-29 1:00",
            "2024-02-29 01:00:0",
            "2024-02-29  01:00",
            "2024-02-29T01:00",
            "2024-02-29T01:00:00Z",
            "2024-02-29 01:00 UTC",
            "+024-02-29",
            "２０２４-02-29",
        ] {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
        assert!(Moment::parse_timestamp("2024-02-29T01:00:00Z").is_some());
        for wrong in
            ["2024-02-29T01:00Z", "2024-02-29 01:00:00Z", "2024-02-29T01:00:00", "2024-02-29T01:00:00.0Z"]
        {
            assert_eq!(Moment::parse_timestamp(wrong), None, "{wrong}");
        }
    }
}
