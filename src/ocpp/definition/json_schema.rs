//! JSON Schema (draft-06 and draft-07) read into fields, as far as a field can say it: the fields serve samples, completion and
//! documentation. What a schema says beyond that decides nothing here; its validator knows it. Files and actions are in `schema_set` and
//! `schema_folder`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::json_place;
use super::xml::XmlFault;
use crate::ocpp::NumberRange;
use crate::ocpp::message::{FieldDefinition, FieldKind, XmlForm};

/// Schemas inside schemas; the deepest message of OCPP has eight.
const MAX_DEPTH: usize = 32;
/// Fields of one file with every type written out where it is used: some 4200 in OCPP 2.1. Without the limit a few types that contain
/// the one before ten times over would fill the memory.
const MAX_FIELDS: usize = 50_000;

/// Where definitions are, in a reference.
const DEFINITIONS: &str = "#/definitions/";

/// What is wrong in a schema, with the path to it.
#[derive(Debug)]
pub(super) struct SchemaFault {
    /// From the innermost step outwards, because it grows on the way out.
    steps: Vec<String>,
    /// Whether the path begins at the root already.
    is_whole: bool,
    problem: String,
}

impl SchemaFault {
    /// A fault at a path from the root.
    pub fn at(mut path: Vec<String>, problem: String) -> SchemaFault {
        path.reverse();
        SchemaFault { steps: path, is_whole: true, problem }
    }

    /// A fault of the value itself.
    pub fn here(problem: impl Into<String>) -> SchemaFault {
        SchemaFault { steps: Vec::new(), is_whole: false, problem: problem.into() }
    }

    /// The same fault, seen from the object or list around it.
    pub fn inside(mut self, step: &str) -> SchemaFault {
        if !self.is_whole {
            self.steps.push(step.to_owned());
        }
        self
    }

    /// The fault of a definition, whose path begins at the root wherever it is used.
    fn of_definition(self, name: &str) -> SchemaFault {
        SchemaFault { is_whole: true, ..self.inside(name).inside("definitions") }
    }

    /// The fault with its place in the text.
    pub fn placed(mut self, text: &str) -> XmlFault {
        self.steps.reverse();
        let (line, column) = json_place::find(text, &self.steps);
        XmlFault { line, column: Some(column), problem: self.problem }
    }
}

/// Parses the text of a file.
pub(super) fn parse(text: &str) -> Result<Value, XmlFault> {
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        let whole = error.to_string();
        let problem = whole.rsplit_once(" at line ").map_or(&*whole, |(problem, _)| problem);
        XmlFault { line: number(error.line()), column: Some(number(error.column())), problem: format!("not JSON: {problem}") }
    })
}

/// The definitions of one document, read when a field first uses them.
pub(super) struct DocumentTypes<'document> {
    definitions: Option<&'document Map<String, Value>>,
    /// The kinds of the definitions read so far, with their numbers of fields.
    known: HashMap<&'document str, (FieldKind, usize)>,
    /// The definitions that are being read.
    open: Vec<&'document str>,
    depth: usize,
    fields: usize,
}

impl<'document> DocumentTypes<'document> {
    /// The definitions of a document.
    pub fn of(document: &'document Value) -> DocumentTypes<'document> {
        let definitions = document.get("definitions").and_then(Value::as_object);
        DocumentTypes { definitions, known: HashMap::new(), open: Vec::new(), depth: 0, fields: 0 }
    }

    /// The fields of a message that is one of the definitions.
    pub fn message(&mut self, name: &'document str) -> Result<Vec<FieldDefinition>, SchemaFault> {
        let missing = || SchemaFault::here(format!("{name} is not defined")).inside("definitions");
        let schema = self.definition(name).ok_or_else(missing)?;
        self.root(schema).map_err(|fault| fault.of_definition(name))
    }

    /// The fields of a message from its own schema.
    pub fn root(&mut self, schema: &'document Value) -> Result<Vec<FieldDefinition>, SchemaFault> {
        match self.kind(schema)? {
            FieldKind::Object(fields) | FieldKind::Map(fields) => Ok(fields),
            _ => Err(SchemaFault::here("a message must be an object: \"type\": \"object\"")),
        }
    }

    fn definition(&self, name: &str) -> Option<&'document Value> {
        self.definitions?.get(name)
    }

