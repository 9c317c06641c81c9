//! The actor of one WebSocket link, in either role: it owns the socket and moves texts between the wire and the session. How a link comes up
//! is in `listener` and `dialer`.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::FutureExt;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use super::closing::{close, close_with};
use super::framing::SrpcFraming;
use super::impaired::ImpairedLink;
use super::session::{LinkSession, SessionTurn};
use super::watched_socket::WatchedSocket;
use crate::behaviour::{LinkWish, Responder};
use crate::clock::{Moment, now};
use crate::link::close_reason::{LinkFarewell, broken, closed_by_peer, farewell};
use crate::link::context::LinkContext;
use crate::link::conversation::{Conversation, ConversationContext};
use crate::link::inbox::{LinkEvent, LinkInbox};
use crate::link::misbehaviour::MisbehaviourStage;
use crate::link::misbehaviour::odd_writer::{MessageFate, MisbehaviourReporter, OddWriter};
use crate::link::network::AbortiveClose;
use crate::link::order::{LinkCommand, LinkOrder};
use crate::link::outgoing::Outgoing;
use crate::link::random::LinkChance;
use crate::link::settings::LinkSettings;
use crate::link::wake_gate::WakeGate;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{CloseReason, ConnectionAttempt, Direction, EventKind, NoteTopic, StationKey, WireFault};

/// The library's buffers cost 137 KB a connection by default; these carry nearly every OCPP message in one read and let 10,000 links
/// fit.
const READ_BUFFER: usize = 2 * 1024;
const WRITE_BUFFER: usize = 4 * 1024;
/// After this many messages the other events are handled, also when the peer never pauses.
const BURST: usize = 64;
/// A pong that has not come after this time is missing, when the next ping leaves.
const PONG_TIMEOUT: Duration = Duration::from_millis(500);
/// How many messages are taken at most that came before a connection broke.
const LAST_WORDS: usize = 10_000;

/// The socket's configuration.
pub(in crate::link) fn config(settings: &LinkSettings) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(usize::MAX)
        .max_message_size(Some(settings.message_limit))
        .max_frame_size(Some(settings.message_limit))
}

/// A link that has just come up.
pub(in crate::link) struct LinkUp<S> {
    pub stream: WebSocketStream<WatchedSocket<S>>,
    pub station: StationKey,
    pub number: u64,
    pub version: Version,
    pub peer: SocketAddr,
    /// The heads of request and answer.
    pub handshake: ConnectionAttempt,
    /// Where its random values come from.
    pub chance: LinkChance,
}

/// Runs a link in OCPP-J until it ends, and hands back what stands behind it.
pub(in crate::link) fn run<W>(
    up: Box<LinkUp<W>>,
    inbox: &mut LinkInbox,
    context: &LinkContext,
    responder: Responder,
) -> impl Future<Output = (Responder, CloseReason)>
where
    W: AsyncRead + AsyncWrite + AbortiveClose + Unpin,
{
    let (station, version, chance) = (up.station, up.version, up.chance.clone());
    run_session(up, inbox, context, move |began| conversation(station, version, context, responder, chance, began))
}

/// The conversation of a link that is up.
fn conversation(
    station: StationKey,
    version: Version,
    context: &LinkContext,
    responder: Responder,
    chance: LinkChance,
    now: Moment,
) -> Conversation<SrpcFraming> {
    let numbers = context.events.numbers().clone();
    let (catalog, settings, gate) = (context.catalog.clone(), context.settings.current(), context.gate.clone());
    let needs = ConversationContext { catalog, settings, numbers, gate, station, chance };
    Conversation::begin(SrpcFraming, needs, version, responder, now)
}

