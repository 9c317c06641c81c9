//! Sessions whose time is not the real one: on one thread, over the network in memory, on a runtime whose clock jumps to the next timer
//! whenever nothing is left to do. Hours pass in moments, and a session with the same seed is the same again.

use std::time::Duration;

use ocpp_tui::clock::{follow_runtime, now};
use ocpp_tui::hub::{ChargePointOptions, Hub, LinkCommand, Order};
use ocpp_tui::link::{LinkSettings, Network};
use ocpp_tui::ocpp::{Catalog, Role, Version};
use ocpp_tui::simulator::Profile;
use ocpp_tui::trace::{self, Contents, Direction, FrameKind, FrameVerdict, LinkState, Record, RecordKind, StationKey};
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use crate::support::envelopes::soap_charge_point;
use crate::support::{central_system, charge_point, until};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
/// What our central system asks for.
const HEARTBEAT_INTERVAL: u64 = 300;
const START: &str = "2026-01-01T00:00:00Z";

/// Runs a session from the same moment on with the same chances. The runtime has no driver for sockets: nothing here may need one.
pub fn session<T>(settings: LinkSettings, run: impl AsyncFnOnce(&Hub) -> T) -> T {
    fastrand::seed(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let _clock = follow_runtime(START.parse().unwrap());
        let events = trace::direct(64 << 20, now());
        let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, Network::in_memory());
        let result = run(&hub).await;
        hub.end().await;
        result
    })
}

/// The calls of an action that arrived at our central system.
fn calls<'a>(contents: &'a Contents, action: &str) -> Vec<Record<'a>> {
    let (records, wanted) = (contents.records(), RecordKind::Frame(Direction::In, FrameKind::Call));
    let of_action = |record: &Record<'_>| record.kind == wanted && record.action == Some(action);
    records.iter(records.range()).filter(of_action).collect()
}

/// The seconds of the session at which the heartbeats of one station arrived.
fn heartbeats(hub: &Hub) -> Vec<f64> {
    let contents = hub.trace().read();
    calls(&contents, "Heartbeat").iter().map(|call| call.monotonic_micros as f64 / 1e6).collect()
}

/// Every `interval` seconds, so many times.
fn every(interval: u64, times: u64) -> Vec<f64> {
    (1..=times).map(|count| (count * interval) as f64).collect()
}

fn assert_valid(hub: &Hub) {
    let contents = hub.trace().read();
    for record in contents.records().iter(contents.records().range()) {
        assert_eq!((record.verdict, record.code), (FrameVerdict::Valid, None), "{}: {}", record.text, record.remarks);
        assert_ne!(record.kind, RecordKind::Failure, "{}", record.text);
    }
}

async fn both_ends(hub: &Hub, identity: &str) -> (StationKey, StationKey) {
    let up = |contents: &Contents, role| {
        contents.stations().find(role, identity).filter(|row| row.state == LinkState::Connected).map(|row| row.key)
    };
    until(hub.trace(), "both ends of the link", |contents| {
        Some((up(contents, Role::CentralSystem)?, up(contents, Role::ChargePoint)?))
    })
    .await
}

async fn down(hub: &Hub, role: Role, identity: &str) {
    until(hub.trace(), "the end of the link", |contents| {
        (contents.stations().find(role, identity)?.state == LinkState::Gone).then_some(())
    })
    .await;
}

/// Waits until the only charge point has reported so many states, and heard that it was understood.
async fn reported(hub: &Hub, states: usize) {
    let wanted = RecordKind::Frame(Direction::In, FrameKind::Result);
    until(hub.trace(), "the answers to the reports", |contents| {
        let records = contents.records().iter(contents.records().range());
        let answers = records.filter(|record| record.kind == wanted && record.action == Some("StatusNotification"));
        (answers.count() == states).then_some(())
    })
    .await;
}

fn order(hub: &Hub, target: StationKey, deed: LinkCommand) {
    let receipt = hub.submit(&Order { targets: vec![target], command: deed });
    assert_eq!(receipt.taken, [target], "{:?}", receipt.refused);
}

