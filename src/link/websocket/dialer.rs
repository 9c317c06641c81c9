//! The connecting side: it keeps one simulated charge point connected, waits between attempts, and obeys while it waits. The link itself
//! is `websocket`'s, the waits are `backoff`'s.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderValue, SEC_WEBSOCKET_KEY};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::LinkUp;
use super::backoff::Backoff;
use super::url::CentralSystemUrl;
use crate::behaviour::Responder;
use crate::clock::now;
use crate::link::LinkContext;
use crate::link::close_reason::{CloseReason, lost};
use crate::link::handshake_headers;
use crate::link::inbox::LinkInbox;
use crate::link::network::{Network, Socket};
use crate::link::order::{LinkCommand, LinkOrder};
use crate::link::panic_guard;
use crate::link::random::handshake_key;
use crate::link::websocket;
use crate::ocpp::Version;
use crate::trace::{EventKind, StationKey};

/// A link that lasted this long was a good one: the next wait is short again.
const STABLE: Duration = Duration::from_secs(5);

/// Where and as what a simulated charge point connects.
#[derive(Debug, Clone)]
pub struct DialTarget {
    /// The central system.
    pub url: CentralSystemUrl,
    /// The identity.
    pub identity: String,
    /// The version that is asked for.
    pub version: Version,
    /// The station's key.
    pub station: StationKey,
    /// The turns of the session's handshakes: thousands at once would overrun any central system, and time out.
    pub turns: Arc<Semaphore>,
}

/// What to do after a link, an attempt or a wait has ended.
enum Next {
    Connect,
    /// Wait after a link was lost (true) or an attempt failed (false), for this reason.
    Wait(bool, String),
    /// Our charge point restarts: connect after this time.
    Restart(Duration),
    /// Stay down; whether that is news.
    Park(bool),
    Stop,
}

/// Keeps the charge point connected until the session ends.
pub async fn keep_connected(dial: DialTarget, mut responder: Responder, mut inbox: LinkInbox, context: LinkContext) {
    let mut backoff = Backoff::new(fastrand::u64(..));
    let mut began = Instant::now();
    let mut link = 0;
    let mut next = Next::Connect;
    loop {
        next = match next {
            Next::Connect => {
                began = Instant::now();
                match attempt(&dial, &mut inbox, &context).await {
                    Ok(Dialled { stream, peer, handshake }) => {
                        link = context.events.numbers().next();
                        let up = LinkUp { stream, station: dial.station, number: link, version: dial.version, peer, handshake };
                        let running = Box::pin(websocket::run(up, &mut inbox, &context, responder));
                        let done = panic_guard::guarded(running, &context.events, dial.station, link).await;
                        let Some((returned, end)) = done else { return };
                        responder = returned;
                        after(end)
                    }
                    Err(next) => next,
                }
            }
            Next::Wait(lost, reason) => {
                if began.elapsed() >= STABLE {
                    backoff.reset();
                }
                wait(&dial, lost, reason, backoff.wait(), &mut inbox, &context).await
            }
            Next::Restart(after) => {
                backoff.reset();
                wait(&dial, true, CloseReason::Restarts(after).reason(), after, &mut inbox, &context).await
            }
            Next::Park(news) => {
                if news {
                    let reason = "it stays down until it is told to connect".into();
                    context.events.send(Some(dial.station), now(), EventKind::Disconnected { link, reason }).await;
                }
                park(&mut inbox, &context).await
            }
            Next::Stop => return,
        };
    }
}

fn after(end: CloseReason) -> Next {
    match end {
        CloseReason::Lost { reason, .. } => Next::Wait(true, reason),
        CloseReason::Disconnected | CloseReason::Cut | CloseReason::Replaced => Next::Park(false),
        CloseReason::Restarts(after) => Next::Restart(after),
        CloseReason::Shutdown => Next::Stop,
    }
}

/// One attempt to connect, which a person may break off.
async fn attempt(dial: &DialTarget, inbox: &mut LinkInbox, context: &LinkContext) -> Result<Dialled, Next> {
    let url = dial.url.of_station(&dial.identity);
    context.events.send(Some(dial.station), now(), EventKind::Connecting { url: url.clone().into() }).await;
    let limit = context.settings.current().handshake_timeout;
    let connecting = async {
        // The session keeps its turns for as long as it runs, so there is always one to wait for.
        let _turn = dial.turns.acquire().await;
        timeout(limit, connect(dial, &url, context))
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs())))
    };
    tokio::pin!(connecting);
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return Err(Next::Stop),
            connected = connecting.as_mut() => return connected.map_err(|reason| Next::Wait(false, reason)),
            order = inbox.next() => match order {
                None => return Err(Next::Stop),
                Some(LinkOrder::User(LinkCommand::Disconnect | LinkCommand::Drop)) => return Err(Next::Park(true)),
                Some(_) => {} // the order was refused where it was given
            },
        }
    }
}

