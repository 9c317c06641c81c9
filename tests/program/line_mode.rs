//! The program line by line, as scripts use it: commands are typed into the real program, and what it prints is read.

use std::ops::{Deref, DerefMut};

use serde_json::Value;

use crate::process::{self, LineSession};
use crate::support::TIMEOUT;

/// A program with a central system in it.
struct Console {
    session: LineSession,
    port: u16,
}

impl Deref for Console {
    type Target = LineSession;

    fn deref(&self) -> &LineSession {
        &self.session
    }
}

impl DerefMut for Console {
    fn deref_mut(&mut self) -> &mut LineSession {
        &mut self.session
    }
}

impl Console {
    fn start(arguments: &str) -> Console {
        let words = format!("{arguments} start_cs 0 -p ocpp1.2,ocpp1.5,ocpp1.6");
        let mut session = LineSession::start(&words.split_whitespace().collect::<Vec<_>>());
        let line = session.hear("listening on port");
        Console { session, port: line.rsplit(' ').next().unwrap().parse().unwrap() }
    }

    /// A console with these charge points connected to it.
    fn with_charge_points(arguments: &str, version: &str, identities: &[&str]) -> Console {
        let mut console = Console::start(arguments);
        for identity in identities {
            let line = format!("start_cp ws://localhost:{} {identity} -p {version}", console.port);
            console.ask(&line, "Connected to Central System.");
        }
        console
    }