#[test]
fn a_day_of_heartbeats_over_a_web_socket_takes_no_time() {
    session(LinkSettings::default(), async |hub| {
        let began = Instant::now();
        let port = central_system(hub, &Version::ALL).await;
        hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
        sleep_until(began + 24 * HOUR + SECOND).await;
        assert_eq!(heartbeats(hub), every(HEARTBEAT_INTERVAL, 24 * 3600 / HEARTBEAT_INTERVAL));
        assert_valid(hub);
        // What is written into messages tells the same time as the stamps.
        let contents = hub.trace().read();
        let last = contents.records().get(calls(&contents, "Heartbeat").last().unwrap().partner.unwrap()).unwrap();
        assert!(last.text.contains("2026-01-02T00:00:00"), "{}", last.text);
        let stamped = jiff::Timestamp::from_microsecond(last.wall_micros).unwrap();
        assert_eq!(stamped, "2026-01-02T00:00:00Z".parse().unwrap());
    });
}

#[test]
fn an_hour_over_soap_takes_no_time() {
    session(LinkSettings::default(), async |hub| {
        let began = Instant::now();
        let port = central_system(hub, &Version::ALL).await;
        hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, true)).unwrap();
        let (at_central, _) = both_ends(hub, "CP1").await;
        sleep_until(began + HOUR + SECOND).await;
        assert_eq!(heartbeats(hub), every(HEARTBEAT_INTERVAL, 3600 / HEARTBEAT_INTERVAL));
        // The other direction finds the charge point's own server.
        order(hub, at_central, LinkCommand::Call { action: "ClearCache".into(), payload: json!({}).into() });
        let answer = until(hub.trace(), "the answer", |contents| {
            let wanted = RecordKind::Frame(Direction::In, FrameKind::Result);
            let mut records = contents.records().iter(contents.records().range());
            records.find(|record| record.kind == wanted && record.action == Some("ClearCache")).map(|record| record.sequence)
        });
        answer.await;
        assert_valid(hub);
    });
}

#[test]
fn a_dropped_connection_reconnects_on_command() {
    session(LinkSettings::default(), async |hub| {
        let began = Instant::now();
        let port = central_system(hub, &Version::ALL).await;
        let key = hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
        reported(hub, 3).await;
        order(hub, key, LinkCommand::Drop);
        down(hub, Role::ChargePoint, "CP1").await;
        down(hub, Role::CentralSystem, "CP1").await;
        let reasons: Vec<(StationKey, String)> = {
            let contents = hub.trace().read();
            let ends = contents.records().iter(contents.records().range());
            let ends = ends.filter(|record| record.kind == RecordKind::Disconnected);
            ends.map(|record| (record.station.unwrap(), record.summary().into_owned())).collect()
        };
        let said = |of_ours: bool| &reasons.iter().find(|(station, _)| (*station == key) == of_ours).unwrap().1;
        assert!(said(true).contains("cut by us"), "{reasons:?}");
        assert!(said(false).contains("without a goodbye"), "{reasons:?}");
        sleep(HOUR).await;
        assert_eq!(hub.trace().read().stations().find(Role::ChargePoint, "CP1").unwrap().state, LinkState::Gone);
        order(hub, key, LinkCommand::Connect);
        both_ends(hub, "CP1").await;
        sleep_until(began + 2 * HOUR).await;
        // It does not boot again, but begins anew to count the time since it spoke last.
        assert_eq!(heartbeats(hub)[0], (3600 + HEARTBEAT_INTERVAL) as f64);
        assert_eq!(calls(&hub.trace().read(), "BootNotification").len(), 1);
    });
}

#[test]
fn a_soap_charge_point_that_reconnects_at_once_gets_its_port_again() {
    session(LinkSettings::default(), async |hub| {
        let began = Instant::now();
        let port = central_system(hub, &Version::ALL).await;
        let key = hub.start_charge_point(soap_charge_point(port, "CP1", Version::V1_5, true)).unwrap();
        reported(hub, 2).await;
        order(hub, key, LinkCommand::Drop);
        order(hub, key, LinkCommand::Connect);
        until(hub.trace(), "the second listener", |contents| {
            let records = contents.records().iter(contents.records().range());
            let of_ours = |record: &Record<'_>| record.kind == RecordKind::Listening && record.station == Some(key);
            (records.filter(of_ours).count() == 2).then_some(())
        })
        .await;
        sleep_until(began + HOUR + SECOND).await;
        assert_eq!(heartbeats(hub), every(HEARTBEAT_INTERVAL, 3600 / HEARTBEAT_INTERVAL));
        assert_valid(hub);
    });
}

