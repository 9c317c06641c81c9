//! The interface of ocppjs, with plugins as users wrote them for it.

use serde_json::{Value, json};

use super::test_session::{World, printed};
use crate::behaviour::{Answer, CallResult, FilterDecision};
use crate::ocpp::Role;

#[test]
fn a_plugin_for_ocppjs_runs_as_it_is() {
    let world = World::new(Role::ChargePoint);
    world.sample("automatic");
    assert_eq!(world.load_file("automatic").failure, None);
    world.connection(true);
    world.wait_for_line("connected CP1 1.6");
    let boot = world.serve("BootNotification", CallResult::Lost);
    assert!(boot["chargePointVendor"].is_string(), "the default payload: {boot}");
    world.result("BootNotification", &json!({"status": "Accepted"}));
    world.wait_for_line("AUTO: boot: Accepted");
    let status = world.serve("StatusNotification", CallResult::Timeout);
    assert_eq!((&status["connectorId"], &status["status"]), (&json!(1), &json!("Available")));
    assert!(status["errorCode"].is_string(), "what is not named stays as it is: {status}");
    for status in ["Accepted", "Rejected"] {
        let answer = world.answer("RemoteStartTransaction", &json!({"connectorId": 1}));
        assert_eq!(answer, Answer::result(json!({"status": status})));
    }
    let reply = world.line("authorize_me TAG place=home");
    assert_eq!((printed(&reply), reply.consumed), (vec!["asking for TAG at home, 3 words"], true));
    assert!(!world.line("stations").consumed);
    assert_eq!(world.serve("Authorize", CallResult::Lost), json!({"idTag": "TAG"}));
    world.wait_for_line("idle");
    assert_eq!(printed(&world.unload("automatic")), Vec::<&str>::new());
    world.wait_for_line("started 2");
}

#[test]
fn on_the_other_side_it_takes_itself_out() {
    let world = World::new(Role::CentralSystem);
    world.sample("automatic");
    assert_eq!(world.load_file("automatic").failure, None);
    world.wait_for_line("AUTO: needs a charge point");
    world.wait_for_line("started 0");
    assert_eq!(world.peer_calls("RemoteStartTransaction", &Value::Null), FilterDecision::Keep);
}

#[test]
fn with_several_plugins_every_handler_runs() {
    let world = World::new(Role::ChargePoint);
    world.sample("watcher");
    world.sample("automatic");
    assert_eq!(world.load_file("watcher").failure, None);
    assert_eq!(world.load_file("automatic").failure, None);
    assert!(world.line("authorize_me X").consumed, "the first one throws, the second one is asked all the same");
    world.wait_for_line("[watcher] onCommand: Error: the first one fails (watcher.js:7:");
    let answer = world.answer("RemoteStartTransaction", &json!({"connectorId": 1}));
    assert_eq!(answer, Answer::result(json!({"status": "Accepted"})), "the last one wins");
    assert_eq!(world.detail("watcher").events, 2);
}

#[test]
fn loading_again_unloads_first() {
    let world = World::new(Role::ChargePoint);
    for _ in 0..2 {
        assert_eq!(world.load_file("helloworld").failure, None);
    }
    world.wait_for_line("Hi, I'm the Hello world! plugin !");
    world.wait_for_line("Goodbye !");
    world.wait_for_line("Hi, I'm the Hello world! plugin !");
}

#[test]
fn the_fields_describe_the_session() {
    let world = World::new(Role::ChargePoint);
    let reply = world.load(
        "fields",
        "console.log(plugin.system, plugin.protocol, plugin.ocpp_version, plugin.chargePointId, typeof plugin.ocpp);",
    );
    assert_eq!(printed(&reply), ["cp websocket 1.6 CP1 object"]);
    let reply = world.load("module", "console.log(typeof module, typeof exports, typeof require, __filename, __dirname);");
    assert_eq!(printed(&reply), ["object object function module.js ."]);
}
