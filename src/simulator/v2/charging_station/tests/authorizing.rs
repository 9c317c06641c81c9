//! Who may charge: Authorize, groups, the cache, the local list, the master pass (OCPP 2.0.1 part 2, C and D).

use super::hands::{card, plug, unplug};
use super::*;

fn token(text: &str) -> Value {
    json!({"idToken": text, "type": "ISO14443"})
}

fn in_group(status: &str, group: &str) -> Value {
    json!({"idTokenInfo": {"status": status, "groupIdToken": {"idToken": group, "type": "Central"}}})
}

/// Presents a card; the CSMS answers the Authorize with this. Returns what follows.
fn present(world: &mut StationWorld, action: &PhysicalAction, answer: Value) -> Vec<String> {
    world.act(action).unwrap();
    let authorize = world.expect("Authorize");
    world.result(&authorize, answer);
    world.serve()
}

#[test]
fn a_refused_card_changes_nothing() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    assert_eq!(world.act(&card("B", 1)), Err(PhysicalActionError::ReaderBusy));
    world.result(&authorize, json!({"idTokenInfo": {"status": "Blocked"}}));
    assert!(world.serve().is_empty());
    let elsewhere = json!({"idTokenInfo": {"status": "Accepted", "evseId": [2]}});
    assert!(present(&mut world, &card("TAG", 1), elsewhere).is_empty(), "it is valid for another EVSE");
}

#[test]
fn a_refused_card_of_the_group_ends_nothing() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    assert!(present(&mut world, &card("B", 1), in_group("Blocked", "G")).is_empty());
    world.acts(&plug(1));
    assert!(!present(&mut world, &card("A", 1), in_group("Accepted", "G")).is_empty());
    assert!(present(&mut world, &card("B", 1), in_group("Blocked", "G")).is_empty(), "it is asked about, and refused");
}

#[test]
fn a_card_has_a_type() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.act(&card("eMAID:DE8AA1A2B3C4D5", 1)).unwrap();
    assert_eq!(world.expect("Authorize").payload, json!({"idToken": {"idToken": "DE8AA1A2B3C4D5", "type": "eMAID"}}));
    assert_eq!(world.act(&card("", 2)), Err(PhysicalActionError::BadTag(36)));
}

#[test]
fn a_card_of_the_same_group_stops_and_another_does_not() {
    for (group, stops) in [("G", true), ("H", false)] {
        let mut world = StationWorld::quiet(Version::V2_0_1);
        world.acts(&plug(1));
        present(&mut world, &card("TAG", 1), in_group("Accepted", "G"));
        let sent = present(&mut world, &card("OTHER", 1), in_group("Accepted", group));
        let expected: &[&str] = if stops { &["TransactionEvent Ended StopAuthorized EVConnected Local OTHER"] } else { &[] };
        assert_eq!(sent, expected);
    }
}

#[test]
fn a_card_of_the_group_stops_although_another_evse_is_free() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.acts(&plug(1));
    present(&mut world, &card("TAG", 1), in_group("Accepted", "G"));
    let anywhere = PhysicalAction::Present { id_tag: "OTHER".to_owned(), connector: None };
    let sent = present(&mut world, &anywhere, in_group("Accepted", "G"));
    assert_eq!(sent, ["TransactionEvent Ended StopAuthorized EVConnected Local OTHER"]);
}

#[test]
fn the_master_pass_stops_and_starts_nothing() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("AuthCtrlr", "MasterPassGroupId", "MASTER");
    for number in [1, 2] {
        world.acts(&plug(number));
        world.acts(&card("TAG", number));
    }
    let sent = present(&mut world, &card("BOSS", 1), in_group("Accepted", "MASTER"));
    assert_eq!(sent, ["TransactionEvent Ended StopAuthorized EVConnected MasterPass BOSS"]);
    world.acts(&unplug(1));
    let sent = present(&mut world, &card("BOSS", 1), in_group("Accepted", "MASTER"));
    assert!(sent.is_empty(), "{sent:?}");
    let anywhere = PhysicalAction::Present { id_tag: "BOSS".to_owned(), connector: None };
    let sent = present(&mut world, &anywhere, in_group("Accepted", "MASTER"));
    assert_eq!(sent, ["TransactionEvent Ended StopAuthorized EVConnected MasterPass BOSS"]);
}

