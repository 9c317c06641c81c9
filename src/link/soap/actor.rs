//! The actor of one SOAP station, in either role: requests of the peer arrive from our server, ours go to the peer's.
//! The messages are the conversation's matter. How a station gets its actor is in `central_system` and `charge_point`.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::HeaderValue;
use hyper::{Method, StatusCode};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Bytes;

use super::address::{FromProblem, HttpUrl};
use super::body::ReceivedBody;
use super::client::{self, ExchangeError, FailedExchange, HttpCall, KeptConnection};
use super::exchange::{ArrivedMessage, PostAnswer, RequestAttempt, ShowHeaders, SoapOutgoing, SoapPost, SoapRequest};
use super::framing::SoapFraming;
use super::incoming;
use crate::behaviour::{ConnectionIncident, CredentialSet, LinkWish, Responder};
use crate::clock::Moment;
use crate::clock::now;
use crate::link::basic_credentials::StationAuthorization;
use crate::link::conversation::{Conversation, ConversationContext};
use crate::link::credential_news::news_event;
use crate::link::inbox::{LinkEvent, LinkInbox};
use crate::link::intercept::queue::InspectionVerdict;
use crate::link::order::{LinkCommand, LinkOrder};
use crate::link::random::LinkChance;
use crate::link::wake_gate::WakeGate;
use crate::link::{LinkContext, LinkSettings};
use crate::ocpp::{Role, Transport, Version};
use crate::rpc::soap::Body;
use crate::trace::{CloseReason, ConnectionAttempt, EventKind, StationKey};

/// How many requests may wait for the actor.
pub(super) const WAITING: usize = 16;
/// How many characters of an address from outside a sentence repeats.
const SHOWN_ADDRESS: usize = 200;

/// A link that has just come up.
pub(super) struct SoapUp {
    pub station: StationKey,
    pub number: u64,
    pub version: Version,
    pub peer: SocketAddr,
    pub soap: SoapFraming,
    /// The address at which it is called, when that is its own. Line mode prints this and not the connection, so it is printed after it:
    /// a reader of it may call at once.
    pub listening: Option<EventKind>,
    /// What a station of ours shows with each request.
    pub authorization: Option<StationAuthorization>,
    /// How the request came with which it began; empty where it began without one.
    pub attempt: ConnectionAttempt,
    /// Where its random values come from.
    pub chance: LinkChance,
}

/// What is done when an HTTP exchange of ours is over.
enum Done {
    Answered { post: SoapPost, shown: CredentialSet, answer: Result<PostAnswer, FailedExchange> },
    Probed { url: HttpUrl, took: Duration, answer: Result<PostAnswer, FailedExchange> },
}

/// Runs a link until it ends, and hands back what stands behind it.
pub(super) async fn run(
    up: SoapUp,
    requests: &mut mpsc::Receiver<SoapRequest>,
    inbox: &mut LinkInbox,
    context: &LinkContext,
    responder: Responder,
) -> (Responder, CloseReason) {
    let SoapUp { station, number, version, peer, soap, listening, authorization, attempt, chance } = up;
    let began = now();
    // Before the event: a reader of it may use the link at once. Orders wait in the inbox.
    inbox.came_up(version);
    let transport = Transport::Soap;
    let connected = EventKind::Connected { link: number, version, transport, peer, handshake: attempt };
    context.events.send(Some(station), began, connected).await;
    if let Some(listening) = listening {
        context.events.send(Some(station), began, listening).await;
    }
    let (catalog, settings) = (context.catalog.clone(), context.settings.current());
    let numbers = context.events.numbers().clone();
    let role = soap.role;
    let url = soap.address.as_ref().map(|url| url.to_string().into());
    let gate = context.gate.clone();
    let conversation_context = ConversationContext { catalog, settings: settings.clone(), numbers, gate, station, chance };
    let conversation = Conversation::begin(soap, conversation_context, version, responder, began);
    let (exchanges, kept) = (JoinSet::new(), KeptConnection::new(context, station, role.peer()));
    let (by_user, uncallable) = (false, None);
    let mut link = SoapLink {
        station,
        number,
        peer,
        context,
        settings,
        conversation,
        exchanges,
        kept,
        by_user,
        uncallable,
        authorization,
    };
    link.record_event(EventKind::Callback { url });
    let Err(end) = link.run(requests, inbox).await;
    inbox.went_down();
    (link.finish(&end).await, end)
}

struct SoapLink<'a> {
    station: StationKey,
    number: u64,
    peer: SocketAddr,
    context: &'a LinkContext,
    settings: Arc<LinkSettings>,
    conversation: Conversation<SoapFraming>,
    /// HTTP exchanges of ours that are not over. They end with the link.
    exchanges: JoinSet<Done>,
    kept: KeptConnection,
    /// Whether the user has set where the peer is called; then its `From` does not count.
    by_user: bool,
    /// What is wrong with the last `From` address, when it cannot be called, one sentence.
    uncallable: Option<String>,
    authorization: Option<StationAuthorization>,
}

