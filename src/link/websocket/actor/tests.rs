//! The actor on a pipe inside the process, with faulty peers. The clock is the runtime's and advances when every task
//! waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as StdInstant;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role as WebSocketRole};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, LinkWish, Outbox, Proposal, ProposedEffect};
use crate::link::impairment::{ActiveNetworkFault, FaultSchedule, NetworkFault};
use crate::link::inbox::LinkHandle;
use crate::link::intercept::gate::Gate;
use crate::link::misbehaviour::MisbehaviourScope;
use crate::link::network::Network;
use crate::link::random::LinkChance;
use crate::link::settings::SharedSettings;
use crate::link::websocket::closing::CLOSE_GRACE;
use crate::ocpp::Catalog;
use crate::trace::FrameText;
use crate::trace::WireFault;

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

/// Our end of a pipe.
type OurStream = WebSocketStream<WatchedSocket<DuplexStream>>;

/// Two ends of a pipe that holds so many bytes: ours as a server, and the peer's.
async fn pipe(room: usize) -> (OurStream, WebSocketStream<DuplexStream>) {
    let (ours, theirs) = pipe_of_bytes(room, WebSocketRole::Server).await;
    (ours, WebSocketStream::from_raw_socket(theirs, WebSocketRole::Client, None).await)
}

/// The same in any role, with a peer that writes bytes.
async fn pipe_of_bytes(room: usize, our_role: WebSocketRole) -> (OurStream, DuplexStream) {
    let (ours, theirs) = duplex(room);
    let config = Some(config(&LinkSettings::default()));
    (WebSocketStream::from_raw_socket(WatchedSocket::new(ours), our_role, config).await, theirs)
}

/// A session of its own, and a link in it that is up.
fn link_up(stream: OurStream) -> (LinkContext, Box<LinkUp<DuplexStream>>) {
    let (events, _recorder) = crate::trace::start(1 << 20, now()).unwrap();
    let station = events.station(Role::CentralSystem, "CP1");
    let (settings, shutdown) = (SharedSettings::new(LinkSettings::default()), CancellationToken::new());
    let gate = Arc::new(Gate::new(events.trace().clone()));
    let context = LinkContext {
        catalog: Catalog::embedded(),
        settings,
        gate,
        misbehaviour: Arc::default(),
        network_faults: Arc::default(),
        network: Network::in_memory(),
        tls: Arc::default(),
        events,
        shutdown,
    };
    let peer = "127.0.0.1:9".parse().unwrap();
    let up = Box::new(LinkUp {
        stream,
        station,
        number: 1,
        version: Version::V1_6,
        peer,
        handshake: ConnectionAttempt::default(),
        chance: LinkChance::default(),
    });
    (context, up)
}

