//! Why something could not be started, or an order was not taken.

use std::io;

use crate::link::UrlError;
use crate::ocpp::Version;
use crate::simulator::QuirkError;

/// Why a central system or a charge point could not be started.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Another program has the port.
    #[error("port {port} is in use by another program; choose another one with --port, or end that program")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The operating system keeps the port to itself.
    #[error("port {port} needs special permission; choose one above 1023 with --port, for example 9000")]
    PortNotPermitted {
        /// The port.
        port: u16,
    },
    /// The address cannot be bound for another reason.
    #[error("cannot listen on {place}: {source}; use --host with an address of this machine")]
    CannotListen {
        /// Host and port.
        place: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The port on which a charge point is called over SOAP cannot be bound.
    #[error("cannot listen on port {port}, {named}: {source}; -r (--remote-port) chooses another one, and 0 any free one")]
    CannotServe {
        /// The port.
        port: u16,
        /// Where it comes from, in words.
        named: &'static str,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The URL of the central system is none.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// A quirk cannot be used.
    #[error(transparent)]
    Quirk(#[from] QuirkError),
    /// A version that exists over WebSocket only is wanted over SOAP.
    #[error("SOAP carries OCPP 1.2, 1.5 and 1.6 only, not {version}; use WebSocket for it")]
    NotOverSoap {
        /// The version.
        version: Version,
    },
    /// No identity was given.
    #[error("a charge point needs an identity; append one to the URL argument, for example CP1")]
    EmptyIdentity,
    /// A simulated charge point with this identity exists.
    #[error("charge point {identity:?} exists already in this session; choose another identity")]
    IdentityInUse {
        /// The identity.
        identity: String,
    },
}

/// Why a link does not take an order.
#[derive(Debug, thiserror::Error)]
pub enum LinkOrderError {
    /// It is down.
    #[error("{name} is not connected")]
    NotConnected {
        /// The identity of the station.
        name: String,
    },
    /// It has too many orders already.
    #[error("{name} is too busy to take the order")]
    Busy {
        /// The identity of the station.
        name: String,
    },
}

impl HubError {
    pub(super) fn cannot_listen(host: Option<&str>, port: u16, error: &io::Error) -> HubError {
        match error.kind() {
            io::ErrorKind::AddrInUse => HubError::PortInUse { port },
            io::ErrorKind::PermissionDenied => HubError::PortNotPermitted { port },
            kind => {
                let place = format!("{}:{port}", host.unwrap_or("all addresses"));
                HubError::CannotListen { place, source: io::Error::new(kind, error.to_string()) }
            }
        }
    }
}
