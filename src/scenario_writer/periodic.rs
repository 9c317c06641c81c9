//! Periodic calls: heartbeats and readings. Repetitions between two steps are counted and not written, because they add
//! no information to a scenario.

use serde_json::Value;

use crate::simulator::read_time;
use crate::trace::Direction;

/// The actions of periodic calls.
const PERIODIC: [&str; 2] = ["Heartbeat", "MeterValues"];

/// The periodic calls on one link since the last step, each with the place of its statement.
#[derive(Debug, Default)]
pub(super) struct PeriodicRun(Vec<(String, usize)>);

impl PeriodicRun {
    /// Forgets all calls, after a step: the next call of each kind is written again.
    pub fn end(&mut self) {
        self.0.clear();
    }

    /// The place of the statement with this shape.
    pub fn place(&self, shape: &str) -> Option<usize> {
        self.0.iter().find(|(known, _)| known == shape).map(|(_, place)| *place)
    }

    /// Stores the place of the statement with this shape.
    pub fn remember(&mut self, shape: String, place: usize) {
        self.0.push((shape, place));
    }

    /// The stored places, to move them after an insertion.
    pub fn places(&mut self) -> impl Iterator<Item = &mut usize> {
        self.0.iter_mut().map(|(_, place)| place)
    }
}

/// The text by which repetitions of a periodic call are equal; `None` for other calls.
pub(super) fn shape(direction: Direction, action: &str, payload: &Value) -> Option<String> {
    PERIODIC.contains(&action).then(|| format!("{direction:?} {action} {}", without_readings(payload)))
}

/// The payload without times and meter values.
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
