//! The queue of messages about transactions: sent in order, kept while the link is down, sent again when they failed
//! (OCPP 1.6 §3.7). Their payloads are made elsewhere.

use std::collections::VecDeque;

use serde_json::Value;

use crate::behaviour::OutgoingCall;

/// The maximum number of messages. Beyond it meter values are dropped first, because nothing depends on them.
const LIMIT: usize = 500;

/// The transaction id of messages whose StartTransaction never received an answer (OCPP 1.6 errata §3.18).
pub(super) const UNKNOWN_TRANSACTION: i32 = -1;

/// A message about a transaction.
#[derive(Debug)]
pub(super) struct TransactionMessage {
    pub(super) action: &'static str,
    pub(super) payload: Value,
    /// The local number of the transaction.
    pub(super) key: u64,
    failures: u32,
}

/// The result of a failed message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FailedMessage {
    /// It is sent again after this many intervals.
    RetryAfter(u32),
    /// It was dropped after the last attempt.
    Dropped,
}

/// The queue of messages about transactions.
#[derive(Debug, Default)]
pub(super) struct TransactionMessages {
    waiting: VecDeque<TransactionMessage>,
    in_flight: bool,
}

impl TransactionMessages {
    /// Appends a message.
    pub(super) fn push(&mut self, action: &'static str, payload: Value, key: u64) {
        if self.waiting.len() >= LIMIT {
            self.make_room();
        }
        self.waiting.push_back(TransactionMessage { action, payload, key, failures: 0 });
    }

    /// Drops one message: the oldest meter values, or else the oldest message. Never the first, because it may be in
    /// flight.
    fn make_room(&mut self) {
        let meter_values = self.waiting.iter().skip(1).position(|message| message.action == "MeterValues");
        self.waiting.remove(meter_values.map_or(1, |position| position + 1));
    }

    /// The next message to send; `None` when there is none or one is in flight.
    pub(super) fn next(&mut self) -> Option<OutgoingCall> {
        let message = self.waiting.front().filter(|_| !self.in_flight)?;
        self.in_flight = true;
        Some(OutgoingCall { action: message.action.to_owned(), payload: message.payload.clone() })
    }

    /// Whether a message with this action waits or is in flight.
    pub(super) fn has(&self, action: &str) -> bool {
        self.waiting.iter().any(|message| message.action == action)
    }

    /// Whether this call is the message in flight, and not a call of the user.
    pub(super) fn is_in_flight(&self, action: &str, payload: &Value) -> bool {
        self.in_flight && self.waiting.front().is_some_and(|message| message.action == action && message.payload == *payload)
    }

    /// The message in flight was answered.
    pub(super) fn delivered(&mut self) -> Option<TransactionMessage> {
        self.in_flight = false;
        self.waiting.pop_front()
    }

    /// The link was lost; the message in flight will be sent again, and the attempt does not count.
    pub(super) fn link_lost(&mut self) {
        self.in_flight = false;
    }

    /// The message in flight failed: an error or a timeout. The wait grows with every attempt
    /// (`TransactionMessageRetryInterval`, OCPP 1.6 §3.7.1).
    pub(super) fn failed(&mut self, attempts: u32) -> FailedMessage {
        self.in_flight = false;
        let Some(message) = self.waiting.front_mut() else { return FailedMessage::Dropped };
        message.failures += 1;
        if message.failures < attempts {
            return FailedMessage::RetryAfter(message.failures);
        }
        self.waiting.pop_front();
        FailedMessage::Dropped
    }

    /// Sets the id that the central system assigned to a transaction in all of its waiting messages.
    pub(super) fn number(&mut self, key: u64, id: i32) {
        for message in self.waiting.iter_mut().filter(|message| message.key == key) {
            if let Some(field) = message.payload.get_mut("transactionId") {
                *field = id.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_at_a_time_in_order_with_the_id_filled_in_later() {
        let mut messages = TransactionMessages::default();
        messages.push("StartTransaction", json!({"connectorId": 1}), 7);
        messages.push("StopTransaction", json!({"transactionId": UNKNOWN_TRANSACTION}), 7);
        assert_eq!(messages.next().unwrap().action, "StartTransaction");
        assert_eq!(messages.next(), None);
        assert!(messages.is_in_flight("StartTransaction", &json!({"connectorId": 1})));
        assert_eq!(messages.delivered().unwrap().key, 7);
        messages.number(7, 42);
        assert_eq!(messages.next().unwrap().payload, json!({"transactionId": 42}));
    }

    #[test]
    fn failures_are_counted_and_lost_links_are_not() {
        let mut messages = TransactionMessages::default();
        messages.push("StopTransaction", json!({}), 1);
        for expected in [FailedMessage::RetryAfter(1), FailedMessage::RetryAfter(2), FailedMessage::Dropped] {
            messages.next();
            messages.link_lost();
            messages.next();
            assert_eq!(messages.failed(3), expected);
        }
        assert_eq!(messages.next(), None);
        assert_eq!(messages.failed(3), FailedMessage::Dropped);
    }

    #[test]
    fn a_full_queue_lets_meter_values_go_first() {
        let mut messages = TransactionMessages::default();
        for number in 0..LIMIT {
            messages.push(if number == 3 { "MeterValues" } else { "StopTransaction" }, json!({"number": number}), 1);
        }
        messages.push("StopTransaction", json!({}), 1);
        assert_eq!(messages.waiting.len(), LIMIT);
        assert!(messages.waiting.iter().all(|message| message.action == "StopTransaction"));
        messages.push("StopTransaction", json!({}), 1);
        assert_eq!(messages.waiting[0].payload, json!({"number": 0}));
    }
}
