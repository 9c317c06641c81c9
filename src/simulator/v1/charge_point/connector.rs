//! One connector: its status, what is going on at it, and its meter. The order of things during a charge is in `charging`.

use jiff::Timestamp;
use serde_json::Value;

use super::meter::Meter;
use super::status::ConnectorStatus;

/// One connector of the charge point.
#[derive(Debug)]
pub(super) struct Connector {
    /// The status it is in.
    pub(super) status: ConnectorStatus,
    /// The name of the status that the central system knows; none when it does not know any.
    pub(super) reported: Option<&'static str>,
    /// Whether it is meant to be used; false with a status other than `Unavailable` means a scheduled change (OCPP 1.6 §5.2).
    pub(super) operative: bool,
    /// A start that was asked for and has not come to a transaction yet.
    pub(super) pending: Option<PendingStart>,
    /// The transaction that runs.
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
    /// Whether neither a transaction nor the way to one is going on.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_none() && self.transaction.is_none() && !self.status.is_in_use()
    }
}

/// A start on its way.
#[derive(Debug)]
pub(super) struct PendingStart {
    /// The tag of who wants to charge.
    pub(super) id_tag: String,
    /// Whether the central system is being asked about the tag.
    pub(super) authorizing: bool,
    /// The charging profile that came with a RemoteStartTransaction.
    pub(super) profile: Option<Value>,
}

/// A transaction that runs.
#[derive(Debug)]
pub(super) struct Transaction {
    /// Our own number for it, known before the central system gives its id.
    pub(super) key: u64,
    /// The id from the central system.
    pub(super) id: Option<i32>,
    /// The tag it was started with.
    pub(super) id_tag: String,
    /// When it started.
    pub(super) started: Timestamp,
    /// The readings of its begin, when StopTransaction is to carry them.
    pub(super) first_sample: Option<Value>,
}
