//! The charge point's side of SOAP: its link from the first order to the last. The server at which it is called is `callback_server`'s, the
//! messages are those of the actor.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::actor::{self, SoapUp, WAITING};
use super::address::{HttpUrl, bracketed};
use super::callback_server::{CallbackPort, CallbackServer, CalledStation, CalledStations, SharedCallbacks, accept};
use super::framing::SoapFraming;
use crate::behaviour::{Responder, StationCredentials};
use crate::clock::now;
use crate::link::basic_credentials::StationAuthorization;
use crate::link::context::ListenerPorts;
use crate::link::down::{self, DownEvent};
use crate::link::inbox::LinkInbox;
use crate::link::random::LinkChance;
use crate::link::tls::TlsAcceptor;
use crate::link::{LinkContext, Network, panic_guard};
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{CloseReason, ConnectionAttempt, EventKind, StationKey};

/// A simulated charge point that speaks SOAP.
#[derive(Debug)]
pub struct SoapService {
    /// The central system's service.
    pub url: HttpUrl,
    /// The identity.
    pub identity: String,
    /// The version that is spoken.
    pub version: Version,
    /// The station's key.
    pub station: StationKey,
    /// The address in the `From` header; `None` is the one on the way to the central system.
    pub from: Option<String>,
    /// What makes the handshakes of TLS on our own port; `None` for a port without.
    pub acceptor: Option<Arc<TlsAcceptor>>,
    /// What the station shows; its machine changes it.
    pub credentials: StationCredentials,
    /// What its random values follow from; without it they are other ones each time.
    pub seed: Option<u64>,
}

/// Keeps the charge point's server and actor running until the session ends.
pub async fn keep_serving(
    service: SoapService,
    port: CallbackPort,
    mut responder: Responder,
    mut inbox: LinkInbox,
    context: LinkContext,
) {
    let mut chance = LinkChance::of_seed(service.seed);
    let (number_of_port, shared) = match &port {
        CallbackPort::Own(listener) => (listener.local_addr().map_or(0, |address| address.port()), None),
        CallbackPort::Shared(shared) => (shared.address().port(), Some(shared.clone())),
    };
    let mut port = Some(port);
    loop {
        if let Some(port) = port.take() {
            let number = context.events.link_numbers().next();
            let running = Box::pin(serve(&service, port, number, chance.fork(), responder, &mut inbox, &context));
            let Some((back, end)) = panic_guard::guarded(running, &context.events, service.station, number).await else {
                return;
            };
            responder = back;
            if end == CloseReason::Shutdown {
                return;
            }
        }
        if !wait_for_order(service.station, &mut responder, &mut inbox, &context).await {
            return;
        }
        if let Some(shared) = &shared {
            port = Some(CallbackPort::Shared(shared.clone()));
            continue;
        }
        match context.network.bind_everywhere(number_of_port) {
            Ok(bound) => port = Some(CallbackPort::Own(bound)),
            Err(error) => {
                let text = format!("port {number_of_port} cannot be had again: {error}").into();
                context.events.send(Some(service.station), now(), EventKind::Note { failure: true, text }).await;
            }
        }
    }
}

/// Waits until the user or the machine connects the station again. False when the session ends.
async fn wait_for_order(station: StationKey, responder: &mut Responder, inbox: &mut LinkInbox, context: &LinkContext) -> bool {
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return false,
            event = Box::pin(down::next_event(responder, inbox, station, context)) => match event {
                DownEvent::End => return false,
                DownEvent::Connect => return true,
                DownEvent::StayDown => {}
            },
        }
    }
}

async fn serve(
    service: &SoapService,
    port: CallbackPort,
    number: u64,
    chance: LinkChance,
    responder: Responder,
    inbox: &mut LinkInbox,
    context: &LinkContext,
) -> (Responder, CloseReason) {
    let unknown = || SocketAddr::from(([0, 0, 0, 0], 0));
    let (address, path) = match &port {
        CallbackPort::Own(listener) => (listener.local_addr().unwrap_or_else(|_| unknown()), None),
        CallbackPort::Shared(shared) => (shared.address(), Some(SharedCallbacks::path_of(&service.identity))),
    };
    let from = match (&service.from, &path) {
        (Some(from), None) => from.clone(),
        (Some(from), Some(path)) => format!("{}/{path}", from.trim_end_matches('/')),
        (None, path) => {
            let scheme = if service.acceptor.is_some() { "https" } else { "http" };
            let (host, path) = (route(&service.url, &context.network).await, path.as_deref().unwrap_or_default());
            format!("{scheme}://{host}:{}/{path}", address.port())
        }
    };
    let listening = EventKind::Listening { address, url: from.clone().into(), transports: vec![Transport::Soap] };
    let (sender, mut requests) = mpsc::channel(WAITING);
    let open = context.shutdown.child_token();
    let close = open.clone().drop_guard();
    let called = CalledStation { station: service.station, version: service.version, requests: sender };
    let (accepting, served) = match port {
        CallbackPort::Own(listener) => {
            let server = CallbackServer {
                stations: CalledStations::One(called),
                context: context.clone(),
                acceptor: service.acceptor.clone(),
                ports: match service.acceptor {
                    Some(_) => ListenerPorts { plain: None, tls: Some(address.port()) },
                    None => ListenerPorts { plain: Some(address.port()), tls: None },
                },
                open,
            };
            (Some(tokio::spawn(accept(listener, Arc::new(server)))), None)
        }
        CallbackPort::Shared(shared) => (None, Some(shared.serve(&service.identity, called))),
    };
    let soap = SoapFraming::new(
        context.catalog.clone(),
        Role::ChargePoint,
        service.identity.clone(),
        Some(from),
        Some(service.url.clone()),
    );
    let authorization =
        Some(StationAuthorization { identity: service.identity.clone(), credentials: service.credentials.clone() });
    let (station, version, listening) = (service.station, service.version, Some(listening));
    let attempt = ConnectionAttempt::default();
    let up = SoapUp { station, number, version, peer: address, soap, listening, authorization, attempt, chance };
    let ended = actor::run(up, &mut requests, inbox, context, responder).await;
    drop((close, served));
    // The port is free when the station is wanted back at once.
    if let Some(accepting) = accepting {
        let _ = accepting.await;
    }
    ended
}

/// The address of this machine on the way to the central system. As in ocppjs, it is `localhost` when the URL has
/// `localhost`.
pub(in crate::link) async fn route(url: &HttpUrl, network: &Network) -> String {
    if url.host.eq_ignore_ascii_case("localhost") {
        return "localhost".to_owned();
    }
    network.address_towards(&url.host, url.port).await.map_or_else(|_| "localhost".to_owned(), bracketed)
}
