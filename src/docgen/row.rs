//! The fields of a message as rows of a table: the tree flattened, each field in words.

use crate::ocpp::{FieldDefinition, FieldKind, NumberRange, XmlForm};

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
    /// How often it may occur: `1`, `0..1`, `1..*`.
    pub occurs: String,
    /// Its limit in words, or nothing.
    pub limit: String,
    /// The texts that are allowed, when only some are.
    pub values: Vec<String>,
    /// Its form in XML when that is not an element of the same name.
    pub in_xml: Option<String>,
}

/// All fields, each object's own behind it.
pub(super) fn rows(fields: &[FieldDefinition]) -> Vec<FieldRow> {
    let mut rows = Vec::new();
    add(fields, 0, &mut rows);
    rows
}

fn add(fields: &[FieldDefinition], depth: usize, rows: &mut Vec<FieldRow>) {
    for field in fields {
        let (kind, limit) = kind(&field.kind);
        rows.push(FieldRow {
            depth,
            name: field.name.clone(),
            kind: if field.repeated.is_some() { format!("list of {kind}") } else { kind.to_owned() },
            type_name: field.type_name.clone(),
            occurs: occurs(field),
            limit,
            values: match &field.kind {
                FieldKind::Enumeration(values) => values.clone(),
                _ => Vec::new(),
            },
            in_xml: match &field.xml {
                XmlForm::Attribute => Some("attribute".to_owned()),
                XmlForm::Text => Some("text of the element".to_owned()),
                XmlForm::Element(name) if *name != field.name => Some(format!("element {name}")),
                XmlForm::Element(_) => None,
            },
        });
        add(field.kind.fields(), depth + 1, rows);
    }
}

/// How often a field may occur in its object. A list that is required but may be empty exists in JSON only.
pub(super) fn occurs(field: &FieldDefinition) -> String {
    let most = field.max_items.map_or_else(|| "*".to_owned(), |most| most.to_string());
    match (field.required, field.repeated) {
        (true, None) => "1".to_owned(),
        (false, None) => "0..1".to_owned(),
        (true, Some(0)) => format!("0..{most}, but present"),
        (true, Some(least)) => format!("{least}..{most}"),
        (false, Some(0 | 1)) => format!("0..{most}"),
        (false, Some(least)) => format!("0 or {least}..{most}"),
    }
}

/// A type and its limit, in words.
fn kind(kind: &FieldKind) -> (&'static str, String) {
    let fraction = |digits: u32| format!("at most {digits} fraction digit{}", if digits == 1 { "" } else { "s" });
    match kind {
        FieldKind::Text { max_length } => {
            ("text", max_length.map_or_else(String::new, |most| format!("at most {most} characters")))
        }
        FieldKind::Enumeration(_) => ("text", "one of".to_owned()),
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
            rows(&message.fields).iter().map(|row| format!("{} {}: {}", row.occurs, row.kind, row.limit)).collect();
        assert_eq!(
            texts,
            [
                "1 number: 0 to 100",
                "1 whole number: at least 3",
                "1..2 list of text: at most 5 characters",
                "1 any JSON: ",
                "1 object: any further fields",
                "1 text: at most 5 characters",
            ]
        );
    }
    use crate::ocpp::{Catalog, Role, Version};

    #[test]
    fn a_message_is_flattened_with_its_limits() {
        let catalog = Catalog::embedded();
        let action = catalog.action(Version::V1_5, Role::ChargePoint, "MeterValues").unwrap();
        let rows = rows(&action.request.fields);
        let lines: Vec<String> = rows
            .iter()
            .take(6)
            .map(|row| format!("{}{} {} {}", " ".repeat(row.depth), row.name, row.kind, row.occurs))
            .collect();
        assert_eq!(
            lines,
            [
                "connectorId whole number 1",
                "transactionId whole number 0..1",
                "values list of object 0..*",
                " timestamp date and time 1",
                " values list of object 1..*",
                "  value text 1",
            ]
        );
        assert_eq!(rows[4].in_xml.as_deref(), Some("element value"));
        assert_eq!(rows[5].in_xml.as_deref(), Some("text of the element"));
        assert!(rows.iter().any(|row| row.name == "unit" && row.values.contains(&"Wh".to_owned())));
        let action = catalog.action(Version::V1_6, Role::ChargePoint, "MeterValues").unwrap();
        assert_eq!(occurs(&action.request.fields[2]), "0..*, but present");
    }
}
