//! ChangeAvailability of the station, of an EVSE or of a connector, each with its own memory (OCPP 2.0.1 part 2, G03 and G04).

use serde_json::Value;

use super::ChargingStation;
use super::effect::{status_because, status_then};
use super::status::CONNECTOR;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, text};

/// What a request about EVSEs names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedPart {
    /// The station with all its EVSEs.
    Station,
    /// An EVSE.
    Evse(i32),
    /// The connector of an EVSE.
    Connector(i32),
}

impl NamedPart {
    /// Whether an EVSE is meant.
    pub(super) fn has(self, number: i32) -> bool {
        match self {
            NamedPart::Station => true,
            NamedPart::Evse(named) | NamedPart::Connector(named) => named == number,
        }
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_availability(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "ChangeAvailability").then(|| self.change_availability(call.payload))
    }

    /// What the field `evse` of a request names; the refusal when it does not exist.
    pub(super) fn named_part(&self, payload: &Value) -> Result<NamedPart, &'static str> {
        let Some(evse) = payload.get("evse") else { return Ok(NamedPart::Station) };
        let number = integer(evse, "id").filter(|number| self.evse(*number).is_some()).ok_or("UnknownEvse")?;
        match evse.get("connectorId") {
            None => Ok(NamedPart::Evse(number)),
            Some(_) if integer(evse, "connectorId") == Some(CONNECTOR) => Ok(NamedPart::Connector(number)),
            Some(_) => Err("UnknownConnectorId"),
        }
    }

    fn change_availability(&self, payload: &Value) -> Proposal {
        let part = match self.named_part(payload) {
            Ok(part) => part,
            Err(reason) => return status_because("Rejected", reason),
        };
        let operative = text(payload, "operationalStatus") == Some("Operative");
        let waits = !operative && self.evse_numbers().any(|number| part.has(number) && self.is_in_use(number));
        let status = if waits { "Scheduled" } else { "Accepted" };
        status_then(status, move |station, now, out| station.set_availability(part, operative, now, out))
    }

    /// Makes a part operative or inoperative. An EVSE in use changes when its transaction has ended.
    fn set_availability(&mut self, part: NamedPart, operative: bool, now: Moment, out: &mut Outbox) {
        match part {
            NamedPart::Station => self.station_operative = operative,
            NamedPart::Evse(number) => {
                if let Some(evse) = self.evse_mut(number) {
                    evse.operative = operative;
                }
            }
            NamedPart::Connector(number) => {
                if let Some(evse) = self.evse_mut(number) {
                    evse.connector_operative = operative;
                }
            }
        }
        self.drop_idle_claims(now, out);
        self.look_again(now, out);
    }
}
