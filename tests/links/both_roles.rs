//! Our central system against our charge points, over real sockets in one process: every action of every version, reconnecting, and
//! a life of a lively charge point.

use std::time::Duration;

use ocpp_tui::hub::{Hub, LinkCommand, Order};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, SampleContext, Version};
use ocpp_tui::trace::{Direction, FrameKind, LinkState, RecordKind, StationKey};
use serde_json::{Value, json};

use crate::every_action::{RESULT, assert_all_valid, call_and_wait, call_both_ways};
use crate::support::{RawPeer, call, central_system, charge_point, hub, hub_with, until, up};

async fn both_ends(hub: &Hub, identity: &str) -> (StationKey, StationKey) {
    until(hub.trace(), "both ends of the link", |contents| {
        Some((up(contents, Role::CentralSystem, identity)?, up(contents, Role::ChargePoint, identity)?))
    })
    .await
}

#[tokio::test]
async fn every_action_of_every_version_gets_a_valid_result_in_both_directions() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for version in Version::SOAP {
        let identity = format!("CP {version}");
        hub.start_charge_point(charge_point(port, &identity, version, false)).unwrap();
        let (at_central, at_charge_point) = both_ends(&hub, &identity).await;
        let actions = hub.catalog().actions(version).iter();
        let sent = call_both_ways(&hub, at_central, at_charge_point, actions).await;
        let expected = match version {
            Version::V1_2 => 18,
            Version::V1_5 => 25,
            _ => 40,
        };
        assert_eq!(sent, expected);
    }
    assert_all_valid(&hub);
}

/// What cuts the link comes last.
#[tokio::test]
async fn every_action_of_2_x_gets_a_valid_answer_in_both_directions() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    for (version, expected) in [(Version::V2_0_1, 65), (Version::V2_1, 92)] {
        let identity = format!("CS {version}");
        hub.start_charge_point(charge_point(port, &identity, version, false)).unwrap();
        let (at_central, at_station) = both_ends(&hub, &identity).await;
        let mut actions: Vec<_> = hub.catalog().actions(version).iter().collect();
        actions.sort_by_key(|action| &*action.name == "Reset");
        assert_eq!(actions.len(), expected);
        let mut refused = Vec::new();
        for action in actions {
            let payload = hub.profile().request(action, &SampleContext::at(jiff::Timestamp::now()));
            let sender = if action.initiator == Role::CentralSystem { at_central } else { at_station };
            let (kind, text) = call_and_wait(&hub, sender, action, payload).await;
            let sent = RecordKind::Frame(Direction::Out, FrameKind::Send);
            let is_answered = kind == if action.is_send { sent } else { RESULT };
            refused.extend((!is_answered).then(|| format!("{}: {text}", action.name)));
        }
        assert!(refused.is_empty(), "{version}:\n{}", refused.join("\n"));
    }
    assert_all_valid(&hub);
}

#[tokio::test]
async fn an_autonomous_charge_point_boots_reports_and_charges() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let (at_central, _) = both_ends(&hub, "CP1").await;
    let seen = |action: &'static str, least: usize| {
        let trace = hub.trace().clone();
        async move {
            until(&trace, action, |contents| {
                let records = contents.records();
                let calls = records.iter(records.range()).filter(|record| {
                    record.kind == RecordKind::Frame(Direction::In, FrameKind::Call)
                        && record.station == Some(at_central)
                        && record.action == Some(action)
                });
                let mut calls: Vec<Value> = calls.map(|call| serde_json::from_str(call.text).unwrap()).collect();
                (calls.len() >= least).then(|| calls.swap_remove(calls.len() - 1)[3].take())
            })
            .await
        }
    };
    seen("BootNotification", 1).await;
    seen("StatusNotification", 3).await;
    hub.submit(&call(at_central, "RemoteStartTransaction", json!({"idTag": "TAG", "connectorId": 1})));
    let start = seen("StartTransaction", 1).await;
    assert_eq!((&start["idTag"], &start["connectorId"]), (&json!("TAG"), &json!(1)));
    let id = until(hub.trace(), "the transaction id", |contents| {
        let records = contents.records();
        let answer = records.iter(records.range()).find(|record| {
            record.kind == RecordKind::Frame(Direction::Out, FrameKind::Result) && record.action == Some("StartTransaction")
        })?;
        serde_json::from_str::<Value>(answer.text).unwrap()[2]["transactionId"].as_i64()
    })
    .await;
    hub.submit(&call(at_central, "RemoteStopTransaction", json!({ "transactionId": id })));
    let stop = seen("StopTransaction", 1).await;
    assert_eq!((&stop["transactionId"], &stop["reason"]), (&json!(id), &json!("Remote")));
}

