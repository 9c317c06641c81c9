//! Whole sessions: recorded, and replayed against the other side as it is now.

use std::future::Future;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::behaviour::PhysicalAction;
use crate::clock::{follow_runtime, now};
use crate::hub::{
    AnswerOverride, AnswerRule, CentralSystemOptions, ChargePointOptions, Hub, LinkCommand, MachineOptions, Order, SoapOptions,
};
use crate::link::{LinkSettings, Network};
use crate::ocpp::{Catalog, ErrorCode, Role, Transport, Version};
use crate::replay::{IgnoredField, ReplayOptions, ReplayPeer, ReplayPlan, ReplayReport, ReplayRun, ReplaySpeed};
use crate::simulator::Profile;
use crate::trace;

const KINDS: [(Version, Transport); 4] = [
    (Version::V1_6, Transport::WebSocket),
    (Version::V2_0_1, Transport::WebSocket),
    (Version::V1_5, Transport::Soap),
    (Version::V2_1, Transport::WebSocket),
];

pub(super) fn virtual_time<T>(future: impl Future<Output = T>) -> T {
    fastrand::seed(7);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let _clock = follow_runtime("2026-01-01T00:00:00Z".parse().unwrap());
        future.await
    })
}

pub(super) fn hub(network: &Network) -> Hub {
    let events = trace::direct(64 << 20, now());
    Hub::with_network(Catalog::embedded(), LinkSettings::default(), Profile::default(), events, network.clone())
}

pub(super) fn listening(first_transaction: i32) -> CentralSystemOptions {
    CentralSystemOptions {
        host: Some("127.0.0.1".into()),
        first_transaction: Some(first_transaction),
        ..CentralSystemOptions::default()
    }
}

pub(super) fn url(port: u16, transport: Transport) -> String {
    match transport {
        Transport::WebSocket => format!("ws://127.0.0.1:{port}"),
        Transport::Soap => format!("http://127.0.0.1:{port}/"),
    }
}

pub(super) fn charge_point(port: u16, (version, transport): (Version, Transport)) -> ChargePointOptions {
    let soap = (transport == Transport::Soap).then(SoapOptions::default);
    let machine = MachineOptions { driver: false, ..MachineOptions::default() };
    ChargePointOptions { machine, soap, ..ChargePointOptions::new(url(port, transport), "CP1", version) }
}

/// A session of some minutes: with calls of the central system, or with a transaction.
async fn recorded(kind: (Version, Transport), called: bool) -> Hub {
    let session = hub(&Network::in_memory());
    let port = session.start_central_system(listening(1)).await.unwrap().port();
    let charge_point = session.start_charge_point(charge_point(port, kind)).unwrap();
    sleep(Duration::from_secs(20)).await;
    let order = |station, command| assert_eq!(session.submit(&Order { targets: vec![station], command }).taken.len(), 1);
    if called {
        let station = session.trace().find_station(Role::CentralSystem, "CP1").unwrap();
        let calls = match kind.0 {
            Version::V2_0_1 | Version::V2_1 => vec![
                ("ChangeAvailability", json!({ "operationalStatus": "Inoperative", "evse": { "id": 1 } })),
                ("GetBaseReport", json!({ "requestId": 4, "reportBase": "SummaryInventory" })),
                ("TriggerMessage", json!({ "requestedMessage": "Heartbeat" })),
                ("ClearCache", json!({})),
            ],
            _ => vec![
                ("ChangeAvailability", json!({ "connectorId": 1, "type": "Inoperative" })),
                ("GetConfiguration", json!({ "key": ["HeartBeatInterval"] })),
                ("ClearCache", json!({})),
                ("UnlockConnector", json!({ "connectorId": 7 })),
            ],
        };
        for (action, payload) in calls {
            order(station, LinkCommand::Call { action: action.into(), payload: payload.into() });
            sleep(Duration::from_secs(10)).await;
        }
    } else {
        let connector = Some(1);
        let present = PhysicalAction::Present { id_tag: "04A2B3C4".into(), connector };
        for action in [PhysicalAction::Plug { connector }, present, PhysicalAction::Unplug { connector }] {
            order(charge_point, LinkCommand::Act(action));
            sleep(Duration::from_secs(150)).await;
        }
        sleep(Duration::from_secs(600)).await;
    }
    session.end().await;
    session
}

pub(super) fn options(our_role: Role) -> ReplayOptions {
    ReplayOptions { our_role, speed: ReplaySpeed::Max, exact: false, patience: 20_000_000, ignored: Vec::new() }
}

/// Plays a record against a peer on this network.
async fn played(recorded: &Hub, network: &Network, options: &ReplayOptions, peer: ReplayPeer) -> ReplayReport {
    let plan = ReplayPlan::new(&recorded.trace().read(), options.our_role, |_| true);
    assert_eq!(plan.stations.len(), 1);
    assert!(plan.stations[0].steps.len() > 4, "{:?}", plan.stations[0]);
    let session = hub(network);
    let run = ReplayRun::start(&session, plan, options, peer, Duration::from_secs(60)).await.unwrap();
    run.ended().await;
    let report = run.report();
    session.end().await;
    report
}

/// Plays the charge point of a record against a central system of ours, which was changed.
async fn as_charge_point(
    recorded: &Hub,
    kind: (Version, Transport),
    options: &ReplayOptions,
    change: impl FnOnce(&Hub),
) -> ReplayReport {
    let network = Network::in_memory();
    let live = hub(&network);
    let port = live.start_central_system(listening(500)).await.unwrap().port();
    change(&live);
    let template = ChargePointOptions::new(url(port, kind.1), "", kind.0);
    let report = played(recorded, &network, options, ReplayPeer::CentralSystem(Box::new(template))).await;
    live.end().await;
    report
}

