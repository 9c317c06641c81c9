//! A station that speaks SOAP and its central system, with us between them. HTTP holds no connection, so the pair begins with the first
//! request of the station and stays; its links tell whether the last exchange got through.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::HeaderMap;
use hyper::header::HeaderValue;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::handles::{SoapPairHandle, WAITING, WaitingRequest};
use super::reading::version_of;
use super::target::SoapRelayTarget;
use crate::behaviour::{AnswerFilter, LinkObserver};
use crate::clock::now;
use crate::link::context::{LinkContext, ListenerContext};
use crate::link::inbox::{LinkHandle, LinkInbox};
use crate::link::intercept::gate::ReleaseAction;
use crate::link::intercept::queue::InspectionVerdict;
use crate::link::order::{LinkCommand, LinkOrder};
use crate::link::relay::reading::speaker;
use crate::link::soap::HttpUrl;
use crate::link::soap::charge_point::route;
use crate::link::soap::client::{FailedExchange, KeptConnection};
use crate::ocpp::{Transport, Version};
use crate::rpc::soap::Envelope;
use crate::trace::{CloseReason, ConnectionAttempt, EventKind, FailureCause, FailureSide, PairLeg, StationKey, WireFault};

/// A pair.
pub(super) struct SoapPair {
    pub key: StationKey,
    pub identity: String,
    pub target: Arc<SoapRelayTarget>,
    /// Of the link to the station, and of the one to the central system.
    pub contexts: [LinkContext; 2],
    pub kept: [KeptConnection; 2],
    /// Wakes what waits for the next message that leaves towards this side.
    pub left: [Notify; 2],
    tasks: TaskTracker,
    /// Where the central system is, without what a request appends.
    pub url: HttpUrl,
    /// Where it reaches the station.
    pub callback: String,
    numbers: [u64; 2],
    state: Mutex<SoapPairState>,
}

/// What changes at a pair.
pub(super) struct SoapPairState {
    pub version: Version,
    /// Where the station is called.
    pub address: Option<HttpUrl>,
    /// Whether the user has set that; then its `From` does not count.
    by_user: bool,
    /// Why the last `From` address cannot be called.
    uncallable: Option<String>,
    /// Where the station reaches us.
    pub reached_at: Option<String>,
    /// What the station shows.
    pub authorization: Option<HeaderValue>,
    /// Which calls are answered here, by the side that makes them.
    pub rules: [Box<dyn AnswerFilter>; 2],
    pub observer: Option<Box<dyn LinkObserver>>,
    /// Messages that wait at the gate, by their number there.
    pub held: HashMap<u64, oneshot::Sender<ReleaseAction>>,
    /// Messages that a plugin inspects.
    pub inspected: HashMap<u64, oneshot::Sender<InspectionVerdict>>,
    /// How many messages have left towards each side.
    pub passed: [u64; 2],
    /// Whether the last exchange with the central system had an answer; `None` before the first.
    is_upstream_up: Option<bool>,
}

/// The first request of a station.
pub(super) struct FirstRequest {
    pub identity: String,
    pub version: Version,
    pub peer: SocketAddr,
    pub attempt: ConnectionAttempt,
}

impl SoapPair {
    /// How the pair of a station is reached, which begins with this request unless there is one.
    pub async fn of(
        first: FirstRequest,
        url: &HttpUrl,
        target: &Arc<SoapRelayTarget>,
        listener: &Arc<ListenerContext>,
    ) -> SoapPairHandle {
        if let Some(known) = target.pairs.get(&first.identity) {
            return known;
        }
        let callback = callback(&first.identity, url, target, listener).await;
        let (link, station) = LinkHandle::new(listener.context.events.link_numbers().next());
        let (requests, received) = mpsc::channel(WAITING);
        let handle = SoapPairHandle { link: link.clone(), requests };
        {
            let mut pairs = target.pairs.lock();
            if let Some(known) = pairs.get(&first.identity) {
                return known.clone();
            }
            pairs.insert(first.identity.clone(), handle.clone());
        }
        station.came_up(first.version);
        let pair = Arc::new(SoapPair::new(&first, (url.clone(), callback), (&link, target), listener));
        listener.tasks.spawn(pair.run(first, (link, station), received));
        handle
    }

