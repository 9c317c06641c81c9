//! The answers of our HTTP server to handshakes and SOAP requests, altered; and how slowly they leave. What a right answer is, is
//! `handshake`'s and `soap`'s.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::header::{
    CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_PROTOCOL, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::kind::MisbehaviourKind;
use super::paced_output::PacedOutput;
use super::parameter::MisbehaviourParameter as P;
use super::plan::ActiveMisbehaviour;

/// What separates the head of an answer from its body.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// The misbehaviours of one handshake, carried out on its answer.
#[derive(Debug, Default)]
pub(in crate::link) struct OddHandshake(Vec<Arc<ActiveMisbehaviour>>);

impl OddHandshake {
    /// With those that are on.
    pub fn new(active: Vec<Arc<ActiveMisbehaviour>>) -> OddHandshake {
        OddHandshake(active)
    }

    /// The one of these that refuses the handshake, with its status.
    pub fn refusal(&self) -> Option<(Arc<ActiveMisbehaviour>, StatusCode)> {
        let one = self.0.iter().find(|one| one.kind() == MisbehaviourKind::Status && one.spend())?;
        let status = StatusCode::from_u16(one.number(P::Status)? as u16).ok()?; // the parameter has the range
        Some((one.clone(), status))
    }

    /// Alters a 101. Returns what was done.
    pub fn alter<B>(&self, answer: &mut Response<B>) -> Vec<Arc<ActiveMisbehaviour>> {
        let headers = answer.headers_mut();
        let alters = |one: &&Arc<ActiveMisbehaviour>| {
            let (name, value) = match one.kind() {
                MisbehaviourKind::NoSubprotocol => (SEC_WEBSOCKET_PROTOCOL, None),
                MisbehaviourKind::OtherSubprotocol => (SEC_WEBSOCKET_PROTOCOL, one.text(P::Name)),
                MisbehaviourKind::Extension => (SEC_WEBSOCKET_EXTENSIONS, one.text(P::Name)),
                // The key of another handshake.
                MisbehaviourKind::WrongAccept => (SEC_WEBSOCKET_ACCEPT, Some(derive_accept_key(b"another key").into())),
                _ => return false,
            };
            if !one.spend() {
                return false;
            }
            headers.remove(&name);
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
            true
        };
        self.0.iter().filter(alters).cloned().collect()
    }

    /// The one of these that sends the answer slowly.
    pub fn slow(&self) -> Option<&Arc<ActiveMisbehaviour>> {
        self.0.iter().find(|one| one.kind() == MisbehaviourKind::SlowAnswer && one.spend())
    }
}

/// Adds the headers of a refusal on purpose to its answer.
pub(in crate::link) fn dress_refusal<B>(one: &ActiveMisbehaviour, answer: &mut Response<B>) {
    let retry_after = one.number(P::RetryAfter).map(|seconds| seconds.to_string().into());
    let headers: [(HeaderName, Option<Box<str>>); 3] =
        [(RETRY_AFTER, retry_after), (LOCATION, one.text(P::Location)), (WWW_AUTHENTICATE, one.text(P::Challenge))];
    for (name, value) in headers {
        answer.headers_mut().remove(&name);
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            answer.headers_mut().insert(name, value);
        }
    }
}

/// Alters an answer to a request over SOAP. Returns what was done. `pace` is that of its connection.
pub(in crate::link) async fn alter_envelope(
    active: &[Arc<ActiveMisbehaviour>],
    answer: Response<Full<Bytes>>,
    pace: &AnswerPace,
) -> (Response<Full<Bytes>>, Vec<Arc<ActiveMisbehaviour>>) {
    let (mut head, body) = answer.into_parts();
    let Ok(body) = body.collect().await; // a body in memory does not fail
    let mut body = body.to_bytes();
    let mut done = Vec::new();
    for one in active {
        let is_possible = one.kind() != MisbehaviourKind::SoapTruncated || !body.is_empty();
        if !is_possible || !one.spend() {
            continue;
        }
        match one.kind() {
            MisbehaviourKind::SoapContentType => {
                let value = one.text(P::Name).and_then(|name| HeaderValue::from_str(&name).ok());
                value.into_iter().for_each(|value| _ = head.headers.insert(CONTENT_TYPE, value));
            }
            MisbehaviourKind::SoapNoEnvelope => {
                head.status =
                    one.number(P::Status).and_then(|status| StatusCode::from_u16(status as u16).ok()).unwrap_or(head.status);
                head.headers.remove(CONTENT_TYPE);
                body = Bytes::new();
            }
            MisbehaviourKind::SoapRelatesTo => {
                let text = String::from_utf8_lossy(&body);
                body = relating_to(&text, &one.text(P::Name).unwrap_or_default()).into();
            }
            MisbehaviourKind::SoapTruncated => pace.cut(),
            _ => continue,
        }
        done.push(one.clone());
    }
    (Response::from_parts(head, Full::new(body)), done)
}

/// An envelope with another id in its `RelatesTo`; one without it stays as it is.
fn relating_to(envelope: &str, id: &str) -> String {
    let found = envelope.find("RelatesTo").and_then(|name| {
        let start = name + envelope[name..].find('>')? + 1;
        Some((start, start + envelope[start..].find('<')?))
    });
    match found {
        Some((start, end)) => format!("{}{id}{}", &envelope[..start], &envelope[end..]),
        None => envelope.to_owned(),
    }
}

/// How the answers on one connection leave. The handler of requests sets it, the socket reads it.
#[derive(Debug, Clone, Default)]
pub(in crate::link) struct AnswerPace(Arc<SharedPace>);

#[derive(Debug, Default)]
struct SharedPace {
    /// Whether the form is not the right one. Connections on which nothing was ever commanded look at this alone.
    is_odd: AtomicBool,
    form: Mutex<AnswerForm>,
}

/// How an answer leaves.
#[derive(Debug, Default)]
struct AnswerForm {
    /// The time before it, and the one between its bytes.
    slow: Option<(Duration, Duration)>,
    /// Its body ends early.
    is_cut: bool,
    /// Its head has left.
    in_body: bool,
}

impl AnswerPace {
    /// The next answer leaves after the first time, with the second between its bytes; `None` is at once.
    pub fn set(&self, slow: Option<&ActiveMisbehaviour>) {
        let times = slow.map(|one| (one.time(P::Delay), one.time(P::Pause)));
        let mut form = self.lock();
        self.0.is_odd.store(times.is_some(), Ordering::Relaxed);
        *form = AnswerForm { slow: times, ..AnswerForm::default() };
    }

    /// Whether the next answer leaves otherwise than at once.
    pub fn is_odd(&self) -> bool {
        self.0.is_odd.load(Ordering::Relaxed)
    }

    /// The next answer ends in the middle of its body.
    fn cut(&self) {
        self.lock().is_cut = true;
        self.0.is_odd.store(true, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, AnswerForm> {
        self.0.form.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds bytes of an answer to what leaves. The delay comes once.
    pub fn push(&self, bytes: &[u8], output: &mut PacedOutput) {
        let mut form = self.lock();
        if let Some((delay, pause)) = &mut form.slow {
            output.hold(std::mem::take(delay));
            output.pace(*pause);
        }
        if !form.is_cut {
            return output.push(bytes);
        }
        let body = match bytes.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD) {
            Some(place) if !form.in_body => place + END_OF_HEAD.len(),
            _ if form.in_body => 0,
            _ => return output.push(bytes),
        };
        form.in_body = true;
        output.push(&bytes[..body + (bytes.len() - body) / 2]);
        if body < bytes.len() {
            output.end();
        }
    }
}
