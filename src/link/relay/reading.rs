//! A frame of a pair as it is recorded: what it is, what is wrong with it by the definitions, and which call it answers. Nothing here decides
//! whether it passes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use tokio_tungstenite::tungstenite::Bytes;

use crate::behaviour::CallObserver;
use crate::link::conversation::signed_facts;
use crate::ocpp::{ActionDefinition, ActionLookup, Catalog, ErrorCode, Finding, ReceivedPayload, Role, Strictness, Version};
use crate::rpc::srpc::{self, SignedPayload, SrpcMessage};
use crate::trace::{Direction, Frame, FrameKind, FrameOrigin, FramePassage, FrameText, NumberSource, PairLeg, PairLegs};

/// How many calls of one side are remembered until they are answered. Older ones are forgotten; their answers pass all the same.
const OPEN_CALLS: usize = 256;

/// Who speaks on a leg.
pub(super) const fn speaker(leg: PairLeg) -> Role {
    match leg {
        PairLeg::Station => Role::ChargePoint,
        PairLeg::Upstream => Role::CentralSystem,
    }
}

/// The direction of what comes from a leg.
pub(super) const fn direction_from(leg: PairLeg) -> Direction {
    match leg {
        PairLeg::Station => Direction::In,
        PairLeg::Upstream => Direction::Out,
    }
}

/// A call that has no answer yet.
#[derive(Debug)]
pub(super) struct UnansweredCall {
    pub exchange: u64,
    pub action: Arc<str>,
    pub definition: Option<Arc<ActionDefinition>>,
    pub since: Instant,
    pub caller: Caller,
}

/// Whose call it is.
#[derive(Debug)]
pub(super) enum Caller {
    /// The other side's, which gets the answer.
    Peer,
    /// The other side's, whose id was taken; the answer gets this one back, as it was written.
    Renamed(Box<str>),
    /// Ours.
    Ours(Option<CallObserver>),
}

/// The calls of both sides, and ours, that have no answer yet.
#[derive(Debug, Default)]
pub(super) struct UnansweredCalls {
    /// Oldest first. Of each side there is one as a rule, so they are looked through.
    calls: VecDeque<OpenCall>,
}

/// A call, the leg on which its answer is to come, and its id.
#[derive(Debug)]
struct OpenCall {
    answerer: PairLeg,
    id: Box<str>,
    call: UnansweredCall,
}

impl UnansweredCalls {
    /// Remembers a call whose answer is to come on this leg.
    pub fn insert(&mut self, answerer: PairLeg, id: &str, call: UnansweredCall) {
        // A second call with the id of an open one takes its place.
        drop(self.answered(answerer, id));
        if self.calls.len() >= 2 * OPEN_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(OpenCall { answerer, id: id.into(), call });
    }

    fn place(&self, answerer: PairLeg, id: &str) -> Option<usize> {
        self.calls.iter().position(|open| open.answerer == answerer && *open.id == *id)
    }

    /// The call that an answer on this leg ends.
    pub fn answered(&mut self, leg: PairLeg, id: &str) -> Option<UnansweredCall> {
        self.place(leg, id).and_then(|place| self.calls.remove(place)).map(|open| open.call)
    }

    /// Whether a call with this id waits for its answer on this leg, and whose it is.
    pub fn get(&self, answerer: PairLeg, id: &str) -> Option<&UnansweredCall> {
        self.place(answerer, id).map(|place| &self.calls[place].call)
    }

    /// Since when the newest call waits on this leg.
    pub fn newest(&self, answerer: PairLeg) -> Option<Instant> {
        self.calls.iter().filter(|open| open.answerer == answerer).map(|open| open.call.since).max()
    }

    /// Takes the calls of ours out that pass this test.
    pub fn take_ours(&mut self, is_meant: impl Fn(PairLeg, &UnansweredCall) -> bool) -> Vec<(PairLeg, UnansweredCall)> {
        let is_ours = |open: &OpenCall| matches!(open.call.caller, Caller::Ours(_)) && is_meant(open.answerer, &open.call);
        if !self.calls.iter().any(is_ours) {
            return Vec::new();
        }
        let (ours, rest): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.calls).into_iter().partition(is_ours);
        self.calls = rest;
        ours.into_iter().map(|open| (open.answerer, open.call)).collect()
    }

    /// The calls of ours.
    pub fn ours(&self) -> impl Iterator<Item = &UnansweredCall> {
        self.calls.iter().map(|open| &open.call).filter(|call| matches!(call.caller, Caller::Ours(_)))
    }
}

