//! The demonstration: a central system and eight autonomous charge points in one session, and a loop of steps: transactions start and
//! stop, the central system calls actions, one station reports its device model, a part of another one breaks, and one of the charge points
//! sends invalid messages. New users see each kind of event there is.

use std::time::Duration;

use ocpp_tui::behaviour::PhysicalAction;
use ocpp_tui::hub::{
    CentralSystemOptions, ChargePointOptions, Hub, HubError, LinkCommand, MachineOptions, Order, ProxyOptions, SoapOptions,
};
use ocpp_tui::ocpp::{OcppGeneration, Role, Version};
use ocpp_tui::trace::decode::payload_value;
use ocpp_tui::trace::{Direction, FrameKind, LinkState, RecordKind, StationKey};
use serde_json::{Value, json};

/// The charge points and their versions.
const STATIONS: [(&str, Version); 8] = [
    ("GARAGE-1", Version::V1_6),
    ("GARAGE-2", Version::V1_6),
    ("HARBOUR", Version::V1_6),
    (LIBRARY, Version::V2_0_1),
    ("MARKET", Version::V1_5),
    (SOAP, Version::V1_2),
    (STADIUM, Version::V2_1),
    (TROUBLE, Version::V1_6),
];
/// The one that speaks OCPP 2.0.1.
const LIBRARY: &str = "LIBRARY";
/// The one that speaks OCPP 2.1.
const STADIUM: &str = "STADIUM";
/// The one with SOAP, the transport of most stations when OCPP 1.2 was new.
const SOAP: &str = "OLD-MILL";
/// The one that sends invalid messages.
const TROUBLE: &str = "TROUBLE";
/// Time between two steps.
const STEP: Duration = Duration::from_millis(2500);
/// How long the first step waits for the charge points to boot.
const BOOT_TIME: Duration = Duration::from_millis(1200);
/// Seconds between meter values: enough to watch a meter run.
const METER_INTERVAL: &str = "10";
const TAG: &str = "04A2B3C4D5E6F7";

