use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;

use super::*;

fn schedule(at: &str) -> Schedule {
    Schedule::new(at.parse().unwrap_or_else(|error| panic!("{error}")))
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day < to)
}

#[test]
fn a_time_of_day_needs_a_zone() {
    assert_eq!(schedule("02:30 Europe/Berlin").at().to_string(), "02:30 Europe/Berlin");
    assert_eq!(schedule("00:00  europe/berlin").at().to_string(), "00:00 Europe/Berlin");
    let said = |text: &str| text.parse::<At>().unwrap_err().to_string();
    assert_eq!(said("02:30"), "`02:30` has no time zone: write `02:30 Europe/Berlin`, or `02:30 UTC`");
    assert_eq!(
        said("02:30 Europe/Berln"),
        "there is no time zone `Europe/Berln`: did you mean `Europe/Berlin`?"
    );
    assert!(said("02:30 Mars/Olympus").contains("write one of IANA's"));
    for text in [
        "",
        "2:30 UTC",
        "24:00 UTC",
        "02:60 UTC",
        "02:30:00 UTC",
        "0230 UTC",
        "+2:30 UTC",
        "UTC 02:30",
        "half past two",
    ] {
        assert!(said(text).contains("is no time of day"), "{text}: {}", said(text));
    }
}

/// Each line: time of day and zone, day, when the night of that day is due.
const TABLE: &str = "
    02:30 Europe/Berlin        2026-11-27  2026-11-27T01:30:00Z
    02:30 Europe/Berlin        2026-07-01  2026-07-01T00:30:00Z
    # Clocks go from 02:00 to 03:00: an hour later, at 03:30 of summer.
    02:30 Europe/Berlin        2026-03-28  2026-03-28T01:30:00Z
    02:30 Europe/Berlin        2026-03-29  2026-03-29T01:30:00Z
    02:30 Europe/Berlin        2026-03-30  2026-03-30T00:30:00Z
    # Clocks go from 03:00 to 02:00: the first 02:30.
    02:30 Europe/Berlin        2026-10-24  2026-10-24T00:30:00Z
    02:30 Europe/Berlin        2026-10-25  2026-10-25T00:30:00Z
    02:30 Europe/Berlin        2026-10-26  2026-10-26T01:30:00Z
    # Lord Howe's clocks move by half an hour: 02:15 is 02:45, and 01:45 is there twice.
    02:15 Australia/Lord_Howe  2026-10-04  2026-10-03T15:45:00Z
    01:45 Australia/Lord_Howe  2026-04-05  2026-04-04T14:45:00Z
    # Apia had no 30 December 2011.
    02:30 Pacific/Apia         2011-12-29  2011-12-29T12:30:00Z
    02:30 Pacific/Apia         2011-12-30  -
    02:30 Pacific/Apia         2011-12-31  2011-12-30T12:30:00Z
    # Nuuk's clocks go from 22:00 to 23:00 on a Saturday (until 2023), and from 23:00 to 24:00 (since): earlier, on that day.
    23:30 America/Nuuk         2026-03-28  2026-03-29T00:30:00Z
    23:30 America/Nuuk         2026-03-27  2026-03-28T01:30:00Z
    23:30 America/Nuuk         2026-03-29  2026-03-30T00:30:00Z
    # Midnight that does not exist.
    00:15 Africa/Cairo         2026-04-24  2026-04-23T22:15:00Z
    00:00 UTC                  2026-12-31  2026-12-31T00:00:00Z
";

#[test]
fn nights_are_due_when_the_table_says() {
    let mut checked = 0;
    for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [time, zone, day, due] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let night = schedule(&format!("{time} {zone}")).on_date(day.parse().unwrap());
        assert_eq!(night.map_or("-".to_owned(), |night| night.id()), due, "{line}");
        checked += 1;
    }
    assert_eq!(checked, 18);
}

