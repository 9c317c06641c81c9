//! Fields whose values are made anew in every session: ids that one side gives out and the other repeats, tokens, and times. Which value
//! of the record stands for which one now.

use std::collections::HashMap;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span};
use serde_json::Value;

use crate::ocpp::Role;
use crate::rpc::OutgoingPayload;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum IdKind {
    Transaction,
    RemoteStart,
    Reservation,
    Request,
    Token,
}

impl IdKind {
    /// What the field of this name holds, inside so many objects and lists.
    fn of_field(action: &str, name: &str, depth: usize) -> Option<IdKind> {
        match name {
            "transactionId" => Some(IdKind::Transaction),
            "remoteStartId" => Some(IdKind::RemoteStart),
            "reservationId" => Some(IdKind::Reservation),
            "requestId" => Some(IdKind::Request),
            "idTag" | "parentIdTag" | "idToken" => Some(IdKind::Token),
            "id" if action == "ReserveNow" && depth <= 1 => Some(IdKind::Reservation),
            _ => None,
        }
    }
}

/// A value that is one of a session: no object, no list, and not a number that means that there is none.
fn is_id(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_i64().is_none_or(|number| number > 0),
        _ => false,
    }
}

/// Which value stands for which.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionIds {
    now: HashMap<(IdKind, String), Value>,
    recorded: HashMap<(IdKind, String), Value>,
}

/// A pair that a comparison has found.
pub(super) type FoundId = (IdPair, Value, Value);

/// The kind of a pair; opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IdPair(IdKind);

/// What the values of a field are compared as.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum IdMatch {
    /// It is no id: its value counts.
    NoId,
    /// It is the same one.
    Same,
    /// It would be the same one, if it is so everywhere.
    New(IdPair),
    /// It is another one; this one is meant.
    Other(Value),
}

impl SessionIds {
    /// From now on one value stands for the other.
    pub fn learn(&mut self, (IdPair(kind), recorded, now): FoundId) {
        self.recorded.insert((kind, now.to_string()), recorded.clone());
        self.now.insert((kind, recorded.to_string()), now);
    }

    /// Compares the values of a field. `found` are pairs that were found in the same message.
    pub fn compare(
        &self,
        (action, name, depth): (&str, &str, usize),
        recorded: &Value,
        now: &Value,
        found: &[FoundId],
    ) -> IdMatch {
        let Some(kind) = IdKind::of_field(action, name, depth).filter(|_| is_id(recorded) && is_id(now)) else {
            return IdMatch::NoId;
        };
        let pair = IdPair(kind);
        let of_message = |test: &dyn Fn(&FoundId) -> bool| found.iter().find(|found| found.0 == pair && test(found));
        let meant = self.now.get(&(kind, recorded.to_string()));
        let meant = meant.or_else(|| of_message(&|(_, known, _)| known == recorded).map(|(_, _, now)| now));
        if let Some(meant) = meant {
            return if meant == now { IdMatch::Same } else { IdMatch::Other(meant.clone()) };
        }
        let taken = self.recorded.contains_key(&(kind, now.to_string())) || of_message(&|(_, _, known)| known == now).is_some();
        if taken { IdMatch::Other(recorded.clone()) } else { IdMatch::New(pair) }
    }

    /// A payload of ours as it is sent now. What is not bound yet stays and is bound to itself, but for the transactions that a station of 2.x
    /// begins: each gets an id that is none of the record.
    pub fn outgoing(&mut self, payload: &str, action: &str, our_role: Role, shift_micros: i64) -> Option<OutgoingPayload> {
        let typed = OutgoingPayload::parse(payload).ok()?;
        let mut value = typed.value().clone();
        self.rebind(&mut value, (action, "", 0), our_role, shift_micros);
        Some(typed.with_value(value))
    }

    /// What is sent byte for byte: its ids are the ones that are meant from now on.
    pub fn sent_as_it_is(&mut self, payload: &str, action: &str) {
        let mut value: Value = serde_json::from_str(payload).unwrap_or_default();
        self.rebind(&mut value, (action, "", 0), Role::CentralSystem, 0);
    }

    fn rebind(&mut self, value: &mut Value, (action, name, depth): (&str, &str, usize), our_role: Role, shift_micros: i64) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    self.rebind(member, (action, name, depth + 1), our_role, shift_micros);
                }
            }
            Value::Array(elements) => {
                elements.iter_mut().for_each(|element| self.rebind(element, (action, name, depth + 1), our_role, shift_micros));
            }
            Value::String(text) if shift_micros != 0 && is_time(text) => {
                if let Some(shifted) = shifted(text, shift_micros) {
                    *text = shifted;
                }
            }
            value => {
                let Some(kind) = IdKind::of_field(action, name, depth).filter(|_| is_id(value)) else { return };
                let key = (kind, value.to_string());
                let now = self.now.get(&key).cloned().unwrap_or_else(|| {
                    let begins = kind == IdKind::Transaction && action == "TransactionEvent" && our_role == Role::ChargePoint;
                    let now = if begins { fresh(value) } else { value.clone() };
                    self.learn((IdPair(kind), value.clone(), now.clone()));
                    now
                });
                *value = now;
            }
        }
    }
}