/// One step.
enum DemoStep {
    /// The central system calls a charge point.
    Call(&'static str, &'static str, Value),
    /// The central system stops the last transaction of a charge point.
    Stop(&'static str),
    /// Something happens at a charge point.
    Act(&'static str, PhysicalAction),
    /// `TROUBLE` sends an invalid text.
    Invalid(&'static str),
}

/// Starts everything on free ports of this computer; the charge points have the machine of the options. Those that speak over a WebSocket
/// may be passed on by a proxy.
///
/// # Errors
/// When no port can be bound, or a quirk cannot be used.
pub async fn start(hub: &Hub, machine: &MachineOptions, is_proxied: bool) -> Result<(), HubError> {
    let options = CentralSystemOptions {
        first_transaction: Some(1),
        host: Some("127.0.0.1".to_owned()),
        ..CentralSystemOptions::default()
    };
    let address = hub.start_central_system(options).await?;
    hub.note(false, "A demonstration: eight simulated charge points at a central system, both in this console.");
    let way = match is_proxied {
        true => hub.start_proxy(ProxyOptions::new(format!("ws://{address}"))).await?,
        false => address,
    };
    for (identity, version) in STATIONS {
        let soap = (identity == SOAP).then(SoapOptions::default);
        let url = if soap.is_some() { format!("http://{address}") } else { format!("ws://{way}") };
        let identity = identity.to_owned();
        let machine = machine.clone();
        hub.start_charge_point(ChargePointOptions { soap, machine, ..ChargePointOptions::new(url, identity, version) })?;
    }
    tokio::spawn(run_steps(hub.clone(), machine.equipment.connectors));
    Ok(())
}

/// Repeats the steps until the session ends.
async fn run_steps(hub: Hub, connectors: u16) {
    let steps = async {
        tokio::time::sleep(BOOT_TIME).await;
        for (identity, version) in STATIONS {
            order(&hub, Role::CentralSystem, identity, meter_interval(version));
        }
        for round in 1.. {
            for step in steps_of_a_round(connectors, round) {
                run_step(&hub, step);
                tokio::time::sleep(STEP).await;
            }
        }
    };
    tokio::select! {
        () = hub.shutdown().cancelled() => {}
        () = steps => {}
    }
}

/// The call that makes meter values frequent.
fn meter_interval(version: Version) -> LinkCommand {
    match version.dialect().generation {
        OcppGeneration::First => {
            call("ChangeConfiguration", json!({ "key": "MeterValueSampleInterval", "value": METER_INTERVAL }))
        }
        OcppGeneration::Second => {
            let interval = json!({
                "component": { "name": "SampledDataCtrlr" }, "variable": { "name": "TxUpdatedInterval" },
                "attributeValue": METER_INTERVAL,
            });
            call("SetVariables", json!({ "setVariableData": [interval] }))
        }
    }
}

/// The steps of a round; its number goes into the numbers of requests, which OCPP 2.x wants to differ.
fn steps_of_a_round(connectors: u16, round: i64) -> Vec<DemoStep> {
    let start = |connector: u16| json!({ "idTag": TAG, "connectorId": connector.min(connectors) });
    let token = json!({ "idToken": TAG, "type": "ISO14443" });
    let start_2 = |evse: u16, number: i64| json!({ "idToken": token, "evseId": evse.min(connectors), "remoteStartId": number });
    let high_power = json!({
        "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" },
        "type": "UpperThreshold", "value": 1000, "severity": 5,
    });
    vec![
        DemoStep::Call("GARAGE-1", "RemoteStartTransaction", start(1)),
        DemoStep::Call(LIBRARY, "RequestStartTransaction", start_2(1, 2 * round - 1)),
        DemoStep::Call("MARKET", "RemoteStartTransaction", start(1)),
        DemoStep::Invalid(r#"[2,"trouble-1","MakeCoffee",{"sugar":2}]"#),
        DemoStep::Call(STADIUM, "SetVariableMonitoring", json!({ "setMonitoringData": [high_power] })),
        DemoStep::Call(STADIUM, "RequestStartTransaction", start_2(1, 2 * round)),
        DemoStep::Call("GARAGE-2", "GetConfiguration", json!({ "key": ["HeartbeatInterval", "NumberOfConnectors"] })),
        DemoStep::Call(SOAP, "RemoteStartTransaction", start(2)),
        DemoStep::Invalid(
            r#"[2,"trouble-2","StatusNotification",{"connectorId":1,"status":"Exhausted","errorCode":"NoError"}]"#,
        ),
        DemoStep::Call(
            "HARBOUR",
            "ReserveNow",
            json!({
                "connectorId": 1, "expiryDate": "2099-01-01T00:00:00Z", "idTag": TAG, "reservationId": 1,
            }),
        ),
        DemoStep::Call(LIBRARY, "GetBaseReport", json!({ "requestId": round, "reportBase": "SummaryInventory" })),
        DemoStep::Call("GARAGE-2", "RemoteStartTransaction", start(2)),
        DemoStep::Act(
            LIBRARY,
            PhysicalAction::Fault {
                error_code: Some("GroundFailure".to_owned()),
                info: None,
                connector: Some(i32::from(connectors)),
            },
        ),
        DemoStep::Stop("GARAGE-1"),
        DemoStep::Invalid(r#"[2,"trouble-3","Heartbeat",{"#),
        DemoStep::Call("HARBOUR", "CancelReservation", json!({ "reservationId": 1 })),
        DemoStep::Call("GARAGE-1", "TriggerMessage", json!({ "requestedMessage": "Heartbeat" })),
        DemoStep::Stop("MARKET"),
        DemoStep::Stop(LIBRARY),
        DemoStep::Invalid(r#"[3,"no-such-call",{"status":"Accepted"}]"#),
        DemoStep::Call("HARBOUR", "GetDiagnostics", json!({ "location": "ftp://example.com/diagnostics/" })),
        DemoStep::Stop(SOAP),
        DemoStep::Act(LIBRARY, PhysicalAction::Recover { connector: None }),
        DemoStep::Stop(STADIUM),
        DemoStep::Stop("GARAGE-2"),
        DemoStep::Call("MARKET", "Reset", json!({ "type": "Soft" })),
    ]
}

fn run_step(hub: &Hub, step: DemoStep) {
    match step {
        DemoStep::Call(identity, action, payload) => order(hub, Role::CentralSystem, identity, call(action, payload)),
        DemoStep::Invalid(text) => order(hub, Role::ChargePoint, TROUBLE, LinkCommand::Raw(text.to_owned())),
        DemoStep::Stop(identity) => {
            if let Some((action, transaction)) = last_transaction(hub, identity) {
                let payload = json!({ "transactionId": transaction });
                order(hub, Role::CentralSystem, identity, call(action, payload));
            }
        }
        DemoStep::Act(identity, action) => order(hub, Role::ChargePoint, identity, LinkCommand::Act(action)),
    }
}

fn call(action: &str, payload: Value) -> LinkCommand {
    LinkCommand::Call { action: action.to_owned(), payload: payload.into() }
}

/// Gives an order. A station that the user has disconnected is left out.
fn order(hub: &Hub, our_role: Role, identity: &str, command: LinkCommand) {
    if let Some(station) = station(hub, our_role, identity) {
        hub.submit(&Order { targets: vec![station], command });
    }
}

fn station(hub: &Hub, our_role: Role, identity: &str) -> Option<StationKey> {
    let contents = hub.trace().read();
    let row = contents.stations().find(our_role, identity)?;
    (row.state == LinkState::Connected).then_some(row.key)
}

/// The last transaction of a charge point, as the trace has it, and the action that stops it.
fn last_transaction(hub: &Hub, identity: &str) -> Option<(&'static str, Value)> {
    let key = station(hub, Role::CentralSystem, identity)?;
    let contents = hub.trace().read();
    let records = contents.records();
    let mut started = records.iter(records.range()).filter(|record| record.station == Some(key)).filter_map(|record| {
        let payload = || payload_value(&record);
        match (record.kind, record.action) {
            (RecordKind::Frame(Direction::Out, FrameKind::Result), Some("StartTransaction")) => {
                Some(("RemoteStopTransaction", payload()?.get("transactionId")?.clone()))
            }
            (RecordKind::Frame(Direction::In, FrameKind::Call), Some("TransactionEvent")) => {
                Some(("RequestStopTransaction", payload()?.pointer("/transactionInfo/transactionId")?.clone()))
            }
            _ => None,
        }
    });
    started.next_back()
}

#[cfg(test)]
mod tests {
    use ocpp_tui::clock::now;
    use ocpp_tui::link::LinkSettings;
    use ocpp_tui::ocpp::Catalog;
    use ocpp_tui::trace;

    use super::*;

    #[test]
    fn the_steps_call_only_what_their_charge_points_know() {
        let catalog = Catalog::embedded();
        let steps = steps_of_a_round(2, 1).into_iter().filter_map(|step| match step {
            DemoStep::Call(identity, action, payload) => Some((identity, action.to_owned(), payload)),
            _ => None,
        });
        let set_up = STATIONS.into_iter().map(|(identity, version)| match meter_interval(version) {
            LinkCommand::Call { action, payload } => (identity, action, payload.value().clone()),
            other => panic!("{other:?}"),
        });
        for (identity, action, payload) in steps.chain(set_up) {
            let version = STATIONS.iter().find(|(name, _)| *name == identity).unwrap().1;
            let definition = catalog.action(version, Role::CentralSystem, &action).unwrap();
            assert_eq!(definition.request.check(&payload, version), [], "{action}");
        }
    }

    async fn until_charging(hub: &Hub, identity: &str) {
        let mut changes = hub.trace().subscribe();
        let charging = async {
            while last_transaction(hub, identity).is_none() {
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), charging).await.expect("a transaction");
    }

    #[tokio::test]
    async fn all_stations_connect_and_charge() {
        let (events, _recorder) = trace::start(64 << 20, now()).unwrap();
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
        start(&hub, &MachineOptions::default(), false).await.unwrap();
        until_charging(&hub, "GARAGE-1").await;
        let remote_start = call("RemoteStartTransaction", json!({ "idTag": TAG, "connectorId": 1 }));
        order(&hub, Role::CentralSystem, SOAP, remote_start);
        until_charging(&hub, SOAP).await;
        for identity in [LIBRARY, STADIUM] {
            until_charging(&hub, identity).await;
        }
        for (identity, _) in STATIONS {
            for role in Role::ALL {
                assert!(station(&hub, role, identity).is_some(), "{identity}");
            }
        }
        hub.end().await;
    }

    #[tokio::test]
    async fn stations_charge_through_the_proxy() {
        let (events, _recorder) = trace::start(64 << 20, now()).unwrap();
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
        start(&hub, &MachineOptions::default(), true).await.unwrap();
        until_charging(&hub, "GARAGE-1").await;
        hub.caught_up().await;
        let contents = hub.trace().read();
        let pair = contents.stations().find_pair("GARAGE-1").expect("a pair");
        assert!(pair.frames_in > 0 && pair.frames_out > 0);
        assert!(contents.stations().find_pair(SOAP).is_none(), "SOAP is not passed on");
    }
}
