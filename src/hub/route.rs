//! How a charge point of ours reaches its central system, found out before it is started: the caller gets the mistakes.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::tls::callback_acceptor;
use super::{ChargePointOptions, HubError, SoapOptions};
use crate::behaviour::CredentialSet;
use crate::link::{CallbackPort, CentralSystemUrl, HttpUrl, Listener, Network, SharedCallbacks, TlsAcceptor};
use crate::ocpp::Version;

/// A route to the central system.
pub(super) enum Route {
    WebSocket(CentralSystemUrl),
    /// Both directions of SOAP: the service that we call, and the socket on which we are called.
    Soap {
        url: HttpUrl,
        from: Option<String>,
        port: CallbackPort,
        acceptor: Option<Arc<TlsAcceptor>>,
    },
}

impl Route {
    /// The route for these options. For SOAP the port is bound here, and `share` makes the server for many stations.
    pub fn find(
        options: &ChargePointOptions,
        credentials: &CredentialSet,
        network: &Network,
        share: impl FnOnce(u16, &dyn Fn() -> io::Result<Listener>) -> io::Result<SharedCallbacks>,
    ) -> Result<Route, HubError> {
        let fitting = |tls: bool| {
            let profile = credentials.profile;
            if profile.uses_tls() && !tls {
                return Err(HubError::ProfileNeedsTls { profile, url: options.url.clone() });
            }
            let has_certificate = options.tls.certificate.is_some() || credentials.certificate.is_some();
            if profile.uses_client_certificate() && !has_certificate {
                return Err(HubError::NoClientCertificate);
            }
            Ok(())
        };
        match &options.soap {
            None => {
                let url = CentralSystemUrl::parse(&options.url)?;
                fitting(url.tls)?;
                Ok(Route::WebSocket(url))
            }
            Some(_) if !Version::SOAP.contains(&options.version) => Err(HubError::NotOverSoap { version: options.version }),
            Some(soap) => {
                let url = HttpUrl::parse(&options.url)?;
                fitting(url.tls)?;
                Route::soap(options, soap, url, network, share)
            }
        }
    }

    fn soap(
        options: &ChargePointOptions,
        soap: &SoapOptions,
        url: HttpUrl,
        network: &Network,
        share: impl FnOnce(u16, &dyn Fn() -> io::Result<Listener>) -> io::Result<SharedCallbacks>,
    ) -> Result<Route, HubError> {
        let from = soap.from.clone().filter(|from| !from.is_empty());
        let named = from.as_deref().and_then(address_of);
        // Without an address it is secured like the way there, as far as the station has a certificate.
        let secured = match &named {
            Some(named) => named.tls,
            None => from.is_none() && url.tls && options.tls.certificate.is_some(),
        };
        let acceptor = secured.then(|| callback_acceptor(options)).transpose()?;
        // A peer that gets an address calls at it, so its port is the one to listen on, unless the user has another behind it.
        let port = soap.port.or(named.map(|named| named.port)).unwrap_or(0);
        let named = if soap.port.is_none() { "the port in the From address (-f)" } else { "the port for remote calls" };
        let cannot_serve = |source| HubError::CannotServe { port, named, source };
        let bind = || network.bind_everywhere(port);
        // A shared port has no TLS: each station would need its own certificate there.
        let opened = match soap.shared && acceptor.is_none() {
            true => share(port, &bind).map(CallbackPort::Shared),
            false => bind().map(CallbackPort::Own),
        };
        Ok(Route::Soap { url, from, port: opened.map_err(cannot_serve)?, acceptor })
    }
}

/// The `From` address, when the peer can be called at it. The text may also be something wrong that is sent on purpose.
fn address_of(from: &str) -> Option<HttpUrl> {
    HttpUrl::of_from(from, Ipv4Addr::UNSPECIFIED.into()).ok()
}
