//! What `name=value` does to a payload. The text of a value is JSON; where the definitions want text it is text as typed. Faults are
//! reported with their place, and the change is made all the same where that is possible: whether the result may be sent is for
//! the caller to decide. Limits and formats of single values are the catalog's check, not ours.

mod spelling;

use std::ops::Range;

use serde_json::{Map, Value};
use thiserror::Error;

use self::spelling::{TypedSpelling, pointer};
use super::edit::{Assignment, PayloadEdit, PayloadStep};
use super::error::short;
use super::path::{self, PathError};
use super::token::column;
use crate::compose::{FieldPlace, PathStep, SpanMap, field_at, fields_at, line_and_column, type_label};
use crate::ocpp::suggest;
use crate::ocpp::{FieldKind, MessageDefinition};
use crate::rpc::{JsonFault, OutgoingPayload};

/// The message that a payload belongs to.
#[derive(Debug, Clone, Copy)]
pub struct PayloadShape<'a> {
    /// The action, for messages.
    pub action: &'a str,
    /// The fields.
    pub message: &'a MessageDefinition,
}

/// A changed payload and what is wrong with the changes.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedAssignments {
    /// The payload with every change that could be made.
    pub payload: OutgoingPayload,
    /// What is wrong, in the order of the line.
    pub errors: Vec<AssignError>,
}

impl AppliedAssignments {
    /// The payload, if it may be sent: without errors, or with `force` and without errors that no force helps against.
    ///
    /// # Errors
    /// With all errors of the assignments.
    pub fn accept(self, force: bool) -> Result<OutgoingPayload, Vec<AssignError>> {
        let refused = self.errors.iter().any(|error| !force || error.fault.is_fatal());
        if refused { Err(self.errors) } else { Ok(self.payload) }
    }

    /// The payload of a command that has no `--force`: faults of values are sent, because the user wrote them on purpose; a name that
    /// occurs twice is refused.
    ///
    /// # Errors
    /// With all errors of the assignments.
    pub fn accept_unambiguous(self) -> Result<OutgoingPayload, Vec<AssignError>> {
        let is_doubled = |error: &AssignError| matches!(error.fault, AssignFault::DoubledName { .. });
        let force = !self.errors.iter().any(is_doubled);
        self.accept(force)
    }
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct AssignError {
    /// What is wrong.
    pub fault: AssignFault,
    /// Where, in bytes of the line.
    pub span: Range<usize>,
}

impl AssignError {
    /// The column in the line, in characters from 1.
    pub fn column(&self, line: &str) -> usize {
        column(line, self.span.start)
    }
}

/// What can be wrong with a change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AssignFault {
    /// The message has no such field.
    #[error("Error: unknown field `{field}' for procedure `{procedure}'")]
    UnknownField {
        /// The path, as typed.
        field: String,
        /// The action.
        procedure: String,
        /// The field that was probably meant.
        nearest: Option<String>,
    },
    /// The value is neither JSON nor a bare word in the place of text.
    #[error("Error: invalid value for argument `{field}': {value}")]
    InvalidValue {
        /// The path, as typed.
        field: String,
        /// The value, as typed.
        value: String,
        /// What the field holds.
        wanted: String,
        /// What is wrong with it as JSON, when it was meant to be that.
        mistake: Option<String>,
    },
    /// JSON of another type than the definitions want.
    #[error("Error: field `{field}' holds {wanted}, this is {found}.")]
    WrongType {
        /// The path, as typed.
        field: String,
        /// What the field holds.
        wanted: String,
        /// What the value is.
        found: &'static str,
    },
    /// A text outside the enumeration.
    #[error("Error: field `{field}' has no value `{value}'.")]
    NotListed {
        /// The path, as typed.
        field: String,
        /// The value.
        value: String,
        /// The values there are.
        values: Vec<String>,
    },
    /// The path cannot be read.
    #[error("Error: cannot read the field `{field}': {error}.")]
    BadPath {
        /// The path, as typed.
        field: String,
        /// Why.
        error: PathError,
    },
    /// An index behind the end of its list, so that elements would be missing before it.
    #[error("Error: field `{field}' leaves a gap: the list before it has {length} elements.")]
    Gap {
        /// The path, as typed.
        field: String,
        /// How long the list is.
        length: usize,
    },
    /// A whole payload that is no JSON object.
    #[error("Error: the payload is no JSON object: {reason}.")]
    BadPayload {
        /// Why.
        reason: String,
    },
    /// A whole payload that is JSON and breaks a limit of ours.
    #[error("Error: the payload cannot be read: {fault}.")]
    UnreadablePayload {
        /// The limit.
        fault: JsonFault,
    },
    /// A value that is JSON and breaks a limit of ours.
    #[error("Error: the value of `{field}' cannot be read: {fault}.")]
    UnreadableValue {
        /// The path, as typed.
        field: String,
        /// The limit.
        fault: JsonFault,
    },
    /// A name that occurs twice in one object of a whole payload.
    #[error("Error: {name} occurs twice in its object{}.", place.map(|(line, column)| format!(" (line {line}, column {column} of the file)")).unwrap_or_default())]
    DoubledName {
        /// The name, as typed.
        name: String,
        /// Line and column of its second occurrence in a file, from 1; `None` for a payload in the command line.
        place: Option<(usize, usize)>,
    },
    /// A file that cannot be read.
    #[error("Error: cannot read {name}: {reason}.")]
    File {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
}

impl AssignFault {
    /// Whether the change could not be made at all, so that no force helps.
    pub const fn is_fatal(&self) -> bool {
        matches!(
            self,
            AssignFault::BadPath { .. }
                | AssignFault::Gap { .. }
                | AssignFault::BadPayload { .. }
                | AssignFault::UnreadablePayload { .. }
                | AssignFault::UnreadableValue { .. }
                | AssignFault::File { .. }
        )
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            AssignFault::UnknownField { nearest, .. } => nearest.as_ref().map(|name| format!("Did you mean {name}?")),
            AssignFault::InvalidValue { wanted, mistake: Some(mistake), .. } => {
                Some(format!("The field holds {wanted}; in this JSON, {mistake}."))
            }
            AssignFault::InvalidValue { wanted, .. } => {
                Some(format!("The field holds {wanted}; text stands in double quotes."))
            }
            AssignFault::DoubledName { .. } => {
                Some("Readers differ in which one they take. Leave one out, or add --force to a call to send both.".to_owned())
            }
            AssignFault::UnreadablePayload { .. } | AssignFault::UnreadableValue { .. } => {
                Some("send and remote_send pass a payload on as it is typed.".to_owned())
            }
            AssignFault::NotListed { values, .. } => Some(format!("It is one of {}.", values.join(", "))),
            _ => None,
        }
    }
}

