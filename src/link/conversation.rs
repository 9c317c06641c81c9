//! What is said on a link, without the wire: a received text goes in; texts to send and happenings to tell come out. It decodes,
//! checks against the catalog, asks the behaviour, and keeps our calls and their time limits. The socket is `websocket`'s.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};

use super::behaviour::{Answer, Behaviour, IncomingCall, Moment, Outbox, Outcome};
use super::call_end::{CallEnd, WhenEnded};
use super::error_answer::{describe, error, shortened};
use super::held::{Due, HeldAnswers};
use super::pending::{Pending, QueuedCall, SentCall};
use super::settings::LinkSettings;
use crate::ocpp::{Catalog, ErrorCode, Lookup, Version, decisive};
use crate::rpc::srpc::{self, Malformed, Message, MessageId, Reply};
use crate::trace::{Direction, Frame, FrameKind, Happening, Numbers, Text};

/// What is kept of a call of the peer until it is answered.
#[derive(Debug)]
struct Question {
    id: MessageId,
    action: Arc<str>,
    exchange: u64,
}

/// One link's conversation in one version.
pub(super) struct Conversation {
    catalog: Arc<Catalog>,
    settings: Arc<LinkSettings>,
    numbers: Numbers,
    version: Version,
    behaviour: Box<dyn Behaviour>,
    pending: Pending,
    held: HeldAnswers<Question>,
    outbox: Outbox,
    lengths: (usize, usize),
    /// Texts to send, oldest first.
    pub outgoing: Vec<Text>,
    /// What happened, oldest first.
    pub told: Vec<(Moment, Happening)>,
}

impl Conversation {
    /// A conversation that begins now. Its behaviour hears of the link at once.
    pub fn begin(
        catalog: Arc<Catalog>,
        settings: Arc<LinkSettings>,
        numbers: Numbers,
        version: Version,
        behaviour: Box<dyn Behaviour>,
        now: Moment,
    ) -> Conversation {
        let mut conversation = Conversation {
            catalog,
            settings,
            numbers,
            version,
            behaviour,
            pending: Pending::default(),
            held: HeldAnswers::default(),
            outbox: Outbox::default(),
            lengths: (0, 0),
            outgoing: Vec::new(),
            told: Vec::new(),
        };
        conversation.behaviour.connected(version, now, &mut conversation.outbox);
        conversation.settle(now);
        conversation
    }

    /// Other limits hold from now on; calls under way keep their time limit.
    pub fn change_settings(&mut self, settings: Arc<LinkSettings>) {
        self.settings = settings;
    }

    /// Takes a text of the peer in.
    pub fn receive(&mut self, text: Text, now: Moment) {
        match srpc::decode(text.as_str(), self.version) {
            Ok(decoded) => {
                let remark = decoded.remark.map(String::into_boxed_str);
                match decoded.message {
                    Message::Call { id, action, payload } => self.take_call(text, remark, id, &action, payload, now),
                    Message::Result { id, payload } => self.take_result(text, remark, &id, payload, now),
                    Message::Error { id, code, description, .. } => {
                        self.take_error(text, remark, &id, (&code, description), now)
                    }
                }
            }
            Err(malformed) => self.refuse(text, malformed, now),
        }
        self.settle(now);
    }

