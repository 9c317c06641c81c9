//! Variables of the device model that show the state of the machine. They are not stored beside it: their values are made when something
//! asks.

use super::ChargingStation;
use super::device_model::ModelVariable;
use super::status::AvailabilityState;
use crate::clock::Moment;
use crate::ocpp::device_model::AttributeKind;
use crate::simulator::payload::written_time;

/// The temperature in the cabinet without load, in degrees Celsius.
const COOL: f64 = 25.0;
/// How much the full load of all connectors warms it.
const WARMTH: f64 = 30.0;

impl ChargingStation {
    /// The value of an attribute as it is at this time.
    pub(super) fn shown_value(&self, index: usize, kind: AttributeKind, now: Moment) -> String {
        let Some(variable) = self.model.variable(index) else { return String::new() };
        let live = if kind == AttributeKind::Actual { self.live_value(&variable, now) } else { None };
        live.unwrap_or_else(|| variable.value(kind).unwrap_or_default().to_owned())
    }

    /// The actual value of a variable that is not stored.
    fn live_value(&self, variable: &ModelVariable<'_>, now: Moment) -> Option<String> {
        let component = variable.component();
        let evse = component.evse.and_then(|number| i32::try_from(number).ok());
        Some(match (component.name, variable.name()) {
            ("ClockCtrlr", "DateTime") => written_time(now.wall),
            ("ChargingStation", "AvailabilityState") => self.station_state().name().to_owned(),
            (_, "AvailabilityState") => self.availability(evse?)?.name().to_owned(),
            ("ChargingStation", "Problem") => self.station_fault.is_some().to_string(),
            (_, "Problem") => self.evse(evse?)?.fault.is_some().to_string(),
            ("EVSE", "Power") => self.evse(evse?)?.meter.power().round().to_string(),
            ("FiscalMetering", "EnergyImportRegister") => {
                self.evse(evse?)?.meter.clone().read(now.monotonic).watt_hours.to_string()
            }
            ("EVSE", "ChargingState") => self.evse(evse?)?.charging_state.name().to_owned(),
            ("TxCtrlr", "ChargingTime") => self.time_of_charging(now).to_string(),
            ("SmartChargingCtrlr", "Entries") => self.profiles.count().to_string(),
            ("LocalAuthListCtrlr", "Entries") => self.local_list.len().to_string(),
            ("SecurityCtrlr", "CertificateEntries") => self.blocks.certificates.len().to_string(),
            ("DisplayMessageCtrlr", "DisplayMessages") => self.blocks.display.len().to_string(),
            ("TemperatureSensor", "Temperature") => self.temperature().to_string(),
            _ => return None,
        })
    }

    /// The state of the station as a whole: that of its EVSEs is their own.
    fn station_state(&self) -> AvailabilityState {
        if self.station_fault.is_some() {
            AvailabilityState::Faulted
        } else if self.station_operative {
            AvailabilityState::Available
        } else {
            AvailabilityState::Unavailable
        }
    }

    /// The seconds in which energy flowed in the transactions that run, together: the station has one controller for all of them.
    fn time_of_charging(&self, now: Moment) -> i64 {
        let running = self.evses.iter().filter_map(|evse| evse.transaction.as_ref());
        running.map(|transaction| transaction.seconds_of_charging(now.monotonic)).sum()
    }

    /// In degrees Celsius, with one digit behind the point.
    fn temperature(&self) -> f64 {
        let most = self.settings.equipment.most_watts() * f64::from(self.settings.equipment.connectors);
        let load: f64 = self.evses.iter().map(|evse| evse.meter.power()).sum();
        ((COOL + WARMTH * load / most) * 10.0).round() / 10.0
    }
}