/// Runs the link until it ends; what it counted comes with the end.
async fn ended(stream: OurStream, inbox: &mut LinkInbox) -> (CloseReason, usize) {
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
async fn what_the_peer_sent_before_it_went_is_heard_although_it_cannot_be_answered() {
    const CALLS: usize = 200;
    let (ours, mut theirs) = pipe(1 << 20).await;
    let (_handle, mut inbox) = LinkHandle::new(1);
    for _ in 0..CALLS {
        theirs.feed(Message::text(HEARTBEAT)).await.unwrap();
    }
    theirs.close(Some(CloseFrame { code: CloseCode::Library(4001), reason: "full".into() })).await.unwrap();
    drop(theirs);
    // The answers to some of them are more than the buffer holds, and cannot be written.
    let (end, answered) = ended(ours, &mut inbox).await;
    assert_eq!(end, CloseReason::ClosedByPeer { code: Some(4001), text: "full".into() });
    assert_eq!(answered, CALLS);
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

const BOTH_ROLES: [(WebSocketRole, WebSocketRole); 2] =
    [(WebSocketRole::Server, WebSocketRole::Client), (WebSocketRole::Client, WebSocketRole::Server)];

#[tokio::test(start_paused = true)]
async fn the_close_frame_of_the_peer_is_answered_in_either_role() {
    for (our_role, their_role) in BOTH_ROLES {
        let (ours, theirs) = pipe_of_bytes(1 << 10, our_role).await;
        let mut theirs = WebSocketStream::from_raw_socket(theirs, their_role, None).await;
        let (_handle, mut inbox) = LinkHandle::new(1);
        let frame = CloseFrame { code: CloseCode::Away, reason: "bye".into() };
        let peer = async {
            theirs.send(Message::text(HEARTBEAT)).await.unwrap();
            theirs.close(Some(frame.clone())).await.unwrap();
            let mut received = Vec::new();
            while let Some(message) = theirs.next().await {
                received.push(message.unwrap());
            }
            drop(theirs);
            received.pop()
        };
        let began = Instant::now();
        let ((end, _), last) = tokio::join!(ended(ours, &mut inbox), peer);
        assert_eq!(last, Some(Message::Close(Some(frame.clone()))), "{our_role:?}");
        assert_eq!(end, CloseReason::ClosedByPeer { code: Some(1001), text: "bye".into() });
        assert_eq!(began.elapsed(), Duration::ZERO, "nothing waits for a time to pass");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_closes_and_reads_nothing_does_not_hold_the_link_up() {
    for (our_role, _) in BOTH_ROLES {
        // There is no room for the answer.
        let (ours, mut theirs) = pipe_of_bytes(1, our_role).await;
        let (_handle, mut inbox) = LinkHandle::new(1);
        let mask: &[u8] = if our_role == WebSocketRole::Server { &[0x88, 0x80, 0, 0, 0, 0] } else { &[0x88, 0] };
        let peer = async {
            theirs.write_all(mask).await.unwrap();
            theirs
        };
        let began = Instant::now();
        let ((end, _), _theirs) = tokio::join!(ended(ours, &mut inbox), peer);
        assert_eq!(end, CloseReason::ClosedByPeer { code: None, text: "".into() }, "{our_role:?}");
        assert_eq!(began.elapsed(), CLOSE_GRACE);
    }
}

/// What the peer gets for a close frame with this payload, without a mask, and why the link ended.
async fn closed_with(our_role: WebSocketRole, payload: &[u8]) -> (Vec<u8>, CloseReason) {
    let (ours, mut theirs) = pipe_of_bytes(1 << 10, our_role).await;
    let (_handle, mut inbox) = LinkHandle::new(1);
    let length = payload.len() as u8;
    let head = if our_role == WebSocketRole::Server { vec![0x88, 0x80 | length, 0, 0, 0, 0] } else { vec![0x88, length] };
    let peer = async {
        theirs.write_all(&[&head, payload].concat()).await.unwrap();
        let mut answer = vec![0; 2];
        theirs.read_exact(&mut answer).await.unwrap();
        let mut rest = vec![0; usize::from(answer[1] & 0x7f) + if answer[1] & 0x80 == 0 { 0 } else { 4 }];
        theirs.read_exact(&mut rest).await.unwrap();
        drop(theirs);
        assert_eq!(answer[0], 0x88);
        if answer[1] & 0x80 == 0 {
            return rest;
        }
        let (mask, payload) = rest.split_at(4);
        payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
    };
    let ((end, _), answer) = tokio::join!(ended(ours, &mut inbox), peer);
    (answer, end)
}

#[tokio::test(start_paused = true)]
async fn a_close_code_that_may_not_stand_in_a_frame_is_reported_as_it_came_and_answered_with_1002() {
    for (our_role, _) in BOTH_ROLES {
        for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, u16::MAX] {
            let payload = [&code.to_be_bytes()[..], b"why"].concat();
            let (answer, end) = closed_with(our_role, &payload).await;
            assert_eq!(answer[..2], 1002_u16.to_be_bytes(), "{our_role:?} {code}");
            assert_eq!(end, CloseReason::ClosedByPeer { code: Some(code), text: "why".into() }, "{our_role:?}");
            assert!(end.to_string().contains(&format!("code {code}, which may not stand in a frame")), "{end}");
        }
        for code in [1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1013, 3000, 4999_u16] {
            let (answer, end) = closed_with(our_role, &code.to_be_bytes()).await;
            assert_eq!(answer, code.to_be_bytes(), "{our_role:?}");
            assert_eq!(end.to_string(), format!("closed by the peer with code {code}"));
        }
        // Registered after RFC 6455; the library does not know it, and answers with 1002.
        let (_, end) = closed_with(our_role, &1014_u16.to_be_bytes()).await;
        assert_eq!(end.to_string(), "closed by the peer with code 1014");
        // What the library would put in place of a code that is not allowed.
        let (_, end) = closed_with(our_role, b"\x03\xEAProtocol violation").await;
        assert_eq!(end.to_string(), "closed by the peer with code 1002: Protocol violation");
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_with_a_reserved_bit_is_reported_as_probably_compressed() {
    let (ours, mut theirs) = pipe_of_bytes(1 << 10, WebSocketRole::Client).await;
    let (_handle, mut inbox) = LinkHandle::new(1);
    let peer = async {
        theirs.write_all(&[0xC1, 2, b'h', b'i']).await.unwrap();
        let mut answer = [0; 2];
        theirs.read_exact(&mut answer).await.unwrap();
        answer[0]
    };
    let ((end, _), answer) = tokio::join!(ended(ours, &mut inbox), peer);
    assert_eq!((end.clone(), answer), (CloseReason::Broken(WireFault::ReservedBits), 0x88));
    assert!(end.to_string().contains("probably compressed"), "{end}");
}

/// A session without OCPP: it returns every text, and sends a text every ten seconds.
struct Echo {
    outgoing: Vec<Outgoing<FrameText>>,
    next_beat: StdInstant,
    orders: usize,
}

impl LinkSession for Echo {
    type Remains = usize;
    type Message = FrameText;

    fn on_wire(message: FrameText) -> Message {
        Message::Text(message)
    }

    fn our_role(&self) -> Role {
        Role::CentralSystem
    }

    fn on_text(&mut self, text: FrameText, now: Moment) {
        self.record(now, EventKind::Note { failure: false, text: text.as_str().into() });
        self.outgoing.push(Outgoing { message: Some(text), event: None, commit: None });
    }

    fn on_binary(&mut self, _bytes: Bytes, _now: Moment) {}

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

    fn wish(&mut self) -> Option<LinkWish> {
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

    fn end(self, _reason: &CloseReason, _now: Moment) -> (usize, Vec<(Moment, EventKind)>) {
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

/// Runs a link whose network has this fault, with a peer that sends a call a second and gets what comes back, each with its time in
/// milliseconds. Returns the end and the notes of the link.
async fn over_bad_network(fault: NetworkFault, calls: u32) -> (Vec<(u128, String)>, CloseReason, Vec<String>) {
    let (ours, mut theirs) = pipe(1 << 16).await;
    let (handle, mut inbox) = LinkHandle::new(1);
    let (context, up) = link_up(ours);
    let (scope, since) = (MisbehaviourScope::All, Instant::now().into_std());
    context.network_faults.switch_on(ActiveNetworkFault { scope, fault, since, text: String::new() });
    let responder = Responder::new(Box::new(Counting(Arc::default())));
    let peer = async {
        let (began, mut got) = (Instant::now(), Vec::new());
        let mut next = Some(0);
        loop {
            let due = next.map_or(began + Duration::from_secs(60), |number| began + Duration::from_secs(u64::from(number)));
            tokio::select! {
                message = theirs.next() => match message {
                    Some(Ok(Message::Text(text))) => got.push((began.elapsed().as_millis(), text.to_string())),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return got,
                },
                () = sleep_until(due) => match next {
                    Some(number) => {
                        let _ = theirs.send(Message::text(format!(r#"[2,"{number}","Heartbeat",{{}}]"#))).await;
                        next = Some(number + 1).filter(|next| *next < calls);
                    }
                    None => break,
                },
            }
        }
        let _ = handle.order(LinkOrder::User(LinkCommand::Drop));
        got
    };
    let ((_, end), got) = tokio::join!(run(up, &mut inbox, &context, responder), peer);
    context.events.caught_up().await;
    let contents = context.events.trace().read();
    let records = contents.records();
    let notes = records.iter(records.range()).map(|record| format!("{} {}", record.summary(), record.notes()));
    (got, end, notes.filter(|note| note.contains("network fault")).collect())
}

fn times(got: &[(u128, String)]) -> Vec<u128> {
    got.iter().map(|(at, _)| *at).collect()
}

#[tokio::test(start_paused = true)]
async fn frames_are_on_their_way_for_as_long_as_the_network_takes() {
    let latency = Duration::from_millis(200);
    let (got, _, notes) = over_bad_network(NetworkFault { latency, ..NetworkFault::default() }, 3).await;
    assert_eq!((times(&got), notes.len()), (vec![400, 1400, 2400], 0));
    let out = NetworkFault { latency, direction: Some(Direction::Out), ..NetworkFault::default() };
    assert_eq!(times(&over_bad_network(out, 2).await.0), [200, 1200]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_breaks_after_its_frames_without_a_goodbye() {
    let (got, end, _) = over_bad_network(NetworkFault { cut_after: Some(3), ..NetworkFault::default() }, 5).await;
    assert_eq!(got.len(), 1, "a call, its answer, a call");
    assert_eq!(end.to_string(), "the connection broke: cut by a network fault after 3 frames");
}

#[tokio::test(start_paused = true)]
async fn a_dead_connection_carries_nothing_and_comes_back_to_life_by_its_schedule() {
    let schedule = Some(FaultSchedule { every: Duration::from_secs(30), lasting: Duration::from_secs(5) });
    let (got, _, notes) = over_bad_network(NetworkFault { half_open: true, schedule, ..NetworkFault::default() }, 7).await;
    // What was sent meanwhile is on the wire still.
    assert_eq!(times(&got), [5000, 5000, 5000, 5000, 5000, 5000, 6000]);
    assert!(notes[0].contains("nothing gets through") && notes[1].contains("carries frames again"), "{notes:?}");
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_frame_is_recorded() {
    let all = |fault: NetworkFault| async { over_bad_network(fault, 2).await };
    let (got, _, notes) = all(NetworkFault { loss: 1.0, direction: Some(Direction::Out), ..NetworkFault::default() }).await;
    assert!(got.is_empty() && notes.len() == 2 && notes[0].contains("lost on its way"), "{got:?} {notes:?}");
    let (got, _, notes) = all(NetworkFault { loss: 1.0, direction: Some(Direction::In), ..NetworkFault::default() }).await;
    assert!(got.is_empty() && notes[1].contains(r#"a frame of the peer was lost: [2,"1","Heartbeat""#), "{notes:?}");
    let (got, _, notes) =
        all(NetworkFault { duplicate: 1.0, direction: Some(Direction::Out), ..NetworkFault::default() }).await;
    assert!(got.len() == 4 && got[0].1 == got[1].1 && notes[0].contains("it arrives twice"), "{got:?} {notes:?}");
    let (got, _, notes) = all(NetworkFault { truncate: 1.0, direction: Some(Direction::Out), ..NetworkFault::default() }).await;
    assert!(got[0].1.starts_with("[3,") && !got[0].1.ends_with(']') && notes[0].contains("only its first half"), "{got:?}");
    let (got, _, _) = all(NetworkFault { reorder: 1.0, direction: Some(Direction::Out), ..NetworkFault::default() }).await;
    assert!(got[0].1.contains("\"1\"") && got[1].1.contains("\"0\""), "{got:?}");
}