/// Every local day has one night, in order, and every moment between two nights knows both.
#[test]
fn every_day_of_some_years_has_one_night() {
    let zones = [
        ("Europe/Berlin", 2024, 2031),
        ("America/New_York", 2024, 2031),
        ("America/Sao_Paulo", 2015, 2020),
        ("America/St_Johns", 2005, 2012),
        ("America/Nuuk", 2020, 2028),
        ("America/Scoresbysund", 2022, 2027),
        ("Asia/Beirut", 2022, 2025),
        ("Africa/Casablanca", 2018, 2027),
        ("Africa/Cairo", 2023, 2027),
        ("Australia/Lord_Howe", 2024, 2031),
        ("Asia/Tehran", 2018, 2024),
        ("Antarctica/Troll", 2024, 2028),
        ("Pacific/Apia", 2010, 2014),
        ("UTC", 2024, 2026),
    ];
    for (zone, from, to) in zones {
        for time in ["00:00", "00:30", "02:30", "23:30"] {
            let schedule = schedule(&format!("{time} {zone}"));
            let mut last: Option<Night> = None;
            for day in days(date(from, 1, 1), date(to, 1, 1)) {
                let Some(night) = schedule.on_date(day) else {
                    assert!(zone == "Pacific/Apia" && day == date(2011, 12, 30), "{time} {zone} {day}");
                    continue;
                };
                assert_eq!((night.date, schedule.date_of(night.due)), (day, day), "{time} {zone}");
                assert_eq!(schedule.due_before(night.due), Some(night), "{time} {zone} {day}");
                if let Some(last) = last {
                    assert!(night.due > last.due, "{time} {zone} {day}");
                    assert_eq!(schedule.next_after(last.due), Some(night), "{time} {zone} {day}");
                    let before = night.due - 1.second();
                    assert_eq!(schedule.due_before(before), Some(last), "{time} {zone} {day}");
                    assert_eq!(schedule.next_after(before), Some(night), "{time} {zone} {day}");
                }
                last = Some(night);
            }
        }
    }
}

#[test]
fn no_zone_has_two_nights_on_a_day_that_clocks_change() {
    let known = TimeZoneDatabase::bundled();
    let mut zones = 0;
    for name in known.available() {
        let zone = known.get(name.as_str()).unwrap();
        zones += 1;
        let changes =
            zone.following(moment("2005-01-01T00:00:00Z")).take(40).map(|change| change.timestamp());
        for change in changes.collect::<Vec<_>>() {
            for time in ["00:00", "02:30", "23:30"] {
                let schedule = schedule(&format!("{time} {name}"));
                let around = schedule.date_of(change);
                let nights: Vec<Night> =
                    (-2..=2).filter_map(|day| schedule.on_date(around + (day).days())).collect();
                assert!(nights.len() >= 4, "{time} {name} {change}");
                assert!(nights.windows(2).all(|two| two[0].due < two[1].due), "{time} {name} {change}");
                assert!(
                    nights.iter().all(|night| schedule.date_of(night.due) == night.date),
                    "{time} {name} {change}"
                );
            }
        }
    }
    assert!(zones > 400, "{zones}");
}

#[test]
fn days_that_are_left_out_have_no_night() {
    let weekend = schedule("02:30 Europe/Berlin").on(BTreeSet::from([Day::Saturday, Day::Sunday]));
    let friday = moment("2026-11-27T12:00:00Z");
    assert_eq!(weekend.next_after(friday).unwrap().date, date(2026, 11, 28));
    assert_eq!(weekend.due_before(friday).unwrap().date, date(2026, 11, 22));
    assert_eq!(weekend.on_date(date(2026, 11, 27)), None);
    let all = weekend.on(BTreeSet::new());
    assert_eq!(all.days().len(), 7);
}

#[test]
fn jitter_is_within_its_bounds_and_always_the_same() {
    let plain = schedule("02:30 Europe/Berlin");
    let of = |seed: &[u8]| plain.clone().with_jitter(Duration::from_secs(600), Sha256::of(seed));
    let mut seen = BTreeMap::new();
    for day in days(date(2026, 1, 1), date(2027, 1, 1)) {
        let night = of(b"a").on_date(day).unwrap();
        assert_eq!(Some(night), of(b"a").on_date(day));
        assert_eq!(
            night.due,
            plain.on_date(day).unwrap().due,
            "jitter does not change what identifies a night"
        );
        let later = night.starts.duration_since(night.due).as_secs();
        assert!((0..=600).contains(&later), "{later}");
        *seen.entry(later / 100).or_insert(0) += 1;
    }
    assert!(seen.len() >= 6 && seen.values().take(6).all(|count| *count > 30), "{seen:?}");
    let one = date(2026, 11, 27);
    assert_ne!(of(b"a").on_date(one), of(b"b").on_date(one));
    let night = plain.on_date(one).unwrap();
    assert_eq!(night.starts, night.due);
    let longest = plain.with_jitter(Duration::MAX, Sha256::of(b""));
    assert_eq!(longest.jitter(), Schedule::MAX_JITTER);
    assert!(longest.on_date(one).is_some());
}

