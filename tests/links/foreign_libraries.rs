//! Links of 2.x with libraries of others, which check every message by schemas of their own: the Python package `ocpp`, and `ocpp-rpc` of npm.
//! Each plays both roles in both versions. Every action goes over the link in its direction, and nothing is refused at either end. A
//! test says when it is skipped because a package is missing; the peers are in `peers/`.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use ocpp_tui::hub::{Hub, ProxyOptions};
use ocpp_tui::ocpp::{ActionDefinition, Role, SampleContext, Version};
use ocpp_tui::probe::ProbeVerdict;
use ocpp_tui::trace::StationKey;
use serde_json::{Map, Value};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::every_action::{RESULT, assert_all_valid, call_and_wait};
use crate::support::{TIMEOUT, central_system, charge_point, hub, station};

/// The other end.
struct Peer {
    process: Child,
    input: ChildStdin,
    lines: UnboundedReceiver<Value>,
}

impl Peer {
    /// Starts the other end, which plays this role; nothing when its packages are missing. Returns its port, too, when it is a CSMS.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    async fn start(library: &Library, role: Role, version: Version, port: u16, answers: &Value) -> Option<(Peer, u16)> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links/peers").join(library.file);
        let role = if role == Role::CentralSystem { "csms" } else { "station" };
        let mut command = Command::new(&library.interpreter);
        command.arg(file).arg(role).arg(version.number()).arg(port.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut process) = command.spawn() else {
            eprintln!("skipped: {} cannot be started", library.interpreter);
            return None;
        };
        let output = BufReader::new(process.stdout.take().unwrap());
        let (heard, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if heard.send(line).is_err() {
                    break;
                }
            }
        });
        let input = process.stdin.take().unwrap();
        let mut peer = Peer { process, input, lines };
        peer.say(&answers.to_string());
        let Some(first) = peer.next().await else {
            eprintln!("skipped: the packages of {} are not installed", library.file);
            return None;
        };
        Some((peer, u16::try_from(first["port"].as_u64().unwrap()).unwrap()))
    }

    fn say(&mut self, line: &str) {
        let _ = writeln!(self.input, "{line}"); // a process that has ended says nothing either
    }

    async fn next(&mut self) -> Option<Value> {
        tokio::time::timeout(TIMEOUT, self.lines.recv()).await.expect("the peer says something")
    }

    /// Lets it call us; returns what was refused.
    async fn call_us(&mut self, action: &ActionDefinition, payload: &Value) -> Vec<String> {
        self.say(&format!("{} {payload}", action.name));
        let mut refused = Vec::new();
        loop {
            let line = self.next().await.expect("the peer goes on");
            if line["result"].is_object() {
                return refused;
            }
            refused.push(format!("{} to us: {line}", action.name));
            if line["action"].is_string() {
                return refused;
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Library {
    interpreter: String,
    file: &'static str,
}

fn context() -> SampleContext {
    SampleContext::at(jiff::Timestamp::now())
}

/// The answers that the other end gives: the sample of each result.
fn answers_of(hub: &Hub, version: Version, role: Role) -> Value {
    let asked = hub.catalog().actions_of(version, role.peer()).filter(|action| !action.is_send);
    asked.map(|action| (action.name.to_string(), action.response.sample(&context()))).collect::<Map<_, _>>().into()
}

/// Sends every action that has an answer in its direction. Neither library knows the message that has none. What cuts the link comes last.
async fn talk(hub: &Hub, peer: &mut Peer, version: Version, ours: Role, key: StationKey) {
    let mut actions: Vec<_> = hub.catalog().actions(version).iter().filter(|action| !action.is_send).collect();
    actions.sort_by_key(|action| (&*action.name == "Reset", action.initiator == ours));
    let mut failed = Vec::new();
    for action in actions {
        let payload = hub.profile().request(action, &context());
        if action.initiator == ours {
            let (kind, text) = call_and_wait(hub, key, action, payload).await;
            failed.extend((kind != RESULT).then(|| format!("{} to the peer: {text}", action.name)));
        } else {
            failed.extend(peer.call_us(action, &payload).await);
        }
    }
    while let Ok(line) = peer.lines.try_recv() {
        failed.push(format!("the peer: {line}"));
    }
    assert!(failed.is_empty(), "OCPP {version}, we are the {ours}:\n{}", failed.join("\n"));
    assert_all_valid(hub);
}

/// We are the CSMS, and then the charging station.
async fn both_roles(library: &Library, version: Version) {
    let hub_of_csms = hub();
    let port = central_system(&hub_of_csms, &[version]).await;
    let answers = answers_of(&hub_of_csms, version, Role::ChargePoint);
    let Some((mut peer, _)) = Peer::start(library, Role::ChargePoint, version, port, &answers).await else { return };
    let key = station(&hub_of_csms, Role::CentralSystem, "CP1").await;
    talk(&hub_of_csms, &mut peer, version, Role::CentralSystem, key).await;
    hub_of_csms.end().await;

    let hub_of_station = hub();
    let answers = answers_of(&hub_of_station, version, Role::CentralSystem);
    let Some((mut peer, port)) = Peer::start(library, Role::CentralSystem, version, 0, &answers).await else { return };
    hub_of_station.start_charge_point(charge_point(port, "CP1", version, false)).unwrap();
    let key = station(&hub_of_station, Role::ChargePoint, "CP1").await;
    talk(&hub_of_station, &mut peer, version, Role::ChargePoint, key).await;
    hub_of_station.end().await;
}

fn python() -> Library {
    let interpreter = std::env::var("OCPP_TUI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    Library { interpreter, file: "ocpp_package.py" }
}

fn node() -> Library {
    Library { interpreter: "node".to_owned(), file: "ocpp-rpc.js" }
}

/// They need the packages `ocpp` and `websockets` of the interpreter that OCPP_TUI_PYTHON names, or of `python3`.
#[tokio::test]
async fn the_python_package_ocpp_in_2_0_1() {
    both_roles(&python(), Version::V2_0_1).await;
}

#[tokio::test]
async fn the_python_package_ocpp_in_2_1() {
    both_roles(&python(), Version::V2_1).await;
}

/// They need node, and the package where NODE_PATH says.
#[tokio::test]
async fn the_npm_package_ocpp_rpc_in_2_0_1() {
    both_roles(&node(), Version::V2_0_1).await;
}

#[tokio::test]
async fn the_npm_package_ocpp_rpc_in_2_1() {
    both_roles(&node(), Version::V2_1).await;
}

/// Neither end is ours: a station of the one library and a CSMS of the other, with the proxy between them.
#[tokio::test]
async fn the_python_package_talks_to_the_npm_package_through_the_proxy() {
    let (between, version) = (hub(), Version::V2_0_1);
    let answers = answers_of(&between, version, Role::CentralSystem);
    let Some((mut csms, port)) = Peer::start(&node(), Role::CentralSystem, version, 0, &answers).await else { return };
    let options = ProxyOptions::new(format!("ws://127.0.0.1:{port}"));
    let port = between.start_proxy(options).await.unwrap().port();
    let answers = answers_of(&between, version, Role::ChargePoint);
    let Some((mut charging_station, _)) = Peer::start(&python(), Role::ChargePoint, version, port, &answers).await else {
        return;
    };
    let mut actions: Vec<_> = between.catalog().actions(version).iter().filter(|action| !action.is_send).collect();
    actions.sort_by_key(|action| &*action.name == "Reset");
    let mut refused = Vec::new();
    for action in actions {
        let payload = between.profile().request(action, &context());
        let caller = if action.initiator == Role::ChargePoint { &mut charging_station } else { &mut csms };
        refused.extend(caller.call_us(action, &payload).await);
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    between.caught_up().await;
    assert_all_valid(&between);
}

/// What their central systems break is known; what they support is seen in spite of it.
async fn probed(library: &Library) {
    let Some((_peer, port)) = Peer::start(library, Role::CentralSystem, Version::V2_0_1, 0, &Value::Object(Map::new())).await
    else {
        return;
    };
    let report = crate::probe::run(crate::probe::options(port, &[])).await;
    let table = report.table(120, false);
    assert_eq!(report.version, Some(Version::V2_0_1), "{table}");
    for name in ["subprotocol.ocpp2.0.1", "path.identity", "websocket.ping", "websocket.fragments", "id.36"] {
        assert_eq!(crate::probe::verdict(&report, name), ProbeVerdict::Supported, "{name}\n{table}");
    }
    let broken = crate::probe::breaches(&report).join("\n");
    assert!(!broken.contains("websocket.") && !broken.contains("close.") && !broken.contains("id."), "{broken}");
    // Both let a station in that has no identity.
    assert!(broken.contains("path.no-identity: 101 with ocpp2.0.1"), "{broken}");
}

#[tokio::test]
async fn the_probe_of_the_python_package_ocpp() {
    probed(&python()).await;
}

#[tokio::test]
async fn the_probe_of_the_npm_package_ocpp_rpc() {
    probed(&node()).await;
}
