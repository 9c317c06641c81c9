//! One HTTP exchange of a pair: a request goes to the other side, and the answer comes back. Where the other side cannot be reached, the
//! sender gets an answer of HTTP that says so.

use std::sync::Arc;

use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::http::Extensions;
use hyper::{HeaderMap, Method, Response, StatusCode, Uri};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Bytes;

use super::addresses::{AddressChange, with_addresses};
use super::answering::said;
use super::handles::PairRequest;
use super::pair::SoapPair;
use super::reading::{AskedCall, PassingEnvelope};
use super::travel::JourneyEnd;
use crate::behaviour::CredentialSet;
use crate::clock::now;
use crate::link::relay::leaving::copy_of;
use crate::link::relay::target::RelayTarget;
use crate::link::soap::client::{self, ExchangeError, FailedExchange, HttpCall};
use crate::link::soap::exchange::PostAnswer;
use crate::link::soap::incoming::MEDIA_TYPE;
use crate::trace::{EventKind, Frame, PairLeg, PairLegs};

/// The HTTP of a request, without its body and headers.
struct RequestPlace {
    uri: Uri,
    extensions: Extensions,
}

impl SoapPair {
    /// Passes a request of one side on and gives its sender the answer. It goes on when the sender goes away.
    pub async fn exchange(self: Arc<Self>, mut request: PairRequest, asker: oneshot::Sender<Response<Full<Bytes>>>) {
        let arrived = now();
        let (from, peer) = (request.from, request.progress.checked_peer);
        let place = RequestPlace { uri: request.uri.clone(), extensions: request.extensions.clone() };
        let (reached_at, attempt) = (request.reached_at.take(), request.progress.clone().attempt());
        let version = self.lock().version;
        let exchange = self.contexts[0].events.numbers().next();
        let passing = PassingEnvelope::request(&self.contexts[0].catalog, request, (version, exchange), arrived);
        if let (PairLeg::Station, Some(peer)) = (from, peer) {
            let version = passing.asked.version;
            self.learn(passing.envelope.as_deref(), version, (peer, reached_at), &passing.headers, &attempt).await;
        }
        let response = match self.travel(passing).await {
            JourneyEnd::Goes { passing, twice } => self.forward(passing, place, twice).await,
            JourneyEnd::Answered { passing, answer, by } => self.answer_instead(passing, answer, &by).await,
            JourneyEnd::Ends { passing, kind, by } => self.end_here(passing, kind, &by).await,
        };
        let _ = asker.send(response); // it may have gone
    }

    /// Sends a request to the other side, and its answer back.
    async fn forward(
        self: &Arc<Self>,
        mut passing: PassingEnvelope,
        place: RequestPlace,
        twice: bool,
    ) -> Response<Full<Bytes>> {
        let (from, asked) = (passing.from, passing.asked.clone());
        let call = match self.call_for(&passing, place) {
            Ok(call) => call,
            Err(why) => {
                self.leaves(&mut passing, from).await;
                let (exchange, action, reason) = (asked.exchange, asked.action, why.as_str().into());
                self.record(from, EventKind::Unreachable { exchange, action, reason, attempt: None }).await;
                return said(StatusCode::BAD_GATEWAY, &format!("ocpp-tui could not pass this on: {why}"));
            }
        };
        self.leaves(&mut passing, from).await;
        if twice {
            self.spawn(self.clone().send_copy(passing.frame.clone(), asked.clone(), call.clone()));
        }
        match self.ask(&call, from.other()).await {
            Ok(answer) => {
                if from == PairLeg::Station {
                    self.upstream_answered(answer.peer, asked.version).await;
                }
                self.hand_back(asked, answer).await
            }
            Err(failed) => self.fail(asked, &failed).await,
        }
    }

    /// The request as the other side gets it; an error says why it cannot be sent.
    fn call_for(&self, passing: &PassingEnvelope, place: RequestPlace) -> Result<HttpCall, String> {
        let RequestPlace { uri, extensions } = place;
        let (url, from) = match passing.from {
            PairLeg::Station => (self.target.place_of(&self.url, uri.path(), uri.query()), Some(&*self.callback)),
            PairLeg::Upstream => {
                let known = self.lock().address.clone();
                (known.ok_or_else(|| format!("it is not known where the station is: {}", self.why_no_address()))?, None)
            }
        };
        let change = AddressChange { from, to: &url };
        let body = with_addresses(&passing.bytes, &passing.frame.text, &change, &passing.headers);
        let mut headers = self.target.headers_for(&url, &passing.headers);
        if passing.from == PairLeg::Station
            && let Some(authorization) = self.target.authorization(&self.identity, &passing.headers)
        {
            headers.insert(AUTHORIZATION, authorization);
        }
        if passing.is_changed {
            named_as_utf_8(&mut headers);
            name_action(&mut headers, &passing.asked.action);
        }
        let (shown, passed) = (CredentialSet::default(), Some((headers, extensions)));
        Ok(HttpCall { url, method: Method::POST, body, action: None, authorization: None, shown, passed })
    }

