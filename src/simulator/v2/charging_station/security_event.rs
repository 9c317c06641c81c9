//! Security events: SecurityEventNotification, kept while it cannot be sent (OCPP 2.0.1 part 2, A04).

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::ChargingStation;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::simulator::payload::written_time;

/// The most events that are kept; the oldest are lost.
const MOST_EVENTS: usize = 100;

/// The events that wait for the CSMS.
#[derive(Debug, Default)]
pub(super) struct SecurityEventQueue(VecDeque<Value>);

impl ChargingStation {
    /// Reports an event, as soon as that is possible: the delivery of critical events is guaranteed (A04.FR.02).
    pub(super) fn send_security_event(&mut self, event: &str, now: Moment, out: &mut Outbox) {
        if !self.settings.autonomous {
            return;
        }
        let queue = &mut self.blocks.security_events.0;
        if queue.len() == MOST_EVENTS {
            queue.pop_front();
        }
        queue.push_back(json!({ "type": event, "timestamp": written_time(now.wall) }));
        self.flush_security_events(out);
    }

    /// Sends the events that wait, when that is allowed.
    pub(super) fn flush_security_events(&mut self, out: &mut Outbox) {
        if self.may_send() {
            for event in self.blocks.security_events.0.drain(..) {
                out.call("SecurityEventNotification", event);
            }
        }
    }
}
