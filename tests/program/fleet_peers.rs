//! A fleet at central systems that fail: they die and come back, say nothing, read nothing, refuse. The report is whole and right each time, and
//! so is the terminal. And a fleet in several versions and transports, whose figures are those that the central system has.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept_hdr};

use crate::process::{LineSession, Program, run};
use crate::stage::Stage;
use crate::support::TIMEOUT;

/// A central system that does with each connection what this says; returns its URL.
fn central_system(each: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://127.0.0.1:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || each(stream));
        }
    });
    url
}

/// Makes the handshake.
fn taken(stream: TcpStream) -> WebSocket<TcpStream> {
    #[expect(clippy::result_large_err, reason = "the library's type")]
    let answer = |request: &Request, mut response: Response| {
        if let Some(protocol) = request.headers().get(SEC_WEBSOCKET_PROTOCOL) {
            response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol.clone());
        }
        Ok(response)
    };
    accept_hdr(stream, answer).unwrap()
}

/// Reads everything and answers nothing.
fn silent(stream: TcpStream) {
    let mut socket = taken(stream);
    while socket.read().is_ok() {}
}

/// Reads nothing after the handshake.
fn deaf(stream: TcpStream) {
    let socket = taken(stream);
    std::thread::park();
    drop(socket);
}

/// Answers every call with an error.
fn failing(stream: TcpStream) {
    let mut socket = taken(stream);
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { continue };
        let call: Value = serde_json::from_str(&text).unwrap();
        let answer = serde_json::json!([4, call[1], "InternalError", "", {}]);
        if socket.send(Message::text(answer.to_string())).is_err() {
            return;
        }
    }
}

/// Takes no station.
fn refusing(mut stream: TcpStream) {
    let mut bytes = [0; 4096];
    let _ = stream.read(&mut bytes);
    let _ = stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

fn file(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn report(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("{name} in {report}"))
}

/// Runs three stations with a load at a central system for two seconds: the exit code, and the report.
fn loaded(each: fn(TcpStream), more: &[&str]) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "r.json");
    let url = central_system(each);
    let mut words = vec!["--log-format", "quiet", "--call-timeout", "0.2", "cp", &url, "--count", "3", "--ramp", "1000/s"];
    words.extend(["--closed-loop", "--duration", "2s", "--report", &path]);
    words.extend(more);
    let (code, output, errors) = run(&words, b"");
    assert!(output.contains("3 stations"), "{output} {errors}");
    (code, report(&path))
}

#[test]
fn a_central_system_without_answers_is_a_report_of_time_outs() {
    for each in [silent, deaf] {
        let (code, report) = loaded(each, &["--fail-if", "timeouts>0"]);
        let (calls, timeouts) = (number(&report, "calls"), number(&report, "timeouts"));
        assert_eq!(code, Some(1), "{report}");
        assert_eq!(
            (number(&report, "results"), number(&report, "errors"), number(&report, "connected")),
            (0, 0, 3),
            "{report}"
        );
        // a station has one call under way when the fleet ends
        assert!(timeouts > 3 && (0..=3).contains(&(calls - timeouts)), "{report}");
        let intervals = report["intervals"].as_array().unwrap();
        assert_eq!(intervals.iter().map(|interval| number(interval, "failures")).sum::<u64>(), timeouts, "{report}");
    }
}

#[test]
fn errors_are_counted_by_their_codes() {
    let (code, report) = loaded(failing, &["--fail-if", "errors>50%"]);
    let errors = number(&report, "errors");
    assert!(code == Some(1) && errors > 10 && number(&report, "calls") - errors <= 3, "{report}");
    assert_eq!((&report["codes"]["InternalError"], &report["codes"].as_object().unwrap().len()), (&errors.into(), &1));
    let by_action = report["actions"].as_object().unwrap().values();
    assert_eq!(by_action.map(|action| number(action, "errors")).sum::<u64>(), errors);
}

#[test]
fn a_central_system_that_takes_nobody_is_a_report_of_failed_attempts() {
    let (code, report) = loaded(refusing, &["--fail-if", "connected<1"]);
    assert_eq!((code, number(&report, "calls"), number(&report, "connected")), (Some(1), 0, 0), "{report}");
    assert!(number(&report, "refusals") >= 3, "{report}");
}

