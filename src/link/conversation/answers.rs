//! How a call of the peer is answered: the behaviour proposes, the filters decide, the answer is written, and when it has left the
//! behaviour carries out what follows.

use std::time::Duration;

use super::framing::{EncodedMessage, Framing, OwnReply};
use super::message::{DeferredRequest, DelayedAnswer, PassingMessage, PendingRequest};
use super::{Conversation, out_frame};
use crate::behaviour::{Answer, FilterDecision, IncomingCall, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::link::outgoing::{Outgoing, SentAnswer};
use crate::ocpp::ReceivedPayload;
use crate::trace::{EventKind, Frame, FrameKind};

impl<F: Framing> Conversation<F> {
    /// Answers a call of the peer: with a refusal when it is invalid, with the decision of behaviour and filters when
    /// it is valid.
    pub(super) fn handle(
        &mut self,
        mut request: PendingRequest<F::Question>,
        refusal: Option<Answer>,
        payload: ReceivedPayload<'_>,
        now: Moment,
    ) {
        if let Some(refusal) = refusal {
            return self.answer(request, refusal, now);
        }
        let call = IncomingCall { action: &request.action, payload: &payload, version: self.version };
        let Proposal { answer: proposed, effect } = self.responder.behaviour.propose(call, now);
        request.effect = effect;
        if self.responder.filters.is_empty() {
            return self.answer(request, proposed, now);
        }
        self.ask_filters(
            DeferredRequest { request, payload, proposed, next_filter: 0, delay: None, timeout: Duration::ZERO },
            now,
        );
    }

    /// Asks the filters in their order, until one decides or defers its decision. Without a decision the proposed
    /// answer is sent.
    fn ask_filters(&mut self, mut deferred: DeferredRequest<'_, F::Question>, now: Moment) {
        while let Some(filter) = self.responder.filters.get_mut(deferred.next_filter) {
            deferred.next_filter += 1;
            let call = IncomingCall { action: &deferred.request.action, payload: &deferred.payload, version: self.version };
            match filter.filter(call, &deferred.proposed) {
                FilterDecision::Keep => {}
                FilterDecision::Delay(delay) => deferred.delay = Some(delay),
                FilterDecision::Replace(answer) => {
                    deferred.request.decided_by = filter.silence_cause();
                    return self.answer(deferred.request, answer.after(deferred.delay), now);
                }
                FilterDecision::Wait { .. } if self.deferred.is_full() => return self.answer_expired(deferred, now),
                FilterDecision::Wait { ticket, timeout } => {
                    deferred.timeout = timeout.unwrap_or_default();
                    let deadline = timeout.map(|timeout| now.monotonic + timeout);
                    return self.deferred.wait(ticket, deadline, deferred.into_owned());
                }
            }
        }
        self.answer(deferred.request, deferred.proposed.after(deferred.delay), now);
    }

    /// A filter has decided. Without an answer the filters behind it are asked. A ticket that is not awaited (any more) is ignored.
    pub fn decide(&mut self, ticket: u64, decision: Option<Answer>, now: Moment) {
        if let Some(mut deferred) = self.deferred.take(ticket) {
            // The filter that waits was counted when it was asked.
            let filter = deferred.next_filter.checked_sub(1).and_then(|filter| self.responder.filters.get(filter));
            deferred.request.decided_by = filter.map(|filter| filter.silence_cause()).unwrap_or_default();
            match decision {
                Some(answer) => self.answer(deferred.request, answer.after(deferred.delay), now),
                None => self.ask_filters(deferred, now),
            }
        }
        self.flush_calls(now);
    }

    /// A filter took too long, or too many requests wait already.
    pub(super) fn answer_expired(&mut self, deferred: DeferredRequest<'_, F::Question>, now: Moment) {
        let DeferredRequest { request, proposed, delay, timeout, .. } = deferred;
        let (action, seconds) = (&request.action, timeout.as_secs_f64());
        let text = format!("{action} gets its default answer: no other one was decided within {seconds} s");
        self.record(now, EventKind::Note { failure: true, text: text.into() });
        self.answer(request, proposed.after(delay), now);
    }

    /// Lets an answer pass on its way out.
    pub(super) fn answer(&mut self, request: PendingRequest<F::Question>, answer: Answer, now: Moment) {
        if self.gate.is_shut() {
            self.stop(PassingMessage::Answer { request, answer }, now);
        } else {
            self.send_answer(request, answer, now);
        }
    }

    /// Writes our answer, now or when its delay is over. What was proposed with a silent answer is dropped.
    pub(super) fn send_answer(&mut self, request: PendingRequest<F::Question>, answer: Answer, now: Moment) {
        let (kind, code, reply) = match &answer {
            Answer::Silence => {
                let PendingRequest { asked, action, exchange, decided_by: by, .. } = request;
                self.record(now, EventKind::Unanswered { exchange, action, by });
                return self.framing.drop_request(asked);
            }
            Answer::Result(payload) => (FrameKind::Result, None, OwnReply::Result(payload)),
            Answer::Error { code, description } => {
                (FrameKind::Error, Some(*code), OwnReply::Error { code: *code, description })
            }
            Answer::Delayed(delay, _) => {
                let due = now.monotonic + *delay;
                if let Answer::Delayed(_, answer) = answer {
                    self.delayed.push(DelayedAnswer { due, request, answer: *answer });
                }
                return;
            }
        };
        let PendingRequest { asked, action, definition, exchange, effect, .. } = request;
        // A rule, a plugin or a user may have written the result; what is wrong with it is reported of ours as of the peer's.
        let findings = match &answer {
            Answer::Result(payload) => definition.map_or_else(Vec::new, |known| known.response.check(payload, self.version)),
            _ => Vec::new(),
        };
        if kind == FrameKind::Result {
            self.remember_result(&asked, &action, exchange);
        }
        let EncodedMessage { text, content, outgoing } = self.framing.answer(asked, self.version, &action, &reply);
        let (exchange, action) = (Some(exchange), Some(action));
        let frame = Frame { action, content, exchange, code, findings, ..out_frame(kind, text) };
        self.queue_outgoing(Outgoing {
            message: Some(outgoing),
            event: Some((now, EventKind::Frame(frame))),
            commit: (!effect.is_empty()).then(|| Box::new(SentAnswer { effect, answer })),
        });
    }

    /// Hands a message over that nothing answers. The filters see it too; what they decide has no effect.
    pub(super) fn handle_notice(&mut self, action: &str, payload: ReceivedPayload<'_>, now: Moment) {
        let call = IncomingCall { action, payload: &payload, version: self.version };
        let Proposal { answer, effect } = self.responder.behaviour.propose(call, now);
        for filter in &mut self.responder.filters {
            filter.filter(call, &answer);
        }
        self.commit(SentAnswer { effect, answer }, now);
    }

    /// An answer leaves: the behaviour carries out what follows, and its calls are queued behind the answer.
    pub(super) fn commit(&mut self, sent: SentAnswer, now: Moment) {
        let SentAnswer { effect, answer } = sent;
        let effect = match &answer {
            Answer::Result(_) => effect,
            Answer::Error { .. } => ProposedEffect::default(),
            Answer::Silence | Answer::Delayed(..) => return,
        };
        self.responder.behaviour.commit(effect, &answer, now, &mut self.outbox);
        self.flush_calls(now);
    }
}
