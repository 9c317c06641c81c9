//! The plugins that come with the program.

use std::time::Duration;

use serde_json::json;

use super::test_session::{World, printed};
use crate::behaviour::{Answer, CallResult};
use crate::ocpp::Role;

#[test]
fn all_of_them_load_on_both_sides() {
    for role in [Role::ChargePoint, Role::CentralSystem] {
        let world = World::new(role);
        for name in crate::plugin::types::names() {
            assert_eq!(world.load_file(name).failure, None, "{name}");
        }
        assert!(world.list().iter().all(|detail| detail.errors == 0));
    }
}

#[test]
fn reject_boot_counts_for_each_station() {
    let world = World::new(Role::CentralSystem);
    world.load_file("reject-boot");
    let status = || match world.answer("BootNotification", &json!({})) {
        Answer::Result(payload) => payload["status"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!([status(), status(), status(), status()], ["Pending", "Rejected", "Accepted", "Accepted"]);
    world.wait_for_line("[reject-boot] boot 1: Pending");
}

#[test]
fn slow_answers_delay_the_default_answer() {
    let world = World::new(Role::ChargePoint);
    world.load_file("slow-answers");
    let accepted = Box::new(Answer::result(json!({"status": "Accepted"})));
    assert_eq!(world.answer("Reset", &json!({})), Answer::Delayed(Duration::from_secs(2), accepted.clone()));
    assert!(printed(&world.line("slow"))[0].contains("2000 ms"));
    world.line("slow 50");
    world.load_file("slow-answers");
    assert_eq!(world.answer("Reset", &json!({})), Answer::Delayed(Duration::from_millis(50), accepted));
}

#[test]
fn the_example_of_a_central_system_blocks_tags() {
    let world = World::new(Role::CentralSystem);
    world.load_file("cs-example");
    world.wait_for_line("[CS-Example] Started.");
    world.line("deny BAD");
    assert_eq!(printed(&world.line("denied")), ["BAD"]);
    let blocked = json!({"status": "Accepted", "idTagInfo": {"status": "Blocked"}});
    assert_eq!(world.answer("Authorize", &json!({"idTag": "BAD"})), Answer::result(blocked));
    assert_eq!(world.answer("Authorize", &json!({"idTag": "GOOD"})), Answer::result(json!({"status": "Accepted"})));
}

#[test]
fn the_automatic_charge_point_charges() {
    let world = World::new(Role::ChargePoint);
    assert_eq!(world.load_file("cbxs-automatic-mode").failure, None);
    world.serve("BootNotification", CallResult::Lost);
    world.result("BootNotification", &json!({"status": "Accepted", "interval": 300}));
    let cache = "[CBXS] Whitelist content: []";
    world.line("cache");
    assert_eq!(world.wait_for_line("[CBXS]"), cache);
    assert_eq!(printed(&world.line("identification")), ["[CBXS] Usage: identification <id>"]);
    assert!(world.line("identification ABC").consumed);
    assert_eq!(world.serve("Authorize", CallResult::Lost), json!({"idTag": "ABC"}));
    world.result("Authorize", &json!({"idTagInfo": {"status": "Accepted"}}));
    let start = world.serve("StartTransaction", CallResult::Lost);
    assert_eq!((&start["connectorId"], &start["idTag"], &start["meterStart"]), (&json!(1), &json!("ABC"), &json!(0)));
    world.result("StartTransaction", &json!({"transactionId": 42, "idTagInfo": {"status": "Accepted"}}));
    assert_eq!(world.serve("StatusNotification", CallResult::Lost)["status"], "Charging");
    assert_eq!(printed(&world.line("connectors"))[0], " - Connector #1 - status: charging, transaction 42");
    let accepted = Answer::result(json!({"status": "Accepted"}));
    let rejected = Answer::result(json!({"status": "Rejected"}));
    assert_eq!(world.answer("RemoteStartTransaction", &json!({"connectorId": 1, "idTag": "X"})), rejected);
    assert_eq!(world.answer("RemoteStopTransaction", &json!({"transactionId": 41})), rejected);
    assert_eq!(world.answer("RemoteStopTransaction", &json!({"transactionId": 42})), accepted);
    assert_eq!(world.serve("StopTransaction", CallResult::Lost)["transactionId"], 42);
    assert_eq!(world.answer("ClearCache", &json!({})), accepted);
    world.wait_for_line("[CBXS]  White list cleared.");
    assert_eq!(world.detail("cbxs-automatic-mode").errors, 0);
}

#[test]
fn the_automatic_charge_point_needs_a_charge_point() {
    let world = World::new(Role::CentralSystem);
    world.load_file("cbxs-automatic-mode");
    world.wait_for_line("[CBXS] Error: this plugin needs a Charge Point Simulator to run.");
    assert_eq!(world.detail("cbxs-automatic-mode").state, crate::plugin::PluginState::Available);
}
