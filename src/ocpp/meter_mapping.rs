//! How meter values of OCPP 1.5 are written in JSON, in one of two mappings of the XML attributes. The reader, which accepts all forms
//! that are in use, is in `meter_forms`.

use serde_json::{Map, Value, json};

use super::message::{FieldDefinition, MessageDefinition, XmlForm};
use super::meter_forms::{ATTRIBUTES, has_readings, readings};

/// A way to write readings with attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MeterMapping {
    /// `"values": [{"value": "1", "unit": "Wh"}]`, the form of the catalog.
    #[default]
    Flattened,
    /// `"value": ["1"], "@value": [{"unit": "Wh"}]`, which ocppjs wrote before 1.0.1 and writes with `--with-attr-at`.
    AttributesBeside,
}

impl MeterMapping {
    /// A payload in this mapping, made from one in the form of the catalog. Messages without such readings stay as they are.
    pub fn write(self, mut payload: Value, message: &MessageDefinition) -> Value {
        if self == MeterMapping::AttributesBeside && has_readings(&message.fields) {
            rewrite(&mut payload, &message.fields);
        }
        payload
    }

    /// One timestamp with its readings, each an object with its `value`.
    pub fn entry(self, timestamp: &str, readings: Vec<Value>) -> Value {
        match self {
            MeterMapping::Flattened => json!({ "timestamp": timestamp, "values": readings }),
            MeterMapping::AttributesBeside => {
                let (texts, attributes) = taken_apart(readings, "value");
                json!({ "timestamp": timestamp, "value": texts, "@value": attributes })
            }
        }
    }
}

fn rewrite(value: &mut Value, fields: &[FieldDefinition]) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| rewrite(element, fields)),
        Value::Object(members) => match readings(fields) {
            Some(list) => rewrite_entry(members, list),
            None => {
                for field in fields {
                    if let Some(inner) = members.get_mut(&field.name) {
                        rewrite(inner, field.kind.fields());
                    }
                }
            }
        },
        _ => {}
    }
}

/// One timestamp with its readings. A value that is not a list of objects stays, because the user wrote it on purpose.
fn rewrite_entry(members: &mut Map<String, Value>, list: &FieldDefinition) {
    let XmlForm::Element(element) = &list.xml else { return };
    let Some(Value::Array(found)) = members.get(&list.name) else { return };
    if !found.iter().all(Value::is_object) {
        return;
    }
    let text = list.kind.fields().iter().find(|field| field.xml == XmlForm::Text).map_or("value", |field| &field.name);
    if let Some(Value::Array(found)) = members.shift_remove(&list.name) {
        let (texts, attributes) = taken_apart(found, text);
        members.insert(element.clone(), Value::Array(texts));
        members.insert(format!("{ATTRIBUTES}{element}"), Value::Array(attributes));
    }
}

/// The texts of readings, and the readings without them.
fn taken_apart(readings: Vec<Value>, text: &str) -> (Vec<Value>, Vec<Value>) {
    let take = |mut reading: Value| {
        let taken = reading.as_object_mut().and_then(|reading| reading.shift_remove(text));
        (taken.unwrap_or_default(), reading)
    };
    readings.into_iter().map(take).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::meter_forms::normalise;
    use crate::ocpp::{Catalog, Role, Version};

    fn written(action: &str, payload: Value) -> Value {
        let catalog = Catalog::embedded();
        let definition = catalog.action(Version::V1_5, Role::ChargePoint, action).unwrap();
        let written = MeterMapping::AttributesBeside.write(payload.clone(), &definition.request);
        let read = normalise(&written, &definition.request.fields).map_or_else(|| written.clone(), |normal| normal.payload);
        assert_eq!(MeterMapping::Flattened.write(payload, &definition.request), read);
        written
    }

    #[test]
    fn attributes_stand_beside_the_texts_and_are_read_back() {
        let reading = json!({ "value": "20", "unit": "Wh" });
        let entry = json!({ "timestamp": "2013-02-01T15:09:18Z", "values": [{ "value": "0" }, reading] });
        let beside = json!({ "timestamp": "2013-02-01T15:09:18Z", "value": ["0", "20"], "@value": [{}, { "unit": "Wh" }] });
        let payload = json!({ "connectorId": 2, "values": [entry] });
        assert_eq!(written("MeterValues", payload), json!({ "connectorId": 2, "values": [beside] }));
        let payload = json!({ "transactionId": 1, "transactionData": [{ "values": [entry] }] });
        assert_eq!(
            written("StopTransaction", payload),
            json!({ "transactionId": 1, "transactionData": [{ "values": [beside] }] })
        );
        assert_eq!(written("Heartbeat", json!({})), json!({}));
        let made = MeterMapping::AttributesBeside.entry("2013-02-01T15:09:18Z", vec![json!({ "value": "0" }), reading]);
        assert_eq!(made, beside);
    }
}
