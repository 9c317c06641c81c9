//! The Python package `websockets` at the other end of a link that misbehaves on purpose: what a library of others says of it. The test says
//! when it is skipped because Python or the package is missing.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ocpp_tui::console::Console;
use ocpp_tui::ocpp::{Role, Version};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::{TIMEOUT, central_system, charge_point, hub, run_line, station};

struct PythonPeer {
    process: Child,
    lines: UnboundedReceiver<String>,
}

impl PythonPeer {
    /// Starts it, and gives what it says first; nothing when Python or the package is missing.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    async fn start(arguments: &[&str]) -> Option<(PythonPeer, Value)> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links/peers/websockets_package.py");
        let mut command = Command::new("python3");
        command.arg(file).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut process) = command.spawn() else {
            eprintln!("skipped: python3 cannot be started");
            return None;
        };
        let output = BufReader::new(process.stdout.take().unwrap());
        let (heard, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if heard.send(line).is_err() {
                    break;
                }
            }
        });
        let mut peer = PythonPeer { process, lines };
        match peer.next().await {
            Some(first) => Some((peer, first)),
            None => {
                eprintln!("skipped: the package websockets of Python is not installed");
                None
            }
        }
    }

    async fn next(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(TIMEOUT, self.lines.recv()).await.expect("the peer says something")?;
        serde_json::from_str(&line).ok()
    }

    /// Waits until it says this.
    async fn says(&mut self, words: &str) {
        let mut heard = Vec::new();
        while let Some(line) = self.next().await {
            let line = line.to_string();
            if line.contains(words) {
                return;
            }
            heard.push(line);
        }
        panic!("{words} was not said, but {heard:#?}");
    }
}

impl Drop for PythonPeer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_client_of_python_says_what_our_central_system_does_wrong() {
    let hub = hub();
    let console = Console::new(hub.clone());
    let port = central_system(&hub, &[Version::V1_6]).await;
    let url = format!("ws://127.0.0.1:{port}/CP1");
    for (line, words) in [
        ("status status=503", "HTTP 503"),
        ("other-subprotocol", "unsupported subprotocol: ocpp0.9"),
        ("wrong-accept", "Sec-WebSocket-Accept"),
        ("extension name=x-unasked", "x-unasked"),
        ("wrong-mask", "incorrect masking"),
        ("reserved-bit", "reserved bits"),
        ("bad-utf8", "1007"),
        ("fragments size=1", "currentTime"),
    ] {
        run_line(&console, &format!("misbehave cs {line}")).await;
        let Some((mut peer, _)) = PythonPeer::start(&["client", &url]).await else { return };
        peer.says(words).await;
        run_line(&console, "misbehave off").await;
    }
    hub.end().await;
}

#[tokio::test]
async fn a_server_of_python_closes_what_our_charge_point_does_wrong() {
    for (line, words) in [("wrong-mask", "1002"), ("bad-utf8", "1007"), ("reserved-bit", "1002"), ("fragments", "Heartbeat")] {
        let hub = hub();
        let console = Console::new(hub.clone());
        let Some((mut peer, first)) = PythonPeer::start(&["server"]).await else { return };
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
        station(&hub, Role::ChargePoint, "CP1").await;
        run_line(&console, &format!("misbehave cp {line}")).await;
        run_line(&console, "heartbeat --id CP1").await;
        peer.says(words).await;
        hub.end().await;
    }
}
