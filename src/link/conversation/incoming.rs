//! What the peer sends: its calls, which are judged, and its answers, which are put to our calls. How calls are answered is in `answers`.

use std::sync::Arc;

use serde_json::Value;

use super::framing::{EncodedMessage, Framing, ReceivedCall, ReceivedText};
use super::message::{PassingMessage, PendingRequest, SentResult};
use super::pending_calls::SentCall;
use super::{Conversation, out_frame};
use crate::behaviour::{Answer, CallOutcome, ProposedEffect};
use crate::clock::Moment;
use crate::compose::SpanMap;
use crate::link::outgoing::Outgoing;
use crate::ocpp::{
    ActionDefinition, ActionLookup, ErrorCode, Finding, FindingRule, MessageDefinition, MessageType, ReceivedPayload,
    Strictness, decisive,
};
use crate::rpc::srpc::payload_span;
use crate::trace::{ConnectionAttempt, Direction, EventKind, Frame, FrameKind, SilenceCause};

/// How many results are remembered for an error about them.
const REMEMBERED_RESULTS: usize = 16;

impl<F: Framing> Conversation<F> {
    /// Takes a call of the peer in and answers it.
    pub(in crate::link) fn on_call(&mut self, mut received: ReceivedText, call: ReceivedCall<'_, F::Question>, now: Moment) {
        let ReceivedCall { asked, action, payload } = call;
        let looked_up = self.lookup(action);
        let (found, as_written) = (std::mem::take(&mut received.findings), received.written.take());
        let (name, findings) = match &looked_up {
            ActionLookup::Known(definition) => {
                let mut findings = self.check(&definition.request, &payload, found);
                name_numbers_as_written(&mut findings, &payload, &received, MessageType::Call);
                if definition.is_send {
                    let message = format!("{action} is sent as SEND, which nothing answers, and not as a call");
                    let tolerated = self.settings.strictness == Strictness::Tolerant;
                    findings.push(Finding { path: String::new(), rule: FindingRule::Action, message, tolerated });
                }
                (definition.name.clone(), findings)
            }
            _ => (Arc::from(action), found),
        };
        let refusal = self.refusal(action, &looked_up, &findings);
        let exchange = self.numbers.next();
        self.record_received(received, FrameKind::Call, now, |frame| {
            frame.exchange = Some(exchange);
            frame.action = Some(name.clone());
            frame.findings = findings;
        });
        let payload = payload.or_empty();
        let definition = match looked_up {
            ActionLookup::Known(definition) => Some(definition),
            // The framing may not carry it, and the user may answer it all the same.
            _ => self.definition_of_peer(&name),
        };
        let request = PendingRequest {
            asked,
            action: name,
            definition,
            exchange,
            effect: ProposedEffect::default(),
            decided_by: SilenceCause::default(),
        };
        if self.gate.is_shut() {
            let payload = as_written.map_or_else(|| payload.into_value().into(), |written| *written);
            self.stop(PassingMessage::Question { request, refusal, payload }, now);
        } else {
            self.handle(request, refusal, payload, now);
        }
    }

    /// Takes a message of the peer in that nothing answers. The behaviour gets it when it is valid.
    pub(in crate::link) fn on_send(
        &mut self,
        mut received: ReceivedText,
        action: &str,
        payload: ReceivedPayload<'_>,
        now: Moment,
    ) {
        let looked_up = self.lookup(action);
        let (found, as_written) = (std::mem::take(&mut received.findings), received.written.take());
        let (name, findings) = match &looked_up {
            ActionLookup::Known(definition) if definition.is_send => {
                let mut findings = self.check(&definition.request, &payload, found);
                name_numbers_as_written(&mut findings, &payload, &received, MessageType::Send);
                (definition.name.clone(), findings)
            }
            ActionLookup::NoDefinitions => (Arc::from(action), found),
            ActionLookup::Known(_) | ActionLookup::Elsewhere | ActionLookup::Unknown => {
                let message = format!("{action} is no action that is sent as SEND to a {}", self.our_role());
                let finding = Finding { path: String::new(), rule: FindingRule::Action, message, tolerated: false };
                (Arc::from(action), vec![finding])
            }
        };
        let is_valid = decisive(&findings).is_none();
        self.record_received(received, FrameKind::Send, now, |frame| {
            frame.action = Some(name.clone());
            frame.findings = findings;
        });
        if is_valid {
            let payload = as_written.map_or_else(|| payload.or_empty().into_value().into(), |written| *written);
            self.pass(PassingMessage::Notice { action: name, payload }, now);
        }
    }

