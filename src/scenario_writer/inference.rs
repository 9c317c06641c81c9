//! Converts a recorded value: to the expression that produces it, in a message that we send, or to the pattern that it
//! must match, in a message that we expect. Values that differ from run to run (times, readings, numbers that the peer
//! assigns) are recognised by the definitions of their fields, where there are any. Every other value stays as
//! recorded.

use serde_json::Value;

use super::expression::ScriptExpression;
use super::identifiers::{Identifiers, ScriptNames, is_identifier};
use crate::ocpp::{FieldDefinition, FieldKind, MessageDefinition};
use crate::simulator::read_time;

/// A time with at most this distance to its record is the time of the message, in microseconds.
const NEAR: i64 = 5 * MINUTE;
/// The distance for `near()`, which accepts a minute: less than that, so that a slower run still matches.
const VERY_NEAR: i64 = 30_000_000;
const MINUTE: i64 = 60_000_000;
/// A time up to this far ahead is written relative to the time of the message, because a fixed one would expire. A
/// later one, like the expiry of an id tag, is kept as it is.
const AHEAD: i64 = 366 * 24 * 60 * MINUTE;
/// The lists of readings, in the names of all versions.
const READINGS: [&str; 3] = ["values", "meterValue", "transactionData"];

/// The fields with file names that a charge point chooses, in all versions.
const FILES: [&str; 2] = ["fileName", "filename"];

/// The fields with the meter register at the start and the end of a transaction.
const METERS: [&str; 2] = ["meterStart", "meterStop"];

/// Converts the payloads of one link.
pub(super) struct Inference<'a> {
    /// The identifiers that occurred on the link.
    pub identifiers: &'a mut Identifiers,
    /// The names that are in use.
    pub names: &'a mut ScriptNames,
    /// When the message was recorded, in microseconds since 1970.
    pub micros: i64,
}

/// The place of a value in its payload.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The name of the field; that of the list for its elements.
    name: &'a str,
    /// Its definition; `None` when the definitions do not have it.
    field: Option<&'a FieldDefinition>,
    /// Whether it is in a list of readings.
    in_readings: bool,
}

