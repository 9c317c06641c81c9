//! The XML Schema inside a WSDL file, read into fields. It supports the parts of XML Schema that OCPP uses. Any other
//! part is a fault, because a definition that is read in part would validate in part.

use std::cell::Cell;
use std::collections::HashMap;

use super::xml::{QName, SchemaElement, XmlFault};
use crate::ocpp::NumberRange;
use crate::ocpp::message::{FieldDefinition, FieldKind, XmlForm};

/// The namespace of XML Schema.
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// Types inside types; the deepest of OCPP is four. It also ends types that contain themselves.
const MAX_DEPTH: usize = 24;
/// Fields of one file with every type written out where it is used: some 250 in OCPP. Without the limit a few types that contain
/// each other ten times over would fill the memory.
const MAX_FIELDS: usize = 20_000;

/// The name that JSON gives to the text of an element that has attributes too.
const TEXT: &str = "value";

/// The types and elements of the schemas of one WSDL file.
pub(super) struct SchemaTypes<'xml> {
    types: HashMap<QName, &'xml SchemaElement>,
    elements: HashMap<QName, &'xml SchemaElement>,
    fields: Cell<usize>,
}

impl<'xml> SchemaTypes<'xml> {
    /// Collects what the schemas declare.
    pub fn collect(schemas: impl IntoIterator<Item = &'xml SchemaElement>) -> Result<SchemaTypes<'xml>, XmlFault> {
        let mut types = SchemaTypes { types: HashMap::new(), elements: HashMap::new(), fields: Cell::new(0) };
        for schema in schemas {
            let namespace = schema.attribute("targetNamespace").unwrap_or_default();
            for child in schema.children.iter().filter(|child| &*child.name.namespace == XSD) {
                let declared = match &*child.name.local {
                    "element" => &mut types.elements,
                    "complexType" | "simpleType" => &mut types.types,
                    "annotation" => continue,
                    other => {
                        return Err(
                            child.fault(format!("<{other}> in a schema is not supported; put the types into this file"))
                        );
                    }
                };
                let name = QName { namespace: namespace.into(), local: child.required("name")?.into() };
                if declared.insert(name, child).is_some() {
                    return Err(child.fault(format!("{} is declared twice", child.required("name")?)));
                }
            }
        }
        Ok(types)
    }

    /// The type's name and the fields of the message that a SOAP body carries in this element.
    pub fn message(&self, element: &QName, asked_by: &SchemaElement) -> Result<(String, Vec<FieldDefinition>), XmlFault> {
        let declaration = self.elements.get(element);
        let declaration =
            declaration.ok_or_else(|| asked_by.fault(format!("the element {} is not declared", element.local)))?;
        let (kind, name) = self.type_of(declaration, 0)?;
        match kind {
            FieldKind::Object(fields) => Ok((if name.is_empty() { element.local.to_string() } else { name }, fields)),
            _ => Err(declaration.fault(format!("the message {} has no fields: its type is not complex", element.local))),
        }
    }

    /// What an element or attribute holds, by its attribute `type` or by the type written inside it.
    fn type_of(&self, holder: &SchemaElement, depth: usize) -> Result<(FieldKind, String), XmlFault> {
        if let Some(name) = holder.reference("type")? {
            return self.named(&name, holder, depth);
        }
        let inside = ["complexType", "simpleType"].into_iter().find_map(|local| holder.first(XSD, local));
        let inside = inside.ok_or_else(|| holder.fault(format!("<{}> has no type", holder.name.local)))?;
        Ok((self.kind(inside, depth)?, String::new()))
    }

    fn named(&self, name: &QName, asked_by: &SchemaElement, depth: usize) -> Result<(FieldKind, String), XmlFault> {
        if &*name.namespace == XSD {
            let kind = built_in(&name.local);
            let kind = kind.ok_or_else(|| asked_by.fault(format!("the type xs:{} is not supported", name.local)))?;
            return Ok((kind, format!("xs:{}", name.local)));
        }
        let declaration = self.types.get(name);
        let declaration = declaration.ok_or_else(|| asked_by.fault(format!("the type {} is not declared", name.local)))?;
        Ok((self.kind(declaration, depth)?, name.local.to_string()))
    }

    /// What a `complexType` or `simpleType` describes.
    fn kind(&self, declaration: &SchemaElement, depth: usize) -> Result<FieldKind, XmlFault> {
        if depth > MAX_DEPTH {
            return Err(declaration.fault("types are nested too deeply, or a type contains itself"));
        }
        if declaration.is(XSD, "simpleType") {
            return self.restricted(declaration, depth);
        }
        let mut fields = Vec::new();
        self.content(declaration, depth, &mut fields)?;
        Ok(FieldKind::Object(fields))
    }

    /// Adds the fields of a complex type, a sequence or an extension.
    fn content(&self, parent: &SchemaElement, depth: usize, fields: &mut Vec<FieldDefinition>) -> Result<(), XmlFault> {
        for child in parent.children.iter().filter(|child| &*child.name.namespace == XSD) {
            match &*child.name.local {
                "annotation" => {}
                "sequence" | "all" => self.content(child, depth, fields)?,
                "element" => fields.extend(self.element(child, depth)?),
                "attribute" => fields.extend(self.attribute(child, depth)?),
                "simpleContent" => {
                    let extension = child.first(XSD, "extension");
                    let extension =
                        extension.ok_or_else(|| child.fault("simpleContent without an extension is not supported"))?;
                    fields.push(self.text(extension, depth)?);
                    self.content(extension, depth, fields)?;
                }
                other => return Err(child.fault(format!("<{other}> is not supported in a message"))),
            }
            if fields.len() > 1 {
                let (last, before) = fields.split_last().map_or((None, &[][..]), |(last, before)| (Some(last), before));
                if let Some(last) = last.filter(|last| before.iter().any(|field| field.name == last.name)) {
                    return Err(child.fault(format!("the field {} occurs twice", last.name)));
                }
            }
        }
        Ok(())
    }

    fn element(&self, element: &SchemaElement, depth: usize) -> Result<Option<FieldDefinition>, XmlFault> {
        self.count(element)?;
        let name = element.required("name")?;
        let (minimum, maximum) = (occurrence(element, "minOccurs")?, occurrence(element, "maxOccurs")?);
        if maximum == Some(0) {
            return Ok(None);
        }
        let minimum = minimum.ok_or_else(|| element.fault("minOccurs must be a number"))?;
        let (kind, type_name) = self.type_of(element, depth + 1)?;
        let repeated = (maximum != Some(1)).then_some(minimum);
        // JSON cannot put attributes beside a text. The implementations of OCPP 1.5 over JSON make an object of each such element
        // and call the list by the plural: `<value unit="Wh">1</value>` is `"values": [{"value": "1", "unit": "Wh"}]`.
        let has_text = kind.fields().iter().any(|field| field.xml == XmlForm::Text);
        let json_name = if has_text && repeated.is_some() { format!("{name}s") } else { name.to_owned() };
        Ok(Some(FieldDefinition {
            name: json_name,
            kind,
            required: minimum > 0,
            repeated,
            max_items: maximum.filter(|_| repeated.is_some()),
            type_name,
            default: None,
            xml: XmlForm::Element(name.to_owned()),
        }))
    }

    fn attribute(&self, attribute: &SchemaElement, depth: usize) -> Result<Option<FieldDefinition>, XmlFault> {
        self.count(attribute)?;
        let usage = attribute.attribute("use").unwrap_or("optional");
        if usage == "prohibited" {
            return Ok(None);
        }
        let (kind, type_name) = self.type_of(attribute, depth + 1)?;
        let name = attribute.required("name")?.to_owned();
        Ok(Some(FieldDefinition {
            name,
            kind,
            required: usage == "required",
            repeated: None,
            max_items: None,
            type_name,
            default: None,
            xml: XmlForm::Attribute,
        }))
    }

    fn text(&self, extension: &SchemaElement, depth: usize) -> Result<FieldDefinition, XmlFault> {
        self.count(extension)?;
        let base = extension.reference("base")?.ok_or_else(|| extension.fault("<extension> has no attribute base"))?;
        let (kind, type_name) = self.named(&base, extension, depth + 1)?;
        let (name, xml) = (TEXT.to_owned(), XmlForm::Text);
        Ok(FieldDefinition { name, kind, required: true, repeated: None, max_items: None, type_name, default: None, xml })
    }

    fn restricted(&self, declaration: &SchemaElement, depth: usize) -> Result<FieldKind, XmlFault> {
        let restriction = declaration.first(XSD, "restriction");
        let restriction =
            restriction.ok_or_else(|| declaration.fault("a simpleType without a restriction is not supported"))?;
        let base = restriction.reference("base")?.ok_or_else(|| restriction.fault("<restriction> has no attribute base"))?;
        let mut kind = self.named(&base, restriction, depth + 1)?.0;
        let mut values = Vec::new();
        for facet in restriction.children.iter().filter(|child| &*child.name.namespace == XSD) {
            match (&*facet.name.local, &mut kind) {
                ("enumeration", _) => values.push(facet.required("value")?.to_owned()),
                ("maxLength" | "length", FieldKind::Text { max_length }) => *max_length = Some(number(facet)?),
                ("fractionDigits", FieldKind::Decimal { fraction_digits, .. }) => *fraction_digits = Some(number(facet)?),
                ("annotation" | "whiteSpace", _) => {}
                (other, _) => return Err(facet.fault(format!("the limit {other} is not supported for this type"))),
            }
        }
        if values.is_empty() { Ok(kind) } else { Ok(FieldKind::Enumeration(values)) }
    }

    fn count(&self, element: &SchemaElement) -> Result<(), XmlFault> {
        self.fields.set(self.fields.get() + 1);
        if self.fields.get() > MAX_FIELDS {
            return Err(element.fault("the types contain each other so often that the messages would not end"));
        }
        Ok(())
    }
}

fn number(facet: &SchemaElement) -> Result<u32, XmlFault> {
    let value = facet.required("value")?;
    value.trim().parse().map_err(|_| facet.fault(format!("{value} is not a number")))
}

/// `None` is unbounded, an absent attribute is 1.
fn occurrence(element: &SchemaElement, attribute: &str) -> Result<Option<u32>, XmlFault> {
    match element.attribute(attribute).map(str::trim) {
        None => Ok(Some(1)),
        Some("unbounded") => Ok(None),
        Some(text) => {
            let count =
                text.parse().map_err(|_| element.fault(format!("{attribute} is neither a number nor unbounded: {text}")))?;
            Ok(Some(count))
        }
    }
}

/// What a simple type of XML Schema holds; none for a type that OCPP has no need of.
pub(super) fn built_in(name: &str) -> Option<FieldKind> {
    Some(match name {
        "string" | "normalizedString" | "token" => FieldKind::Text { max_length: None },
        // OCPP 1.x means a number of 32 bits by both.
        "int" | "integer" => FieldKind::Integer(NumberRange::INT_32),
        "decimal" | "double" | "float" => FieldKind::Decimal { fraction_digits: None, range: NumberRange::ANY },
        "boolean" => FieldKind::Boolean,
        "dateTime" => FieldKind::DateTime,
        "anyURI" => FieldKind::Uri,
        _ => return None,
    })
}
