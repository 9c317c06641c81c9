//! Messages as lines of text that can be compared: one line a field, in order.

use ocpp_tui::ocpp::{Catalog, FieldDefinition, FieldKind, MessagePart, NumberRange, Role, Version, XmlForm};

/// A field, from wherever it comes.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The name in JSON.
    pub json: String,
    /// The name in XML; the text of an element has its JSON name.
    pub xml: String,
    /// What it holds: `text 20`, `int`, `{ Accepted Rejected }`, `fields`.
    pub kind: String,
    pub type_name: String,
    pub required: bool,
    /// The least and the greatest number of elements.
    pub list: Option<(u32, Option<u32>)>,
    /// `element`, `attribute` or `text`.
    pub form: &'static str,
    pub fields: Vec<Shape>,
}

impl Shape {
    pub fn of(field: &FieldDefinition) -> Shape {
        let (form, xml) = match &field.xml {
            XmlForm::Element(name) => ("element", name.clone()),
            XmlForm::Attribute => ("attribute", field.name.clone()),
            XmlForm::Text => ("text", field.name.clone()),
        };
        Shape {
            json: field.name.clone(),
            xml,
            kind: kind(&field.kind),
            type_name: field.type_name.clone(),
            required: field.required,
            list: field.repeated.map(|minimum| (minimum, field.max_items)),
            form,
            fields: field.kind.fields().iter().map(Shape::of).collect(),
        }
    }

    fn lines(&self, name: fn(&Shape) -> &str, above: &str, lines: &mut Vec<String>) {
        let path = if above.ends_with(' ') { format!("{above}{}", name(self)) } else { format!("{above}.{}", name(self)) };
        let list = match self.list {
            None => String::new(),
            Some((minimum, None)) => format!(" list({minimum})"),
            Some((minimum, Some(maximum))) => format!(" list({minimum}..{maximum})"),
        };
        let required = if self.required { "required" } else { "optional" };
        lines.push(format!("{path}: {required}{list} {} {} {}", self.form, self.type_name, self.kind));
        for field in &self.fields {
            field.lines(name, &path, lines);
        }
    }
}

fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text { max_length: None } => "string".to_owned(),
        FieldKind::Text { max_length: Some(limit) } => format!("text {limit}"),
        FieldKind::Enumeration(values) => format!("{{ {} }}", values.join(" ")),
        FieldKind::Integer(limits) if *limits == NumberRange::INT_32 => "int".to_owned(),
        FieldKind::Integer(limits) => format!("integer {}", range(*limits)),
        FieldKind::Decimal { fraction_digits: Some(digits), .. } => format!("decimal {digits}"),
        FieldKind::Decimal { range: limits, .. } => format!("number {}", range(*limits)),
        FieldKind::Boolean => "boolean".to_owned(),
        FieldKind::DateTime => "dateTime".to_owned(),
        FieldKind::Uri => "anyURI".to_owned(),
        FieldKind::Object(_) => "fields".to_owned(),
        FieldKind::Map(_) => "open fields".to_owned(),
        FieldKind::Any => "any".to_owned(),
    }
}

/// A range as the tables write it: `[0..100]`.
fn range(range: NumberRange) -> String {
    let limit = |limit: Option<f64>| limit.map_or(String::new(), |limit| limit.to_string());
    if range == NumberRange::ANY { String::new() } else { format!("[{}..{}]", limit(range.minimum), limit(range.maximum)) }
}

/// The lines of one message.
pub fn message_lines(head: &str, fields: &[Shape], name: fn(&Shape) -> &str) -> Vec<String> {
    let mut lines = vec![head.to_owned()];
    for field in fields {
        field.lines(name, &format!("{head} "), &mut lines);
    }
    lines
}

/// The first line of a message: who sends the call, which action, request or response.
pub fn head(initiator: Role, action: &str, direction: char) -> String {
    format!("{} {action} {direction}", initiator.short())
}

fn lines(catalog: &Catalog, version: Version, xml: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for action in catalog.actions(version) {
        for part in action.parts() {
            let (direction, message) = (if *part == MessagePart::Request { '>' } else { '<' }, action.message(*part));
            let fields = if xml { message.xml.as_ref().map(|xml| &xml.fields) } else { Some(&message.fields) };
            let Some(fields) = fields else { continue };
            let shapes: Vec<Shape> = fields.iter().map(Shape::of).collect();
            let name: fn(&Shape) -> &str = if xml { |shape| &shape.xml } else { |shape| &shape.json };
            lines.extend(message_lines(&head(action.initiator, &action.name, direction), &shapes, name));
        }
    }
    lines
}

/// All messages of a version as XML has them.
pub fn xml_lines(catalog: &Catalog, version: Version) -> Vec<String> {
    lines(catalog, version, true)
}

/// All messages of a version as JSON has them.
pub fn json_lines(catalog: &Catalog, version: Version) -> Vec<String> {
    lines(catalog, version, false)
}