#[test]
fn only_the_newest_missed_night_is_caught_up_with() {
    let nightly = schedule("02:30 UTC");
    let night = |day: i8| nightly.on_date(date(2026, 11, day));
    let now = moment("2026-11-27T09:00:00Z");
    let due = |day: i8| night(day).map(|night| night.due);
    assert_eq!(nightly.catch_up(due(26), now), night(27));
    assert_eq!(nightly.catch_up(due(20), now), night(27), "those between are not run");
    assert_eq!(nightly.catch_up(None, now), night(27), "nothing was ever run");
    assert_eq!(nightly.catch_up(due(27), now), None, "it was run");
    let late = moment("2026-11-27T14:30:00Z");
    assert_eq!(nightly.catch_up(due(26), late), night(27), "just in time");
    assert_eq!(nightly.catch_up(due(26), late + 1.second()), None, "more than 12 hours ago");
    assert_eq!(nightly.catch_up(due(26), moment("2026-11-27T02:29:59Z")), None, "not due yet");
    assert_eq!(nightly.catch_up(due(26), moment("2026-11-27T02:30:00Z")), night(27), "due now");
    let never = nightly.clone().with_catch_up(Duration::ZERO);
    assert_eq!(never.catch_up(due(26), moment("2026-11-27T02:45:00Z")), night(27), "late, but not missed");
    assert_eq!(never.catch_up(due(26), moment("2026-11-27T02:45:01Z")), None);
    assert_eq!(never.catch_up(due(26), now), None);
    let always = nightly.clone().with_catch_up(Duration::MAX);
    assert_eq!(always.catch_up(due(26), late + 1.second()), night(27));
}

#[test]
fn a_clock_that_goes_back_runs_nothing_again() {
    let nightly = schedule("02:30 UTC").with_catch_up(hours(24));
    let finished = nightly.on_date(date(2026, 11, 27)).unwrap();
    for back in
        ["2026-11-27T02:29:00Z", "2026-11-26T23:00:00Z", "2026-11-20T12:00:00Z", "1970-01-01T00:00:00Z"]
    {
        assert_eq!(nightly.catch_up(Some(finished.due), moment(back)), None, "{back}");
    }
    // What is next by that clock is known by its moment: it was run.
    assert_eq!(nightly.next_after(moment("2026-11-27T02:29:00Z")), Some(finished));
}

#[test]
fn the_ends_of_the_calendar_are_no_panic() {
    let nightly = schedule("02:30 Pacific/Apia").with_jitter(hours(6), Sha256::of(b""));
    for now in [Timestamp::MIN, Timestamp::MAX] {
        let (before, after) = (nightly.due_before(now), nightly.next_after(now));
        assert!(before.is_none_or(|night| night.due <= now) && after.is_none_or(|night| night.due > now));
        let _ = nightly.catch_up(None, now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn between_two_nights_there_is_none(
        second in 0_i64..4_000_000_000,
        hour in 0..24,
        minute in 0..60,
        zone in prop::sample::select(vec![
            "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Nuuk", "America/St_Johns", "Asia/Gaza", "UTC",
        ]),
        mask in 1_u8..128,
        jitter in 0_u64..=21_600,
    ) {
        let days: BTreeSet<Day> = Day::ALL.into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, day)| day).collect();
        let schedule = schedule(&format!("{hour:02}:{minute:02} {zone}"))
            .on(days.clone())
            .with_jitter(Duration::from_secs(jitter), Sha256::of(b"seed"));
        let now = Timestamp::from_second(second).unwrap();
        let (last, next) = (schedule.due_before(now).unwrap(), schedule.next_after(now).unwrap());
        prop_assert!(last.due <= now && now < next.due);
        prop_assert_eq!(schedule.next_after(last.due), Some(next));
        prop_assert_eq!(schedule.due_before(next.due), Some(next));
        for night in [last, next] {
            prop_assert!(days.contains(&Day::from(night.date.weekday())));
            prop_assert_eq!(schedule.date_of(night.due), night.date);
            prop_assert!(night.starts >= night.due);
            prop_assert_eq!(Ok(night.due), night.id().parse::<Timestamp>().map_err(|error| error.to_string()));
        }
        let coming = if last.starts >= now { last } else { next };
        prop_assert_eq!(now + schedule.until_next(now).unwrap(), coming.starts);
        // Whatever was finished, what is caught up with is the last one, and never what was finished.
        for finished in [None, Some(last.due), Some(next.due), Some(Timestamp::from_second(second / 2).unwrap())] {
            if let Some(night) = schedule.catch_up(finished, now) {
                prop_assert_eq!(night, last);
                prop_assert!(finished.is_none_or(|finished| finished < night.due));
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,20}") {
        let _ = text.parse::<At>();
    }
}
