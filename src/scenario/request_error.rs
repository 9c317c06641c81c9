//! Why a request or a query of a script is refused.

use serde_json::Value;

use crate::javascript::RequestError;

/// Why a request or a query of a script is refused; the sentence is thrown in the script.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScriptRequestError {
    #[error(transparent)]
    Invalid(#[from] RequestError),
    /// The JSON of a query does not fit.
    #[error(transparent)]
    Query(#[from] serde_json::Error),
    #[error("there is no operation {0}")]
    NoOperation(String),
    #[error("{0:?} is no version of OCPP; it is '1.2', '1.5', '1.6', '2.0.1' or '2.1'")]
    NoVersion(String),
    #[error("{0:?} is no transport; it is 'websocket' or 'soap'")]
    NoTransport(String),
    #[error("{option} of a charge point is {wanted}, not {found}")]
    NoMachine { option: &'static str, wanted: &'static str, found: Value },
    #[error("unknownProtocol is 'close' or 'refuse', not {0:?}")]
    NoUnknownProtocol(String),
    #[error("subprotocolOrder is 'newest' or 'offered', not {0:?}")]
    NoSubprotocolOrder(String),
}
