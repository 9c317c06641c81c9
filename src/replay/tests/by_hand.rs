//! Records made by hand: several stations at once, calls that break the definitions, and the newer messages of 2.1.

use std::time::Duration;

use tokio::time::sleep;

use super::sessions::{charge_point, hub, listening, options, url, virtual_time};
use crate::capture::{CaptureReader, load};
use crate::hub::{CentralSystemOptions, ChargePointOptions, Hub};
use crate::link::Network;
use crate::ocpp::{Catalog, Role, Transport, Version};
use crate::replay::{IgnoredField, ReplayOptions, ReplayPeer, ReplayPlan, ReplayReport, ReplayRun, ReplaySpeed};
use crate::trace::{self, Direction, EventSender, FrameKind, RecordKind};

/// A record of lines `from the station?`, `station`, `message` of this version.
fn record(version: &str, lines: &[(bool, &str, &str)]) -> EventSender {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let mut table = "time;station;direction;version;message\n".to_owned();
    for (second, (from_station, station, message)) in lines.iter().enumerate() {
        let direction = if *from_station { "station" } else { "csms" };
        let message = message.replace('"', "\"\"");
        table += &format!("2026-01-15T10:00:{second:02}Z;{station};{direction};{version};\"{message}\"\n");
    }
    std::fs::write(&path, table).unwrap();
    let events = trace::direct(1 << 22, crate::clock::now());
    load(vec![CaptureReader::open(&path, Catalog::embedded()).unwrap()], &events);
    events
}

async fn played(events: &EventSender, network: &Network, options: &ReplayOptions, peer: ReplayPeer) -> ReplayReport {
    let plan = ReplayPlan::new(&events.trace().read(), options.our_role, |_| true);
    let session = hub(network);
    let run = ReplayRun::start(&session, plan, options, peer, Duration::from_secs(60)).await.unwrap();
    run.ended().await;
    let report = run.report();
    session.end().await;
    report
}

/// Plays the charge points of a record against a central system of ours, which it returns with what it has recorded.
async fn as_charge_points(events: &EventSender, options: &ReplayOptions, version: Version) -> (ReplayReport, Hub) {
    let network = Network::in_memory();
    let live = hub(&network);
    let port = live.start_central_system(listening(500)).await.unwrap().port();
    let template = ChargePointOptions::new(url(port, Transport::WebSocket), "", version);
    let report = played(events, &network, options, ReplayPeer::CentralSystem(Box::new(template))).await;
    live.end().await;
    (report, live)
}

const BOOT: &str = r#"[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]"#;
const BOOTED: &str = r#"[3,"1",{"status":"Accepted","currentTime":"2026-01-15T10:00:00Z","interval":14400}]"#;

