//! What is broken at a part of a simulated station. How a fault is reported is up to the station.

/// The error code of a lock that does not close.
pub(super) const LOCK_FAILURE: &str = "ConnectorLockFailure";

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartFault {
    /// The error code.
    pub(super) code: String,
    /// A few words about it.
    pub(super) info: Option<String>,
}
