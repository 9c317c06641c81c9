//! Why a probe cannot start.

/// Why a probe cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The peer cannot be reached.
    #[error("{url} cannot be probed: {reason}; start the central system, or correct the URL")]
    Unreachable {
        /// The URL without its query.
        url: String,
        /// Why.
        reason: String,
    },
    /// The port cannot be listened on.
    #[error("no station can connect: {0}")]
    NoPort(String),
    /// A certificate of ours cannot be used.
    #[error("the certificate cannot be used: {0}; name the files of a certificate and its key")]
    Certificate(String),
    /// No check has such a name.
    #[error("no check is called {0}; --list shows all of them")]
    NoSuchCheck(String),
}
