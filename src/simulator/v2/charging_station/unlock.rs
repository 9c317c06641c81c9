//! UnlockConnector (OCPP 2.0.1 part 2, F05).

use serde_json::Value;

use super::ChargingStation;
use super::effect::{only_status, status_because, status_then};
use super::status::CONNECTOR;
use crate::behaviour::{IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::equipment::CableKind;
use crate::simulator::payload::integer;

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_unlock(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "UnlockConnector").then(|| self.unlock(call.payload))
    }

    /// A transaction that is authorized is not stopped (F05.FR.02).
    fn unlock(&self, payload: &Value) -> Proposal {
        let number = integer(payload, "evseId").unwrap_or(-1);
        let Some(evse) = self.evse(number).filter(|_| integer(payload, "connectorId") == Some(CONNECTOR)) else {
            return only_status("UnknownConnector");
        };
        if evse.is_authorized() && evse.transaction.is_some() {
            return only_status("OngoingAuthorizedTransaction");
        }
        if self.settings.equipment.cable == CableKind::Fixed {
            return status_because("UnlockFailed", "FixedCable");
        }
        if !evse.lock_works {
            return status_because("UnlockFailed", "InternalError");
        }
        status_then("Unlocked", move |station, now, out| {
            station.tell(number, "UnlockCommand", now, out);
            station.release_cable(number, now, out);
        })
    }
}