impl Inference<'_> {
    /// The payload of a call that we send.
    pub fn called(&mut self, payload: &Value, message: Option<&MessageDefinition>) -> ScriptExpression {
        self.walk(payload, Place::top(), message.map(|message| &*message.fields), &mut |this, value, place| {
            if is_identifier(place.name, value) {
                return this.identifiers.called(place.name, value, this.names);
            }
            this.sent_value(value, place, true)
        })
    }

    /// A payload that a simulated peer is made to send.
    pub fn played(&mut self, payload: &Value, message: Option<&MessageDefinition>) -> ScriptExpression {
        self.walk(payload, Place::top(), message.map(|message| &*message.fields), &mut |this, value, place| {
            this.sent_value(value, place, false)
        })
    }

    /// A field of a payload that we send.
    pub fn sent_field(&mut self, name: &str, value: &Value, message: Option<&MessageDefinition>) -> ScriptExpression {
        let fields = message.map_or(&[][..], |message| &message.fields);
        let place = Place::top().below(name, Some(fields));
        self.walk(value, place, place.fields(), &mut |this, value, place| this.sent_value(value, place, true))
    }

    /// A payload that the peer sends.
    pub fn expected(&mut self, payload: &Value, message: Option<&MessageDefinition>) -> ScriptExpression {
        self.walk(payload, Place::top(), message.map(|message| &*message.fields), &mut |this, value, place| {
            this.expected_value(value, place)
        })
    }

    /// Converts a value recursively; `leaf` converts strings, numbers, booleans and null.
    fn walk(
        &mut self,
        value: &Value,
        place: Place<'_>,
        fields: Option<&[FieldDefinition]>,
        leaf: &mut dyn FnMut(&mut Self, &Value, Place<'_>) -> ScriptExpression,
    ) -> ScriptExpression {
        match value {
            Value::Object(object) => ScriptExpression::Object(
                object
                    .iter()
                    .map(|(name, value)| {
                        let below = place.below(name, fields);
                        (name.clone(), self.walk(value, below, below.fields(), leaf))
                    })
                    .collect(),
            ),
            Value::Array(elements) => {
                ScriptExpression::List(elements.iter().map(|element| self.walk(element, place, fields, leaf)).collect())
            }
            _ => leaf(self, value, place),
        }
    }

    fn sent_value(&mut self, value: &Value, place: Place<'_>, by_us: bool) -> ScriptExpression {
        if is_identifier(place.name, value) {
            return if by_us { self.identifiers.sent(place.name, value) } else { self.identifiers.played(place.name, value) };
        }
        match self.distance(value, place) {
            Some(distance) if distance.abs() <= NEAR => ScriptExpression::code("new Date(now()).toISOString()"),
            Some(distance) if (0..=AHEAD).contains(&distance) && place.is_time() => {
                let minutes = (distance + MINUTE / 2) / MINUTE;
                ScriptExpression::code(format!("new Date(now() + {minutes} * 60000).toISOString()"))
            }
            _ => ScriptExpression::literal(value),
        }
    }

    fn expected_value(&mut self, value: &Value, place: Place<'_>) -> ScriptExpression {
        if is_identifier(place.name, value) {
            return self.identifiers.expected(place.name, value, self.names);
        }
        let is_reading = place.in_readings && place.name == "value";
        let is_register = METERS.contains(&place.name);
        match (self.distance(value, place), value) {
            (Some(distance), _) if distance.abs() <= VERY_NEAR => ScriptExpression::code("near()"),
            (Some(distance), _) if distance.abs() <= NEAR => ScriptExpression::code("near(5 * 60000)"),
            (Some(_), _) if place.is_time() => ScriptExpression::code("any.time"),
            (_, Value::String(_)) if is_reading => ScriptExpression::code("any.string"),
            (_, Value::Number(number)) if is_reading || is_register => {
                ScriptExpression::code(if number.is_f64() { "any.number" } else { "any.integer" })
            }
            (_, Value::String(text)) if self.is_made_anew(text, place) => ScriptExpression::code("any.string"),
            _ => ScriptExpression::literal(value),
        }
    }

    /// Whether a text differs in each run: certificates, certificate requests, and names of files with the date of the
    /// record.
    fn is_made_anew(&self, text: &str, place: Place<'_>) -> bool {
        let day = jiff::Timestamp::from_microsecond(self.micros).map(|at| at.strftime("%Y-%m-%d").to_string());
        let is_of_today = day.is_ok_and(|day| text.contains(&day));
        text.starts_with("-----BEGIN ") || FILES.contains(&place.name) || is_of_today
    }

    /// The distance from the message to a time, in microseconds; `None` when the value is no time. A field without a
    /// definition may hold a time too.
    fn distance(&self, value: &Value, place: Place<'_>) -> Option<i64> {
        let text = value.as_str().filter(|_| place.field.is_none() || place.is_time())?;
        Some(read_time(text)?.as_microsecond().saturating_sub(self.micros))
    }
}

impl<'a> Place<'a> {
    const fn top() -> Place<'static> {
        Place { name: "", field: None, in_readings: false }
    }

    /// The place of a field, with its definition among these.
    fn below<'b>(&self, name: &'b str, fields: Option<&'b [FieldDefinition]>) -> Place<'b> {
        let field = fields.and_then(|fields| fields.iter().find(|field| field.name == name));
        Place { name, field, in_readings: self.in_readings || READINGS.contains(&name) }
    }

    fn fields(&self) -> Option<&'a [FieldDefinition]> {
        self.field.map(|field| field.kind.fields())
    }

    fn is_time(&self) -> bool {
        self.field.is_some_and(|field| matches!(field.kind, FieldKind::DateTime))
    }
}
