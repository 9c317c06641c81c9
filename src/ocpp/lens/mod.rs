//! The lens: a payload of one version as another version would say it, and what is lost. Between 1.2, 1.5 and 1.6 the payload is carried
//! over; between 1.x and 2.x there is a list of differences only, because the messages are too different for one to stand for the other.
//! How the other message travels is elsewhere.

mod form;
mod loss;
mod meter;
mod values;

#[cfg(test)]
mod tests;

pub use self::form::LensForm;
pub use self::loss::{LensLoss, LossKind};

use std::sync::Arc;

use serde_json::{Map, Value};
use thiserror::Error;

use super::message::{FieldDefinition, FieldKind};
use super::{ActionDefinition, Catalog, MessagePart, Version, counterpart};

/// A payload in another version.
#[derive(Debug, Clone)]
pub struct LensView {
    /// The action of that version.
    pub action: Arc<ActionDefinition>,
    /// The payload. `None` between 1.x and 2.x.
    pub payload: Option<Value>,
    /// What is not the same, in the order of the payload; then what the other version requires in addition.
    pub losses: Vec<LensLoss>,
}

impl LensView {
    /// Whether the payload can be sent in the place of the first one: it has all that its version requires.
    pub fn is_whole(&self) -> bool {
        self.payload.is_some() && !self.losses.iter().any(LensLoss::is_fatal)
    }
}

/// What is known beyond the payload.
#[derive(Debug, Clone, Copy, Default)]
pub struct LensContext {
    /// Which status of 1.6 a connector has that is `Occupied`: `Preparing`, `Charging` or `Finishing`.
    pub occupied: Option<&'static str>,
}

/// Why there is no view.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LensError {
    /// The other version has no such message.
    #[error("OCPP {version} has no message that does what {action} does.")]
    NoAction {
        /// The action.
        action: String,
        /// The other version.
        version: Version,
    },
}

/// A payload of `action` in another version.
///
/// # Errors
/// When that version has no such action.
pub fn translate(
    catalog: &Catalog,
    action: &ActionDefinition,
    part: MessagePart,
    payload: &Value,
    (to, context): (Version, LensContext),
) -> Result<LensView, LensError> {
    let of = |version: Version| version.dialect().generation;
    let other = of(action.version) != of(to);
    let named = |name: &str| catalog.action(to, action.initiator, name);
    // A name that both generations have is the better one, though another action may do it, too.
    let found = named(&action.name).or_else(|| counterpart(&action.name, of(to)).filter(|_| other).and_then(named));
    let no_action = || LensError::NoAction { action: action.name.to_string(), version: to };
    let target = found.cloned().ok_or_else(no_action)?;
    let mut carrier = Carrier { action, part, to, context, losses: Vec::new() };
    let carried = carrier.object(payload, &target.message(part).fields, "");
    require(&carried, &target.message(part).fields, "", &mut carrier.losses);
    Ok(LensView { action: target, payload: (!other).then_some(carried), losses: carrier.losses })
}

/// One translation.
struct Carrier<'a> {
    action: &'a ActionDefinition,
    part: MessagePart,
    to: Version,
    context: LensContext,
    losses: Vec<LensLoss>,
}

