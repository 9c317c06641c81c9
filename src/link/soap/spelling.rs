//! Numbers in envelopes as the user typed them. In XML every value is a text, so a number whose value prints in another way than it was
//! typed is put in as the typed text. The typed text itself is kept by [`OutgoingPayload`]; envelopes are written in `rpc`.

use std::borrow::Cow;

use serde_json::Value;

use crate::compose::SpanMap;
use crate::rpc::OutgoingPayload;

/// The value of a payload, in which typed numbers such as `1.10` and `1e2` are texts.
pub(in crate::link) fn with_typed_numbers(payload: &OutgoingPayload) -> Cow<'_, Value> {
    let value = payload.value();
    let Some(text) = payload.typed_text().filter(|_| has_fractions(value)) else { return Cow::Borrowed(value) };
    let mut spelled = value.clone();
    put_in(&mut spelled, &mut String::new(), text, &SpanMap::of(text));
    Cow::Owned(spelled)
}

/// Whether there are numbers that may be typed in several ways: all but whole ones, and whole ones beyond 64 bits.
fn has_fractions(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fractions),
        Value::Object(members) => members.values().any(has_fractions),
        _ => false,
    }
}

fn put_in(value: &mut Value, pointer: &mut String, text: &str, spans: &SpanMap) {
    let length = pointer.len();
    let mut at = |step: &str, inner: &mut Value| {
        pointer.push('/');
        pointer.push_str(step);
        put_in(inner, pointer, text, spans);
        pointer.truncate(length);
    };
    match value {
        Value::Array(items) => items.iter_mut().enumerate().for_each(|(place, inner)| at(&place.to_string(), inner)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, inner)| at(&name.replace('~', "~0").replace('/', "~1"), inner));
        }
        Value::Number(number) if number.is_f64() => {
            if let Some(typed) = spans.get(pointer).and_then(|span| text.get(span.value.clone())) {
                *value = Value::from(typed);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ocpp::{Catalog, Role, Version};
    use crate::rpc::soap::{self, RequestHeaders};

    #[test]
    fn an_envelope_has_the_typed_numbers() {
        let schedule = r#"{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16.10}]}"#;
        let payload =
            OutgoingPayload::parse(&format!(r#"{{"connectorId":1,"csChargingProfiles":{{"chargingSchedule":{schedule}}}}}"#));
        let payload = payload.unwrap();
        let headers =
            RequestHeaders { identity: "CP1".into(), to: "http://h/".into(), from: None, message_id: None, reply_to: None };
        let action = "SetChargingProfile";
        let written = |value: &Value| {
            soap::write_request(&Catalog::embedded(), Version::V1_6, Role::CentralSystem, action, value, &headers)
        };
        assert!(written(&with_typed_numbers(&payload)).contains(">16.10</"));
        assert!(written(payload.value()).contains(">16.1</"), "the value has lost it");
    }

    #[test]
    fn typed_numbers_are_texts_and_others_stay() {
        let payload = OutgoingPayload::parse(r#"{"a":[1.10,2,{"b/c":1e2}],"d":12345678901234567890123,"e":"1.10"}"#).unwrap();
        let wanted = json!({"a": ["1.10", 2, {"b/c": "1e2"}], "d": "12345678901234567890123", "e": "1.10"});
        assert_eq!(*with_typed_numbers(&payload), wanted);
        for plain in [OutgoingPayload::parse(r#"{"a":1}"#).unwrap(), json!({"a": 1.5}).into()] {
            assert!(matches!(with_typed_numbers(&plain), Cow::Borrowed(_)), "{plain}");
        }
    }
}