/// A connection that the central system took.
struct Dialled {
    stream: WebSocketStream<Socket>,
    peer: SocketAddr,
    /// The heads of request and answer.
    handshake: Box<str>,
}

async fn connect(dial: &DialTarget, url: &str, context: &LinkContext) -> Result<Dialled, String> {
    let (stream, place) = open(&context.network, &dial.url.host, dial.url.port).await?;
    stream.set_nodelay();
    let peer = stream.peer().map_err(|error| format!("the connection to {place} broke: {error}"))?;
    let uri: Uri = url.parse().map_err(|_| format!("{url} is not a URL"))?;
    let request = ClientRequestBuilder::new(uri).with_sub_protocol(dial.version.subprotocol());
    let mut request = request.into_client_request().map_err(|error| format!("{url} cannot be asked for: {error}"))?;
    if let Ok(key) = HeaderValue::from_str(&handshake_key()) {
        request.headers_mut().insert(SEC_WEBSOCKET_KEY, key);
    }
    let mut heads = handshake_headers::request_head(&request);
    let config = Some(websocket::config(&context.settings.current()));
    let (stream, answer) = client_async_with_config(request, stream, config).await.map_err(|error| {
        if let Error::Http(answer) = &error {
            handshake_headers::add_answer(&mut heads, answer);
        }
        format!("{}\n\n{heads}", refused(&error, dial.version))
    })?;
    handshake_headers::add_answer(&mut heads, &answer);
    Ok(Dialled { stream, peer: SocketAddr::new(peer.ip().to_canonical(), peer.port()), handshake: heads.into() })
}

/// Opens the connection to the first address of the host that takes it.
async fn open(network: &Network, host: &str, port: u16) -> Result<(Socket, SocketAddr), String> {
    let addresses = network.addresses(host, port).await.map_err(|_| format!("getaddrinfo ENOTFOUND {host}"))?;
    let mut reason = format!("getaddrinfo ENOTFOUND {host}");
    for address in addresses {
        match network.connect(address).await {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => reason = unreachable(&error, address),
        }
    }
    Err(reason)
}

/// What the operating system says about an address, in the words that scripts made for ocppjs look for.
fn unreachable(error: &std::io::Error, address: SocketAddr) -> String {
    let name = match error.kind() {
        ErrorKind::ConnectionRefused => "ECONNREFUSED",
        ErrorKind::ConnectionReset => "ECONNRESET",
        ErrorKind::TimedOut => "ETIMEDOUT",
        ErrorKind::HostUnreachable => "EHOSTUNREACH",
        ErrorKind::NetworkUnreachable => "ENETUNREACH",
        _ => return format!("cannot connect to {address}: {error}"),
    };
    format!("connect {name} {address}")
}

/// A sentence for a handshake that failed.
fn refused(error: &Error, version: Version) -> String {
    match error {
        Error::Http(response) => {
            let reason = response.headers().get("x-websocket-reject-reason").and_then(|reason| reason.to_str().ok());
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("Server responded with a non-101 status: {}{reason}", response.status())
        }
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)) => {
            format!("Expected a Sec-WebSocket-Protocol header: the central system does not speak {}", version.subprotocol())
        }
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            format!("Server did not respond with a requested protocol, which is {}", version.subprotocol())
        }
        other => lost(other),
    }
}

/// Waits for the next attempt, or for the order to make it now.
async fn wait(
    dial: &DialTarget,
    lost: bool,
    reason: String,
    after: Duration,
    inbox: &mut LinkInbox,
    context: &LinkContext,
) -> Next {
    context.events.send(Some(dial.station), now(), EventKind::Retry { after, lost, reason: reason.into() }).await;
    let waiting = tokio::time::sleep(after);
    tokio::pin!(waiting);
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return Next::Stop,
            () = waiting.as_mut() => return Next::Connect,
            order = inbox.next() => match order {
                None => return Next::Stop,
                Some(LinkOrder::User(LinkCommand::Connect)) => return Next::Connect,
                Some(LinkOrder::User(LinkCommand::Disconnect | LinkCommand::Drop)) => return Next::Park(true),
                Some(_) => {} // the order was refused where it was given
            },
        }
    }
}

/// Stays down until a person wants the station back.
async fn park(inbox: &mut LinkInbox, context: &LinkContext) -> Next {
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return Next::Stop,
            order = inbox.next() => match order {
                None => return Next::Stop,
                Some(LinkOrder::User(LinkCommand::Connect)) => return Next::Connect,
                Some(_) => {}
            },
        }
    }
}
