//! Faults of a connector, or of the charge point as a whole. A fault lasts until it is repaired: a Reset does not (OCPP 1.6 §4.9).

use super::ChargePoint;
use super::status::ConnectorStatus;
use crate::behaviour::{Outbox, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::part_fault::{PartFault, known_fault_code};
use crate::simulator::v1::features::SimulatedFeatures;

impl ChargePoint {
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
            self.existing_connector(number)?;
        }
        let features = SimulatedFeatures::of(self.version);
        let code = match code {
            None => features.unnamed_fault,
            Some(code) => known_fault_code(code, features.error_codes, self.version)?,
        };
        self.set_fault(number, PartFault { code: code.to_owned(), info: info.map(str::to_owned) }, now, out);
        Ok(())
    }

    /// Sets the fault of a connector, of the charge point for connector 0, and reports it.
    pub(super) fn set_fault(&mut self, number: i32, fault: PartFault, now: Moment, out: &mut Outbox) {
        let known = self.status_of(number) == Some(ConnectorStatus::Faulted);
        if number == 0 {
            self.station_fault = Some(fault);
            self.station_status = ConnectorStatus::Faulted;
        } else if let Some(connector) = self.connector_mut(number) {
            connector.fault = Some(fault);
            connector.pending = None;
            self.forget_waits(number);
            self.drop_reservations_of(number);
            self.change_status(number, ConnectorStatus::Faulted, now, out);
        }
        if known {
            // the same status with another code is news
            self.set_reported_status(number, None);
        }
        self.report_status(number, now, out);
    }

    /// Faults are repaired: the connector goes on where it was, or where it is by now.
    pub(super) fn recover(&mut self, wanted: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let numbers = match wanted {
            Some(0) => 0..=0,
            Some(number) => self.existing_connector(number).map(|number| number..=number)?,
            None => 0..=self.last_connector(),
        };
        let broken: Vec<i32> = numbers.filter(|number| self.status_of(*number) == Some(ConnectorStatus::Faulted)).collect();
        if broken.is_empty() {
            return Err(PhysicalActionError::NoFault);
        }
        for number in broken {
            self.repair(number, now, out);
        }
        Ok(())
    }

    fn repair(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if number == 0 {
            self.station_fault = None;
            self.station_status = self.resting_station_status();
            self.report_status(0, now, out);
            return;
        }
        if let Some(connector) = self.connector_mut(number) {
            connector.fault = None;
        }
        self.refresh_charging(number, now, out);
        self.settle(number, now, out);
    }

    /// The fault of a connector, or of the charge point for connector 0.
    pub(super) fn fault_of(&self, number: i32) -> Option<&PartFault> {
        match number {
            0 => self.station_fault.as_ref(),
            _ => self.connector(number)?.fault.as_ref(),
        }
    }
}
