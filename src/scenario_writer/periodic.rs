//! What comes again and again while nobody does anything: heartbeats and readings. An hour of them says no more than the first.

use serde_json::Value;

use crate::simulator::read_time;
use crate::trace::Direction;

/// The calls that are made by the clock.
const BY_THE_CLOCK: [&str; 2] = ["Heartbeat", "MeterValues"];

/// What was seen of them on one link since the last thing that somebody did, each with the place of its statement.
#[derive(Debug, Default)]
pub(super) struct PeriodicRun(Vec<(String, usize)>);

impl PeriodicRun {
    /// Somebody did something: what comes now is worth seeing again.
    pub fn end(&mut self) {
        self.0.clear();
    }

    /// The place of the statement that says the same.
    pub fn place(&self, shape: &str) -> Option<usize> {
        self.0.iter().find(|(known, _)| known == shape).map(|(_, place)| *place)
    }

    /// Remembers where it is said.
    pub fn remember(&mut self, shape: String, place: usize) {
        self.0.push((shape, place));
    }

    /// The places, to move them when something is put before them.
    pub fn places(&mut self) -> impl Iterator<Item = &mut usize> {
        self.0.iter_mut().map(|(_, place)| place)
    }
}

/// What two of these calls have in common that say the same at different times; `None` for calls of another kind.
pub(super) fn shape(direction: Direction, action: &str, payload: &Value) -> Option<String> {
    BY_THE_CLOCK.contains(&action).then(|| format!("{direction:?} {action} {}", without_readings(payload)))
}

/// The payload without what the clock and the meter say.
fn without_readings(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = |(name, value): (&String, &Value)| {
                let value = if name == "value" && value.is_string() { Value::Null } else { without_readings(value) };
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(kept).collect())
        }
        Value::Array(elements) => Value::Array(elements.iter().map(without_readings).collect()),
        Value::String(text) if read_time(text).is_some() => Value::Null,
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn readings_at_different_times_have_one_shape() {
        let values = |at: &str, value: &str, unit: &str| {
            let sampled = json!([{"timestamp": at, "values": [{"value": value, "unit": unit}]}]);
            shape(Direction::In, "MeterValues", &json!({"connectorId": 1, "values": sampled}))
        };
        let first = values("2026-11-22T09:58:00Z", "17", "Wh");
        assert!(first.is_some());
        assert_eq!(first, values("2026-11-22T09:59:00Z", "18", "Wh"));
        assert_ne!(first, values("2026-11-22T09:59:00Z", "18", "kWh"));
        assert_eq!(shape(Direction::In, "Authorize", &json!({})), None);
    }
}
