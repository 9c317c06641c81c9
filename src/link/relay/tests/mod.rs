//! The state of a pair without sockets and clock: what is put in at one link comes out at the other.

mod rewriting;

use std::sync::mpsc;

use proptest::prelude::*;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::state::{ROOM, RelayContext, RelayState};
use crate::behaviour::{Answer, AnswerFilter, CallObserver, CallResult, FilterDecision, IncomingCall, LinkObserver};
use crate::clock::{Moment, now};
use crate::link::intercept::gate::{Gate, ReleaseAction};
use crate::link::intercept::queue::InspectionVerdict;
use crate::link::settings::LinkSettings;
use crate::ocpp::{Catalog, ErrorCode, Version};
use crate::rpc::OutgoingPayload;
use crate::trace::filter::TraceFilter;
use crate::trace::{
    self, CloseReason, Direction, EventKind, Frame, FrameKind, InterventionKind, NumberSource, PairLeg, PairLegs,
};

use PairLeg::{Station, Upstream};

/// Decides about every call in this way.
struct RuleOf(Option<FilterDecision>);

impl AnswerFilter for RuleOf {
    fn filter(&mut self, _call: IncomingCall<'_>, _proposed: &Answer) -> FilterDecision {
        self.0.clone().unwrap_or(FilterDecision::Keep)
    }
}

struct Pair {
    state: RelayState,
    gate: std::sync::Arc<Gate>,
    now: Moment,
}

impl Pair {
    fn new(keeps_station: bool) -> Pair {
        let events = trace::direct(1 << 20, now());
        let gate = std::sync::Arc::new(Gate::new(events.trace().clone()));
        let station = events.pair("CP1");
        let context = RelayContext {
            catalog: Catalog::embedded(),
            settings: LinkSettings::default().into(),
            numbers: NumberSource::default(),
            gate: gate.clone(),
            station,
            version: Version::V1_6,
            keeps_station,
            rules: [Box::new(RuleOf(None)), Box::new(RuleOf(None))],
            observer: None,
        };
        Pair { state: RelayState::new(context), gate, now: now() }
    }

    fn says(&mut self, from: PairLeg, text: &str) {
        self.state.on_text(from, text.into(), self.now);
    }

    /// What leaves on a link: messages, and the records of frames.
    fn take(&mut self, leg: PairLeg) -> (Vec<Message>, Vec<Frame>) {
        let mut list = Vec::new();
        self.state.take(leg, &mut list);
        let (mut messages, mut frames) = (Vec::new(), Vec::new());
        for outgoing in list {
            messages.extend(outgoing.message);
            if let Some((_, EventKind::Frame(frame))) = outgoing.event {
                frames.push(frame);
            }
        }
        (messages, frames)
    }

    fn texts(&mut self, leg: PairLeg) -> Vec<String> {
        self.take(leg).0.into_iter().map(|message| message.to_string()).collect()
    }

    fn frame(&mut self, leg: PairLeg) -> Frame {
        self.take(leg).1.pop().unwrap()
    }
}

fn done(frame: &Frame) -> (PairLegs, Option<InterventionKind>) {
    let passage = frame.passage().unwrap();
    (passage.legs, passage.intervention.as_ref().map(|done| done.kind))
}

