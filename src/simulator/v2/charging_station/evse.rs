//! One EVSE with its connector: what is plugged in, what is broken, what is reported. Each EVSE has one connector, number 1. What follows
//! from a change is elsewhere.

use super::status::AvailabilityState;
use crate::behaviour::CarState;
use crate::simulator::equipment::CableKind;
use crate::simulator::meter::Meter;
use crate::simulator::part_fault::PartFault;

/// One EVSE of the station.
#[derive(Debug)]
pub(super) struct StationEvse {
    /// The state of its connector that the CSMS knows; `None` when it does not know any.
    pub(super) reported: Option<AvailabilityState>,
    /// Whether it is operative. It keeps its own memory beside those of the station and of the connector (OCPP 2.0.1 part 2, G03).
    pub(super) operative: bool,
    /// Whether its connector is operative.
    pub(super) connector_operative: bool,
    /// Its meter.
    pub(super) meter: Meter,
    /// Whether a car is plugged in.
    pub(super) plugged: bool,
    /// Whether hands have plugged it in. A driver who comes by himself leaves such a car alone.
    pub(super) by_hand: bool,
    /// What the car does.
    pub(super) car: CarState,
    /// Whether a car occupies the parking bay.
    pub(super) parked: bool,
    /// Whether the lock works.
    pub(super) lock_works: bool,
    /// What is broken.
    pub(super) fault: Option<PartFault>,
    /// Whether it restarts.
    pub(super) restarting: bool,
}

impl Default for StationEvse {
    fn default() -> Self {
        Self {
            reported: None,
            operative: true,
            connector_operative: true,
            meter: Meter::default(),
            plugged: false,
            by_hand: false,
            car: CarState::Ready,
            parked: false,
            lock_works: true,
            fault: None,
            restarting: false,
        }
    }
}

/// The type of the connectors (OCPP 2.0.1 part 2 appendix, `ConnectorEnumType`): type 2, as a fixed cable or as a socket.
#[expect(dead_code, reason = "for reservations")]
pub(super) const fn connector_type(cable: CableKind) -> &'static str {
    match cable {
        CableKind::Fixed => "cType2",
        CableKind::Socket => "sType2",
    }
}
