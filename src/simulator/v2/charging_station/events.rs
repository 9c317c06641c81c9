//! NotifyEvent (OCPP 2.0.1 part 2, N07, N08): the events of monitors, and those that wait while the station is offline.

use serde_json::{Value, json};

use super::ChargingStation;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::simulator::payload::written_time;

/// The most events of a message.
const EVENTS_PER_MESSAGE: usize = 20;
/// The most events that wait for the link; older ones are lost.
const MOST_WAITING: usize = 200;

/// Something that a monitor has found.
#[derive(Debug)]
pub(super) struct StationEvent {
    /// The severity of the monitor, from 0 to 9.
    pub(super) severity: u8,
    /// An element of `eventData`.
    pub(super) data: Value,
}

impl ChargingStation {
    /// Sends events behind those that have waited for the link. Without a link they wait, if the CSMS wants it for their severity
    /// (`OfflineQueuingSeverity`).
    pub(super) fn send_events(&mut self, events: Vec<StationEvent>, now: Moment, out: &mut Outbox) {
        let sends = self.may_send();
        let kept = self.model.integer("MonitoringCtrlr", "OfflineQueuingSeverity").unwrap_or_default();
        let kept = events.into_iter().filter(|event| sends || i64::from(event.severity) <= kept);
        self.waiting_events.extend(kept.map(|event| event.data));
        if sends {
            let waiting = std::mem::take(&mut self.waiting_events);
            self.send_event_data(waiting, now, out);
        } else {
            let surplus = self.waiting_events.len().saturating_sub(MOST_WAITING);
            self.waiting_events.drain(..surplus);
        }
    }

    fn send_event_data(&self, events: Vec<Value>, now: Moment, out: &mut Outbox) {
        let last = events.len().div_ceil(EVENTS_PER_MESSAGE);
        for (number, part) in events.chunks(EVENTS_PER_MESSAGE).enumerate() {
            let mut payload = json!({ "generatedAt": written_time(now.wall), "seqNo": number, "eventData": part });
            if number + 1 < last {
                payload["tbc"] = true.into();
            }
            out.call("NotifyEvent", payload);
        }
    }
}