    /// A schema, or the definition that it refers to, with that one's name.
    fn resolve(&self, schema: &'document Value) -> Result<(&'document Value, Option<&'document str>), SchemaFault> {
        let Some(reference) = schema.get("$ref") else { return Ok((schema, None)) };
        let fault = |problem| Err(SchemaFault::here(problem).inside("$ref"));
        let Some(name) = reference.as_str().and_then(|reference| reference.strip_prefix(DEFINITIONS)) else {
            return fault(format!("{reference} is not supported: a reference must begin with {DEFINITIONS}"));
        };
        match self.definition(name) {
            Some(definition) if definition.get("$ref").is_none() => Ok((definition, Some(name))),
            Some(_) => fault(format!("{name} is itself a reference, which is not supported")),
            None => fault(format!("{name} is not among the definitions")),
        }
    }

    /// What a schema describes, by its resolved form.
    fn named(&mut self, schema: &'document Value, name: Option<&'document str>) -> Result<FieldKind, SchemaFault> {
        let Some(name) = name else { return self.kind(schema) };
        if let Some((kind, fields)) = self.known.get(name) {
            let (kind, fields) = (kind.clone(), *fields);
            self.count(fields)?;
            return Ok(kind);
        }
        if self.open.contains(&name) {
            return Err(SchemaFault::here(format!("{name} contains itself")));
        }
        self.open.push(name);
        let before = self.fields;
        let kind = self.kind(schema).map_err(|fault| fault.of_definition(name))?;
        self.open.pop();
        self.known.insert(name, (kind.clone(), self.fields - before));
        Ok(kind)
    }

    fn count(&mut self, fields: usize) -> Result<(), SchemaFault> {
        self.fields += fields;
        if self.fields > MAX_FIELDS {
            return Err(SchemaFault::here(format!("this is more than {MAX_FIELDS} fields, with all types written out")));
        }
        Ok(())
    }

    /// What a schema without a reference describes. What no kind of field can say is any JSON.
    fn kind(&mut self, schema: &'document Value) -> Result<FieldKind, SchemaFault> {
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(_) => return Ok(FieldKind::Any),
            _ => return Err(SchemaFault::here("a schema must be an object")),
        };
        let choices = members.get("enum").and_then(Value::as_array).and_then(|values| texts(values));
        let word = match members.get("type") {
            Some(Value::String(word)) => word,
            None if choices.is_some() => "string",
            None if members.contains_key("properties") => "object",
            _ => return Ok(FieldKind::Any),
        };
        Ok(match word {
            "string" => match (choices, members.get("format").and_then(Value::as_str)) {
                (Some(choices), _) => FieldKind::Enumeration(choices),
                (None, Some("date-time")) => FieldKind::DateTime,
                (None, Some("uri")) => FieldKind::Uri,
                _ => FieldKind::Text { max_length: size(schema, "maxLength")? },
            },
            "integer" => FieldKind::Integer(range(members)),
            "number" => FieldKind::Decimal { fraction_digits: fraction_digits(members), range: range(members) },
            "boolean" => FieldKind::Boolean,
            "object" => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(SchemaFault::here("types are nested too deeply"));
                }
                let fields = self.properties(members)?;
                self.depth -= 1;
                let is_closed = members.get("additionalProperties") == Some(&Value::Bool(false));
                if is_closed { FieldKind::Object(fields) } else { FieldKind::Map(fields) }
            }
            // A list of lists, or what may be missing.
            "array" | "null" => FieldKind::Any,
            other => return Err(SchemaFault::here(format!("there is no type {other}")).inside("type")),
        })
    }

    fn properties(&mut self, members: &'document Map<String, Value>) -> Result<Vec<FieldDefinition>, SchemaFault> {
        let required = match members.get("required") {
            None => Vec::new(),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(_) => return Err(SchemaFault::here("required must be a list of names").inside("required")),
        };
        let properties = match members.get("properties") {
            None => return Ok(Vec::new()),
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(SchemaFault::here("properties must be an object").inside("properties")),
        };
        let mut fields = Vec::with_capacity(properties.len());
        for (name, schema) in properties {
            let field = self.field(name, schema, required.contains(&name.as_str()));
            fields.push(field.map_err(|fault| fault.inside(name).inside("properties"))?);
        }
        Ok(fields)
    }

    fn field(&mut self, name: &str, schema: &'document Value, required: bool) -> Result<FieldDefinition, SchemaFault> {
        self.count(1)?;
        let beside = schema.get("default");
        let (schema, own_name) = self.resolve(schema)?;
        let default = beside.or_else(|| schema.get("default"));
        let (kind, type_name, list) = if schema.get("type").is_some_and(|word| word == "array") {
            self.list(schema).map_err(|fault| match own_name {
                Some(own_name) => fault.of_definition(own_name),
                None => fault,
            })?
        } else {
            (self.named(schema, own_name)?, own_name, (None, None))
        };
        Ok(FieldDefinition {
            name: name.to_owned(),
            type_name: type_name.unwrap_or_else(|| word(&kind)).to_owned(),
            kind,
            required,
            repeated: list.0,
            max_items: list.1,
            default: default.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).into()),
            // It is never written as XML, but the field needs a form.
            xml: XmlForm::Element(name.to_owned()),
        })
    }

    /// The kind of the elements of a list, its name, and the least and the greatest number of elements.
    #[expect(clippy::type_complexity, reason = "it has one caller")]
    fn list(
        &mut self,
        schema: &'document Value,
    ) -> Result<(FieldKind, Option<&'document str>, (Option<u32>, Option<u32>)), SchemaFault> {
        let limits = (Some(size(schema, "minItems")?.unwrap_or(0)), size(schema, "maxItems")?);
        let Some(items @ Value::Object(_)) = schema.get("items") else { return Ok((FieldKind::Any, None, limits)) };
        let element = self.resolve(items).and_then(|(element, name)| Ok((self.named(element, name)?, name)));
        let (kind, name) = element.map_err(|fault| fault.inside("items"))?;
        Ok((kind, name, limits))
    }
}