    /// The refusal of a payload in a call of this action; `None` when the payload is accepted.
    pub(super) fn judged(&self, action: &str, payload: &ReceivedPayload<'_>) -> Option<Answer> {
        let looked_up = self.lookup(action);
        let findings = match &looked_up {
            ActionLookup::Known(definition) => self.check(&definition.request, payload, Vec::new()),
            _ => Vec::new(),
        };
        self.refusal(action, &looked_up, &findings)
    }

    /// What is wrong with a payload of the peer, with what its reader found. A strict link tolerates nothing.
    pub(super) fn check(
        &self,
        message: &MessageDefinition,
        payload: &ReceivedPayload<'_>,
        mut found: Vec<Finding>,
    ) -> Vec<Finding> {
        let mut findings = message.check_received(payload, self.version);
        findings.append(&mut found);
        if self.settings.strictness == Strictness::Strict {
            findings.iter_mut().for_each(|finding| finding.tolerated = false);
        }
        findings
    }

    /// Refuses a call of the peer for a reason other than its payload.
    pub(in crate::link) fn refuse_call(
        &mut self,
        received: ReceivedText,
        call: ReceivedCall<'_, F::Question>,
        (code, description): (ErrorCode, String),
        now: Moment,
    ) {
        let (action, exchange) = (Arc::<str>::from(call.action), self.numbers.next());
        let definition = self.definition_of_peer(&action);
        self.record_received(received, FrameKind::Call, now, |frame| {
            frame.exchange = Some(exchange);
            frame.action = Some(action.clone());
        });
        let request = PendingRequest {
            asked: call.asked,
            action,
            definition,
            exchange,
            effect: ProposedEffect::default(),
            decided_by: SilenceCause::default(),
        };
        self.answer(request, Answer::Error { code, description }, now);
    }

    /// The action of a call that is under way.
    pub(in crate::link) fn asked(&self, id: &str) -> Option<&str> {
        self.pending.action(id)
    }

    /// The definition of an action that the peer may call.
    fn definition_of_peer(&self, action: &str) -> Option<Arc<ActionDefinition>> {
        self.catalog.action(self.version, self.our_role().peer(), action).cloned()
    }

    fn lookup(&self, action: &str) -> ActionLookup {
        match self.catalog.lookup(self.version, self.our_role().peer(), action) {
            ActionLookup::Known(definition) if !self.framing.carries(&definition) => ActionLookup::Elsewhere,
            looked_up => looked_up,
        }
    }

    /// The error with which a call is refused before the behaviour is asked.
    fn refusal(&self, action: &str, looked_up: &ActionLookup, findings: &[Finding]) -> Option<Answer> {
        let (version, role) = (self.version, self.our_role());
        let refuse = |code, precise: &dyn Fn() -> String| Answer::Error {
            code,
            description: self.framing.refusal(code, version, precise),
        };
        match looked_up {
            ActionLookup::Unknown => Some(refuse(ErrorCode::NotImplemented, &|| format!("{action} is no action of OCPP."))),
            ActionLookup::Elsewhere => {
                Some(refuse(ErrorCode::NotSupported, &|| format!("{action} is not for a {role} in OCPP {version}.")))
            }
            ActionLookup::Known(_) | ActionLookup::NoDefinitions => {
                decisive(findings).map(|finding| refuse(finding.rule.error_code(version), &|| describe(finding)))
            }
        }
    }

