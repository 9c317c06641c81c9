//! The actor on a pipe inside the process, with faulty peers. The clock is the runtime's and advances when every task
//! waits.

use std::sync::atomic::AtomicUsize;
use std::time::Instant as StdInstant;

use serde_json::{Value, json};
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::tungstenite::protocol::Role as WebSocketRole;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox, Proposal, ProposedEffect};
use crate::link::inbox::LinkHandle;
use crate::link::intercept::gate::Gate;
use crate::link::network::Network;
use crate::link::settings::SharedSettings;
use crate::ocpp::Catalog;

const HEARTBEAT: &str = r#"[2,"1","Heartbeat",{}]"#;

/// Answers every call and counts them.
struct Counting(Arc<AtomicUsize>);

impl Behaviour for Counting {
    fn role(&self) -> Role {
        Role::CentralSystem
    }

    fn connected(&mut self, _version: Version, _now: Moment, _out: &mut Outbox) {}

    fn disconnected(&mut self, _now: Moment) {}

    fn propose(&mut self, _call: IncomingCall<'_>, _now: Moment) -> Proposal {
        self.0.fetch_add(1, Ordering::Relaxed);
        Answer::result(json!({"currentTime": "2026-01-01T00:00:00Z"})).into()
    }

    fn commit(&mut self, _effect: ProposedEffect, _sent: &Answer, _now: Moment, _out: &mut Outbox) {}

