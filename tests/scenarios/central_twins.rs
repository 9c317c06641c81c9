//! The verdicts of the shipped scenarios about central systems that behave as software of others does, where it errs, and where it only does
//! what OCPP leaves open. The right verdicts are the table in docs/conformance.md: a wrong one is worse than none.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::stage::{Stage, shipped};
use crate::twin::{CentralTwin, LinkRefusal, TwinManners, TwinReply};

/// What a twin does, as the table says it, and its manners.
struct TwinCase {
    does: &'static str,
    manners: TwinManners,
}

const HELD: Duration = Duration::from_millis(120);
/// The actions of the profile for firmware, and of the security extension.
const OPTIONAL: [&str; 6] = [
    "FirmwareStatusNotification",
    "DiagnosticsStatusNotification",
    "SecurityEventNotification",
    "LogStatusNotification",
    "SignedFirmwareStatusNotification",
    "SignCertificate",
];

fn is_call(frame: &Value, action: &str) -> bool {
    frame[0] == 2 && frame[2] == action
}

/// Not JSON, or JSON that is no message.
fn is_no_message(frame: &Value) -> bool {
    !frame.is_array()
        || frame[1].is_null()
        || (frame[0] == 2 && !(frame[2].is_string() && frame[3].is_object() && frame[4].is_null()))
}

fn all() -> Vec<TwinCase> {
    let usual = TwinManners::default();
    let twin = |does, manners| TwinCase { does, manners };
    vec![
        twin("knows its tags and vendors, and errs in nothing (as ocpp-rpc, ocpp-ws-io)", usual),
        twin(
            "closes a link with the code 1000 until 120 ms after the end of the one before (as open-ocpp)",
            TwinManners { held: HELD, alone: true, ..usual },
        ),
        twin(
            "refuses the handshake with the status 503 until 120 ms after the end of the link before",
            TwinManners { held: HELD, alone: true, refusal: LinkRefusal::Status(503), ..usual },
        ),
        twin(
            "closes a second link of an identity with the code 1008",
            TwinManners { alone: true, refusal: LinkRefusal::Close(1008, "connected already"), ..usual },
        ),
        twin(
            "does not answer Heartbeat with the payload `null` (as open-ocpp)",
            TwinManners {
                call: |call| {
                    if is_call(call, "Heartbeat") && call.get(3).is_some_and(|payload| payload.is_null()) {
                        TwinReply::Silence
                    } else {
                        TwinReply::Usual
                    }
                },
                ..usual
            },
        ),
        twin(
            "answers a missing field with TypeConstraintViolation (as open-ocpp), and a value outside its enumeration with InternalError",
            TwinManners {
                answer: |_, answer| {
                    if answer[0] == 4 && answer[2].as_str().is_some_and(|code| code.starts_with("Occur")) {
                        answer[2] = json!("TypeConstraintViolation");
                    } else if answer[0] == 4 && answer[2] == "PropertyConstraintViolation" {
                        answer[2] = json!("InternalError");
                    }
                },
                ..usual
            },
        ),
        twin(
            "answers NotSupported to everything of firmware, diagnostics and security",
            TwinManners {
                call: |call| {
                    let optional = OPTIONAL.iter().any(|action| is_call(call, action));
                    if optional { TwinReply::error(call, "NotSupported") } else { TwinReply::Usual }
                },
                ..usual
            },
        ),
        twin(
            "answers NotImplemented to everything of security, and to DataTransfer, which is in Core",
            TwinManners {
                call: |call| {
                    let unknown = OPTIONAL[2..].iter().any(|action| is_call(call, action)) || is_call(call, "DataTransfer");
                    if unknown { TwinReply::error(call, "NotImplemented") } else { TwinReply::Usual }
                },
                ..usual
            },
        ),
        twin(
            "gives every transaction the id 1 (as EVerest)",
            TwinManners {
                answer: |action, answer| {
                    if action == "StartTransaction" && answer[0] == 3 {
                        answer[2]["transactionId"] = json!(1);
                    }
                },
                ..usual
            },
        ),
        twin(
            "answers UnknownVendorId with data (as EVerest)",
            TwinManners {
                call: |call| match is_call(call, "DataTransfer") {
                    true => TwinReply::result(call, &json!({ "status": "UnknownVendorId", "data": "please implement me" })),
                    false => TwinReply::Usual,
                },
                ..usual
            },
        ),
        twin(
            "keeps the charge point Pending",
            TwinManners {
                answer: |action, answer| {
                    if action == "BootNotification" && answer[0] == 3 {
                        answer[2]["status"] = json!("Pending");
                    }
                },
                ..usual
            },
        ),
        twin("has a clock that is an hour late", TwinManners { answer: |_, answer| shift(answer, -3600, "Z"), ..usual }),
        twin(
            "sends the time of its zone, two hours before UTC",
            TwinManners { answer: |_, answer| shift(answer, 7200, "+02:00"), ..usual },
        ),
        twin(
            "closes the link after a text that is no message",
            TwinManners { call: |call| if is_no_message(call) { TwinReply::Close } else { TwinReply::Usual }, ..usual },
        ),
        twin(
            "closes the link after a message of an unknown type, and after an answer without a call",
            TwinManners {
                call: |call| if call.is_array() && call[0] != 2 { TwinReply::Close } else { TwinReply::Usual },
                ..usual
            },
        ),
        twin(
            "takes every call without a check of its fields",
            TwinManners {
                answer: |action, answer| {
                    if answer[0] == 4 && answer[2].as_str().is_some_and(|code| code.ends_with("Violation")) {
                        let payload =
                            if action == "Authorize" { json!({ "idTagInfo": { "status": "Accepted" } }) } else { json!({}) };
                        *answer = json!([3, answer[1], payload]);
                    }
                },
                ..usual
            },
        ),
        twin(
            "gives an unknown tag the status Blocked",
            TwinManners {
                call: |call| match is_call(call, "Authorize") && call[3]["idTag"] == "NOBODYS-TAG" {
                    true => TwinReply::result(call, &json!({ "idTagInfo": { "status": "Blocked" } })),
                    false => TwinReply::Usual,
                },
                ..usual
            },
        ),
    ]
}

