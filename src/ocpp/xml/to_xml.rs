//! From JSON to XML: the element of a message, in the order and with the names of the definition. Exact for valid payloads. Of other
//! payloads everything is written that XML can hold, because a test tool sends wrong messages on purpose: a value of the wrong type
//! as its text, an unknown member as an element after the known ones.

use serde_json::{Map, Number, Value};

use super::escape::{escape_attribute, escape_name, escape_text};
use crate::ocpp::message::{FieldDefinition, FieldKind, MessageDefinition, XmlForm};
use crate::ocpp::meter_forms;

impl MessageDefinition {
    /// Appends the element of this message. The prefix must be bound to the message's namespace around it. A message that exists in
    /// JSON only has no element of its own and is written without a definition, in one of its name.
    pub fn to_xml(&self, payload: &Value, prefix: &str, out: &mut String) {
        let Some(xml) = &self.xml else { return write_untyped(&self.name, payload, prefix, out) };
        // The older forms of meter values have no XML of their own.
        let normal = meter_forms::normalise(payload, &self.fields);
        let payload = normal.as_ref().map_or(payload, |normal| &normal.payload);
        let mut writer = Writer { prefix, out };
        let whole = FieldKind::Object(Vec::new());
        match payload {
            Value::Null => writer.empty(&xml.element),
            Value::Object(members) => writer.object(&xml.element, members, &xml.fields),
            other => writer.value(&xml.element, other, &whole),
        }
    }
}

/// Appends an element without a definition.
pub fn write_untyped(element: &str, payload: &Value, prefix: &str, out: &mut String) {
    let mut writer = Writer { prefix, out };
    match payload {
        Value::Null => writer.empty(element),
        payload => writer.value(element, payload, &FieldKind::Object(Vec::new())),
    }
}

struct Writer<'write> {
    prefix: &'write str,
    out: &'write mut String,
}

impl Writer<'_> {
    /// Appends a member: nothing for null, one element for every element of a list.
    fn value(&mut self, name: &str, value: &Value, kind: &FieldKind) {
        match value {
            Value::Null => {}
            Value::Array(list) => list.iter().for_each(|element| self.value(name, element, kind)),
            Value::Object(members) => self.object(name, members, kind.fields()),
            scalar => {
                let text = text(scalar, kind);
                if text.is_empty() {
                    return self.empty(name);
                }
                self.open(name);
                self.out.push('>');
                escape_text(self.out, &text);
                self.close(name);
            }
        }
    }

    fn object(&mut self, name: &str, members: &Map<String, Value>, fields: &[FieldDefinition]) {
        self.open(name);
        let is_attribute = |field: &FieldDefinition| {
            field.xml == XmlForm::Attribute
                && members.get(&field.name).is_some_and(|value| !value.is_object() && !value.is_array())
        };
        for field in fields.iter().filter(|field| is_attribute(field)) {
            if let Some(value) = members.get(&field.name).filter(|value| !value.is_null()) {
                self.out.push(' ');
                escape_name(self.out, &field.name);
                self.out.push_str("=\"");
                escape_attribute(self.out, &text(value, &field.kind));
                self.out.push('"');
            }
        }
        self.out.push('>');
        let start = self.out.len();
        for field in fields {
            let Some(value) = members.get(&field.name) else { continue };
            match &field.xml {
                XmlForm::Text if !value.is_object() && !value.is_array() => escape_text(self.out, &text(value, &field.kind)),
                XmlForm::Element(element) => self.value(element, value, &field.kind),
                // It does not fit the definition; below it becomes an element, like an unknown member.
                XmlForm::Attribute | XmlForm::Text => {}
            }
        }
        for (name, value) in members {
            let known = fields.iter().find(|field| field.name == *name);
            let has_place =
                known.is_some_and(|field| matches!(field.xml, XmlForm::Element(_)) || !(value.is_object() || value.is_array()));
            if !has_place {
                self.value(name, value, &FieldKind::Object(Vec::new()));
            }
        }
        if self.out.len() == start {
            self.out.truncate(start - 1);
            self.out.push_str("/>");
        } else {
            self.close(name);
        }
    }

    fn empty(&mut self, name: &str) {
        self.open(name);
        self.out.push_str("/>");
    }

    fn open(&mut self, name: &str) {
        self.out.push('<');
        self.name(name);
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.name(name);
        self.out.push('>');
    }

    fn name(&mut self, name: &str) {
        self.out.push_str(self.prefix);
        self.out.push(':');
        escape_name(self.out, name);
    }
}

