//! A second central system that observes a pair: it gets a copy of every call of the station, and what it answers is compared with what the
//! central system of the pair answers. Nothing of it reaches the station.

use std::collections::{HashMap, VecDeque};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role as WebSocketRole;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::frame_text::{id_as_written, with_payload};
use super::reading::message_of;
use super::target::RelayTarget;
use super::upstream::{self, StationRequest, UpstreamAnswer};
use crate::clock::now;
use crate::link::attempt_progress::AttemptProgress;
use crate::link::context::LinkContext;
use crate::link::network::Socket;
use crate::link::websocket::{self, Backoff};
use crate::ocpp::Version;
use crate::rpc::srpc::SrpcMessage;
use crate::trace::{EventKind, FrameKind, FrameText, StationKey};

/// How many texts may wait for it. When it is slower than the station, further ones are left out.
pub(super) const WAITING: usize = 1024;
/// How many calls are remembered until both have answered.
const OPEN: usize = 256;
/// How many differences of one answer are named.
const NAMED: usize = 4;
/// What it is named in the trace.
const SECOND: &str = "the second central system";

/// The request of a station as the second central system gets it, where there is one.
pub(super) fn request_of_second(target: &RelayTarget, request: &StationRequest) -> Option<StationRequest> {
    let url = target.also.as_ref()?;
    let (identity, parts) = (request.identity.clone(), request.parts.clone());
    let path = target.path_of(url, parts.uri.path(), parts.uri.query());
    let headers = target.headers_of(url, &identity, &parts.headers);
    Some(StationRequest { identity, url: url.clone(), path, headers, parts })
}

/// What the pair says to its observer.
#[derive(Debug)]
pub(super) enum PairNews {
    /// The station has made this call.
    Called(FrameText),
    /// The central system of the pair has answered.
    Answered(FrameText),
}

/// What the observer needs.
pub(super) struct SecondUpstream {
    pub key: StationKey,
    pub version: Version,
    pub request: StationRequest,
    pub context: LinkContext,
    pub tasks: TaskTracker,
    pub news: mpsc::Receiver<PairNews>,
    pub station_gone: CancellationToken,
}

impl SecondUpstream {
    /// Runs until the station is gone.
    pub async fn run(mut self, target: &RelayTarget) {
        let mut backoff = Backoff::new(fastrand::u64(..));
        let mut comparison = AnswerComparison::default();
        let (gone, shutdown) = (self.station_gone.clone(), self.context.shutdown.clone());
        loop {
            let lost = tokio::select! {
                biased;
                () = gone.cancelled() => break,
                () = shutdown.cancelled() => break,
                lost = self.session(target, &mut comparison) => lost,
            };
            self.note(true, lost).await;
            // What was said meanwhile is not said later: the answers would be about another time.
            let waiting = tokio::time::sleep(backoff.wait());
            tokio::pin!(waiting);
            loop {
                tokio::select! {
                    biased;
                    () = gone.cancelled() => break,
                    () = shutdown.cancelled() => break,
                    () = &mut waiting => break,
                    news = self.news.recv() => if news.is_none() { break },
                }
            }
        }
        if comparison.compared > 0 {
            let AnswerComparison { compared, differ, .. } = comparison;
            self.note(differ > 0, format!("{SECOND} answered {compared} calls, {differ} of them otherwise")).await;
        }
    }

    async fn note(&self, failure: bool, text: String) {
        self.context.events.send(Some(self.key), now(), EventKind::Note { failure, text: text.into() }).await;
    }

