//! A call is decided first and its effect applied when its answer has been sent: events in between, and effects that no
//! longer apply.

use super::*;
use crate::ocpp::ErrorCode;

fn rejected() -> Answer {
    Answer::result(json!({"status": "Rejected"}))
}

fn accepted() -> Answer {
    Answer::result(json!({"status": "Accepted"}))
}

#[test]
fn a_proposal_changes_nothing_until_its_answer_is_sent() {
    let mut world = World::accepted(Version::V1_6);
    let start = json!({"idTag": "TAG", "connectorId": 1});
    for _ in 0..3 {
        assert_eq!(world.propose("RemoteStartTransaction", start.clone()).answer, accepted());
    }
    assert_eq!(world.live(10), [""; 0]);
    let proposal = world.propose("RemoteStartTransaction", start);
    world.commit(proposal.effect, &proposal.answer);
    assert_eq!(world.serve(), ["StatusNotification 1 Preparing", "Authorize TAG"]);
}

#[test]
fn an_answer_that_does_not_accept_has_no_effect() {
    let error = Answer::Error { code: ErrorCode::InternalError, description: String::new() };
    for sent in [rejected(), error, Answer::result(json!({}))] {
        for (action, payload) in [
            ("RemoteStartTransaction", json!({"idTag": "TAG"})),
            ("Reset", json!({"type": "Hard"})),
            ("TriggerMessage", json!({"requestedMessage": "Heartbeat"})),
            ("ChangeAvailability", json!({"connectorId": 1, "type": "Inoperative"})),
            ("ReserveNow", json!({"connectorId": 1, "idTag": "T", "reservationId": 1, "expiryDate": "2030-01-01T00:00:00Z"})),
        ] {
            let mut world = World::accepted(Version::V1_6);
            let proposal = world.propose(action, payload);
            assert_ne!(proposal.answer, sent, "{action}");
            world.commit(proposal.effect, &sent);
            assert_eq!(world.live(10), [""; 0], "{action} {sent:?}");
            assert_eq!(world.machine.status_name(1), Some("Available"));
        }
    }
}

#[test]
fn an_answer_with_another_accepting_status_has_its_effect() {
    let mut world = World::accepted(Version::V1_6);
    let proposal = world.propose("ChangeConfiguration", json!({"key": "HeartbeatInterval", "value": "77"}));
    world.commit(proposal.effect, &Answer::result(json!({"status": "RebootRequired"})));
    assert_eq!(world.machine.configuration.seconds("HeartbeatInterval"), 77);
}

#[test]
fn of_two_starts_that_were_accepted_for_one_connector_only_one_begins() {
    let mut world = World::accepted(Version::V1_6);
    let proposals = ["A", "B"].map(|tag| world.propose("RemoteStartTransaction", json!({"idTag": tag, "connectorId": 1})));
    for proposal in proposals {
        assert_eq!(proposal.answer, accepted());
        world.commit(proposal.effect, &proposal.answer);
    }
    assert_eq!(world.serve(), ["StatusNotification 1 Preparing", "Authorize A"]);
    // Without a connector the second one takes the next free one.
    let mut world = World::accepted(Version::V1_6);
    let proposals = ["A", "B"].map(|tag| world.propose("RemoteStartTransaction", json!({"idTag": tag})));
    for proposal in proposals {
        world.commit(proposal.effect, &proposal.answer);
    }
    let sent = world.serve();
    assert!(sent.contains(&"StatusNotification 2 Preparing".to_owned()), "{sent:?}");
}

#[test]
fn an_effect_that_has_become_impossible_is_left_out() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.live(5);
    let stops = [(); 2].map(|()| world.propose("RemoteStopTransaction", json!({"transactionId": 42})));
    for stop in stops {
        world.commit(stop.effect, &stop.answer);
    }
    let sent = world.live(5);
    assert_eq!(sent.iter().filter(|call| call.starts_with("StopTransaction")).count(), 1, "{sent:?}");
    let trigger = world.propose("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    world.disconnect();
    world.commit(trigger.effect, &trigger.answer);
    assert!(world.take_sent().is_empty());
    let list = |version: i32| json!({"updateType": "Differential", "listVersion": version, "localAuthorizationList": []});
    let updates = [9, 8].map(|version| world.propose("SendLocalList", list(version)));
    for update in updates {
        world.commit(update.effect, &update.answer);
    }
    assert_eq!(world.ask("GetLocalListVersion", json!({})), Answer::result(json!({"listVersion": 9})));
}
