//! The station changes its password and its network profile: what its link shows at the next connection, and what the variables say.

use super::*;
use crate::behaviour::{CredentialNews, CredentialSet, StationCredentials};
use crate::ocpp::{SecurityProfile, StationPassword};

/// A station with a password, connected and accepted, and its credentials as the link sees them.
fn with_password(version: Version) -> (StationWorld, StationCredentials) {
    let password = Some(StationPassword::of_text("0123456789abcdef"));
    let credentials =
        StationCredentials::new(CredentialSet { profile: SecurityProfile::Basic, password, ..CredentialSet::default() });
    let settings =
        ChargePointSettings { driver: false, seed: 1, credentials: credentials.clone(), ..ChargePointSettings::default() };
    (StationWorld::with(version, settings).booted(), credentials)
}

fn set_variable(world: &mut StationWorld, component: &str, variable: &str, value: &str) -> String {
    let element = json!({"component": {"name": component}, "variable": {"name": variable}, "attributeValue": value});
    match world.ask("SetVariables", json!({ "setVariableData": [element] })) {
        Answer::Result(result) => result["setVariableResult"][0]["attributeStatus"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn value_of(world: &StationWorld, component: &str, variable: &str) -> String {
    world.machine.model.text(component, variable).unwrap_or_default().to_owned()
}

fn network_profile(slot: i32, profile: i32, url: &str) -> Value {
    json!({"configurationSlot": slot, "connectionData": {"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": url,
        "messageTimeout": 30, "securityProfile": profile, "ocppInterface": "Any"}})
}

#[test]
fn a_new_password_is_shown_at_the_next_connection_and_kept_nowhere_else() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let (mut world, credentials) = with_password(version);
        assert_eq!(set_variable(&mut world, "SecurityCtrlr", "BasicAuthPassword", "too short"), "Rejected");
        assert_eq!(set_variable(&mut world, "SecurityCtrlr", "BasicAuthPassword", "fedcba9876543210"), "Accepted");
        assert_eq!(credentials.next().password.unwrap().bytes(), b"fedcba9876543210");
        assert_eq!(value_of(&world, "SecurityCtrlr", "BasicAuthPassword"), "");
    }
}

#[test]
fn the_slots_before_the_present_one_are_tried_after_a_restart() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let (mut world, credentials) = with_password(version);
        assert_eq!(value_of(&world, "SecurityCtrlr", "SecurityProfile"), "1");
        assert_eq!(world.ask_status("SetNetworkProfile", network_profile(2, 2, "wss://two.example.com/ocpp")), "Accepted");
        assert_eq!(world.ask_status("SetNetworkProfile", network_profile(3, 1, "ws://three.example.com")), "Accepted");
        world.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "2");
        assert_eq!(set_variable(&mut world, "OCPPCommCtrlr", "NetworkConfigurationPriority", "2,3,1"), "RebootRequired");
        assert_eq!(credentials.next(), credentials.settled(), "nothing changes before the restart");
        world.machine.choose_network_profiles();
        let next = credentials.next();
        assert_eq!(
            (next.slot, next.profile, next.url.as_deref()),
            (2, SecurityProfile::TlsBasic, Some("wss://two.example.com/ocpp"))
        );
        let news: Vec<_> = (0..2).map(|_| credentials.failed()).collect();
        assert_eq!(news, [None, Some(CredentialNews::Turned { slot: 3, profile: SecurityProfile::Basic })]);
        assert_eq!(credentials.next().slot, 3);
        assert_eq!(credentials.connected(), Some(CredentialNews::Settled(SecurityProfile::Basic)));
        world.disconnect();
        world.connect();
        assert_eq!(value_of(&world, "OCPPCommCtrlr", "ActiveNetworkProfile"), "3");
        world.machine.choose_network_profiles();
        assert_eq!(credentials.next().slot, 2, "the first of the priority is tried again");
        credentials.connected();
        world.disconnect();
        world.connect();
        assert_eq!(value_of(&world, "SecurityCtrlr", "SecurityProfile"), "2");
        let lower = world.ask_status("SetNetworkProfile", network_profile(1, 1, "ws://one.example.com"));
        assert!(lower.starts_with("Rejected"), "{lower}");
        world.machine.choose_network_profiles();
        assert_eq!(credentials.next().slot, 2, "a lower profile is never tried");
    }
}

#[test]
fn other_slots_are_tried_when_the_connection_fails() {
    for version in [Version::V2_0_1, Version::V2_1] {
        let (mut world, credentials) = with_password(version);
        for (slot, url) in [(2, "ws://two.example.com"), (3, "wss://three.example.com")] {
            let profile = if slot == 2 { 1 } else { 2 };
            assert_eq!(world.ask_status("SetNetworkProfile", network_profile(slot, profile, url)), "Accepted");
        }
        world.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "2");
        set_variable(&mut world, "OCPPCommCtrlr", "NetworkConfigurationPriority", "3,1,2");
        world.disconnect();
        let mut tried = Vec::new();
        for _ in 0..8 {
            tried.push(credentials.next().slot.max(1));
            credentials.failed();
        }
        assert_eq!(tried, [1, 1, 3, 3, 2, 2, 1, 1], "{version}");
        // The one that works stays, and what the user chose is one of the others from then on.
        while credentials.next().slot != 2 {
            credentials.failed();
        }
        credentials.connected();
        world.connect();
        assert_eq!(value_of(&world, "OCPPCommCtrlr", "ActiveNetworkProfile"), "2");
        world.disconnect();
        let slots: Vec<_> = (0..6)
            .map(|_| {
                let next = credentials.next();
                credentials.failed();
                (next.slot, next.url.is_some())
            })
            .collect();
        assert_eq!(slots, [(2, true), (2, true), (3, true), (3, true), (0, false), (0, false)], "{version}");
    }
}

#[test]
fn a_profile_of_2_1_may_have_an_identity() {
    let (mut world, credentials) = with_password(Version::V2_1);
    world.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "1");
    let mut profile = network_profile(2, 1, "ws://two.example.com");
    profile["connectionData"]["identity"] = "CS-2".into();
    assert_eq!(world.ask_status("SetNetworkProfile", profile), "Accepted");
    assert_eq!(world.ask_status("SetNetworkProfile", network_profile(3, 1, "ws://three.example.com")), "Accepted");
    set_variable(&mut world, "OCPPCommCtrlr", "NetworkConfigurationPriority", "2,3,1");
    world.machine.choose_network_profiles();
    assert_eq!(credentials.next().identity.as_deref(), Some("CS-2"));
    credentials.connected();
    world.disconnect();
    credentials.failed();
    let next = credentials.next();
    assert_eq!((next.slot, next.identity), (3, None), "the identity is that of its slot");
}
