//! The JSON Schema of a message, given by the definitions or made from its fields. `check/` compiles it and documentation shows it.
//! Tolerances are not in it; they are in `check/`.

use serde_json::{Map, Value, json};

use super::message::{FieldDefinition, FieldKind, MessageDefinition, SchemaSource};
use super::number_range::number;
use super::{NumberRange, field_docs};

impl MessageDefinition {
    /// The JSON Schema of the payload: that of the definitions, or one made from the fields (draft-07, closed objects).
    pub fn schema(&self) -> &Value {
        let derived = match &self.schema {
            SchemaSource::Given { text, schema } => {
                return schema.get_or_init(|| serde_json::from_str(text).unwrap_or(Value::Bool(true)));
            }
            SchemaSource::Derived(schema) => schema,
        };
        derived.get_or_init(|| {
            let mut schema = Map::new();
            schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
            schema.insert("title".to_owned(), json!(&*self.name));
            schema.append(&mut object(&self.fields, false));
            Value::Object(schema)
        })
    }
}

impl MessageDefinition {
    /// The schema with a `description` at each property that `field_docs` explains, for people; messages are checked without them.
    pub fn described_schema(&self, action: &str) -> Value {
        let mut schema = self.schema().clone();
        describe(action, &self.fields, &mut Vec::new(), &mut schema);
        schema
    }
}

/// Adds descriptions to the properties of an object, or of the elements of a list. A description of the definitions stays.
fn describe<'field>(action: &str, fields: &'field [FieldDefinition], path: &mut Vec<&'field str>, schema: &mut Value) {
    for field in fields {
        let Some(property) = schema.pointer_mut("/properties").and_then(|properties| properties.get_mut(&field.name)) else {
            continue;
        };
        path.push(&field.name);
        let at = if property.get("items").is_some() { &mut property["items"] } else { &mut *property };
        describe(action, field.kind.fields(), path, at);
        if let (Some(meaning), Value::Object(property)) = (field_docs::field(action, path), property) {
            property.entry("description").or_insert_with(|| json!(meaning));
        }
        path.pop();
    }
}

fn object(fields: &[FieldDefinition], is_open: bool) -> Map<String, Value> {
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
    schema.insert("additionalProperties".to_owned(), json!(is_open));
    schema
}

fn property(field: &FieldDefinition) -> Value {
    let Some(minimum) = field.repeated else { return value(&field.kind) };
    let mut list = json!({ "type": "array", "items": value(&field.kind) });
    if minimum > 0 {
        list["minItems"] = minimum.into();
    }
    if let Some(maximum) = field.max_items {
        list["maxItems"] = maximum.into();
    }
    list
}

fn value(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text { max_length: None } => json!({ "type": "string" }),
        FieldKind::Text { max_length: Some(limit) } => json!({ "type": "string", "maxLength": limit }),
        FieldKind::Enumeration(values) => json!({ "type": "string", "enum": values }),
        FieldKind::Integer(range) => in_range(json!({ "type": "integer" }), *range),
        FieldKind::Decimal { fraction_digits: None, range } => in_range(json!({ "type": "number" }), *range),
        FieldKind::Decimal { fraction_digits: Some(digits), range } => {
            in_range(json!({ "type": "number", "multipleOf": step(*digits) }), *range)
        }
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::DateTime => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Uri => json!({ "type": "string", "format": "uri" }),
        FieldKind::Object(fields) => Value::Object(object(fields, false)),
        FieldKind::Map(fields) => Value::Object(object(fields, true)),
        FieldKind::Any => json!({}),
    }
}

fn in_range(mut schema: Value, range: NumberRange) -> Value {
    for (keyword, limit) in [("minimum", range.minimum), ("maximum", range.maximum)] {
        if let Some(limit) = limit {
            schema[keyword] = number(limit);
        }
    }
    schema
}

/// The smallest step of a number with so many fraction digits: 0.1 for one digit.
fn step(digits: u32) -> Value {
    if digits == 0 { json!(1) } else { json!(1.0 / 10f64.powi(i32::try_from(digits).unwrap_or(i32::MAX))) }
}

#[cfg(test)]
mod tests {
    use super::super::test_message::newer_message;
    use super::super::{Catalog, Role, Version};
    use super::*;

    #[test]
    fn ranges_lists_and_free_members_are_in_the_schema() {
        let message = newer_message();
        let properties = &message.schema()["properties"];
        assert_eq!(properties["soc"], json!({ "type": "number", "minimum": 0, "maximum": 100 }));
        assert_eq!(properties["priority"], json!({ "type": "integer", "minimum": 3 }));
        let tags = json!({ "type": "array", "items": { "type": "string", "maxLength": 5 }, "minItems": 1, "maxItems": 2 });
        assert_eq!(properties["tags"], tags);
        assert_eq!(properties["data"], json!({}));
        assert_eq!(properties["customData"]["additionalProperties"], true);
        assert_eq!(properties["customData"]["required"], json!(["vendorId"]));
    }

    #[test]
    fn an_integer_of_1_x_has_32_bits() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_6, Role::ChargePoint, "StartTransaction").unwrap();
        let int = json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX });
        assert_eq!(action.request.schema()["properties"]["meterStart"], int);
    }

    #[test]
    fn a_described_schema_explains_nested_properties_and_checks_the_same() {
        let catalog = Catalog::embedded();
        let message = &catalog.action(Version::V1_6, Role::ChargePoint, "MeterValues").unwrap().request;
        let described = message.described_schema("MeterValues");
        let sample = &described["properties"]["meterValue"]["items"]["properties"]["sampledValue"];
        assert_eq!(sample["description"], "The readings of one moment");
        assert_eq!(sample["items"]["properties"]["unit"]["description"], "The unit of the reading");
        assert_eq!(described["properties"]["transactionId"]["maximum"], i32::MAX);
        assert!(message.schema()["properties"]["meterValue"].get("description").is_none());
    }

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
