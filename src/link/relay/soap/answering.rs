//! Calls of a pair over SOAP that are answered here: in the place of the side that was called, or of the answer that it gave.

use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Bytes;

use super::pair::SoapPair;
use super::reading::{AskedCall, PassingEnvelope};
use crate::behaviour::Answer;
use crate::clock::now;
use crate::link::random::LinkChance;
use crate::link::relay::frame_text::marked_edited;
use crate::link::relay::reading::with_passage;
use crate::link::relay::state::injected;
use crate::link::soap::framing::{answer_headers, reason};
use crate::link::soap::incoming::MEDIA_TYPE;
use crate::link::soap::spelling::with_typed_numbers;
use crate::ocpp::ErrorCode;
use crate::rpc::soap::{FaultSubcode, write_fault, write_response};
use crate::trace::{EventKind, Frame, FrameContent, FrameKind, FrameText, Intervention, InterventionKind};

/// An answer of ours as it is written.
struct WrittenAnswer {
    kind: FrameKind,
    code: Option<ErrorCode>,
    status: StatusCode,
    text: FrameText,
    content: FrameContent,
}

impl SoapPair {
    /// A message ends here. The side whose HTTP request waits gets the answer, or nothing for as long as a call waits.
    pub async fn answer_instead(&self, passing: PassingEnvelope, answer: Answer, by: &str) -> Response<Full<Bytes>> {
        let (delay, answer) = SoapPair::unpacked(answer);
        let Some(written) = self.written(&passing.asked, &answer) else {
            return self.end_here(passing, InterventionKind::Dropped, by).await;
        };
        let (asker, asked) = (passing.asked.from, passing.asked.clone());
        if passing.is_request() {
            self.keep_back(passing, InterventionKind::AnsweredHere, by).await;
            sleep(delay).await;
            let WrittenAnswer { kind, code, status, text, content } = written;
            let (action, exchange) = (Some(asked.action).filter(|action| !action.is_empty()), Some(asked.exchange));
            let content = Some(Box::new(content));
            let frame = Frame { action, content, exchange, code, ..injected(asker, kind, text.clone()) };
            self.record(asker, EventKind::Frame(frame)).await;
            return response(status, text);
        }
        sleep(delay).await;
        let WrittenAnswer { kind, code, status, text, content } = written;
        let PassingEnvelope { frame, arrived, .. } = passing;
        let before = frame.text.clone();
        let mut frame = marked_edited(frame, &before, by);
        frame.left_after(now().monotonic.saturating_duration_since(arrived.monotonic));
        let frame = Frame {
            kind,
            code,
            text: text.clone(),
            content: Some(Box::new(content)),
            findings: Vec::new(),
            remark: None,
            ..frame
        };
        self.record(asker, EventKind::Frame(frame)).await;
        response(status, text)
    }

    /// The answer as an envelope; `None` for silence.
    fn written(&self, asked: &AskedCall, answer: &Answer) -> Option<WrittenAnswer> {
        let headers = answer_headers(asked.envelope.as_deref(), &mut LinkChance::default());
        let (version, initiator) = (asked.version, asked.initiator());
        let id = headers.relates_to.as_deref();
        Some(match answer {
            Answer::Result(payload) => {
                let catalog = &self.contexts[0].catalog;
                let written = with_typed_numbers(payload);
                let text = write_response(catalog, version, initiator, &asked.action, &written, &headers);
                let content = FrameContent::of_payload(id, payload);
                WrittenAnswer { kind: FrameKind::Result, code: None, status: StatusCode::OK, text: text.into(), content }
            }
            Answer::Error { code, description } => {
                let subcode = FaultSubcode::of(*code);
                let reason = reason(*code, subcode, description);
                let text = write_fault(version, initiator.peer(), subcode.code(), Some(subcode), &reason, &headers);
                let status = StatusCode::from_u16(subcode.code().http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let content = FrameContent::of_fault(id, Some(subcode.name()), &reason);
                WrittenAnswer { kind: FrameKind::Error, code: Some(*code), status, text: text.into(), content }
            }
            Answer::Silence | Answer::Delayed(..) => return None,
        })
    }

    /// A message does not go on. HTTP needs an end: the request that waits gets one when its sender has given up.
    pub async fn end_here(&self, passing: PassingEnvelope, kind: InterventionKind, by: &str) -> Response<Full<Bytes>> {
        self.keep_back(passing, kind, by).await;
        let context = &self.contexts[0];
        if kind == InterventionKind::Dropped {
            let limit = context.settings.current().call_timeout;
            sleep(limit).await;
            return said(StatusCode::GATEWAY_TIMEOUT, "nothing answers this: it was dropped on its way");
        }
        said(StatusCode::SERVICE_UNAVAILABLE, "the proxy has just ended this pair")
    }

    /// Records a message that does not go on.
    async fn keep_back(&self, passing: PassingEnvelope, kind: InterventionKind, by: &str) {
        let PassingEnvelope { from, frame, .. } = passing;
        let frame = with_passage(frame, |passage| {
            passage.legs = from.into();
            let before = passage.intervention.take().and_then(|done| done.before);
            passage.intervention = Some(Box::new(Intervention { kind, by: by.into(), before }));
        });
        self.record(from, EventKind::Frame(frame)).await;
    }
}

/// An answer of the proxy itself, in words.
pub(super) fn said(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{text}\n")));
    *response.status_mut() = status;
    response
}

fn response(status: StatusCode, text: FrameText) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}