impl Carrier<'_> {
    fn lose(&mut self, pointer: &str, kind: LossKind) {
        self.losses.push(LensLoss { pointer: pointer.to_owned(), kind });
    }

    /// An object with the fields of the other version. What is no object stays as it is.
    fn object(&mut self, value: &Value, fields: &[FieldDefinition], pointer: &str) -> Value {
        let Value::Object(members) = value else { return value.clone() };
        let mut carried = Map::new();
        for (name, value) in members {
            let pointer = format!("{pointer}/{}", escaped(name));
            if let Some((name, list)) = self.meter_values(name, value, fields, &pointer) {
                if let Some(list) = list {
                    carried.insert(name, list);
                }
                continue;
            }
            let renamed = values::field_in(name, self.to);
            let known = |name: &str| fields.iter().find(|field| field.name == name);
            match known(name).or_else(|| renamed.and_then(known)) {
                None => self.lose(&pointer, LossKind::NoField),
                Some(field) => {
                    if let Some(value) = self.field(value, field, &pointer) {
                        carried.insert(field.name.clone(), value);
                    }
                }
            }
        }
        Value::Object(carried)
    }

    /// The list of meter values of the message, if the field is that.
    fn meter_values(
        &mut self,
        name: &str,
        value: &Value,
        fields: &[FieldDefinition],
        pointer: &str,
    ) -> Option<(String, Option<Value>)> {
        let (from, to) = (self.action.version, self.to);
        let is_list = self.part == MessagePart::Request
            && pointer.matches('/').count() == 1
            && meter::list_name(&self.action.name, from) == Some(name)
            && from != to;
        let target = meter::list_name(&self.action.name, to).filter(|_| is_list)?;
        let field = fields.iter().find(|field| field.name == target)?;
        let packs = |version| name == "transactionData" && version == Version::V1_5;
        let inner = field.kind.fields().iter().find(|inner| packs(to) && inner.name == "values");
        let entry = inner.unwrap_or(field).kind.fields();
        let list = meter::carry(value, (from, to), (packs(from), packs(to)), (entry, pointer), &mut self.losses);
        Some((target.to_owned(), list))
    }

    fn field(&mut self, value: &Value, field: &FieldDefinition, pointer: &str) -> Option<Value> {
        match value {
            Value::Array(elements) if field.repeated.is_some() => {
                let mut carried = Vec::with_capacity(elements.len());
                for (index, element) in elements.iter().enumerate() {
                    carried.extend(self.one(element, field, &format!("{pointer}/{index}")));
                }
                Some(Value::Array(carried))
            }
            value => self.one(value, field, pointer),
        }
    }

    fn one(&mut self, value: &Value, field: &FieldDefinition, pointer: &str) -> Option<Value> {
        match (&field.kind, value) {
            (FieldKind::Object(fields) | FieldKind::Map(fields), Value::Object(_)) => Some(self.object(value, fields, pointer)),
            (FieldKind::Enumeration(choices), Value::String(text)) => self.choice(text, choices, field, pointer),
            (FieldKind::Text { max_length: Some(limit) }, Value::String(text)) => {
                if text.chars().count() > *limit as usize {
                    self.lose(pointer, LossKind::TooLong { limit: *limit });
                }
                Some(value.clone())
            }
            _ => Some(value.clone()),
        }
    }

    fn choice(&mut self, text: &str, choices: &[String], field: &FieldDefinition, pointer: &str) -> Option<Value> {
        let has = |value: &str| choices.iter().any(|choice| choice == value);
        let (action, part) = (&*self.action.name, self.part);
        let same = values::same_value(action, part, &field.name, text, self.to).filter(|value| has(value));
        if let Some(value) = same.or_else(|| has(text).then_some(text)) {
            return Some(value.into());
        }
        if (action, text) == ("StatusNotification", "Occupied") {
            let meant = self.context.occupied.filter(|value| has(value));
            if meant.is_none() {
                self.lose(pointer, LossKind::Ambiguous { value: text.to_owned() });
            }
            return meant.map(Value::from);
        }
        let nearest = values::nearest_value(action, part, &field.name, text).filter(|value| has(value));
        self.lose(
            pointer,
            match nearest {
                Some(instead) => LossKind::LessExact { value: text.to_owned(), instead: instead.to_owned() },
                None => LossKind::NoValue { value: text.to_owned() },
            },
        );
        nearest.map(Value::from)
    }
}

/// Names what is required and missing.
fn require(value: &Value, fields: &[FieldDefinition], pointer: &str, losses: &mut Vec<LensLoss>) {
    let Value::Object(members) = value else { return };
    for field in fields {
        let pointer = format!("{pointer}/{}", escaped(&field.name));
        match members.get(&field.name) {
            None if field.required && field.repeated != Some(0) => losses.push(LensLoss { pointer, kind: LossKind::Missing }),
            Some(Value::Array(elements)) if field.repeated.is_some() => {
                for (index, element) in elements.iter().enumerate() {
                    require(element, field.kind.fields(), &format!("{pointer}/{index}"), losses);
                }
            }
            Some(value) => require(value, field.kind.fields(), &pointer, losses),
            None => {}
        }
    }
}

/// A name as a step of a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
