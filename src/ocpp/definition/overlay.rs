//! The differences of a version's JSON from its WSDL. The file explains its format in its own head; this module reads it and
//! changes the JSON fields of messages.

use serde::Deserialize;
use toml::Spanned;

use super::toml_file;
use super::xml::XmlFault;
use crate::ocpp::Version;
use crate::ocpp::catalog::ActionDefinition;
use crate::ocpp::message::{FieldDefinition, FieldKind, MessageDefinition};

/// An overlay file.
#[derive(Debug)]
pub(super) struct Overlay {
    pub version: Version,
    changes: Vec<(u32, Change)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<String>,
    #[serde(default, rename = "change")]
    changes: Vec<Spanned<Change>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    action: String,
    message: Direction,
    #[serde(default)]
    path: String,
    required: Option<bool>,
    minimum: Option<u32>,
    #[serde(default)]
    also: Vec<String>,
    order: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Request,
    Response,
}

/// Reads an overlay file.
pub(super) fn read(text: &str) -> Result<Overlay, XmlFault> {
    let file: File = toml_file::read(text)?;
    let version = toml_file::version(text, &file.version)?;
    let changes = file.changes.into_iter().map(|change| (toml_file::line(text, &change), change.into_inner())).collect();
    Ok(Overlay { version, changes })
}

impl Overlay {
    /// Changes the JSON fields of the actions.
    pub fn apply(&self, actions: &mut [ActionDefinition]) -> Result<(), XmlFault> {
        for (line, change) in &self.changes {
            let fault = |problem: String| XmlFault { line: *line, column: None, problem };
            let mut found = false;
            for action in actions.iter_mut().filter(|action| *action.name == *change.action) {
                let message = match change.message {
                    Direction::Request => &mut action.request,
                    Direction::Response => &mut action.response,
                };
                change.apply(message).map_err(|error| fault(error.to_string()))?;
                found = true;
            }
            if !found {
                return Err(fault(format!("OCPP {} has no action {}", self.version, change.action)));
            }
        }
        Ok(())
    }
}

/// Why a change does not fit its message.
#[derive(Debug, thiserror::Error)]
enum ChangeError {
    #[error("{path} of {message} is not in the WSDL")]
    Missing { path: String, message: String },
    #[error("{path} is not a list")]
    NoList { path: String },
    #[error("{path} is not an enumeration")]
    NoEnumeration { path: String },
    #[error("{path} has no fields to put in order")]
    NoFields { path: String },
    #[error("the order of {place} does not name exactly the fields of the WSDL")]
    OtherFields { place: String },
}

impl Change {
    fn apply(&self, message: &mut MessageDefinition) -> Result<(), ChangeError> {
        let path = || self.path.clone();
        let missing = || ChangeError::Missing { path: path(), message: message.name.to_string() };
        if self.path.is_empty() {
            return self.reorder(&mut message.fields);
        }
        let field = find(&mut message.fields, &self.path).ok_or_else(missing)?;
        if let Some(required) = self.required {
            field.required = required;
        }
        if let Some(minimum) = self.minimum {
            let repeated = field.repeated.as_mut().ok_or_else(|| ChangeError::NoList { path: path() })?;
            *repeated = minimum;
        }
        match &mut field.kind {
            FieldKind::Enumeration(values) => values.extend(self.also.iter().cloned()),
            _ if !self.also.is_empty() => return Err(ChangeError::NoEnumeration { path: path() }),
            _ => {}
        }
        match &mut field.kind {
            FieldKind::Object(fields) | FieldKind::Map(fields) => self.reorder(fields),
            _ if self.order.is_some() => Err(ChangeError::NoFields { path: path() }),
            _ => Ok(()),
        }
    }

    fn reorder(&self, fields: &mut [FieldDefinition]) -> Result<(), ChangeError> {
        let Some(order) = &self.order else { return Ok(()) };
        let place = |field: &FieldDefinition| order.iter().position(|name| *name == field.name);
        if order.len() != fields.len() || fields.iter().any(|field| place(field).is_none()) {
            return Err(ChangeError::OtherFields { place: self.path_or_message().to_owned() });
        }
        fields.sort_by_key(place);
        Ok(())
    }

    fn path_or_message(&self) -> &str {
        if self.path.is_empty() { "the message" } else { &self.path }
    }
}

fn find<'field>(mut fields: &'field mut [FieldDefinition], path: &str) -> Option<&'field mut FieldDefinition> {
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let field = fields.iter_mut().find(|field| field.name == step)?;
        if steps.peek().is_none() {
            return Some(field);
        }
        match &mut field.kind {
            FieldKind::Object(inner) | FieldKind::Map(inner) => fields = inner,
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_an_overlay_name_their_line() {
        let fault = read("version = \"1.6\"\n\n[[change]]\naction = \"X\"\nmessage = \"both\"\n").unwrap_err();
        assert_eq!(fault.line, 5);
        let fault = read("version = \"1.7\"\n").unwrap_err();
        assert!(fault.problem.contains("1.7"));
        let fault = read("version = \"1.6\"\n[[change]]\naction = \"X\"\nmessage = \"request\"\nmandatory = 1\n").unwrap_err();
        assert!(fault.problem.contains("mandatory"), "{}", fault.problem);
        assert_eq!(read("version = \n").unwrap_err().line, 1);
    }

    #[test]
    fn a_change_that_finds_nothing_is_a_fault() {
        let overlay = read("version = \"1.6\"\n\n[[change]]\naction = \"X\"\nmessage = \"request\"\n").unwrap();
        let fault = overlay.apply(&mut []).unwrap_err();
        assert!(fault.problem.contains("no action X"));
        assert!((3..=4).contains(&fault.line), "{}", fault.line);
    }
}
