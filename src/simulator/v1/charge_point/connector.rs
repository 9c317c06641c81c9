//! One connector: its status, its start or transaction, and its meter. The steps of a charge are in `charging`.

use jiff::Timestamp;
use serde_json::Value;

use super::status::ConnectorStatus;
use crate::behaviour::{CarState, DriverLimit};
use crate::simulator::meter::Meter;
use crate::simulator::part_fault::PartFault;

/// One connector of the charge point.
#[derive(Debug)]
pub(super) struct Connector {
    /// Its current status.
    pub(super) status: ConnectorStatus,
    /// The name of the status that was last reported to the central system; `None` when it does not know any.
    pub(super) reported: Option<&'static str>,
    /// Whether it is operative. `false` with a status other than `Unavailable` means a scheduled change (OCPP 1.6
    /// §5.2).
    pub(super) operative: bool,
    /// A requested start without a transaction yet.
    pub(super) pending: Option<PendingStart>,
    /// The running transaction.
    pub(super) transaction: Option<Transaction>,
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
    /// Whether the car there has had its transaction.
    pub(super) served: bool,
    /// Whether the lock works.
    pub(super) lock_works: bool,
    /// Who releases the cable that is locked in although its car has gone.
    pub(super) held: Option<CableHold>,
    /// What is broken.
    pub(super) fault: Option<PartFault>,
    /// Whether its car is suspended because charging profiles leave too little for it.
    pub(super) limited: bool,
    /// What the driver wants at most.
    pub(super) limits: Vec<DriverLimit>,
}

impl Default for Connector {
    fn default() -> Self {
        Self {
            status: ConnectorStatus::Available,
            reported: None,
            operative: true,
            pending: None,
            transaction: None,
            meter: Meter::default(),
            plugged: false,
            by_hand: false,
            car: CarState::Ready,
            parked: false,
            served: false,
            lock_works: true,
            held: None,
            fault: None,
            limited: false,
            limits: Vec::new(),
        }
    }
}

impl Connector {
    /// Whether a transaction may start there, or be prepared; reservations apart. After a transaction the next one may follow without
    /// unplugging (OCPP 1.6 §4.9).
    pub(super) fn is_startable(&self) -> bool {
        self.operative && self.fault.is_none() && self.held.is_none() && self.pending.is_none() && self.transaction.is_none()
    }

    /// Whether there is neither a transaction nor a pending start.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_none() && self.transaction.is_none() && !self.status.is_in_use()
    }
}

/// A requested start.
#[derive(Debug)]
pub(super) struct PendingStart {
    /// The tag of the driver.
    pub(super) id_tag: String,
    /// The group of the tag, as far as it is known.
    pub(super) parent: Option<String>,
    /// Whether an Authorize for the tag is in flight.
    pub(super) authorizing: bool,
    /// The charging profile that came with a RemoteStartTransaction.
    pub(super) profile: Option<Value>,
    /// Whether a card at the reader asks for it, and not the central system.
    pub(super) by_card: bool,
    /// Whether the connector was named.
    pub(super) chosen: bool,
}

/// A cable that stays locked until it is released.
#[derive(Debug)]
pub(super) struct CableHold {
    /// The tag that started the transaction.
    pub(super) id_tag: String,
    /// Its group.
    pub(super) parent: Option<String>,
}

/// A running transaction.
#[derive(Debug)]
pub(super) struct Transaction {
    /// Its local number, known before the central system assigns an id.
    pub(super) key: u64,
    /// The id that the central system assigned.
    pub(super) id: Option<i32>,
    /// The id tag of the start.
    pub(super) id_tag: String,
    /// The time of the start.
    pub(super) started: Timestamp,
    /// The group of the tag, as far as it is known.
    pub(super) parent: Option<String>,
    /// The register at the start.
    pub(super) meter_start: i32,
    /// The readings that StopTransaction includes, oldest first.
    pub(super) samples: Vec<Value>,
    /// Another card that wants to stop it, whose Authorize is in flight.
    pub(super) stopper: Option<String>,
    /// Whether the cable has come out at the car.
    pub(super) unplugged: bool,
    /// Whether no energy is supplied any more, because the tag is not accepted.
    pub(super) exhausted: bool,
    /// How much energy since its start may be supplied to a tag that is not accepted.
    pub(super) energy_left: Option<f64>,
}
