//! Finds a field of a message by the path of a value, and describes a field in a few words.

use super::walk::PathStep;
use crate::ocpp::{FieldDefinition, FieldKind, NumberRange};

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub struct FieldPlace<'a> {
    /// The field.
    pub field: &'a FieldDefinition,
    /// Whether the path leads to an element of a repeated field and not to its list.
    pub element: bool,
}

impl FieldPlace<'_> {
    /// Whether it is the list itself.
    pub const fn is_list(&self) -> bool {
        self.field.repeated.is_some() && !self.element
    }

    /// The kind of what is here, in a word or two: of an element that of one element.
    pub fn type_label(&self) -> String {
        if self.element { kind_label(&self.field.kind) } else { type_label(self.field) }
    }

    /// One line about what is here, see [`describe`]; of an element about one element.
    pub fn describe(&self) -> String {
        if self.element { format!("{}{}", self.field.type_name, limit(self.field)) } else { describe(self.field) }
    }
}

/// The field that a path leads to; `None` when the path leaves what the definitions know.
pub fn field_at<'a>(fields: &'a [FieldDefinition], path: &[PathStep]) -> Option<FieldPlace<'a>> {
    let mut fields = fields;
    let mut place: Option<FieldPlace<'a>> = None;
    for step in path {
        match step {
            PathStep::Key(name) => {
                let inside = match place {
                    None => fields,
                    Some(place) => object_fields(place)?,
                };
                fields = inside;
                place = Some(FieldPlace { field: fields.iter().find(|field| field.name == *name)?, element: false });
            }
            PathStep::Index(_) => match &mut place {
                Some(place) if place.is_list() => place.element = true,
                _ => return None,
            },
        }
    }
    place
}

/// The fields of the object that a path leads to; the empty path is the payload itself.
pub fn fields_at<'a>(fields: &'a [FieldDefinition], path: &[PathStep]) -> Option<&'a [FieldDefinition]> {
    if path.is_empty() { Some(fields) } else { object_fields(field_at(fields, path)?) }
}

fn object_fields(place: FieldPlace<'_>) -> Option<&[FieldDefinition]> {
    match &place.field.kind {
        FieldKind::Object(fields) | FieldKind::Map(fields) if !place.is_list() => Some(fields),
        _ => None,
    }
}

/// The kind of a field, in a word or two: `text ≤ 20`, `integer`, `list of object`.
pub fn type_label(field: &FieldDefinition) -> String {
    let one = kind_label(&field.kind);
    if field.repeated.is_some() { format!("list of {one}") } else { one }
}

fn kind_label(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text { max_length: Some(most) } => format!("text ≤ {most}"),
        FieldKind::Text { max_length: None } => "text".to_owned(),
        FieldKind::Enumeration(values) if values.len() <= 3 => values.join(" | "),
        FieldKind::Enumeration(values) => format!("one of {}", values.len()),
        FieldKind::Integer(_) => "integer".to_owned(),
        FieldKind::Decimal { .. } => "number".to_owned(),
        FieldKind::Boolean => "true | false".to_owned(),
        FieldKind::DateTime => "date and time".to_owned(),
        FieldKind::Uri => "URI".to_owned(),
        FieldKind::Object(_) | FieldKind::Map(_) => "object".to_owned(),
        FieldKind::Any => "any".to_owned(),
    }
}

/// One line about a field: its type in the definitions, its limits and whether it must be there.
pub fn describe(field: &FieldDefinition) -> String {
    let limit = limit(field);
    let many = match (field.repeated, field.max_items) {
        (None, _) => String::new(),
        (Some(0), None) => "any number of ".to_owned(),
        (Some(0), Some(most)) => format!("up to {most} of "),
        (Some(least), None) => format!("{least} or more of "),
        (Some(least), Some(most)) => format!("{least} to {most} of "),
    };
    let need = if field.required { "required" } else { "optional" };
    format!("{need}, {many}{}{limit}", field.type_name)
}

/// What the kind of a field says beyond its type.
fn limit(field: &FieldDefinition) -> String {
    match &field.kind {
        FieldKind::Text { max_length: Some(most) } => format!(", at most {most} characters"),
        FieldKind::Enumeration(values) => format!(": {}", values.join(", ")),
        FieldKind::Decimal { fraction_digits: Some(most), range } => {
            format!(", at most {most} fraction digits{}", limits(*range))
        }
        FieldKind::Integer(range) | FieldKind::Decimal { range, .. } => limits(*range),
        FieldKind::Map(_) => ", any further fields".to_owned(),
        FieldKind::DateTime => ", ISO 8601 as in 2024-05-01T12:00:00Z".to_owned(),
        _ => String::new(),
    }
}

fn limits(range: NumberRange) -> String {
    range.label().map_or_else(String::new, |range| format!(", {range}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::test_message::newer_message;

    #[test]
    fn ranges_lists_and_free_members_are_described() {
        let message = newer_message();
        let described: Vec<String> =
            message.fields.iter().map(|field| format!("{}; {}", type_label(field), describe(field))).collect();
        assert_eq!(
            described,
            [
                "number; required, , 0 to 100",
                "integer; required, , at least 3",
                "list of text ≤ 5; required, 1 to 2 of , at most 5 characters",
                "any; required, ",
                "object; required, , any further fields",
            ]
        );
        let path = [PathStep::Key("customData".into()), PathStep::Key("vendorId".into())];
        assert_eq!(field_at(&message.fields, &path).map(|place| place.field.name.as_str()), Some("vendorId"));
    }
    use crate::compose::test_session::{meter_values, start_transaction};

    fn key(name: &str) -> PathStep {
        PathStep::Key(name.to_owned())
    }

    #[test]
    fn paths_lead_to_fields() {
        let message = meter_values();
        let values = field_at(&message.fields, &[key("values")]).unwrap();
        assert!(values.is_list());
        let element = [key("values"), PathStep::Index(3)];
        assert!(!field_at(&message.fields, &element).unwrap().is_list());
        let names: Vec<_> = fields_at(&message.fields, &element).unwrap().iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["timestamp", "value"]);
        let place = field_at(&message.fields, &element).unwrap();
        assert_eq!((place.type_label(), place.describe()), ("object".to_owned(), "MeterValue".to_owned()));
        assert_eq!(fields_at(&message.fields, &[]).unwrap().len(), 3);
    }

    #[test]
    fn paths_that_leave_the_definitions_lead_nowhere() {
        let message = meter_values();
        for path in [
            vec![key("nothing")],
            vec![key("connectorId"), key("x")],
            vec![key("connectorId"), PathStep::Index(0)],
            vec![key("values"), key("timestamp")],
            vec![PathStep::Index(0)],
            vec![key("values"), PathStep::Index(0), PathStep::Index(0)],
        ] {
            assert!(field_at(&message.fields, &path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn labels_and_descriptions_are_short_and_true() {
        let labels: Vec<_> = start_transaction().fields.iter().map(type_label).collect();
        assert_eq!(labels, ["integer", "text ≤ 20", "date and time", "integer", "integer"]);
        let values = &meter_values().fields[2];
        assert_eq!(type_label(values), "list of object");
        assert_eq!(describe(values), "optional, any number of MeterValue");
        assert_eq!(describe(&start_transaction().fields[1]), "required, IdToken, at most 20 characters");
    }
}
