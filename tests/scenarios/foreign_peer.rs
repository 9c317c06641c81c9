//! The scenarios that come with the program, against peers that are not simulated in the same session: a central system behind `--url`,
//! charge points that connect to `--listen`. What a person is asked to do there is done by the test.

use std::io::{BufRead, BufReader, Read};
use std::thread;

use ocpp_tui::hub::{AnswerOverride, AnswerRule, Hub, LinkCommand, Order};
use ocpp_tui::ocpp::{ErrorCode, Role, SampleContext, Version};
use ocpp_tui::trace::{Direction, FrameKind, RecordKind};

use crate::stage::{Played, Stage, shipped};
use crate::support::{central_system, charge_point, free_port, hub};

/// What is known of the peer: everybody's tags and everybody's data are taken there.
const OPEN: &[&str] = &["--set", "unknownTag=null", "--set", "unknownVendor=null"];

/// Plays shipped scenarios to their end while the peer goes on.
async fn play(files: &[&str], arguments: &[&str]) -> Played {
    let all: Vec<String> =
        files.iter().map(|file| shipped(file)).chain(arguments.iter().map(|&argument| argument.to_owned())).collect();
    let run = move || Stage::new().play(&all.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_central_system() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let url = format!("ws://127.0.0.1:{port}");
    let files = ["central-system/core.js", "central-system/errors.js", "central-system/reconnect.js"];
    play(&files, &[&["--url", &url, "--identity", "Säule 7"], OPEN].concat()).await.ends(0, &[" 0 failed, 0 broken, "]);
    let files = ["cp-1.2.js", "cp-1.5.js", "cp-1.6.js", "ocppjs/cp-1.5.js"];
    play(&files, &["--url", &url, "--filter", "websocket", "--filter", "security"]).await.is_silent();
    hub.end().await;
}

/// The person at the central system: does what the program asks for, and says what else was printed.
fn person(hub: &Hub, mut child: std::process::Child) -> Played {
    let mut out = child.stdout.take().unwrap();
    let out = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    let mut err = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        match line.strip_prefix("PLEASE: Send ") {
            Some(wish) => obey(hub, wish),
            None => err += &(line + "\n"),
        }
    }
    Played { code: child.wait().unwrap().code(), out: out.join().unwrap(), err }
}