/// Runs a link with any session until it ends, and hands back what the session leaves. `up` is in a box, because a future keeps the room of
/// its arguments for as long as it runs.
pub(in crate::link) async fn run_session<S, W>(
    mut up: Box<LinkUp<W>>,
    inbox: &mut LinkInbox,
    context: &LinkContext,
    begin: impl FnOnce(Moment) -> S,
) -> (S::Remains, CloseReason)
where
    S: LinkSession,
    W: AsyncRead + AsyncWrite + AbortiveClose + Unpin,
{
    let LinkUp { station, number, version, peer, .. } = *up;
    let handshake = std::mem::take(&mut up.handshake);
    let began = now();
    // Before the event: a reader of it may use the link at once. Orders wait in the inbox.
    inbox.came_up(version);
    // What happens once is boxed here: the room that a link's future takes is held for as long as the link is up.
    let transport = Transport::WebSocket;
    let connected = EventKind::Connected { link: number, version, transport, peer, handshake };
    Box::pin(context.events.send(Some(station), began, connected)).await;
    let mut link = Actor::begin(*up, context, begin(began));
    link.look_at_misbehaviour();
    link.look_at_network(began);
    link.record_pings_enabled(began);
    let Err(end) = link.run(inbox).await;
    let end = link.hear_out(end);
    inbox.went_down();
    let down = EventKind::Disconnected { link: number, reason: end.clone() };
    let remains = Box::pin(link.finish(&end, down)).await;
    (remains, end)
}

/// The settings with the interval of pings that the peer has set, when it has.
fn with_pings(settings: Arc<LinkSettings>, set: Option<Duration>) -> Arc<LinkSettings> {
    match set {
        None => settings,
        Some(interval) => {
            let ping_interval = (!interval.is_zero()).then_some(interval);
            Arc::new(LinkSettings { ping_interval, ..(*settings).clone() })
        }
    }
}

/// As in ocppjs: a charge point pings at once, a central system after the first interval.
fn first_ping(our_role: Role, interval: Duration) -> Instant {
    match our_role {
        Role::ChargePoint => Instant::now(),
        Role::CentralSystem => Instant::now() + interval,
    }
}

struct Actor<'a, S, W> {
    stream: WebSocketStream<WatchedSocket<W>>,
    station: StationKey,
    context: &'a LinkContext,
    settings: Arc<LinkSettings>,
    our_role: Role,
    session: S,
    /// When the ping left whose pong is awaited.
    pinged: Option<Instant>,
    next_ping: Option<Instant>,
    /// Whether the socket's buffer holds something that is to be written out.
    unwritten: bool,
    /// Until when the peer must have read what is being written; `None` while nothing waits for it.
    write_deadline: Option<Instant>,
    /// On links whose network is bad on purpose. In a box, because nearly none is.
    impaired: Option<Box<ImpairedLink>>,
}

/// What the wire has for us.
enum Wire {
    /// A message, an error or the end.
    Arrived(Option<Result<Message, Error>>),
    /// The peer does not read, so writing out has to wait.
    Blocked,
    /// The session has something to do.
    Woken,
}

