//! Times, sizes and numbers in words.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::sanitize::escape_control;
use crate::text_width::{columns_of, tail_columns_of, width_of};

pub use crate::ocpp::units::clock;

/// A bar of so many eighths of a line.
pub const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The time of day with milliseconds.
pub fn time_of_day(micros: i64, zone: &TimeZone) -> String {
    let seconds = Timestamp::from_microsecond(micros).map_or(0, |at| zone.to_offset(at).seconds());
    let local = micros.div_euclid(1_000) + i64::from(seconds) * 1_000;
    let of_day = local.rem_euclid(86_400_000);
    let (hours, minutes, seconds, millis) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60, of_day % 1_000);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}

/// The day of a time, counted from 1970.
pub fn day(micros: i64, zone: &TimeZone) -> i64 {
    let seconds = Timestamp::from_microsecond(micros).map_or(0, |at| zone.to_offset(at).seconds());
    (micros + i64::from(seconds) * 1_000_000).div_euclid(86_400_000_000)
}

/// A date with its day of the week: `Thursday 2026-03-05`.
pub fn date(micros: i64, zone: &TimeZone) -> String {
    let time = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(zone.clone()).strftime("%A %Y-%m-%d").to_string()
}

/// A time that has passed: `2.345`, `1:02.345`, `3:01:02`.
pub fn elapsed(micros: u64) -> String {
    let (seconds, millis) = (micros / 1_000_000, micros / 1_000 % 1_000);
    match seconds {
        0..60 => format!("{seconds}.{millis:03}"),
        60..3_600 => format!("{}.{millis:03}", clock(seconds)),
        _ => clock(seconds),
    }
}

/// A duration, three digits of it.
pub fn duration(duration: Duration) -> String {
    crate::ocpp::units::micros(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
}

/// How long something is past, coarsely, so that a screen on which nothing happens is seldom drawn anew; and the microseconds until
/// the text changes.
pub fn age(past_micros: u64) -> (String, u64) {
    let seconds = past_micros / 1_000_000;
    let (text, unit) = match seconds {
        0..10 => ("now".to_owned(), 10),
        10..60 => (format!("{} s", seconds / 10 * 10), 10),
        60..3_600 => (format!("{} m", seconds / 60), 60),
        3_600..86_400 => (format!("{} h", seconds / 3_600), 3_600),
        _ => (format!("{} d", seconds / 86_400), 86_400),
    };
    (text, unit * 1_000_000 - past_micros % (unit * 1_000_000))
}

/// The seconds until a time, counted down to 0.
pub fn countdown(until_micros: u64, now_micros: u64) -> String {
    let seconds = until_micros.saturating_sub(now_micros).div_ceil(1_000_000);
    if seconds < 100 { format!("{seconds} s") } else { format!("{} min", seconds / 60) }
}

/// Counts as bars, the highest as high as a line; a blank is none.
pub fn graph(counts: &[u32]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(8);
    counts.iter().map(|count| BARS[(u64::from(*count) * 8).div_ceil(u64::from(most)) as usize]).collect()
}

/// An identity in so many columns: of a long one the middle is left out, because identities often differ only at their ends.
pub fn cut_middle(text: &str, width: usize) -> String {
    let shown = escape_control(text);
    if width_of(&shown) <= width || width < 3 {
        return shown.into_owned();
    }
    let head = columns_of(&shown, (width - 1).div_ceil(2));
    let tail = tail_columns_of(&shown, width - 1 - width_of(head));
    format!("{head}…{tail}")
}

/// How many things there are: `1 variable`, `1 200 variables`.
pub fn counted(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A number in at most five columns: `9999`, `12.3k`, `4.5M`.
pub fn short_number(number: u64) -> String {
    match number {
        0..10_000 => number.to_string(),
        10_000..100_000 => format!("{:.1}k", number as f64 / 1e3),
        100_000..1_000_000 => format!("{}k", number / 1_000),
        1_000_000..100_000_000 => format!("{:.1}M", number as f64 / 1e6),
        _ => format!("{}M", number / 1_000_000),
    }
}

/// Memory in MiB.
pub fn mebibytes(bytes: usize) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    if mebibytes < 10.0 { format!("{mebibytes:.1}") } else { format!("{mebibytes:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_no_plural() {
        assert_eq!([1, 0, 1_200].map(|count| counted(count, "variable")), ["1 variable", "0 variables", "1 200 variables"]);
    }

    #[test]
    fn of_a_long_identity_both_ends_are_shown() {
        assert_eq!(cut_middle("VERYLONG-VERYLONG-007", 10), "VERYL…-007");
        assert_eq!([cut_middle("CP1", 10), cut_middle("CP1234", 2)], ["CP1", "CP1234"]);
        assert_eq!(cut_middle("日本語日本語日本語", 9), "日本…本語");
        for width in 3..20 {
            assert!(width_of(&cut_middle("Größe-日本-🅿\u{fe0f}-👨\u{200d}👩\u{200d}👧-\u{1b}x", width)) <= width, "{width}");
        }
    }

    #[test]
    fn numbers_are_short_and_times_are_local() {
        assert_eq!(number(1_234_567), "1 234 567");
        assert_eq!(
            ["9999", "12.3k", "456k", "1.2M"],
            [9_999, 12_345, 456_789, 1_234_567].map(short_number).each_ref().map(String::as_str)
        );
        for (micros, expected) in [
            (40, "40 µs"),
            (400, "400 µs"),
            (2_345, "2.3 ms"),
            (123_456, "123 ms"),
            (4_230_000, "4.2 s"),
            (180_000_000, "3 min"),
            (7_200_000_000, "2 h"),
        ] {
            assert_eq!(duration(Duration::from_micros(micros)), expected);
        }
        assert_eq!([2_345_678, 62_345_000, 10_862_000_000].map(elapsed), ["2.345", "1:02.345", "3:01:02"]);
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(time_of_day(1_735_689_600_123_456, &zone), "01:00:00.123");
        assert_eq!(time_of_day(-1, &TimeZone::UTC), "23:59:59.999");
        let midnight = 1_735_689_600_000_000;
        assert_eq!(
            [-1, 0].map(|micros| date(midnight + micros, &TimeZone::UTC)),
            ["Tuesday 2024-12-31", "Wednesday 2025-01-01"]
        );
        assert_eq!([-1, 0].map(|micros| day(midnight + micros, &TimeZone::UTC)), [20_088, 20_089]);
        assert_eq!(day(midnight - 1, &zone), 20_089);
        assert_eq!(graph(&[0, 1, 4, 8, 80]), " ▁▁▁█");
        assert_eq!(graph(&[0, 1, 8]), " ▁█");
        assert_eq!(age(9_999_999), ("now".to_owned(), 1));
        assert_eq!(age(25_000_000), ("20 s".to_owned(), 5_000_000));
        assert_eq!(age(130_000_000), ("2 m".to_owned(), 50_000_000));
        assert_eq!([age(7_300_000_000).0, age(200_000_000_000).0], ["2 h", "2 d"]);
        assert_eq!(countdown(4_200_000, 1_000_000), "4 s");
    }
}
