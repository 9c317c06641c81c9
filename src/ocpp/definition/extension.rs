//! Actions that a version has beside those of its WSDL files, in JSON only. The file explains its format in its own head; this module
//! reads it and adds the actions.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::toml_file;
use super::types::built_in;
use super::xml::XmlFault;
use crate::ocpp::catalog::ActionDefinition;
use crate::ocpp::message::{FieldDefinition, FieldKind, MessageDefinition, XmlForm};
use crate::ocpp::{Role, Version};

/// Fields of one file with every type written out where it is used: some 70 in the security extension. Without the limit a few types
/// that contain the one before ten times over would fill the memory.
const MAX_FIELDS: usize = 2_000;

/// An extension file.
#[derive(Debug)]
pub(super) struct Extension {
    pub version: Version,
    actions: Vec<(u32, ActionDefinition)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<String>,
    #[serde(default, rename = "type")]
    types: Vec<Spanned<TypeEntry>>,
    #[serde(default, rename = "action")]
    actions: Vec<Spanned<ActionEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeEntry {
    name: String,
    choices: Option<Vec<String>>,
    fields: Option<Vec<Spanned<FieldEntry>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionEntry {
    name: String,
    initiator: Initiator,
    request: Vec<Spanned<FieldEntry>>,
    response: Vec<Spanned<FieldEntry>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Initiator {
    ChargePoint,
    CentralSystem,
}

impl From<Initiator> for Role {
    fn from(initiator: Initiator) -> Role {
        match initiator {
            Initiator::ChargePoint => Role::ChargePoint,
            Initiator::CentralSystem => Role::CentralSystem,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    name: String,
    #[serde(rename = "type")]
    type_name: String,
    length: Option<u32>,
    #[serde(default)]
    optional: bool,
    minimum: Option<u32>,
}

/// Reads an extension file.
pub(super) fn read(text: &str) -> Result<Extension, XmlFault> {
    let file: File = toml_file::read(text)?;
    let version = toml_file::version(text, &file.version)?;
    let mut types = Types { text, known: HashMap::new(), fields: 0 };
    for entry in &file.types {
        types.declare(entry)?;
    }
    let mut actions = Vec::new();
    for entry in &file.actions {
        let action = entry.get_ref();
        let message =
            |types: &mut Types, fields: &[Spanned<FieldEntry>], suffix: &str| -> Result<MessageDefinition, XmlFault> {
                Ok(MessageDefinition::new(format!("{}{suffix}", action.name), types.fields(fields)?, None))
            };
        let definition = ActionDefinition {
            name: action.name.as_str().into(),
            version,
            initiator: action.initiator.into(),
            request: message(&mut types, &action.request, "Request")?,
            response: message(&mut types, &action.response, "Response")?,
            is_send: false,
            soap: None,
        };
        actions.push((toml_file::line(text, entry), definition));
    }
    Ok(Extension { version, actions })
}

/// The types declared so far. A type can use only those before it, so none can contain itself.
struct Types<'text> {
    text: &'text str,
    /// The kind of a type, and its number of fields.
    known: HashMap<String, (FieldKind, usize)>,
    /// How many fields were written out so far.
    fields: usize,
}

impl Types<'_> {
    fn declare(&mut self, entry: &Spanned<TypeEntry>) -> Result<(), XmlFault> {
        let TypeEntry { name, choices, fields } = entry.get_ref();
        let before = self.fields;
        let kind = match (choices, fields) {
            (Some(choices), None) if !choices.is_empty() => FieldKind::Enumeration(choices.clone()),
            (None, Some(fields)) => FieldKind::Object(self.fields(fields)?),
            _ => return Err(self.fault(entry, format!("the type {name} must have either choices or fields"))),
        };
        let known = (kind, self.fields - before);
        if built_in(name).is_some() || self.known.insert(name.clone(), known).is_some() {
            return Err(self.fault(entry, format!("there is a type {name} already")));
        }
        Ok(())
    }

    fn fields(&mut self, entries: &[Spanned<FieldEntry>]) -> Result<Vec<FieldDefinition>, XmlFault> {
        let mut fields: Vec<FieldDefinition> = Vec::with_capacity(entries.len());
        for entry in entries {
            let field = self.field(entry)?;
            if fields.iter().any(|other| other.name == field.name) {
                return Err(self.fault(entry, format!("the field {} occurs twice", field.name)));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn field(&mut self, entry: &Spanned<FieldEntry>) -> Result<FieldDefinition, XmlFault> {
        let FieldEntry { name, type_name, length, optional, minimum } = entry.get_ref();
        self.fields += 1 + self.known.get(type_name).map_or(0, |(_, fields)| *fields);
        if self.fields > MAX_FIELDS {
            return Err(self.fault(entry, format!("this is more than {MAX_FIELDS} fields, with all types written out")));
        }
        let (mut kind, type_name) = match (self.known.get(type_name), built_in(type_name)) {
            (Some((kind, _)), _) => (kind.clone(), type_name.clone()),
            (None, Some(kind)) => (kind, format!("xs:{type_name}")),
            (None, None) => return Err(self.fault(entry, format!("the type {type_name} is not declared above"))),
        };
        match (&mut kind, length) {
            (_, None) => {}
            (FieldKind::Text { max_length }, Some(_)) => *max_length = *length,
            _ => return Err(self.fault(entry, format!("{name} is no string, so it has no length"))),
        }
        // It is never written as XML, but the field needs a form.
        let xml = XmlForm::Element(name.clone());
        Ok(FieldDefinition {
            name: name.clone(),
            kind,
            required: !optional,
            repeated: *minimum,
            max_items: None,
            type_name,
            default: None,
            xml,
        })
    }

    fn fault<Entry>(&self, entry: &Spanned<Entry>, problem: String) -> XmlFault {
        XmlFault { line: toml_file::line(self.text, entry), column: None, problem }
    }
}

impl Extension {
    /// Adds the actions to those of the version.
    pub fn add_to(self, actions: &mut Vec<ActionDefinition>) -> Result<(), XmlFault> {
        for (line, action) in self.actions {
            if actions.iter().any(|other| other.name == action.name && other.initiator == action.initiator) {
                let problem =
                    format!("the {} of OCPP {} has an action {} already", action.initiator, self.version, action.name);
                return Err(XmlFault { line, column: None, problem });
            }
            actions.push(action);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fault of a file with this after the version.
    fn fault(rest: &str) -> XmlFault {
        read(&format!("version = \"1.6\"\n{rest}")).unwrap_err()
    }

    fn action(fields: &str) -> String {
        format!("[[action]]\nname = \"A\"\ninitiator = \"charge-point\"\nresponse = []\nrequest = [\n{fields}\n]\n")
    }

    #[test]
    fn faults_name_their_line() {
        assert!(read("version = \"1.7\"\n").unwrap_err().problem.contains("1.7"));
        let unknown = fault(&action("{ name = \"a\", type = \"T\" }"));
        assert_eq!((unknown.line, &*unknown.problem), (7, "the type T is not declared above"));
        let twice = fault(&action("{ name = \"a\", type = \"int\" },\n{ name = \"a\", type = \"int\" }"));
        assert_eq!((twice.line, &*twice.problem), (8, "the field a occurs twice"));
        assert!(fault(&action("{ name = \"a\", type = \"int\", length = 4 }")).problem.contains("no length"));
        assert_eq!(fault("[[action]]\nname = \"A\"\ninitiator = \"both\"\n").line, 4);
        assert!(fault("[[action]]\nkind = 1\n").problem.contains("kind"));
        assert!(fault("[[type]]\nname = \"T\"\nchoices = []\n").problem.contains("either choices or fields"));
        assert!(fault("[[type]]\nname = \"int\"\nchoices = [\"a\"]\n").problem.contains("already"));
    }

    #[test]
    fn an_action_that_exists_already_is_a_fault() {
        let text = format!("version = \"1.6\"\n{0}{0}", action(""));
        let fault = read(&text).unwrap().add_to(&mut Vec::new()).unwrap_err();
        assert!(fault.problem.contains("has an action A already") && fault.line > 7, "{}: {}", fault.line, fault.problem);
    }

    #[test]
    fn types_cannot_grow_without_an_end() {
        let itself = "[[type]]\nname = \"T\"\nfields = [{ name = \"a\", type = \"T\" }]\n";
        assert!(fault(itself).problem.contains("not declared above"));
        let mut bomb = "[[type]]\nname = \"T0\"\nfields = []\n".to_owned();
        for level in 1..12 {
            let field = |field| format!("{{ name = \"f{field}\", type = \"T{}\" }}", level - 1);
            let fields: Vec<String> = (0..10).map(field).collect();
            bomb += &format!("[[type]]\nname = \"T{level}\"\nfields = [{}]\n", fields.join(", "));
        }
        assert!(fault(&bomb).problem.contains("more than 2000 fields"));
    }
}
