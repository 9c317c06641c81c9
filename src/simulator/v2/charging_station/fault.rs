//! Faults of an EVSE, or of the station as a whole. A fault lasts until it is repaired. The CSMS learns of it by the state of the connectors
//! and by an event about what is broken (OCPP 2.0.1 part 2, G01, G05, N07).

use serde_json::json;

use super::ChargingStation;
use super::status::{AvailabilityState, CONNECTOR};
use crate::behaviour::{Outbox, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::part_fault::{LOCK_FAILURE, PartFault, known_fault_code};
use crate::simulator::payload::written_time;
use crate::simulator::v2::features::FAULT_CODES;

/// The code of a fault without a more precise one.
const UNNAMED_FAULT: &str = "OtherError";

impl ChargingStation {
    /// A part breaks. A running transaction goes on when it is repaired.
    pub(super) fn break_part(
        &mut self,
        code: Option<&str>,
        info: Option<&str>,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let number = wanted.unwrap_or(1);
        if number != 0 {
            self.existing_evse(number)?;
        }
        let code = known_fault_code(code.unwrap_or(UNNAMED_FAULT), &FAULT_CODES, self.version)?;
        self.set_fault(number, PartFault { code: code.to_owned(), info: info.map(str::to_owned) }, now, out);
        Ok(())
    }

    /// Sets the fault of an EVSE, of the station for number 0, and reports it.
    pub(super) fn set_fault(&mut self, number: i32, fault: PartFault, now: Moment, out: &mut Outbox) {
        self.report_problem(number, &fault, true, now, out);
        if number == 0 {
            self.station_fault = Some(fault);
        } else if let Some(evse) = self.evse_mut(number) {
            evse.fault = Some(fault);
        }
        self.drop_idle_claims(now, out);
        self.suspend_faulted(now, out);
    }

    /// Where no one can charge now, no one waits for it. A running transaction goes on later.
    pub(super) fn drop_idle_claims(&mut self, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers() {
            let works = !matches!(self.availability(number), Some(AvailabilityState::Faulted | AvailabilityState::Unavailable));
            if !works && self.evse(number).is_some_and(|evse| evse.claim.is_some() && evse.transaction.is_none()) {
                self.give_up(number, now, out);
            }
        }
        self.drop_lost_reservations(now, out);
        self.report_changes(now, out);
    }

    /// Faults are repaired.
    pub(super) fn recover(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let numbers = match wanted {
            Some(0) => 0..=0,
            Some(number) => self.existing_evse(number).map(|number| number..=number)?,
            None => 0..=self.last_evse(),
        };
        let mut repaired = Vec::new();
        for number in numbers {
            let fault = match number {
                0 => self.station_fault.take(),
                _ => self.evse_mut(number).and_then(|evse| evse.fault.take()),
            };
            repaired.extend(fault.map(|fault| (number, fault)));
        }
        if repaired.is_empty() {
            return Err(PhysicalActionError::NoFault);
        }
        for (number, fault) in repaired {
            self.report_problem(number, &fault, false, now, out);
        }
        self.report_changes(now, out);
        self.share_power(now, out);
        self.look_again(now, out);
        Ok(())
    }

    /// Reports that a part is broken or works again, as a monitor that is built in (OCPP 2.0.1 part 2, N07).
    fn report_problem(&mut self, number: i32, fault: &PartFault, problem: bool, now: Moment, out: &mut Outbox) {
        let component = match (number, fault.code.as_str()) {
            (0, _) => json!({ "name": "ChargingStation" }),
            (_, LOCK_FAILURE) => {
                json!({ "name": "ConnectorPlugRetentionLock", "evse": { "id": number, "connectorId": CONNECTOR } })
            }
            _ => json!({ "name": "EVSE", "evse": { "id": number } }),
        };
        let mut event = json!({
            "eventId": self.next_event_id(),
            "timestamp": written_time(now.wall),
            "trigger": "Alerting",
            "actualValue": problem.to_string(),
            "techCode": fault.code,
            "cleared": !problem,
            "eventNotificationType": "HardWiredNotification",
            "component": component,
            "variable": { "name": "Problem" },
        });
        if let Some(info) = &fault.info {
            event["techInfo"] = info.chars().take(500).collect::<String>().into();
        }
        let payload = json!({ "generatedAt": written_time(now.wall), "seqNo": 0, "eventData": [event] });
        self.send_if_allowed("NotifyEvent", payload, out);
    }

    /// A number for an event; each is used once.
    pub(super) fn next_event_id(&mut self) -> i32 {
        self.last_event_id = self.last_event_id.wrapping_add(1) & i32::MAX;
        self.last_event_id
    }
}
