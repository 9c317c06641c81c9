//! The times of logs, in the many ways in which programs write them. A log without times, or without dates, gets them from what its
//! messages say.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use regex::{Captures, Regex};

use super::line_format::pattern;

/// A date and a time, by ISO 8601 or with other signs between the numbers, with or without fractions and an offset.
static FULL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?<y>\d{4})[-/.](?<mo>\d\d?)[-/.](?<d>\d\d?)|(?<d2>\d\d?)\.(?<mo2>\d\d?)\.(?<y2>\d{4}))[T ,\t]{1,2}(?<h>\d\d?):(?<mi>\d\d):(?<s>\d\d)(?:[.,](?<f>\d{1,9}))?\s?(?<z>Z|[+-]\d\d:?\d\d)?",
    )
});
/// A date without a year, as syslog has it (RFC 3164 §4.1.2).
static SYSLOG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?<d>\d\d?) (?<h>\d\d):(?<mi>\d\d):(?<s>\d\d)(?:\.(?<f>\d{1,9}))?",
    )
});
/// A time of day.
static CLOCK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?<h>\d\d):(?<mi>\d\d):(?<s>\d\d)(?:[.,](?<f>\d{1,9}))?"));
/// Seconds or milliseconds since 1970.
static EPOCH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s\[(,;|])(?<s>1\d{9})(?:(?<ms>\d{3})|\.(?<f>\d{1,9}))?(?:$|[\s\]),;|:])"));
/// The time of the central system in a message.
static CURRENT: LazyLock<Regex> = LazyLock::new(|| pattern(r#""currentTime"\s*:\s*"(?<t>[^"]{10,40})""#));

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The clock of one log.
#[derive(Debug, Clone)]
pub(super) struct LogClock {
    zone: TimeZone,
    /// The last time, in microseconds since 1970.
    last: i64,
    /// The day of times that have none.
    day: Date,
    /// Whether the log has times of its own.
    has_times: bool,
}

impl LogClock {
    /// The clock of a log whose times are of this zone where they do not say it; it begins at what the messages say.
    pub fn new(zone: TimeZone, lines: &[&str]) -> LogClock {
        let mut clock = LogClock { zone, last: 0, day: jiff::civil::date(1970, 1, 1), has_times: false };
        if let Some(now) = lines.iter().find_map(|line| current_time(line)) {
            clock.set(now);
        }
        clock
    }

    /// The time that stands in a text, or else the one before.
    pub fn at(&mut self, text: &str) -> i64 {
        if let Some(micros) = self.find(text) {
            self.has_times = true;
            self.last = micros;
        }
        self.last
    }

    /// The last time.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// Follows the time that a message says, where the log has none.
    pub fn hear(&mut self, message: &str) {
        if !self.has_times
            && let Some(now) = current_time(message)
        {
            self.set(now);
        }
    }

    fn set(&mut self, now: Timestamp) {
        self.last = now.as_microsecond();
        self.day = now.to_zoned(self.zone.clone()).date();
    }

    fn find(&mut self, text: &str) -> Option<i64> {
        // A collector may have put its own time before that of the program; what names an offset is the surer one.
        let all: Vec<Captures<'_>> = FULL.captures_iter(text).collect();
        if let Some(found) = all.iter().find(|found| found.name("z").is_some()).or(all.last()) {
            return self.full(found);
        }
        if let Some(found) = SYSLOG.captures(text) {
            return self.syslog(&found);
        }
        if let Some(found) = CLOCK.captures(text) {
            return self.clock(time_of(&found)?);
        }
        let found = EPOCH.captures(text)?;
        let seconds: i64 = found["s"].parse().ok()?;
        let millis: i64 = found.name("ms").map_or(Ok(0), |ms| ms.as_str().parse()).ok()?;
        Some(seconds * 1_000_000 + millis * 1_000 + i64::from(nanos(found.name("f").map(|f| f.as_str())) / 1_000))
    }

    fn full(&mut self, found: &Captures<'_>) -> Option<i64> {
        let number = |one: &str, other: &str| found.name(one).or(found.name(other))?.as_str().parse::<i16>().ok();
        let month = i8::try_from(number("mo", "mo2")?).ok()?;
        let date = Date::new(number("y", "y2")?, month, i8::try_from(number("d", "d2")?).ok()?).ok()?;
        self.day = date;
        let civil = date.to_datetime(time_of(found)?);
        match found.name("z").map(|zone| zone.as_str()) {
            None => self.local(civil),
            Some("Z") => Some(Offset::UTC.to_timestamp(civil).ok()?.as_microsecond()),
            Some(offset) => {
                let hours: i32 = offset.get(1..3)?.parse().ok()?;
                let minutes: i32 = offset.get(offset.len() - 2..)?.parse().ok()?;
                let seconds = (hours * 60 + minutes) * 60 * if offset.starts_with('-') { -1 } else { 1 };
                Some(Offset::from_seconds(seconds).ok()?.to_timestamp(civil).ok()?.as_microsecond())
            }
        }
    }

    /// A date without a year is of the year of the times before, or of this one.
    fn syslog(&mut self, found: &Captures<'_>) -> Option<i64> {
        let month = MONTHS.iter().position(|name| *name == &found["mon"])? as i8 + 1;
        let today = Timestamp::now().to_zoned(self.zone.clone()).date();
        let year = if self.day.year() > 1970 { self.day.year() } else { today.year() };
        let date = Date::new(year, month, found["d"].parse().ok()?).ok()?;
        let date = if date > today { date.checked_sub(1.year()).ok()? } else { date };
        self.local(date.to_datetime(time_of(found)?))
    }

    /// A time of day that is much earlier than the one before is of the next day.
    fn clock(&mut self, time: Time) -> Option<i64> {
        const HALF_A_DAY: i64 = 12 * 3600 * 1_000_000;
        let micros = self.local(self.day.to_datetime(time))?;
        if self.has_times && self.last - micros > HALF_A_DAY {
            self.day = self.day.tomorrow().ok()?;
            return self.local(self.day.to_datetime(time));
        }
        Some(micros)
    }

    fn local(&self, civil: DateTime) -> Option<i64> {
        Some(civil.to_zoned(self.zone.clone()).ok()?.timestamp().as_microsecond())
    }
}

fn time_of(found: &Captures<'_>) -> Option<Time> {
    let number = |name: &str| found.name(name)?.as_str().parse::<i8>().ok();
    Time::new(number("h")?, number("mi")?, number("s")?.min(59), nanos(found.name("f").map(|f| f.as_str()))).ok()
}

/// Nanoseconds of the digits behind the point.
fn nanos(digits: Option<&str>) -> i32 {
    digits.and_then(|digits| format!("{digits:0<9}").parse().ok()).unwrap_or(0)
}

fn current_time(message: &str) -> Option<Timestamp> {
    let found = CURRENT.captures(message)?;
    found["t"].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(clock: &mut LogClock, text: &str) -> String {
        Timestamp::from_microsecond(clock.at(text)).unwrap().to_string()
    }

    #[test]
    fn times_are_read_in_many_spellings() {
        let zone = TimeZone::fixed(Offset::from_hours(2).unwrap());
        for (text, wanted) in [
            ("2026-01-15T10:00:00.250Z CP1", "2026-01-15T10:00:00.25Z"),
            ("[2026-01-15 10:00:00]", "2026-01-15T08:00:00Z"),
            ("[INFO ] 2026-06-17 05:46:33,026 de.rwth", "2026-06-17T03:46:33.026Z"),
            ("TRACE 2026/07/23 10:21:46 recv", "2026-07-23T08:21:46Z"),
            ("2026-05-21T15:17:02.094042+0200 host", "2026-05-21T13:17:02.094042Z"),
            ("15.01.2026 10:00:00", "2026-01-15T08:00:00Z"),
            ("1768471200 x", "2026-01-15T10:00:00Z"),
            ("1768471200123 x", "2026-01-15T10:00:00.123Z"),
            ("1768471200.5 x", "2026-01-15T10:00:00.5Z"),
            ("2024-06-24 16:34:38.316\t2024-06-24 16:34:38.314 INFO", "2024-06-24T14:34:38.314Z"),
            ("2024-06-24T14:34:38.5Z 2024-06-24 16:34:38.4 INFO", "2024-06-24T14:34:38.5Z"),
            ("99:99:99 2026-99-99 99:99:99", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(read(&mut LogClock::new(zone.clone(), &[]), text), wanted, "{text}");
        }
    }

    #[test]
    fn a_log_without_days_gets_them_from_its_messages() {
        let lines = [r#"23:59:58 [3,"1",{"currentTime":"2026-01-15T23:59:58Z"}]"#];
        let mut clock = LogClock::new(TimeZone::UTC, &lines);
        assert_eq!(read(&mut clock, "23:59:57.5 -> "), "2026-01-15T23:59:57.5Z");
        assert_eq!(read(&mut clock, "nothing"), "2026-01-15T23:59:57.5Z");
        assert_eq!(read(&mut clock, "00:00:01"), "2026-01-16T00:00:01Z");
    }

    #[test]
    fn a_log_without_times_follows_its_messages() {
        let mut clock = LogClock::new(TimeZone::UTC, &[]);
        assert_eq!(clock.at("x"), 0);
        clock.hear(r#"{"currentTime":"2026-01-15T10:00:00Z"}"#);
        assert_eq!(read(&mut clock, "x"), "2026-01-15T10:00:00Z");
    }
}
