//! Texts with a format: dates with time, URIs, decimal numbers, as a strict reader accepts them and as real peers send them. Ours,
//! because `jiff` and the crates for URIs accept or refuse, and here a deviation that every peer understands must be named.

use serde_json::Number;

/// The result of reading a date with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateTime {
    /// Date, time and offset are there (OCPP 1.6 §3.14: ISO 8601).
    Exact,
    /// Readers understand it, but something is missing or unusual; the text is the reason.
    Loose(&'static str),
    /// It is not a date with time.
    Wrong,
}

/// Reads a date with time.
pub(super) fn date_time(text: &str) -> DateTime {
    let Some((date, rest)) = text.as_bytes().split_at_checked(10) else { return DateTime::Wrong };
    if !is_date(date) {
        return DateTime::Wrong;
    }
    let mut loose = None;
    let Some((mark, time)) = rest.split_first() else { return DateTime::Loose("it has no time") };
    match mark {
        b'T' => {}
        b't' | b' ' => loose = Some("date and time are not separated by a T"),
        _ => return DateTime::Wrong,
    }
    let Some((clock, rest)) = time.split_at_checked(5) else { return DateTime::Wrong };
    let (Some(hour), Some(minute)) = (two_digits(clock, 0), two_digits(clock, 3)) else { return DateTime::Wrong };
    if clock[2] != b':' || hour > 24 || minute > 59 {
        return DateTime::Wrong;
    }
    let mut rest = rest;
    match rest.first() {
        Some(b':') => {
            let Some(second) = two_digits(rest, 1) else { return DateTime::Wrong };
            // A 60th second is a leap second, a 24th hour the end of the day.
            if second > 60 || (hour == 24 && (minute > 0 || second > 0)) {
                return DateTime::Wrong;
            }
            rest = &rest[3..];
            if let Some(b'.' | b',') = rest.first() {
                let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return DateTime::Wrong;
                }
                if rest[0] == b',' {
                    loose = loose.or(Some("the fraction is separated by a comma"));
                }
                rest = &rest[1 + digits..];
            }
        }
        _ => loose = loose.or(Some("it has no seconds")),
    }
    match offset(rest) {
        Some(None) => loose.map_or(DateTime::Exact, DateTime::Loose),
        Some(Some(unusual)) => DateTime::Loose(loose.unwrap_or(unusual)),
        None => DateTime::Wrong,
    }
}

/// `Some(None)` is a good offset, `Some(Some(…))` an unusual one.
#[expect(clippy::option_option, reason = "no offset, or one with an optional remark")]
fn offset(text: &[u8]) -> Option<Option<&'static str>> {
    let (sign, digits) = match text {
        [] => return Some(Some("it has no time zone")),
        b"Z" => return Some(None),
        b"z" => return Some(Some("the time zone is a small z")),
        [sign @ (b'+' | b'-'), digits @ ..] => (sign, digits),
        _ => return None,
    };
    let _ = sign;
    let hours = two_digits(digits, 0)?;
    let minutes = match digits.len() {
        2 => 0,
        4 => two_digits(digits, 2)?,
        5 if digits[2] == b':' => two_digits(digits, 3)?,
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(None)
}

fn is_date(date: &[u8]) -> bool {
    let (Some(century), Some(year), Some(month), Some(day)) =
        (two_digits(date, 0), two_digits(date, 2), two_digits(date, 5), two_digits(date, 8))
    else {
        return false;
    };
    let year = century * 100 + year;
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    date[4] == b'-' && date[7] == b'-' && (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn two_digits(text: &[u8], at: usize) -> Option<u32> {
    match text.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0')),
        _ => None,
    }
}

/// Whether a text reads as a URI with its scheme. Characters outside ASCII are accepted, because file names have them.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    let begins = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let scheme = begins && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let forbidden = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
    };
    scheme && !rest.is_empty() && !rest.contains(forbidden)
}

/// The number of fraction digits of a number in decimal form. In binary arithmetic 32.1 would not be a multiple of 0.1.
pub(super) fn fraction_digits(number: &Number) -> u32 {
    if number.is_i64() || number.is_u64() {
        return 0;
    }
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let digits = mantissa.split_once('.').map_or("", |(_, fraction)| fraction).trim_end_matches('0').len();
    let exponent: i64 = exponent.parse().unwrap_or(0);
    u32::try_from(i64::try_from(digits).unwrap_or(i64::MAX).saturating_sub(exponent).max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_stations_send_are_read() {
        for exact in [
            "2013-02-01T15:09:18Z",
            "2024-04-12T14:15:37.427Z",
            "2022-02-02T13:33:27.864437+00:00",
            "2013-02-01T17:09:18+02:00",
            "2013-02-01T17:09:18+0200",
            "2013-02-01T17:09:18-05",
            "2024-02-29T24:00:00Z",
            "2016-12-31T23:59:60Z",
        ] {
            assert_eq!(date_time(exact), DateTime::Exact, "{exact}");
        }
        for loose in [
            "2013-02-01T15:09:18",
            "2013-02-01 15:09:18Z",
            "2013-02-01T15:09Z",
            "2013-02-01",
            "2013-02-01T15:09:18,5Z",
            "2013-02-01t15:09:18z",
        ] {
            assert!(matches!(date_time(loose), DateTime::Loose(_)), "{loose}");
        }
        for wrong in [
            "",
            "now",
            "2022-07-10T3:11:55Z",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-01-01T25:00:00Z",
            "2023-01-01T24:00:01Z",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00+1",
            "2023-01-01T00:00:00Z ",
            "2023-01-01X00:00:00Z",
            "1706000000",
            "2023-01-0ä",
            "äääää",
        ] {
            assert_eq!(date_time(wrong), DateTime::Wrong, "{wrong}");
        }
    }

    #[test]
    fn a_uri_has_a_scheme_and_no_blanks() {
        for good in ["ftp://root:root@axis.gir.foo/tmp", "https://example.com/ä?x=%20#y", "mailto:a@b"] {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["", "tmp", "/tmp/x", "ftp:", ":x", "1ftp://x", "Hoi, ik ben: een eland", "http://a b"] {
            assert!(!is_uri(bad), "{bad}");
        }
    }

    #[test]
    fn fraction_digits_are_counted_as_written() {
        let digits = |text: &str| fraction_digits(&serde_json::from_str::<Number>(text).unwrap());
        assert_eq!([digits("32"), digits("32.0"), digits("32.1"), digits("0.3"), digits("32.15")], [0, 0, 1, 1, 2]);
        assert_eq!(
            [digits("1e3"), digits("1e300"), digits("1e-7"), digits("-16.5"), digits("12345678901234567890")],
            [0, 0, 7, 1, 0]
        );
    }
}