#[tokio::test]
async fn a_lost_central_system_is_found_again() {
    let stations = hub();
    let first = hub();
    let port = central_system(&first, &Version::ALL).await;
    let key = stations.start_charge_point(charge_point(port, "CP1", Version::V1_5, false)).unwrap();
    until(stations.trace(), "the first link", |contents| up(contents, Role::ChargePoint, "CP1")).await;
    first.end().await;
    until(stations.trace(), "the wait with its countdown", |contents| {
        matches!(contents.stations().get(key)?.state, LinkState::Waiting { .. }).then_some(())
    })
    .await;
    let second = hub();
    let options = ocpp_tui::hub::CentralSystemOptions {
        first_transaction: Some(1),
        access: ocpp_tui::hub::AccessOptions::default(),
        host: Some("127.0.0.1".into()),
        port,
        ..ocpp_tui::hub::CentralSystemOptions::default()
    };
    second.start_central_system(options).await.unwrap();
    stations.submit(&Order { targets: vec![key], command: LinkCommand::Connect });
    until(stations.trace(), "the second link", |contents| up(contents, Role::ChargePoint, "CP1")).await;
    until(second.trace(), "the station at the second central system", |contents| up(contents, Role::CentralSystem, "CP1"))
        .await;
}

#[tokio::test]
async fn a_disconnected_charge_point_stays_down_until_connect() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let key = hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    both_ends(&hub, "CP1").await;
    hub.submit(&Order { targets: vec![key], command: LinkCommand::Disconnect });
    until(hub.trace(), "both ends down", |contents| {
        let table = contents.stations();
        let gone = |role| table.find(role, "CP1").is_some_and(|row| row.state == LinkState::Gone);
        (gone(Role::ChargePoint) && gone(Role::CentralSystem)).then_some(())
    })
    .await;
    assert_eq!(hub.submit(&Order { targets: vec![key], command: LinkCommand::Ping }).taken, []);
    hub.submit(&Order { targets: vec![key], command: LinkCommand::Connect });
    both_ends(&hub, "CP1").await;
}

#[tokio::test]
async fn an_unsupported_version_is_reported() {
    let hub = hub();
    let port = central_system(&hub, &[Version::V1_5]).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    let reason = until(hub.trace(), "the refusal", |contents| {
        let records = contents.records();
        records
            .iter(records.range())
            .find(|record| record.kind == RecordKind::Retry)
            .map(|record| record.summary().into_owned())
    })
    .await;
    assert_eq!(reason, "Expected a Sec-WebSocket-Protocol header: the central system does not speak ocpp1.6");
}

#[tokio::test]
async fn two_charge_points_with_one_identity_are_not_started() {
    let hub = hub();
    hub.start_charge_point(charge_point(9, "CP1", Version::V1_6, false)).unwrap();
    let error = hub.start_charge_point(charge_point(9, "CP1", Version::V1_6, false)).unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
}

#[tokio::test]
async fn a_silent_station_times_out_and_the_next_call_goes_out() {
    let hub = hub_with(LinkSettings { call_timeout: Duration::from_millis(100), ..LinkSettings::default() });
    let port = central_system(&hub, &Version::ALL).await;
    let mut station = RawPeer::connect(port, "/CP1", &["ocpp1.6"]).await.unwrap();
    assert_eq!(station.ask(r#"[2,"1","Heartbeat",{}]"#).await[0], 3);
    let key = crate::support::station(&hub, Role::CentralSystem, "CP1").await;
    let clear = call(key, "ClearCache", json!({}));
    hub.submit(&clear);
    hub.submit(&clear);
    let first = station.hear().await;
    let second = station.hear().await;
    assert_ne!(first[1], second[1], "the second call leaves when the first is given up");
}