#[test]
fn a_charge_point_of_ours_replayed_finds_no_difference_in_our_central_system() {
    for kind in KINDS {
        virtual_time(async {
            let session = recorded(kind, false).await;
            let report = as_charge_point(&session, kind, &options(Role::ChargePoint), |_| {}).await;
            assert!(report.is_same(), "{kind:?}\n{}", report.text());
            let calls = |name: &str| report.stations[0].rows.iter().any(|row| &*row.name == name);
            let transaction =
                if matches!(kind.0, Version::V2_0_1 | Version::V2_1) { "TransactionEvent" } else { "StopTransaction" };
            assert!(calls("BootNotification") && calls(transaction), "{kind:?}\n{:?}", report.stations[0].rows);
        });
    }
}

#[test]
fn a_central_system_of_ours_replayed_finds_no_difference_in_our_charge_point() {
    for kind in KINDS {
        virtual_time(async {
            let session = recorded(kind, true).await;
            let network = Network::in_memory();
            let live = hub(&network);
            let options = ReplayOptions { speed: ReplaySpeed::Times(1.0), ..options(Role::CentralSystem) };
            let plan = CentralSystemOptions { port: 9123, ..listening(1) };
            live.start_charge_point(charge_point(9123, kind)).unwrap();
            let report = played(&session, &network, &options, ReplayPeer::ChargePoints(Box::new(plan))).await;
            live.end().await;
            assert!(report.is_same(), "{kind:?}\n{}", report.text());
            assert!(report.stations[0].rows.iter().any(|row| row.ours && &*row.name == "ChangeAvailability"));
        });
    }
}

#[test]
fn a_changed_answer_is_exactly_that_difference() {
    let kind = (Version::V1_6, Transport::WebSocket);
    virtual_time(async {
        let session = recorded(kind, false).await;
        let rule = |action: &str, reply| AnswerRule {
            initiator: Role::ChargePoint,
            action: action.into(),
            station: None,
            condition: None,
            once: false,
            reply,
            delay: None,
            text: String::new(),
        };
        let blocked = |live: &Hub| {
            let change = |mut payload: serde_json::Value, _| {
                payload["idTagInfo"]["status"] = json!("Blocked");
                payload.into()
            };
            live.answers().set(rule("StopTransaction", AnswerOverride::Result(std::sync::Arc::new(change))));
        };
        let asked = options(Role::ChargePoint);
        let report = as_charge_point(&session, kind, &asked, blocked).await;
        let different: Vec<_> = report.stations[0].rows.iter().filter(|row| row.is_different()).collect();
        assert!(!different.is_empty() && different.iter().all(|row| &*row.name == "StopTransaction"), "{}", report.text());
        let text = report.text();
        assert!(text.contains(r#"/idTagInfo/status: "Accepted" in the record, "Blocked" now"#), "{text}");
        assert!(report.json().contains(r#""result": "different""#) && report.junit().contains("<failure message=\"/idTagInfo"));
        let ignored = vec![IgnoredField::parse("StopTransaction/idTagInfo")];
        let report = as_charge_point(&session, kind, &ReplayOptions { ignored, ..asked.clone() }, blocked).await;
        assert!(report.is_same(), "{}", report.text());
        let refuses = |live: &Hub| {
            let reply = AnswerOverride::Error { code: ErrorCode::InternalError, description: "no".into() };
            live.answers().set(rule("Heartbeat", reply));
        };
        let report = as_charge_point(&session, kind, &asked, refuses).await;
        assert!(report.text().contains("a result in the record, the error InternalError now"), "{}", report.text());
    });
}

#[test]
fn an_exact_replay_sends_the_bytes_of_the_record() {
    let kind = (Version::V1_6, Transport::WebSocket);
    virtual_time(async {
        let session = recorded(kind, false).await;
        let network = Network::in_memory();
        let live = hub(&network);
        let port = live.start_central_system(listening(1)).await.unwrap().port();
        let options = ReplayOptions { exact: true, ..options(Role::ChargePoint) };
        let template = ChargePointOptions::new(url(port, kind.1), "", kind.0);
        let report = played(&session, &network, &options, ReplayPeer::CentralSystem(Box::new(template))).await;
        assert!(report.is_same(), "{}", report.text());
        let calls = |hub: &Hub| {
            let contents = hub.trace().read();
            let records = contents.records();
            let central = contents.stations().find(Role::CentralSystem, "CP1").unwrap().key;
            let calls = records.iter(records.range()).filter(|record| record.station == Some(central));
            let is_call = |kind| kind == trace::RecordKind::Frame(trace::Direction::In, trace::FrameKind::Call);
            calls.filter(|record| is_call(record.kind)).map(|record| record.text.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(calls(&live), calls(&session));
        live.end().await;
    });
}

#[test]
fn a_peer_that_is_not_there_is_a_problem_and_no_difference() {
    virtual_time(async {
        let kind = (Version::V1_6, Transport::WebSocket);
        let session = recorded(kind, false).await;
        let template = ChargePointOptions::new("ws://127.0.0.1:9", "", kind.0);
        let peer = ReplayPeer::CentralSystem(Box::new(template));
        let report = played(&session, &Network::in_memory(), &options(Role::ChargePoint), peer).await;
        assert!(report.is_broken() && !report.is_same(), "{}", report.text());
        assert!(report.text().contains("not reached"), "{}", report.text());
        let peer = ReplayPeer::ChargePoints(Box::new(listening(1)));
        let report = played(&session, &Network::in_memory(), &options(Role::CentralSystem), peer).await;
        assert!(report.text().contains("CP1 has not connected"), "{}", report.text());
    });
}