#[test]
fn several_stations_are_played_at_once_and_what_breaks_the_definitions_is_sent_as_it_was() {
    let text_for_number = r#"[2,"2","StatusNotification",{"connectorId":"1","errorCode":"NoError","status":"Available"}]"#;
    let lines = [
        (true, "A", BOOT),
        (false, "A", BOOTED),
        (true, "B", BOOT),
        (false, "B", BOOTED),
        (true, "A", text_for_number),
        (false, "A", r#"[4,"2","TypeConstraintViolation","",{}]"#),
        (true, "B", r#"[2,"2","Teleport",{}]"#),
        (false, "B", r#"[4,"2","NotImplemented","",{}]"#),
    ];
    let events = record("1.6", &lines);
    for exact in [false, true] {
        virtual_time(async {
            let options = ReplayOptions { exact, ..options(Role::ChargePoint) };
            let (report, live) = as_charge_points(&events, &options, Version::V1_6).await;
            assert_eq!(report.stations.len(), 2);
            // The central system of today has an interval of its own.
            let differences: Vec<String> = report
                .stations
                .iter()
                .flat_map(|station| &station.rows)
                .flat_map(|row| row.differences.iter().flatten())
                .map(|it| it.sentence())
                .collect();
            assert!(differences.iter().all(|difference| difference.contains("/interval")), "{}", report.text());
            let contents = live.trace().read();
            let records = contents.records();
            let sent = |text: &str| records.iter(records.range()).any(|record| record.text.contains(text));
            assert!(sent(r#"{"connectorId":"1""#) && sent("Teleport"));
            assert!(report.json().contains("\"station\"") || report.json().contains("\"identity\""), "{}", report.json());
            assert!(report.junit().matches("<testsuite ").count() >= 2, "{}", report.junit());
        });
    }
}

#[test]
fn a_message_that_nothing_answers_is_sent_and_expected() {
    let stream = r#"[6,"7","NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2026-01-15T10:00:00Z","data":[{"t":0.5,"v":"1"}]}]"#;
    let lines = [
        (true, "A", r#"[2,"1","BootNotification",{"chargingStation":{"model":"M","vendorName":"V"},"reason":"PowerUp"}]"#),
        (false, "A", BOOTED),
        (true, "A", stream),
        (true, "A", r#"[5,"1","InternalError","cannot use it",{}]"#),
        (true, "A", r#"[2,"8","Heartbeat",{}]"#),
        (false, "A", r#"[3,"8",{"currentTime":"2026-01-15T10:00:00Z"}]"#),
    ];
    let events = record("2.1", &lines);
    for exact in [false, true] {
        virtual_time(async {
            let ignored = vec![IgnoredField::parse("BootNotification/interval")];
            let options = ReplayOptions { exact, ignored, ..options(Role::ChargePoint) };
            let (report, live) = as_charge_points(&events, &options, Version::V2_1).await;
            assert!(report.is_same(), "{}", report.text());
            let names: Vec<&str> = report.stations[0].rows.iter().map(|row| &*row.name).collect();
            assert_eq!(names, ["BootNotification", "NotifyPeriodicEventStream", "an error about a result", "Heartbeat"]);
            let contents = live.trace().read();
            let records = contents.records();
            let is_it = |kind| kind == RecordKind::Frame(Direction::In, FrameKind::Send);
            assert!(
                records
                    .iter(records.range())
                    .any(|record| is_it(record.kind) && record.text.contains("NotifyPeriodicEventStream"))
            );
            // It came as an error about the result of this session.
            let is_error = |kind| kind == RecordKind::Frame(Direction::In, FrameKind::ResultError);
            let error = records.iter(records.range()).find(|record| is_error(record.kind)).unwrap();
            let result = records.get(error.partner.unwrap()).unwrap();
            assert_eq!(result.kind, RecordKind::Frame(Direction::Out, FrameKind::Result));
            assert_eq!(result.action, Some("BootNotification"));
            let as_it_was = error.text == r#"[5,"1","InternalError","cannot use it",{}]"#;
            assert!(as_it_was || (!exact && error.text.ends_with(r#","InternalError","cannot use it",{}]"#)), "{}", error.text);
        });
    }
}

#[test]
fn a_central_system_calls_several_stations_and_gets_the_errors_of_the_record() {
    let call = |id: &str, action: &str, payload: &str| format!(r#"[2,"{id}","{action}",{payload}]"#);
    let (clear, wrong) = (call("c1", "ClearCache", "{}"), call("c2", "Reset", r#"{"type":"Gently"}"#));
    let cleared = r#"[3,"c1",{"status":"Accepted"}]"#;
    let refused = r#"[4,"c2","PropertyConstraintViolation","",{}]"#;
    let mut lines = Vec::new();
    for station in ["CP1", "CP2"] {
        lines.extend([
            (false, station, &*clear),
            (true, station, cleared),
            (false, station, &*wrong),
            (true, station, refused),
        ]);
    }
    let events = record("1.6", &lines);
    virtual_time(async {
        let network = Network::in_memory();
        let live = hub(&network);
        for identity in ["CP1", "CP2"] {
            let one = charge_point(9125, (Version::V1_6, Transport::WebSocket));
            live.start_charge_point(ChargePointOptions { identity: identity.into(), ..one }).unwrap();
        }
        sleep(Duration::from_millis(1)).await;
        let ignored = ["BootNotification", "StatusNotification", "Heartbeat"].map(IgnoredField::parse).to_vec();
        let options = ReplayOptions { ignored, speed: ReplaySpeed::Max, ..options(Role::CentralSystem) };
        let peer = CentralSystemOptions { port: 9125, ..listening(1) };
        let report = played(&events, &network, &options, ReplayPeer::ChargePoints(Box::new(peer))).await;
        live.end().await;
        assert_eq!(report.stations.len(), 2);
        for station in &report.stations {
            let ours: Vec<_> = station.rows.iter().filter(|row| row.ours).collect();
            assert_eq!(ours.len(), 2);
            assert!(ours.iter().all(|row| row.differences.as_ref().is_some_and(Vec::is_empty)), "{}", report.text());
        }
    });
}