    /// Takes a result of the peer in.
    pub(in crate::link) fn on_result(
        &mut self,
        mut received: ReceivedText,
        id: &str,
        payload: ReceivedPayload<'_>,
        now: Moment,
    ) {
        let Some(sent) = self.pending.answered(id) else {
            return self.on_stray_answer(received, FrameKind::Result, None, id, now);
        };
        let (found, as_written) = (std::mem::take(&mut received.findings), received.written.take());
        let findings = match &sent.call.definition {
            Some(definition) => {
                let mut findings = self.check(&definition.response, &payload, found);
                name_numbers_as_written(&mut findings, &payload, &received, MessageType::Result);
                findings
            }
            None => found,
        };
        let fault = decisive(&findings);
        let code = fault.map(|finding| finding.rule.error_code(self.version));
        let complaint = fault.map_or_else(String::new, describe);
        self.record_received(received, FrameKind::Result, now, |frame| {
            frame.exchange = Some(sent.exchange);
            frame.action = Some(sent.call.action.clone());
            frame.code = code;
            frame.findings = findings;
        });
        let valid = code.is_none();
        if let Some(code) = code {
            self.dispute(&sent, code, &complaint, now);
        }
        let payload = as_written.map_or_else(|| payload.or_empty().into_value().into(), |written| *written);
        self.pass(PassingMessage::Result { sent, payload, valid }, now);
    }

    /// Reports a result to the peer that breaks the definitions or cannot be read, where the version has a message for that (OCPP 2.1 part 4
    /// §4.2.3).
    fn dispute(&mut self, sent: &SentCall, code: ErrorCode, why: &str, now: Moment) {
        if !self.version.dialect().has_type(MessageType::ResultError) {
            return;
        }
        let Some(EncodedMessage { text, content, outgoing }) = self.framing.result_error(&sent.id, self.version, (code, why))
        else {
            return;
        };
        let (exchange, action) = (Some(sent.exchange), Some(sent.call.action.clone()));
        let frame = Frame { action, content, exchange, code: Some(code), ..out_frame(FrameKind::ResultError, text) };
        self.send_message(outgoing, frame, now);
    }

    /// Remembers a result of ours for a while, where the peer may report that it cannot process it.
    pub(super) fn remember_result(&mut self, question: &F::Question, action: &Arc<str>, exchange: u64) {
        if !self.version.dialect().has_type(MessageType::ResultError) {
            return;
        }
        let Some(id) = self.framing.id_of(question) else { return };
        let result = SentResult { id: id.into(), action: action.clone(), exchange };
        if self.results.len() == REMEMBERED_RESULTS {
            self.results.pop_front();
        }
        self.results.push_back(result);
    }

    /// Takes an error about a result of ours in.
    pub(in crate::link) fn on_result_error(&mut self, received: ReceivedText, id: &str, code: &str, now: Moment) {
        let known = ErrorCode::parse(code);
        let place = self.results.iter().rposition(|result| *result.id == *id);
        let Some(result) = place.and_then(|place| self.results.remove(place)) else {
            let stray = "it is about no result of ours that was sent lately";
            let remark = received.remark.as_ref().map_or(stray.to_owned(), |remark| format!("{stray}; {remark}"));
            return self.record_received(received, FrameKind::ResultError, now, |frame| {
                frame.code = known;
                frame.remark = Some(remark.into());
            });
        };
        self.record_received(received, FrameKind::ResultError, now, |frame| {
            frame.exchange = Some(result.exchange);
            frame.action = Some(result.action);
            frame.code = known;
        });
    }

    /// Takes an error of the peer in.
    pub(in crate::link) fn on_error(
        &mut self,
        received: ReceivedText,
        id: &str,
        (code, description): (&str, &str),
        now: Moment,
    ) {
        self.take_failure(received, FrameKind::Error, id, (code, description), None, now);
    }

    /// Takes in what came in place of an answer and is none. `complaint` is what the peer gets to know about a result, where the version has a
    /// message for that.
    pub(in crate::link) fn take_unreadable(&mut self, received: ReceivedText, id: &str, complaint: Option<&str>, now: Moment) {
        self.take_failure(received, FrameKind::Malformed, id, (ErrorCode::GenericError.name(), ""), complaint, now);
    }

