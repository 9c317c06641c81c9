//! The state of a connector and its report: StatusNotification (OCPP 2.0.1 part 2, G01). Which event changes what is elsewhere.

use serde_json::{Value, json};

use super::ChargingStation;
use super::timers::StationTask;
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::simulator::payload::{integer, text, written_time};

/// The number of the only connector of an EVSE.
pub(super) const CONNECTOR: i32 = 1;

/// The state of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AvailabilityState {
    Available,
    Occupied,
    Reserved,
    Unavailable,
    Faulted,
}

impl AvailabilityState {
    /// All of them.
    pub(super) const ALL: [AvailabilityState; 5] = [
        AvailabilityState::Available,
        AvailabilityState::Occupied,
        AvailabilityState::Reserved,
        AvailabilityState::Unavailable,
        AvailabilityState::Faulted,
    ];

    /// The name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            AvailabilityState::Available => "Available",
            AvailabilityState::Occupied => "Occupied",
            AvailabilityState::Reserved => "Reserved",
            AvailabilityState::Unavailable => "Unavailable",
            AvailabilityState::Faulted => "Faulted",
        }
    }
}

impl ChargingStation {
    /// The state of the connector of an EVSE; `None` when there is no such EVSE.
    pub(super) fn availability(&self, number: i32) -> Option<AvailabilityState> {
        let state = self.unreserved_state(number)?;
        let reserved = state == AvailabilityState::Available && self.is_reserved(number, None);
        Some(if reserved { AvailabilityState::Reserved } else { state })
    }

    /// The same without regard to reservations.
    pub(super) fn unreserved_state(&self, number: i32) -> Option<AvailabilityState> {
        let evse = self.evse(number)?;
        Some(if self.station_fault.is_some() || evse.fault.is_some() {
            AvailabilityState::Faulted
        } else if evse.restarting || (!self.is_operative(number) && !self.is_in_use(number)) {
            AvailabilityState::Unavailable
        } else if evse.plugged || evse.parked || evse.held.is_some() {
            AvailabilityState::Occupied
        } else {
            AvailabilityState::Available
        })
    }

    /// Whether the station, the EVSE and its connector are operative.
    pub(super) fn is_operative(&self, number: i32) -> bool {
        self.station_operative && self.evse(number).is_some_and(|evse| evse.operative && evse.connector_operative)
    }

    /// Reports the state of a connector if the CSMS does not know it: as soon as it has lasted for `MinimumStatusDuration`, but at once when
    /// the CSMS knows none.
    pub(super) fn report_status(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(state) = self.availability(number) else { return };
        let least = self.seconds("ChargingStation", "MinimumStatusDuration").filter(|_| self.settings.autonomous);
        let sends = self.may_send();
        let Some(evse) = self.evse_mut(number) else { return };
        if evse.reported == Some(state) {
            evse.unsettled = None;
            self.timers.cancel(StationTask::ReportStatus(number));
        } else if let Some(least) = least.filter(|_| evse.reported.is_some()) {
            if evse.unsettled.replace(state) != Some(state) {
                self.schedule(StationTask::ReportStatus(number), least, now);
            }
        } else if sends {
            self.send_status(number, now, out);
        }
    }

    /// The state of a connector has lasted long enough.
    pub(super) fn status_lasted(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let state = self.availability(number);
        let sends = self.may_send();
        let Some(evse) = self.evse_mut(number) else { return };
        evse.unsettled = None;
        if sends && evse.reported != state {
            self.send_status(number, now, out);
        }
    }

    /// Reports the states that the CSMS does not know.
    pub(super) fn report_changes(&mut self, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers() {
            self.report_status(number, now, out);
        }
    }

    /// Reports all states, after a boot and after a long time offline (OCPP 2.0.1 part 2, B01.FR.05, B04.FR.01).
    pub(super) fn report_everything(&mut self, now: Moment, out: &mut Outbox) {
        for evse in &mut self.evses {
            evse.reported = None;
        }
        self.report_changes(now, out);
    }

    /// Sends the state of a connector without a check whether it is known or allowed; a trigger allows it.
    pub(super) fn send_status(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let Some(state) = self.availability(number) else { return };
        let payload = json!({
            "timestamp": written_time(now.wall),
            "connectorStatus": state.name(),
            "evseId": number,
            "connectorId": CONNECTOR,
        });
        if let Some(evse) = self.evse_mut(number) {
            evse.reported = Some(state);
        }
        self.status_calls.push(payload.clone());
        out.call("StatusNotification", payload);
    }

    /// Handles the end of a StatusNotification. A state that did not arrive counts as unknown to the CSMS. A state that the user sent is
    /// what the CSMS knows now, whatever the machine is.
    pub(super) fn status_answered(&mut self, call: &Value, outcome: CallOutcome<'_>) {
        let number = integer(call, "evseId").unwrap_or(-1);
        let arrived = matches!(outcome, CallOutcome::Result { .. });
        let ours = self.status_calls.iter().position(|sent| sent == call);
        if let Some(ours) = ours {
            self.status_calls.swap_remove(ours);
        }
        let Some(evse) = self.evse_mut(number) else { return };
        if !arrived {
            evse.reported = None;
        } else if ours.is_none() {
            let name = text(call, "connectorStatus").unwrap_or_default();
            evse.reported = AvailabilityState::ALL.into_iter().find(|state| state.name() == name);
        }
    }

    /// Handles StatusNotifications that were in flight when the link was lost: it is unknown whether they arrived.
    pub(super) fn forget_status_calls(&mut self) {
        for call in std::mem::take(&mut self.status_calls) {
            if let Some(evse) = self.evse_mut(integer(&call, "evseId").unwrap_or(-1)) {
                evse.reported = None;
            }
        }
    }
}