    /// One connection to it; returns why it ended.
    async fn session(&mut self, target: &RelayTarget, comparison: &mut AnswerComparison) -> String {
        let mut progress = AttemptProgress::dialling();
        let connected = upstream::connect(&self.request, target, &self.context, &self.tasks, &mut progress).await;
        let (socket, read) = match connected {
            Ok((UpstreamAnswer::Accepted { socket, read, .. }, _)) => (socket, read),
            Ok((UpstreamAnswer::Refused(answer), _)) => return format!("{SECOND} answered {}", answer.status()),
            Err(error) => return format!("{SECOND} could not be reached: {error}"),
        };
        self.note(false, format!("{SECOND} observes: {}", self.request.url.with_path(&self.request.path))).await;
        let config = Some(websocket::config(&self.context.settings.current()));
        let mut stream: WebSocketStream<Socket> =
            WebSocketStream::from_partially_read(socket, read.into(), WebSocketRole::Client, config).await;
        comparison.forget();
        loop {
            let reply = tokio::select! {
                news = self.news.recv() => match news {
                    Some(PairNews::Called(text)) => Some(comparison.called(text, self.version)),
                    Some(PairNews::Answered(text)) => {
                        self.compared(comparison.answered(&text, self.version, AnsweringSide::First)).await;
                        None
                    }
                    None => return format!("{SECOND} is not asked any more"),
                },
                message = stream.next() => match message {
                    Some(Ok(Message::Text(text))) => match message_of(&text, self.version) {
                        Some(SrpcMessage::Call { action, .. }) => {
                            self.note(false, format!("{SECOND} called {action}, which the station does not see")).await;
                            let id = id_as_written(&text);
                            Some(format!(r#"[4,{id},"NotSupported","this connection only observes",{{}}]"#).into())
                        }
                        _ => {
                            self.compared(comparison.answered(&text, self.version, AnsweringSide::Second)).await;
                            None
                        }
                    },
                    Some(Ok(_)) => None,
                    Some(Err(error)) => return format!("the connection to {SECOND} broke: {error}"),
                    None => return format!("{SECOND} has closed its connection"),
                },
            };
            if let Some(text) = reply
                && let Err(error) = stream.send(Message::Text(text)).await
            {
                return format!("the connection to {SECOND} broke: {error}");
            }
        }
    }

    /// Records a comparison.
    async fn compared(&self, result: Option<(bool, String)>) {
        if let Some((differs, text)) = result {
            self.note(differs, text).await;
        }
    }
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AnsweringSide {
    /// The central system of the pair.
    First,
    /// The observer.
    Second,
}

/// A call that not both have answered.
#[derive(Debug)]
struct ComparedCall {
    id: String,
    action: String,
    /// What the first and the second have answered.
    answers: [Option<Result<Value, String>>; 2],
}

/// The answers of both, put side by side.
#[derive(Debug, Default)]
struct AnswerComparison {
    open: VecDeque<ComparedCall>,
    /// The transactions as the central system of the pair numbers them, and the observer.
    transactions: HashMap<String, Value>,
    compared: u64,
    differ: u64,
}

impl AnswerComparison {
    /// A new connection: what the observer was asked before stays without an answer.
    fn forget(&mut self) {
        self.open.clear();
    }

    /// The station has made a call; returns the copy. A transaction has the number that the observer gave it.
    fn called(&mut self, text: FrameText, version: Version) -> FrameText {
        let Some(SrpcMessage::Call { id, action, payload }) = message_of(&text, version) else { return text };
        if self.open.len() >= OPEN {
            self.open.pop_front();
        }
        self.open.push_back(ComparedCall { id: id.key().to_owned(), action, answers: [None, None] });
        let known = payload.get("transactionId").and_then(|number| self.transactions.get(&number.to_string()));
        let copy = known.and_then(|number| {
            let mut payload = payload.clone().into_value();
            payload["transactionId"] = number.clone();
            with_payload(&text, (FrameKind::Call, FrameKind::Call), &payload.into())
        });
        copy.map_or(text, FrameText::from)
    }

    /// One of them has answered. When both have, says whether they differ, and a sentence.
    fn answered(&mut self, text: &str, version: Version, by: AnsweringSide) -> Option<(bool, String)> {
        let (id, answer) = match message_of(text, version)? {
            SrpcMessage::Result { id, payload } => (id, Ok(payload.into_value())),
            SrpcMessage::Error { id, code, .. } => (id, Err(code)),
            _ => return None,
        };
        let at = self.open.iter().position(|call| call.id == id.key())?;
        self.open[at].answers[by as usize].get_or_insert(answer);
        if self.open[at].answers.iter().any(Option::is_none) {
            return None;
        }
        let ComparedCall { action, answers: [Some(first), Some(second)], .. } = self.open.remove(at)? else { return None };
        if let (Ok(first), Ok(second)) = (&first, &second)
            && let (Some(one), Some(other)) = (first.get("transactionId"), second.get("transactionId"))
        {
            self.transactions.insert(one.to_string(), other.clone());
        }
        let mut found = Vec::new();
        match (&first, &second) {
            (Ok(first), Ok(second)) => differences("", first, second, &mut found),
            (Err(first), Err(second)) if first == second => {}
            (first, second) => found.push(format!("{}, the central system {}", outcome(second), outcome(first))),
        }
        self.compared += 1;
        if found.is_empty() {
            return Some((false, format!("{SECOND} answered {action} the same")));
        }
        self.differ += 1;
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        let more = if more > 0 { format!("; {more} more") } else { String::new() };
        let (differ, compared) = (self.differ, self.compared);
        Some((
            true,
            format!("{SECOND} answered {action} otherwise: {}{more} ({differ} of {compared} differ)", found.join("; ")),
        ))
    }
}

fn outcome(answer: &Result<Value, String>) -> String {
    answer.as_ref().map_or_else(|code| format!("with the error {code}"), |_| "with a result".to_owned())
}

/// Where two answers differ. Times and the numbers of transactions are of the one who gives them.
fn differences(path: &str, first: &Value, second: &Value, found: &mut Vec<String>) {
    let is_time = |value: &Value| value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok());
    match (first, second) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            for name in names.filter(|name| *name != "transactionId") {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => differences(&path, one, other, found),
                    (Some(_), None) => found.push(format!("{path} is missing")),
                    _ => found.push(format!("{path} is there only in its answer")),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (place, (one, other)) in one.iter().zip(other).enumerate() {
                differences(&format!("{path}[{place}]"), one, other, found);
            }
        }
        (one, other) if one == other || (is_time(one) && is_time(other)) => {}
        (one, other) => found.push(format!("{path} is {other}, and {one} of the central system")),
    }
}

#[cfg(test)]
mod tests {
    use super::AnsweringSide::{First, Second};
    use super::*;