/// Applies changes to a payload, in their order. `read_file` reads the file of a `@file.json`.
pub fn apply(
    base: impl Into<OutgoingPayload>,
    edit: &PayloadEdit,
    shape: PayloadShape<'_>,
    mut read_file: impl FnMut(&str) -> std::io::Result<String>,
) -> AppliedAssignments {
    let mut applied = AppliedAssignments { payload: base.into(), errors: Vec::new() };
    let mut spelling = TypedSpelling::default();
    for step in &edit.steps {
        if let Some(text) = applied.payload.typed_text() {
            spelling.put("", text, applied.payload.value());
        }
        let result = match step {
            PayloadStep::Whole(text) => whole(&text.value)
                .map_err(|(fault, place)| {
                    // A word in quotes is shorter than what was typed.
                    let exact = text.value.len() == text.span.len();
                    let span = place.filter(|_| exact).map(|place| text.span.start + place.start..text.span.start + place.end);
                    (fault, span)
                })
                .map(|payload| {
                    for key in SpanMap::of(&text.value).repeated_keys() {
                        let name = short(&text.value[key.clone()]);
                        let start = text.span.start + key.start;
                        applied.fault(AssignFault::DoubledName { name, place: None }, &(start..start + key.len()));
                    }
                    applied.payload = payload;
                }),
            PayloadStep::File(name) => read_file(&name.value)
                .map_err(|error| (AssignFault::File { name: name.value.clone(), reason: error.to_string() }, None))
                .and_then(|text| match whole(&text) {
                    Ok(payload) => Ok((text, payload)),
                    Err((AssignFault::BadPayload { reason }, Some(place))) => {
                        let (line, column) = line_and_column(&text, place.start);
                        let reason = format!("{reason} (line {line}, column {column} of the file)");
                        Err((AssignFault::BadPayload { reason }, None))
                    }
                    Err((fault, _)) => Err((fault, None)),
                })
                .map(|(text, payload)| {
                    for key in SpanMap::of(&text).repeated_keys() {
                        let place = Some(line_and_column(&text, key.start));
                        let fault = AssignFault::DoubledName { name: short(&text[key.clone()]), place };
                        applied.fault(fault, &name.span);
                    }
                    applied.payload = payload;
                }),
            PayloadStep::Assign(assignment) => {
                applied.assign(assignment, shape, &mut spelling);
                Ok(())
            }
        };
        if let Err((fault, span)) = result {
            applied.errors.push(AssignError { fault, span: span.unwrap_or_else(|| step.span()) });
        }
    }
    if applied.payload.typed_text().is_none()
        && let Some(typed) = spelling.text(&applied.payload)
        && let Ok(payload) = OutgoingPayload::parse(&typed)
    {
        applied.payload = payload;
    }
    applied
}

