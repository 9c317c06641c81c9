//! The bounds of `since:` and `before:`: a time ago, a time of the clock, a date. The current time of the clock comes
//! from the context.

use std::fmt;

use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, tz::TimeZone};

use super::quantity;

const DAY: i64 = 86_400_000_000;

/// A moment as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimeBound {
    written: Written,
    /// Microseconds: ago, since midnight, since 1970 by the clock on the wall, since 1970.
    micros: i64,
}

#[derive(Debug, Clone, PartialEq)]
enum Written {
    Ago,
    Clock(Time),
    Local(DateTime),
    Instant(Timestamp),
}

impl TimeBound {
    pub fn parse(text: &str) -> Option<TimeBound> {
        if let Some(micros) = quantity::parse_duration(text) {
            return Some(TimeBound { written: Written::Ago, micros: i64::try_from(micros).ok()? });
        }
        // The parser of times takes the time out of a date too, so it only gets what begins like a time.
        if text.find(':').is_some_and(|colon| (1..=2).contains(&colon)) {
            let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
            let time: Time = padded.parse().ok()?;
            let micros = time.duration_since(Time::midnight()).as_micros();
            return Some(TimeBound { written: Written::Clock(time), micros: i64::try_from(micros).ok()? });
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Some(TimeBound { written: Written::Instant(instant), micros: instant.as_microsecond() });
        }
        let local: DateTime = text.parse().ok()?;
        let micros = local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
        Some(TimeBound { written: Written::Local(local), micros })
    }

    /// The moment in microseconds since 1970, for a clock that shows `now` plus `offset`.
    pub fn micros(&self, now: i64, offset: i64) -> i64 {
        match self.written {
            Written::Ago => now.saturating_sub(self.micros),
            Written::Instant(_) => self.micros,
            Written::Local(_) => self.micros.saturating_sub(offset),
            Written::Clock(_) => {
                // The last time that the clock showed it: shortly after midnight, 23:50 was yesterday.
                let local = now.saturating_add(offset);
                let today = local.saturating_sub(local.rem_euclid(DAY)).saturating_add(self.micros);
                let last = if today > local { today.saturating_sub(DAY) } else { today };
                last.saturating_sub(offset)
            }
        }
    }
}

impl fmt::Display for TimeBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.written {
            Written::Ago => quantity::write_duration(f, self.micros.unsigned_abs()),
            Written::Clock(time) => write!(f, "{time}"),
            Written::Local(local) => write!(f, "{local}"),
            Written::Instant(instant) => write!(f, "{instant}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_and_placed() {
        let hour = 3_600_000_000;
        let now = 10 * DAY + hour / 2; // half past midnight in Greenwich
        for (text, offset, expected) in [
            ("5m", 0, now - 300_000_000),
            ("00:10", 0, 10 * DAY + 600_000_000),
            ("0:10:30", 0, 10 * DAY + 630_000_000),
            ("23:50", 0, 10 * DAY - 600_000_000),
            ("01:00", hour, 10 * DAY),
            ("02:00", hour, 9 * DAY + hour),
            ("1970-01-11T00:00:00Z", hour, 10 * DAY),
            ("1970-01-11T02:00+02:00", 0, 10 * DAY),
            ("1970-01-11T00:00", hour, 10 * DAY - hour),
            ("1970-01-11", 0, 10 * DAY),
        ] {
            let bound = TimeBound::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(bound.micros(now, offset), expected, "{text}");
            assert_eq!(TimeBound::parse(&bound.to_string()), Some(bound), "{text}");
        }
        for text in ["", "5", "yesterday", "25:00", "12:61", "2026-13-01", ":"] {
            assert_eq!(TimeBound::parse(text), None, "{text}");
        }
    }
}
