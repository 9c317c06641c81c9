//! From XML to JSON: the payload of the element of a message, in the form of the catalog. Wrong order, namespaces and spellings of
//! values give remarks, not errors. Unknown elements and values that are not of their type stay in the payload, where validation
//! finds them.

use serde_json::{Map, Number, Value};

use super::element::{XmlAttribute, XmlElement};
use super::remark::{XmlRemarks, XmlRule};
use super::same_namespace;
use crate::ocpp::message::{FieldDefinition, FieldKind, MessageDefinition, XmlForm};

/// The attributes `xsi:type` and `xsi:nil`, which toolkits add.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of the prefix `xml`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The most characters of a value that a sentence quotes.
const MAX_QUOTE: usize = 40;

impl MessageDefinition {
    /// The payload of this message's element. The caller has checked the namespace of the element itself. A message that exists in
    /// JSON only has no element; its payload is read without a definition.
    pub fn from_xml(&self, element: &XmlElement<'_>, remarks: &mut XmlRemarks) -> Value {
        let Some(xml) = &self.xml else { return untyped(element) };
        let mut reader = Reader { namespace: &xml.namespace, message: element.namespace.as_deref(), remarks };
        reader.object(element, &self.fields, &xml.fields)
    }
}

/// An element without a definition: texts, objects, and lists where a name occurs more than once.
pub fn untyped(element: &XmlElement<'_>) -> Value {
    if element.children.is_empty() {
        return Value::String(element.text.clone().into_owned());
    }
    let mut members = Map::new();
    for child in &element.children {
        put(&mut members, &child.local, untyped(child), false);
    }
    Value::Object(members)
}

struct Reader<'read> {
    namespace: &'read str,
    /// The namespace of the message's element. When it is a wrong one, that was reported once, for all elements in it.
    message: Option<&'read str>,
    remarks: &'read mut XmlRemarks,
}