impl SoapLink<'_> {
    async fn run(
        &mut self,
        requests: &mut mpsc::Receiver<SoapRequest>,
        inbox: &mut LinkInbox,
    ) -> Result<Infallible, CloseReason> {
        let shutdown = self.context.shutdown.clone();
        let mut shutdown = pin!(shutdown.cancelled());
        let mut gate = WakeGate::new();
        let mut timer = pin!(sleep_until(Instant::now()));
        loop {
            self.dispatch().await;
            match self.conversation.wish() {
                Some(LinkWish::Restart(_)) => {
                    self.conversation.restart(now());
                    continue;
                }
                Some(LinkWish::Cut) => return Err(CloseReason::Disconnected),
                Some(LinkWish::Refuse) => return Err(CloseReason::OtherStation),
                Some(LinkWish::Connect) | None => {}
            }
            let deadline = self.conversation.next_deadline().map(Instant::from_std);
            if let Some(deadline) = deadline {
                timer.as_mut().reset(deadline);
            }
            tokio::select! {
                biased;
                happened = poll_fn(|context| gate.poll(context, |context| inbox.poll_event(context, shutdown.as_mut()))) => match happened {
                    LinkEvent::Shutdown => return Err(CloseReason::Shutdown),
                    LinkEvent::Order(order) => self.handle_order(order)?,
                },
                Some(done) = self.exchanges.join_next(), if !self.exchanges.is_empty() => self.done(done),
                request = requests.recv() => match request {
                    Some(request) => self.arrived(ArrivedMessage::Request(request)),
                    None => return Err(CloseReason::Disconnected), // our server has ended
                },
                () = timer.as_mut(), if deadline.is_some() => {
                    self.conversation.tick(now());
                    self.take_released(now());
                }
            }
        }
    }

    /// Records what happened, and sends what leaves. What cannot be sent is recorded in the next round.
    async fn dispatch(&mut self) {
        loop {
            self.conversation.prepare_outgoing(now());
            if self.conversation.outgoing.is_empty() {
                return;
            }
            let mut outgoing = std::mem::take(&mut self.conversation.outgoing);
            let messages: Vec<SoapOutgoing> = outgoing.iter_mut().filter_map(|outgoing| outgoing.message.take()).collect();
            self.context.events.send_all(self.station, outgoing.drain(..).filter_map(|outgoing| outgoing.event)).await;
            for message in messages {
                match message {
                    // The peer may have gone; the trace has the answer all the same.
                    SoapOutgoing::Response { reply, response } => drop(reply.send(response)),
                    SoapOutgoing::Post(post) => self.post(post),
                }
            }
            if self.conversation.outgoing.is_empty() {
                self.conversation.outgoing = outgoing; // its memory serves the next turn
            }
        }
    }

    fn post(&mut self, post: SoapPost) {
        let Some(url) = self.conversation.framing.address.clone() else {
            let why = self.why_no_address();
            let reason = format!("no address to call it at is known: {why}; set station <identity> callback=<url> names one");
            return self.conversation.fail(&post.id, reason, None, now());
        };
        let (kept, settings) = (self.kept.clone(), self.settings.clone());
        let (shown, authorization) = self.shown();
        self.exchanges.spawn(async move {
            let call = HttpCall { authorization, shown, ..post.to(&url) };
            let answer = client::ask(&call, &kept, &settings).await;
            Done::Answered { post, shown: call.shown, answer }
        });
    }

    /// What a station of ours shows with its next request, and the header for its password.
    fn shown(&self) -> (CredentialSet, Option<HeaderValue>) {
        let Some(authorization) = &self.authorization else { return Default::default() };
        let shown = authorization.credentials.next();
        let header = authorization.header(&shown);
        (shown, header)
    }

    /// Each request of a station shows its credentials, so that each answer says what became of them.
    fn judge_credentials(&mut self, shown: &CredentialSet, answer: &Result<PostAnswer, FailedExchange>) {
        let Some(StationAuthorization { credentials, .. }) = &self.authorization else { return };
        let is_refused = |status| matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        let (taken, incident) = match answer {
            Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => (false, Some(ConnectionIncident::NotAuthenticated)),
            Ok(answer) => (!is_refused(answer.status), None),
            Err(failed) => (false, failed.error.incident()),
        };
        if let Some(incident) = incident {
            credentials.note(incident);
        }
        // An answer to what was sent with others says nothing about these.
        if credentials.next() != *shown {
            return;
        }
        let news = if taken { credentials.connected() } else { credentials.failed() };
        if let Some(news) = news {
            self.record_event(news_event(&news));
        }
    }

    fn done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Answered { post, shown, answer }) => {
                self.judge_credentials(&shown, &answer);
                match answer {
                    Ok(answer) => self.arrived(ArrivedMessage::Answer(post, answer)),
                    Err(FailedExchange { error, attempt }) => {
                        self.conversation.fail(&post.id, error.to_string(), attempt, now());
                    }
                }
            }
            Ok(Done::Probed { url, took, answer }) => {
                let (failure, text) = probed(&url, took, &answer);
                self.record_event(EventKind::Note { failure, text: text.into() });
            }
            // A panic in there: its call runs into its time limit.
            Err(error) => {
                let text = format!("an HTTP exchange failed, please report this: {error}").into();
                self.record_event(EventKind::Note { failure: true, text });
            }
        }
    }

    /// A message of the peer: it is handled, or waits for an inspection.
    fn arrived(&mut self, message: ArrivedMessage) {
        let now = now();
        if let Some(message) = self.conversation.inspect_incoming(message, now) {
            self.take(message, now);
        }
    }

    fn take(&mut self, message: ArrivedMessage, now: Moment) {
        match message {
            ArrivedMessage::Request(request) => {
                if self.conversation.framing.role == Role::CentralSystem {
                    self.update_from_request(&request, now);
                }
                self.conversation.receive(request, now);
            }
            ArrivedMessage::Answer(post, answer) => {
                self.conversation.receive_answer(&post, &answer, now);
            }
        }
    }

    /// Handles what need not wait any more.
    fn take_released(&mut self, now: Moment) {
        while let Some((message, verdict)) = self.conversation.inspected_incoming(now) {
            match (verdict, message) {
                (InspectionVerdict::Pass, message) => self.take(message, now),
                (InspectionVerdict::Change(text), message) => {
                    let changed = self.changed(message, text);
                    self.take(changed, now);
                }
                // The request gets no answer; a call of ours whose answer is kept back runs into its time limit.
                (InspectionVerdict::Drop, ArrivedMessage::Request(request)) => {
                    self.conversation.framing.keep_waiting(request.reply);
                }
                (InspectionVerdict::Drop, ArrivedMessage::Answer(..)) => {}
            }
        }
    }

    /// A message of the peer with another text.
    fn changed(&self, message: ArrivedMessage, text: String) -> ArrivedMessage {
        match message {
            ArrivedMessage::Request(mut request) => {
                let framing = &self.conversation.framing;
                let body = ReceivedBody::changed(text);
                request.read = incoming::read_request(&body, &framing.catalog, framing.role, &mut request.remarks);
                request.text = body.text;
                ArrivedMessage::Request(request)
            }
            ArrivedMessage::Answer(post, answer) => {
                ArrivedMessage::Answer(post, PostAnswer { body: ReceivedBody::changed(text), ..answer })
            }
        }
    }

    /// Updates the station from a request: the version that it speaks now, and the address at which it is called.
    fn update_from_request(&mut self, request: &SoapRequest, now: Moment) {
        let Ok(envelope) = &request.read else { return };
        if let Body::Request(operation) = &envelope.body
            && operation.version != self.conversation.version()
        {
            self.change_version(operation.version, request.attempt.as_deref(), now);
        }
        if let Some(from) = envelope.from() {
            self.update_address(from, HttpUrl::of_from(from, request.peer.ip()));
        }
    }

    /// Takes in the address of a `From` header. One that cannot be called is recorded once, and changes nothing.
    fn update_address(&mut self, from: &str, address: Result<HttpUrl, FromProblem>) {
        let known = self.conversation.framing.address.as_ref();
        match address {
            Ok(url) => {
                self.uncallable = None;
                if self.by_user || known == Some(&url) {
                    return;
                }
                if let Some(old) = known {
                    let text = format!("it is called at {url} from now on, before at {old}").into();
                    self.record_event(EventKind::Note { failure: false, text });
                }
                self.call_at(Some(url));
            }
            Err(problem) => {
                let from: String = from.chars().take(SHOWN_ADDRESS).collect();
                let why = format!("its From address {from} cannot be called, because {problem}");
                if self.uncallable.as_ref() == Some(&why) {
                    return;
                }
                let text = known.map_or_else(|| why.clone(), |known| format!("{why}; it is still called at {known}")).into();
                self.record_event(EventKind::Note { failure: false, text });
                self.uncallable = Some(why);
            }
        }
    }

    /// Why no address is known at which the peer could be called.
    fn why_no_address(&self) -> &str {
        self.uncallable.as_deref().unwrap_or("it has sent no From header")
    }

    /// A version belongs to a link: for the session the old link ends and a new one begins.
    fn change_version(&mut self, version: Version, attempt: Option<&RequestAttempt>, now: Moment) {
        let reason = CloseReason::VersionChanged(version);
        self.record_event(EventKind::Disconnected { link: self.number, reason });
        let connected = EventKind::Connected {
            link: self.number,
            version,
            transport: Transport::Soap,
            peer: self.peer,
            handshake: attempt.map(RequestAttempt::recorded).unwrap_or_default(),
        };
        self.record_event(connected);
        self.conversation.change_version(version, now);
    }

    fn call_at(&mut self, url: Option<HttpUrl>) {
        self.record_event(EventKind::Callback { url: url.as_ref().map(|url| url.to_string().into()) });
        self.conversation.framing.address = url;
    }

    fn record_event(&mut self, kind: EventKind) {
        self.conversation.record(now(), kind);
    }

    fn handle_order(&mut self, order: Option<LinkOrder>) -> Result<(), CloseReason> {
        match order {
            None => return Err(CloseReason::Disconnected),
            Some(LinkOrder::User(command)) => self.handle_command(command)?,
            Some(LinkOrder::Ask { action, payload, then }) => self.conversation.ask(&action, payload, Some(then), now()),
            Some(LinkOrder::Answer { ticket, answer }) => self.conversation.decide(ticket, answer, now()),
            Some(LinkOrder::Act { action, then }) => self.conversation.act(&action, Some(then), now()),
            Some(LinkOrder::GiveUpCalls) => self.conversation.give_up_calls(now()),
            Some(LinkOrder::Inspected { ticket, verdict }) => {
                self.conversation.judge(ticket, &verdict);
                self.take_released(now());
            }
            Some(LinkOrder::SettingsChanged) => {
                self.settings = self.context.settings.current();
                self.conversation.change_settings(self.settings.clone());
            }
            Some(LinkOrder::MisbehaviourChanged) => {} // requests and answers look at it
            Some(LinkOrder::Replaced) => return Err(CloseReason::Replaced),
        }
        Ok(())
    }

    fn handle_command(&mut self, command: LinkCommand) -> Result<(), CloseReason> {
        match command {
            LinkCommand::Call { action, payload } => self.conversation.call(&action, payload, now()),
            LinkCommand::Raw(text) => self.conversation.raw(&text, ShowHeaders(false), now()),
            LinkCommand::RawShowingHeaders(text) => self.conversation.raw(&text, ShowHeaders(true), now()),
            LinkCommand::Ping => {
                let text = "a SOAP link has no WebSocket ping; probe asks the address at which it is called".into();
                self.record_event(EventKind::Note { failure: true, text });
            }
            LinkCommand::Probe => self.probe(),
            LinkCommand::CallAt(url) => {
                self.by_user = url.is_some();
                self.call_at(url);
            }
            LinkCommand::Release { number, action } => self.conversation.release(number, action, now()),
            LinkCommand::Connect | LinkCommand::Upstream(_) => {}
            LinkCommand::Act(action) => self.conversation.act(&action, None, now()),
            LinkCommand::Disconnect | LinkCommand::Drop => return Err(CloseReason::Disconnected),
        }
        Ok(())
    }

    /// Checks whether a server answers at the peer's address. Only the user asks for it.
    fn probe(&mut self) {
        let Some(url) = self.conversation.framing.address.clone() else {
            let text = format!("no address to probe is known: {}", self.why_no_address()).into();
            return self.record_event(EventKind::Note { failure: true, text });
        };
        let (kept, settings) = (self.kept.clone(), self.settings.clone());
        let (shown, authorization) = self.shown();
        let began = Instant::now();
        self.exchanges.spawn(async move {
            let ask =
                HttpCall { url, method: Method::GET, body: Bytes::new(), action: None, authorization, shown, passed: None };
            let answer = tokio::time::timeout(settings.call_timeout, client::ask(&ask, &kept, &settings)).await;
            let answer = answer.unwrap_or_else(|_| {
                Err(FailedExchange { error: ExchangeError::NoAnswer { url: ask.url.to_string() }, attempt: None })
            });
            Done::Probed { url: ask.url, took: began.elapsed(), answer }
        });
    }

    async fn finish(self, end: &CloseReason) -> Responder {
        let (responder, mut events) = self.conversation.end(now());
        events.push((now(), EventKind::Disconnected { link: self.number, reason: end.clone() }));
        self.context.events.send_all(self.station, events).await;
        responder
    }
}

/// The outcome of a probe in words; whether it is a failure.
fn probed(url: &HttpUrl, took: Duration, answer: &Result<PostAnswer, FailedExchange>) -> (bool, String) {
    match answer {
        Ok(answer) => {
            let content_type = answer.content_type.as_deref().unwrap_or("no content type");
            let took = took.as_secs_f64() * 1000.0;
            let size = answer.body.size;
            (false, format!("{url} answers: HTTP {}, {content_type}, {size} bytes, after {took:.1} ms", answer.status))
        }
        Err(reason) => (true, reason.to_string()),
    }
}