    fn take_failure(
        &mut self,
        received: ReceivedText,
        kind: FrameKind,
        id: &str,
        (code, description): (&str, &str),
        complaint: Option<&str>,
        now: Moment,
    ) {
        let known = ErrorCode::parse(code).filter(|_| kind == FrameKind::Error);
        let Some(sent) = self.pending.answered(id) else {
            return self.on_stray_answer(received, kind, known, id, now);
        };
        self.record_received(received, kind, now, |frame| {
            frame.exchange = Some(sent.exchange);
            frame.action = Some(sent.call.action.clone());
            frame.code = known;
        });
        if let Some(complaint) = complaint {
            self.dispute(&sent, ErrorCode::FormationViolation, complaint, now);
        }
        self.report(&sent.call, CallOutcome::Error { code, description }, now);
    }

    /// A call of ours did not reach the peer, so no answer will come.
    pub(in crate::link) fn take_unreachable(
        &mut self,
        id: &str,
        reason: String,
        attempt: Option<Box<ConnectionAttempt>>,
        now: Moment,
    ) {
        let Some(sent) = self.pending.answered(id) else { return }; // it was given up before
        let (exchange, action) = (sent.exchange, sent.call.action.clone());
        self.record(now, EventKind::Unreachable { exchange, action, reason: reason.as_str().into(), attempt });
        self.report(&sent.call, CallOutcome::Undelivered { reason: &reason }, now);
    }

    /// An answer that belongs to no call under way: it is late, or it was never asked for.
    fn on_stray_answer(&mut self, received: ReceivedText, kind: FrameKind, code: Option<ErrorCode>, id: &str, now: Moment) {
        let late = self.pending.late(id);
        let stray = match &late {
            Some(late) => {
                let after = now.monotonic.saturating_duration_since(late.given_up).as_secs_f64();
                format!("late: it came {after:.1} s after the call was given up")
            }
            None => "it answers no call of ours".to_owned(),
        };
        let remark = received.remark.as_ref().map_or(stray.clone(), |remark| format!("{stray}; {remark}"));
        self.record_received(received, kind, now, |frame| {
            frame.action = late.map(|late| late.action);
            frame.code = code;
            frame.remark = Some(remark.into());
        });
    }

    /// Refuses what cannot be read, with an answer when it can have one.
    pub(in crate::link) fn refuse(&mut self, received: ReceivedText, answer: Option<(F::Question, Answer)>, now: Moment) {
        let exchange = answer.is_some().then(|| self.numbers.next());
        self.record_received(received, FrameKind::Malformed, now, |frame| frame.exchange = exchange);
        if let (Some((asked, answer)), Some(exchange)) = (answer, exchange) {
            self.answer(
                PendingRequest {
                    asked,
                    action: Arc::from(""),
                    definition: None,
                    exchange,
                    effect: ProposedEffect::default(),
                    decided_by: SilenceCause::default(),
                },
                answer,
                now,
            );
        }
    }

    /// Records a frame of the peer whose further facts `rest` fills in.
    fn record_received(&mut self, received: ReceivedText, kind: FrameKind, now: Moment, rest: impl FnOnce(&mut Frame)) {
        let ReceivedText { text, content, remark, findings, origin, .. } = received;
        let mut frame = Frame { content, findings, remark, origin, ..Frame::new(Direction::In, kind, text) };
        rest(&mut frame);
        self.queue_outgoing(Outgoing::event(now, EventKind::Frame(frame)));
    }
}

/// Lets findings name numbers in the spelling of the peer; the value has lost it. In an envelope every value is a text.
fn name_numbers_as_written(
    findings: &mut [Finding],
    payload: &ReceivedPayload<'_>,
    received: &ReceivedText,
    kind: MessageType,
) {
    if findings.is_empty() {
        return;
    }
    let number_of =
        |finding: &Finding| payload.pointer(&finding.path).and_then(Value::as_number).filter(|number| number.is_f64());
    if received.content.is_some() || !findings.iter().any(|finding| number_of(finding).is_some()) {
        return;
    }
    let text = payload_span(&received.text, kind);
    let spans = SpanMap::of(text);
    for finding in findings {
        let written = spans.get(&finding.path).and_then(|place| text.get(place.value.clone()));
        if let (Some(number), Some(written)) = (number_of(finding), written) {
            finding.message = finding.message.replacen(&number.to_string(), written, 1);
        }
    }
}

fn describe(finding: &Finding) -> String {
    if finding.path.is_empty() { finding.message.clone() } else { format!("{}: {}", finding.path, finding.message) }
}
