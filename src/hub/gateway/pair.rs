//! A station and its central system that speak different versions or transports: two links of the session, and what is carried over
//! between them. A call that comes in on one leaves on the other, translated; its answer goes back the same way. What cannot be carried over
//! is refused with the reason and counted, never guessed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::connector_uses::ConnectorUses;
use crate::behaviour::{Answer, CallObserver, CallResult, FilterDecision, IncomingCall};
use crate::clock::now;
use crate::hub::registry::Registry;
use crate::link::{LinkCommand, LinkOrder};
use crate::ocpp::lens::{LensContext, LensView, translate};
use crate::ocpp::{ActionDefinition, Catalog, ErrorCode, MessagePart, Role, Version};
use crate::trace::{EventKind, EventSender, StationKey};

/// How many calls may wait for the other link to come up.
const WAITING: usize = 100;
/// The tickets of gateways begin here; those of rules and plugins stay below.
const TICKETS: u64 = 1 << 60;

/// One of the two links of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GatewaySide {
    /// The one to the station, where we are the central system.
    Station,
    /// The one to the central system, where we are the station.
    Upstream,
}

impl GatewaySide {
    /// The other one.
    fn other(self) -> GatewaySide {
        match self {
            GatewaySide::Station => GatewaySide::Upstream,
            GatewaySide::Upstream => GatewaySide::Station,
        }
    }

    /// Our role on it.
    pub(super) fn our_role(self) -> Role {
        match self {
            GatewaySide::Station => Role::CentralSystem,
            GatewaySide::Upstream => Role::ChargePoint,
        }
    }

    /// Who is at its other end.
    pub(super) fn peer(self) -> &'static str {
        match self {
            GatewaySide::Station => "the station",
            GatewaySide::Upstream => "the central system",
        }
    }
}

/// A call that waits for its link.
struct WaitingCall {
    action: String,
    payload: Value,
    then: CallObserver,
}

/// What changes.
#[derive(Default)]
struct PairState {
    /// The version of each link, while it is up.
    versions: [Option<Version>; 2],
    /// The calls that wait until the link to this side is up.
    waiting: [Vec<WaitingCall>; 2],
    /// The number of the newest link to the station.
    newest: u64,
    uses: ConnectorUses,
}

/// What has been carried over for a station.
#[derive(Debug, Default)]
struct GatewayCounts {
    /// Messages that lost nothing.
    whole: AtomicU64,
    /// Messages that lost something.
    lossy: AtomicU64,
    /// Messages that were refused.
    refused: AtomicU64,
}

impl GatewayCounts {
    /// One sentence about it.
    fn sentence(&self) -> String {
        let [whole, lossy, refused] = [&self.whole, &self.lossy, &self.refused].map(|count| count.load(Ordering::Relaxed));
        format!("the gateway has carried over {whole} messages whole and {lossy} with losses, and refused {refused}")
    }
}

/// A pair.
pub(super) struct GatewayPair {
    catalog: Arc<Catalog>,
    events: EventSender,
    registry: Arc<Registry>,
    /// The rows of the links.
    stations: [StationKey; 2],
    /// The version towards the central system.
    upstream_version: Version,
    counts: GatewayCounts,
    state: Mutex<PairState>,
}

impl GatewayPair {
    /// A pair without links.
    pub fn new(
        (catalog, events, registry): (Arc<Catalog>, EventSender, Arc<Registry>),
        stations: [StationKey; 2],
        upstream_version: Version,
    ) -> GatewayPair {
        let counts = GatewayCounts::default();
        GatewayPair { catalog, events, registry, stations, upstream_version, counts, state: Mutex::default() }
    }

    /// The row of a link.
    pub fn station(&self, side: GatewaySide) -> StationKey {
        self.stations[side as usize]
    }

    /// A new link to the station is on its way; its number.
    pub fn begin(&self) -> u64 {
        let mut state = self.lock();
        state.newest += 1;
        state.newest
    }

    /// A link is up: what waited for it leaves.
    pub fn came_up(&self, side: GatewaySide, version: Version) {
        let waiting = {
            let mut state = self.lock();
            state.versions[side as usize] = Some(version);
            std::mem::take(&mut state.waiting[side as usize])
        };
        for WaitingCall { action, payload, then } in waiting {
            // An observer that is not reached hears that the link is lost.
            let _ = self.give(side, LinkOrder::Ask { action, payload, then });
        }
        if side == GatewaySide::Station {
            let _ = self.give(GatewaySide::Upstream, LinkOrder::User(LinkCommand::Connect));
        }
    }

    /// A link is down. When it is the newest one to the station, the other one ends, too.
    pub fn went_down(&self, side: GatewaySide, number: u64) {
        let waited = {
            let mut state = self.lock();
            if side == GatewaySide::Station && state.newest != number {
                return;
            }
            state.versions[side as usize] = None;
            // What the station has said is of no use without it, nor is what it was to hear. The observers hear that outside of the lock.
            if side == GatewaySide::Station { std::mem::take(&mut state.waiting) } else { Default::default() }
        };
        drop(waited);
        if side == GatewaySide::Station {
            self.note(side, false, self.counts.sentence());
            let _ = self.give(GatewaySide::Upstream, LinkOrder::User(LinkCommand::Disconnect));
        }
    }

    /// Gives an order to a link; whether it was taken.
    fn give(&self, side: GatewaySide, order: LinkOrder) -> bool {
        self.registry.get(self.station(side)).is_some_and(|handle| handle.order(order).is_ok())
    }

