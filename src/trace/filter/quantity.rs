//! Sizes and durations as users type them: `2k`, `1.5s`, `1m30s`; read exactly and printed so that they read the same
//! again. Ours, because what was typed must be printed exactly; `bytesize` and `humantime` round or change the unit.

use std::fmt;

/// Beyond this a decimal fraction is no longer exact.
const LIMIT: f64 = (1_u64 << 53) as f64;

/// Units with their factor, the larger ones first.
type Units = [(&'static str, u64)];

const SIZES: &Units = &[("m", 1 << 20), ("k", 1 << 10), ("", 1)];

/// In microseconds.
const DURATIONS: &Units =
    &[("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

/// A number of bytes: `300`, `2k`, `1.5m`. A `b` at the end is optional.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let (number, rest) = leading_number(text)?;
    scaled(number, rest, SIZES)
}

/// A number of microseconds: `250ms`, `1.5s`, `1m30s`.
pub(super) fn parse_duration(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let mut rest = text.as_str();
    let mut sum = 0_u64;
    loop {
        let (number, behind) = leading_number(rest)?;
        let unit_length = behind.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at(unit_length);
        sum = sum.checked_add(scaled(number, unit, DURATIONS)?)?;
        if sum as f64 > LIMIT {
            return None;
        }
        if next.is_empty() {
            return Some(sum);
        }
        rest = next;
    }
}

fn leading_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    number.starts_with(|first: char| first.is_ascii_digit()).then_some(())?;
    Some((number.parse().ok()?, rest))
}

fn scaled(number: f64, unit: &str, units: &Units) -> Option<u64> {
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    let value = (number * *factor as f64).round();
    (value <= LIMIT).then_some(value as u64)
}

/// Prints in the largest unit that divides.
fn write(f: &mut fmt::Formatter<'_>, value: u64, units: &Units) -> fmt::Result {
    let divides = |factor: u64| value.is_multiple_of(factor) && (value > 0 || factor == 1);
    let (unit, factor) = units.iter().find(|(_, factor)| divides(*factor)).copied().unwrap_or(("", 1));
    write!(f, "{}{unit}", value / factor)
}

/// Prints a size.
pub(super) fn write_size(f: &mut fmt::Formatter<'_>, bytes: u64) -> fmt::Result {
    write(f, bytes, SIZES)
}

/// Prints a duration.
pub(super) fn write_duration(f: &mut fmt::Formatter<'_>, micros: u64) -> fmt::Result {
    write(f, micros, DURATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_are_read_with_units_and_fractions() {
        for (text, bytes) in [("0", 0), ("300", 300), ("2k", 2048), ("2K", 2048), ("1.5kB", 1536), ("1m", 1 << 20)] {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        let durations = [("1s", 1_000_000), ("250ms", 250_000), ("1.5s", 1_500_000), ("1m30s", 90_000_000), ("7us", 7)];
        for (text, micros) in durations {
            assert_eq!(parse_duration(text), Some(micros), "{text}");
        }
        for text in ["", "k", ".5k", "1.2.3k", "2g", "-1", "9999999999999999m", "1e3", "inf"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
        for text in ["", "5", "s", "1s2", "1y", "5 s", "999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
