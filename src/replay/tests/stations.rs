//! The state machine of one station, driven by hand: order, waiting, missing and unexpected calls, steps, and any peer at all.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::ocpp::{Role, Transport, Version};
use crate::replay::{
    AnswerMessage, LiveAnswer, RecordedAnswer, RecordedStation, ReplayAction, ReplayDifference, ReplayOptions, ReplayReply,
    ReplaySpeed, ReplayStep, StationReplay, StepKind, StepState,
};

const SECOND: i64 = 1_000_000;

fn step(at: i64, kind: StepKind, action: &str, payload: &Value, answer: Option<(i64, &Value)>) -> ReplayStep {
    let answer = answer.map_or(RecordedAnswer::Unknown, |(at, payload)| RecordedAnswer::Answer {
        at_micros: at * SECOND,
        text: Box::default(),
        message: AnswerMessage::Result(payload.to_string().into()),
    });
    ReplayStep {
        sequence: 0,
        at_micros: at * SECOND,
        kind,
        action: action.into(),
        text: Box::default(),
        payload: payload.to_string().into(),
        answer,
        about: None,
    }
}

fn replay(steps: Vec<ReplayStep>, speed: ReplaySpeed) -> StationReplay {
    let plan = RecordedStation {
        recorded: "CP1".into(),
        identity: "CP1".into(),
        version: Version::V1_6,
        transport: Transport::WebSocket,
        steps,
    };
    let options =
        ReplayOptions { our_role: Role::ChargePoint, speed, exact: false, patience: 10 * SECOND, ignored: Vec::new() };
    let mut station = StationReplay::new(plan, 0, options);
    station.link(true, 0);
    station
}

fn names(actions: &[ReplayAction]) -> Vec<&str> {
    let name = |action: &ReplayAction| match action {
        ReplayAction::Call { action, .. } => action.to_string(),
        other => format!("{other:?}"),
    };
    actions.iter().map(name).map(|name| &*name.leak()).collect()
}

fn result(payload: &Value) -> LiveAnswer {
    LiveAnswer::Answer(AnswerMessage::Result(payload.to_string().into()))
}

