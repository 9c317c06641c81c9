//! The two links of a pair: how they begin, and how they end together. Each has a task of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::protocol::Role as WebSocketRole;
use tokio_util::task::TaskTracker;

use super::second_upstream::{SecondUpstream, WAITING, request_of_second};
use super::session::{RelaySession, SharedRelay};
use super::state::{RelayContext, RelayState};
use super::target::RelayTarget;
use super::upstream::{self, StationRequest, UpstreamAnswer, spoken, upstream_failure, upstream_refusal};
use crate::clock::now;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::context::LinkContext;
use crate::link::inbox::LinkHandle;
use crate::link::network::Socket;
use crate::link::order::LinkOrder;
use crate::link::panic_guard;
use crate::link::random::LinkChance;
use crate::link::websocket::{self, Backoff, LinkUp, WatchedSocket};
use crate::ocpp::Version;
use crate::trace::{CloseReason, ConnectionAttempt, EventKind, PairLeg, RetryCause, StationKey};

/// A link that lasted this long was a good one: the next wait is short again.
const STABLE: Duration = Duration::from_secs(5);

/// One end of a pair that was just opened.
pub(super) struct OpenedLeg {
    pub socket: Socket,
    /// What was read beyond the handshake.
    pub read: Bytes,
    pub peer: SocketAddr,
    pub handshake: ConnectionAttempt,
}

/// A pair both of whose links were opened.
pub(super) struct OpenedPair {
    pub key: StationKey,
    pub version: Version,
    pub request: StationRequest,
    pub target: Arc<RelayTarget>,
    /// For the link to the station; the other one has its own connector.
    pub context: LinkContext,
    pub tasks: TaskTracker,
}

/// What both links of a pair need.
#[derive(Clone)]
struct LegContext {
    key: StationKey,
    version: Version,
    target: Arc<RelayTarget>,
    context: LinkContext,
    shared: Arc<SharedRelay>,
}

/// Runs a pair until its link to the station has ended.
pub(super) async fn run(pair: OpenedPair, station: OpenedLeg, upstream: OpenedLeg) {
    let OpenedPair { key, version, request, target, context, tasks } = pair;
    let mut state = RelayState::new(RelayContext {
        catalog: context.catalog.clone(),
        settings: context.settings.current(),
        numbers: context.events.numbers().clone(),
        gate: context.gate.clone(),
        station: key,
        version,
        keeps_station: target.keeps_stations,
        rules: PairLeg::ALL.map(|leg| target.directory.rules(key, leg)),
        observer: target.directory.observer(key),
    });
    let second = request_of_second(&target, &request).map(|request| {
        let (sender, news) = mpsc::channel(WAITING);
        state.second = Some(sender);
        (request, news)
    });
    let shared = SharedRelay::new(state);
    let of_station = LegContext { key, version, target, context, shared };
    let of_upstream = LegContext { context: upstream_context(&of_station.context, &of_station.target), ..of_station.clone() };
    if let Some((request, news)) = second {
        let LegContext { context, target, shared, .. } = of_upstream.clone();
        let station_gone = shared.station_gone.clone();
        let second = SecondUpstream { key, version, request, context, tasks: tasks.clone(), news, station_gone };
        tasks.spawn(async move { second.run(&target).await });
    }
    let beyond = run_upstream(of_upstream, request, upstream, tasks.clone());
    tasks.spawn(beyond);
    run_leg(PairLeg::Station, &of_station, station).await;
}

/// The context of the link to the central system.
pub(super) fn upstream_context(context: &LinkContext, target: &RelayTarget) -> LinkContext {
    LinkContext { tls: target.tls.clone(), events: context.events.of_leg(PairLeg::Upstream), ..context.clone() }
}