/// An id of the same length and form that is none of the record.
fn fresh(value: &Value) -> Value {
    let Value::String(text) = value else { return value.clone() };
    let letter = |letter: char| match letter {
        '0'..='9' => fastrand::digit(10),
        'a'..='f' => char::from(fastrand::u8(b'a'..=b'f')),
        'A'..='F' => char::from(fastrand::u8(b'A'..=b'F')),
        other => other,
    };
    Value::from(text.chars().map(letter).collect::<String>())
}

/// Whether a text is a date with time.
pub(super) fn is_time(text: &str) -> bool {
    text.is_ascii() && text.len() >= 19 && text.as_bytes()[10] == b'T' && text[..19].parse::<DateTime>().is_ok()
}

/// A time so much later, written as it was: with as many digits, and in its zone.
fn shifted(text: &str, micros: i64) -> Option<String> {
    let (base, rest) = text.split_at_checked(19)?;
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let zone = if digits > 0 { &rest[digits + 1..] } else { rest };
    let fraction = if digits > 0 { &rest[..=digits] } else { "" };
    let at: DateTime = format!("{base}{}", &fraction[..fraction.len().min(10)]).parse().ok()?;
    let later = at.checked_add(SignedDuration::from_micros(micros)).or_else(|_| at.checked_add(Span::new())).ok()?;
    let nanos = format!("{:09}", later.subsec_nanosecond());
    let nanos = format!("{nanos:0<digits$}");
    let fraction = if digits > 0 { format!(".{}", &nanos[..digits]) } else { String::new() };
    Some(format!("{}{fraction}{zone}", later.strftime("%Y-%m-%dT%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_shifted_as_they_were_written() {
        for (text, micros, expected) in [
            ("2026-01-01T00:00:00Z", 1_500_000, "2026-01-01T00:00:01Z"),
            ("2026-01-01T00:00:00.000Z", 1_500_000, "2026-01-01T00:00:01.500Z"),
            ("2026-01-01T23:59:59.9+02:00", 100_000, "2026-01-02T00:00:00.0+02:00"),
            ("2026-01-01T00:00:00", -1_000_000, "2025-12-31T23:59:59"),
            ("2026-01-01T00:00:00.1234567890Z", 0, "2026-01-01T00:00:00.1234567890Z"),
        ] {
            assert!(is_time(text));
            assert_eq!(shifted(text, micros).as_deref(), Some(expected), "{text}");
        }
        assert!(!is_time("2026-01-01") && !is_time("2026-13-01T00:00:00Z") && !is_time("no time at all, T or else"));
    }

    #[test]
    fn ids_of_the_peer_replace_those_of_the_record() {
        let mut ids = SessionIds::default();
        let found = ids.compare(("StartTransaction", "transactionId", 0), &json!(7), &json!(99), &[]);
        let IdMatch::New(pair) = found else { panic!("{found:?}") };
        ids.learn((pair, json!(7), json!(99)));
        let stop = r#"{"transactionId": 7, "meterStop": 1.50, "timestamp": "2026-01-01T00:00:00Z", "idTag": "A"}"#;
        let sent = ids.outgoing(stop, "StopTransaction", Role::ChargePoint, 0).unwrap();
        assert_eq!(sent.value()["transactionId"], 99);
        let place = ("StopTransaction", "transactionId", 0);
        assert_eq!(ids.compare(place, &json!(7), &json!(99), &[]), IdMatch::Same);
        assert_eq!(ids.compare(place, &json!(7), &json!(98), &[]), IdMatch::Other(json!(99)));
        assert_eq!(ids.compare(place, &json!(8), &json!(99), &[]), IdMatch::Other(json!(8)), "one for two");
        assert_eq!(
            ids.compare(("Authorize", "idTag", 0), &json!("A"), &json!("B"), &[]),
            IdMatch::Other(json!("A")),
            "we sent A"
        );
        assert_eq!(ids.compare(place, &json!(-1), &json!(0), &[]), IdMatch::NoId);
    }

    #[test]
    fn a_payload_without_anything_of_a_session_leaves_as_it_was_written() {
        let mut ids = SessionIds::default();
        let text = r#"{"b": 1.50, "a":1e3}"#;
        assert_eq!(ids.outgoing(text, "DataTransfer", Role::ChargePoint, 5).unwrap().to_string(), text);
    }

    #[test]
    fn a_transaction_of_a_charging_station_gets_a_new_id_and_keeps_it() {
        let mut ids = SessionIds::default();
        let text = r#"{"eventType":"Started","transactionInfo":{"transactionId":"11111111-2222-3333"}}"#;
        let mut id = || {
            let sent = ids.outgoing(text, "TransactionEvent", Role::ChargePoint, 0).unwrap();
            sent.value()["transactionInfo"]["transactionId"].as_str().unwrap().to_owned()
        };
        let (first, second) = (id(), id());
        assert_eq!((first.as_str(), first.len()), (second.as_str(), 18));
        assert_ne!(first, "11111111-2222-3333");
        let sent = SessionIds::default().outgoing(text, "TransactionEvent", Role::CentralSystem, 0).unwrap();
        assert_eq!(sent.to_string(), text);
    }

    proptest! {
        #[test]
        fn a_shift_and_back_is_the_time_before(micros in -1_000_000_000_000_i64..1_000_000_000_000) {
            let text = "2026-06-15T12:34:56.123456Z";
            let there = shifted(text, micros).unwrap();
            prop_assert_eq!(there.len(), text.len());
            prop_assert_eq!(shifted(&there, -micros).unwrap(), text);
        }
    }
}
