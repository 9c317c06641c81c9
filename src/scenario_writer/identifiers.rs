//! The numbers that one side gives and both sides repeat: transactions, reservations, requests. One that the peer has given is another
//! one at the next run and is bound by a name; one of ours is the same every time.

use serde_json::Value;

use super::expression::ScriptExpression;

/// The fields that hold such a number, at any depth of a payload.
const FIELDS: [&str; 3] = ["transactionId", "reservationId", "requestId"];

/// Whether a field holds such a number, rather than one that stands for none of them (OCPP 1.6 errata §3.18: −1).
pub(super) fn is_identifier(field: &str, value: &Value) -> bool {
    FIELDS.contains(&field) && value.as_i64().is_some_and(|number| number > 0)
}

/// The names that are taken in a scenario, which all its links share.
#[derive(Debug, Default)]
pub(super) struct ScriptNames(Vec<String>);

impl ScriptNames {
    /// The name, with a number behind it when it is taken.
    pub fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or_default(); // there is always a further number
        self.0.push(free.clone());
        free
    }
}

/// The numbers that were seen on one link.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    /// With the name they are bound by; without one they are ours.
    known: Vec<(String, Value, Option<String>)>,
}

impl Identifiers {
    /// The number in a message of ours. One that is seen for the first time is given by us.
    pub fn sent(&mut self, field: &str, value: &Value) -> ScriptExpression {
        self.repeated(field, value).unwrap_or_else(|| {
            self.known.push((field.to_owned(), value.clone(), None));
            ScriptExpression::literal(value)
        })
    }

    /// The number in a message of the peer. One that is seen for the first time is given by the peer.
    pub fn expected(&mut self, field: &str, value: &Value, names: &mut ScriptNames) -> ScriptExpression {
        self.repeated(field, value).unwrap_or_else(|| {
            let name = names.take(field);
            let code = format!("bind('{name}')");
            self.known.push((field.to_owned(), value.clone(), Some(name)));
            ScriptExpression::Code(code)
        })
    }

    /// The number in a message that a simulated peer is made to send. Whose it is is seen when the message comes.
    pub fn played(&self, field: &str, value: &Value) -> ScriptExpression {
        self.repeated(field, value).unwrap_or_else(|| ScriptExpression::literal(value))
    }

    fn repeated(&self, field: &str, value: &Value) -> Option<ScriptExpression> {
        let (_, _, name) = self.known.iter().rev().find(|(of, known, _)| of == field && known == value)?;
        Some(
            name.as_ref()
                .map_or_else(|| ScriptExpression::literal(value), |name| ScriptExpression::Code(format!("bound.{name}"))),
        )
    }
}