/// What a frame is, beyond its record.
#[derive(Debug)]
pub(super) struct ReadFrame {
    pub frame: Frame,
    /// Its id, of a call or an answer.
    pub id: Option<String>,
    /// The call that it answers.
    pub answers: Option<UnansweredCall>,
    /// The definition of the action of a call.
    pub definition: Option<Arc<ActionDefinition>>,
}

/// Reads frames of one pair.
pub(super) struct FrameReader<'a> {
    pub catalog: &'a Catalog,
    pub version: Version,
    pub numbers: &'a NumberSource,
    pub open: &'a mut UnansweredCalls,
}

impl FrameReader<'_> {
    /// Reads a text that came on this leg. An answer takes its call out.
    pub fn read(&mut self, from: PairLeg, text: &FrameText) -> ReadFrame {
        let mut frame = plain(from, text.clone(), false);
        let read = |frame| ReadFrame { frame, id: None, answers: None, definition: None };
        let decoded = match srpc::decode(text, self.version, Strictness::Tolerant) {
            Ok(decoded) => decoded,
            Err(malformed) => {
                frame.remark = Some(malformed.to_string().into());
                return read(frame);
            }
        };
        frame.remark = decoded.remark.map(Into::into);
        frame.findings = decoded.findings;
        match decoded.message {
            SrpcMessage::Call { id, action, payload } => {
                frame.kind = FrameKind::Call;
                frame.exchange = Some(self.numbers.next());
                let (action, payload) = self.unwrapped(&action, id.key(), payload, &mut frame);
                let definition = self.request(from, action, &payload, &mut frame);
                ReadFrame { id: Some(id.key().to_owned()), definition, ..read(frame) }
            }
            SrpcMessage::Send { id, action, payload } => {
                frame.kind = FrameKind::Send;
                let (action, payload) = self.unwrapped(&action, id.key(), payload, &mut frame);
                let definition = self.request(from, action, &payload, &mut frame);
                ReadFrame { definition, ..read(frame) }
            }
            SrpcMessage::Result { id, mut payload } => {
                frame.kind = FrameKind::Result;
                if self.version.dialect().signed_messages && SignedPayload::is_one(&payload) {
                    payload = signed_in(payload, id.key(), &mut frame);
                }
                let answers = self.answer(from, id.key(), &mut frame);
                let definition = answers.as_ref().and_then(|call| call.definition.as_ref());
                let findings = definition.map(|known| known.response.check_received(&payload, self.version));
                frame.findings.extend(findings.into_iter().flatten());
                let fault = crate::ocpp::decisive(&frame.findings);
                frame.code = fault.map(|finding| finding.rule.error_code(self.version));
                ReadFrame { id: Some(id.key().to_owned()), answers, ..read(frame) }
            }
            SrpcMessage::Error { id, code, .. } => {
                frame.kind = FrameKind::Error;
                frame.code = ErrorCode::parse(&code);
                let answers = self.answer(from, id.key(), &mut frame);
                ReadFrame { id: Some(id.key().to_owned()), answers, ..read(frame) }
            }
            SrpcMessage::ResultError { code, .. } => {
                frame.kind = FrameKind::ResultError;
                frame.code = ErrorCode::parse(&code);
                read(frame)
            }
        }
    }

    /// The same frame with another text: what is known of it is about that one, and it stays in its exchange.
    pub fn reread(&mut self, from: PairLeg, before: ReadFrame, text: &FrameText) -> ReadFrame {
        let ReadFrame { frame: was, answers, .. } = before;
        let answered = match message_of(text, self.version) {
            Some(SrpcMessage::Result { id, .. } | SrpcMessage::Error { id, .. }) => Some(id.key().to_owned()),
            _ => None,
        };
        let mut kept = answers;
        if let Some(id) = answered
            && let Some(call) = kept.take()
        {
            self.open.insert(from, &id, call);
        }
        let mut read = self.read(from, text);
        read.answers = read.answers.or(kept);
        read.frame.exchange = was.exchange;
        read.frame.origin = was.origin;
        if read.frame.action.is_none() {
            read.frame.action = was.action;
        }
        read
    }

    /// The action and the payload of a request, of a signed one those that were signed.
    fn unwrapped<'p>(
        &self,
        name: &'p str,
        id: &str,
        payload: ReceivedPayload<'p>,
        frame: &mut Frame,
    ) -> (&'p str, ReceivedPayload<'p>) {
        match SignedPayload::action(name).filter(|_| self.version.dialect().signed_messages) {
            Some(action) => (action, signed_in(payload, id, frame)),
            None => (name, payload),
        }
    }

    /// Fills in the action of a call or a SEND, and what is wrong with its payload.
    fn request(
        &self,
        from: PairLeg,
        action: &str,
        payload: &ReceivedPayload<'_>,
        frame: &mut Frame,
    ) -> Option<Arc<ActionDefinition>> {
        let known = self.catalog.lookup(self.version, speaker(from), action);
        let remark = match &known {
            ActionLookup::Known(definition) => {
                frame.findings.extend(definition.request.check_received(payload, self.version));
                frame.action = Some(definition.name.clone());
                let ActionLookup::Known(definition) = known else { return None };
                return Some(definition);
            }
            ActionLookup::NoDefinitions => None,
            ActionLookup::Elsewhere => Some(format!("{action} is not for a {} in OCPP {}", speaker(from), self.version)),
            ActionLookup::Unknown => Some(format!("{action} is no action of OCPP {}", self.version)),
        };
        frame.action = Some(action.into());
        if let Some(remark) = remark {
            frame.remark = Some(match frame.remark.take() {
                Some(before) => format!("{before}\n{remark}").into(),
                None => remark.into(),
            });
        }
        None
    }

    /// Fills in the call that an answer ends.
    fn answer(&mut self, from: PairLeg, id: &str, frame: &mut Frame) -> Option<UnansweredCall> {
        let call = self.open.answered(from, id);
        match &call {
            Some(call) => {
                frame.exchange = Some(call.exchange);
                frame.action = Some(call.action.clone());
            }
            None => {
                let stray = "it answers no call that is open";
                frame.remark = Some(frame.remark.take().map_or(stray.into(), |before| format!("{before}\n{stray}").into()));
            }
        }
        call
    }
}

