//! How a charge point of ours reaches its central system, found out before it is started: the caller gets the mistakes.

use std::net::Ipv4Addr;

use super::{ChargePointOptions, HubError};
use crate::link::{CentralSystemUrl, HttpUrl, Listener, Network};
use crate::ocpp::Version;

/// A route to the central system.
pub(super) enum Route {
    WebSocket(CentralSystemUrl),
    /// Both directions of SOAP: the service that we call, and the socket on which we are called.
    Soap {
        url: HttpUrl,
        from: Option<String>,
        listener: Listener,
    },
}

impl Route {
    /// The route for these options. For SOAP the port is bound here.
    pub fn find(options: &ChargePointOptions, network: &Network) -> Result<Route, HubError> {
        let Some(soap) = &options.soap else { return Ok(Route::WebSocket(CentralSystemUrl::parse(&options.url)?)) };
        if !Version::SOAP.contains(&options.version) {
            return Err(HubError::NotOverSoap { version: options.version });
        }
        let url = HttpUrl::parse(&options.url)?;
        let from = soap.from.clone().filter(|from| !from.is_empty());
        // A peer that gets an address calls at it, so its port is the one to listen on, unless the user has another behind it.
        let of_from = || from.as_deref().and_then(port_of);
        let port = soap.port.or_else(of_from).unwrap_or(0);
        let named = if soap.port.is_none() { "the port in the From address (-f)" } else { "the port for remote calls" };
        let cannot_serve = |source| HubError::CannotServe { port, named, source };
        let listener = network.bind_everywhere(port).map_err(cannot_serve)?;
        Ok(Route::Soap { url, from, listener })
    }
}

/// The port in a `From` address at which the peer can be called. The text may also be something wrong that is sent on purpose.
fn port_of(from: &str) -> Option<u16> {
    let url = HttpUrl::of_from(from, Ipv4Addr::UNSPECIFIED.into()).ok()?;
    Some(url.port)
}