/// Applies assignments to a payload of which no definition is known: a value is JSON, or text where it is none.
pub fn apply_plainly(mut payload: OutgoingPayload, edit: &PayloadEdit) -> OutgoingPayload {
    for step in &edit.steps {
        let PayloadStep::Assign(Assignment { path, value }) = step else { continue };
        let Ok(steps) = path::parse(&path.value) else { continue };
        if has_no_gap(&payload, &steps).is_err() {
            continue;
        }
        match serde_json::from_str(&value.value).unwrap_or_else(|_| Value::from(value.value.as_str())) {
            Value::Null => remove(payload.value_mut(), &steps),
            value => set(payload.value_mut(), &steps, value),
        }
    }
    payload
}

/// A whole payload, or what is wrong with it and where in its text.
fn whole(text: &str) -> Result<OutgoingPayload, (AssignFault, Option<Range<usize>>)> {
    match OutgoingPayload::parse(text) {
        Ok(payload) if payload.is_object() => Ok(payload),
        Ok(other) => Err((AssignFault::BadPayload { reason: format!("it is {}", type_of(&other)) }, None)),
        Err(error) => Err(match JsonFault::of(text, &error) {
            JsonFault::Syntax { what, span } => (AssignFault::BadPayload { reason: what }, Some(span)),
            fault => (AssignFault::UnreadablePayload { fault }, None),
        }),
    }
}

impl AppliedAssignments {
    fn assign(&mut self, assignment: &Assignment, shape: PayloadShape<'_>, spelling: &mut TypedSpelling) {
        let Assignment { path, value } = assignment;
        let field = || short(&path.value);
        let steps = match path::parse(&path.value) {
            Ok(steps) => steps,
            Err(error) => return self.fault(AssignFault::BadPath { field: field(), error }, &path.span),
        };
        if let Err(length) = has_no_gap(&self.payload, &steps) {
            return self.fault(AssignFault::Gap { field: field(), length }, &path.span);
        }
        let place = field_at(&shape.message.fields, &steps);
        if place.is_none() {
            let nearest = meant(shape.message, &steps);
            self.fault(AssignFault::UnknownField { field: field(), procedure: shape.action.to_owned(), nearest }, &path.span);
        }
        let (value_read, fault) = read(&value.value, place, field);
        if let Some(fault) = fault {
            self.fault(fault, &value.span);
        }
        for key in SpanMap::of(&value.value).repeated_keys() {
            // A word in quotes is shorter than what was typed.
            let start = if value.value.len() == value.span.len() { value.span.start + key.start } else { value.span.start };
            let name = short(&value.value[key.clone()]);
            self.fault(AssignFault::DoubledName { name, place: None }, &(start..value.span.end));
        }
        if value_read.is_null() {
            // The elements behind one that is removed have other places.
            spelling.forget(&pointer(match steps.split_last() {
                Some((PathStep::Index(_), around)) => around,
                _ => &steps,
            }));
            remove(self.payload.value_mut(), &steps);
        } else {
            spelling.put(&pointer(&steps), &value.value, &value_read);
            set(self.payload.value_mut(), &steps, value_read);
        }
    }

    fn fault(&mut self, fault: AssignFault, span: &Range<usize>) {
        self.errors.push(AssignError { fault, span: span.clone() });
    }
}

/// The name that was probably meant by the first step that leads nowhere.
fn meant(message: &MessageDefinition, steps: &[PathStep]) -> Option<String> {
    let known = (0..steps.len()).rev().find(|length| *length == 0 || field_at(&message.fields, &steps[..*length]).is_some())?;
    let PathStep::Key(typed) = &steps[known] else { return None };
    let fields = fields_at(&message.fields, &steps[..known])?;
    suggest(typed, fields.iter().map(|field| field.name.as_str())).map(str::to_owned)
}

