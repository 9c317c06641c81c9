//! What is broken at a part of a simulated station. How a fault is reported is up to the station.

use crate::behaviour::PhysicalActionError;
use crate::ocpp::Version;

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

/// The error code that is meant, of those that a version knows; capitals do not count.
///
/// # Errors
/// When the version does not know it.
pub(super) fn known_fault_code(
    code: &str,
    known: &[&'static str],
    version: Version,
) -> Result<&'static str, PhysicalActionError> {
    let found = known.iter().copied().find(|known| known.eq_ignore_ascii_case(code));
    found.ok_or_else(|| PhysicalActionError::UnknownErrorCode {
        code: code.to_owned(),
        version: version.number(),
        known: known.join(", "),
    })
}
