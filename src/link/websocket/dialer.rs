//! The connecting side: it keeps one simulated charge point connected, waits between attempts, and carries out orders
//! while it waits. The link itself is `websocket`'s, the waits are `backoff`'s.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use hyper::header::{AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_KEY};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::LinkUp;
use super::backoff::Backoff;
use super::dial_error::{DialError, HandshakeRefusal};
use super::url::CentralSystemUrl;
use super::watched_socket::WatchedSocket;
use crate::behaviour::{CredentialNews, CredentialSet, Responder, StationCredentials};
use crate::clock::now;
use crate::link::LinkContext;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::basic_credentials::authorization;
use crate::link::credential_news::news_event;
use crate::link::down::{self, DownEvent};
use crate::link::extra_headers::ExtraHeaders;
use crate::link::handshake_headers;
use crate::link::inbox::LinkInbox;
use crate::link::misbehaviour::odd_writer::{MisbehaviourReporter, OddWriter};
use crate::link::misbehaviour::request::altered;
use crate::link::misbehaviour::{ActiveMisbehaviour, MisbehaviourKind, MisbehaviourStage, OddTls, PATIENCE};
use crate::link::network::{Network, Socket};
use crate::link::panic_guard;
use crate::link::random::LinkChance;
use crate::link::tls::FailedTls;
use crate::link::websocket;
use crate::ocpp::{Role, Version};
use crate::trace::{CloseReason, ConnectionAttempt, ConnectionStep, EventKind, RetryCause, StationKey};

/// After a link that lasted this long the next wait is short again.
const STABLE: Duration = Duration::from_secs(5);

/// Of the length that OCPP 2.x asks for.
const WRONG_PASSWORD: &str = "wrong-on-purpose";

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
    /// Headers that are added to the handshake.
    pub headers: ExtraHeaders,
    /// What the station shows; its machine changes it.
    pub credentials: StationCredentials,
    /// What its random values and its waits follow from; without it they are other ones each time.
    pub seed: Option<u64>,
    /// The turns of the session's handshakes: thousands at once would overrun any central system, and time out.
    pub turns: Arc<Semaphore>,
}

/// What to do after a link, an attempt or a wait has ended.
enum Next {
    Connect,
    /// Wait before the next attempt.
    Wait(RetryCause),
    /// Our charge point restarts: connect after this time.
    Restart(Duration),
    /// Stay down; true when that is to be recorded.
    Park(bool),
    Stop,
}

/// Keeps the charge point connected until the session ends.
pub async fn keep_connected(dial: DialTarget, mut responder: Responder, mut inbox: LinkInbox, context: LinkContext) {
    let mut chance = LinkChance::of_seed(dial.seed);
    let mut backoff = Backoff::new(chance.seed());
    let mut began = Instant::now();
    let mut link = 0;
    let mut next = Next::Connect;
    loop {
        next = match next {
            Next::Connect => {
                began = Instant::now();
                // In a box, because it runs once: as a part of the task a link would keep its room.
                match Box::pin(attempt(&dial, &mut chance, &mut responder, &mut inbox, &context)).await {
                    Ok(Dialled { stream, peer, handshake }) => {
                        record_news(dial.credentials.connected(), dial.station, &context).await;
                        link = context.events.link_numbers().next();
                        let up = Box::new(LinkUp {
                            stream,
                            station: dial.station,
                            number: link,
                            version: dial.version,
                            peer,
                            handshake,
                            chance: chance.fork(),
                        });
                        let running = Box::pin(websocket::run(up, &mut inbox, &context, responder));
                        let done = panic_guard::guarded(running, &context.events, dial.station, link).await;
                        let Some((returned, end)) = done else { return };
                        responder = returned;
                        after(end)
                    }
                    Err(next) => {
                        if matches!(next, Next::Wait(_)) {
                            record_news(dial.credentials.failed(), dial.station, &context).await;
                        }
                        next
                    }
                }
            }
            Next::Wait(cause) => {
                if began.elapsed() >= STABLE {
                    backoff.reset();
                }
                wait(&dial, cause, backoff.wait(), &mut responder, &mut inbox, &context).await
            }
            Next::Restart(after) => {
                backoff.reset();
                wait(&dial, RetryCause::Lost(CloseReason::Restarts(after)), after, &mut responder, &mut inbox, &context).await
            }
            Next::Park(news) => {
                if news {
                    let down = EventKind::Disconnected { link, reason: CloseReason::StaysDown };
                    context.events.send(Some(dial.station), now(), down).await;
                }
                park(&dial, &mut responder, &mut inbox, &context).await
            }
            Next::Stop => return,
        };
    }
}

