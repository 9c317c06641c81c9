//! The JSON Schema of a message, made from its fields. It is what the check compiles and what documentation shows. Tolerances are
//! not in it: they are in `check`.

use serde_json::{Map, Value, json};

use super::message::{FieldDefinition, FieldKind, MessageDefinition};

impl MessageDefinition {
    /// The JSON Schema (draft-07) of the payload. Objects are closed.
    pub fn schema(&self) -> &Value {
        self.schema.get_or_init(|| {
            let mut schema = Map::new();
            schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
            schema.insert("title".to_owned(), json!(&*self.name));
            schema.append(&mut object(&self.fields));
            Value::Object(schema)
        })
    }
}

fn object(fields: &[FieldDefinition]) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert(
        "properties".to_owned(),
        fields.iter().map(|field| (field.name.clone(), property(field))).collect::<Map<_, _>>().into(),
    );
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| &*field.name).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn property(field: &FieldDefinition) -> Value {
    match field.repeated {
        None => value(&field.kind),
        Some(0) => json!({ "type": "array", "items": value(&field.kind) }),
        Some(minimum) => json!({ "type": "array", "items": value(&field.kind), "minItems": minimum }),
    }
}

fn value(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text { max_length: None } => json!({ "type": "string" }),
        FieldKind::Text { max_length: Some(limit) } => json!({ "type": "string", "maxLength": limit }),
        FieldKind::Enumeration(values) => json!({ "type": "string", "enum": values }),
        FieldKind::Integer => json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX }),
        FieldKind::Decimal { fraction_digits: None } => json!({ "type": "number" }),
        FieldKind::Decimal { fraction_digits: Some(digits) } => json!({ "type": "number", "multipleOf": step(*digits) }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::DateTime => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Uri => json!({ "type": "string", "format": "uri" }),
        FieldKind::Object(fields) => Value::Object(object(fields)),
    }
}

/// The smallest step of a number with so many fraction digits: 0.1 for one digit.
fn step(digits: u32) -> Value {
    if digits == 0 { json!(1) } else { json!(1.0 / 10f64.powi(i32::try_from(digits).unwrap_or(i32::MAX))) }
}

#[cfg(test)]
mod tests {
    use super::super::{Catalog, Role, Version};
    use super::*;

    #[test]
    fn a_schema_is_closed_and_names_its_limits() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_6, Role::CentralSystem, "SetChargingProfile").unwrap();
        let schema = action.request.schema();
        assert_eq!(schema["title"], "SetChargingProfileRequest");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"], json!(["connectorId", "csChargingProfiles"]));
        let period = &schema["properties"]["csChargingProfiles"]["properties"]["chargingSchedule"]["properties"]["chargingSchedulePeriod"]
            ["items"];
        assert_eq!(period["properties"]["limit"], json!({ "type": "number", "multipleOf": 0.1 }));
        assert_eq!(period["additionalProperties"], false);
    }
}