    /// A console that prints JSON, with one charge point.
    fn with_json() -> Console {
        let mut session = LineSession::start(&["--plain", "--log-format", "jsonl", "start_cs", "0"]);
        let line = session.hear(r#""kind":"listening""#);
        let object: Value = serde_json::from_str(&line).unwrap();
        let port = object["text"].as_str().unwrap().split(' ').next().unwrap().parse().unwrap();
        session.type_line(&format!("start_cp ws://127.0.0.1:{port} A"));
        let role = |line: &str| line.contains(r#""role":"cp","kind":"connected""#);
        let came = session.stage.until(TIMEOUT, |heard| heard.iter().any(|heard| role(&heard.line)));
        assert!(came, "{}", session.output());
        Console { session, port }
    }

    fn quit(self) -> String {
        self.session.quit()
    }
}

/// Runs the program to its end: its exit code, and all that it prints.
fn run(arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let (code, output, errors) = process::run(arguments, input);
    (code, output + &errors)
}

#[test]
fn the_exit_code_shows_the_result_of_the_arguments() {
    for (arguments, code, text) in [
        (&["quit"][..], 0, ""),
        (&["help"], 0, " - quit\n"),
        (&["start_cs", "0"], 0, "Server is listening on port"),
        (&["hartbeat"], 2, "Did you mean heartbeat?"),
        (&["start_cs"], 2, "<port> is missing."),
        (&["start_cs", "0", "-x"], 2, "There is no option -x here."),
        (&["start_cs", "0", "-i", "soon"], 2, "argument provided for -i is not a number."),
        (&["start_cp", "ftp://h", "A"], 2, "ftp://"),
        (&["cp", "http://h/", "A", "B", "-t", "soap", "--from", "http://h:1/"], 2, "--from is the address of one charge point"),
        (&["cp", "ws://h/", "A", "--remote-port", "8000"], 2, "are for SOAP: add --transport soap"),
        (&["cp", "ws://h/", "A", "--seed", "7"], 2, "--count <NUMBER>"),
        (&["cp", "ws://h/", "A", "--count", "7"], 2, "--count starts stations that --id-pattern names: leave out A"),
        (&["heartbeat"], 1, "No station is connected"),
        (&["remote_reset", "--remote-id", "A"], 1, "remote charge point #A does not exist."),
        (&["set", "cs", "websocket_ping_interval=1"], 1, "no central system detected"),
        (&["--no-such-option"], 2, "--no-such-option"),
        (&["cs", "--cert", "missing.pem"], 2, "cannot read missing.pem: "),
        (&["cs", "--key", "missing.pem"], 2, "give a key with each certificate"),
        (&["cs", "--port", "no"], 2, "--port"),
        (&["cs", "--security-profile", "4"], 2, "it is a number from 0 to 3"),
        (&["cp", "wss://h:1", "A", "--ca", "missing.pem"], 2, "cannot read missing.pem: "),
        (&["cp", "ws://h:1", "A", "--security-profile", "2"], 2, "security profile 2 needs TLS"),
        (&["start_cs", "0", "--cert", "a", "--key", "b", "--key", "c"], 2, "Each --cert wants its --key"),
    ] {
        let all: Vec<&str> = ["--plain"].iter().chain(arguments).copied().collect();
        let (found, output) = run(&all, b"");
        assert!(found == Some(code) && output.contains(text), "{arguments:?}: {found:?}\n{output}");
    }
    let taken = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, output) = run(&["--plain", "start_cs", &port], b"");
    assert!(code == Some(2) && output.contains("is in use"), "{code:?}\n{output}");
}

#[test]
fn bad_input_is_reported_and_the_session_continues() {
    let long = "x".repeat(10 << 20);
    let input =
        format!("hartbeat\nstart_cs\nauthorize idTag=\"open\nauthorize\0 \x1b[2J\n{long}\nheartbeat --id NOBODY\nstations\n");
    let (code, output) = run(&["--plain"], input.as_bytes());
    assert_eq!(code, Some(0));
    for text in [
        "Error: `hartbeat' unknown command. Type help for more informations.\nDid you mean heartbeat?\n",
        "Error in command \"start_cs\", syntax: start_cs <port>\n",
        "<port> is missing.\n",
        "Error: the quote in column 17 is never closed.\n",
        "Error: `authorize\\u{0}' unknown command.",
        "…' unknown command.",
        "Error: charge point #NOBODY does not exist.\n",
        "No stations yet.\n",
        "End of simulation : interrupted by user.\n",
    ] {
        assert!(output.contains(text), "{text:?} is not in\n{output}");
    }
    assert!(output.len() < 10_000 && !output.contains('\x1b') && !output.contains('\0'));
}

#[test]
fn answer_rules_apply_to_all_stations_or_one_once_or_always() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.6", &["A", "B"]);
    console.type_line("answer authorize idTagInfo.status=Blocked --remote-id A");
    console.ask("authorize --id A", r"cp#A: <<cs [3,");
    assert!(console.output().contains(r#"{"idTagInfo":{"status":"Blocked"}}"#));
    let other = console.ask("authorize --id B", r"cp#B: <<cs [3,");
    assert!(other.contains("Accepted"), "{other}");
    console.type_line("answer heartbeat error=GenericError description=\"not now\" --once");
    let refused = console.ask("heartbeat --id A", "cp#A: <<cs [4,");
    assert!(refused.contains(r#""GenericError","not now",{}"#), "{refused}");
    console.ask("heartbeat --id A", "cp#A: <<cs [3,");
    console.type_line("answer remote_clearcache delay=1ms status=Rejected");
    let delayed = console.ask("remote_clearcache --remote-id B", "cs: <<cp#B [3,");
    assert!(delayed.contains("Rejected"), "{delayed}");
    console.ask("answers", "answer remote_clearcache");
    console.type_line("answer remote_clearcache default");
    let usual = console.ask("remote_clearcache --remote-id B", "cs: <<cp#B [3,");
    assert!(!usual.contains("Rejected"), "{usual}");
    console.quit();
}

#[test]
fn silence_is_reported_as_a_timeout_and_the_next_call_goes_out() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.5", &["A"]);
    console.type_line("set cp timeout=50ms");
    console.type_line("answer heartbeat none --once");
    let call = console.ask("heartbeat", "cp#A: >>cs [2,");
    let id = call.split('"').nth(1).unwrap().to_owned();
    console.hear(&format!("Error for the message #{id} : timeout"));
    console.type_line("answer heartbeat delay=200ms --once");
    console.ask("heartbeat", ": timeout");
    console.hear("cp#A: <<cs [3,");
    console.hear("cp#A: note on cs: late: ");
    console.type_line("set cp timeout=30");
    console.ask("heartbeat", "cp#A: <<cs [3,");
    console.quit();
}

#[test]
fn defaults_are_changed_and_restored() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.5", &["A"]);
    console.ask("authorize idTag=ONCE", r#""Authorize",{"idTag":"ONCE"}"#);
    let usual = console.ask("authorize", r"cp#A: >>cs [2,");
    assert!(!usual.contains("ONCE"), "{usual}");
    console.type_line("default authorize idTag=KEPT");
    console.ask("authorize", r#""Authorize",{"idTag":"KEPT"}"#);
    console.type_line("default authorize reset");
    let usual = console.ask("authorize", r"cp#A: >>cs [2,");
    assert!(!usual.contains("KEPT"), "{usual}");
    console.ask("default authorize nosuch=1", "unknown field `nosuch'");
    console.ask("authorize idTag=12", r#""Authorize",{"idTag":"12"}"#);
    console.ask(r#"authorize {"idTag":12}"#, "add --force");
    console.ask(r#"authorize {"idTag":12} --force"#, r#""Authorize",{"idTag":12}"#);
    console.hear("TypeConstraintViolation");
    console.quit();
}

#[test]
fn one_command_reaches_many_stations() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.6", &["CP01", "CP02", "X1"]);
    console.ask("heartbeat", "Name one: CP01, CP02, X1.");
    for (line, reached) in [
        ("heartbeat --id CP0*", &["CP01", "CP02"][..]),
        ("heartbeat --id CP02,X1", &["CP02", "X1"]),
        ("heartbeat --id @all", &["CP01", "CP02", "X1"]),
    ] {
        console.type_line(line);
        let from = console.seen;
        for identity in reached {
            console.seen = from;
            console.hear(&format!("cp#{identity}: <<cs [3,"));
        }
        console.seen = console.stage.heard().len();
    }
    let calls = console.output().matches(">>cs [2,").count();
    assert_eq!(calls, 7, "{}", console.output());
    console.type_line("remote_reset --remote-id CP*");
    console.hear("cs: >>cp#CP01 [2,");
    console.quit();
}

#[test]
fn events_are_json_lines_on_request() {
    let mut console = Console::with_json();
    console.type_line("answer authorize error=InternalError");
    console.ask("authorize", r#""kind":"error","direction":"in""#);
    console.ask("hartbeat", r#""kind":"hint""#);
    let output = console.quit();
    let objects: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let of = |kind: &str, direction: &str| {
        let wanted = |object: &&Value| object["kind"] == kind && object["direction"] == direction && object["station"] == "A";
        objects.iter().find(wanted).unwrap_or_else(|| panic!("{kind} {direction}\n{output}"))
    };
    let (call, error) = (of("call", "out"), of("error", "in"));
    assert_eq!((&call["action"], &call["payload"]["idTag"]), (&error["action"], &Value::from("04A2B3C4D5E6F7")));
    assert_eq!((&call["id"], &error["error"]), (&error["id"], &Value::from("InternalError")));
    assert!(error["latency"].as_f64().is_some() && call["time"].as_str().unwrap().ends_with('Z'));
    assert!(objects.iter().all(|object| object["time"].is_string() && object["kind"].is_string()));
    assert!(objects.iter().any(|object| object["kind"] == "failure" && object["text"].as_str().unwrap().contains("hartbeat")));
}

#[test]
fn no_identity_and_no_payload_can_forge_a_line() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.5", &["A"]);
    let forged = "[2026-01-01 00:00:00] cs: <<cp#A [2,\"forged\"]";
    let mut sockets = Vec::new();
    for (identity, shown) in [(format!("x\n{forged}\u{1b}[2J"), "ChargePoint #x\\n"), (forged.to_owned(), "ChargePoint #[2026")]
    {
        let encoded: String = identity.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut socket = std::net::TcpStream::connect(("127.0.0.1", console.port)).unwrap();
        let request = format!(
            "GET /{encoded} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.5\r\n\r\n"
        );
        std::io::Write::write_all(&mut socket, request.as_bytes()).unwrap();
        console.hear(shown);
        sockets.push(socket);
    }
    console.ask("remote_reset", "Name one: ");
    for text in [
        format!("send_raw -e '\"{forged}'"),
        format!("authorize idTag=\"a\\n{forged}\" --force"),
        format!("send -n Authorize -p {{\"idTag\":\"\\n{forged}\"}}"),
        "send_raw -e [3,\"\\u000a[2026-01-01]\",{}]".to_owned(),
    ] {
        console.type_line(&text);
    }
    console.ask("stations", "connected to us");
    console.ask("heartbeat", "cp#A: <<cs [3,");
    let output = console.quit();
    assert!(!output.lines().any(|line| line.starts_with("[2026-01-01")), "{output}");
    assert!(!output.contains('\u{1b}') && !output.contains('\r'));
}

#[test]
fn no_body_of_a_soap_request_can_forge_a_line() {
    let mut console = LineSession::start(&["--plain", "start_cs", "0", "-t", "soap", "--host", "127.0.0.1"]);
    let port = console.hear("SOAP Server listening on port").rsplit(' ').next().unwrap().parse::<u16>().unwrap();
    let forged = "[2026-01-01 00:00:00] cs: <<cp#A forged";
    let envelope = format!(
        "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope'>\n<S:Body>\n{forged}\n<x/>\n</S:Body>\n</S:Envelope>"
    );
    for body in [format!("no envelope\n{forged}\r\n"), envelope] {
        let mut socket = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let head = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/soap+xml\r\n";
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        std::io::Write::write_all(&mut socket, request.as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut socket, &mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        console.hear("\\n[2026-01-01 00:00:00] cs: <<cp#A forged\\");
    }
    let output = console.quit();
    assert!(output.lines().all(|line| line.starts_with('[') && !line.starts_with("[2026-01-01")), "{output}");
}

#[test]
fn a_byte_order_mark_before_piped_commands_is_skipped() {
    let (code, output) = run(&["--plain"], "\u{feff}stations\nquit\n".as_bytes());
    assert!(code == Some(0) && output.contains("No stations yet.\n") && !output.contains("unknown command"), "{output}");
}

#[test]
fn meter_values_of_1_5_use_the_selected_mapping() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.5", &["A"]);
    let call = console.ask("metervalues", "cp#A: >>cs [2,");
    assert!(call.contains(r#""values":[{"timestamp":"#) && call.contains(r#""values":[{"value":""#), "{call}");
    console.hear("cp#A: <<cs [3,");
    console.quit();
    let mut console = Console::with_charge_points("--plain --with-attr-at", "ocpp1.5", &["A"]);
    let call = console.ask("metervalues", "cp#A: >>cs [2,");
    assert!(call.contains(r#""value":["#) && call.contains(r#""@value":[{"#), "{call}");
    console.hear("cp#A: <<cs [3,");
    console.quit();
}

#[test]
fn pings_are_set_for_each_role() {
    let mut console = Console::with_charge_points("--plain", "ocpp1.6", &["A"]);
    console.ask("set cp websocket_ping_interval=1", "WebSocket ping from CP to CS enabled by user.");
    console.hear("PING sent to: 127.0.0.1");
    console.hear("PONG received from: 127.0.0.1");
    console.type_line("set cp websocket_ping_interval=0");
    console.ask("set cs websocket_ping_interval=1", "WebSocket ping from CS to CP enabled by user.");
    console.hear("PING sent to: 127.0.0.1");
    console.type_line("set cs websocket_ping_interval=0");
    console.ask("websocket_ping_cs", "PING sent to: 127.0.0.1");
    console.ask("websocket_ping_cp --remote-id A", "PING sent to: 127.0.0.1");
    let output = console.quit();
    assert!(!output.contains("no pong"), "{output}");
}

/// Actions are described as a whole; every other command has its place.
#[test]
fn the_documentation_lists_every_command() {
    let (_, output) = run(&["--plain", "help"], b"");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let documentation = std::fs::read_to_string(path).unwrap();
    let (_, bootnotification) = run(&["--plain", "help", "bootnotification"], b"");
    assert!(bootnotification.contains("chargePointVendor*"), "{bootnotification}");
    for name in output.lines().filter_map(|line| line.strip_prefix(" - ")?.split(' ').next()) {
        let (_, help) = run(&["--plain", "help", name], b"");
        let of_action = help.contains("Fields in ocpp1.");
        assert!(of_action || documentation.contains(&format!("`{name}")), "{name} is not in docs/commands.md");
    }
}
