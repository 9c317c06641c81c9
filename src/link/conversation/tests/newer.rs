//! What 2.x has added to calls and answers: messages that nothing answers and errors about results (2.1), and messages that are signed.

use super::*;
use crate::ocpp::{FieldDefinition, FieldKind, MessageDefinition, NumberRange, XmlForm};

/// Some actions of both versions: one of each role, and one of each that nothing answers.
fn catalog() -> Arc<Catalog> {
    let field = |name: &str, kind| FieldDefinition {
        name: name.to_owned(),
        kind,
        required: true,
        repeated: None,
        max_items: None,
        type_name: String::new(),
        default: None,
        xml: XmlForm::Element(name.to_owned()),
    };
    let statuses = || FieldKind::Enumeration(vec!["Accepted".to_owned()]);
    let mut actions = Vec::new();
    for version in [Version::V2_0_1, Version::V2_1] {
        for (name, initiator, is_send) in [
            ("Reset", Role::CentralSystem, false),
            ("Heartbeat", Role::ChargePoint, false),
            ("Announce", Role::CentralSystem, true),
            ("Stream", Role::ChargePoint, true),
        ] {
            let asked = if name == "Heartbeat" { Vec::new() } else { vec![field("id", FieldKind::Integer(NumberRange::ANY))] };
            let answered = if name == "Reset" { vec![field("status", statuses())] } else { Vec::new() };
            let request = MessageDefinition::new(format!("{name}Request"), asked, None);
            let response = MessageDefinition::new(format!("{name}Response"), answered, None);
            actions.push(ActionDefinition { name: name.into(), version, initiator, request, response, is_send, soap: None });
        }
    }
    Arc::new(Catalog::new(actions))
}

fn talk_as(version: Version, strictness: Strictness, filters: Vec<Box<dyn AnswerFilter>>) -> Talk {
    let now = Moment { wall: jiff::Timestamp::UNIX_EPOCH, monotonic: Instant::now() };
    let behaviour = Scripted::default();
    let (observed, committed) = (behaviour.observed.clone(), behaviour.committed.clone());
    let settings = Arc::new(LinkSettings { strictness, ..LinkSettings::default() });
    let context = ConversationContext { catalog: catalog(), ..context(settings, now) };
    let responder = Responder { behaviour: Box::new(behaviour), filters, observer: None };
    let conversation = Conversation::begin(SrpcFraming, context, version, responder, now);
    Talk { conversation, now, observed, committed, events: Vec::new() }
}

fn talk(version: Version) -> Talk {
    talk_as(version, Strictness::Tolerant, Vec::new())
}

fn id_of(frame: &str) -> String {
    let frame: Value = serde_json::from_str(frame).unwrap();
    frame[1].as_str().unwrap().to_owned()
}

fn findings(frame: &Frame) -> Vec<(bool, &str)> {
    frame.findings.iter().map(|finding| (finding.tolerated, finding.message.as_str())).collect()
}

