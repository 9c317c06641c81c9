//! One connector: its status, its start or transaction, and its meter. The steps of a charge are in `charging`.

use jiff::Timestamp;
use serde_json::Value;

use super::meter::Meter;
use super::status::ConnectorStatus;

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
        }
    }
}

impl Connector {
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
    /// Whether an Authorize for the tag is in flight.
    pub(super) authorizing: bool,
    /// The charging profile that came with a RemoteStartTransaction.
    pub(super) profile: Option<Value>,
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
    /// The readings at the start, when StopTransaction must include them.
    pub(super) first_sample: Option<Value>,
}