fn differences(station: &StationReplay, step: usize) -> Vec<String> {
    match &station.steps()[step].state {
        StepState::Done(differences) => differences.iter().map(ReplayDifference::sentence).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_waits_for_the_answer_before_it_and_for_its_time() {
    let start =
        step(1, StepKind::Call, "StartTransaction", &json!({ "idTag": "A" }), Some((2, &json!({ "transactionId": 7 }))));
    let stop = step(10, StepKind::Call, "StopTransaction", &json!({ "transactionId": 7 }), None);
    let mut station = replay(vec![start, stop], ReplaySpeed::Times(2.0));
    assert_eq!(station.advance(0), []);
    assert_eq!(station.deadline(), Some(SECOND / 2));
    assert_eq!(names(&station.advance(SECOND / 2)), ["StartTransaction"]);
    assert_eq!((station.advance(9 * SECOND), station.deadline()), (vec![], None), "nothing without the answer");
    station.answered(0, &result(&json!({ "transactionId": 99 })));
    assert_eq!(station.advance(9 * SECOND), []);
    assert_eq!(station.deadline(), Some(13 * SECOND), "eight seconds, twice as fast");
    let actions = station.advance(13 * SECOND);
    let [ReplayAction::Call { payload, .. }] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(payload.value()["transactionId"], 99);
    station.answered(1, &LiveAnswer::Silence);
    station.advance(13 * SECOND);
    station.advance(14 * SECOND);
    assert!(station.is_over());
    assert!(differences(&station, 0).is_empty() && differences(&station, 1).is_empty());
}

#[test]
fn calls_of_the_peer_are_matched_missed_or_unexpected() {
    let reset = |at, kind: &str| {
        let answer = (at + 1, &json!({ "status": "Accepted" }));
        step(at, StepKind::ExpectedCall, "Reset", &json!({ "type": kind }), Some(answer))
    };
    let after = step(30, StepKind::Call, "StatusNotification", &json!({}), Some((31, &json!({}))));
    let mut station = replay(vec![reset(1, "Soft"), reset(2, "Hard"), after], ReplaySpeed::Max);
    assert_eq!(station.advance(0), []);
    let (reply, _) = station.called("Reset", r#"{"type":"Hard"}"#, 5);
    assert_eq!(reply, ReplayReply::Result(rpc_payload(&json!({ "status": "Accepted" }))));
    assert_eq!(station.called("ClearCache", "{}", 6).0, ReplayReply::Default);
    assert_eq!(station.called("Heartbeat", "{}", 7).0, ReplayReply::Default);
    assert_eq!(station.deadline(), Some(10 * SECOND));
    assert_eq!(names(&station.advance(10 * SECOND)), ["StatusNotification"]);
    assert_eq!(differences(&station, 0), ["the peer did not make this call"]);
    assert_eq!((differences(&station, 1).len(), station.steps()[1].live), (0, Some(5)));
    let unexpected: Vec<&str> = station.unexpected().iter().map(|call| &*call.action).collect();
    assert_eq!(unexpected, ["ClearCache"], "heartbeats only say how long it took");
}

fn rpc_payload(value: &Value) -> crate::rpc::OutgoingPayload {
    crate::rpc::OutgoingPayload::parse(&value.to_string()).unwrap()
}

#[test]
fn each_message_waits_for_the_user_when_it_is_to() {
    let call = |at| step(at, StepKind::Call, "Heartbeat", &json!({}), Some((at + 1, &json!({}))));
    let mut station = replay(vec![call(1), call(5)], ReplaySpeed::Step);
    assert_eq!((station.advance(0), station.waits_for_user()), (vec![], Some(0)));
    station.grant();
    assert_eq!(names(&station.advance(1)), ["Heartbeat"]);
    assert_eq!((station.advance(99 * SECOND), station.waits_for_user()), (vec![], None));
    station.grant();
    station.answered(0, &result(&json!({})));
    assert_eq!((station.advance(2), station.waits_for_user()), (vec![], Some(1)), "nothing is granted beforehand");
    station.grant();
    assert_eq!(names(&station.advance(3)), ["Heartbeat"]);
}

#[test]
fn a_lost_link_ends_what_was_under_way_and_comes_up_again() {
    let call = |at| step(at, StepKind::Call, "Heartbeat", &json!({}), Some((at + 1, &json!({}))));
    let cut = step(5, StepKind::Disconnect { cut: true }, "", &Value::Null, None);
    let up = step(6, StepKind::Connect, "", &Value::Null, None);
    let mut station = replay(vec![call(1), cut, up, call(9)], ReplaySpeed::Max);
    assert_eq!(names(&station.advance(0)), ["Heartbeat"]);
    station.answered(0, &result(&json!({})));
    assert_eq!(station.advance(0), [ReplayAction::Disconnect { cut: true }], "and not at once up again");
    station.link(false, 1);
    assert_eq!(station.advance(1), [ReplayAction::Connect]);
    station.link(true, 2);
    assert_eq!(names(&station.advance(2)), ["Heartbeat"]);
    station.link(false, 3);
    assert_eq!(differences(&station, 3), ["a result in the record, no answer now"]);
}

fn any_step() -> impl Strategy<Value = ReplayStep> {
    let kinds = prop_oneof![
        Just(StepKind::Call),
        Just(StepKind::Notice),
        Just(StepKind::Raw),
        Just(StepKind::ResultError),
        Just(StepKind::ExpectedCall),
        Just(StepKind::ExpectedNotice),
        Just(StepKind::Disconnect { cut: false }),
        Just(StepKind::Connect),
    ];
    (0..50_i64, kinds, "[AB]", 0..3_i64, prop::option::of(0..5_i64)).prop_map(|(at, kind, action, value, answered)| {
        let payload = json!({ "transactionId": value, "x": value });
        step(
            at,
            kind,
            &action,
            &payload,
            answered.map(|later| (at + later, &payload)).filter(|_| !matches!(kind, StepKind::Raw | StepKind::ResultError)),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the peer does, it comes to an end, and every step has one.
    #[test]
    fn every_replay_ends(steps in prop::collection::vec(any_step(), 0..12), peer in prop::collection::vec(0..6_u8, 0..60), exact: bool) {
        let mut station = replay(steps, ReplaySpeed::Times(1.0));
        if exact {
            station.link(true, 0);
        }
        let mut now = 0;
        let mut moves = peer.into_iter();
        let mut sent: Vec<usize> = Vec::new();
        for turn in 0..2000 {
            for action in station.advance(now) {
                match action {
                    ReplayAction::Call { step, .. } | ReplayAction::Raw { step, .. } | ReplayAction::ResultError { step, .. } => {
                        sent.push(step);
                    }
                    ReplayAction::Disconnect { .. } => station.link(false, now),
                    ReplayAction::Connect => station.link(true, now),
                }
            }
            if station.is_over() {
                break;
            }
            match moves.next() {
                Some(0) => drop(station.called("A", r#"{"transactionId":1,"x":1}"#, turn)),
                Some(1) => station.link(false, now),
                Some(2) => station.link(true, now),
                Some(3) => drop(station.called("C", "no json", turn)),
                _ => match sent.pop() {
                    Some(step) => station.answered(step, &result(&json!({ "transactionId": 2, "x": 1 }))),
                    None => now = station.deadline().unwrap_or(now + SECOND).max(now + 1),
                },
            }
        }
        prop_assert!(station.is_over());
        let ended = station.steps().iter().all(|played| matches!(played.state, StepState::Done(_)));
        prop_assert!(ended, "{:?}", station.steps());
    }

    /// A peer that does what the record says makes no difference.
    #[test]
    fn the_recorded_peer_makes_no_difference(steps in prop::collection::vec(any_step(), 0..12)) {
        let steps: Vec<ReplayStep> = steps.into_iter().filter(|step| !matches!(step.kind, StepKind::Connect | StepKind::Disconnect { .. })).collect();
        let mut expected: Vec<ReplayStep> = steps.iter().filter(|step| matches!(step.kind, StepKind::ExpectedCall | StepKind::ExpectedNotice)).cloned().collect();
        expected.sort_by_key(|step| step.at_micros);
        let mut station = replay(steps, ReplaySpeed::Times(1.0));
        for (live, step) in (0..).zip(&expected) {
            station.called(&step.action, &step.payload, live);
        }
        let mut now = 0;
        for _ in 0..500 {
            for action in station.advance(now) {
                if let ReplayAction::Call { step, .. } = action {
                    let answer = match &station.steps()[step].step.answer {
                        RecordedAnswer::Answer { message, .. } => LiveAnswer::Answer(message.clone()),
                        _ => LiveAnswer::Silence,
                    };
                    station.answered(step, &answer);
                }
            }
            if station.is_over() {
                break;
            }
            now = station.deadline().unwrap_or(now);
        }
        prop_assert!(station.is_over());
        prop_assert!(station.unexpected().is_empty());
        for played in station.steps() {
            prop_assert_eq!(&played.state, &StepState::Done(Vec::new()));
        }
    }
}
