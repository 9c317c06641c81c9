//! A call is judged first and carried out when its answer has left: what happens between, and what is left out in the end.

use super::*;
use crate::ocpp::ErrorCode;

fn rejected() -> Answer {
    Answer::result(json!({"status": "Rejected"}))
}

fn accepted() -> Answer {
    Answer::result(json!({"status": "Accepted"}))
}

#[test]
fn a_proposal_changes_nothing_until_its_answer_has_left() {
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
fn an_answer_that_says_something_else_carries_nothing_out() {
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
            assert_eq!(world.charge_point.status_name(1), Some("Available"));
        }
    }
}

#[test]
fn an_answer_that_accepts_in_other_words_is_carried_out() {
    let mut world = World::accepted(Version::V1_6);
    let proposal = world.propose("ChangeConfiguration", json!({"key": "HeartbeatInterval", "value": "77"}));
    world.commit(proposal.effect, &Answer::result(json!({"status": "RebootRequired"})));
    assert_eq!(world.charge_point.configuration.seconds("HeartbeatInterval"), 77);
}

#[test]
fn of_two_starts_that_were_accepted_for_one_connector_one_is_carried_out() {
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
    let said = world.serve();
    assert!(said.contains(&"StatusNotification 2 Preparing".to_owned()), "{said:?}");
}

#[test]
fn what_has_become_impossible_is_left_out() {
    let mut world = World::accepted(Version::V1_6);
    world.ask("RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1}));
    world.live(5);
    let stops = [(); 2].map(|()| world.propose("RemoteStopTransaction", json!({"transactionId": 42})));
    for stop in stops {
        world.commit(stop.effect, &stop.answer);
    }
    let said = world.live(5);
    assert_eq!(said.iter().filter(|call| call.starts_with("StopTransaction")).count(), 1, "{said:?}");
    let trigger = world.propose("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    world.disconnect();
    world.commit(trigger.effect, &trigger.answer);
    assert!(world.said().is_empty());
    let list = |version: i32| json!({"updateType": "Differential", "listVersion": version, "localAuthorizationList": []});
    let updates = [9, 8].map(|version| world.propose("SendLocalList", list(version)));
    for update in updates {
        world.commit(update.effect, &update.answer);
    }
    assert_eq!(world.ask("GetLocalListVersion", json!({})), Answer::result(json!({"listVersion": 9})));
}
