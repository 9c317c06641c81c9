//! The numbers that one side assigns and both sides repeat: transactions, reservations, requests. A number of the peer
//! differs at the next run, so it is bound to a name; one of ours is the same in each run.

use serde_json::Value;

use super::expression::ScriptExpression;

/// The field with the number of a transaction.
pub(super) const TRANSACTION: &str = "transactionId";

/// The fields with such a number, at any depth of a payload.
const FIELDS: [&str; 3] = [TRANSACTION, "reservationId", "requestId"];

/// Whether a field holds such a number. Zero and negative numbers mean none (OCPP 1.6 errata §3.18: −1).
pub(super) fn is_identifier(field: &str, value: &Value) -> bool {
    FIELDS.contains(&field) && value.as_i64().is_some_and(|number| number > 0)
}

/// The names in use in a scenario, shared by all its links.
#[derive(Debug, Default)]
pub(super) struct ScriptNames(Vec<String>);

impl ScriptNames {
    /// Reserves the name, with a number appended when it is in use, and returns it.
    pub fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or_default(); // there is always a further number
        self.0.push(free.clone());
        free
    }
}

/// The numbers that occurred on one link.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    /// The field, the value, and the expression that has it at the next run; `None` for a number of ours, which is the same again.
    known: Vec<(String, Value, Option<String>)>,
}

impl Identifiers {
    /// The expression of a number in a message of ours. A new number is assigned by us.
    pub fn sent(&mut self, field: &str, value: &Value) -> ScriptExpression {
        self.repeated(field, value).unwrap_or_else(|| {
            self.known.push((field.to_owned(), value.clone(), None));
            ScriptExpression::literal(value)
        })
    }

    /// The expression of a number in a call of ours. A new transaction was started before the recording, with another number at the
    /// next run: the user may name it.
    pub fn called(&mut self, field: &str, value: &Value, names: &mut ScriptNames) -> ScriptExpression {
        if field != TRANSACTION {
            return self.sent(field, value);
        }
        self.repeated(field, value).unwrap_or_else(|| {
            let parameter = format!("parameter('{}', {value})", names.take(field));
            self.known.push((field.to_owned(), value.clone(), Some(parameter.clone())));
            ScriptExpression::Code(parameter)
        })
    }

    /// The pattern of a number in a message of the peer. A new number is assigned by the peer.
    pub fn expected(&mut self, field: &str, value: &Value, names: &mut ScriptNames) -> ScriptExpression {
        self.repeated(field, value).unwrap_or_else(|| {
            let name = names.take(field);
            let code = format!("bind('{name}')");
            self.known.push((field.to_owned(), value.clone(), Some(format!("bound.{name}"))));
            ScriptExpression::Code(code)
        })
    }

    /// The expression of a number in a message that a simulated peer must send. A new number is stored when it is
    /// received.
    pub fn played(&self, field: &str, value: &Value) -> ScriptExpression {
        self.repeated(field, value).unwrap_or_else(|| ScriptExpression::literal(value))
    }

    fn repeated(&self, field: &str, value: &Value) -> Option<ScriptExpression> {
        let (_, _, code) = self.known.iter().rev().find(|(of, known, _)| of == field && known == value)?;
        Some(code.as_ref().map_or_else(|| ScriptExpression::literal(value), |code| ScriptExpression::Code(code.clone())))
    }
}
