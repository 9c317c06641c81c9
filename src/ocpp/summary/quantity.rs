//! Numbers with units, durations and times in the short form of a summary. What is no number or no time is returned as it is.

use std::borrow::Cow;

/// From here on a number is shown as it was sent: its digits would not fit.
const LARGEST: f64 = 1e12;

/// A number with its unit, of a thousand and more in the next unit, without zeros at the end: `1.38 kWh`.
pub(in crate::ocpp) fn with_unit(number: &str, unit: &str) -> String {
    let name = match unit {
        "Celsius" | "Celcius" => "°C",
        "Fahrenheit" => "°F",
        "Percent" => "%",
        "Amp" => "A",
        "Volt" => "V",
        other => other,
    };
    let (digits, thousands) = scaled(number, matches!(unit, "W" | "Wh" | "VA" | "var" | "varh"));
    let unit = format!("{}{name}", if thousands { "k" } else { "" });
    if unit.is_empty() { digits } else { format!("{digits} {unit}") }
}

/// A number times a power of ten.
pub(super) fn times_ten_to(number: Cow<'_, str>, exponent: i64) -> Cow<'_, str> {
    let exponent = i32::try_from(exponent).unwrap_or(i32::MAX);
    // The exponent of a decimal number keeps its digits, where a multiplication may not.
    match format!("{}e{exponent}", number.trim()).parse::<f64>() {
        Ok(value) if value.abs() < LARGEST => value.to_string().into(),
        _ => number,
    }
}

/// Several numbers of one unit: `16/16/15 A`.
pub(super) fn several_with_unit(numbers: &[&str], unit: &str) -> String {
    let Some((first, rest)) = numbers.split_first() else { return String::new() };
    let mut text = String::new();
    for number in rest.iter().rev().skip(1).rev() {
        text.push('/');
        text.push_str(&plain(number));
    }
    match rest.last() {
        None => with_unit(first, unit),
        // The unit of the last would be wrong for the others if it were scaled.
        Some(last) => {
            let name = with_unit("0", unit);
            format!("{}{text}/{}{}", plain(first), plain(last), name.strip_prefix('0').unwrap_or_default())
        }
    }
}

/// A range with its unit, in the unit of the upper end: `3.5–11 kW`.
pub(super) fn range(least: f64, most: f64, unit: &str) -> String {
    let upper = with_unit(&most.to_string(), unit);
    if least == most {
        return upper;
    }
    let divisor = if scaled(&most.to_string(), unit == "W").1 { 1_000.0 } else { 1.0 };
    format!("{}–{upper}", plain(&(least / divisor).to_string()))
}

fn plain(number: &str) -> String {
    scaled(number, false).0
}

/// The digits of a number, and whether it was divided by a thousand.
fn scaled(number: &str, may_scale: bool) -> (String, bool) {
    match number.trim().parse::<f64>() {
        Ok(value) if value.abs() < LARGEST => {
            let thousands = may_scale && value.abs() >= 1_000.0;
            let text = format!("{:.3}", if thousands { value / 1_000.0 } else { value });
            let text = text.trim_end_matches('0').trim_end_matches('.');
            (if text == "-0" { "0" } else { text }.to_owned(), thousands)
        }
        _ => (number.to_owned(), false),
    }
}

/// Seconds, whole hours as such: `300 s`, `24 h`.
pub(super) fn seconds(number: &str) -> String {
    match number.parse::<u64>() {
        Ok(seconds) if seconds >= 3_600 && seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ => format!("{number} s"),
    }
}

/// The time of day of a time of RFC 3339, without fractions of a second.
pub(super) fn clock(time: &str) -> String {
    parts(time).map_or_else(|| time.to_owned(), |(_, clock, zone)| format!("{clock}{zone}"))
}

/// Date and time of day of a time of RFC 3339, without seconds that are zero.
pub(super) fn date(time: &str) -> String {
    let shown = |(date, clock, zone): (&str, &str, &str)| {
        let short = clock.strip_suffix(":00").filter(|short| short.len() == 5);
        format!("{date} {}{zone}", short.unwrap_or(clock))
    };
    parts(time).map_or_else(|| time.to_owned(), shown)
}

/// Date, time of day and zone.
fn parts(time: &str) -> Option<(&str, &str, &str)> {
    let (date, rest) = time.split_once(['T', 't', ' '])?;
    let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let end = rest.find(|character: char| !character.is_ascii_digit() && character != ':').unwrap_or(rest.len());
    let (clock, rest) = rest.split_at(end);
    let zone = rest.strip_prefix(['.', ',']).map_or(rest, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
    let is_zone = zone.is_empty() || zone.eq_ignore_ascii_case("z") || (zone.starts_with(['+', '-']) && zone.len() <= 6);
    (is_date && is_zone && clock.len() >= 5).then_some((date, clock, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_grow_with_their_numbers() {
        for (number, unit, expected) in [
            ("999", "Wh", "999 Wh"),
            ("1380", "Wh", "1.38 kWh"),
            ("1234567", "Wh", "1234.567 kWh"),
            ("7200.0", "W", "7.2 kW"),
            ("-7200", "W", "-7.2 kW"),
            ("7.2", "kW", "7.2 kW"),
            ("-0.0", "A", "0 A"),
            ("32", "Amp", "32 A"),
            ("41", "Celcius", "41 °C"),
            ("1e300", "Wh", "1e300 Wh"),
            ("NaN", "Wh", "NaN Wh"),
            ("many", "Wh", "many Wh"),
            ("5", "", "5"),
        ] {
            assert_eq!(with_unit(number, unit), expected);
        }
        assert_eq!(several_with_unit(&["16.0", "16", "15.5"], "A"), "16/16/15.5 A");
        assert_eq!(several_with_unit(&["1600", "x"], "W"), "1600/x W");
        assert_eq!(several_with_unit(&["1600"], "W"), "1.6 kW");
        assert_eq!(several_with_unit(&[], "W"), "");
        assert_eq!(range(3_500.0, 11_000.0, "W"), "3.5–11 kW");
        assert_eq!(range(6.0, 32.0, "A"), "6–32 A");
        assert_eq!(range(6.0, 6.0, "A"), "6 A");
    }

    #[test]
    fn times_are_short_and_what_is_none_stays() {
        for (time, of_day, whole) in [
            ("2030-01-31T12:00:00.000Z", "12:00:00Z", "2030-01-31 12:00Z"),
            ("2030-01-31T12:00:05+01:00", "12:00:05+01:00", "2030-01-31 12:00:05+01:00"),
            ("2030-01-31T12:00:05", "12:00:05", "2030-01-31 12:00:05"),
            ("soon", "soon", "soon"),
            ("2030-01-31Tänd", "2030-01-31Tänd", "2030-01-31Tänd"),
            ("", "", ""),
        ] {
            assert_eq!((clock(time), date(time)), (of_day.to_owned(), whole.to_owned()));
        }
        assert_eq!(["300", "86400", "5400", "-1"].map(seconds), ["300 s", "24 h", "5400 s", "-1 s"]);
    }
}
