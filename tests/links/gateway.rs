//! The gateway between both roles of ours: every action of every pair of versions and transports, both ways, and what is refused.

use ocpp_tui::clock::now;
use ocpp_tui::hub::{ChargePointOptions, Hub, HubError, ProxyOptions};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::lens::{LensContext, translate};
use ocpp_tui::ocpp::{ActionDefinition, Catalog, MessagePart, Role, SampleContext, Transport, Version};
use ocpp_tui::trace::{self, FrameKind, LinkState, RecordKind};
use serde_json::{Value, json};

use crate::every_action::call_and_wait;
use crate::support::envelopes::soap_charge_point;
use crate::support::{TIMEOUT, call, central_system, charge_point, free_port, hub, record, station, until, up};

/// A gateway for the central system at this port, and its own port.
async fn gateway(hub: &Hub, upstream: u16, version: Option<Version>, transport: Transport) -> u16 {
    let scheme = if transport == Transport::Soap { "http" } else { "ws" };
    let to = format!("{scheme}://127.0.0.1:{upstream}/");
    let options = ProxyOptions { translate: version, ..ProxyOptions::new(to) };
    hub.start_proxy(options).await.expect("a free port").port()
}

fn station_of(port: u16, identity: &str, version: Version, transport: Transport) -> ChargePointOptions {
    match transport {
        Transport::Soap => soap_charge_point(port, identity, version, false),
        Transport::WebSocket => charge_point(port, identity, version, false),
    }
}

/// Whether the request can be carried over.
fn passes(hub: &Hub, action: &ActionDefinition, payload: &Value, to: Version) -> bool {
    let context = LensContext { occupied: Some("Preparing") };
    translate(hub.catalog(), action, MessagePart::Request, payload, (to, context)).is_ok_and(|view| view.is_whole())
}

/// One station through a gateway: what passes gets a result, and what does not an error that says why.
async fn every_action(hubs: [&Hub; 3], port: u16, from: (Version, Transport), to: (Version, Transport)) -> [usize; 2] {
    let [csms, between, stations] = hubs;
    let identity = format!("CP-{}-{}-{}-{}", from.0, from.1, to.0, to.1);
    stations.start_charge_point(station_of(port, &identity, from.0, from.1)).unwrap();
    let at_station = station(stations, Role::ChargePoint, &identity).await;
    let boot = json!({ "chargePointVendor": "V", "chargePointModel": "M" });
    // Over SOAP a station is known by its first call, here and there.
    let definition = |version: Version, role, name| stations.catalog().action(version, role, name).unwrap().clone();
    let first = definition(from.0, Role::ChargePoint, "BootNotification");
    let (kind, text) = call_and_wait(stations, at_station, &first, boot).await;
    assert!(matches!(kind, RecordKind::Frame(_, FrameKind::Result)), "{identity}: {text}");
    let at_csms = station(csms, Role::CentralSystem, &identity).await;
    let (mut passed, mut refused) = (0, 0);
    for (hub, key, role, (own, other)) in
        [(stations, at_station, Role::ChargePoint, (from, to)), (csms, at_csms, Role::CentralSystem, (to, from))]
    {
        for action in hub.catalog().actions_of(own.0, role) {
            if matches!(&*action.name, "BootNotification" | "Reset") || (own.1 == Transport::Soap && action.soap.is_none()) {
                continue;
            }
            let payload = action.request.sample(&SampleContext::at(jiff::Timestamp::now()));
            let expected = passes(hub, action, &payload, other.0);
            let (kind, text) = call_and_wait(hub, key, action, payload).await;
            let is_result = matches!(kind, RecordKind::Frame(_, FrameKind::Result));
            // Over SOAP an action that only JSON has cannot be called.
            let has_envelope = other.1 == Transport::WebSocket
                || hub.catalog().action(other.0, role, &action.name).is_some_and(|action| action.soap.is_some());
            if expected && has_envelope {
                assert!(is_result, "{identity}: {}: {text}", action.name);
                passed += 1;
            } else {
                assert!(!is_result, "{identity}: {}: {text}", action.name);
                refused += 1;
            }
        }
    }
    between.caught_up().await;
    [passed, refused]
}

