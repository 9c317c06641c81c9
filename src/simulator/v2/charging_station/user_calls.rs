//! TransactionEvents that the user makes for the station: the state follows, so that it matches what the CSMS received.

use serde_json::Value;

use super::ChargingStation;
use super::id_token::IdToken;
use super::transaction::{ChargingState, EvseClaim, EvseTransaction};
use crate::behaviour::CarState;
use crate::clock::Moment;
use crate::simulator::payload::{text, time};

impl ChargingStation {
    /// An event of the user has been accepted.
    pub(super) fn user_sent_event(&mut self, call: &Value, now: Moment) {
        let info = &call["transactionInfo"];
        let Some(id) = text(info, "transactionId") else { return };
        let next = call.get("seqNo").and_then(Value::as_i64).unwrap_or_default().saturating_add(1);
        let state = text(info, "chargingState").and_then(ChargingState::named);
        if text(call, "eventType") == Some("Started") && self.evse_of_transaction(id).is_none() {
            self.user_started(call, id, now);
        }
        let Some(number) = self.evse_of_transaction(id) else { return };
        let token = call.get("idToken").and_then(IdToken::read);
        let Some(evse) = self.evse_mut(number) else { return };
        if let Some(transaction) = &mut evse.transaction {
            transaction.next_event = next;
            transaction.told_state = state.or(transaction.told_state);
        }
        if let Some(token) = token.filter(|_| evse.claim.is_none()) {
            let claim = EvseClaim::of(token, None);
            evse.claim = Some(EvseClaim { authorizing: false, reported: true, ..claim });
        }
        if let Some(state) = state {
            evse.plugged = state != ChargingState::Idle;
            evse.by_hand = evse.plugged;
            evse.meter.set_car(evse.plugged, now.monotonic);
            evse.car = if state == ChargingState::SuspendedEv { CarState::Suspend } else { CarState::Ready };
            if state == ChargingState::EvConnected {
                evse.claim = None;
            }
        }
        if text(call, "eventType") == Some("Ended") {
            (evse.claim, evse.transaction) = (None, None);
            self.timers.retain(|task| !task.is_of_transaction(number));
        }
        self.settle_silently(number, now);
    }

    fn user_started(&mut self, call: &Value, id: &str, now: Moment) {
        let number = call.pointer("/evse/id").and_then(Value::as_i64).and_then(|id| i32::try_from(id).ok()).unwrap_or(1);
        let started = time(call, "timestamp").unwrap_or(now.wall);
        let meter_start = self.read_meter(number, now).watt_hours;
        let Some(evse) = self.evse_mut(number).filter(|evse| evse.transaction.is_none()) else { return };
        let mut transaction = EvseTransaction::new(id.to_owned(), started, meter_start);
        transaction.told_connector = true;
        evse.transaction = Some(transaction);
        self.schedule_samples(number, now);
    }
}