    /// Records a message that leaves now.
    async fn leaves(&self, passing: &mut PassingEnvelope, from: PairLeg) {
        passing.frame.left_after(now().monotonic.saturating_duration_since(passing.arrived.monotonic));
        self.record(from.other(), EventKind::Frame(passing.frame.clone())).await;
        self.has_left(passing);
    }

    /// One exchange with a side of the pair, within the time of a call.
    pub async fn ask(&self, call: &HttpCall, to: PairLeg) -> Result<PostAnswer, FailedExchange> {
        let settings = self.context(to).settings.current();
        let answer = timeout(settings.call_timeout, client::ask(call, &self.kept[to as usize], &settings)).await;
        answer.unwrap_or_else(|_| {
            Err(FailedExchange { error: ExchangeError::NoAnswer { url: call.url.to_string() }, attempt: None })
        })
    }

    /// Sends a request once more. What comes back stays here.
    async fn send_copy(self: Arc<Self>, frame: Frame, asked: AskedCall, call: HttpCall) {
        let to = asked.from.other();
        self.record(to, EventKind::Frame(copy_of(&frame, ""))).await;
        let text = match self.ask(&call, to).await {
            Ok(answer) => format!("the second {} was answered with HTTP {}, which stays here", asked.action, answer.status),
            Err(failed) => format!("the second {} got no answer: {failed}", asked.action),
        };
        self.note(to, false, text).await;
    }

    /// An answer goes back to the side that asked.
    async fn hand_back(&self, asked: AskedCall, answer: PostAnswer) -> Response<Full<Bytes>> {
        let (to, extensions) = (asked.from, answer.extensions.clone());
        let passing = PassingEnvelope::answer(&self.contexts[0].catalog, asked, answer, PairLegs::Both, now());
        let mut passing = match self.travel(passing).await {
            JourneyEnd::Goes { passing, twice } => {
                if twice {
                    self.note(to, true, "an answer over HTTP cannot be given twice; it goes on once").await;
                }
                passing
            }
            JourneyEnd::Answered { passing, answer, by } => return self.answer_instead(passing, answer, &by).await,
            JourneyEnd::Ends { passing, kind, by } => return self.end_here(passing, kind, &by).await,
        };
        let from = passing.from;
        self.leaves(&mut passing, from).await;
        let PassingEnvelope { status, bytes, headers, is_changed, .. } = passing;
        let mut response = Response::new(Full::new(bytes));
        *response.status_mut() = status;
        *response.headers_mut() = RelayTarget::headers_back(&headers);
        *response.extensions_mut() = extensions;
        response.headers_mut().remove(CONTENT_ENCODING);
        response.headers_mut().remove(CONTENT_LENGTH);
        if is_changed {
            named_as_utf_8(response.headers_mut());
        }
        response
    }

    /// The other side could not be reached.
    async fn fail(&self, asked: AskedCall, failed: &FailedExchange) -> Response<Full<Bytes>> {
        let (to, who) = match asked.from {
            PairLeg::Station => (PairLeg::Upstream, "the central system"),
            PairLeg::Upstream => (PairLeg::Station, "the station"),
        };
        let (exchange, action, attempt) = (asked.exchange, asked.action, failed.attempt.clone());
        let reason = failed.to_string().into();
        self.record(to, EventKind::Unreachable { exchange, action, reason, attempt }).await;
        if to == PairLeg::Upstream {
            self.upstream_failed(failed).await;
        }
        let status = match failed.error {
            ExchangeError::NoAnswer { .. } | ExchangeError::ConnectTimeout { .. } => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        };
        said(status, &format!("ocpp-tui could not reach {who}: {failed}"))
    }
}

/// A body that was changed here is UTF-8, whatever it was before.
fn named_as_utf_8(headers: &mut HeaderMap) {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_ascii_lowercase);
    let charset =
        named.as_deref().and_then(|named| named.split_once("charset=")).map(|(_, charset)| charset.trim_start_matches('"'));
    if charset.is_some_and(|charset| !charset.starts_with("utf-8")) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    }
}

/// The action in the headers of HTTP, where a rule has given the call another one.
fn name_action(headers: &mut HeaderMap, action: &str) {
    let Some(named) = headers.get("soapaction").and_then(|value| value.to_str().ok()) else { return };
    let bare = named.trim_matches('"');
    let begins = bare.rfind('/').map_or(0, |at| at + 1);
    if bare.is_empty() || &bare[begins..] == action {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(&format!("\"{}{action}\"", &bare[..begins])) {
        headers.insert("soapaction", value);
    }
}