/// Sends what is wished for: the action, to whom, and what is said about its payload.
fn obey(hub: &Hub, wish: &str) {
    let (action, rest) = wish.split_once(" to ").unwrap();
    let (identity, how) = rest.split_once(", ").unwrap_or((rest, ""));
    let definition = hub.catalog().action(Version::V1_6, Role::CentralSystem, action).unwrap();
    let mut payload = hub.profile().request(definition, &SampleContext::at(ocpp_tui::clock::now().wall));
    let number = |word: &str| {
        how.split_once(&format!("{word} ")).and_then(|(_, rest)| rest.split([' ', ',']).next()?.parse::<i64>().ok())
    };
    if let Some(id) = number("transaction") {
        if action == "SetChargingProfile" {
            payload["connectorId"] = number("connector").into();
            payload["csChargingProfiles"]["chargingProfilePurpose"] = "TxProfile".into();
            payload["csChargingProfiles"]["transactionId"] = id.into();
        } else {
            payload["transactionId"] = id.into();
        }
    }
    if let Some(id) = number("reservation") {
        payload["reservationId"] = id.into();
    }
    if let Some(connector) = number("connector") {
        payload["connectorId"] = connector.into();
    }
    if how.contains("as a whole") {
        payload["updateType"] = "Full".into();
    }
    let station = hub.trace().read().stations().find(Role::CentralSystem, identity).unwrap().key;
    let command = LinkCommand::Call { action: action.into(), payload: payload.into() };
    assert_eq!(hub.submit(&Order { targets: vec![station], command }).taken, [station], "{wish}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_with_a_user() {
    let hub = hub();
    let port = central_system(&hub, &[Version::V1_6]).await;
    let url = format!("ws://127.0.0.1:{port}");
    let files = ["central-system/remote.js", "central-system/smart-charging.js", "central-system/firmware.js"].map(shipped);
    let there = hub.clone();
    let played = tokio::task::spawn_blocking(move || {
        let [remote, charging, firmware] = files.each_ref().map(String::as_str);
        let child = Stage::new().start(&[remote, charging, firmware, "--url", &url, "--verbose"]);
        person(&there, child)
    });
    let played = played.await.unwrap();
    let asked = played.out.lines().filter(|line| line.contains(" · Send ")).count();
    assert!(played.code == Some(0) && asked > 40, "{asked} were asked for: {played}");
    assert!(!played.out.contains("\nskipped "), "{played}");
    hub.end().await;
}

/// Charge points that behave by themselves, each on the port on which the program will listen: they dial until it does.
async fn charge_points(files: &[&str], version: Version, arguments: &[&str]) -> Played {
    let (hub, port) = (hub(), free_port());
    hub.start_charge_point(charge_point(port, "Säule 7", version, true)).unwrap();
    let listen = format!("127.0.0.1:{port}");
    let played = play(files, &[&["--listen", &listen], arguments].concat()).await;
    hub.end().await;
    played
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point() {
    let files = ["charge-point/local-list.js", "charge-point/trigger.js"];
    let played = charge_points(&files, Version::V1_6, &["--identity", "Säule 7"]).await;
    played.ends(0, &["PLEASE: Plug a car in at connector 1, unless there is one.\n"]);
    assert!(played.out.is_empty() && played.err.lines().all(|line| line.starts_with("PLEASE: ")), "{played}");
}

/// The charge point stays connected between scenarios: only the first one sees its link come up.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_older_than_the_scenario() {
    let (hub, port) = (hub(), free_port());
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let run = move || {
        let stage = Stage::with(
            "scenario('the first', async () => { expect((await chargePointUnderTest()).since, any.number); });
             scenario('the second', async () => { expect((await chargePointUnderTest()).since, undefined); });",
        );
        stage.play(&["s.js", "--listen", &format!("127.0.0.1:{port}")])
    };
    let played = tokio::task::spawn_blocking(run).await.unwrap();
    // Where to connect is told once, before the first one has.
    let asked = format!("PLEASE: Let the charge point connect to ws://127.0.0.1:{port}/<identity>.\n");
    assert!(played.code == Some(0) && played.out.is_empty() && played.err == asked, "{played}");
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_of_each_version() {
    for (file, version) in [("cs-1.2.js", Version::V1_2), ("cs-1.5.js", Version::V1_5), ("cs-1.6.js", Version::V1_6)] {
        charge_points(&[file], version, &[]).await.ends(0, &[" 0 failed, 0 broken, 1 skipped"]);
    }
}

/// The calls that came to our end.
fn heard(hub: &Hub, action: &str) -> Vec<String> {
    frames(hub, FrameKind::Call, action)
}

/// The frames of one kind that came to our end.
fn frames(hub: &Hub, kind: FrameKind, action: &str) -> Vec<String> {
    let contents = hub.trace().read();
    let records = contents.records();
    let call = RecordKind::Frame(Direction::In, kind);
    let of_action = records.iter(records.range()).filter(|record| record.kind == call && record.action == Some(action));
    of_action.map(|record| record.text.to_owned()).collect()
}

/// A charge point without a profile says so, which is no failure. It gets no address of a stranger, its transaction is stopped by its own id
/// although a call before the end fails, and nothing of it is changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_without_firmware_management() {
    let (hub, port) = (hub(), free_port());
    for (action, code) in [
        ("UpdateFirmware", ErrorCode::NotImplemented),
        ("GetDiagnostics", ErrorCode::InternalError),
        ("SetChargingProfile", ErrorCode::NotSupported),
    ] {
        hub.answers().set(AnswerRule {
            initiator: Role::CentralSystem,
            action: action.to_owned(),
            station: None,
            condition: None,
            once: false,
            reply: AnswerOverride::Error { code, description: String::new() },
            delay: None,
            text: String::new(),
        });
    }
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let listen = format!("127.0.0.1:{port}");
    let fixed = ["--listen", &listen, "--filter", "over WebSocket", "-v"];
    let played = play(&["cs-1.6.js"], &fixed).await;
    played.ends(
        0,
        &[
            "SetChargingProfile is not supported there: NotSupported",
            "UpdateFirmware is not sent",
            "GetDiagnostics is not sent",
        ],
    );
    for action in ["UpdateFirmware", "GetDiagnostics"] {
        assert_eq!(heard(&hub, action), [""; 0], "{action}");
    }
    let version = |frame: &String| frame.contains("\"Differential\"");
    assert!(heard(&hub, "SendLocalList").iter().all(version) && heard(&hub, "ClearChargingProfile")[0].contains("\"id\":"));

    let places = ["--set", "uploadLocation=ftp://127.0.0.1:9/", "--set", "firmwareLocation=ftp://127.0.0.1:9/x.bin"];
    let played = play(&["cs-1.6.js"], &[&fixed[..], &places].concat()).await;
    played.ends(1, &["GetDiagnostics: InternalError", "1 failed"]);
    assert!(heard(&hub, "GetDiagnostics")[0].contains("ftp://127.0.0.1:9/"));
    // Both runs have started one; each was stopped by the id that it got, some twice.
    let ids = |frames: Vec<String>| -> Vec<String> {
        let of = |frame: &String| frame.split_once("\"transactionId\":")?.1.split([',', '}']).next().map(str::to_owned);
        frames.iter().filter_map(of).collect()
    };
    let started = ids(frames(&hub, FrameKind::Result, "StartTransaction"));
    let stopped = ids(heard(&hub, "RemoteStopTransaction"));
    assert!(started.len() == 2 && stopped.len() >= 2, "{started:?}, {stopped:?}");
    assert!(started.iter().all(|id| stopped.contains(id)), "{started:?}, {stopped:?}");
    hub.end().await;
}

/// A scenario that is for another version is not for this charge point.
#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_of_another_version() {
    let played = charge_points(&["cs-1.5.js"], Version::V1_6, &["--verbose"]).await;
    played.ends(0, &["Säule 7 speaks OCPP 1.6, and this scenario is for 1.5", "0 passed, 0 failed, 0 broken, 2 skipped"]);
}

/// An address serves the half of a test file that is for its transport.
#[tokio::test(flavor = "multi_thread")]
async fn test_files_of_ocppjs() {
    let hub = hub();
    let port = central_system(&hub, &Version::ALL).await;
    let websocket = play(&["ocppjs/cp-1.5.js"], &["--url", &format!("ws://127.0.0.1:{port}"), "--verbose"]).await;
    websocket.ends(
        0,
        &[
            "1 passed, 0 failed, 0 broken, 1 skipped",
            "for a central system that is reached over SOAP; name its service with --url http://…",
        ],
    );
    let soap = play(&["ocppjs/cp-1.5.js"], &["--url", &format!("http://127.0.0.1:{port}"), "--verbose"]).await;
    soap.ends(0, &["1 passed, 0 failed, 0 broken, 1 skipped", "for a central system that is reached over WebSocket"]);
    hub.end().await;
}
