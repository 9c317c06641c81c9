//! What can be seen at the machine, written to its panel after each step.

use super::ChargingStation;
use super::status::AvailabilityState;
use crate::simulator::equipment::CableKind;
use crate::simulator::panel::{ConnectorState, show};

impl ChargingStation {
    /// Shows the present state. Each EVSE is shown as one connector.
    pub(super) fn show_panel(&self) {
        self.settings.panel.update(|shown| {
            let cable = self.settings.equipment.cable;
            shown.cable = cable;
            shown.powered = self.power.is_on();
            shown.network = self.power.has_network();
            let asks = self.evses.iter().find_map(|evse| match (&evse.claim, &evse.transaction) {
                (Some(claim), _) if claim.authorizing => Some(&*claim.token.text),
                (_, Some(transaction)) => transaction.stopper.as_ref().map(|token| &*token.text),
                _ => None,
            });
            show(&mut shown.reading, asks);
            show(&mut shown.fault, self.station_fault.as_ref().map(|fault| &*fault.code));
            shown.connectors.resize_with(self.evses.len(), ConnectorState::default);
            for ((evse, number), shown) in self.evses.iter().zip(1..).zip(&mut shown.connectors) {
                let availability = self.availability(number).map_or("", AvailabilityState::name);
                let flows = evse.transaction.is_some() && availability == AvailabilityState::Occupied.name();
                shown.status = if flows { evse.charging_state.name() } else { availability };
                let in_use = evse.plugged && evse.is_authorized();
                shown.locked = cable == CableKind::Socket && (in_use || evse.held.is_some());
                show(&mut shown.id_tag, evse.user().map(|(token, _)| &*token.text));
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
