//! How a charge point of ours reaches its central system, found out before it is started: the caller gets the mistakes.

use super::{ChargePointOptions, HubError};
use crate::link::{CentralSystemUrl, HttpUrl, Listener, Network};

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
        let url = HttpUrl::parse(&options.url)?;
        let from = soap.from.clone().filter(|from| !from.is_empty());
        let listener = network.bind_everywhere(soap.port).map_err(|error| HubError::cannot_listen(None, soap.port, &error))?;
        Ok(Route::Soap { url, from, listener })
    }
}