/// The word of JSON Schema or of OCPP 2.x for a kind without a name.
fn word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } | FieldKind::Enumeration(_) => "string",
        FieldKind::Integer(_) => "integer",
        FieldKind::Decimal { .. } => "number",
        FieldKind::Boolean => "boolean",
        FieldKind::DateTime => "dateTime",
        FieldKind::Uri => "uri",
        FieldKind::Object(_) | FieldKind::Map(_) => "object",
        FieldKind::Any => "any",
    }
}

/// The texts of an enumeration; none when one of its values is not a text.
fn texts(values: &[Value]) -> Option<Vec<String>> {
    values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// A number of characters or elements.
fn size(schema: &Value, keyword: &str) -> Result<Option<u32>, SchemaFault> {
    let Some(value) = schema.get(keyword) else { return Ok(None) };
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let fault = || SchemaFault::here(format!("{keyword} must be a whole number from 0 on")).inside(keyword);
    number.ok_or_else(fault).map(Some)
}

fn range(members: &Map<String, Value>) -> NumberRange {
    let limit = |keyword| members.get(keyword).and_then(Value::as_f64);
    NumberRange { minimum: limit("minimum"), maximum: limit("maximum") }
}

/// How many fraction digits the step of a number allows: one for 0.1.
fn fraction_digits(members: &Map<String, Value>) -> Option<u32> {
    let step = members.get("multipleOf")?.as_f64()?;
    (0..=9).find(|digits| (step * 10_f64.powi(*digits) - 1.0).abs() < 1e-9).and_then(|digits| u32::try_from(digits).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(document: &Value) -> Vec<FieldDefinition> {
        DocumentTypes::of(document).root(document).unwrap()
    }

    /// The fault of a document, placed in its text.
    fn fault(text: &str) -> XmlFault {
        let document = match parse(text) {
            Ok(document) => document,
            Err(fault) => return fault,
        };
        let fault = DocumentTypes::of(&document).root(&document).unwrap_err();
        fault.placed(text)
    }

    #[test]
    fn every_kind_of_field_is_read_with_its_limits() {
        let document = json!({ "type": "object", "additionalProperties": false, "required": ["text", "list"], "definitions": {
            "Colour": { "type": "string", "enum": ["Red", "Green"] },
            "Inner": { "type": "object", "properties": { "colour": { "$ref": "#/definitions/Colour" } } },
            "Inners": { "type": "array", "items": { "$ref": "#/definitions/Inner" } },
        }, "properties": {
            "text": { "type": "string", "maxLength": 7 },
            "time": { "type": "string", "format": "date-time" },
            "place": { "type": "string", "format": "uri" },
            "whole": { "type": "integer", "minimum": -1 },
            "part": { "type": "number", "multipleOf": 0.1, "maximum": 2.5 },
            "flag": { "type": "boolean" },
            "free": {},
            "either": { "type": ["string", "null"] },
            "colour": { "$ref": "#/definitions/Colour", "default": "Red" },
            "list": { "type": "array", "items": { "$ref": "#/definitions/Inner" }, "minItems": 1, "maxItems": 4 },
            "named": { "$ref": "#/definitions/Inners" },
            "lists": { "type": "array", "items": { "type": "array" } },
        } });
        let labels: Vec<String> = fields(&document)
            .iter()
            .map(|field| format!("{} {} {} {}", field.name, field.required, field.label(), field.type_name))
            .collect();
        let wanted = [
            "text true text, at most 7 characters string",
            "time false date and time dateTime",
            "place false URI uri",
            "whole false whole number, at least -1 integer",
            "part false number, at most 1 fraction digit, at most 2.5 number",
            "flag false true or false boolean",
            "free false any JSON any",
            "either false any JSON any",
            "colour false one of Red, Green Colour",
            "list true list of 1 to 4: object with any fields Inner",
            "named false list of object with any fields Inner",
            "lists false list of any JSON any",
        ];
        let default = fields(&document).into_iter().find_map(|field| field.default);
        assert_eq!(default.as_deref(), Some("Red"));
        assert_eq!(labels, wanted);
        assert_eq!(fields(&document)[9].kind.fields()[0].type_name, "Colour");
    }

    #[test]
    fn a_fault_names_its_place_and_not_the_place_of_use() {
        let text = "{ \"type\": \"object\",\n  \"properties\": { \"a\": { \"$ref\": \"#/definitions/A\" } },\n  \"definitions\": {\n    \"A\": { \"type\": \"object\", \"properties\": {\n      \"b\": KIND } } } }\n";
        for (kind, place, word) in [
            ("{ \"type\": \"strin\" }", (5, 22), "there is no type strin"),
            ("{ \"$ref\": \"#/definitions/B\" }", (5, 22), "B is not among the definitions"),
            ("{ \"$ref\": \"other.json\" }", (5, 22), "must begin with #/definitions/"),
            ("{ \"$ref\": \"#/definitions/A\" }", (5, 12), "A contains itself"),
            ("{ \"maxLength\": -1, \"type\": \"string\" }", (5, 27), "maxLength must be a whole number"),
            ("3", (5, 12), "a schema must be an object"),
            ("{ \"type\": \"array\", \"items\": { \"type\": \"x\" } }", (5, 50), "there is no type x"),
            ("{ \"properties\": 3 }", (5, 28), "properties must be an object"),
            ("{ \"properties\": {}, \"required\": true }", (5, 44), "required must be a list"),
        ] {
            let fault = fault(&text.replace("KIND", kind));
            assert!(fault.problem.contains(word), "{kind}: {}", fault.problem);
            assert_eq!((fault.line, fault.column), (place.0, Some(place.1)), "{kind}");
        }
        let fault = fault("{\n  \"type\": }\n");
        assert_eq!((fault.line, &*fault.problem), (2, "not JSON: expected value"));
    }

    #[test]
    fn a_message_is_an_object() {
        assert!(fault("[]").problem.contains("a schema must be an object"));
        assert!(fault("{ \"type\": \"string\" }").problem.contains("a message must be an object"));
        let document = json!({ "definitions": {} });
        let missing = DocumentTypes::of(&document).message("ARequest").unwrap_err();
        assert!(missing.placed("{}").problem.contains("ARequest is not defined"));
    }

    #[test]
    fn types_cannot_grow_without_an_end() {
        let mut definitions = Map::new();
        definitions.insert("T0".to_owned(), json!({ "type": "object" }));
        for level in 1..12 {
            let field = json!({ "$ref": format!("#/definitions/T{}", level - 1) });
            let fields: Map<String, Value> = (0..10).map(|number| (format!("f{number}"), field.clone())).collect();
            definitions.insert(format!("T{level}"), json!({ "type": "object", "properties": fields }));
        }
        let document =
            json!({ "type": "object", "definitions": definitions, "properties": { "a": { "$ref": "#/definitions/T11" } } });
        let fault = DocumentTypes::of(&document).root(&document).unwrap_err();
        assert!(fault.problem.contains("more than 50000 fields"), "{}", fault.problem);
        let mut deep = json!({ "type": "object" });
        for _ in 0..50 {
            deep = json!({ "type": "object", "properties": { "a": deep } });
        }
        assert!(DocumentTypes::of(&deep).root(&deep).unwrap_err().problem.contains("too deeply"));
    }
}