#[test]
fn frames_are_recorded_once_with_their_calls_and_faults() {
    let mut pair = Pair::new(false);
    pair.says(Station, r#"[2,"1","Heartbeat",{}]"#);
    pair.says(Upstream, r#"[2,"1","Reset",{"type":"Soft","sugar":2}]"#);
    let call = pair.frame(Upstream);
    assert_eq!((call.direction, call.kind, call.action.as_deref()), (Direction::In, FrameKind::Call, Some("Heartbeat")));
    assert_eq!(done(&call), (PairLegs::Both, None));
    let reset = pair.frame(Station);
    assert_eq!((reset.direction, reset.findings.len()), (Direction::Out, 1));
    pair.says(Upstream, r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#);
    pair.says(Station, r#"[4,"1","NotSupported","",{}]"#);
    let (answer, error) = (pair.frame(Station), pair.frame(Upstream));
    assert_eq!((answer.exchange, answer.action.as_deref()), (call.exchange, Some("Heartbeat")));
    assert_eq!((error.exchange, error.code), (reset.exchange, Some(ErrorCode::NotSupported)));
    assert_ne!(call.exchange, reset.exchange, "the same id from either side are two exchanges");
    pair.says(Station, r#"[3,"1",{}]"#);
    assert!(pair.frame(Upstream).remark.unwrap().contains("no call"));
    pair.says(Station, r#"[2,"2","StartEngine",{}]"#);
    assert!(pair.frame(Upstream).remark.unwrap().contains("no action"));
}

/// Inspects the texts with an `idTag`, in their order, under the tickets 1, 2, …
struct Inspector(u64);

impl LinkObserver for Inspector {
    fn connection(&mut self, _up: bool) {}

    fn result(&mut self, _action: &str, _payload: &serde_json::Value) {}

    fn inspect(&mut self, _direction: Direction, text: &str) -> Option<u64> {
        let is_meant = text.contains(r#""idTag""#);
        self.0 += u64::from(is_meant);
        is_meant.then_some(self.0)
    }
}

#[test]
fn frames_that_a_plugin_inspects_go_on_changed_or_not_at_all_and_in_order() {
    let mut pair = Pair::new(false);
    pair.state.context.observer = Some(Box::new(Inspector(0)));
    let authorize = |id: u8| format!(r#"[2,"{id}","Authorize",{{"idTag":"A"}}]"#);
    (1..=3).for_each(|id| pair.says(Station, &authorize(id)));
    pair.state.on_binary(Station, Bytes::from_static(b"x"), pair.now);
    assert_eq!(pair.texts(Upstream).len(), 0);
    pair.state.judge(2, &InspectionVerdict::Drop, pair.now);
    assert_eq!(pair.take(Upstream).0.len(), 0, "nothing overtakes the first one");
    let changed = r#"[2,"x","Authorize",{"idTag":"B"}]"#;
    pair.state.judge(1, &InspectionVerdict::Change(changed.into()), pair.now);
    let (messages, frames) = pair.take(Upstream);
    assert_eq!(messages, [Message::text(changed)]);
    let done_with = |frame: &Frame| frame.passage().unwrap().intervention.as_deref().cloned().unwrap();
    assert_eq!(done_with(&frames[0]).to_string(), "edited here by a plugin");
    assert_eq!(done_with(&frames[0]).before.as_deref(), Some(authorize(1).as_str()));
    assert_eq!(done_with(&pair.frame(Station)).to_string(), "dropped here by a plugin");
    pair.says(Upstream, r#"[3,"x",{"idTagInfo":{"status":"Accepted"}}]"#);
    assert_eq!(pair.texts(Station), [r#"[3,"1",{"idTagInfo":{"status":"Accepted"}}]"#], "with the id of the call");
    // One that gets no verdict passes after a while, and what is behind it.
    pair.now = pair.now.at(pair.state.deadline(Station).unwrap());
    pair.state.tick(Station, pair.now);
    assert_eq!(pair.take(Upstream).0, [Message::text(authorize(3)), Message::Binary(Bytes::from_static(b"x"))]);
}

#[test]
fn a_signed_call_is_read_as_what_was_signed_and_passes_as_it_came() {
    let mut pair = Pair::new(false);
    pair.state.context.version = Version::V2_0_1;
    // {"alg":"ES256"}, {"type":"Immediate"} and {"status":"Accepted"}
    let call = r#"[2,"1","Reset-Signed",{"protected":"eyJhbGciOiJFUzI1NiJ9","payload":"eyJ0eXBlIjoiSW1tZWRpYXRlIn0","signature":"c2ln"}]"#;
    pair.says(Upstream, call);
    let (messages, frames) = pair.take(Station);
    assert_eq!(messages, [Message::text(call)]);
    let frame = &frames[0];
    assert_eq!((frame.action.as_deref(), frame.findings.len(), &frame.remark), (Some("Reset"), 0, &None));
    assert_eq!(frame.content.as_ref().map(|content| content.payload.as_str()), Some(r#"{"type":"Immediate"}"#));
    assert_eq!(frame.origin.as_ref().and_then(|origin| origin.signed.as_deref()), Some(r#"{"alg":"ES256"}"#));
    assert_eq!(done(frame), (PairLegs::Both, None));
    pair.says(
        Station,
        r#"[3,"1",{"protected":"eyJhbGciOiJFUzI1NiJ9","payload":"eyJzdGF0dXMiOiJBY2NlcHRlZCJ9","signature":"c2ln"}]"#,
    );
    let answer = pair.frame(Upstream);
    assert_eq!((answer.exchange, answer.code), (frame.exchange, None));
    pair.says(Upstream, r#"[2,"2","Reset-Signed",{"type":"Immediate"}]"#);
    assert!(pair.frame(Station).remark.unwrap().contains("a signed payload is a JWS"));
}

proptest! {
    #[test]
    fn everything_arrives_byte_for_byte_and_in_order(
        said in prop::collection::vec((any::<bool>(), any::<bool>(), "\\PC{0,40}|\\[[2-6],\"?\\PC{0,9}\"?,\"[A-Z][a-z]{0,9}\",\\{\\}\\]"), 0..40)
    ) {
        let mut pair = Pair::new(false);
        let mut expected = [Vec::new(), Vec::new()];
        for (by_station, is_binary, text) in &said {
            let from = if *by_station { Station } else { Upstream };
            let message = if *is_binary {
                let bytes = Bytes::copy_from_slice(text.as_bytes());
                pair.state.on_binary(from, bytes.clone(), pair.now);
                Message::Binary(bytes)
            } else {
                pair.says(from, text);
                Message::text(text.as_str())
            };
            expected[from.other() as usize].push(message);
        }
        for leg in PairLeg::ALL {
            let (messages, frames) = pair.take(leg);
            prop_assert_eq!(frames.len(), messages.len());
            prop_assert_eq!(messages, std::mem::take(&mut expected[leg as usize]));
        }
    }
}

#[test]
fn calls_of_ours_stay_here_and_wait_for_their_turn() {
    let mut pair = Pair::new(false);
    let (heard, results) = mpsc::channel();
    let observer = || {
        let heard = heard.clone();
        CallObserver::new(move |result| heard.send(result).unwrap())
    };
    // The central system has a call open at the station.
    pair.says(Upstream, r#"[2,"theirs","ClearCache",{}]"#);
    let payload = || OutgoingPayload::from(json!({"type": "Soft"}));
    pair.state.inject(Station, ("Reset", payload()), Some(observer()), pair.now);
    assert_eq!(pair.texts(Station), [r#"[2,"theirs","ClearCache",{}]"#]);
    pair.says(Station, r#"[3,"theirs",{"status":"Accepted"}]"#);
    assert_eq!(pair.texts(Upstream).len(), 1);
    let call = pair.frame(Station);
    assert_eq!(done(&call), (PairLegs::Station, Some(InterventionKind::Injected)));
    assert_eq!((call.direction, call.action.as_deref()), (Direction::Out, Some("Reset")));
    let id = call.text.split('"').nth(1).unwrap().to_owned();
    // A call with the same id gets another one, and its answer the one that it had.
    pair.says(Upstream, &format!(r#"[2, "{id}", "GetLocalListVersion", {{}}]"#));
    let renamed = pair.frame(Station);
    assert_eq!(done(&renamed), (PairLegs::Both, Some(InterventionKind::Edited)));
    let other = renamed.text.split('"').nth(1).unwrap().to_owned();
    assert_ne!(other, id);
    pair.says(Station, &format!(r#"[3,"{id}",{{"status":"Rejected"}}]"#));
    pair.says(Station, &format!(r#"[3, "{other}" ,{{"listVersion":1}}]"#));
    assert_eq!(pair.texts(Upstream), [format!(r#"[3, "{id}" ,{{"listVersion":1}}]"#)]);
    assert_eq!(done(&pair.frame(Station)), (PairLegs::Station, None));
    assert_eq!(results.try_recv(), Ok(CallResult::Result(json!({"status": "Rejected"}))));
    // No answer at all.
    pair.state.inject(Upstream, ("Heartbeat", json!({}).into()), Some(observer()), pair.now);
    let call = pair.frame(Upstream);
    assert_eq!((done(&call).0, call.direction), (PairLegs::Upstream, Direction::In));
    pair.now = pair.now.at(pair.state.deadline(Upstream).unwrap());
    pair.state.tick(Upstream, pair.now);
    assert_eq!(results.try_recv(), Ok(CallResult::Timeout));
}

#[test]
fn frames_that_are_held_go_on_changed_or_answered_or_not_at_all() {
    let mut pair = Pair::new(false);
    pair.gate.set(Some("action:Reset or action:Heartbeat".parse::<TraceFilter>().unwrap()));
    let reset = |id: u8| format!(r#"[2, "{id}" ,"Reset", {{"type":"Hard"}} ]"#);
    for id in 1..=3 {
        pair.says(Upstream, &reset(id));
    }
    pair.says(Upstream, r#"[2,"4","ClearCache",{}]"#);
    assert_eq!(pair.texts(Station), [r#"[2,"4","ClearCache",{}]"#]);
    let numbers: Vec<u64> = pair.gate.held().iter().map(|held| held.number).collect();
    let [first, second, third] = numbers[..] else { panic!("{numbers:?}") };
    pair.state.release(first, ReleaseAction::Go(Some(json!({"type": "Soft"}).into())), pair.now);
    let edited = pair.frame(Station);
    assert_eq!(edited.text.as_str(), r#"[2, "1" ,"Reset", {"type":"Soft"} ]"#);
    let passage = edited.passage().unwrap().clone();
    assert_eq!(passage.intervention.unwrap().before.as_deref(), Some(reset(1).as_str()));
    pair.state.release(second, ReleaseAction::Drop, pair.now);
    assert_eq!(done(&pair.frame(Upstream)), (PairLegs::Upstream, Some(InterventionKind::Dropped)));
    pair.state.release(third, ReleaseAction::Answer(Answer::result(json!({"status": "Accepted"}))), pair.now);
    let (messages, frames) = pair.take(Upstream);
    assert_eq!(messages, [Message::text(r#"[3,"3",{"status":"Accepted"}]"#)]);
    assert_eq!(done(&frames[0]), (PairLegs::Upstream, Some(InterventionKind::AnsweredHere)));
    assert_eq!(frames[0].exchange, frames[1].exchange);
    assert_eq!((pair.texts(Station).len(), pair.gate.count()), (0, 0));
}

#[test]
fn a_rule_answers_a_call_that_the_other_side_never_sees_or_lets_it_pass_later() {
    let mut pair = Pair::new(false);
    let answer = Answer::result(json!({"idTagInfo": {"status": "Blocked"}}));
    pair.state.context.rules[Station as usize] = Box::new(RuleOf(Some(FilterDecision::Replace(answer))));
    pair.says(Station, r#"[2,"1","Authorize",{"idTag":"A"}]"#);
    let (messages, frames) = pair.take(Station);
    assert_eq!(messages, [Message::text(r#"[3,"1",{"idTagInfo":{"status":"Blocked"}}]"#)]);
    let by = |frame: &Frame| frame.passage().unwrap().intervention.as_ref().unwrap().to_string();
    assert_eq!(by(&frames[0]), "answered here by an answer rule");
    assert_eq!(pair.texts(Upstream).len(), 0);
    let late = FilterDecision::Delay(std::time::Duration::from_secs(5));
    pair.state.context.rules[Upstream as usize] = Box::new(RuleOf(Some(late)));
    pair.says(Upstream, r#"[2,"2","ClearCache",{}]"#);
    assert_eq!(pair.texts(Station).len(), 0);
    pair.now = pair.now.at(pair.state.deadline(Station).unwrap());
    pair.state.tick(Station, pair.now);
    assert_eq!(by(&pair.frame(Station)), "delayed here by an answer rule");
}

#[test]
fn another_answer_takes_the_place_of_one_that_is_held() {
    let mut pair = Pair::new(false);
    pair.gate.set(Some("kind:result,error".parse::<TraceFilter>().unwrap()));
    let release = |pair: &mut Pair, action| {
        let number = pair.gate.held()[0].number;
        pair.state.release(number, action, pair.now);
        pair.frame(Station).text.to_string()
    };
    for id in 1..=3 {
        pair.says(Station, &format!(r#"[2,"{id}","Heartbeat",{{}}]"#));
    }
    pair.says(Upstream, r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#);
    let error = Answer::Error { code: ErrorCode::InternalError, description: "no".into() };
    assert_eq!(release(&mut pair, ReleaseAction::Answer(error)), r#"[4,"1","InternalError","no",{}]"#);
    pair.says(Upstream, r#"[4,"2","NotSupported","",{}]"#);
    let result = Answer::result(json!({"currentTime": "x"}));
    assert_eq!(release(&mut pair, ReleaseAction::Answer(result)), r#"[3,"2",{"currentTime":"x"}]"#);
}

#[test]
fn a_link_that_is_slow_stops_the_other_from_being_read() {
    let mut pair = Pair::new(false);
    let large = format!(r#"[2,"1","DataTransfer",{{"vendorId":"{}"}}]"#, "x".repeat(ROOM / 2));
    assert!(pair.state.has_room(Station));
    pair.says(Station, &large);
    pair.says(Station, &large);
    assert!(!pair.state.has_room(Station) && pair.state.has_room(Upstream));
    assert_eq!(pair.texts(Upstream).len(), 2);
    assert!(pair.state.has_room(Station));
}

#[test]
fn both_links_end_together_when_everything_has_left() {
    let mut pair = Pair::new(false);
    pair.says(Upstream, r#"[2,"1","Reset",{"type":"Soft"}]"#);
    pair.says(Station, r#"[2,"2","Heartbeat",{}]"#);
    let closed = CloseReason::ClosedByPeer { code: Some(4001), text: "bye".into() };
    let lost = pair.state.ended(Upstream, &closed, pair.now);
    let [(_, EventKind::Frame(lost))] = &lost[..] else { panic!("{lost:?}") };
    assert_eq!(done(lost), (PairLegs::Station, Some(InterventionKind::Lost)));
    assert_eq!(pair.state.end_wanted(Station), None, "a frame is still to leave");
    assert_eq!(pair.texts(Station).len(), 1);
    assert_eq!(pair.state.end_wanted(Station), Some(CloseReason::OtherLeg(Box::new(closed))));
    pair.says(Station, r#"[2,"3","Heartbeat",{}]"#);
    assert_eq!(done(&pair.frame(Station)), (PairLegs::Station, Some(InterventionKind::Lost)));
}

#[test]
fn a_station_that_is_kept_waits_for_its_central_system() {
    let mut pair = Pair::new(true);
    assert!(pair.state.ended(Upstream, &CloseReason::PeerGone, pair.now).is_empty());
    assert_eq!(pair.state.end_wanted(Station), None);
    pair.says(Station, r#"[2,"1","Heartbeat",{}]"#);
    pair.state.comes_up(Upstream);
    assert_eq!(pair.texts(Upstream), [r#"[2,"1","Heartbeat",{}]"#]);
    pair.state.ended(Station, &CloseReason::PeerGone, pair.now);
    assert!(pair.state.end_wanted(Upstream).is_some());
}
