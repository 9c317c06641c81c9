//! One EVSE with its connector: what is plugged in, what is broken, what is reported. Each EVSE has one connector, number 1. What follows
//! from a change is elsewhere.

use super::id_token::IdToken;
use super::status::AvailabilityState;
use super::transaction::{CableLock, ChargingState, EvseClaim, EvseTransaction};
use super::transaction_points::TransactionPoints;
use crate::behaviour::{CarState, DriverLimit};
use crate::simulator::equipment::CableKind;
use crate::simulator::meter::Meter;
use crate::simulator::part_fault::PartFault;

/// One EVSE of the station.
#[derive(Debug)]
pub(super) struct StationEvse {
    /// The state of its connector that the CSMS knows; `None` when it does not know any.
    pub(super) reported: Option<AvailabilityState>,
    /// The state that is reported when it has lasted long enough.
    pub(super) unsettled: Option<AvailabilityState>,
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
    /// What flows.
    pub(super) charging_state: ChargingState,
    /// The power in watts that it may draw while energy flows.
    pub(super) offered: f64,
    /// The points of a transaction that are reached.
    pub(super) points: TransactionPoints,
    /// Who may charge, or waits for that.
    pub(super) claim: Option<EvseClaim>,
    /// The running transaction.
    pub(super) transaction: Option<EvseTransaction>,
    /// Who releases the cable that is locked in although its car has gone.
    pub(super) held: Option<CableLock>,
    /// What the driver or the CSMS wants at most.
    pub(super) limits: Vec<DriverLimit>,
}

impl Default for StationEvse {
    fn default() -> Self {
        Self {
            reported: None,
            unsettled: None,
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
            charging_state: ChargingState::Idle,
            offered: 0.0,
            points: TransactionPoints::default(),
            claim: None,
            transaction: None,
            held: None,
            limits: Vec::new(),
        }
    }
}

impl StationEvse {
    /// Whether a user may charge.
    pub(super) fn is_authorized(&self) -> bool {
        self.claim.as_ref().is_some_and(|claim| !claim.authorizing)
    }

    /// Who charges, or wants to: the token and its group.
    pub(super) fn user(&self) -> Option<(&IdToken, Option<&IdToken>)> {
        let claim = self.claim.as_ref().map(|claim| (&claim.token, claim.group.as_ref()));
        claim.or_else(|| self.held.as_ref().map(|held| (&held.token, held.group.as_ref())))
    }
}

/// The type of the connectors (OCPP 2.0.1 part 2 appendix, `ConnectorEnumType`): type 2, as a fixed cable or as a socket.
pub(super) const fn connector_type(cable: CableKind) -> &'static str {
    match cable {
        CableKind::Fixed => "cType2",
        CableKind::Socket => "sType2",
    }
}
