//! What can be seen at the machine, written to its panel after each step.

use super::ChargingStation;
use super::status::AvailabilityState;
use crate::simulator::panel::{ConnectorState, show};

impl ChargingStation {
    /// Shows the present state. Each EVSE is shown as one connector.
    pub(super) fn show_panel(&self) {
        self.settings.panel.update(|shown| {
            shown.cable = self.settings.equipment.cable;
            shown.powered = self.powered;
            shown.network = !self.network_down;
            show(&mut shown.fault, self.station_fault.as_ref().map(|fault| &*fault.code));
            shown.connectors.resize_with(self.evses.len(), ConnectorState::default);
            for ((evse, number), shown) in self.evses.iter().zip(1..).zip(&mut shown.connectors) {
                shown.status = self.availability(number).map_or("", AvailabilityState::name);
                shown.plugged = evse.plugged;
                shown.car = evse.car;
                shown.parked = evse.parked;
                show(&mut shown.fault, evse.fault.as_ref().map(|fault| &*fault.code));
                shown.lock_broken = !evse.lock_works;
                shown.watts = evse.meter.power();
            }
        });
    }
}