#[test]
fn a_central_system_dies_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, page) = (file(folder.path(), "r.json"), file(folder.path(), "r.html"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let serve = || {
        let mut server = LineSession::start(&["--plain", "cs", "--host", "127.0.0.1", "--port", &port]);
        server.hear("Server is listening on port");
        server
    };
    let all_connected = |server: &LineSession| {
        let came = server.stage.until(TIMEOUT, |heard| {
            (1..=4).all(|number| heard.iter().any(|heard| heard.line.contains(&format!("#CP0000{number} connected"))))
        });
        assert!(came, "{}", server.output());
    };
    let server = serve();
    let url = format!("ws://127.0.0.1:{port}");
    let mut words = vec!["--plain", "--log-format", "quiet", "--call-timeout", "2", "cp", &url, "--count", "4"];
    words.extend(["--ramp", "1000/s", "--rate", "50/s", "--report", &path, "--report", &page]);
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let stage = Stage::default();
    let mut fleet = Program::start("fleet", &words, &stage);
    all_connected(&server);
    // killed, without a close frame
    drop(server);
    let server = serve();
    all_connected(&server);
    fleet.type_line("quit");
    assert_eq!(fleet.exit_code(TIMEOUT), Some(0));
    let report = report(&path);
    let ended = ["results", "errors", "timeouts"].map(|name| number(&report, name)).iter().sum::<u64>();
    assert!((0..=4).contains(&(number(&report, "calls") - ended)), "{report}");
    assert_eq!((number(&report, "connected"), number(&report, "reconnects"), number(&report, "errors")), (4, 4, 0), "{report}");
    assert!(std::fs::read_to_string(&page).unwrap().contains("<td>Reconnects</td><td>4</td>"));
    drop(server);
}

#[test]
fn the_sums_are_those_of_the_central_system() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mix) = (file(folder.path(), "r.json"), file(folder.path(), "mix.toml"));
    let group = |name: &str, more: &str| {
        format!(
            "[[group]]\nname = '{name}'\n{more}\nsessions_per_day = 1400\nenergy_kwh = {{ low = 1, typical = 2, high = 3 }}\n\
             stay_minutes = {{ low = 1, typical = 2, high = 3 }}\n"
        )
    };
    let groups = [
        group("json", "version = '1.6'"),
        group("new", "version = '2.0.1'"),
        group("soap", "version = '1.5'\ntransport = 'soap'"),
    ];
    std::fs::write(&mix, groups.concat()).unwrap();
    let mut server = LineSession::start(&["--plain", "cs", "--host", "127.0.0.1", "--port", "0"]);
    let line = server.hear("Server is listening on port");
    let url = format!("ws://localhost:{}", line.rsplit(' ').next().unwrap());
    let mut words = vec!["--log-format", "quiet", "cp", &url, "--count", "6", "--ramp", "1000/s", "--seed", "3", "--mix", &mix];
    words.extend(["--clock", "60x", "--duration", "8s", "--report", &path]);
    let (code, output, errors) = run(&words, b"");
    assert_eq!(code, Some(0), "{output} {errors}");
    let report = report(&path);
    assert_eq!((number(&report, "connected"), number(&report, "errors"), number(&report, "timeouts")), (6, 0, 0), "{report}");
    // what was under way when the fleet ended may have come, and was not counted: one call a station at the most
    let read = |server: &mut LineSession, command: &str| -> Value {
        let path = file(folder.path(), command).replace(' ', "-") + ".json";
        server.ask(&format!("{command} --file {path}"), "Saved");
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
    };
    let statistics = read(&mut server, "stats");
    let by_action = statistics["actions"].as_array().unwrap();
    let mut late = 0;
    for (action, calls) in report["actions"].as_object().unwrap() {
        let there = by_action.iter().find(|row| row["action"] == **action && row["initiator"] == "cp");
        late += number(there.unwrap_or_else(|| panic!("{action} in {statistics}")), "calls") - number(calls, "calls");
    }
    assert!(late <= 6, "{late}: {report} {statistics}");
    let (transactions, seen) = (&report["transactions"], read(&mut server, "transactions"));
    let ended: Vec<&Value> = seen.as_array().unwrap().iter().filter(|row| row["running"] == false).collect();
    let energy: f64 = ended.iter().map(|row| row["energyWh"].as_f64().unwrap()).sum();
    assert!(number(transactions, "ended") > 6, "{report}");
    if late == 0 {
        assert_eq!(
            (number(transactions, "ended"), number(transactions, "started")),
            (ended.len() as u64, seen.as_array().unwrap().len() as u64)
        );
        assert!((transactions["energyWh"].as_f64().unwrap() - energy).abs() < 1.0, "{energy}: {transactions}");
    }
    let speaks = |action: &str| report["actions"].get(action).is_some();
    assert!(speaks("TransactionEvent") && speaks("StartTransaction"), "{report}");
    // a station of SOAP is never gone by itself
    server.ask("stations", "OCPP 1.5");
    server.quit();
}
