//! What can be seen at the machine, written to its panel after each step.

use super::ChargePoint;
use crate::simulator::equipment::CableKind;
use crate::simulator::panel::{ConnectorState, show};

impl ChargePoint {
    /// Shows the present state.
    pub(super) fn show_panel(&self) {
        let shown_cable = self.settings.equipment.cable;
        self.settings.panel.update(|shown| {
            shown.cable = shown_cable;
            shown.powered = self.power.is_on();
            shown.network = self.power.has_network();
            let asks = self.connectors.iter().find_map(|it| match (&it.pending, &it.transaction) {
                (Some(pending), _) if pending.authorizing => Some(&*pending.id_tag),
                (_, Some(transaction)) => transaction.stopper.as_deref(),
                _ => None,
            });
            show(&mut shown.reading, asks);
            show(&mut shown.fault, self.station_fault.as_ref().map(|fault| &*fault.code));
            shown.connectors.resize_with(self.connectors.len(), ConnectorState::default);
            for (connector, shown) in self.connectors.iter().zip(&mut shown.connectors) {
                shown.status = connector.status.full_name();
                shown.plugged = connector.plugged;
                shown.car = connector.car;
                shown.parked = connector.parked;
                show(&mut shown.fault, connector.fault.as_ref().map(|fault| &*fault.code));
                let in_use = connector.plugged && connector.transaction.is_some();
                shown.locked = shown_cable == CableKind::Socket && (in_use || connector.held.is_some());
                shown.lock_broken = !connector.lock_works;
                shown.watts = connector.meter.power();
                let id_tag =
                    connector.transaction.as_ref().map(|it| &it.id_tag).or(connector.pending.as_ref().map(|it| &it.id_tag));
                show(&mut shown.id_tag, id_tag.map(String::as_str));
            }
        });
    }
}