/// Moves the current time of an answer, and tells it in another zone.
fn shift(answer: &mut Value, seconds: i64, zone: &str) {
    if let Some(time) = answer[2]["currentTime"].as_str() {
        let time: jiff::Timestamp = time.parse().unwrap();
        let moved = time + jiff::SignedDuration::from_secs(seconds);
        answer[2]["currentTime"] = json!(moved.to_string().replace('Z', zone));
    }
}

/// The names of these scenarios, or of the others when these are most of them.
fn cell(names: &[String], all: &[String]) -> String {
    let others: Vec<&str> = all.iter().filter(|name| !names.contains(name)).map(String::as_str).collect();
    match names {
        [] => "–".to_owned(),
        names if names.len() > all.len() / 2 => format!("all but: {}", others.join("; ")),
        names => names.join("; "),
    }
}

/// Plays what needs no person at the central system; returns the scenarios that did not just pass, by their outcome, and all of them.
async fn outcomes(manners: TwinManners) -> [Vec<String>; 5] {
    let twin = CentralTwin::start(manners).await;
    let url = twin.url.clone();
    let run = move || {
        let stage = Stage::new();
        let files =
            ["core.js", "errors.js", "firmware.js", "reconnect.js"].map(|file| shipped(&format!("central-system/{file}")));
        let files = files.iter().map(String::as_str).collect::<Vec<_>>();
        let cp = shipped("cp-1.6.js");
        let by_hand = ["firmware is updated", "firmware may fail", "diagnostics are fetched", "over SOAP"];
        let without: Vec<&str> = by_hand.iter().flat_map(|name| ["--without", name]).collect();
        let rest = [&cp, "--url", &url, "--unattended", "--report", "json", "r.json"];
        let played = stage.play(&[&files[..], &rest, &without].concat());
        assert!(matches!(played.code, Some(0 | 1)), "{played}");
        serde_json::from_str::<Value>(&stage.read("r.json")).unwrap()
    };
    let report = tokio::task::spawn_blocking(run).await.unwrap();
    twin.end().await;
    let files = report["files"].as_array().unwrap();
    let scenarios: Vec<&Value> = files.iter().flat_map(|file| file["scenarios"].as_array().unwrap()).collect();
    assert!(scenarios.len() > 40, "{report}");
    ["failed", "warned", "skipped", "broken", ""].map(|outcome| {
        let of = scenarios.iter().filter(|scenario| outcome.is_empty() || scenario["outcome"] == outcome);
        of.map(|scenario| scenario["name"].as_str().unwrap().to_owned()).collect()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_twin_gets_the_verdicts_of_the_table() {
    // Each is a process; all at once would starve the other tests.
    let turns = Arc::new(Semaphore::new(3));
    let play = |TwinCase { does, manners }| {
        let turns = turns.clone();
        let played = tokio::spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            outcomes(manners).await
        });
        (does, played)
    };
    let played: Vec<_> = all().into_iter().map(play).collect();
    let mut right = "| it | failed | warned | skipped |\n|---|---|---|---|\n".to_owned();
    for (does, outcomes) in played {
        let [failed, warned, skipped, broken, all] = outcomes.await.unwrap();
        assert_eq!(broken, [""; 0], "{does}");
        let [failed, warned, skipped] = [failed, warned, skipped].map(|names| cell(&names, &all));
        writeln!(right, "| {does} | {failed} | {warned} | {skipped} |").unwrap();
    }
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conformance.md")).unwrap();
    let (_, rest) = page.split_once("<!-- the central twins begin -->\n").unwrap();
    let (written, _) = rest.split_once("<!-- the central twins end -->").unwrap();
    if written.trim() != right.trim() {
        // A wrong verdict may be the twin's, the scenario's or the table's: look before it is copied.
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("central-twins.md");
        std::fs::write(file, &right).unwrap();
        let other = right.lines().find(|line| !written.contains(line)).unwrap_or("a line there is too much");
        panic!("the table in docs/conformance.md is not this one: {other}\n\n{right}");
    }
}
