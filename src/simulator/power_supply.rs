//! Power and network of a machine, as hands leave them: what a machine without power cannot do, and when its link may be up. What ends or
//! starts with the power is in the machines.

use crate::behaviour::{Outbox, PhysicalAction, PhysicalActionError};

/// The power switch and the network cable of one machine.
#[derive(Debug)]
pub(super) struct PowerSupply {
    on: bool,
    reserve: bool,
    network_down: bool,
}

impl PowerSupply {
    /// With power and a network.
    pub(super) fn connected() -> PowerSupply {
        PowerSupply { on: true, reserve: false, network_down: false }
    }

    /// Whether the machine has power, or the reserve of it.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// Whether the power has failed and a reserve lasts for the last messages.
    pub(super) fn is_on_reserve(&self) -> bool {
        self.reserve
    }

    /// Whether the network cable is where it belongs.
    pub(super) fn has_network(&self) -> bool {
        !self.network_down
    }

    /// Whether the machine, which acts on its own or does not, can do this. Switching the power on is always possible.
    pub(super) fn check(&self, action: &PhysicalAction, autonomous: bool) -> Result<(), PhysicalActionError> {
        match action {
            PhysicalAction::Offline | PhysicalAction::Online => Ok(()),
            _ if !autonomous => Err(PhysicalActionError::Manual),
            PhysicalAction::PowerOn => Ok(()),
            _ if action.needs_power() && (!self.on || self.reserve) => Err(PhysicalActionError::NoPower),
            _ => Ok(()),
        }
    }

    /// The network fails: the link stays down until it is back.
    pub(super) fn cut_network(&mut self, out: &mut Outbox) {
        self.network_down = true;
        out.cut();
    }

    /// The network is back.
    pub(super) fn restore_network(&mut self, out: &mut Outbox) {
        self.network_down = false;
        if self.on {
            out.connect();
        }
    }

    /// A link is up, so there is a network.
    pub(super) fn link_is_up(&mut self) {
        self.network_down = false;
    }

    /// The power fails, and the reserve lasts for the last messages.
    pub(super) fn begin_reserve(&mut self) {
        self.reserve = true;
    }

    /// The machine goes dark, and its link with it.
    pub(super) fn lose(&mut self, out: &mut Outbox) {
        self.on = false;
        self.reserve = false;
        out.cut();
    }

    /// The power comes back before the reserve is used up. Returns whether there was a reserve.
    pub(super) fn end_reserve(&mut self) -> bool {
        std::mem::take(&mut self.reserve)
    }

    /// The machine has power again.
    pub(super) fn switch_on(&mut self) {
        self.on = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::LinkWish;

    fn plug() -> PhysicalAction {
        PhysicalAction::Plug { connector: None }
    }

    fn firmware() -> PhysicalAction {
        PhysicalAction::Firmware
    }

    #[test]
    fn without_power_only_what_hands_move_can_be_done() {
        let (mut supply, mut out) = (PowerSupply::connected(), Outbox::default());
        assert_eq!(supply.check(&firmware(), true), Ok(()));
        supply.begin_reserve();
        assert_eq!(supply.check(&firmware(), true), Err(PhysicalActionError::NoPower));
        supply.lose(&mut out);
        assert_eq!(supply.check(&firmware(), true), Err(PhysicalActionError::NoPower));
        assert_eq!(supply.check(&plug(), true), Ok(()));
        assert_eq!(supply.check(&PhysicalAction::PowerOn, true), Ok(()));
    }

    #[test]
    fn a_machine_in_manual_mode_has_a_network_and_nothing_else() {
        let supply = PowerSupply::connected();
        assert_eq!(supply.check(&PhysicalAction::Offline, false), Ok(()));
        for action in [plug(), firmware(), PhysicalAction::PowerOn] {
            assert_eq!(supply.check(&action, false), Err(PhysicalActionError::Manual));
        }
    }

    #[test]
    fn a_network_that_is_back_connects_only_with_power() {
        let (mut supply, mut out) = (PowerSupply::connected(), Outbox::default());
        supply.cut_network(&mut out);
        assert!(matches!(out.take_wish(), Some(LinkWish::Cut)));
        supply.lose(&mut out);
        assert!(matches!(out.take_wish(), Some(LinkWish::Cut)));
        supply.restore_network(&mut out);
        assert!(out.take_wish().is_none() && supply.has_network());
        supply.switch_on();
        supply.cut_network(&mut out);
        supply.restore_network(&mut out);
        assert!(matches!(out.take_wish(), Some(LinkWish::Connect)));
    }
}
