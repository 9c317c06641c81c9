//! A transaction as the central system knows it, whatever the version in which it began.

use std::sync::Arc;

/// A transaction that was started and not yet stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningTransaction {
    /// The station's identity.
    pub station: Arc<str>,
    /// The id: a number in OCPP 1.x, a text of the station in 2.x.
    pub id: Box<str>,
    /// The EVSE, where the version has them and the station named it.
    pub evse: Option<i32>,
    /// The connector, where it is known.
    pub connector: Option<i32>,
    /// The tag with which it was started or authorized; empty where none was shown.
    pub id_tag: Box<str>,
}
