//! Values of identifiers that the session has seen, to be offered again.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::now;
use crate::compose::{KnownValues, KnownVariable, TemplateValues};
use crate::trace::decode::payload_value;
use crate::trace::device_model::SeenModel;
use crate::trace::{Contents, RecordKind, StationKey};

/// How many of the newest records are searched for values that may be written again.
const SEARCHED: u64 = 400;
/// Longer frames are not searched: what is worth repeating is in the short ones.
const LONGEST: usize = 4096;
/// The fields whose values are worth repeating.
const WORTH_REPEATING: [&str; 10] = [
    "idTag",
    "transactionId",
    "connectorId",
    "reservationId",
    "parentIdTag",
    "chargingProfileId",
    "evseId",
    "idToken",
    "remoteStartId",
    "requestId",
];
/// The objects that are worth repeating as a whole.
const WHOLE: [&str; 3] = ["idToken", "groupIdToken", "evse"];

/// Values of identifiers that were seen lately, of one station or of all.
pub fn known_values(contents: &Contents, station: Option<StationKey>) -> KnownValues {
    let mut known = KnownValues::default();
    known.set_now(now().wall.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let records = contents.records();
    let range = records.range();
    let newest = range.end.saturating_sub(SEARCHED)..range.end;
    for record in records.iter(newest) {
        let is_frame = matches!(record.kind, RecordKind::Frame(..)) && record.text.len() <= LONGEST;
        if is_frame && (station.is_none() || record.station == station) {
            // What cannot be parsed has nothing to repeat.
            payload_value(&record).iter().for_each(|payload| collect(payload, &mut known));
        }
    }
    known
}

/// The variables of a device model, for completion.
pub fn known_variables(model: &SeenModel) -> Vec<KnownVariable> {
    let all = model.components().iter().flat_map(|(component, variables)| variables.iter().map(move |it| (component, it)));
    let owned = |text: &Option<Box<str>>| text.as_ref().map(ToString::to_string);
    let known = all.map(|(component, (key, variable))| KnownVariable {
        component: component.name.to_string(),
        component_instance: owned(&component.instance),
        evse: component.evse,
        connector: component.connector,
        variable: key.name.to_string(),
        variable_instance: owned(&key.instance),
        value: variable.actual().map(str::to_owned),
        values: variable.listed().into_iter().map(str::to_owned).collect(),
    });
    known.collect()
}

/// What the variables of a text stand for in a call to a station.
pub fn template_values(contents: &Contents, station: StationKey, now: Timestamp, number: u64) -> TemplateValues {
    let known = known_values(contents, Some(station));
    let newest = |fields: &[&str]| {
        let mut values = fields.iter().flat_map(|field| known.of(field)).filter(|value| !value.is_object());
        let value = values.next()?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let half = |part: u8| {
        let mut hasher = DefaultHasher::new();
        (part, station.0, now.as_nanosecond(), number).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    TemplateValues {
        station: contents.stations().get(station).map_or_else(String::new, |row| row.identity.to_string()),
        now: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        transaction: newest(&["transactionId"]),
        tag: newest(&["idTag", "idToken"]),
        connector: newest(&["connectorId"]),
        evse: newest(&["evseId"]).or_else(|| Some(known.of("evse").first()?.get("id")?.to_string())),
        uuid: uuid::Builder::from_random_bytes(((half(0) << 64) | half(1)).to_be_bytes()).into_uuid().to_string(),
        number,
    }
}

fn collect(value: &Value, known: &mut KnownValues) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, known)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_worth = match value {
                    Value::Object(_) => WHOLE.contains(&name.as_str()),
                    Value::Array(_) | Value::Null => false,
                    _ => WORTH_REPEATING.contains(&name.as_str()),
                };
                if is_worth {
                    known.add(name, value.clone());
                }
                collect(value, known);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{Role, Transport, Version};
    use crate::trace::test_exchanges::Exchanges;
    use crate::trace::{ConnectionAttempt, Direction, Event, EventKind, Frame, FrameContent, FrameKind, FrameText, Stamp};

    #[test]
    fn identifiers_that_were_seen_are_offered_newest_first() {
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP1");
        for (kind, text) in [
            (FrameKind::Call, r#"[2,"1","StartTransaction",{"connectorId":2,"idTag":"A"}]"#),
            (FrameKind::Result, r#"[3,"1",{"transactionId":7,"idTagInfo":{"parentIdTag":"P"}}]"#),
            (FrameKind::Call, r#"[2,"2","Authorize",{"idTag":"B"}]"#),
            (FrameKind::Malformed, "not json"),
        ] {
            let frame = Frame {
                direction: Direction::In,
                kind,
                action: None,
                text: FrameText::from(text),
                content: None,
                exchange: None,
                code: None,
                findings: Vec::new(),
                remark: None,
                origin: None,
            };
            let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
            contents.apply(&Event { station: Some(station), stamp, kind: EventKind::Frame(frame) }, &mut String::new());
        }
        let known = known_values(&contents, Some(station));
        assert_eq!(known.of("idTag"), ["B", "A"]);
        assert_eq!(known.of("transactionId"), [Value::from(7)]);
        assert_eq!(known.of("parentIdTag"), ["P"]);
        assert!(known_values(&contents, Some(StationKey(9))).of("idTag").is_empty());
    }

    #[test]
    fn tokens_and_evses_are_offered_as_texts_and_as_objects() {
        let mut trace = Exchanges::new();
        let started = r#"{"eventType":"Started","evse":{"id":2,"connectorId":1},"idToken":{"idToken":"A","type":"Central"},
            "transactionInfo":{"transactionId":"t-1"}}"#;
        trace.exchange("CP1", "TransactionEvent", started, "{}");
        let station = StationKey(0);
        let known = known_values(&trace.contents, Some(station));
        assert_eq!(known.of("idToken"), [Value::from("A"), serde_json::json!({"idToken": "A", "type": "Central"})]);
        assert_eq!(known.of("evse"), [serde_json::json!({"id": 2, "connectorId": 1})]);
        let values = template_values(&trace.contents, station, Timestamp::UNIX_EPOCH, 1);
        assert_eq!((values.transaction.as_deref(), values.tag.as_deref()), (Some("t-1"), Some("A")));
        assert_eq!((values.evse.as_deref(), values.connector.as_deref()), (Some("2"), Some("1")));
    }

    #[test]
    fn identifiers_in_envelopes_are_offered_too() {
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP1");
        let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
        let connected = EventKind::Connected { link: 1, version: Version::V1_5, transport: Transport::Soap, peer, handshake };
        let text = r#"<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns="urn://Ocpp/Cs/2012/06/"><S:Body><authorizeRequest><idTag>A</idTag></authorizeRequest></S:Body></S:Envelope>"#;
        let frame = Frame {
            direction: Direction::In,
            kind: FrameKind::Call,
            action: None,
            content: FrameContent::in_text(text),
            text: FrameText::from(text),
            exchange: None,
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        };
        for kind in [connected, EventKind::Frame(frame)] {
            let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
            contents.apply(&Event { station: Some(station), stamp, kind }, &mut String::new());
        }
        assert_eq!(known_values(&contents, Some(station)).of("idTag"), ["A"]);
    }
}
