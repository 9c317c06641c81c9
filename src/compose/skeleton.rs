//! The required fields of a message as text to be filled in. Complete payloads are the catalog's samples; a skeleton leaves
//! open what only the user knows.

use serde_json::{Map, Value, json};

use super::known::KnownValues;
use crate::ocpp::{FieldDefinition, FieldKind, NumberRange};

/// The required fields with placeholders: the first value of an enumeration, the last known value, an empty text, zero.
pub fn skeleton(fields: &[FieldDefinition], known: &KnownValues) -> Map<String, Value> {
    fields.iter().filter(|field| field.required).map(|field| (field.name.clone(), field_skeleton(field, known))).collect()
}

/// The placeholder of one field, a list with its least number of elements.
pub(super) fn field_skeleton(field: &FieldDefinition, known: &KnownValues) -> Value {
    match field.repeated {
        // A list that may be empty gets one element, because an empty one is rarely useful.
        Some(least) => Value::Array((0..least.clamp(1, 8)).map(|_| element_skeleton(field, known)).collect()),
        None => element_skeleton(field, known),
    }
}

/// The placeholder of one field, of a repeated one that of an element.
pub(super) fn element_skeleton(field: &FieldDefinition, known: &KnownValues) -> Value {
    if let Some(value) = known.fitting(field).next() {
        return value.clone();
    }
    match &field.kind {
        FieldKind::Text { .. } | FieldKind::Uri | FieldKind::Any => json!(""),
        FieldKind::Enumeration(values) => json!(values.first().map_or("", String::as_str)),
        FieldKind::Integer(range) | FieldKind::Decimal { range, .. } => least_number(*range),
        FieldKind::Boolean => json!(false),
        FieldKind::DateTime => json!(known.now().unwrap_or_default()),
        FieldKind::Object(fields) | FieldKind::Map(fields) => Value::Object(skeleton(fields, known)),
    }
}

/// Zero, or what is closest to it in the range.
fn least_number(range: NumberRange) -> Value {
    let number = range.closest(0.0);
    if number == 0.0 { json!(0) } else { json!(number) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::test_session::{authorize_response, meter_values, reset, start_transaction};

    #[test]
    fn only_required_fields_are_there() {
        let known = KnownValues::default();
        assert_eq!(Value::Object(skeleton(&reset().fields, &known)), json!({"type": "Hard"}));
        assert_eq!(Value::Object(skeleton(&authorize_response().fields, &known)), json!({"idTagInfo": {"status": "Accepted"}}));
        assert_eq!(field_skeleton(&meter_values().fields[2], &known), json!([{"timestamp": "", "value": [""]}]));
    }

    #[test]
    fn known_values_and_the_time_fill_it() {
        let mut known = KnownValues::default();
        known.add("idTag", "B4F62CEF");
        known.set_now("2024-05-01T12:00:00Z");
        assert_eq!(
            Value::Object(skeleton(&start_transaction().fields, &known)),
            json!({"connectorId": 0, "idTag": "B4F62CEF", "timestamp": "2024-05-01T12:00:00Z", "meterStart": 0})
        );
    }
}