#[test]
fn the_cache_authorizes_as_configured_and_is_cleared() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    let visit = |world: &mut StationWorld| {
        world.acts(&plug(1));
        let sent = world.acts(&card("TAG", 1));
        world.acts(&card("TAG", 1));
        world.acts(&unplug(1));
        sent[0].clone()
    };
    assert_eq!(visit(&mut world), "Authorize TAG");
    assert_eq!(visit(&mut world), "Authorize TAG", "without LocalPreAuthorize");
    world.set("AuthCtrlr", "LocalPreAuthorize", "true");
    assert!(visit(&mut world).starts_with("TransactionEvent Started"));
    world.set("AuthCacheCtrlr", "LifeTime", "10");
    world.pass_seconds(11);
    assert_eq!(visit(&mut world), "Authorize TAG", "it has outlived its time");
    world.ask("ClearCache", json!({}));
    assert_eq!(visit(&mut world), "Authorize TAG");
    world.set("AuthCacheCtrlr", "Enabled", "false");
    assert_eq!(world.ask_status("ClearCache", json!({})), "Rejected NotEnabled");
}

#[test]
fn the_list_comes_before_the_cache() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("AuthCtrlr", "LocalPreAuthorize", "true");
    world.set("LocalAuthListCtrlr", "DisablePostAuthorize", "true");
    let entry = |text: &str, status: &str| json!({"idToken": token(text), "idTokenInfo": {"status": status}});
    let send = |kind: &str, version: i32, entries: Value| json!({"versionNumber": version, "updateType": kind, "localAuthorizationList": entries});
    let full = send("Full", 4, json!([entry("GOOD", "Accepted"), entry("BAD", "Blocked")]));
    assert_eq!(world.ask_status("SendLocalList", full), "Accepted");
    assert_eq!(world.ask_result("GetLocalListVersion", json!({}))["versionNumber"], 4);
    assert_eq!(world.act(&card("BAD", 1)), Err(PhysicalActionError::NotAccepted("BAD".to_owned())));
    world.acts(&plug(1));
    assert!(world.acts(&card("GOOD", 1))[0].starts_with("TransactionEvent Started"));
    let old = send("Differential", 4, json!([entry("X", "Accepted")]));
    assert_eq!(world.ask_status("SendLocalList", old), "VersionMismatch InvalidValue");
    world.set("LocalAuthListCtrlr", "Enabled", "false");
    assert_eq!(world.ask_result("GetLocalListVersion", json!({}))["versionNumber"], 0);
    assert_eq!(world.ask_status("SendLocalList", send("Full", 9, json!([entry("X", "Accepted")]))), "Failed NotEnabled");
}

#[test]
fn a_token_that_is_refused_later_ends_the_transaction_or_its_energy() {
    for (stops, rest, expected) in [
        ("true", "0", "TransactionEvent Ended Deauthorized EVConnected DeAuthorized"),
        ("false", "0", "TransactionEvent Updated ChargingStateChanged SuspendedEVSE"),
        ("false", "500", "TransactionEvent Updated ChargingStateChanged SuspendedEVSE"),
    ] {
        let mut world = StationWorld::quiet(Version::V2_0_1);
        world.set("TxCtrlr", "StopTxOnInvalidId", stops);
        world.set("TxCtrlr", "MaxEnergyOnInvalidId", rest);
        world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
        world.acts(&plug(1));
        world.act(&card("TAG", 1)).unwrap();
        let authorize = world.expect("Authorize");
        world.accept(&authorize);
        let started = world.expect("TransactionEvent");
        world.result(&started, json!({"idTokenInfo": {"status": "ConcurrentTx"}}));
        let now = world.serve();
        assert_eq!(now.last().unwrap() == expected, rest == "0", "{now:?}");
        let later = world.live(400);
        assert_eq!(later.last().is_some_and(|sent| sent == expected), rest != "0", "{later:?}");
    }
}

#[test]
fn offline_only_known_tokens_charge_unless_all_may() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.acts(&plug(1));
    world.acts(&card("KNOWN", 1));
    world.acts(&card("KNOWN", 1));
    world.act(&PhysicalAction::Offline).unwrap();
    assert_eq!(world.act(&card("NEW", 1)), Err(PhysicalActionError::NotAccepted("NEW".to_owned())));
    world.act(&card("KNOWN", 1)).unwrap();
    assert!(world.machine.is_in_use(1));
    world.act(&card("KNOWN", 1)).unwrap();
    world.set("AuthCtrlr", "OfflineTxForUnknownIdEnabled", "true");
    world.act(&card("NEW", 1)).unwrap();
    assert!(world.machine.is_in_use(1));
    assert!(world.take_sent().is_empty());
}