    /// Carries a call over to the other side. The answer comes later, or at once when the call cannot be carried over.
    pub fn call(self: &Arc<Self>, from: GatewaySide, call: IncomingCall<'_>) -> FilterDecision {
        let initiator = from.our_role().peer();
        let Some(action) = self.catalog.action(call.version, initiator, call.action).cloned() else {
            return FilterDecision::Keep;
        };
        let (to, payload) = (from.other(), call.payload.value());
        let (version, context) = {
            let state = self.lock();
            let version = state.versions[to as usize].unwrap_or(match to {
                GatewaySide::Upstream => self.upstream_version,
                GatewaySide::Station => call.version,
            });
            (version, LensContext { occupied: (&*action.name == "StatusNotification").then(|| state.uses.status_of(payload)) })
        };
        let view = match translate(&self.catalog, &action, MessagePart::Request, payload, (version, context)) {
            Ok(view) if view.is_whole() => view,
            Ok(view) => return FilterDecision::Replace(self.refuse(from, &action, &sentences(&view, version))),
            Err(error) => return FilterDecision::Replace(self.refuse(from, &action, &error.to_string())),
        };
        self.count(from, &action.name, &view, version);
        let ticket = TICKETS + self.events.numbers().next();
        // Not the pair itself, which keeps the observers of calls that wait.
        let pair = Arc::downgrade(self);
        let (target, asked, from_version) = (view.action.clone(), payload.clone(), call.version);
        let then = CallObserver::new(move |result| {
            let Some(pair) = pair.upgrade() else { return };
            let answer = pair.answer(from, (&action, &asked, from_version), &target, result);
            pair.give(from, LinkOrder::Answer { ticket, answer: Some(answer) });
        });
        // The translation of a whole view is there.
        let payload = view.payload.unwrap_or_default();
        let order = (view.action.name.to_string(), payload, then);
        if self.send(to, order) {
            FilterDecision::Wait { ticket, timeout: None }
        } else {
            FilterDecision::Replace(self.refuse(from, &view.action, &format!("too many calls wait for {}", to.peer())))
        }
    }

    /// Sends a call, or lets it wait for the link.
    fn send(&self, to: GatewaySide, (action, payload, then): (String, Value, CallObserver)) -> bool {
        let mut state = self.lock();
        if state.versions[to as usize].is_none() {
            let waiting = &mut state.waiting[to as usize];
            let has_room = waiting.len() < WAITING;
            if has_room {
                waiting.push(WaitingCall { action, payload, then });
            }
            return has_room;
        }
        drop(state);
        self.give(to, LinkOrder::Ask { action, payload, then })
    }

    /// The answer of the other side in the version of the call.
    fn answer(
        &self,
        to: GatewaySide,
        (action, asked, version): (&ActionDefinition, &Value, Version),
        target: &ActionDefinition,
        result: CallResult,
    ) -> Answer {
        let peer = to.other().peer();
        let failed = |code, description: String| Answer::Error { code, description };
        match result {
            CallResult::Result(payload) => {
                let view = translate(&self.catalog, target, MessagePart::Response, &payload, (version, LensContext::default()));
                match view {
                    Ok(view) if view.is_whole() => {
                        let carried = view.payload.clone().unwrap_or_default();
                        if to == GatewaySide::Station {
                            self.lock().uses.learn(&action.name, asked, &carried);
                        }
                        self.count(to, &action.name, &view, version);
                        Answer::result(carried)
                    }
                    Ok(view) => self.refuse(to, action, &sentences(&view, version)),
                    Err(error) => self.refuse(to, action, &error.to_string()),
                }
            }
            CallResult::Error { code, description } => {
                failed(ErrorCode::parse(&code).unwrap_or(ErrorCode::GenericError), description)
            }
            CallResult::Timeout => failed(ErrorCode::GenericError, format!("{peer} did not answer in time")),
            CallResult::Undelivered(reason) => failed(ErrorCode::GenericError, format!("{peer} was not reached: {reason}")),
            CallResult::Lost => failed(ErrorCode::GenericError, format!("the link to {peer} was lost")),
        }
    }

    /// Refuses a message, and says why in the trace.
    fn refuse(&self, at: GatewaySide, action: &ActionDefinition, reason: &str) -> Answer {
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
        self.note(at, true, format!("{} cannot be carried over: {reason}", action.name));
        Answer::Error { code: ErrorCode::NotSupported, description: reason.to_owned() }
    }

    /// Counts a message that is carried over, and says what it loses.
    fn count(&self, at: GatewaySide, action: &str, view: &LensView, version: Version) {
        if view.losses.is_empty() {
            self.counts.whole.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.counts.lossy.fetch_add(1, Ordering::Relaxed);
        self.note(at, false, format!("{action} is carried over with losses: {}", sentences(view, version)));
    }

    fn note(&self, at: GatewaySide, failure: bool, text: String) {
        self.events.try_send(Some(self.station(at)), now(), EventKind::Note { failure, text: text.into() });
    }

    fn lock(&self) -> MutexGuard<'_, PairState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The losses of a view with their places.
fn sentences(view: &LensView, version: Version) -> String {
    let losses = view.losses.iter().map(|loss| format!("{}: {}", loss.pointer, loss.sentence(version)));
    losses.collect::<Vec<_>>().join("; ")
}