/// Records what became of new credentials.
async fn record_news(news: Option<CredentialNews>, station: StationKey, context: &LinkContext) {
    if let Some(news) = news {
        context.events.send(Some(station), now(), news_event(&news)).await;
    }
}

fn after(end: CloseReason) -> Next {
    match end {
        CloseReason::Disconnected | CloseReason::Cut | CloseReason::Replaced => Next::Park(false),
        CloseReason::Restarts(after) => Next::Restart(after),
        CloseReason::Shutdown => Next::Stop,
        lost => Next::Wait(RetryCause::Lost(lost)),
    }
}

/// One attempt to connect, which the user may cancel.
async fn attempt(
    dial: &DialTarget,
    chance: &mut LinkChance,
    responder: &mut Responder,
    inbox: &mut LinkInbox,
    context: &LinkContext,
) -> Result<Dialled, Next> {
    let shown = dial.credentials.next();
    let own_url = shown.url.as_deref().and_then(|url| CentralSystemUrl::parse(url).ok());
    let target = own_url.as_ref().unwrap_or(&dial.url);
    let url = target.of_station(shown.identity.as_deref().unwrap_or(&dial.identity));
    context.events.send(Some(dial.station), now(), EventKind::Connecting { url: url.clone().into() }).await;
    let connecting = async {
        // The session keeps its turns for as long as it runs, so there is always one to wait for.
        let _turn = dial.turns.acquire().await;
        let odd = OddAttempt::of(dial, target, context);
        let mut progress = AttemptProgress::dialling();
        match connect_oddly(dial, (target, &url), &shown, context, (&mut progress, chance), odd).await {
            Ok((stream, peer)) => {
                let findings = progress.security_findings(peer);
                Ok(Dialled { stream, peer, handshake: ConnectionAttempt { findings, ..progress.attempt() } })
            }
            Err(error) => {
                let (side, cause) = error.failure(progress.step());
                if let Some(incident) = error.incident() {
                    dial.credentials.note(incident);
                }
                Err(RetryCause::Failed { reason: error.to_string().into(), handshake: progress.failed(side, cause) })
            }
        }
    };
    tokio::pin!(connecting);
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return Err(Next::Stop),
            connected = connecting.as_mut() => return connected.map_err(Next::Wait),
            event = Box::pin(down::next_event(responder, inbox, dial.station, context)) => match event {
                DownEvent::End => return Err(Next::Stop),
                DownEvent::StayDown => return Err(Next::Park(true)),
                DownEvent::Connect => {}
            },
        }
    }
}

/// A connection that the central system took.
struct Dialled {
    stream: WebSocketStream<WatchedSocket<Socket>>,
    peer: SocketAddr,
    /// What is known of the attempt.
    handshake: ConnectionAttempt,
}

/// A WebSocket that the central system took, and its address.
type Taken = (WebSocketStream<WatchedSocket<Socket>>, SocketAddr);

/// What is done wrong on purpose with an attempt.
#[derive(Default)]
struct OddAttempt {
    tls: OddTls,
    request: Vec<Arc<ActiveMisbehaviour>>,
}