impl Reader<'_> {
    /// `json` and `xml` are the same fields in two orders, and with other limits in OCPP 1.6.
    fn object(&mut self, element: &XmlElement<'_>, json: &[FieldDefinition], xml: &[FieldDefinition]) -> Value {
        let mut members = Map::new();
        let text = json.iter().find(|field| field.xml == XmlForm::Text);
        if let Some(text) = text {
            let value = self.scalar(element, &element.text, &text.kind);
            members.insert(text.name.clone(), value);
        } else if !element.text.trim().is_empty() {
            let text = quote(element.trimmed());
            self.remarks.add(XmlRule::Text, element.span.start, || {
                format!("<{}> holds the text {text} where only elements are allowed", element.local)
            });
            if element.children.is_empty() {
                return Value::String(element.text.clone().into_owned());
            }
        }
        for attribute in &element.attributes {
            self.attribute(element, attribute, json, text.is_some(), &mut members);
        }
        let mut furthest = 0;
        for child in &element.children {
            self.child(child, element, (json, xml), &mut furthest, &mut members);
        }
        self.complete(element, json, xml, &mut members);
        Value::Object(members)
    }

    fn attribute(
        &mut self,
        element: &XmlElement<'_>,
        attribute: &XmlAttribute,
        fields: &[FieldDefinition],
        is_reading: bool,
        members: &mut Map<String, Value>,
    ) {
        let namespace = attribute.namespace.as_deref();
        if matches!(namespace, Some(SCHEMA_INSTANCE | XML)) {
            return;
        }
        let known = fields.iter().find(|field| field.xml == XmlForm::Attribute && field.name == attribute.local);
        if namespace.is_some() && (known.is_some() || is_reading) {
            // ocppjs writes `tns:unit="Wh"`.
            self.remarks.add(XmlRule::Attribute, element.span.start, || {
                format!("the attribute {} of <{}> has a prefix; the definition wants none", attribute.local, element.local)
            });
        }
        match known {
            Some(field) => {
                let value = self.scalar(element, &attribute.value, &field.kind);
                put(members, &field.name, value, false);
            }
            None if is_reading => put(members, &attribute.local, Value::String(attribute.value.clone()), false),
            None => self.remarks.add(XmlRule::Attribute, element.span.start, || {
                format!("the attribute {} of <{}> is not in the definition and was ignored", attribute.local, element.local)
            }),
        }
    }

    fn child(
        &mut self,
        child: &XmlElement<'_>,
        parent: &XmlElement<'_>,
        (json, xml): (&[FieldDefinition], &[FieldDefinition]),
        furthest: &mut usize,
        members: &mut Map<String, Value>,
    ) {
        let (offset, name) = (child.span.start, &child.local);
        self.namespace(child);
        let is_element = |field: &&FieldDefinition| matches!(&field.xml, XmlForm::Element(element) if element == name);
        let known = json.iter().find(is_element).or_else(|| {
            // The plural that JSON makes of a list of readings.
            let by_json = json.iter().find(|field| field.name == *name && matches!(field.xml, XmlForm::Element(_)));
            if let Some(XmlForm::Element(element)) = by_json.map(|field| &field.xml) {
                self.remarks.add(XmlRule::Name, offset, || format!("<{name}> is the name in JSON; XML calls it <{element}>"));
            }
            by_json
        });
        let Some(field) = known else {
            // It is not in the payload. Validation reports it, with the closest known name.
            return put(members, name, untyped(child), false);
        };
        let place = xml.iter().position(|candidate| candidate.name == field.name);
        if let Some(place) = place {
            if place < *furthest {
                let before = element_name(&xml[*furthest]);
                self.remarks.add(XmlRule::Order, offset, || {
                    format!("<{name}> stands behind <{before}> in <{}>; the definition wants it before", parent.local)
                });
            }
            *furthest = place.max(*furthest);
        }
        let nil = child.attributes.iter().any(|attribute| {
            attribute.namespace.as_deref() == Some(SCHEMA_INSTANCE)
                && attribute.local == "nil"
                && matches!(attribute.value.trim(), "true" | "1")
        });
        if nil {
            self.remarks.add(XmlRule::Empty, offset, || {
                format!("<{name}> is nil, which no definition of OCPP allows; leave it out instead")
            });
        }
        let wants_value =
            matches!(field.kind, FieldKind::Integer(_) | FieldKind::Decimal { .. } | FieldKind::Boolean | FieldKind::DateTime);
        if child.is_blank() && (nil || (wants_value && !field.required)) {
            if !nil {
                self.remarks.add(XmlRule::Empty, offset, || format!("<{name}> is empty; leave it out instead"));
            }
            return;
        }
        let value = match &field.kind {
            FieldKind::Object(inner) | FieldKind::Map(inner) => {
                let inner_xml = place.map_or(&inner[..], |place| xml[place].kind.fields());
                self.object(child, inner, inner_xml)
            }
            FieldKind::Any => untyped(child),
            kind if child.children.is_empty() => {
                self.surplus_attributes(child);
                self.scalar(child, &child.text, kind)
            }
            _ => untyped(child),
        };
        put(members, &field.name, value, field.repeated.is_some());
    }

    /// Adds the required lists of JSON that are missing, as empty lists.
    fn complete(
        &mut self,
        element: &XmlElement<'_>,
        json: &[FieldDefinition],
        xml: &[FieldDefinition],
        members: &mut Map<String, Value>,
    ) {
        for field in json.iter().filter(|field| field.required && field.repeated == Some(0)) {
            if members.contains_key(&field.name) {
                continue;
            }
            members.insert(field.name.clone(), Value::Array(Vec::new()));
            let in_xml = xml.iter().find(|candidate| candidate.name == field.name);
            if let Some(in_xml) = in_xml.filter(|in_xml| in_xml.required) {
                self.remarks.add(XmlRule::TooFew, element.span.start, || {
                    format!("<{}> has no <{}>; in XML at least one is wanted", element.local, element_name(in_xml))
                });
            }
        }
    }

    fn surplus_attributes(&mut self, element: &XmlElement<'_>) {
        let is_surplus = |attribute: &&XmlAttribute| !matches!(attribute.namespace.as_deref(), Some(SCHEMA_INSTANCE | XML));
        for attribute in element.attributes.iter().filter(is_surplus) {
            self.remarks.add(XmlRule::Attribute, element.span.start, || {
                format!("the attribute {} of <{}> is not in the definition and was ignored", attribute.local, element.local)
            });
        }
    }

    fn namespace(&mut self, element: &XmlElement<'_>) {
        let (name, wanted, offset) = (&element.local, self.namespace, element.span.start);
        match element.namespace.as_deref() {
            Some(namespace) if namespace == wanted || self.message == Some(namespace) => {}
            Some(namespace) if same_namespace(namespace, wanted) => self.remarks.add(XmlRule::Namespace, offset, || {
                format!("<{name}> is in the namespace {}, which is written {wanted}", quote(namespace))
            }),
            Some(namespace) => self.remarks.add(XmlRule::Namespace, offset, || {
                format!("<{name}> is in the namespace {} instead of {wanted}", quote(namespace))
            }),
            None => self
                .remarks
                .add(XmlRule::Namespace, offset, || format!("<{name}> is in no namespace; every element is in {wanted}")),
        }
    }

    /// A value by its type; the text itself when it is not of that type.
    fn scalar(&mut self, element: &XmlElement<'_>, text: &str, kind: &FieldKind) -> Value {
        let trimmed = text.trim();
        let value = match kind {
            FieldKind::Text { .. } => return Value::String(text.to_owned()),
            FieldKind::Enumeration(_) => {
                if trimmed.len() != text.len() {
                    self.form(element, text, "there is whitespace around it");
                }
                return Value::String(trimmed.to_owned());
            }
            // Whitespace around these means nothing (XML Schema part 2, whiteSpace = collapse).
            FieldKind::DateTime | FieldKind::Uri | FieldKind::Object(_) | FieldKind::Map(_) | FieldKind::Any => {
                return Value::String(trimmed.to_owned());
            }
            FieldKind::Boolean => match trimmed {
                "true" | "1" => Some(Value::Bool(true)),
                "false" | "0" => Some(Value::Bool(false)),
                _ => None,
            },
            FieldKind::Integer(_) => whole(trimmed).map(Value::Number).or_else(|| {
                // Validation decides whether it is accepted: some versions do.
                let number = decimal(trimmed)?;
                self.form(element, text, "a whole number has no fraction");
                Some(Value::Number(number))
            }),
            FieldKind::Decimal { .. } => whole(trimmed).or_else(|| decimal(trimmed)).map(Value::Number),
        };
        value.unwrap_or_else(|| Value::String(text.to_owned()))
    }

    fn form(&mut self, element: &XmlElement<'_>, text: &str, why: &str) {
        self.remarks
            .add(XmlRule::Form, element.span.start, || format!("<{}> has the value {}: {why}", element.local, quote(text)));
    }
}

/// `xs:int`: digits with an optional sign.
fn whole(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<i64>().ok().filter(|_| is_number).map(Number::from)
}

/// `xs:decimal`: digits with a point among them.
fn decimal(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    text.parse::<f64>().ok().filter(|_| is_number).and_then(Number::from_f64)
}

/// Adds a member. A name that occurs again makes a list, also where none is allowed; validation reports it.
fn put(members: &mut Map<String, Value>, name: &str, value: Value, is_list: bool) {
    match members.get_mut(name) {
        Some(Value::Array(list)) => list.push(value),
        Some(single) => *single = Value::Array(vec![single.take(), value]),
        None => {
            let value = if is_list { Value::Array(vec![value]) } else { value };
            members.insert(name.to_owned(), value);
        }
    }
}

fn element_name(field: &FieldDefinition) -> &str {
    match &field.xml {
        XmlForm::Element(name) => name,
        _ => &field.name,
    }
}

fn quote(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(MAX_QUOTE).collect();
    let more = if characters.next().is_some() { "…" } else { "" };
    format!("\"{}{more}\"", start.escape_debug())
}
