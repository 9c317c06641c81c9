//! The shipped scenarios can fail: against a peer that answers everything in a wrong way, none passes but those that are named here,
//! with the reason.

use std::sync::Arc;

use ocpp_tui::hub::{AnswerOverride, AnswerRule, Hub};
use ocpp_tui::ocpp::{ErrorCode, Role, Version};
use serde_json::{Value, json};

use crate::stage::{Stage, shipped};
use crate::support::{central_system, charge_point, free_port, hub};

/// These make no other call than the one that is answered well.
const BOOT_ALONE: [&str; 3] = [
    "a boot is answered with a status, the time and an interval",
    "a boot with the required fields and one with all fields are accepted",
    "a boot after a reconnect is answered",
];
/// The results of their calls have no fields, so that nothing in them can be wrong.
const WITHOUT_FIELDS: [&str; 5] = [
    "every status of a connector is accepted",
    "every error of a connector is accepted",
    "meter values without a transaction are accepted",
    "times in all notations are accepted",
    "a connection lost during a call is accepted again",
];

/// From now on every call of the other role is answered like this, but for one action.
fn answer_everything(hub: &Hub, initiator: Role, spared: &str, reply: &AnswerOverride) {
    for version in Version::ALL {
        for action in hub.catalog().actions_of(version, initiator).filter(|action| &*action.name != spared) {
            hub.answers().set(AnswerRule {
                initiator,
                action: action.name.to_string(),
                station: None,
                condition: None,
                once: false,
                reply: reply.clone(),
                delay: None,
                text: String::new(),
            });
        }
    }
}

fn error() -> AnswerOverride {
    AnswerOverride::Error { code: ErrorCode::InternalError, description: "on purpose".into() }
}

/// A result in which every value is another one: of the right kind, and never right.
fn nonsense() -> AnswerOverride {
    AnswerOverride::Result(Arc::new(|usual, _| spoilt(usual).into()))
}

fn spoilt(value: Value) -> Value {
    match value {
        Value::String(_) => json!("Nonsense"),
        Value::Number(_) => json!(-77),
        Value::Bool(it) => json!(!it),
        Value::Array(list) => list.into_iter().map(spoilt).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, spoilt(value))).collect(),
        Value::Null => json!("Nonsense"),
    }
}

/// Plays files against the peer, and returns how many scenarios there were and the names of those that passed.
async fn passed(files: &[&str], arguments: &[&str]) -> (usize, Vec<String>) {
    // A peer that is silent is given up quickly.
    let fixed = ["--call-timeout", "0.05", "--timeout", "3", "--unattended", "--report", "json", "r.json"].map(str::to_owned);
    let all: Vec<String> = files
        .iter()
        .map(|file| shipped(file))
        .chain(fixed)
        .chain(arguments.iter().map(|&argument| argument.to_owned()))
        .collect();
    let run = move || {
        let stage = Stage::new();
        let played = stage.play(&all.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(played.code, Some(1), "{}", played.err);
        serde_json::from_str::<Value>(&stage.read("r.json")).unwrap()
    };
    let report = tokio::task::spawn_blocking(run).await.unwrap();
    let of = |file: &Value| file["scenarios"].as_array().unwrap().clone();
    let scenarios: Vec<Value> = report["files"].as_array().unwrap().iter().flat_map(of).collect();
    // A warning is the worst that a recommendation can get; for what is required it would be a pass.
    let good = scenarios
        .iter()
        .filter(|scenario| scenario["outcome"] == "passed" || (scenario["outcome"] == "warned" && scenario["grade"] == "must"));
    (scenarios.len(), good.map(|scenario| scenario["name"].as_str().unwrap().to_owned()).collect())
}

/// The scenarios about a central system that pass although it answers like this.
async fn with_central_system(spared: &str, reply: AnswerOverride) -> Vec<String> {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    answer_everything(&hub, Role::ChargePoint, spared, &reply);
    // When it lets a charge point boot, the other files ask for a user and wait long for frames.
    let files: &[&str] = match (spared, &reply) {
        ("", _) => &["central-system", "cp-1.6.js", "cp-1.5.js", "cp-1.2.js", "ocppjs/cp-1.5.js"],
        (_, AnswerOverride::Silence) => &["central-system/core.js", "central-system/reconnect.js", "cp-1.6.js"],
        _ => &["central-system/core.js", "central-system/reconnect.js", "cp-1.6.js", "central-system/errors.js"],
    };
    let arguments = ["--url", &format!("ws://127.0.0.1:{port}")];
    let (played, passed) = passed(files, &arguments).await;
    assert!(played > 20, "{played} were played");
    hub.end().await;
    passed
}

/// The scenarios about a charge point that pass although it answers like this.
async fn with_charge_point(reply: AnswerOverride) -> Vec<String> {
    let (hub, port) = (hub(), free_port());
    answer_everything(&hub, Role::CentralSystem, "", &reply);
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let arguments = ["--set", "settle=20", "--listen", &format!("127.0.0.1:{port}")];
    let (played, passed) = passed(&["charge-point", "cs-1.6.js"], &arguments).await;
    assert!(played > 50, "{played} were played");
    hub.end().await;
    passed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_that_answers_with_errors() {
    assert_eq!(with_central_system("", error()).await, [""; 0]);
    assert_eq!(with_central_system("BootNotification", error()).await, BOOT_ALONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_that_is_silent() {
    assert_eq!(with_central_system("", AnswerOverride::Silence).await, [""; 0]);
    assert_eq!(with_central_system("BootNotification", AnswerOverride::Silence).await, BOOT_ALONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_that_answers_nonsense() {
    assert_eq!(with_central_system("", nonsense()).await, [""; 0]);
    let mut passed = with_central_system("BootNotification", nonsense()).await;
    passed.retain(|name| !WITHOUT_FIELDS.contains(&name.as_str()));
    assert_eq!(passed, BOOT_ALONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_that_answers_with_errors() {
    assert_eq!(with_charge_point(error()).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_that_is_silent() {
    assert_eq!(with_charge_point(AnswerOverride::Silence).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_that_answers_nonsense() {
    assert_eq!(with_charge_point(nonsense()).await, [""; 0]);
}