impl OddAttempt {
    fn of(dial: &DialTarget, target: &CentralSystemUrl, context: &LinkContext) -> OddAttempt {
        let reporter = MisbehaviourReporter { events: context.events.clone(), station: Some(dial.station) };
        let tls = || OddTls::of(&context.misbehaviour, reporter, Role::ChargePoint, true);
        let stages = [MisbehaviourStage::Handshake];
        let mut request = context.misbehaviour.of_stage(&stages, Role::ChargePoint, Some(dial.station));
        request.retain(|one| one.spend());
        OddAttempt { tls: target.tls.then(tls).unwrap_or_default(), request }
    }
}

/// Connects, after another connection when two are made on purpose.
async fn connect_oddly(
    dial: &DialTarget,
    (target, url): (&CentralSystemUrl, &str),
    shown: &CredentialSet,
    context: &LinkContext,
    (progress, chance): (&mut AttemptProgress, &mut LinkChance),
    odd: OddAttempt,
) -> Result<Taken, DialError> {
    if odd.request.iter().any(|one| one.kind() == MisbehaviourKind::TwoConnections) {
        let mut first = AttemptProgress::dialling();
        let (mut stream, _) = connect(dial, (target, url), shown, context, (&mut first, chance), OddAttempt::default()).await?;
        let shutdown = context.shutdown.clone();
        tokio::spawn(async move {
            // What comes is read until the peer ends it, and not answered.
            let reading = async { while let Some(Ok(_)) = stream.next().await {} };
            let _ = shutdown.run_until_cancelled(reading).await;
        });
    }
    connect(dial, (target, url), shown, context, (progress, chance), odd).await
}