/// Resets the charge point in the middle of a transaction, and gives the calls that arrive afterwards, with what links tell of.
fn after_a_reset(options: impl Fn(u16) -> ChargePointOptions) -> Vec<String> {
    session(LinkSettings::default(), async |hub| {
        let port = central_system(hub, &Version::ALL).await;
        hub.start_charge_point(options(port)).unwrap();
        let (at_central, _) = both_ends(hub, "CP1").await;
        let start = json!({"idTag": "TAG", "connectorId": 1});
        order(hub, at_central, LinkCommand::Call { action: "RemoteStartTransaction".into(), payload: start.into() });
        sleep(HOUR / 60).await;
        let reset = hub.trace().read().records().range().end;
        order(hub, at_central, LinkCommand::Call { action: "Reset".into(), payload: json!({"type": "Hard"}).into() });
        sleep(HOUR / 60).await;
        let contents = hub.trace().read();
        let records = contents.records();
        let told = records.iter(reset..records.range().end).filter(|record| record.station == Some(at_central));
        let said = |record: Record<'_>| match record.kind {
            RecordKind::Frame(Direction::In, FrameKind::Call) => record.action.map(str::to_owned),
            RecordKind::Connected => Some("up".to_owned()),
            RecordKind::Disconnected => Some(record.summary().into_owned()),
            _ => None,
        };
        told.filter_map(said).collect()
    })
}

#[test]
fn a_reset_ends_the_transaction_closes_the_link_and_boots() {
    let told = after_a_reset(|port| charge_point(port, "CP1", Version::V1_6, true));
    let down = "closed by the peer with code 1001: the charge point restarts";
    let expected = ["StopTransaction", "StatusNotification", down, "up", "BootNotification", "StatusNotification"];
    let mut rest = told.iter();
    assert!(expected.iter().all(|wanted| rest.any(|said| said == wanted)), "{told:?}");
    assert_eq!(told.iter().filter(|said| *said == "BootNotification").count(), 1, "{told:?}");
}

#[test]
fn a_reset_of_a_soap_charge_point_boots_without_a_disconnect() {
    let told = after_a_reset(|port| soap_charge_point(port, "CP1", Version::V1_5, true));
    assert_eq!(told.iter().filter(|said| *said == "BootNotification").count(), 1, "{told:?}");
    assert!(told.iter().any(|said| said == "StopTransaction") && !told.iter().any(|said| said.contains("closed")), "{told:?}");
}

/// A busy session: both transports, a transaction with meter values, a link that is lost and found again. What is told of it.
fn busy_session() -> Vec<String> {
    session(LinkSettings::default(), async |hub| {
        let port = central_system(hub, &Version::ALL).await;
        let key = hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
        hub.start_charge_point(soap_charge_point(port, "CP2", Version::V1_5, true)).unwrap();
        hub.start_charge_point(charge_point(9, "CP3", Version::V1_2, true)).unwrap();
        let (at_central, _) = both_ends(hub, "CP1").await;
        both_ends(hub, "CP2").await;
        sleep(HOUR).await;
        let remote_start = json!({"idTag": "TAG", "connectorId": 1});
        order(hub, at_central, LinkCommand::Call { action: "RemoteStartTransaction".into(), payload: remote_start.into() });
        sleep(HOUR).await;
        order(hub, at_central, LinkCommand::Drop);
        sleep(HOUR).await;
        order(hub, key, LinkCommand::Ping);
        hub.end().await;
        let contents = hub.trace().read();
        let records = contents.records();
        assert!(!calls(&contents, "MeterValues").is_empty(), "the transaction is metered");
        records.iter(records.range()).map(|record| format!("{record:?}")).collect()
    })
}

#[test]
fn a_session_with_the_same_seed_repeats_exactly() {
    let (first, second) = (busy_session(), busy_session());
    for (one, other) in first.iter().zip(&second) {
        assert_eq!(one, other);
    }
    assert_eq!(first.len(), second.len());
    assert!(first.iter().any(|line| line.contains("connect ECONNREFUSED 127.0.0.1:9")), "the words are those over TCP");
}