/// The value that a text means at a place, and what is wrong with it. At a place for text it is the text as it was typed, whatever else it
/// would be as JSON; JSON are there a text in double quotes, `null`, which removes the field, and a list where a list of texts stands.
fn read(text: &str, place: Option<FieldPlace<'_>>, field: impl Fn() -> String) -> (Value, Option<AssignFault>) {
    if let Some(place) = place.filter(|place| holds_text(&place.field.kind))
        && text != "null"
        && !text.starts_with(['"', '\''])
        && !(place.is_list() && text.starts_with('['))
    {
        let word = Value::from(text);
        let word = if place.is_list() { Value::Array(vec![word]) } else { word };
        let fault = misfit(&word, place, &field);
        return (word, fault);
    }
    match (serde_json::from_str::<Value>(text), place) {
        (Ok(value), None) => (value, None),
        (Ok(value), Some(place)) => {
            let fault = misfit(&value, place, &field);
            (value, fault)
        }
        (Err(error), place) => {
            let word = Value::from(text);
            let fault = match (JsonFault::of(text, &error), place) {
                (JsonFault::Syntax { .. }, None) if !text.starts_with(['"', '\'', '{', '[']) => None,
                (JsonFault::Syntax { what, .. }, place) => {
                    let wanted = place.map_or_else(|| "JSON".to_owned(), label);
                    // Of a bare word the type says what is wrong; of JSON that was begun, the mistake in it.
                    let mistake = text.starts_with(['"', '{', '[']).then_some(what);
                    Some(AssignFault::InvalidValue { field: field(), value: short(text), wanted, mistake })
                }
                (fault, _) => Some(AssignFault::UnreadableValue { field: field(), fault }),
            };
            (word, fault)
        }
    }
}

const fn holds_text(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Text { .. } | FieldKind::Enumeration(_) | FieldKind::DateTime | FieldKind::Uri)
}

fn label(place: FieldPlace<'_>) -> String {
    let label = type_label(place.field);
    if place.element { label.trim_start_matches("list of ").to_owned() } else { label }
}

fn misfit(value: &Value, place: FieldPlace<'_>, field: &impl Fn() -> String) -> Option<AssignFault> {
    let kind = &place.field.kind;
    if value.is_null() {
        return None;
    }
    let elements = match value {
        Value::Array(elements) if place.is_list() => elements.as_slice(),
        _ if place.is_list() => &[],
        _ => std::slice::from_ref(value),
    };
    if (place.is_list() && !value.is_array()) || !elements.iter().all(|element| fits(element, kind)) {
        return Some(AssignFault::WrongType { field: field(), wanted: label(place), found: type_of(value) });
    }
    let FieldKind::Enumeration(values) = kind else { return None };
    let unlisted = elements.iter().filter_map(Value::as_str).find(|text| !values.iter().any(|value| value == text))?;
    Some(AssignFault::NotListed { field: field(), value: short(unlisted), values: values.clone() })
}

fn fits(value: &Value, kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Text { .. } | FieldKind::Enumeration(_) | FieldKind::DateTime | FieldKind::Uri => value.is_string(),
        FieldKind::Integer(_) => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        FieldKind::Decimal { .. } => value.is_number(),
        FieldKind::Boolean => value.is_boolean(),
        FieldKind::Object(_) | FieldKind::Map(_) => value.is_object(),
        FieldKind::Any => true,
    }
}

const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether every index of the path is in its list or right behind it; else the length of the list that is too short.
fn has_no_gap(payload: &Value, steps: &[PathStep]) -> Result<(), usize> {
    let mut here = Some(payload);
    for step in steps {
        here = match step {
            PathStep::Key(name) => here.and_then(|value| value.get(name)),
            PathStep::Index(index) => {
                let list = here.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                if *index > list.len() {
                    return Err(list.len());
                }
                list.get(*index)
            }
        };
    }
    Ok(())
}

/// Writes a value at a path, making the containers on the way. What stands in the way of the path is replaced.
fn set(payload: &mut Value, steps: &[PathStep], value: Value) {
    let mut here = payload;
    for step in steps {
        here = match step {
            PathStep::Key(name) => {
                if !here.is_object() {
                    *here = Value::Object(Map::new());
                }
                // Indexing an object by a name inserts the name.
                &mut here[name.as_str()]
            }
            PathStep::Index(index) => {
                if !here.is_array() {
                    *here = Value::Array(Vec::new());
                }
                if let Value::Array(elements) = here
                    && *index == elements.len()
                {
                    elements.push(Value::Null);
                }
                // `has_no_gap` has seen that the index is in the list or right behind it.
                &mut here[*index]
            }
        };
    }
    *here = value;
}

fn remove(payload: &mut Value, steps: &[PathStep]) {
    let Some((last, around)) = steps.split_last() else { return };
    let mut here = Some(payload);
    for step in around {
        here = here.and_then(|value| match step {
            PathStep::Key(name) => value.get_mut(name),
            PathStep::Index(index) => value.get_mut(index),
        });
    }
    match (here, last) {
        (Some(Value::Object(members)), PathStep::Key(name)) => _ = members.shift_remove(name),
        (Some(Value::Array(elements)), PathStep::Index(index)) if *index < elements.len() => _ = elements.remove(*index),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