#[tokio::test]
async fn every_action_passes_between_all_versions_and_transports_or_is_refused() {
    let (csms, between, stations) = (hub(), hub(), hub());
    let forms = || Version::SOAP.into_iter().flat_map(|version| Transport::ALL.map(|transport| (version, transport)));
    let upstream = central_system(&csms, &Version::SOAP).await;
    let (mut passed, mut refused) = (0, 0);
    for to in forms() {
        let port = gateway(&between, upstream, Some(to.0), to.1).await;
        for from in forms().filter(|from| *from != to) {
            let [here, not] = every_action([&csms, &between, &stations], port, from, to).await;
            (passed, refused) = (passed + here, refused + not);
        }
    }
    assert!(passed > 500 && refused > 50, "{passed} {refused}");
}

#[tokio::test]
async fn a_station_of_soap_charges_at_a_central_system_of_json() {
    let (csms, between, stations) = (hub(), hub(), hub());
    let upstream = central_system(&csms, &[Version::V1_6]).await;
    let port = gateway(&between, upstream, Some(Version::V1_6), Transport::WebSocket).await;
    stations.start_charge_point(soap_charge_point(port, "OLD", Version::V1_5, false)).unwrap();
    let at_station = station(&stations, Role::ChargePoint, "OLD").await;
    let send = |action: &'static str, payload: Value| {
        let definition = stations.catalog().action(Version::V1_5, Role::ChargePoint, action).unwrap().clone();
        let stations = &stations;
        async move { call_and_wait(stations, at_station, &definition, payload).await.1 }
    };
    let boot = send("BootNotification", json!({ "chargePointVendor": "V", "chargePointModel": "M" })).await;
    assert!(boot.contains("<ocpp:heartbeatInterval>") || boot.contains("heartbeatInterval>300"), "{boot}");
    let status = |status: &str| json!({ "connectorId": 1, "status": status, "errorCode": "Mode3Error" });
    let time = "2026-03-04T10:00:00Z";
    send("StatusNotification", status("Occupied")).await;
    send("StartTransaction", json!({ "connectorId": 1, "idTag": "A", "timestamp": time, "meterStart": 0 })).await;
    send("StatusNotification", status("Occupied")).await;
    let values = json!([{ "timestamp": time, "values": [{ "value": "16", "unit": "Amp", "measurand": "Current.Import" }] }]);
    send("MeterValues", json!({ "connectorId": 1, "values": values })).await;
    send("StopTransaction", json!({ "transactionId": 1, "timestamp": time, "meterStop": 7 })).await;
    send("StatusNotification", status("Occupied")).await;
    csms.caught_up().await;
    let seen: Vec<String> = {
        let contents = csms.trace().read();
        let records = contents.records();
        let calls = records.iter(records.range()).filter(|record| matches!(record.kind, RecordKind::Frame(_, FrameKind::Call)));
        calls.map(|record| record.text.to_owned()).collect()
    };
    let statuses: Vec<&str> = ["Preparing", "Charging", "Finishing"]
        .into_iter()
        .filter(|status| seen.iter().any(|text| text.contains(&format!(r#""status":"{status}""#))))
        .collect();
    assert_eq!(statuses, ["Preparing", "Charging", "Finishing"], "{seen:#?}");
    assert!(seen.iter().all(|text| text.starts_with('[')), "{seen:#?}");
    assert!(seen.iter().any(|text| text.contains(r#""unit":"A""#) && text.contains("sampledValue")), "{seen:#?}");
    assert!(seen.iter().any(|text| text.contains("EVCommunicationError")), "{seen:#?}");
    // What the old station does not know is refused with the reason, which the trace of the gateway has, too.
    let at_csms = station(&csms, Role::CentralSystem, "OLD").await;
    csms.submit(&call(at_csms, "TriggerMessage", json!({ "requestedMessage": "Heartbeat" })));
    record(&csms, "the refusal", |record| {
        record.kind == RecordKind::Frame(trace::Direction::In, FrameKind::Error)
            && record.text.contains("NotSupported")
            && record.text.contains("OCPP 1.5 has no message that does what TriggerMessage does")
    })
    .await;
    record(&between, "the reason", |record| record.text.contains("TriggerMessage cannot be carried over")).await;
}

#[tokio::test]
async fn what_comes_before_the_central_system_is_reached_waits_and_the_links_end_together() {
    let (csms, between, stations) = (hub(), hub(), hub());
    let upstream = central_system(&csms, &[Version::V1_5]).await;
    let port = gateway(&between, upstream, Some(Version::V1_5), Transport::WebSocket).await;
    let key = stations.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    record(&stations, "the answer to the boot", |record| {
        record.kind == RecordKind::Frame(trace::Direction::In, FrameKind::Result) && record.text.contains(r#""interval""#)
    })
    .await;
    station(&csms, Role::CentralSystem, "CP1").await;
    stations.submit(&ocpp_tui::hub::Order { targets: vec![key], command: ocpp_tui::hub::LinkCommand::Disconnect });
    until(csms.trace(), "the end of the link", |contents| {
        let row = contents.stations().find(Role::CentralSystem, "CP1")?;
        (row.state != LinkState::Connected).then_some(())
    })
    .await;
    record(&between, "the figures", |record| record.text.contains("carried over") && record.text.contains("refused")).await;
    stations.submit(&ocpp_tui::hub::Order { targets: vec![key], command: ocpp_tui::hub::LinkCommand::Connect });
    until(csms.trace(), "the link is back", |contents| up(contents, Role::CentralSystem, "CP1")).await;
}

/// A call that waits for a central system which is never reached keeps nothing alive: the recorder ends with the session.
#[tokio::test]
async fn a_session_ends_while_calls_wait() {
    let (events, recorder) = trace::start(1 << 20, now()).unwrap();
    let (between, stations) = (Hub::new(Catalog::embedded(), LinkSettings::default(), events), hub());
    let port = gateway(&between, free_port(), Some(Version::V1_6), Transport::WebSocket).await;
    stations.start_charge_point(charge_point(port, "CP1", Version::V1_5, true)).unwrap();
    record(&between, "the boot", |record| record.action == Some("BootNotification")).await;
    between.end().await;
    drop(between);
    let ended = tokio::task::spawn_blocking(move || recorder.join());
    tokio::time::timeout(TIMEOUT, ended).await.expect("the recorder ends").unwrap().unwrap();
}

#[tokio::test]
async fn options_that_a_gateway_cannot_use_are_errors() {
    let hub = hub();
    let port = free_port();
    let itself = ProxyOptions { port, translate: Some(Version::V1_6), ..ProxyOptions::new(format!("ws://127.0.0.1:{port}")) };
    assert!(matches!(hub.start_proxy(itself).await, Err(HubError::Relay(_))));
    let newer = ProxyOptions { translate: Some(Version::V2_0_1), ..ProxyOptions::new("ws://127.0.0.1:1") };
    let error = hub.start_proxy(newer).await.unwrap_err().to_string();
    assert!(error.contains("between OCPP 1.2, 1.5 and 1.6 only, not to 2.0.1"), "{error}");
    let map = ocpp_tui::link::PathMap::parse("/a=/b").unwrap();
    let mapped = ProxyOptions { path_maps: vec![map], ..ProxyOptions::new("http://127.0.0.1:1") };
    let error = hub.start_proxy(mapped).await.unwrap_err().to_string();
    assert!(error.contains("--path-map is for a proxy that passes frames"), "{error}");
    let copied = ProxyOptions { also: Some("ws://127.0.0.1:2".into()), ..ProxyOptions::new("http://127.0.0.1:1") };
    let error = hub.start_proxy(copied).await.unwrap_err().to_string();
    assert!(error.contains("--also is for a proxy that passes frames"), "{error}");
}