    const V: Version = Version::V1_6;

    #[test]
    fn answers_are_compared_when_both_are_there() {
        let mut comparison = AnswerComparison::default();
        let ask = |comparison: &mut AnswerComparison, id: u8| {
            comparison.called(format!(r#"[2,"{id}","Authorize",{{"idTag":"A"}}]"#).into(), V);
        };
        let accepted = r#"[3,"1",{"idTagInfo":{"status":"Accepted","expiryDate":"2030-01-01T00:00:00Z"}}]"#;
        ask(&mut comparison, 1);
        assert_eq!(comparison.answered(accepted, V, First), None);
        let later = accepted.replace("2030", "2031");
        let same = comparison.answered(&later, V, Second).unwrap();
        assert_eq!(same, (false, "the second central system answered Authorize the same".to_owned()));
        ask(&mut comparison, 1);
        assert_eq!(comparison.answered(r#"[3,"1",{"idTagInfo":{"status":"Blocked"},"x":1}]"#, V, Second), None);
        let (differs, text) = comparison.answered(accepted, V, First).unwrap();
        assert!(differs && text.contains(r#"idTagInfo.status is "Blocked", and "Accepted" of the central system"#), "{text}");
        assert!(text.contains("expiryDate is missing") && text.contains("x is there only in its answer"), "{text}");
        assert!(text.ends_with("(1 of 2 differ)"), "{text}");
        ask(&mut comparison, 2);
        comparison.answered(r#"[4,"2","InternalError","",{}]"#, V, First);
        let (differs, text) = comparison.answered(r#"[3,"2",{"idTagInfo":{"status":"Blocked"}}]"#, V, Second).unwrap();
        assert!(differs && text.contains("with a result, the central system with the error InternalError"), "{text}");
        assert_eq!(comparison.answered(accepted, V, First), None, "a call that is not open");
    }

    #[test]
    fn a_transaction_has_the_number_that_the_observer_gave_it() {
        let mut comparison = AnswerComparison::default();
        comparison.called(r#"[2,"1","StartTransaction",{"connectorId":1}]"#.into(), V);
        let started = |number: u8| format!(r#"[3,"1",{{"transactionId":{number},"idTagInfo":{{"status":"Accepted"}}}}]"#);
        comparison.answered(&started(7), V, First);
        assert!(!comparison.answered(&started(9), V, Second).unwrap().0, "each numbers its own");
        let stop = |number: u8| format!(r#"[2, "2","StopTransaction",{{"transactionId":{number},"meterStop":5}}]"#);
        assert_eq!(comparison.called(stop(7).as_str().into(), V).as_str(), stop(9));
        assert_eq!(comparison.called(stop(8).as_str().into(), V).as_str(), stop(8), "an unknown one stays");
    }
}