    fn answered(&mut self, _action: &str, _payload: &Value, _outcome: CallOutcome<'_>, _now: Moment, _out: &mut Outbox) {}

    fn deadline(&self) -> Option<StdInstant> {
        None
    }

    fn deadline_reached(&mut self, _now: Moment, _out: &mut Outbox) {}
}

/// Two ends of a pipe that holds so many bytes: ours and the peer's.
async fn pipe(room: usize) -> (WebSocketStream<DuplexStream>, WebSocketStream<DuplexStream>) {
    let (ours, theirs) = duplex(room);
    let config = Some(config(&LinkSettings::default()));
    let ours = WebSocketStream::from_raw_socket(ours, WebSocketRole::Server, config).await;
    (ours, WebSocketStream::from_raw_socket(theirs, WebSocketRole::Client, None).await)
}

/// A session of its own, and a link in it that is up.
fn link_up(stream: WebSocketStream<DuplexStream>) -> (LinkContext, LinkUp<DuplexStream>) {
    let (events, _recorder) = crate::trace::start(1 << 20, now()).unwrap();
    let station = events.station(Role::CentralSystem, "CP1");
    let (settings, shutdown) = (SharedSettings::new(LinkSettings::default()), CancellationToken::new());
    let gate = Arc::new(Gate::new(events.trace().clone()));
    let context = LinkContext { catalog: Catalog::embedded(), settings, gate, network: Network::in_memory(), events, shutdown };
    let peer = "127.0.0.1:9".parse().unwrap();
    let up = LinkUp { stream, station, number: 1, version: Version::V1_6, peer, handshake: HandshakeHeads::default() };
    (context, up)
}

/// Runs the link until it ends; what it counted comes with the end.
async fn ended(stream: WebSocketStream<DuplexStream>, inbox: &mut LinkInbox) -> (CloseReason, usize) {
    let (context, up) = link_up(stream);
    let answered = Arc::new(AtomicUsize::new(0));
    let (_, end) = run(up, inbox, &context, Responder::new(Box::new(Counting(answered.clone())))).await;
    (end, answered.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_is_given_up_when_its_time_is_over() {
    let (ours, mut theirs) = pipe(256).await;
    let (_handle, mut inbox) = LinkHandle::new(1);
    let began = Instant::now();
    // The peer sends calls until the link breaks, and reads no answer.
    let peer = tokio::spawn(async move { while theirs.send(Message::text(HEARTBEAT)).await.is_ok() {} });
    let (end, answered) = ended(ours, &mut inbox).await;
    assert_eq!(end, CloseReason::PeerBlocked(LinkSettings::default().write_timeout));
    assert!(answered > 0);
    assert!(began.elapsed() >= LinkSettings::default().write_timeout);
    peer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_order_gets_its_turn_though_the_peer_never_pauses() {
    let (ours, mut theirs) = pipe(1 << 20).await;
    let (handle, mut inbox) = LinkHandle::new(1);
    for _ in 0..10 * BURST {
        theirs.feed(Message::text(HEARTBEAT)).await.unwrap();
    }
    theirs.flush().await.unwrap();
    handle.order(LinkOrder::User(LinkCommand::Disconnect)).unwrap();
    let (end, answered) = ended(ours, &mut inbox).await;
    assert_eq!((end, answered), (CloseReason::Disconnected, BURST));
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered_though_nothing_else_is_sent() {
    let (ours, mut theirs) = pipe(1 << 10).await;
    let (handle, mut inbox) = LinkHandle::new(1);
    let peer = async {
        theirs.send(Message::Ping("hi".into())).await.unwrap();
        assert_eq!(theirs.next().await.unwrap().unwrap(), Message::Pong("hi".into()));
        handle.order(LinkOrder::User(LinkCommand::Disconnect)).unwrap();
        while let Some(Ok(_)) = theirs.next().await {}
    };
    let ((end, _), ()) = tokio::join!(ended(ours, &mut inbox), peer);
    assert_eq!(end, CloseReason::Disconnected);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_cut_sends_no_close_frame() {
    let (ours, mut theirs) = pipe(1 << 10).await;
    let (handle, mut inbox) = LinkHandle::new(1);
    handle.order(LinkOrder::User(LinkCommand::Drop)).unwrap();
    let (end, _) = ended(ours, &mut inbox).await;
    assert_eq!((end.to_string().as_str(), &end), ("cut by us", &CloseReason::Cut));
    let error = theirs.next().await.unwrap().unwrap_err();
    assert_eq!(crate::link::close_reason::wire_fault(&error).to_string(), "the connection ended without a goodbye");
}

/// A session without OCPP: it returns every text, and sends a text every ten seconds.
struct Echo {
    outgoing: Vec<Outgoing<FrameText>>,
    next_beat: StdInstant,
    orders: usize,
}

impl LinkSession for Echo {
    type Remains = usize;

    fn our_role(&self) -> Role {
        Role::CentralSystem
    }

    fn on_text(&mut self, text: FrameText, now: Moment) {
        self.record(now, EventKind::Note { failure: false, text: text.as_str().into() });
        self.outgoing.push(Outgoing { message: Some(text), event: None, commit: None });
    }

    fn on_binary(&mut self, _bytes: &[u8], _now: Moment) {}

    fn on_order(&mut self, _order: LinkOrder, _now: Moment) {
        self.orders += 1;
    }

    fn record(&mut self, now: Moment, kind: EventKind) {
        self.outgoing.push(Outgoing::event(now, kind));
    }

    fn outgoing(&mut self, _now: Moment) -> &mut Vec<Outgoing<FrameText>> {
        &mut self.outgoing
    }

    fn reuse(&mut self, list: Vec<Outgoing<FrameText>>) {
        self.outgoing = list;
    }

    fn restarts(&mut self) -> Option<Duration> {
        None
    }

    fn deadline(&self) -> Option<StdInstant> {
        Some(self.next_beat)
    }

    fn tick(&mut self, now: Moment) {
        while self.next_beat <= now.monotonic {
            self.next_beat += Duration::from_secs(10);
            self.on_text("beat".into(), now);
        }
    }

    fn change_settings(&mut self, _settings: Arc<LinkSettings>) {}

    fn end(self, _now: Moment) -> (usize, Vec<(Moment, EventKind)>) {
        (self.orders, Vec::new())
    }
}

#[tokio::test(start_paused = true)]
async fn any_session_can_stand_on_the_wire() {
    let (ours, mut theirs) = pipe(1 << 10).await;
    let (handle, mut inbox) = LinkHandle::new(1);
    let (context, up) = link_up(ours);
    let _clock = crate::clock::follow_runtime(jiff::Timestamp::UNIX_EPOCH);
    let peer = async {
        theirs.send(Message::text("not OCPP")).await.unwrap();
        assert_eq!(theirs.next().await.unwrap().unwrap(), Message::text("not OCPP"));
        let began = Instant::now();
        assert_eq!(theirs.next().await.unwrap().unwrap(), Message::text("beat"));
        assert!(began.elapsed() >= Duration::from_secs(9));
        handle.order(LinkOrder::User(LinkCommand::Raw("x".into()))).unwrap();
        handle.order(LinkOrder::User(LinkCommand::Ping)).unwrap();
        assert!(matches!(theirs.next().await.unwrap().unwrap(), Message::Ping(_)));
        handle.order(LinkOrder::User(LinkCommand::Disconnect)).unwrap();
        while let Some(Ok(_)) = theirs.next().await {}
    };
    let begin = |now: Moment| Echo { outgoing: Vec::new(), next_beat: now.monotonic + Duration::from_secs(10), orders: 0 };
    let ((orders, end), ()) = tokio::join!(run_session(up, &mut inbox, &context, begin), peer);
    assert_eq!((orders, end), (1, CloseReason::Disconnected));
}