/// A value that is neither object nor list, as XML Schema writes it.
fn text(value: &Value, kind: &FieldKind) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number_text(number, matches!(kind, FieldKind::Integer(_))),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `xs:decimal` has no exponents, `xs:int` has no fraction, not even of zero.
fn number_text(number: &Number, is_integer: bool) -> String {
    let text = number.to_string();
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) if is_integer && float.fract() == 0.0 => format!("{float:.0}"),
        Some(float) if text.contains(['e', 'E']) => {
            let plain = format!("{float}");
            if plain.contains('.') { plain } else { format!("{plain}.0") }
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ocpp::{Catalog, Role, Version};

    fn xml(version: Version, action: &str, payload: serde_json::Value) -> String {
        let catalog = Catalog::embedded();
        let found = Role::ALL.into_iter().find_map(|role| catalog.action(version, role, action)).unwrap();
        let mut out = String::new();
        found.request.to_xml(&payload, "o", &mut out);
        out
    }

    #[test]
    fn elements_stand_in_the_order_of_the_definition() {
        let payload = json!({ "timestamp": "2030-01-01T00:00:00Z", "meterStart": 1, "idTag": "A", "connectorId": 2 });
        assert_eq!(
            xml(Version::V1_6, "StartTransaction", payload),
            "<o:startTransactionRequest><o:connectorId>2</o:connectorId><o:idTag>A</o:idTag>\
             <o:timestamp>2030-01-01T00:00:00Z</o:timestamp><o:meterStart>1</o:meterStart></o:startTransactionRequest>"
        );
    }

    #[test]
    fn meter_readings_of_1_5_have_attributes_without_a_prefix() {
        let reading = json!({ "value": "7", "unit": "Wh", "context": "Other" });
        let payload = json!({ "connectorId": 1, "values": [{ "timestamp": "2030-01-01T00:00:00Z", "values": [reading] }] });
        let parallel = json!({ "connectorId": 1, "values": [
            { "timestamp": "2030-01-01T00:00:00Z", "value": ["7"], "@value": [{ "unit": "Wh", "context": "Other" }] }] });
        let wanted = "<o:meterValuesRequest><o:connectorId>1</o:connectorId><o:values>\
             <o:timestamp>2030-01-01T00:00:00Z</o:timestamp><o:value context=\"Other\" unit=\"Wh\">7</o:value>\
             </o:values></o:meterValuesRequest>";
        assert_eq!(xml(Version::V1_5, "MeterValues", payload), wanted);
        assert_eq!(xml(Version::V1_5, "MeterValues", parallel), wanted);
    }

    #[test]
    fn wrong_payloads_are_written_as_well_as_possible() {
        assert_eq!(xml(Version::V1_6, "Heartbeat", json!(null)), "<o:heartbeatRequest/>");
        assert_eq!(xml(Version::V1_6, "Heartbeat", json!({})), "<o:heartbeatRequest/>");
        assert_eq!(xml(Version::V1_6, "Heartbeat", json!("x<")), "<o:heartbeatRequest>x&lt;</o:heartbeatRequest>");
        assert_eq!(
            xml(Version::V1_6, "Authorize", json!({ "a b": [1, { "c": null, "d": true }], "idTag": 7 })),
            "<o:authorizeRequest><o:idTag>7</o:idTag><o:a_x0020_b>1</o:a_x0020_b>\
             <o:a_x0020_b><o:d>true</o:d></o:a_x0020_b></o:authorizeRequest>"
        );
        assert_eq!(
            xml(Version::V1_6, "Reset", json!({ "type": ["Soft", "Hard"] })),
            "<o:resetRequest><o:type>Soft</o:type><o:type>Hard</o:type></o:resetRequest>"
        );
        assert_eq!(
            xml(
                Version::V1_5,
                "MeterValues",
                json!({ "values": [{ "values": [{ "value": [1], "unit": { "a": 2 }, "x": 3 }] }] })
            ),
            "<o:meterValuesRequest><o:values><o:value><o:value>1</o:value><o:unit><o:a>2</o:a></o:unit>\
             <o:x>3</o:x></o:value></o:values></o:meterValuesRequest>"
        );
    }

    #[test]
    fn numbers_have_neither_exponent_nor_needless_fraction() {
        let reset = |value| xml(Version::V1_6, "UnlockConnector", json!({ "connectorId": value }));
        assert!(reset(json!(1.0)).contains(">1<"));
        assert!(reset(json!(1.5)).contains(">1.5<"));
        let data = |value| xml(Version::V1_6, "DataTransfer", json!({ "data": value }));
        assert!(data(json!(1e21)).contains(">1000000000000000000000.0<"));
        assert!(data(json!(1e-7)).contains(">0.0000001<"));
        assert!(data(json!(false)).contains(">false<"));
    }
}
