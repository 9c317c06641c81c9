//! The conversation against texts, without a socket and without a clock. What is decided before an answer leaves is in `decisions`.

mod decisions;
mod newer;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::behaviour::{Answer, AnswerFilter, Behaviour, FilterDecision, IncomingCall, LinkObserver, Proposal, ProposedEffect};
use crate::link::intercept::gate::ReleaseAction;
use crate::link::intercept::queue::InspectionVerdict;
use crate::link::websocket::framing::SrpcFraming;
use crate::ocpp::{ErrorCode, Role};

/// Returns the configured answers and records what it receives.
#[derive(Default)]
struct Scripted {
    answers: Vec<Answer>,
    calls: Vec<(&'static str, Value)>,
    observed: Arc<std::sync::Mutex<Vec<String>>>,
    /// The calls whose answers have left, with the status that was sent.
    committed: Arc<std::sync::Mutex<Vec<String>>>,
    /// What is called when the next answer has left.
    following: Vec<(&'static str, Value)>,
    deadline: Option<Instant>,
}

impl Behaviour for Scripted {
    fn role(&self) -> Role {
        Role::CentralSystem
    }

    fn connected(&mut self, _version: Version, _now: Moment, out: &mut Outbox) {
        for (action, payload) in self.calls.drain(..) {
            out.call(action, payload);
        }
    }

    fn disconnected(&mut self, _now: Moment) {
        self.observed.lock().unwrap().push("disconnected".into());
    }

    fn propose(&mut self, call: IncomingCall<'_>, _now: Moment) -> Proposal {
        self.observed.lock().unwrap().push(format!("{} {}", call.action, call.payload.value()));
        let default = || Answer::result(json!({"currentTime": "2026-01-01T00:00:00Z"}));
        let answer = if self.answers.is_empty() { default() } else { self.answers.remove(0) };
        Proposal::with(answer, call.action.to_owned())
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, _now: Moment, out: &mut Outbox) {
        if let Some(action) = effect.into_inner::<String>() {
            self.committed.lock().unwrap().push(format!("{action} {:?}", sent.status()));
            for (action, payload) in self.following.drain(..) {
                out.call(action, payload);
            }
        }
    }

    fn answered(&mut self, action: &str, _payload: &Value, outcome: CallOutcome<'_>, _now: Moment, _out: &mut Outbox) {
        self.observed.lock().unwrap().push(format!("{action}: {outcome:?}"));
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    fn deadline_reached(&mut self, _now: Moment, out: &mut Outbox) {
        self.deadline = None;
        out.call("ClearCache", json!({}));
    }
}

/// A context for one conversation. Its recorder has no reader.
fn context(settings: Arc<LinkSettings>, now: Moment) -> ConversationContext {
    let (events, _) = crate::trace::start(1 << 20, now).unwrap();
    let gate = Arc::new(Gate::new(events.trace().clone()));
    let station = events.station(Role::CentralSystem, "CP1");
    ConversationContext {
        catalog: Catalog::embedded(),
        settings,
        numbers: NumberSource::default(),
        gate,
        station,
        chance: LinkChance::default(),
    }
}

struct Talk {
    conversation: Conversation<SrpcFraming>,
    now: Moment,
    observed: Arc<std::sync::Mutex<Vec<String>>>,
    committed: Arc<std::sync::Mutex<Vec<String>>>,
    events: Vec<EventKind>,
}

impl Talk {
    fn new(version: Version, behaviour: Scripted) -> Talk {
        Talk::with(version, behaviour, Vec::new(), None)
    }

    fn with(
        version: Version,
        behaviour: Scripted,
        filters: Vec<Box<dyn AnswerFilter>>,
        observer: Option<Box<dyn LinkObserver>>,
    ) -> Talk {
        let now = Moment { wall: jiff::Timestamp::UNIX_EPOCH, monotonic: Instant::now() };
        let (observed, committed) = (behaviour.observed.clone(), behaviour.committed.clone());
        let settings = Arc::new(LinkSettings { calls_queued: 3, ..LinkSettings::default() });
        let responder = Responder { behaviour: Box::new(behaviour), filters, observer };
        let conversation = Conversation::begin(SrpcFraming, context(settings, now), version, responder, now);
        Talk { conversation, now, observed, committed, events: Vec::new() }
    }

    fn later(&mut self, by: Duration) {
        self.now.monotonic += by;
        self.conversation.tick(self.now);
    }

    fn receive(&mut self, text: &str) -> Vec<String> {
        self.conversation.receive(FrameText::from(text), self.now);
        self.sent()
    }

    /// What leaves for the wire; events are kept.
    fn sent(&mut self) -> Vec<String> {
        self.conversation.prepare_outgoing(self.now);
        let mut sent = Vec::new();
        for Outgoing { message, event, .. } in self.conversation.outgoing.drain(..) {
            sent.extend(message.map(|text| text.to_string()));
            self.events.extend(event.map(|(_, kind)| kind));
        }
        sent
    }

    /// The frames that were recorded since the last call.
    fn frames(&mut self) -> Vec<Frame> {
        self.sent();
        let frame = |event| if let EventKind::Frame(frame) = event { Some(frame) } else { None };
        self.events.drain(..).filter_map(frame).collect()
    }

    fn failures(&mut self) -> usize {
        self.sent();
        self.events.iter().filter(|event| matches!(event, EventKind::Note { failure: true, .. })).count()
    }

    fn notes(&mut self) -> Vec<String> {
        self.sent();
        let note = |event: &EventKind| match event {
            EventKind::Note { failure: false, text } => Some(text.to_string()),
            _ => None,
        };
        self.events.iter().filter_map(note).collect()
    }

    fn id_of_call(&mut self) -> String {
        let sent = self.sent();
        let call: Value = serde_json::from_str(&sent[0]).unwrap();
        assert_eq!((sent.len(), &call[0]), (1, &json!(2)));
        call[1].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_valid_call_reaches_the_behaviour_and_its_answer_goes_back_under_the_same_id_and_exchange() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    let sent = talk.receive(r#"[2,"7","Heartbeat",{}]"#);
    assert_eq!(sent, [r#"[3,"7",{"currentTime":"2026-01-01T00:00:00Z"}]"#]);
    assert_eq!(*talk.observed.lock().unwrap(), ["Heartbeat {}"]);
    let frames = talk.frames();
    assert_eq!((frames[0].kind, frames[1].kind), (FrameKind::Call, FrameKind::Result));
    assert!(frames[0].exchange.is_some() && frames[0].exchange == frames[1].exchange);
    assert_eq!(frames[1].action.as_deref(), Some("Heartbeat"));
}

#[test]
fn null_stands_for_no_fields_in_1_6_and_is_a_type_violation_in_srpc() {
    let null = r#"[2,"7","Heartbeat",null]"#;
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    assert!(talk.receive(null)[0].starts_with("[3,"));
    assert_eq!(*talk.observed.lock().unwrap(), ["Heartbeat {}"]);
    let mut talk = Talk::new(Version::V1_5, Scripted::default());
    let expected = r#"[4,"7","TypeConstraintViolation","Sender's message violates data type constraints.",{}]"#;
    assert_eq!(talk.receive(null), [expected]);
}

#[test]
fn a_bad_request_gets_the_code_of_its_version_and_never_reaches_the_behaviour() {
    for (version, text, code) in [
        (Version::V1_5, r#"[2,"7","Authorize",{}]"#, "OccurenceConstraintViolation"),
        (Version::V1_6, r#"[2,"7","Authorize",{}]"#, "OccurenceConstraintViolation"),
        (Version::V1_5, r#"[2,"7","Authorize",{"idTag":"a","x":1}]"#, "PropertyConstraintViolation"),
        (Version::V1_6, r#"[2,"7","Authorize",{"idTag":"a","x":1}]"#, "FormationViolation"),
        (Version::V1_6, r#"[2,"7","Authorize",{"idTag":1}]"#, "TypeConstraintViolation"),
        (Version::V1_5, r#"[2,"7","Authorize",{"idTag":"123456789012345678901"}]"#, "TypeConstraintViolation"),
        (Version::V1_6, r#"[2,"7","Authorize",{"idTag":"123456789012345678901"}]"#, "PropertyConstraintViolation"),
        (Version::V1_6, r#"[2,"7","authorize",{"idTag":"a"}]"#, "NotImplemented"),
        (Version::V1_6, r#"[2,"7","Reset",{"type":"Soft"}]"#, "NotSupported"),
        (Version::V1_2, r#"[2,"7","DataTransfer",{"vendorId":"a"}]"#, "NotSupported"),
    ] {
        let mut talk = Talk::new(version, Scripted::default());
        let sent = talk.receive(text);
        assert!(sent.len() == 1 && sent[0].starts_with(&format!(r#"[4,"7","{code}","#)), "{text} in {version}: {sent:?}");
        assert!(talk.observed.lock().unwrap().is_empty());
        let frames = talk.frames();
        assert_eq!(frames[1].code, ErrorCode::parse(code));
    }
}

#[test]
fn calls_leave_one_at_a_time_and_a_result_is_checked() {
    let reset = || json!({"type": "Soft"});
    let mut talk = Talk::new(Version::V1_6, Scripted { calls: vec![("Reset", reset())], ..Scripted::default() });
    let id = talk.id_of_call();
    talk.conversation.call("Reset", reset(), talk.now);
    assert!(talk.sent().is_empty(), "the second call waits for the answer to the first");
    talk.frames();
    talk.receive(&format!(r#"[3,"{id}",{{"status":"Perhaps"}}]"#));
    let frames = talk.frames();
    assert!(frames[0].findings.iter().any(|finding| finding.path == "/status"), "a bad result is the peer's fault");
    assert_eq!(frames[0].action.as_deref(), Some("Reset"));
    assert!(talk.observed.lock().unwrap()[0].contains("valid: false"));
    assert_eq!(frames[1].kind, FrameKind::Call, "the second call left behind the answer");
}

#[test]
fn a_full_queue_records_a_failure_and_loses_nothing_else() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    for _ in 0..5 {
        talk.conversation.call("ClearCache", json!({}), talk.now);
    }
    assert_eq!(talk.failures(), 1, "one is under way, three wait, the fifth is refused");
}

#[test]
fn a_call_without_answer_times_out_and_its_late_answer_is_known_as_late() {
    let mut talk = Talk::new(Version::V1_6, Scripted { calls: vec![("ClearCache", json!({}))], ..Scripted::default() });
    let id = talk.id_of_call();
    assert_eq!(talk.conversation.next_deadline(), Some(talk.now.monotonic + Duration::from_secs(30)));
    talk.later(Duration::from_secs(29));
    assert!(talk.observed.lock().unwrap().is_empty());
    talk.later(Duration::from_secs(1));
    assert_eq!(*talk.observed.lock().unwrap(), ["ClearCache: Timeout"]);
    talk.sent();
    assert!(talk.events.drain(..).any(|event| matches!(event, EventKind::Timeout { .. })));
    talk.now.monotonic += Duration::from_millis(1500);
    talk.receive(&format!(r#"[3,"{id}",{{"status":"Accepted"}}]"#));
    let frames = talk.frames();
    assert_eq!(frames[0].action.as_deref(), Some("ClearCache"));
    assert!(frames[0].remark.as_deref().unwrap().contains("1.5 s after"), "{:?}", frames[0].remark);
    assert_eq!(talk.observed.lock().unwrap().len(), 1, "the behaviour got the timeout only");
}

#[test]
fn an_error_ends_the_call_and_an_unknown_answer_disturbs_nothing() {
    let mut talk = Talk::new(Version::V1_5, Scripted { calls: vec![("ClearCache", json!({}))], ..Scripted::default() });
    let id = talk.id_of_call();
    assert!(talk.receive(r#"[3,"another",{}]"#).is_empty());
    assert!(talk.receive(r#"[4,"another","GenericError","",{}]"#).is_empty());
    talk.receive(&format!(r#"[4,"{id}","OccurrenceConstraintViolation","",{{}}]"#));
    assert_eq!(
        *talk.observed.lock().unwrap(),
        [r#"ClearCache: Error { code: "OccurrenceConstraintViolation", description: "" }"#]
    );
    let frames = talk.frames();
    assert_eq!(frames.last().unwrap().code, Some(ErrorCode::OccurenceConstraintViolation));
}

#[test]
fn an_answer_may_wait_or_never_come() {
    let error = Answer::Error { code: ErrorCode::InternalError, description: "x".repeat(300) };
    let delayed = Answer::Delayed(Duration::from_secs(2), Box::new(error));
    let mut talk = Talk::new(Version::V1_6, Scripted { answers: vec![Answer::Silence, delayed], ..Scripted::default() });
    assert!(talk.receive(r#"[2,"1","Heartbeat",{}]"#).is_empty());
    assert!(talk.receive(r#"[2,"2","Heartbeat",{}]"#).is_empty());
    assert!(talk.receive(r#"[2,"3","Heartbeat",{}]"#)[0].starts_with(r#"[3,"3""#), "a delayed answer blocks no other one");
    talk.later(Duration::from_millis(1999));
    assert!(talk.sent().is_empty());
    talk.later(Duration::from_millis(1));
    let description = "x".repeat(255);
    assert_eq!(talk.sent(), [format!(r#"[4,"2","InternalError","{description}",{{}}]"#)]);
    assert_eq!(talk.conversation.next_deadline(), None);
}

#[test]
fn malformed_frames_are_shown_with_the_reason_and_answered_by_version() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    assert!(talk.receive("hello").is_empty());
    assert_eq!(talk.receive(r#"[2,"7","Heartbeat",{]"#).len(), 1);
    talk.conversation.receive_binary(&[0, 255], talk.now);
    let frames = talk.frames();
    assert!(frames[0].remark.as_deref().unwrap().contains("not JSON"));
    assert!(frames[1].remark.as_deref().unwrap().contains("at byte 20"), "{:?}", frames[1].remark);
    assert_eq!((frames[1].exchange, frames[2].kind), (frames[2].exchange, FrameKind::Error));
    assert_eq!((frames[3].kind, frames[3].text.as_str()), (FrameKind::Malformed, "00ff"));
    assert!(talk.receive(r#"[2,"8","Heartbeat",{}]"#)[0].starts_with("[3,"), "the link goes on");
}

#[test]
fn a_finding_names_a_number_as_it_was_written() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    let sent = talk.receive(
        r#"[2,"1","StartTransaction",{"connectorId":2.50,"idTag":"A","meterStart":1.10e1,"timestamp":"2026-03-01T12:00:00Z"}]"#,
    );
    assert!(sent[0].contains("2.50"), "{}", sent[0]);
    let findings: Vec<String> = talk.frames()[0].findings.iter().map(|finding| finding.message.clone()).collect();
    assert!(findings.len() == 1 && findings[0].contains("connectorId is 2.50"), "{findings:?}");
}

#[test]
fn json_beyond_a_limit_is_not_called_something_else() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    let sent = talk.receive(r#"[2,"1","DataTransfer",{"vendorId":1e400}]"#);
    assert!(sent[0].contains("the number 1e400 is larger than a 64-bit float can hold"), "{}", sent[0]);
    let (deep, end) = ("[".repeat(200), "]".repeat(200));
    let sent = talk.receive(&format!(r#"[2,"1","DataTransfer",{{"vendorId":{deep}{end}}}]"#));
    assert!(sent[0].contains("more than 127 deep"), "{}", sent[0]);
}

#[test]
fn a_raw_call_is_linked_with_its_answer_and_raw_nonsense_is_sent_as_it_is() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    talk.conversation.raw(r#"[2,"mine","Reset",{"type":"Never"}]"#.into(), talk.now);
    talk.conversation.raw("{nonsense".into(), talk.now);
    assert_eq!(talk.sent(), [r#"[2,"mine","Reset",{"type":"Never"}]"#, "{nonsense"]);
    talk.receive(r#"[3,"mine",{"status":"Rejected"}]"#);
    let frames = talk.frames();
    assert_eq!(frames[1].kind, FrameKind::Malformed);
    assert_eq!((frames[0].exchange, frames[2].action.as_deref()), (frames[2].exchange, Some("Reset")));
}

#[test]
fn what_is_wrong_with_our_own_frames_is_recorded_like_that_of_the_peer() {
    let paths = |frame: &Frame| frame.findings.iter().map(|finding| finding.path.clone()).collect::<Vec<_>>();
    let answers = vec![Answer::result(json!({ "currentTime": 7 }))];
    let mut talk = Talk::new(Version::V1_6, Scripted { answers, ..Scripted::default() });
    talk.conversation.raw(r#"[2,"mine","Reset",{"type":"Never"}]"#.into(), talk.now);
    talk.receive(r#"[2,"7","Heartbeat",{}]"#);
    talk.receive(r#"[2,"8","Heartbeat",{}]"#);
    let frames = talk.frames();
    assert_eq!(paths(&frames[0]), ["/type"], "a call that was typed");
    assert_eq!(paths(&frames[2]), ["/currentTime"], "a result that a rule or a behaviour has made");
    assert!(paths(&frames[4]).is_empty());
}

#[test]
fn a_lost_link_ends_the_open_calls_and_gives_the_behaviour_back() {
    let calls = vec![("ClearCache", json!({})), ("ClearCache", json!({}))];
    let talk = Talk::new(Version::V1_6, Scripted { calls, ..Scripted::default() });
    let (_, events) = talk.conversation.end(talk.now);
    assert_eq!(*talk.observed.lock().unwrap(), ["ClearCache: LinkLost", "disconnected"]);
    let notes = events.iter().filter(|(_, kind)| matches!(kind, EventKind::Note { failure: true, .. })).count();
    assert_eq!(notes, 2, "one for the call under way, one for what was never sent");
}

#[test]
fn the_behaviour_is_woken_at_its_deadline() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    let now = talk.now.monotonic;
    let behaviour = Scripted { deadline: Some(now + Duration::from_secs(5)), ..Scripted::default() };
    talk = Talk { now: talk.now, ..Talk::new(Version::V1_6, behaviour) };
    talk.later(Duration::from_secs(4));
    assert!(talk.sent().is_empty());
    talk.later(Duration::from_secs(1));
    assert!(talk.sent()[0].contains("ClearCache"));
}

fn hold(talk: &Talk, filter: &str) {
    talk.conversation.gate.set(Some(crate::trace::filter::parse(filter).unwrap()));
}

#[test]
fn a_call_that_waits_is_handled_when_it_is_let_go_with_the_payload_as_edited() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    hold(&talk, "dir:in action:Authorize $.idTag=A*");
    assert_eq!(talk.receive(r#"[2,"1","Authorize",{"idTag":"B"}]"#).len(), 1, "this one passes no filter");
    assert!(talk.receive(r#"[2,"2","Authorize",{"idTag":"A1"}]"#).is_empty());
    assert_eq!(talk.receive(r#"[2,"3","Heartbeat",{}]"#).len(), 1, "a deferred answer blocks no other one");
    let held = talk.conversation.gate.held();
    assert_eq!((held.len(), &*held[0].action, held[0].payload.value()), (1, "Authorize", &json!({"idTag": "A1"})));
    talk.conversation.release(held[0].number, ReleaseAction::Go(Some(json!({"idTag": "C"}).into())), talk.now);
    assert!(talk.sent()[0].starts_with(r#"[3,"2","#));
    assert_eq!(talk.observed.lock().unwrap().last().unwrap(), r#"Authorize {"idTag":"C"}"#);
    assert_eq!(talk.conversation.gate.count(), 0);
    talk.conversation.release(held[0].number, ReleaseAction::Go(None), talk.now);
    assert!(talk.sent().is_empty(), "it is let go once");
}

#[test]
fn what_waits_is_shown_as_it_is_written() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    hold(&talk, "dir:in");
    talk.receive(r#"["2",1e3,"DataTransfer",{"vendorId":"v",  "x":1.10, "x":28240181849166013077}]"#);
    let held = talk.conversation.gate.held();
    assert_eq!(held[0].payload.to_string(), r#"{"vendorId":"v",  "x":1.10, "x":28240181849166013077}"#);
}

#[test]
fn a_call_of_the_user_says_what_it_waits_for() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    talk.conversation.call("Reset", json!({"type": "Soft"}), talk.now);
    talk.conversation.call("ClearCache", json!({}), talk.now);
    talk.conversation.note_wait("ClearCache", talk.now);
    assert_eq!(talk.notes(), Vec::<String>::new(), "an answer may still come at any moment");
    talk.later(Duration::from_secs(12));
    talk.conversation.note_wait("ClearCache", talk.now);
    assert_eq!(talk.notes(), ["ClearCache waits: Reset has had no answer for 12 s; it is given up in 18 s"]);
}

#[test]
fn a_call_that_waits_may_be_answered_on_purpose_or_never_and_a_bad_edit_is_judged() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    hold(&talk, "dir:in");
    for id in 1..=3 {
        assert!(talk.receive(&format!(r#"[2,"{id}","Authorize",{{"idTag":"A"}}]"#)).is_empty());
    }
    let numbers: Vec<u64> = talk.conversation.gate.held().iter().map(|frame| frame.number).collect();
    let error = Answer::Error { code: ErrorCode::SecurityError, description: "no".into() };
    talk.conversation.release(numbers[0], ReleaseAction::Answer(error), talk.now);
    talk.conversation.release(numbers[1], ReleaseAction::Drop, talk.now);
    talk.conversation.release(numbers[2], ReleaseAction::Go(Some(json!({}).into())), talk.now);
    let sent = talk.sent();
    assert_eq!(sent[0], r#"[4,"1","SecurityError","no",{}]"#);
    assert!(sent.len() == 2 && sent[1].starts_with(r#"[4,"3","OccurenceConstraintViolation""#), "{sent:?}");
    assert!(talk.observed.lock().unwrap().is_empty(), "the behaviour was never asked");
}

#[test]
fn our_answer_and_our_call_wait_before_they_go_out() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    hold(&talk, "dir:out");
    assert!(talk.receive(r#"[2,"1","Heartbeat",{}]"#).is_empty());
    talk.conversation.call("Reset", json!({"type": "Soft"}), talk.now);
    assert!(talk.sent().is_empty());
    let held = talk.conversation.gate.held();
    assert_eq!(held.iter().map(|frame| frame.kind).collect::<Vec<_>>(), [FrameKind::Result, FrameKind::Call]);
    talk.later(Duration::from_secs(60));
    assert!(
        talk.observed.lock().unwrap().iter().all(|observed| !observed.contains("Timeout")),
        "the time limit begins with the sending"
    );
    talk.conversation.release(held[0].number, ReleaseAction::Go(Some(json!({"currentTime": "never"}).into())), talk.now);
    talk.conversation.release(held[1].number, ReleaseAction::Go(Some(json!({"type": "Hard"}).into())), talk.now);
    let sent = talk.sent();
    assert_eq!(sent[0], r#"[3,"1",{"currentTime":"never"}]"#);
    assert!(sent[1].ends_with(r#""Reset",{"type":"Hard"}]"#), "{}", sent[1]);
}

#[test]
fn a_result_waits_before_the_behaviour_hears_of_it() {
    let mut talk = Talk::new(Version::V1_6, Scripted { calls: vec![("ClearCache", json!({}))], ..Scripted::default() });
    let id = talk.id_of_call();
    hold(&talk, "kind:result");
    talk.receive(&format!(r#"[3,"{id}",{{"status":"Accepted"}}]"#));
    assert!(talk.observed.lock().unwrap().is_empty());
    let number = talk.conversation.gate.held()[0].number;
    talk.conversation.release(number, ReleaseAction::Go(Some(json!({"status": "Rejected"}).into())), talk.now);
    let observed = talk.observed.lock().unwrap().clone();
    assert!(observed.len() == 1 && observed[0].contains("Rejected") && observed[0].contains("valid: true"), "{observed:?}");
}

#[test]
fn an_open_gate_stops_nothing_and_a_lost_link_leaves_nothing_behind() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    hold(&talk, "dir:in");
    assert!(talk.receive(r#"[2,"1","Heartbeat",{}]"#).is_empty());
    talk.conversation.gate.set(None);
    assert_eq!(talk.receive(r#"[2,"2","Heartbeat",{}]"#).len(), 1);
    let gate = talk.conversation.gate.clone();
    assert_eq!(gate.count(), 1, "what waits already goes on waiting");
    let (_, events) = talk.conversation.end(talk.now);
    assert_eq!(gate.count(), 0);
    assert!(events.iter().any(|(_, kind)| matches!(kind, EventKind::Note { text, .. } if text.contains("dropped"))));
}

#[test]
fn too_many_that_wait_let_the_next_one_pass_with_a_word() {
    let mut talk = Talk::new(Version::V1_6, Scripted::default());
    hold(&talk, "dir:in");
    let long = "x".repeat(4 << 20);
    for id in 0..4 {
        talk.receive(&format!(r#"[2,"{id}","DataTransfer",{{"vendorId":"v","data":"{long}"}}]"#));
    }
    assert_eq!(talk.conversation.gate.count(), 3);
    assert_eq!(talk.observed.lock().unwrap().len(), 1);
    assert_eq!(talk.failures(), 1);
}