/// What is signed in a payload. One that cannot be read stays, with a remark.
fn signed_in<'p>(payload: ReceivedPayload<'p>, id: &str, frame: &mut Frame) -> ReceivedPayload<'p> {
    match SignedPayload::read(&payload) {
        Ok(signed) => {
            let (content, facts) = signed_facts(&signed, id);
            let header = facts.and_then(|facts| facts.signed.clone());
            let origin = frame.origin.take().map(Arc::unwrap_or_clone).unwrap_or_default();
            frame.origin = Some(Arc::new(FrameOrigin { signed: header, ..origin }));
            frame.content = content;
            // Names that occur twice in the JWS are not in the payload.
            frame.findings.clear();
            signed.value.into()
        }
        Err(error) => {
            frame.remark = Some(error.to_string().into());
            payload
        }
    }
}

/// A frame that came on this leg and of which nothing is known yet. It is on both when it passes.
fn plain(from: PairLeg, text: FrameText, binary: bool) -> Frame {
    let passage = Some(FramePassage::of(PairLegs::Both));
    let origin = Some(Arc::new(FrameOrigin { binary, passage, ..FrameOrigin::default() }));
    Frame { origin, ..Frame::new(direction_from(from), FrameKind::Malformed, text) }
}

/// A binary frame as it is recorded: as hexadecimal digits.
pub(super) fn binary_frame(from: PairLeg, bytes: &Bytes) -> Frame {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let remark = format!("a binary frame of {} bytes: OCPP messages are text frames", bytes.len());
    Frame { remark: Some(remark.into()), ..plain(from, hex.into(), true) }
}

/// The message that a text is; `None` for one that cannot be read.
pub(super) fn message_of(text: &str, version: Version) -> Option<SrpcMessage<'_>> {
    srpc::decode(text, version, Strictness::Tolerant).ok().map(|decoded| decoded.message)
}

/// Changes what is known of the passage of a frame that is not recorded yet.
pub(super) fn with_passage(mut frame: Frame, change: impl FnOnce(&mut FramePassage)) -> Frame {
    let mut origin = frame.origin.take().map(Arc::unwrap_or_clone).unwrap_or_default();
    change(origin.passage.get_or_insert_with(|| FramePassage::of(PairLegs::Both)));
    frame.origin = Some(Arc::new(origin));
    frame
}

/// The findings about the payload of a call of ours.
pub(super) fn findings_of(
    definition: Option<&ActionDefinition>,
    payload: &serde_json::Value,
    version: Version,
) -> Vec<Finding> {
    definition.map_or_else(Vec::new, |definition| definition.request.check(payload, version))
}