    fn new(
        first: &FirstRequest,
        (url, callback): (HttpUrl, String),
        (link, target): (&LinkHandle, &Arc<SoapRelayTarget>),
        listener: &ListenerContext,
    ) -> SoapPair {
        let key = target.directory.pair(&first.identity);
        let own = &listener.context;
        let upstream = LinkContext { tls: target.tls.clone(), events: own.events.of_leg(PairLeg::Upstream), ..own.clone() };
        let contexts = [own.clone(), upstream];
        let kept = PairLeg::ALL.map(|leg| KeptConnection::new(&contexts[leg as usize], key, speaker(leg)));
        let state = SoapPairState {
            version: first.version,
            address: None,
            by_user: false,
            uncallable: None,
            reached_at: None,
            authorization: None,
            rules: PairLeg::ALL.map(|leg| target.directory.rules(key, leg)),
            observer: target.directory.observer(key),
            held: HashMap::new(),
            inspected: HashMap::new(),
            passed: [0; 2],
            is_upstream_up: None,
        };
        SoapPair {
            key,
            identity: first.identity.clone(),
            target: target.clone(),
            contexts,
            kept,
            left: [Notify::new(), Notify::new()],
            tasks: listener.tasks.clone(),
            url,
            callback,
            numbers: [link.number, own.events.link_numbers().next()],
            state: Mutex::new(state),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, SoapPairState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn context(&self, leg: PairLeg) -> &LinkContext {
        &self.contexts[leg as usize]
    }

    /// Runs something that ends with the session.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.contexts[0].shutdown.clone();
        self.tasks.spawn(async move {
            shutdown.run_until_cancelled(task).await;
        });
    }

    /// Records something about one link.
    pub async fn record(&self, leg: PairLeg, kind: EventKind) {
        self.context(leg).events.send(Some(self.key), now(), kind).await;
    }

    pub async fn note(&self, leg: PairLeg, failure: bool, text: impl Into<Box<str>>) {
        self.record(leg, EventKind::Note { failure, text: text.into() }).await;
    }

    async fn begin(&self, first: FirstRequest) {
        let FirstRequest { version, peer, attempt, .. } = first;
        self.record(PairLeg::Station, self.connected(PairLeg::Station, version, peer, attempt)).await;
        self.record(PairLeg::Upstream, EventKind::Connecting { url: self.url.to_string().into() }).await;
        let text = format!("commands for it are taken at {}, which stands in the place of its own From address", self.callback);
        self.note(PairLeg::Upstream, false, text).await;
    }

    fn connected(&self, leg: PairLeg, version: Version, peer: SocketAddr, handshake: ConnectionAttempt) -> EventKind {
        EventKind::Connected { link: self.numbers[leg as usize], version, transport: Transport::Soap, peer, handshake }
    }

    fn attach(&self, leg: PairLeg, handle: LinkHandle) {
        if let Some(older) = self.target.directory.attach(self.key, leg, handle) {
            // One with a full inbox is ended by its own time limits.
            let _ = older.order(LinkOrder::Replaced);
        }
    }

    /// Takes requests and orders until the pair is to end.
    async fn run(
        self: Arc<Self>,
        first: FirstRequest,
        (link, mut station): (LinkHandle, LinkInbox),
        mut requests: mpsc::Receiver<WaitingRequest>,
    ) {
        let (handle, mut upstream) = LinkHandle::new(self.numbers[PairLeg::Upstream as usize]);
        upstream.came_up(first.version);
        self.attach(PairLeg::Station, link);
        self.attach(PairLeg::Upstream, handle);
        self.begin(first).await;
        let shutdown = self.context(PairLeg::Station).shutdown.clone();
        let reason = loop {
            let (leg, order) = tokio::select! {
                biased;
                () = shutdown.cancelled() => break CloseReason::Shutdown,
                Some(waiting) = requests.recv() => {
                    let (request, asker) = *waiting;
                    let spoken = request.read.as_ref().ok().and_then(version_of);
                    if let (PairLeg::Station, Some(version)) = (request.from, spoken) {
                        station.came_up(version);
                        upstream.came_up(version);
                    }
                    self.spawn(self.clone().exchange(request, asker));
                    continue;
                }
                order = station.next() => (PairLeg::Station, order),
                order = upstream.next() => (PairLeg::Upstream, order),
            };
            let Some(order) = order else { break CloseReason::Disconnected };
            if let Err(reason) = self.handle(leg, order).await {
                break reason;
            }
        };
        self.target.pairs.remove(&self.identity, self.numbers[0]);
        station.went_down();
        upstream.went_down();
        let (held, is_up) = {
            let mut state = self.lock();
            state.inspected.clear();
            (std::mem::take(&mut state.held), state.is_upstream_up == Some(true))
        };
        for number in held.into_keys() {
            self.context(PairLeg::Station).gate.take(number);
        }
        for leg in PairLeg::ALL {
            self.target.directory.detach(self.key, leg, self.numbers[leg as usize]);
            if leg == PairLeg::Station || is_up {
                let (link, reason) = (self.numbers[leg as usize], reason.clone());
                self.record(leg, EventKind::Disconnected { link, reason }).await;
            }
        }
    }

    async fn handle(self: &Arc<Self>, leg: PairLeg, order: LinkOrder) -> Result<(), CloseReason> {
        match order {
            LinkOrder::User(LinkCommand::Call { action, payload }) => {
                self.spawn(self.clone().call(leg, action, payload, None));
            }
            LinkOrder::Ask { action, payload, then } => {
                self.spawn(self.clone().call(leg, action, payload.into(), Some(then)));
            }
            LinkOrder::User(LinkCommand::Raw(text) | LinkCommand::RawShowingHeaders(text)) => {
                self.spawn(self.clone().call_raw(leg, text));
            }
            LinkOrder::User(LinkCommand::Release { number, action }) => {
                let waiting = self.lock().held.remove(&number);
                if let Some(waiting) = waiting {
                    let _ = waiting.send(action); // its request may have gone
                }
            }
            LinkOrder::Inspected { ticket, verdict } => {
                let waiting = self.lock().inspected.remove(&ticket);
                if let Some(waiting) = waiting {
                    let _ = waiting.send(verdict); // it waits no longer
                }
            }
            LinkOrder::User(LinkCommand::CallAt(url)) => {
                self.lock().by_user = url.is_some();
                self.call_at(url).await;
            }
            LinkOrder::User(LinkCommand::Disconnect | LinkCommand::Drop) => return Err(CloseReason::Disconnected),
            LinkOrder::Replaced => return Err(CloseReason::Replaced),
            LinkOrder::User(LinkCommand::Ping) => {
                self.note(leg, true, "a SOAP link has no WebSocket ping").await;
            }
            LinkOrder::User(LinkCommand::Probe | LinkCommand::Act(_)) | LinkOrder::Act { .. } => {
                let text = "the station is passed on to its central system; this is not possible at a proxy";
                self.note(leg, true, text).await;
            }
            // No answer of ours waits for a decision here, and what is done wrong on purpose is done by our own links.
            LinkOrder::Answer { .. }
            | LinkOrder::GiveUpCalls
            | LinkOrder::User(LinkCommand::Connect | LinkCommand::Upstream(_))
            | LinkOrder::SettingsChanged
            | LinkOrder::MisbehaviourChanged => {}
        }
        Ok(())
    }

    async fn call_at(&self, url: Option<HttpUrl>) {
        let shown = url.as_ref().map(|url| url.to_string().into());
        self.lock().address = url;
        self.record(PairLeg::Station, EventKind::Callback { url: shown }).await;
    }

    /// Learns from a request of the station: where it is called, what it shows, which version it speaks.
    pub async fn learn(
        &self,
        envelope: Option<&Envelope>,
        version: Version,
        (peer, reached_at): (SocketAddr, Option<String>),
        headers: &HeaderMap,
        attempt: &ConnectionAttempt,
    ) {
        let old = {
            let mut state = self.lock();
            state.reached_at = reached_at.or_else(|| state.reached_at.take());
            state.authorization = self.target.authorization(&self.identity, headers);
            std::mem::replace(&mut state.version, version)
        };
        if old != version {
            let reason = CloseReason::VersionChanged(version);
            self.record(PairLeg::Station, EventKind::Disconnected { link: self.numbers[0], reason }).await;
            self.record(PairLeg::Station, self.connected(PairLeg::Station, version, peer, attempt.clone())).await;
        }
        let Some(from) = envelope.and_then(Envelope::from) else { return };
        match HttpUrl::of_from(from, peer.ip()) {
            Ok(url) => {
                let is_same = {
                    let mut state = self.lock();
                    state.uncallable = None;
                    state.by_user || state.address.as_ref() == Some(&url)
                };
                if !is_same {
                    self.call_at(Some(url)).await;
                }
            }
            Err(problem) => {
                let from: String = from.chars().take(200).collect();
                let why = format!("its From address {from} cannot be called, because {problem}");
                let is_known = self.lock().uncallable.replace(why.clone()).as_ref() == Some(&why);
                if !is_known {
                    self.note(PairLeg::Station, false, why).await;
                }
            }
        }
    }

    /// Why no address is known at which the station could be called.
    pub fn why_no_address(&self) -> String {
        self.lock().uncallable.clone().unwrap_or_else(|| "it has sent no From header".to_owned())
    }

    /// The central system has answered.
    pub async fn upstream_answered(&self, peer: Option<SocketAddr>, version: Version) {
        if self.lock().is_upstream_up.replace(true) == Some(true) {
            return;
        }
        let peer = peer.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], self.url.port)));
        let connected = self.connected(PairLeg::Upstream, version, peer, ConnectionAttempt::default());
        self.record(PairLeg::Upstream, connected).await;
    }

    /// The central system could not be reached, or has not answered.
    pub async fn upstream_failed(&self, failed: &FailedExchange) {
        let before = self.lock().is_upstream_up.replace(false);
        let kind = match before {
            Some(false) => return,
            Some(true) => EventKind::Disconnected {
                link: self.numbers[PairLeg::Upstream as usize],
                reason: CloseReason::Broken(WireFault::Io(failed.to_string().into())),
            },
            None => {
                let cause = FailureCause::Broken { error: failed.to_string().into() };
                let handshake = failed.attempt.as_deref().cloned().unwrap_or_else(|| {
                    crate::link::attempt_progress::AttemptProgress::dialling().failed(FailureSide::CentralSystem, cause)
                });
                let reason = format!("the central system could not be reached: {failed}").into();
                EventKind::Refused { peer: None, reason, detail: Box::default(), handshake }
            }
        };
        self.record(PairLeg::Upstream, kind).await;
    }
}

/// The address at which a central system reaches a station here.
async fn callback(identity: &str, url: &HttpUrl, target: &SoapRelayTarget, listener: &ListenerContext) -> String {
    let (scheme, port) = match (listener.ports.plain, listener.ports.tls) {
        (plain, Some(tls)) if url.tls || plain.is_none() => ("https", tls),
        (plain, _) => ("http", plain.unwrap_or_default()),
    };
    let host = route(url, &listener.context.network).await;
    format!("{scheme}://{host}:{port}{}", target.callback(identity))
}