/// Runs one link until it ends; returns why, unless its task failed.
async fn run_leg(leg: PairLeg, of: &LegContext, opened: OpenedLeg) -> Option<CloseReason> {
    let OpenedLeg { socket, read, peer, handshake } = opened;
    let LegContext { key, version, target, context, shared } = of;
    let role = match leg {
        PairLeg::Station => WebSocketRole::Server,
        PairLeg::Upstream => WebSocketRole::Client,
    };
    let config = Some(websocket::config(&context.settings.current()));
    let stream = WebSocketStream::from_partially_read(WatchedSocket::new(socket), read.into(), role, config).await;
    let number = context.events.link_numbers().next();
    let (handle, mut inbox) = LinkHandle::new(number);
    if let Some(older) = target.directory.attach(*key, leg, handle)
        && leg == PairLeg::Station
    {
        // Its other link ends with it. One with a full inbox is ended by its own time limits.
        let _ = older.order(LinkOrder::Replaced);
    }
    let up =
        Box::new(LinkUp { stream, station: *key, number, version: *version, peer, handshake, chance: LinkChance::default() });
    let session = RelaySession::new(leg, shared.clone());
    let running = Box::pin(websocket::run_session(up, &mut inbox, context, |_| session));
    let ended = panic_guard::guarded(running, &context.events, *key, number).await;
    target.directory.detach(*key, leg, number);
    if ended.is_none() {
        shared.lock().ended(leg, &CloseReason::TaskFailed, now());
        if leg == PairLeg::Station {
            shared.station_gone.cancel();
        }
    }
    ended.map(|((), reason)| reason)
}

/// Runs the link to the central system. Where the station is kept, it is made again until the station is gone.
async fn run_upstream(of: LegContext, request: StationRequest, opened: OpenedLeg, tasks: TaskTracker) {
    let mut backoff = Backoff::new(fastrand::u64(..));
    let mut next = Some(opened);
    let mut lost = CloseReason::PeerGone;
    loop {
        if let Some(opened) = next.take() {
            let began = now().monotonic;
            of.shared.lock().comes_up(PairLeg::Upstream);
            lost = Box::pin(run_leg(PairLeg::Upstream, &of, opened)).await.unwrap_or(CloseReason::TaskFailed);
            if began.elapsed() >= STABLE {
                backoff.reset();
            }
        }
        let ends = of.context.shutdown.is_cancelled() || of.shared.station_gone.is_cancelled();
        if !of.target.keeps_stations || ends {
            return;
        }
        let after = backoff.wait();
        let cause = RetryCause::Lost(lost.clone());
        of.context.events.send(Some(of.key), now(), EventKind::Retry { after, cause }).await;
        tokio::select! {
            biased;
            () = of.context.shutdown.cancelled() => return,
            () = of.shared.station_gone.cancelled() => return,
            () = tokio::time::sleep(after) => {}
        }
        next = again(&of, &request, &tasks).await;
    }
}

/// Connects to the central system once more. Why it was not possible is recorded.
async fn again(of: &LegContext, request: &StationRequest, tasks: &TaskTracker) -> Option<OpenedLeg> {
    let LegContext { key, target, context, version, .. } = of;
    let url = request.url.with_path(&request.path);
    context.events.send(Some(*key), now(), EventKind::Connecting { url: url.into() }).await;
    let mut progress = AttemptProgress::dialling();
    match upstream::connect(request, target, context, tasks, &mut progress).await {
        Ok((UpstreamAnswer::Accepted { socket, read, head }, peer)) => {
            let agreed = spoken(head.headers()).0;
            if agreed == *version {
                let findings = progress.security_findings(peer);
                return Some(OpenedLeg { socket, read, peer, handshake: ConnectionAttempt { findings, ..progress.attempt() } });
            }
            let text =
                format!("the central system speaks OCPP {agreed} now, and the station OCPP {version}; they are not joined");
            context.events.send(Some(*key), now(), EventKind::Note { failure: true, text: text.into() }).await;
        }
        Ok((UpstreamAnswer::Refused(answer), peer)) => {
            let kind = upstream_refusal(&answer, peer, progress);
            context.events.send(Some(*key), now(), kind).await;
        }
        Err(error) => context.events.send(Some(*key), now(), upstream_failure(&error, progress)).await,
    }
    None
}
