//! Durations as they are typed: `2s`, `500ms`, `1m 30s`, or a number of seconds. `jiff` reads them; the bare number and the limit are
//! ours. The printer is ours too: `jiff` and `humantime` print several units where one keeps commands short.

use std::time::Duration;

/// A longer wait is taken for a typing error.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a duration of at most a day.
pub fn parse(text: &str) -> Option<Duration> {
    let length = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(u64::from(seconds)),
        Err(_) => Duration::try_from(text.parse::<jiff::SignedDuration>().ok()?).ok()?,
    };
    (length <= LONGEST).then_some(length)
}

/// Writes a duration so that [`parse`] reads it back.
pub fn print(length: Duration) -> String {
    if length.subsec_nanos() == 0 {
        format!("{}s", length.as_secs())
    } else if length.subsec_nanos().is_multiple_of(1_000_000) {
        format!("{}ms", length.as_millis())
    } else {
        format!("{}ns", length.as_nanos())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, millis) in [("2s", 2000), ("500ms", 500), ("1m30s", 90_000), ("1.5s", 1500), ("3", 3000), ("0", 0)] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "-1", "-2s", "x", "2 parsecs", "25h", "99999999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn printed_durations_are_read_back(nanos in 0..86_400_000_000_000_u64) {
            for length in [nanos, nanos / 1_000_000 * 1_000_000, nanos / 1_000_000_000 * 1_000_000_000].map(Duration::from_nanos) {
                prop_assert_eq!(parse(&print(length)), Some(length));
            }
        }
    }
}
