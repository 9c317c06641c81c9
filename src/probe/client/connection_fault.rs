//! Why there was no answer on a connection.

use std::io;
use std::time::Duration;

/// Why there was no answer on a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionFault {
    #[error("the name {0} is not known")]
    UnknownHost(String),
    #[error("no connection to {address}: {reason}")]
    NoConnection { address: String, reason: String },
    #[error("no TLS: {0}")]
    NoTls(String),
    #[error("nothing came within {} s", .0.as_secs_f64())]
    Silence(Duration),
    #[error("the connection was ended without an answer")]
    Ended,
    #[error("the connection was reset")]
    Reset,
    #[error("the connection failed: {0}")]
    Broken(String),
    #[error("what came is no HTTP: {0}")]
    NoHttp(String),
    #[error("port {0} is in use by another program; choose another one, or end that program")]
    PortInUse(u16),
}

impl From<io::Error> for ConnectionFault {
    fn from(error: io::Error) -> ConnectionFault {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
                ConnectionFault::Reset
            }
            io::ErrorKind::UnexpectedEof => ConnectionFault::Ended,
            _ => ConnectionFault::Broken(error.to_string()),
        }
    }
}

impl ConnectionFault {
    /// Whether the peer ended the connection instead of an answer.
    pub fn is_end(&self) -> bool {
        matches!(self, ConnectionFault::Ended | ConnectionFault::Reset)
    }
}
