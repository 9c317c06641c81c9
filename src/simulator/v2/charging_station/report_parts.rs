//! Reports that leave in several messages: each part has its number, and all but the last say that another one follows (OCPP 2.0.1 part 2,
//! B07, N02).

use serde_json::{Value, json};

use super::ChargingStation;
use super::registration::RegistrationState;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::simulator::payload::written_time;

/// The most elements of a part. A part of the largest elements stays below 64 KiB.
const PART_SIZE: usize = 50;

/// The payloads of a report with these elements in a field. A report without elements is one part without the field.
pub(super) fn report_parts(field: &str, elements: Vec<Value>, request: &Value, now: Moment) -> Vec<Value> {
    let last = elements.len().div_ceil(PART_SIZE).max(1) - 1;
    let mut elements = elements.into_iter();
    let part = |number: usize| {
        let taken: Vec<Value> = elements.by_ref().take(PART_SIZE).collect();
        let mut part = json!({ "requestId": request, "generatedAt": written_time(now.wall), "seqNo": number });
        if !taken.is_empty() {
            part[field] = taken.into();
        }
        if number < last {
            part["tbc"] = true.into();
        }
        part
    };
    (0..=last).map(part).collect()
}

impl ChargingStation {
    /// Sends what the CSMS has asked for. That is allowed while the registration is pending, too (OCPP 2.0.1 part 2, B02).
    pub(super) fn send_requested(&self, action: &str, payloads: Vec<Value>, out: &mut Outbox) {
        let registered = matches!(self.registration, RegistrationState::Accepted | RegistrationState::Pending);
        if self.settings.autonomous && self.online && registered {
            payloads.into_iter().for_each(|payload| out.call(action, payload));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_parts_of_a_report_together_are_the_whole(count in 0_usize..260) {
            let now = Moment { wall: "2024-05-01T12:00:00Z".parse().unwrap(), monotonic: Instant::now() };
            let elements: Vec<Value> = (0..count).map(Value::from).collect();
            let parts = report_parts("data", elements.clone(), &json!(7), now);
            let joined: Vec<Value> = parts.iter().flat_map(|part| part["data"].as_array().cloned().unwrap_or_default()).collect();
            prop_assert_eq!(joined, elements);
            for (number, part) in parts.iter().enumerate() {
                prop_assert_eq!(&part["seqNo"], &json!(number));
                prop_assert_eq!(part["tbc"] == true, number + 1 < parts.len());
                prop_assert_eq!(&part["requestId"], &json!(7));
                prop_assert!(part.get("data").is_none_or(|data| !data.as_array().unwrap().is_empty()));
            }
        }
    }
}