/// Connects; each step has the time of a handshake. What is known of the attempt is in `progress`, also when it fails.
async fn connect(
    dial: &DialTarget,
    (target, url): (&CentralSystemUrl, &str),
    shown: &CredentialSet,
    context: &LinkContext,
    (progress, chance): (&mut AttemptProgress, &mut LinkChance),
    OddAttempt { tls: odd_tls, request: odd }: OddAttempt,
) -> Result<Taken, DialError> {
    // A station never shows the credentials of a profile over a connection that is less than it (A00.FR.005).
    if shown.profile.uses_tls() && !target.tls {
        return Err(DialError::ProfileNeedsTls { profile: shown.profile, url: url.to_owned() });
    }
    let (stream, peer) = open_secured(target, shown, context, progress, &odd_tls).await?;
    let limit = context.settings.current().handshake_timeout;
    progress.enter(ConnectionStep::Request);
    let uri: Uri = url.parse().map_err(|_| DialError::Url(url.to_owned()))?;
    let request = ClientRequestBuilder::new(uri).with_sub_protocol(dial.version.subprotocol());
    let mut request = request.into_client_request().map_err(|error| DialError::Request { url: url.to_owned(), error })?;
    if let Ok(key) = HeaderValue::from_str(&chance.handshake_key()) {
        request.headers_mut().insert(SEC_WEBSOCKET_KEY, key);
    }
    dial.headers.apply(request.headers_mut());
    let identity = shown.identity.as_deref().unwrap_or(&dial.identity);
    if !request.headers().contains_key(AUTHORIZATION)
        && let Some(value) = shown.sent_password().and_then(|password| authorization(identity, password.bytes()))
    {
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    if odd.iter().any(|one| one.kind() == MisbehaviourKind::WrongPassword)
        && let Some(value) = authorization(identity, WRONG_PASSWORD.as_bytes())
    {
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let head = handshake_headers::request_head(&request);
    progress.request = odd.iter().fold(String::from(head), |head, one| altered(&head, one)).into();
    progress.password = request.headers().contains_key(AUTHORIZATION);
    let mut stream = WatchedSocket::new(stream);
    // Who sends slowly on purpose waits for the peer to end it.
    let slow = odd.iter().any(|one| one.kind() == MisbehaviourKind::SlowRequest);
    let limit = if slow { PATIENCE } else { limit };
    if !odd.is_empty() {
        let reporter = MisbehaviourReporter { events: context.events.clone(), station: Some(dial.station) };
        *stream.odd() = Some(Box::new(OddWriter::of_request(reporter, odd)));
    }
    // The library writes the request and waits for the answer in one. The request fits into what the system buffers.
    progress.enter(ConnectionStep::Answer);
    let config = Some(websocket::config(&context.settings.current()));
    let answered = timeout(limit, client_async_with_config(request, stream, config)).await;
    let (stream, answer) = answered.map_err(|_| DialError::NoAnswer(limit))?.map_err(|error| {
        if let Error::Http(answer) = &error {
            progress.answer = handshake_headers::answer_head(answer);
            progress.done();
        }
        DialError::Handshake(HandshakeRefusal::of(&error, dial.version, progress.tls.as_deref()))
    })?;
    progress.answer = handshake_headers::answer_head(&answer);
    progress.done();
    if let Some(refusal) = HandshakeRefusal::of_extensions(answer.headers()) {
        return Err(DialError::Handshake(refusal));
    }
    Ok((stream, peer))
}

/// Opens the connection to a central system, and secures it where its URL wants TLS. Returns it with the other end.
pub(in crate::link) async fn open_secured(
    target: &CentralSystemUrl,
    shown: &CredentialSet,
    context: &LinkContext,
    progress: &mut AttemptProgress,
    odd_tls: &OddTls,
) -> Result<(Socket, SocketAddr), DialError> {
    let limit = context.settings.current().handshake_timeout;
    let opened = timeout(limit, open(&context.network, &target.host, target.port, progress)).await;
    let (stream, address) = opened.unwrap_or(Err(DialError::NoAnswer(limit)))?;
    stream.set_nodelay();
    let peer = stream.peer().map_err(|error| DialError::Broken { address, error })?;
    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    progress.connected_to = Some(peer);
    if !target.tls {
        return Ok((stream, peer));
    }
    progress.enter(ConnectionStep::Tls);
    let limit = odd_tls.limit(limit);
    let secured = Box::pin(context.tls.secure(&target.host, stream, shown, limit, Role::CentralSystem, odd_tls)).await;
    let secured = secured.map_err(|failed| {
        let FailedTls { fault, facts } = *failed;
        progress.tls = Some(facts);
        DialError::Tls(fault)
    })?;
    progress.tls = Some(secured.facts().clone());
    Ok((Socket::Tls(Box::new(secured)), peer))
}

/// Opens the connection to the first address of the host that takes it.
async fn open(
    network: &Network,
    host: &str,
    port: u16,
    progress: &mut AttemptProgress,
) -> Result<(Socket, SocketAddr), DialError> {
    let mut failure = DialError::UnknownHost(host.to_owned());
    let Ok(addresses) = network.addresses(host, port).await else { return Err(failure) };
    progress.enter(ConnectionStep::Connect);
    for address in addresses {
        match network.connect(address).await {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => failure = DialError::of_address(error, address),
        }
    }
    Err(failure)
}

/// Waits for the next attempt, or for the order to make it now.
async fn wait(
    dial: &DialTarget,
    cause: RetryCause,
    after: Duration,
    responder: &mut Responder,
    inbox: &mut LinkInbox,
    context: &LinkContext,
) -> Next {
    context.events.send(Some(dial.station), now(), EventKind::Retry { after, cause }).await;
    tokio::select! {
        biased;
        () = context.shutdown.cancelled() => Next::Stop,
        () = tokio::time::sleep(after) => Next::Connect,
        event = Box::pin(down::next_event(responder, inbox, dial.station, context)) => match event {
            DownEvent::End => Next::Stop,
            DownEvent::Connect => Next::Connect,
            DownEvent::StayDown => Next::Park(true),
        },
    }
}

/// Stays down until the user or the machine connects the station again.
async fn park(dial: &DialTarget, responder: &mut Responder, inbox: &mut LinkInbox, context: &LinkContext) -> Next {
    loop {
        tokio::select! {
            biased;
            () = context.shutdown.cancelled() => return Next::Stop,
            event = Box::pin(down::next_event(responder, inbox, dial.station, context)) => match event {
                DownEvent::End => return Next::Stop,
                DownEvent::Connect => return Next::Connect,
                DownEvent::StayDown => {}
            },
        }
    }
}
