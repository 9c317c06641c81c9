//! The fields of a message as rows of a table: the tree flattened, each field in words.

use crate::ocpp::{FieldDefinition, FieldKind, NumberRange, XmlForm, field_docs};

/// One field.
pub(super) struct FieldRow {
    /// How deep it lies: 0 is the payload itself.
    pub depth: usize,
    /// Its name.
    pub name: String,
    /// Its type in words: `text`, `list of object`.
    pub kind: String,
    /// The name of its type in the definitions; empty for none.
    pub type_name: String,
    /// What it means, in a line; nothing for a field that is not of OCPP.
    pub meaning: Option<&'static str>,
    /// Whether it must be present.
    pub required: bool,
    /// Whether and how often it may occur: `required`, `optional, one or more`.
    pub occurs: String,
    /// Its limit and its default in words, or nothing.
    pub limit: String,
    /// The texts that are allowed, when only some are, with what each means.
    pub values: Vec<(String, Option<&'static str>)>,
    /// Its form in XML when that is not an element of the same name.
    pub in_xml: Option<String>,
}

/// All fields of a message of an action, each object's own behind it.
pub(super) fn rows(action: &str, fields: &[FieldDefinition]) -> Vec<FieldRow> {
    let mut rows = Vec::new();
    add(action, fields, &mut Vec::new(), &mut rows);
    rows
}

fn add<'field>(action: &str, fields: &'field [FieldDefinition], parents: &mut Vec<&'field str>, rows: &mut Vec<FieldRow>) {
    for field in fields {
        let depth = parents.len();
        parents.push(&field.name);
        let meaning = |value: &String| (value.clone(), field_docs::value(action, parents, &field.type_name, value));
        let (kind, limit) = kind(&field.kind);
        let default = field.default.as_ref().map(|default| format!("default {default}"));
        let limit = [limit].into_iter().filter(|limit| !limit.is_empty()).chain(default).collect::<Vec<_>>().join(", ");
        rows.push(FieldRow {
            depth,
            name: field.name.clone(),
            meaning: field_docs::field(action, parents),
            required: field.required,
            kind: if field.repeated.is_some() { format!("list of {kind}") } else { kind.to_owned() },
            type_name: field.type_name.clone(),
            occurs: occurs(field),
            limit,
            values: match &field.kind {
                FieldKind::Enumeration(values) => values.iter().map(meaning).collect(),
                _ => Vec::new(),
            },
            in_xml: match &field.xml {
                XmlForm::Attribute => Some("attribute".to_owned()),
                XmlForm::Text => Some("text of the element".to_owned()),
                XmlForm::Element(name) if *name != field.name => Some(format!("element {name}")),
                XmlForm::Element(_) => None,
            },
        });
        add(action, field.kind.fields(), parents, rows);
        parents.pop();
    }
}

/// Whether a field must be in its object, and how many elements a list has. A list that is required but may be empty exists in
/// JSON only.
pub(super) fn occurs(field: &FieldDefinition) -> String {
    let presence = if field.required { "required" } else { "optional" };
    let Some(least) = field.repeated else { return presence.to_owned() };
    let number = match (least, field.max_items) {
        (0, None) if field.required => "may be empty".to_owned(),
        (0, None) => "any number".to_owned(),
        (0, Some(most)) if field.required => format!("up to {most}, may be empty"),
        (0, Some(most)) => format!("up to {most}"),
        (1, None) => "one or more".to_owned(),
        (least, None) => format!("{least} or more"),
        (least, Some(most)) if least == most => format!("exactly {most}"),
        (least, Some(most)) => format!("{least} to {most}"),
    };
    format!("{presence}, {number}")
}

/// A type and its limit, in words.
fn kind(kind: &FieldKind) -> (&'static str, String) {
    let fraction = |digits: u32| format!("at most {digits} fraction digit{}", if digits == 1 { "" } else { "s" });
    match kind {
        FieldKind::Text { max_length } => {
            ("text", max_length.map_or_else(String::new, |most| format!("at most {most} characters")))
        }
        FieldKind::Enumeration(_) => ("one of the values", String::new()),
        FieldKind::Integer(NumberRange::INT_32) => ("whole number", "32 bits, signed".to_owned()),
        FieldKind::Integer(range) => ("whole number", range.label().unwrap_or_default()),
        FieldKind::Decimal { fraction_digits, range } => {
            let limits: Vec<String> = fraction_digits.map(fraction).into_iter().chain(range.label()).collect();
            ("number", limits.join(", "))
        }
        FieldKind::Boolean => ("true or false", String::new()),
        FieldKind::DateTime => ("date and time", "ISO 8601".to_owned()),
        FieldKind::Uri => ("URI", String::new()),
        FieldKind::Object(_) => ("object", String::new()),
        FieldKind::Map(_) => ("object", "any further fields".to_owned()),
        FieldKind::Any => ("any JSON", String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::test_message::newer_message;

    #[test]
    fn ranges_lists_and_free_members_are_described() {
        let message = newer_message();
        let texts: Vec<String> =
            rows("", &message.fields).iter().map(|row| format!("{} {}: {}", row.occurs, row.kind, row.limit)).collect();
        assert_eq!(
            texts,
            [
                "required number: 0 to 100",
                "required whole number: at least 3",
                "required, 1 to 2 list of text: at most 5 characters",
                "required any JSON: ",
                "required object: any further fields",
                "required text: at most 5 characters",
            ]
        );
    }
    use crate::ocpp::{Catalog, Role, Version};

    #[test]
    fn a_message_is_flattened_with_its_limits() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_5, Role::ChargePoint, "MeterValues").unwrap();
        let rows = rows("MeterValues", &action.request.fields);
        let lines: Vec<String> = rows
            .iter()
            .take(6)
            .map(|row| format!("{}{} {} {}", " ".repeat(row.depth), row.name, row.kind, row.occurs))
            .collect();
        assert_eq!(
            lines,
            [
                "connectorId whole number required",
                "transactionId whole number optional",
                "values list of object optional, any number",
                " timestamp date and time required",
                " values list of object required, one or more",
                "  value text required",
            ]
        );
        assert_eq!(rows[4].in_xml.as_deref(), Some("element value"));
        assert_eq!(rows[5].in_xml.as_deref(), Some("text of the element"));
        assert_eq!(rows[5].meaning, Some("The reading, as text: a number, or signed data"));
        assert!(
            rows.iter()
                .any(|row| row.name == "unit" && row.values.contains(&("Wh".to_owned(), Some("Watt-hour; the default"))))
        );
        let newer = catalog.action(Version::V2_1, Role::ChargePoint, "MeterValues").unwrap();
        let newer = super::rows("MeterValues", &newer.request.fields);
        let limits = |name: &str| newer.iter().filter(|row| row.name == name).map(|row| row.limit.clone()).collect::<Vec<_>>();
        assert_eq!(limits("location"), ["default Outlet"]);
        assert!(limits("multiplier")[0].ends_with("default 0"), "{:?}", limits("multiplier"));
        let action = catalog.action(Version::V1_6, Role::ChargePoint, "MeterValues").unwrap();
        assert_eq!(occurs(&action.request.fields[2]), "required, may be empty");
    }
}
