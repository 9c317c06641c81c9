//! Quantities of charging, rounded to what one reads at a glance: `7.2 kW`, `1.38 kWh`, `32 A`, `1:02:03`. Tables, charts and reports take
//! them from here; the line about one message, which keeps the digits that were sent, has the same units from the same place.

use std::borrow::Cow;

use super::summary::quantity::with_unit;
use super::summary::writer::ends_of;

/// An identifier, such as that of a transaction, in nine columns; of a longer one both ends, because those of one station may begin or end
/// alike.
pub fn short_id(id: &str) -> Cow<'_, str> {
    ends_of(id, 9)
}

/// A power in watts: `950 W`, `7.2 kW`, `11 kW`.
pub fn power(watts: f64) -> String {
    rounded(watts, if watts.abs() < 1e3 { 1.0 } else { 100.0 }, "W")
}

/// An energy in watt-hours: `80 Wh`, `1.38 kWh`, `42.5 kWh`.
pub fn energy(watt_hours: f64) -> String {
    let step = match watt_hours.abs() {
        0.0..1e3 => 1.0,
        1e3..1e4 => 10.0,
        _ => 100.0,
    };
    rounded(watt_hours, step, "Wh")
}

/// A current in amperes: `32 A`, `15.7 A`.
pub fn current(amperes: f64) -> String {
    rounded(amperes, 0.1, "A")
}

/// A part of a whole: `80 %`.
pub fn percent(part: f64) -> String {
    rounded(part, 0.1, "Percent")
}

/// A temperature in degrees Celsius: `31.5 °C`.
pub fn temperature(celsius: f64) -> String {
    rounded(celsius, 0.1, "Celsius")
}

fn rounded(value: f64, step: f64, unit: &str) -> String {
    with_unit(&((value / step).round() * step).to_string(), unit)
}

/// A short time in microseconds, three digits of it: `40 µs`, `2.3 ms`, `4.2 s`.
pub fn micros(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{:.1} ms", micros as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..100_000_000 => format!("{:.1} s", micros as f64 / 1e6),
        100_000_000..6_000_000_000 => format!("{} min", micros / 60_000_000),
        _ => format!("{} h", micros / 3_600_000_000),
    }
}

/// A number of bytes: `980 B`, `12.3 kB`, `4.5 MB`.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// A running time in seconds: `4:05`, `1:02:03`.
pub fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_station_differ_when_they_are_short() {
        assert_eq!(
            ["33", "196052128", "1960521282", "1960521283"].map(short_id),
            ["33", "196052128", "1960…1282", "1960…1283"]
        );
    }

    #[test]
    fn quantities_are_short() {
        for (shown, expected) in [
            (power(0.0), "0 W"),
            (power(949.7), "950 W"),
            (power(7_200.0), "7.2 kW"),
            (power(11_000.0), "11 kW"),
            (power(-2_345.0), "-2.3 kW"),
            (energy(80.0), "80 Wh"),
            (energy(1_380.0), "1.38 kWh"),
            (energy(42_460.0), "42.5 kWh"),
            (energy(-0.2), "0 Wh"),
            (current(32.0), "32 A"),
            (current(15.66), "15.7 A"),
            (percent(80.0), "80 %"),
            (temperature(31.5), "31.5 °C"),
            (bytes(980), "980 B"),
            (bytes(12_345), "12.3 kB"),
            (micros(40), "40 µs"),
            (micros(2_345), "2.3 ms"),
            (clock(65), "1:05"),
            (clock(3_723), "1:02:03"),
        ] {
            assert_eq!(shown, expected);
        }
    }
}
