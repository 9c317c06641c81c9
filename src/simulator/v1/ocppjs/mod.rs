//! The fixed payloads and answers of GIR ocppjs 1.0.2, so that software written for it receives the same messages. The
//! data is in `payloads.json`; the lookup is here.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Moment;
use crate::ocpp::{MeterMapping, Version};
use crate::simulator::payload::written_time;

/// The payloads of one version.
#[derive(Debug, Default, Deserialize)]
struct Payloads {
    requests: HashMap<String, Value>,
    #[serde(default)]
    results: HashMap<String, Value>,
}

/// Empty when the data cannot be read; a test reads it.
static PAYLOADS: LazyLock<HashMap<String, Payloads>> =
    LazyLock::new(|| serde_json::from_str(include_str!("payloads.json")).unwrap_or_default());

/// The payload of a call. Both roles send the same `DataTransfer`, and no other action is sent by both. `None` when
/// ocppjs does not have the version or the action.
pub fn request(version: Version, mapping: MeterMapping, action: &str) -> Option<Value> {
    let of = |name: &str| PAYLOADS.get(name)?.requests.get(action).cloned();
    // ocppjs has other examples, not only another form, when the attributes stand beside the values.
    let beside = match (version, mapping) {
        (Version::V1_5, MeterMapping::AttributesBeside) => of("1.5 with @value"),
        _ => None,
    };
    beside.or_else(|| of(version.number()))
}

/// The result of a call, independent of its payload.
pub fn result(version: Version, action: &str, now: Moment) -> Option<Value> {
    match (version, action) {
        // The only answer of ocppjs with the current time.
        (Version::V1_2, "Heartbeat") => Some(json!({ "currentTime": written_time(now.wall) })),
        _ => PAYLOADS.get(version.number())?.results.get(action).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::ocpp::Catalog;

    fn now() -> Moment {
        Moment { wall: "2030-01-31T12:00:00.5Z".parse().unwrap(), monotonic: Instant::now() }
    }

    #[test]
    fn there_is_a_valid_payload_and_result_for_every_action_of_1_2_and_1_5() {
        let catalog = Catalog::embedded();
        for definition in [Version::V1_2, Version::V1_5].iter().flat_map(|version| catalog.actions(*version)) {
            let version = definition.version;
            for (message, payload) in [
                (&definition.request, request(version, MeterMapping::Flattened, &definition.name)),
                (&definition.response, result(version, &definition.name, now())),
            ] {
                let payload = payload.unwrap_or_else(|| panic!("{version} {}", message.name));
                assert_eq!(message.check(&payload, version), [], "{version} {}", message.name);
            }
        }
        assert_eq!(request(Version::V1_6, MeterMapping::Flattened, "Heartbeat"), None);
        assert_eq!(result(Version::V1_6, "Heartbeat", now()), None);
    }

    #[test]
    fn only_the_heartbeat_of_1_2_has_the_current_time() {
        assert_eq!(result(Version::V1_2, "Heartbeat", now()), Some(json!({ "currentTime": "2030-01-31T12:00:00.500Z" })));
        assert_eq!(result(Version::V1_5, "Heartbeat", now()), Some(json!({ "currentTime": "2013-02-01T15:09:18Z" })));
        let stopped = result(Version::V1_5, "StopTransaction", now()).unwrap();
        assert_eq!(stopped["idTagInfo"]["status"], "Expired");
    }
}
