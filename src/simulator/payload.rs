//! Functions that read and write payloads, used by both ends. The payload of a certain message is written where the
//! message is made.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::behaviour::Answer;
use crate::ocpp::ErrorCode;

/// Writes a time for a message: `2024-05-01T12:00:00.000Z`. Always UTC and always with milliseconds, because some
/// central systems fail on offsets and on fractions of varying length.
pub(super) fn written_time(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Reads a time. A time without an offset counts as UTC, as most central systems mean it.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    let without_offset = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(|| Some(without_offset()?.timestamp()))
}

/// The text in a field.
pub(super) fn text<'a>(payload: &'a Value, field: &str) -> Option<&'a str> {
    payload.get(field)?.as_str()
}

/// The whole number in a field; OCPP 1.x has only 32 bits.
pub(super) fn integer(payload: &Value, field: &str) -> Option<i32> {
    i32::try_from(payload.get(field)?.as_i64()?).ok()
}

/// The number in a field.
pub(super) fn number(payload: &Value, field: &str) -> Option<f64> {
    payload.get(field)?.as_f64()
}

/// The time in a field.
pub(super) fn time(payload: &Value, field: &str) -> Option<Timestamp> {
    read_time(text(payload, field)?)
}

/// The elements of a list; empty when the field is missing.
pub(super) fn list<'a>(payload: &'a Value, field: &str) -> &'a [Value] {
    payload.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The duration between two times; zero when the second one is not later.
pub(super) fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// Adds seconds to a time; returns the latest possible time on overflow.
pub(super) fn seconds_later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// An answer with only a status, the most frequent answer of OCPP 1.x.
pub(super) fn status(status: &str) -> Answer {
    Answer::result(json!({ "status": status }))
}

/// An answer without any field.
pub(super) fn empty() -> Answer {
    Answer::result(json!({}))
}

/// The error for an action that the simulator does not support (OCPP-J 1.6 §4.2.3).
pub(super) fn not_supported(action: &str) -> Answer {
    Answer::Error { code: ErrorCode::NotSupported, description: format!("{action} is not supported by this simulator.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_milliseconds_and_read_in_the_forms_of_the_field() {
        let time: Timestamp = "2013-02-01T15:09:18Z".parse().unwrap();
        assert_eq!(written_time(time), "2013-02-01T15:09:18.000Z");
        for text in ["2013-02-01T15:09:18Z", "2013-02-01T16:09:18.000+01:00", "2013-02-01T15:09:18"] {
            assert_eq!(read_time(text), Some(time), "{text}");
        }
        assert_eq!(read_time("yesterday"), None);
    }

    #[test]
    fn a_past_time_gives_no_span_and_times_do_not_overflow() {
        let time: Timestamp = "2013-02-01T15:09:18Z".parse().unwrap();
        assert_eq!(span(time, seconds_later(time, 5)), Duration::from_secs(5));
        assert_eq!(span(seconds_later(time, 5), time), Duration::ZERO);
        assert_eq!(seconds_later(time, i64::MAX), Timestamp::MAX);
    }
}
