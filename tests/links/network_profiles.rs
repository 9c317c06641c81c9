//! A station of OCPP 2.x gets the connection of another slot (SetNetworkProfile), starts again, and connects with it over real sockets: from
//! a central system with a password to one with TLS, and back to it where a further slot leads nowhere.

use ocpp_tui::hub::{ChargePointOptions, CredentialOptions, DialTlsOptions, Hub};
use ocpp_tui::link::TlsVersion;
use ocpp_tui::ocpp::{Role, SecurityProfile, StationPassword, Version};
use ocpp_tui::trace::{Contents, RecordKind, StationKey};
use serde_json::{Value, json};

use crate::support::certificates::CertificateFolder;
use crate::support::{call, central_system, charge_point, free_port, hub, record, station, until};
use crate::tls::listen;

const PASSWORD: &str = "0123456789abcdef";

/// The answer to the last call of an action.
async fn ask(hub: &Hub, station: StationKey, action: &'static str, payload: Value) -> String {
    let before = hub.trace().read().records().range().end;
    assert_eq!(hub.submit(&call(station, action, payload)).taken, [station]);
    let answer = |contents: &Contents| {
        let records = contents.records();
        let mut calls = records.iter(before..records.range().end).filter(|record| record.station == Some(station));
        let call = calls.find(|record| record.action == Some(action) && record.partner.is_some())?;
        Some(records.get(call.partner?)?.text.to_owned())
    };
    until(hub.trace(), action, answer).await
}

fn slot(number: i32, profile: i32, url: &str) -> Value {
    json!({"configurationSlot": number, "connectionData": {"ocppVersion": "OCPP20", "ocppTransport": "JSON",
        "ocppCsmsUrl": url, "messageTimeout": 30, "securityProfile": profile, "ocppInterface": "Wired0"}})
}

fn variable(component: &str, name: &str, value: &str) -> Value {
    let element = json!({"component": {"name": component}, "variable": {"name": name}, "attributeValue": value});
    json!({ "setVariableData": [element] })
}

fn wanted(component: &str, name: &str) -> Value {
    json!({ "getVariableData": [{"component": {"name": component}, "variable": {"name": name}}] })
}

/// How many links have come up towards the station here.
async fn links(hub: &Hub, wanted: usize) {
    until(hub.trace(), &format!("link {wanted}"), |contents| {
        let records = contents.records();
        let count = records.iter(records.range()).filter(|record| record.kind == RecordKind::Connected).count();
        (count >= wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_station_changes_to_the_connection_of_another_slot_and_back() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let (first, second, stations) = (hub(), hub(), hub());
        let ca = CertificateFolder::new("Test CA");
        let plain = central_system(&first, &Version::ALL).await;
        let secure = listen(&second, &ca, SecurityProfile::TlsBasic, TlsVersion::V1_3).await;
        for hub in [&first, &second] {
            hub.passwords().write("CP1", PASSWORD).unwrap();
        }
        let credentials =
            CredentialOptions { password: Some(StationPassword::of_text(PASSWORD)), ..CredentialOptions::default() };
        let tls = DialTlsOptions { ca: vec![ca.ca()], ..DialTlsOptions::default() };
        stations
            .start_charge_point(ChargePointOptions { credentials, tls, ..charge_point(plain, "CP1", version, true) })
            .unwrap();
        let at_first = station(&first, Role::CentralSystem, "CP1").await;
        let profile = slot(2, 2, &format!("wss://localhost:{secure}"));
        assert!(ask(&first, at_first, "SetNetworkProfile", profile).await.contains("Accepted"), "{version}");
        let lower = slot(3, 0, &format!("ws://127.0.0.1:{plain}"));
        assert!(ask(&first, at_first, "SetNetworkProfile", lower).await.contains("Rejected"), "{version}");
        let priority = variable("OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1");
        assert!(ask(&first, at_first, "SetVariables", priority).await.contains("RebootRequired"), "{version}");
        assert!(ask(&first, at_first, "Reset", json!({ "type": "Immediate" })).await.contains("Accepted"), "{version}");

        let at_second = station(&second, Role::CentralSystem, "CP1").await;
        let words = "connected with the new credentials, security profile 2";
        record(&stations, words, |record| record.text.contains(words)).await;
        let booted = |record: &ocpp_tui::trace::Record<'_>| {
            record.action == Some("BootNotification") && record.text.contains("Accepted")
        };
        record(&second, "the boot", booted).await;
        for (component, name, value) in
            [("OCPPCommCtrlr", "ActiveNetworkProfile", "2"), ("SecurityCtrlr", "SecurityProfile", "2")]
        {
            let answer = ask(&second, at_second, "GetVariables", wanted(component, name)).await;
            assert!(answer.contains(&format!("\"attributeValue\":\"{value}\"")), "{version} {name}: {answer}");
        }
        // 2.1 keeps the slots in use as they are.
        let used = ask(&second, at_second, "SetNetworkProfile", slot(2, 2, "wss://elsewhere.example")).await;
        assert_eq!(used.contains("Rejected"), version == Version::V2_1, "{version}: {used}");
        if version == Version::V2_0_1 {
            let again = slot(2, 2, &format!("wss://localhost:{secure}"));
            assert!(ask(&second, at_second, "SetNetworkProfile", again).await.contains("Accepted"));
        }
        // A slot that leads nowhere is tried first, and the station is back at the one before.
        let nowhere = slot(3, 2, &format!("wss://localhost:{}", free_port()));
        assert!(ask(&second, at_second, "SetNetworkProfile", nowhere).await.contains("Accepted"), "{version}");
        let attempts = variable("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "1");
        ask(&second, at_second, "SetVariables", attempts).await;
        let priority = variable("OCPPCommCtrlr", "NetworkConfigurationPriority", "3,2");
        let set = ask(&second, at_second, "SetVariables", priority).await;
        assert!(set.contains("RebootRequired"), "{version}: {set}");
        assert!(ask(&second, at_second, "Reset", json!({ "type": "Immediate" })).await.contains("Accepted"), "{version}");
        let refused = |record: &ocpp_tui::trace::Record<'_>| {
            record.kind == RecordKind::Retry && record.summary().contains("ECONNREFUSED")
        };
        record(&stations, "the attempt at slot 3", refused).await;
        links(&second, 2).await;
        let at_second = station(&second, Role::CentralSystem, "CP1").await;
        let answer = ask(&second, at_second, "GetVariables", wanted("OCPPCommCtrlr", "ActiveNetworkProfile")).await;
        assert!(answer.contains("\"attributeValue\":\"2\""), "{version}: {answer}");
        for hub in [first, second, stations] {
            hub.end().await;
        }
    }
}
