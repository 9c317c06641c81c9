//! The queue of TransactionEvents: sent in order, kept while the link is down, sent again when they failed (OCPP 2.0.1 part 2, E04 and
//! E13). Their payloads are made in `transaction_events`.

use std::collections::VecDeque;

use serde_json::Value;

use crate::simulator::payload::text;

/// The most events. Beyond it, updates are dropped.
const LIMIT: usize = 500;

/// An event that waits.
#[derive(Debug)]
struct QueuedEvent {
    payload: Value,
    failures: u32,
}

impl QueuedEvent {
    fn is_update(&self) -> bool {
        text(&self.payload, "eventType") == Some("Updated")
    }
}

/// The result of a failed event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FailedEvent {
    /// It is sent again after this many intervals.
    RetryAfter(u32),
    /// It was dropped after the last attempt.
    Dropped,
}

/// The queue of events.
#[derive(Debug, Default)]
pub(super) struct TransactionQueue {
    waiting: VecDeque<QueuedEvent>,
    in_flight: bool,
}

impl TransactionQueue {
    /// Appends an event.
    pub(super) fn push(&mut self, payload: Value) {
        if self.waiting.len() >= LIMIT {
            self.make_room();
        }
        self.waiting.push_back(QueuedEvent { payload, failures: 0 });
    }

    /// Drops every second update (E04.FR.08), or else the oldest event. Never the first, because it may be in flight.
    fn make_room(&mut self) {
        let (mut place, mut drops) = (0, false);
        self.waiting.retain(|event| {
            place += 1;
            let update = place > 1 && event.is_update();
            drops ^= update;
            !(update && drops)
        });
        if self.waiting.len() >= LIMIT {
            self.waiting.remove(1);
        }
    }

    /// The next event to send; `None` when there is none or one is in flight.
    pub(super) fn next(&mut self) -> Option<Value> {
        let event = self.waiting.front().filter(|_| !self.in_flight)?;
        self.in_flight = true;
        Some(event.payload.clone())
    }

    /// Whether no event waits or is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether an event of this transaction waits or is in flight.
    pub(super) fn has(&self, transaction: &str) -> bool {
        self.waiting.iter().any(|event| event.payload["transactionInfo"]["transactionId"] == transaction)
    }

    /// Whether this call is the event in flight, and not a call of the user.
    pub(super) fn is_in_flight(&self, payload: &Value) -> bool {
        self.in_flight && self.waiting.front().is_some_and(|event| event.payload == *payload)
    }

    /// The event in flight was answered.
    pub(super) fn delivered(&mut self) {
        self.in_flight = false;
        self.waiting.pop_front();
    }

    /// The link was lost; the event in flight will be sent again, and the attempt does not count. Events that wait now are events of a
    /// time offline (E11.FR.07).
    pub(super) fn link_lost(&mut self) {
        self.in_flight = false;
        for event in &mut self.waiting {
            event.payload["offline"] = true.into();
        }
    }

    /// The event in flight failed: an error or a timeout. The wait grows with every attempt (E13.FR.02).
    pub(super) fn failed(&mut self, attempts: u32) -> FailedEvent {
        self.in_flight = false;
        let Some(event) = self.waiting.front_mut() else { return FailedEvent::Dropped };
        event.failures += 1;
        if event.failures < attempts {
            return FailedEvent::RetryAfter(event.failures);
        }
        self.waiting.pop_front();
        FailedEvent::Dropped
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, number: usize) -> Value {
        json!({"eventType": kind, "seqNo": number, "transactionInfo": {"transactionId": "T"}})
    }

    #[test]
    fn one_at_a_time_in_order() {
        let mut queue = TransactionQueue::default();
        queue.push(event("Started", 0));
        queue.push(event("Ended", 1));
        let first = queue.next().unwrap();
        assert_eq!((first["seqNo"].clone(), queue.next()), (json!(0), None));
        assert!(queue.is_in_flight(&first) && queue.has("T") && !queue.has("U"));
        queue.delivered();
        queue.link_lost();
        let second = queue.next().unwrap();
        assert_eq!((&second["seqNo"], &second["offline"]), (&json!(1), &json!(true)));
        queue.delivered();
        assert!(queue.is_empty());
    }

    #[test]
    fn failures_are_counted_and_lost_links_are_not() {
        let mut queue = TransactionQueue::default();
        queue.push(event("Ended", 0));
        for expected in [FailedEvent::RetryAfter(1), FailedEvent::RetryAfter(2), FailedEvent::Dropped] {
            queue.next();
            queue.link_lost();
            queue.next();
            assert_eq!(queue.failed(3), expected);
        }
        assert_eq!((queue.next(), queue.failed(3)), (None, FailedEvent::Dropped));
    }

    #[test]
    fn a_full_queue_drops_every_second_update_and_no_start_or_end() {
        let mut queue = TransactionQueue::default();
        queue.push(event("Started", 0));
        (1..LIMIT).for_each(|number| queue.push(event("Updated", number)));
        queue.push(event("Ended", LIMIT));
        let numbers: Vec<_> = queue.waiting.iter().map(|it| it.payload["seqNo"].as_u64().unwrap()).collect();
        assert_eq!((numbers[..4].to_vec(), numbers.len()), (vec![0, 2, 4, 6], 251));
        assert_eq!(*numbers.last().unwrap(), LIMIT as u64);
        let mut full = TransactionQueue::default();
        (0..=LIMIT).for_each(|number| full.push(event("Started", number)));
        assert_eq!((full.waiting.len(), &full.waiting[0].payload["seqNo"]), (LIMIT, &json!(0)));
    }
}