    /// Notes a binary frame. OCPP has none; nothing is answered and the link stays.
    pub fn receive_binary(&mut self, bytes: &[u8], now: Moment) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let remark = format!("a binary frame of {} bytes: OCPP messages are text frames", bytes.len());
        self.tell_frame(Direction::In, FrameKind::Malformed, Text::from(hex), now, |frame| frame.remark = Some(remark.into()));
    }

    /// Whether somebody behind the link looks at a frame first; the ticket names it.
    pub fn inspect(&mut self, direction: Direction, text: &str) -> Option<u64> {
        self.behaviour.inspect(direction, text)
    }

    /// A call that a person or the behaviour wants to make. It waits its turn.
    pub fn call(&mut self, action: &str, payload: Value, now: Moment) {
        self.ask(action, payload, None, now);
    }

    /// The same, for somebody who wants to know how it ends.
    pub fn ask(&mut self, action: &str, payload: Value, then: Option<WhenEnded>, now: Moment) {
        if self.pending.lengths().1 >= self.settings.calls_queued {
            let text = format!("{action} was not sent: {} calls wait already on this link", self.settings.calls_queued);
            self.told.push((now, Happening::Note { failure: true, text: text.into() }));
            return;
        }
        let definition = self.catalog.action(self.version, self.behaviour.role(), action).cloned();
        let findings = match &definition {
            Some(definition) => definition.request.check(&payload, self.version),
            None => Vec::new(),
        };
        let action = definition.as_ref().map_or_else(|| Arc::from(action), |definition| definition.name.clone());
        self.pending.queue(QueuedCall { action, definition, payload, findings, then });
        self.settle(now);
    }

    /// Sends a text as it is. When it is a call, its answer is linked with it like any other.
    pub fn raw(&mut self, text: String, now: Moment) {
        let text = Text::from(text);
        let decoded = srpc::decode(text.as_str(), self.version);
        self.outgoing.push(text.clone());
        match decoded {
            Ok(srpc::Decoded { message: Message::Call { id, action, payload }, remark }) => {
                let definition = self.catalog.action(self.version, self.behaviour.role(), &action).cloned();
                let call = QueuedCall { action: action.into(), definition, payload, findings: Vec::new(), then: None };
                let (exchange, action) = self.note_sent(id.to_string(), call, now);
                self.tell_frame(Direction::Out, FrameKind::Call, text, now, |frame| {
                    frame.exchange = Some(exchange);
                    frame.action = Some(action);
                    frame.remark = remark.map(String::into_boxed_str);
                });
            }
            Ok(decoded) => {
                let kind = match decoded.message {
                    Message::Result { .. } => FrameKind::Result,
                    _ => FrameKind::Error,
                };
                self.tell_frame(Direction::Out, kind, text, now, |_| {});
            }
            Err(malformed) => self.tell_frame(Direction::Out, FrameKind::Malformed, text, now, |frame| {
                frame.remark = Some(malformed.to_string().into());
            }),
        }
        self.settle(now);
    }

    /// What was to be sent is on its way: that is when it happened, and an answer's latency is ours to be seen.
    pub fn sent(&mut self, now: Instant) {
        for (when, happening) in &mut self.told {
            if matches!(happening, Happening::Frame(Frame { direction: Direction::Out, .. })) {
                *when = when.at(now);
            }
        }
    }

    /// The time that [`next_deadline`](Self::next_deadline) named has come.
    pub fn tick(&mut self, now: Moment) {
        while let Some(sent) = self.pending.expired(now.monotonic) {
            let after = self.settings.call_timeout;
            let action = sent.call.action.clone();
            self.told.push((now, Happening::Timeout { exchange: sent.exchange, action, after }));
            self.report(sent, Outcome::Timeout, CallEnd::Timeout, now);
        }
        while let Some(due) = self.held.due(now.monotonic) {
            self.answer_due(due, now);
        }
        if self.behaviour.deadline().is_some_and(|deadline| deadline <= now.monotonic) {
            self.behaviour.deadline_reached(now, &mut self.outbox);
        }
        self.settle(now);
    }

    /// When [`tick`](Self::tick) must be called.
    pub fn next_deadline(&self) -> Option<Instant> {
        [self.pending.deadline(), self.held.deadline(), self.behaviour.deadline()].into_iter().flatten().min()
    }

    /// The link is lost: open calls end, and the behaviour comes back for the next link.
    pub fn end(mut self, now: Moment) -> (Box<dyn Behaviour>, Vec<(Moment, Happening)>) {
        let (sent, unsent) = self.pending.clear();
        for sent in sent {
            let text = format!("{} got no answer: the link was lost", sent.call.action);
            self.told.push((now, Happening::Note { failure: true, text: text.into() }));
            self.report(sent, Outcome::LinkLost, CallEnd::Lost, now);
        }
        if unsent > 0 {
            let text = format!("{unsent} queued calls were not sent: the link was lost");
            self.told.push((now, Happening::Note { failure: true, text: text.into() }));
        }
        self.behaviour.disconnected(now);
        (self.behaviour, self.told)
    }

    fn take_call(
        &mut self,
        text: Text,
        remark: Option<Box<str>>,
        id: MessageId,
        action: &str,
        mut payload: Value,
        now: Moment,
    ) {
        let looked_up = self.catalog.look_up(self.version, self.behaviour.role().peer(), action);
        let (name, findings) = match &looked_up {
            Lookup::Known(definition) => (definition.name.clone(), definition.request.check(&payload, self.version)),
            _ => (Arc::from(action), Vec::new()),
        };
        let refusal = match &looked_up {
            Lookup::Unknown => {
                Some(error(ErrorCode::NotImplemented, self.version, || format!("{action} is no action of OCPP.")))
            }
            Lookup::Elsewhere => Some(error(ErrorCode::NotSupported, self.version, || {
                format!("{action} is not for a {} in OCPP {}.", self.behaviour.role(), self.version)
            })),
            Lookup::Known(_) | Lookup::NoDefinitions => decisive(&findings)
                .map(|finding| error(finding.rule.error_code(self.version), self.version, || describe(finding))),
        };
        let exchange = self.numbers.next();
        self.tell_frame(Direction::In, FrameKind::Call, text, now, |frame| {
            frame.exchange = Some(exchange);
            frame.action = Some(name.clone());
            frame.findings = findings;
            frame.remark = remark;
        });
        let answer = refusal.unwrap_or_else(|| {
            if payload.is_null() {
                payload = Value::Object(Map::new()); // `null` may stand for no fields (OCPP-J 1.6 §4.2.1)
            }
            let call = IncomingCall { action, payload: &payload, version: self.version };
            self.behaviour.answer(call, now, &mut self.outbox)
        });
        self.answer(Question { id, action: name, exchange }, answer, now);
    }

    fn answer(&mut self, question: Question, answer: Answer, now: Moment) {
        let (text, kind, code) = match answer {
            Answer::Silence => return,
            Answer::Delayed(delay, answer) => return self.held.delay(question, *answer, delay, now.monotonic),
            Answer::Later(later) => {
                if let Err(due) = self.held.wait(question, later, now.monotonic) {
                    self.answer_due(due, now);
                }
                return;
            }
            Answer::Result(payload) => (srpc::encode_result(&question.id, &payload), FrameKind::Result, None),
            Answer::Error { code, description } => {
                let description = shortened(&description);
                (srpc::encode_error(&question.id, code, description), FrameKind::Error, Some(code))
            }
        };
        let text = Text::from(text);
        self.outgoing.push(text.clone());
        self.tell_frame(Direction::Out, kind, text, now, |frame| {
            frame.exchange = Some(question.exchange);
            frame.action = Some(question.action);
            frame.code = code;
        });
    }

    /// An answer that was awaited from elsewhere has been decided.
    pub fn decide(&mut self, ticket: u64, decision: Option<Answer>, now: Moment) {
        if let Some((question, answer)) = self.held.decide(ticket, decision) {
            self.answer(question, answer, now);
        }
        self.settle(now);
    }

    fn answer_due(&mut self, due: Due<Question>, now: Moment) {
        if let Some(patience) = due.undecided {
            let (action, seconds) = (&due.question.action, patience.as_secs_f64());
            let text = format!("{action} gets its usual answer: no other one was decided within {seconds} s");
            self.told.push((now, Happening::Note { failure: true, text: text.into() }));
        }
        self.answer(due.question, due.answer, now);
    }

    fn take_result(&mut self, text: Text, remark: Option<Box<str>>, id: &MessageId, mut payload: Value, now: Moment) {
        let Some(sent) = self.answered(id) else {
            return self.take_stray(text, FrameKind::Result, remark, None, id, now);
        };
        let findings = match &sent.call.definition {
            Some(definition) => definition.response.check(&payload, self.version),
            None => Vec::new(),
        };
        let code = decisive(&findings).map(|finding| finding.rule.error_code(self.version));
        self.tell_frame(Direction::In, FrameKind::Result, text, now, |frame| {
            frame.exchange = Some(sent.exchange);
            frame.action = Some(sent.call.action.clone());
            frame.code = code;
            frame.findings = findings;
            frame.remark = remark;
        });
        let valid = code.is_none();
        if payload.is_null() {
            payload = Value::Object(Map::new());
        }
        let end = if sent.call.then.is_some() { CallEnd::Result(payload.clone()) } else { CallEnd::Lost };
        self.report(sent, Outcome::Result { payload: &payload, valid }, end, now);
    }

    fn take_error(
        &mut self,
        text: Text,
        remark: Option<Box<str>>,
        id: &MessageId,
        (code, description): (&str, String),
        now: Moment,
    ) {
        let known = ErrorCode::parse(code);
        let Some(sent) = self.answered(id) else {
            return self.take_stray(text, FrameKind::Error, remark, known, id, now);
        };
        self.tell_frame(Direction::In, FrameKind::Error, text, now, |frame| {
            frame.exchange = Some(sent.exchange);
            frame.action = Some(sent.call.action.clone());
            frame.code = known;
            frame.remark = remark;
        });
        self.report(sent, Outcome::Error { code }, CallEnd::Error { code: code.to_owned(), description }, now);
    }

    /// An answer that belongs to no call under way: it is late, or it was never asked for.
    fn take_stray(
        &mut self,
        text: Text,
        kind: FrameKind,
        remark: Option<Box<str>>,
        code: Option<ErrorCode>,
        id: &MessageId,
        now: Moment,
    ) {
        let late = id.as_str().and_then(|id| self.pending.late(id));
        let stray = match &late {
            Some(late) => {
                let after = now.monotonic.saturating_duration_since(late.given_up).as_secs_f64();
                format!("late: it came {after:.1} s after the call was given up")
            }
            None => "it answers no call of ours".to_owned(),
        };
        self.tell_frame(Direction::In, kind, text, now, |frame| {
            frame.action = late.map(|late| late.action);
            frame.code = code;
            frame.remark = Some(remark.map_or(stray.clone(), |remark| format!("{stray}; {remark}")).into());
        });
    }

    fn refuse(&mut self, text: Text, malformed: Malformed, now: Moment) {
        let exchange = malformed.reply.is_some().then(|| self.numbers.next());
        self.tell_frame(Direction::In, FrameKind::Malformed, text, now, |frame| {
            frame.exchange = exchange;
            frame.remark = Some(malformed.to_string().into());
        });
        if let (Some(reply), Some(exchange)) = (malformed.reply, exchange) {
            let Reply { id, code, description } = *reply;
            let answer = Answer::Error { code, description };
            self.answer(Question { id, action: Arc::from(""), exchange }, answer, now);
        }
    }

    fn answered(&mut self, id: &MessageId) -> Option<SentCall> {
        match id.as_str() {
            Some(id) => self.pending.answered(id),
            None => self.pending.answered(&id.to_string()),
        }
    }

    /// Tells the behaviour how a call ended, and whoever asked for it (`end` is the same for them to keep).
    fn report(&mut self, sent: SentCall, outcome: Outcome<'_>, end: CallEnd, now: Moment) {
        let QueuedCall { action, payload, then, .. } = sent.call;
        self.behaviour.answered(&action, &payload, outcome, now, &mut self.outbox);
        if let Some(then) = then {
            then.tell(end);
        }
    }

    /// After every turn: what the behaviour wants to call is queued, and what may be sent is sent.
    fn settle(&mut self, now: Moment) {
        if !self.outbox.is_empty() {
            for wanted in self.outbox.take() {
                self.call(&wanted.action, wanted.payload, now);
            }
        }
        while let Some(mut call) = self.pending.next(self.settings.calls_in_flight) {
            let id = uuid::Uuid::new_v4().to_string();
            let text = Text::from(srpc::encode_call(&id, &call.action, &call.payload));
            let findings = std::mem::take(&mut call.findings);
            self.outgoing.push(text.clone());
            let (exchange, action) = self.note_sent(id, call, now);
            self.tell_frame(Direction::Out, FrameKind::Call, text, now, |frame| {
                frame.exchange = Some(exchange);
                frame.action = Some(action);
                frame.findings = findings;
            });
        }
        let lengths = self.pending.lengths();
        if lengths != self.lengths {
            self.lengths = lengths;
            let (in_flight, queued) = (lengths.0 as u32, lengths.1 as u32);
            self.told.push((now, Happening::Queue { in_flight, queued }));
        }
    }

    fn note_sent(&mut self, id: String, call: QueuedCall, now: Moment) -> (u64, Arc<str>) {
        let exchange = self.numbers.next();
        let action = call.action.clone();
        self.pending.sent(SentCall { id, exchange, deadline: now.monotonic + self.settings.call_timeout, call });
        (exchange, action)
    }

    fn tell_frame(&mut self, direction: Direction, kind: FrameKind, text: Text, now: Moment, rest: impl FnOnce(&mut Frame)) {
        let findings = Vec::new();
        let mut frame = Frame { direction, kind, action: None, text, exchange: None, code: None, findings, remark: None };
        rest(&mut frame);
        self.told.push((now, Happening::Frame(frame)));
    }
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
