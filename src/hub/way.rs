//! How a charge point of ours reaches its central system, found out before it is started: mistakes are told to whoever starts it.

use tokio::net::TcpListener;

use super::{ChargePointOptions, HubError};
use crate::link::{CentralSystemUrl, HttpUrl};

/// A way to the central system.
pub(super) enum Way {
    WebSocket(CentralSystemUrl),
    /// Both directions of SOAP: the service that we call, and the socket on which we are called.
    Soap {
        url: HttpUrl,
        from: Option<String>,
        listener: TcpListener,
    },
}

impl Way {
    /// The way that the options want. For SOAP the port is bound here.
    pub fn find(options: &ChargePointOptions) -> Result<Way, HubError> {
        let Some(soap) = &options.soap else { return Ok(Way::WebSocket(CentralSystemUrl::parse(&options.url)?)) };
        let url = HttpUrl::parse(&options.url)?;
        let from = soap.from.clone().filter(|from| !from.is_empty());
        let listener = listen(soap.port).map_err(|error| HubError::cannot_listen(None, soap.port, &error))?;
        Ok(Way::Soap { url, from, listener })
    }
}

/// Binds all addresses of both families, or those of IPv4 where there is no IPv6, without waiting.
fn listen(port: u16) -> std::io::Result<TcpListener> {
    let bound = match std::net::TcpListener::bind(("::", port)) {
        Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => std::net::TcpListener::bind(("0.0.0.0", port)),
        bound => bound,
    }?;
    bound.set_nonblocking(true)?;
    TcpListener::from_std(bound)
}
