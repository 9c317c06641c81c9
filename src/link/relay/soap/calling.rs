//! Calls of ours at a pair over SOAP. They go to one side, and the answers stay here. HTTP keeps exchanges apart, so nothing waits for its
//! turn and no id can be taken.

use std::sync::Arc;

use hyper::Method;
use tokio_tungstenite::tungstenite::Bytes;

use super::pair::SoapPair;
use super::reading::{AskedCall, PassingEnvelope};
use crate::behaviour::{CallObserver, CallResult, CredentialSet};
use crate::clock::now;
use crate::link::random::fresh_id;
use crate::link::relay::reading::{findings_of, speaker};
use crate::link::relay::state::injected;
use crate::link::soap::HttpUrl;
use crate::link::soap::client::{ExchangeError, HttpCall};
use crate::link::soap::spelling::with_typed_numbers;
use crate::rpc::OutgoingPayload;
use crate::rpc::soap::{Body, Envelope, ReadHint, RequestHeaders, read, write_request};
use crate::trace::{EventKind, Frame, FrameContent, FrameKind, FrameOrigin, FrameText, PairLeg};

impl SoapPair {
    /// A call of ours to the side at this link.
    pub async fn call(self: Arc<Self>, to: PairLeg, action: String, payload: OutgoingPayload, then: Option<CallObserver>) {
        let catalog = &self.contexts[0].catalog;
        let (version, initiator) = (self.lock().version, speaker(to.other()));
        let Some(url) = self.url_towards(to, &action, then.as_ref()).await else { return };
        let definition = catalog.action(version, initiator, &action).cloned();
        if definition.as_ref().is_some_and(|definition| definition.soap.is_none()) {
            self.note(to, true, format!("{action} does not exist over SOAP in OCPP {version}, so it is not sent")).await;
            return notify(then.as_ref(), CallResult::Lost);
        }
        let message_id = format!("urn:uuid:{}", fresh_id());
        let headers = RequestHeaders {
            identity: self.identity.clone(),
            to: url.to_string(),
            from: if to == PairLeg::Upstream { Some(self.callback.clone()) } else { self.lock().reached_at.clone() },
            message_id: Some(message_id.clone()),
            reply_to: None,
        };
        let text =
            FrameText::from(write_request(catalog, version, initiator, &action, &with_typed_numbers(&payload), &headers));
        let mut frame = injected(to, FrameKind::Call, text.clone());
        frame.findings = findings_of(definition.as_deref(), &payload, version);
        frame.content = Some(Box::new(FrameContent::of_payload(Some(&message_id), &payload)));
        let name: Arc<str> = definition.as_ref().map_or_else(|| action.as_str().into(), |known| known.name.clone());
        frame.action = Some(name.clone());
        let envelope = read(&text, catalog, ReadHint::default()).ok();
        let asked = self.asked(to, (name, definition), envelope);
        self.send_own(frame, (asked, url, Some(format!("/{action}"))), then).await;
    }

    /// Sends an envelope as it is to the side at this link.
    pub async fn call_raw(self: Arc<Self>, to: PairLeg, text: String) {
        let catalog = &self.contexts[0].catalog;
        let Some(url) = self.url_towards(to, "the text", None).await else { return };
        let hint = ReadHint { service: Some(speaker(to)), ..ReadHint::default() };
        let envelope = read(&text, catalog, hint).ok();
        let mut frame = injected(to, FrameKind::Malformed, text.into());
        if let Some(origin) = frame.origin.as_mut().and_then(Arc::get_mut) {
            *origin = FrameOrigin { typed_by_user: true, ..std::mem::take(origin) };
        }
        frame.content = envelope.as_ref().map(|envelope| Box::new(FrameContent::of(envelope)));
        let (mut name, mut definition) = (Arc::from(""), None);
        if let Some(Envelope { body: Body::Request(operation), .. }) = &envelope {
            name = operation.action.clone();
            definition = catalog.action(operation.version, speaker(to.other()), &name).cloned();
            (frame.kind, frame.action) = (FrameKind::Call, Some(name.clone()));
        }
        let header = (!name.is_empty()).then(|| format!("/{name}"));
        let asked = self.asked(to, (name, definition), envelope);
        self.send_own(frame, (asked, url, header), None).await;
    }

    fn asked(
        &self,
        to: PairLeg,
        (action, definition): (Arc<str>, Option<Arc<crate::ocpp::ActionDefinition>>),
        envelope: Option<Envelope>,
    ) -> AskedCall {
        let (version, exchange) = (self.lock().version, self.contexts[0].events.numbers().next());
        AskedCall { from: to.other(), version, exchange, action, definition, envelope: envelope.map(Arc::new) }
    }

    /// Where the side at this link is called. Where that is not known, it is noted.
    async fn url_towards(&self, to: PairLeg, what: &str, then: Option<&CallObserver>) -> Option<HttpUrl> {
        if to == PairLeg::Upstream {
            return Some(self.url.clone());
        }
        let known = self.lock().address.clone();
        if known.is_none() {
            let text = format!(
                "{what} was not sent, because no address of the station is known: {}; set station <identity> callback=<url> names one",
                self.why_no_address()
            );
            self.note(to, true, text.clone()).await;
            notify(then, CallResult::Undelivered(text));
        }
        known
    }

    async fn send_own(
        &self,
        mut frame: Frame,
        (asked, url, action): (AskedCall, HttpUrl, Option<String>),
        then: Option<CallObserver>,
    ) {
        let to = asked.from.other();
        frame.exchange = Some(asked.exchange);
        let authorization = if to == PairLeg::Upstream { self.lock().authorization.clone() } else { None };
        let (body, shown) = (Bytes::from(frame.text.clone()), CredentialSet::default());
        let call = HttpCall { url, method: Method::POST, body, action, authorization, shown, passed: None };
        self.record(to, EventKind::Frame(frame)).await;
        match self.ask(&call, to).await {
            Ok(answer) => {
                if to == PairLeg::Upstream {
                    self.upstream_answered(answer.peer, asked.version).await;
                }
                let read = PassingEnvelope::answer(&self.contexts[0].catalog, asked, answer, to.into(), now());
                let result = result_of(&read);
                self.record(to, EventKind::Frame(read.frame)).await;
                notify(then.as_ref(), result);
            }
            Err(failed) => {
                let (exchange, action) = (asked.exchange, asked.action);
                if matches!(failed.error, ExchangeError::NoAnswer { .. }) {
                    let after = self.context(to).settings.current().call_timeout;
                    self.record(to, EventKind::Timeout { exchange, action, after }).await;
                    return notify(then.as_ref(), CallResult::Timeout);
                }
                let (reason, attempt) = (failed.to_string().into(), failed.attempt.clone());
                self.record(to, EventKind::Unreachable { exchange, action, reason, attempt }).await;
                if to == PairLeg::Upstream {
                    self.upstream_failed(&failed).await;
                }
                notify(then.as_ref(), CallResult::Undelivered(failed.to_string()));
            }
        }
    }
}

fn notify(then: Option<&CallObserver>, result: CallResult) {
    if let Some(then) = then {
        then.notify(result);
    }
}

fn result_of(answer: &PassingEnvelope) -> CallResult {
    match answer.envelope.as_deref().map(|envelope| &envelope.body) {
        Some(Body::Response(operation)) => CallResult::Result(operation.payload.clone()),
        Some(Body::Fault(fault)) => {
            CallResult::Error { code: fault.error_code().name().to_owned(), description: fault.reason.clone() }
        }
        _ => CallResult::Lost,
    }
}