impl<'a, S, W> Actor<'a, S, W>
where
    S: LinkSession,
    W: AsyncRead + AsyncWrite + AbortiveClose + Unpin,
{
    fn begin(up: LinkUp<W>, context: &'a LinkContext, session: S) -> Actor<'a, S, W> {
        let settings = with_pings(context.settings.current(), session.ping_interval());
        let our_role = session.our_role();
        let next_ping = settings.ping_interval.map(|interval| first_ping(our_role, interval));
        Actor {
            stream: up.stream,
            station: up.station,
            context,
            session,
            settings,
            our_role,
            pinged: None,
            next_ping,
            unwritten: false,
            write_deadline: None,
            impaired: None,
        }
    }

    async fn run(&mut self, inbox: &mut LinkInbox) -> Result<Infallible, CloseReason> {
        let shutdown = self.context.shutdown.clone();
        let mut shutdown = pin!(shutdown.cancelled());
        let mut gate = WakeGate::new();
        let mut timer = pin!(sleep_until(Instant::now()));
        let mut burst = 0;
        // When the turn began. One reading of the clocks serves all that is done in a turn before something is written.
        let mut turn = now();
        loop {
            self.ping(turn).await?;
            self.deliver(turn)?;
            self.feed(turn).await?;
            match self.session.wish() {
                Some(LinkWish::Restart(after)) => return Err(CloseReason::Restarts(after)),
                Some(LinkWish::Cut) => return Err(CloseReason::Cut),
                Some(LinkWish::Refuse) => return Err(CloseReason::OtherStation),
                Some(LinkWish::Connect) | None => {}
            }
            if let Some(reason) = self.session.end_wanted() {
                // What was handed to the socket's buffer leaves before a link is cut.
                let leaving = Box::pin(timeout(self.settings.write_timeout, self.stream.flush()));
                let _ = leaving.await; // the link ends in any case
                return Err(reason);
            }
            let deadline = self.deadline(turn);
            if let Some(deadline) = deadline {
                reset(timer.as_mut(), deadline);
            }
            tokio::select! {
                biased;
                wire = poll_fn(|context| self.poll_wire(context)), if burst < BURST => {
                    turn = now();
                    match wire {
                        Wire::Arrived(message) => {
                            burst += 1;
                            self.take(message, turn)?;
                        }
                        Wire::Woken => {}
                        Wire::Blocked => self.write_deadline = Some(Instant::from_std(turn.monotonic) + self.settings.write_timeout),
                    }
                }
                happened = poll_fn(|context| gate.poll(context, |context| inbox.poll_event(context, shutdown.as_mut()))) => {
                    turn = now();
                    match happened {
                        LinkEvent::Shutdown => return Err(CloseReason::Shutdown),
                        LinkEvent::Order(order) => self.handle_order(order, turn)?,
                    }
                }
                () = timer.as_mut(), if deadline.is_some() => {
                    turn = now();
                    self.tick(turn)?;
                }
                () = std::future::ready(()), if burst == BURST => burst = 0,
            }
        }
    }

    /// The next message. What is to be sent is written out as soon as nothing more has arrived: a burst of calls is answered in one
    /// piece.
    fn poll_wire(&mut self, context: &mut Context<'_>) -> Poll<Wire> {
        // First, so that whatever happens from now on wakes it.
        let turn = self.session.poll_turn(context);
        if turn == SessionTurn::Act {
            return Poll::Ready(Wire::Woken);
        }
        if turn == SessionTurn::Take
            && self.impaired.as_ref().is_none_or(|impaired| impaired.has_room())
            && let Poll::Ready(message) = self.stream.poll_next_unpin(context)
        {
            return Poll::Ready(Wire::Arrived(message));
        }
        if !self.unwritten {
            return Poll::Pending;
        }
        match self.stream.poll_flush_unpin(context) {
            Poll::Ready(Ok(())) => (self.unwritten, self.write_deadline) = (false, None),
            Poll::Ready(Err(error)) => return Poll::Ready(Wire::Arrived(Some(Err(error)))),
            Poll::Pending if self.write_deadline.is_none() => return Poll::Ready(Wire::Blocked),
            Poll::Pending => {}
        }
        Poll::Pending
    }

    fn take(&mut self, message: Option<Result<Message, Error>>, now: Moment) -> Result<(), CloseReason> {
        match message {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => match &mut self.impaired {
                Some(impaired) => impaired.receive(message, now, &mut |kind| self.session.record(now, kind)),
                None => self.hand_over(message, now),
            },
            Some(Ok(Message::Ping(_))) => {
                self.record_event(now, EventKind::Ping { direction: Direction::In, pong: false, round_trip: None });
                // The library answers by itself, but we flush its answer.
                self.unwritten = true;
                if self.stream.get_mut().odd().as_mut().is_some_and(|odd| odd.ignores_ping()) {
                    return Ok(());
                }
                self.record_event(now, EventKind::Ping { direction: Direction::Out, pong: true, round_trip: None });
            }
            Some(Ok(Message::Pong(_))) => {
                let round_trip = self.pinged.take().map(|pinged| pinged.elapsed());
                self.record_event(now, EventKind::Ping { direction: Direction::In, pong: true, round_trip });
            }
            Some(Ok(Message::Close(frame))) => return Err(closed_by_peer(frame, || self.stream.get_ref().last_close())),
            Some(Ok(Message::Frame(_))) => {} // the library hands out raw frames only when asked to
            Some(Err(error)) => return Err(broken(&error)),
            None => return Err(CloseReason::PeerGone),
        }
        Ok(())
    }

    /// A message of the peer for the session.
    fn hand_over(&mut self, message: Message, now: Moment) {
        match message {
            Message::Text(text) => self.session.on_text(text, now),
            Message::Binary(bytes) => self.session.on_binary(bytes, now),
            _ => {} // no others are handed over
        }
    }

    /// Hands over what has arrived over a bad network, which may break the connection.
    fn deliver(&mut self, now: Moment) -> Result<(), CloseReason> {
        while self.session.has_room()
            && let Some(impaired) = &mut self.impaired
        {
            let Some(message) = impaired.arrived(now) else { break };
            self.hand_over(message, now);
        }
        if self.impaired.as_ref().is_some_and(|impaired| impaired.is_good()) {
            self.impaired = None;
        }
        match &mut self.impaired {
            Some(impaired) => impaired.broken(now, &mut |kind| self.session.record(now, kind)),
            None => Ok(()),
        }
    }

    fn record_event(&mut self, now: Moment, kind: EventKind) {
        self.session.record(now, kind);
    }

    /// Carries out an order that is about the wire; the session gets all others.
    fn handle_order(&mut self, order: Option<LinkOrder>, now: Moment) -> Result<(), CloseReason> {
        match order {
            Some(LinkOrder::User(LinkCommand::Ping)) => self.next_ping = Some(Instant::from_std(now.monotonic)),
            Some(LinkOrder::User(LinkCommand::Connect)) => {}
            Some(LinkOrder::User(LinkCommand::Disconnect)) | None => return Err(CloseReason::Disconnected),
            Some(LinkOrder::User(LinkCommand::Drop)) => return Err(CloseReason::Cut),
            Some(LinkOrder::Replaced) => return Err(CloseReason::Replaced),
            Some(LinkOrder::SettingsChanged) => self.look_at_settings(),
            Some(LinkOrder::MisbehaviourChanged) => {
                self.look_at_misbehaviour();
                self.look_at_network(now);
            }
            Some(order) => self.session.on_order(order, now),
        }
        Ok(())
    }

    fn look_at_settings(&mut self) {
        let settings = with_pings(self.context.settings.current(), self.session.ping_interval());
        let pings_change = settings.ping_interval != self.settings.ping_interval;
        self.session.change_settings(settings.clone());
        self.settings = settings;
        if pings_change {
            self.next_ping = self.settings.ping_interval.map(|interval| first_ping(self.our_role, interval));
            self.pinged = None;
            self.record_pings_enabled(now());
        }
    }

    /// Takes on what is done wrong on purpose on this link, or ends it.
    fn look_at_misbehaviour(&mut self) {
        const STAGES: [MisbehaviourStage; 2] = [MisbehaviourStage::Link, MisbehaviourStage::LinkOnce];
        let active = self.context.misbehaviour.of_stage(&STAGES, self.our_role, Some(self.station));
        let odd = self.stream.get_mut().odd();
        if odd.is_none() && active.is_empty() {
            return;
        }
        let (our_role, events, station) = (self.our_role, self.context.events.clone(), Some(self.station));
        let writer = || Box::new(OddWriter::new(our_role, MisbehaviourReporter { events, station }));
        odd.get_or_insert_with(writer).switch(active);
        self.unwritten = true;
    }

    /// Takes on what the network does wrong on purpose, or lets it be good again.
    fn look_at_network(&mut self, now: Moment) {
        ImpairedLink::switch(&mut self.impaired, self.context, (self.our_role, self.station), now);
    }

    fn record_pings_enabled(&mut self, now: Moment) {
        if self.our_role == Role::ChargePoint && self.settings.ping_interval.is_some() {
            self.record_event(now, EventKind::TypedNote(NoteTopic::PingsEnabled));
        }
    }

    fn deadline(&self, now: Moment) -> Option<Instant> {
        let session = self.session.deadline().map(Instant::from_std);
        let network = self.impaired.as_ref().and_then(|impaired| impaired.deadline(self.session.has_room(), now));
        [session, self.next_ping, self.write_deadline, network.map(Instant::from_std)].into_iter().flatten().min()
    }

    fn tick(&mut self, now: Moment) -> Result<(), CloseReason> {
        if self.write_deadline.is_some_and(|deadline| deadline.into_std() <= now.monotonic) {
            return Err(CloseReason::PeerBlocked(self.settings.write_timeout));
        }
        self.session.tick(now);
        Ok(())
    }

    async fn ping(&mut self, now: Moment) -> Result<(), CloseReason> {
        if self.next_ping.is_none_or(|due| due.into_std() > now.monotonic) {
            return Ok(());
        }
        self.next_ping = self.settings.ping_interval.map(|interval| Instant::from_std(now.monotonic) + interval);
        if self.pinged.is_some_and(|pinged| pinged.elapsed() >= PONG_TIMEOUT) {
            let text = "the last ping got no pong".into();
            self.record_event(now, EventKind::Note { failure: true, text });
        }
        let is_dead = self.impaired.as_ref().is_some_and(|impaired| impaired.is_half_open(now));
        if is_dead || self.stream.get_mut().odd().as_mut().is_some_and(|odd| odd.keeps_back()) {
            self.pinged = None;
            return Ok(());
        }
        self.pinged = Some(Instant::now());
        self.record_event(now, EventKind::Ping { direction: Direction::Out, pong: false, round_trip: None });
        self.write_message(Message::Ping(Bytes::new())).await
    }

    /// Moves the outgoing messages to the socket's buffer and records the events. `now` is when the turn began.
    async fn feed(&mut self, now: Moment) -> Result<(), CloseReason> {
        let outgoing = self.session.outgoing(now);
        if self.impaired.is_some() {
            return Box::pin(self.feed_impaired(now)).await;
        }
        if outgoing.is_empty() {
            return Ok(());
        }
        let mut outgoing = std::mem::take(outgoing);
        let written = self.write_all(&mut outgoing, S::on_wire).await;
        self.context.events.send_all(self.station, outgoing.drain(..).filter_map(|outgoing| outgoing.event)).await;
        self.session.reuse(outgoing);
        written
    }

    /// The same where messages are on their way for a while.
    async fn feed_impaired(&mut self, now: Moment) -> Result<(), CloseReason> {
        let mut outgoing = std::mem::take(self.session.outgoing(now));
        let mut leaving = Vec::new();
        if let Some(impaired) = &mut self.impaired {
            for Outgoing { message, event, commit } in outgoing.drain(..) {
                let message = message.map(S::on_wire);
                impaired.send(Outgoing { message, event, commit }, now, &mut leaving);
            }
            impaired.left(now, &mut leaving);
        }
        self.session.reuse(outgoing);
        if leaving.is_empty() {
            return Ok(());
        }
        let written = self.write_all(&mut leaving, std::convert::identity).await;
        self.context.events.send_all(self.station, leaving.drain(..).filter_map(|outgoing| outgoing.event)).await;
        written
    }

    /// Hands the messages of a list to the socket's buffer and leaves their events there. When that fails, the list ends before the message
    /// that was not written.
    async fn write_all<M>(&mut self, outgoing: &mut Vec<Outgoing<M>>, on_wire: fn(M) -> Message) -> Result<(), CloseReason> {
        for index in 0..outgoing.len() {
            let Some(message) = outgoing[index].message.take() else { continue };
            let fate = self.stream.get_mut().odd().as_mut().map_or(MessageFate::Sent, |odd| odd.fate());
            if fate != MessageFate::Sent
                && let Some((_, kind)) = &mut outgoing[index].event
            {
                record_truly(fate, kind);
            }
            if fate == MessageFate::Kept {
                continue;
            }
            if let Err(end) = self.write_message(on_wire(message)).await {
                outgoing.truncate(index);
                return Err(end);
            }
            // It happened when it was on its way; the latency of an answer is ours to be seen.
            if let Some((when, kind)) = &mut outgoing[index].event {
                let left = when.at(Instant::now().into_std());
                if let EventKind::Frame(frame) = kind {
                    frame.left_after(left.monotonic.saturating_duration_since(when.monotonic));
                }
                *when = left;
            }
        }
        Ok(())
    }

    /// Hands a message to the socket's buffer, which nearly always has room.
    async fn write_message(&mut self, message: Message) -> Result<(), CloseReason> {
        let limit = self.settings.write_timeout;
        self.unwritten = true;
        let mut feeding = self.stream.feed(message);
        let fed = match poll_fn(|context| Poll::Ready(feeding.poll_unpin(context))).await {
            Poll::Ready(fed) => fed,
            // In a box, because few links ever wait here and all would pay for the room.
            Poll::Pending => Box::pin(timeout(limit, feeding)).await.map_err(|_| CloseReason::PeerBlocked(limit))?,
        };
        fed.map_err(|error| broken(&error))
    }

    /// A link ends because writing failed: what the peer had sent before it went is taken all the same, and its close frame says more than
    /// the error. What would be answered to it cannot be sent, and is not recorded as sent.
    fn hear_out(&mut self, end: CloseReason) -> CloseReason {
        if !matches!(end, CloseReason::Broken(WireFault::Io(_) | WireFault::Closed)) {
            return end;
        }
        let (mut reason, mut unsent, mut heard) = (end, 0, Vec::new());
        for _ in 0..LAST_WORDS {
            let Some(Some(Ok(message))) = self.stream.next().now_or_never() else { break };
            let now = now();
            let taken = self.take(Some(Ok(message)), now);
            let outgoing = std::mem::take(self.session.outgoing(now));
            unsent += outgoing.iter().filter(|outgoing| outgoing.message.is_some()).count();
            heard.extend(outgoing.into_iter().filter(|outgoing| outgoing.message.is_none()));
            if let Err(said) = taken {
                reason = said;
                break;
            }
        }
        heard.into_iter().filter_map(|outgoing| outgoing.event).for_each(|(when, kind)| self.record_event(when, kind));
        if unsent > 0 {
            let text = format!("{unsent} messages could not be sent: the connection had ended").into();
            self.record_event(now(), EventKind::Note { failure: true, text });
        }
        reason
    }

    /// Ends the session and closes the socket: with a close frame where the state of the link allows it, without one
    /// when it is to be cut.
    async fn finish(mut self, end: &CloseReason, down: EventKind) -> S::Remains {
        let (remains, mut events) = self.session.end(end, now());
        if let Some(mut impaired) = self.impaired.take() {
            events.extend(impaired.end());
        }
        // What the peer did has happened, however long it takes until the connection is closed; what we do has not yet.
        let by_peer = matches!(end, CloseReason::ClosedByPeer { .. } | CloseReason::PeerGone | CloseReason::Broken(_));
        let mut later = Some(down);
        if by_peer {
            events.extend(later.take().map(|down| (now(), down)));
        }
        self.context.events.send_all(self.station, events).await;
        match farewell(end) {
            LinkFarewell::Cut => {}
            LinkFarewell::Bare => close_with(&mut self.stream, None).await,
            LinkFarewell::Close(code, reason) => close(&mut self.stream, code, reason).await,
        }
        if let Some(down) = later {
            self.context.events.send(Some(self.station), now(), down).await;
        }
        remains
    }
}

/// Turns the event of a message into what became of it on purpose.
fn record_truly(fate: MessageFate, kind: &mut EventKind) {
    let EventKind::Frame(frame) = kind else { return };
    if fate == MessageFate::Cut {
        frame.remark = Some("only the first half of it was sent, as commanded".into());
        return;
    }
    let action = frame.action.as_deref().map_or_else(String::new, |action| format!(" {action}"));
    let text = format!("the {}{action} was not sent, as commanded", frame.kind.name()).into();
    *kind = EventKind::Note { failure: false, text };
}

fn reset(timer: Pin<&mut Sleep>, deadline: Instant) {
    if timer.deadline() != deadline || timer.is_elapsed() {
        timer.reset(deadline);
    }
}

#[cfg(test)]
mod tests;