#[test]
fn a_send_leaves_at_once_and_awaits_nothing() {
    let mut talk = talk(Version::V2_1);
    talk.conversation.call("Reset", json!({ "id": 1 }), talk.now);
    talk.conversation.call("Reset", json!({ "id": 2 }), talk.now);
    let (ended, heard) = std::sync::mpsc::channel();
    let then = CallObserver::new(move |result| ended.send(result).unwrap());
    talk.conversation.ask("Announce", json!({ "id": 3 }), Some(then), talk.now);
    let sent = talk.sent();
    assert_eq!(sent.len(), 2, "the second call waits, the SEND does not: {sent:?}");
    assert!(sent[1].starts_with("[6,\"") && sent[1].ends_with(r#","Announce",{"id":3}]"#), "{}", sent[1]);
    assert_eq!(heard.try_recv(), Ok(CallResult::Result(json!({}))), "its caller goes on");
    let frames = talk.frames();
    assert_eq!((frames[1].kind, frames[1].exchange, frames[1].action.as_deref()), (FrameKind::Send, None, Some("Announce")));
    talk.receive(&format!(r#"[3,"{}",{{"status":"Accepted"}}]"#, id_of(&sent[0])));
    assert_eq!(talk.observed.lock().unwrap().len(), 1, "the behaviour hears of the call only");
    talk.later(Duration::from_secs(60));
    assert_eq!(talk.observed.lock().unwrap().len(), 2, "and the second call times out");
}

#[test]
fn a_send_of_the_peer_is_handled_and_never_answered() {
    struct Silent;
    impl AnswerFilter for Silent {
        fn filter(&mut self, _call: IncomingCall<'_>, _proposed: &Answer) -> FilterDecision {
            FilterDecision::Wait { ticket: 1, timeout: None }
        }
    }
    let mut talk = talk_as(Version::V2_1, Strictness::Tolerant, vec![Box::new(Silent)]);
    assert_eq!(talk.receive(r#"[6,"s","Stream",{"id":7}]"#), [""; 0]);
    assert_eq!(*talk.observed.lock().unwrap(), [r#"Stream {"id":7}"#]);
    assert_eq!(talk.committed.lock().unwrap().len(), 1, "its effects follow, whatever a filter says");
    talk.conversation.decide(1, Some(Answer::result(json!({}))), talk.now);
    assert_eq!(talk.sent(), [""; 0]);
    for (text, why) in [
        (r#"[6,"s","Stream",{}]"#, "id is missing"),
        (r#"[6,"s","Heartbeat",{}]"#, "Heartbeat is no action that is sent as SEND"),
        (r#"[6,"s","Nothing",{}]"#, "Nothing is no action that is sent as SEND"),
        (r#"[6,"s","Announce",{"id":1}]"#, "Announce is no action that is sent as SEND"),
    ] {
        talk.frames();
        assert_eq!(talk.receive(text), [""; 0], "{text}");
        let frames = talk.frames();
        let found = findings(&frames[0]);
        assert!(found.len() == 1 && !found[0].0 && found[0].1.contains(why), "{text}: {found:?}");
        assert_eq!((frames[0].kind, frames[0].exchange), (FrameKind::Send, None));
    }
    assert_eq!(talk.observed.lock().unwrap().len(), 1, "the behaviour gets valid ones only");
}

#[test]
fn a_send_that_comes_as_a_call_is_answered_when_the_link_is_tolerant() {
    for (strictness, answer) in [(Strictness::Tolerant, "[3,"), (Strictness::Strict, r#"[4,"1","ProtocolError""#)] {
        let mut talk = talk_as(Version::V2_1, strictness, Vec::new());
        let sent = talk.receive(r#"[2,"1","Stream",{"id":7}]"#);
        assert!(sent[0].starts_with(answer), "{sent:?}");
        let frames = talk.frames();
        let found = findings(&frames[0]);
        assert_eq!(
            found,
            [(strictness == Strictness::Tolerant, "Stream is sent as SEND, which nothing answers, and not as a call")]
        );
    }
}

#[test]
fn a_result_that_breaks_the_definitions_is_reported_where_the_version_can() {
    for (version, reported) in [(Version::V2_1, true), (Version::V2_0_1, false)] {
        let mut talk = talk(version);
        talk.conversation.call("Reset", json!({ "id": 1 }), talk.now);
        let id = id_of(&talk.sent()[0]);
        talk.frames();
        let sent = talk.receive(&format!(r#"[3,"{id}",{{"status":"Perhaps"}}]"#));
        let frames = talk.frames();
        assert_eq!(frames[0].code, Some(ErrorCode::PropertyConstraintViolation), "a fault in both versions");
        assert!(talk.observed.lock().unwrap()[0].contains("valid: false"));
        if reported {
            let error: Value = serde_json::from_str(&sent[0]).unwrap();
            assert_eq!(
                (&error[0], error[1].as_str(), &error[2]),
                (&json!(5), Some(&*id), &json!("PropertyConstraintViolation"))
            );
            assert!(error[3].as_str().unwrap().contains("status") && error[4] == json!({}), "{error}");
            assert_eq!((frames[1].kind, frames[1].exchange), (FrameKind::ResultError, frames[0].exchange));
        } else {
            assert_eq!(sent, [""; 0]);
        }
    }
}

#[test]
fn a_result_that_cannot_be_read_is_reported_where_the_version_can() {
    for (version, broken, reported) in [
        (Version::V2_1, r#"3,"ID",{"status":"#, true),
        (Version::V2_1, r#"4,"ID","GenericErr"#, false),
        (Version::V2_0_1, r#"3,"ID",{"status":"#, false),
    ] {
        let mut talk = talk(version);
        talk.conversation.call("Reset", json!({ "id": 1 }), talk.now);
        let id = id_of(&talk.sent()[0]);
        talk.frames();
        let sent = talk.receive(&format!("[{}", broken.replace("ID", &id)));
        let frames = talk.frames();
        assert_eq!((frames[0].kind, frames[0].action.as_deref()), (FrameKind::Malformed, Some("Reset")));
        assert!(talk.observed.lock().unwrap()[0].contains("Error"), "the call has ended");
        if reported {
            let error: Value = serde_json::from_str(&sent[0]).unwrap();
            assert_eq!((&error[0], error[1].as_str(), &error[2]), (&json!(5), Some(&*id), &json!("FormatViolation")));
            assert!(!error[3].as_str().unwrap().is_empty() && error[4] == json!({}), "{error}");
            assert_eq!((frames[1].kind, frames[1].exchange), (FrameKind::ResultError, frames[0].exchange));
        } else {
            assert_eq!(sent, [""; 0], "{version} {broken}");
        }
        assert!(talk.receive("[3,\"unknown\",{").is_empty(), "without a call of ours there is no result");
    }
}

#[test]
fn an_error_about_our_result_belongs_to_its_exchange() {
    let mut talk = talk(Version::V2_1);
    assert!(talk.receive(r#"[2,"1","Heartbeat",{}]"#)[0].starts_with("[3,"));
    for _ in 0..2 {
        assert_eq!(talk.receive(r#"[5,"1","FormatViolation","what is that",{}]"#), [""; 0]);
    }
    let frames = talk.frames();
    let (call, error, again) = (&frames[0], &frames[2], &frames[3]);
    assert_eq!(
        (error.kind, error.action.as_deref(), error.exchange),
        (FrameKind::ResultError, Some("Heartbeat"), call.exchange)
    );
    assert_eq!((error.code, error.remark.as_deref()), (Some(ErrorCode::FormationViolation), None));
    assert_eq!((again.exchange, again.remark.as_deref()), (None, Some("it is about no result of ours that was sent lately")));
    let mut older = talk_as(Version::V2_0_1, Strictness::Tolerant, Vec::new());
    let sent = older.receive(r#"[5,"1","FormatViolation","",{}]"#);
    assert!(sent[0].starts_with(r#"[4,"1","MessageTypeNotSupported""#), "{sent:?}");
}

/// `{ "alg": "ES256" }` as a header, and `{ "id": 7 }` or `{"status":"Accepted"}` as a payload.
const HEADER: &str = "eyJhbGciOiJFUzI1NiJ9";
const ASKED: &str = "eyAiaWQiOiA3IH0";
const ACCEPTED: &str = "eyJzdGF0dXMiOiJBY2NlcHRlZCJ9";

#[test]
fn a_signed_call_is_unwrapped_and_served_as_its_action() {
    let mut talk = talk(Version::V2_1);
    let sent =
        talk.receive(&format!(r#"[2,"1","Stream-Signed",{{"protected":"{HEADER}","payload":"{ASKED}","signature":"c2ln"}}]"#));
    assert!(sent[0].starts_with(r#"[3,"1""#), "{sent:?}");
    assert_eq!(*talk.observed.lock().unwrap(), [r#"Stream {"id":7}"#]);
    let frames = talk.frames();
    let frame = &frames[0];
    assert_eq!((frame.action.as_deref(), frame.text.as_str().contains("Stream-Signed")), (Some("Stream"), true));
    assert_eq!(frame.content.as_ref().map(|content| content.payload.as_str()), Some(r#"{ "id": 7 }"#), "as it was signed");
    assert_eq!(frame.origin.as_ref().and_then(|origin| origin.signed.as_deref()), Some(r#"{"alg":"ES256"}"#));
    let sent = talk.receive(r#"[2,"2","Stream-Signed",{"id":7}]"#);
    assert!(sent[0].starts_with(r#"[4,"2","FormatViolation","a signed payload is a JWS"#), "{sent:?}");
    let sent = talk.receive(r#"[2,"3","-Signed",{}]"#);
    assert!(sent[0].starts_with(r#"[4,"3","NotImplemented""#), "{sent:?}");
}

#[test]
fn a_signed_call_of_ours_has_the_suffix_and_its_signed_result_is_checked() {
    let mut talk = talk(Version::V2_0_1);
    let jws = json!({ "protected": HEADER, "payload": ASKED, "signature": "c2ln" });
    talk.conversation.call("Reset-Signed", jws, talk.now);
    let sent = talk.sent();
    assert!(sent[0].contains(r#","Reset-Signed",{"#), "{sent:?}");
    let id = id_of(&sent[0]);
    talk.receive(&format!(r#"[3,"{id}",{{"protected":"{HEADER}","payload":"{ACCEPTED}","signature":""}}]"#));
    let frames = talk.frames();
    assert_eq!(frames[0].action.as_deref(), Some("Reset"));
    assert!(frames.iter().all(|frame| frame.findings.is_empty() && frame.content.is_some()), "{frames:?}");
    assert_eq!(
        *talk.observed.lock().unwrap(),
        [r#"Reset: Result { payload: Object {"status": String("Accepted")}, valid: true }"#]
    );
}

#[test]
fn a_send_may_wait_at_a_breakpoint_in_both_directions() {
    let mut talk = talk(Version::V2_1);
    hold(&talk, "kind:send");
    talk.receive(r#"[6,"s","Stream",{"id":7}]"#);
    talk.receive(r#"[6,"s","Stream",{"id":8}]"#);
    talk.conversation.call("Announce", json!({ "id": 3 }), talk.now);
    talk.conversation.call("Reset", json!({ "id": 4 }), talk.now);
    assert_eq!(talk.sent().len(), 1, "a call is no SEND");
    let held = talk.conversation.gate.held();
    let kinds: Vec<_> = held.iter().map(|frame| (frame.direction, frame.kind, &*frame.action)).collect();
    let (stream, announce) = ((Direction::In, FrameKind::Send, "Stream"), (Direction::Out, FrameKind::Send, "Announce"));
    assert_eq!(kinds, [stream, stream, announce]);
    assert!(talk.observed.lock().unwrap().is_empty());
    talk.conversation.release(held[0].number, ReleaseAction::Go(Some(json!({ "id": 9 }).into())), talk.now);
    talk.conversation.release(held[1].number, ReleaseAction::Answer(Answer::result(json!({}))), talk.now);
    talk.conversation.release(held[2].number, ReleaseAction::Go(None), talk.now);
    assert_eq!(*talk.observed.lock().unwrap(), [r#"Stream {"id":9}"#], "nothing answers the second one, which is dropped");
    let sent = talk.sent();
    assert!(sent.len() == 1 && sent[0].starts_with("[6,") && sent[0].ends_with(r#","Announce",{"id":3}]"#), "{sent:?}");
}
