//! Recordings of GIR ocppjs over SOAP as an oracle: what was typed there is typed here, at a central system and a charge point of ours,
//! and the lines are compared; what was posted there is posted here, and the answers are compared. The recordings are not part of the
//! project; without them the tests say so and pass. What differs on purpose stands in a table, and the table in docs/soap.md.

use std::collections::BTreeSet;
use std::path::Path;

use ocpp_tui::ocpp::{Catalog, Version};
use ocpp_tui::rpc::soap::{Body, ReadHint, read};

use crate::process::LineSession;
use crate::support::reference::reference_text;
use crate::support::{self, http};

/// What differs on purpose: its name in docs/soap.md, and how a line or a case that differs so is known.
const DIFFERENCES: [(&str, &str); 14] = [
    ("connected-first", "ChargePoint #boxid connected."),
    ("all-values", "\"values\""),
    ("all-values", "\"meterValue\""),
    ("lists-are-lists", "\"configurationKey\""),
    ("lists-are-lists", "/SendLocalList"),
    ("lists-are-lists", "/GetConfiguration"),
    ("readable-answers", "cannot parse response"),
    ("faults-name-the-station", ">>cs "),
    ("current-clock", "/Heartbeat {\"currentTime\""),
    ("current-clock", "/HeartbeatResponse {\"currentTime\""),
    ("body-decides", "Action differs from body"),
    ("identity-wanted", "no chargeBoxIdentity"),
    ("version-by-body", "1.6 namespace to 1.5 server"),
    ("numbers-are-numbers", "connectorId not a number"),
];

fn recording(name: &str) -> Option<String> {
    reference_text(&format!("ocppjs-recordings/{name}"))
}

fn start(arguments: &[&str]) -> LineSession {
    LineSession::start(&[&["--plain", "--samples", "ocppjs"], arguments].concat())
}

/// The messages among all that it printed.
fn messages_of(session: LineSession) -> Vec<String> {
    messages(session.quit().lines())
}

/// The lines about messages, without the stamp, the prompt and the milliseconds that ocppjs adds to dates.
fn messages<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let lines = lines.filter(|line| line.contains("<<") || line.contains(">>"));
    let lines = lines.filter(|line| !line.contains(": note on "));
    lines.map(|line| line.split_once("] ").map_or(line, |(_, rest)| rest).replace(".000Z", "Z")).collect()
}

fn is_known(text: &str) -> bool {
    DIFFERENCES.iter().any(|(_, sign)| text.contains(sign))
}

/// Types what was typed, and compares both programs' lines.
fn replay(name: &str, version: &str) {
    let (Some(timeline), Some(central), Some(point)) =
        (recording(&format!("{name}.txt")), recording(&format!("{name}.cs.stdout")), recording(&format!("{name}.cp.stdout")))
    else {
        return;
    };
    let mut cs = start(&["start_cs", "0", "-t", "soap", "-p", version]);
    let listening = cs.hear("SOAP Server listening on port");
    let port = listening.rsplit(' ').next().unwrap().to_owned();
    let mut cp = start(&["start_cp", &format!("http://localhost:{port}/"), "boxid", "-t", "soap", "-p", version]);
    cp.hear("SOAP Server listening on port");
    for event in timeline.lines() {
        let mut words = event.trim_start().splitn(3, ' ');
        let (_, who, typed) = (words.next(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match who {
            "cp<" if typed != "quit" => {
                cp.type_line(typed);
                cp.hear("<<cs");
                cs.hear(">>cp#boxid");
            }
            "cs<" if typed != "quit" => {
                cs.type_line(typed);
                cs.hear("<<cp#boxid");
                cp.hear(">>cp#boxid");
            }
            _ => {}
        }
    }
    for (who, ours, theirs) in [("cp", messages_of(cp), point), ("cs", messages_of(cs), central)] {
        let theirs = messages(theirs.lines());
        assert!(theirs.len() >= 30, "{name} {who}: {}", theirs.len());
        let plain = |lines: &[String]| -> Vec<String> { lines.iter().filter(|line| !is_known(line)).cloned().collect() };
        // What ocppjs could not answer has lines that ours has answers for; the rest is the same, line by line.
        let (ours, theirs) = (plain(&ours), plain(&theirs));
        let ours_only: Vec<_> = ours.iter().filter(|line| !theirs.contains(line)).collect();
        let theirs_only: Vec<_> = theirs.iter().filter(|line| !ours.contains(line)).collect();
        let unanswered = |line: &str| line.contains("/MeterValues") || line.contains("/SendLocalListResponse");
        let ours_only: Vec<_> = ours_only.into_iter().filter(|line| !unanswered(line)).collect();
        assert!(ours_only.is_empty() && theirs_only.is_empty(), "{name} {who}\nours: {ours_only:#?}\ntheirs: {theirs_only:#?}");
    }
}

#[test]
fn all_commands_of_1_5() {
    replay("20-soap-1.5-all-commands", "ocpp1.5");
}

#[test]
fn all_commands_of_1_5_at_the_genuine_program() {
    replay("20o-soap-1.5-genuine-1.0.2", "ocpp1.5");
}

#[test]
fn all_commands_of_1_2() {
    replay("21-soap-1.2-all-commands", "ocpp1.2");
}

/// The envelope in a part of a recording, where line ends are written as two characters.
fn envelope(text: &str) -> Option<String> {
    let start = text.find("<?xml").or_else(|| text.find("<S:Envelope"))?;
    let end = text.rfind(":Envelope>")? + ":Envelope>".len();
    let lines = text.get(start..end)?.lines().map(str::trim_start);
    Some(lines.collect::<Vec<_>>().concat().replace("\\r\\n", "\n").replace("\\n", "\n"))
}

/// What an answer is.
fn outcome(text: &str) -> String {
    match read(text, &Catalog::embedded(), ReadHint::default()).map(|envelope| envelope.body) {
        Ok(Body::Fault(_)) => "fault".to_owned(),
        Ok(Body::Response(operation)) => format!("{}Response", operation.action),
        _ => "something else".to_owned(),
    }
}

#[tokio::test]
async fn raw_requests_get_the_answers_of_ocppjs() {
    let Some(text) = recording("23-soap-raw-requests-to-central-system.txt") else { return };
    let hub = support::hub();
    let port = support::central_system(&hub, &[Version::V1_2, Version::V1_5]).await;
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in text.split("case# ").skip(1) {
        let title = case.lines().next().unwrap();
        let (Some(asked), Some(answered)) = (case.split_once("http<raw"), case.split_once("http>raw")) else { continue };
        let asked = asked.1.split(" cs> ").next().unwrap_or_default().split("http>raw").next().unwrap_or_default();
        let (Some(asked), Some(answered)) = (envelope(asked), envelope(answered.1)) else { continue };
        let ours = outcome(&http::send(port, "Content-Type: application/soap+xml\r\n", &asked).await.body);
        let theirs = outcome(&answered);
        compared += 1;
        if ours != theirs && !is_known(title) {
            wrong.push(format!("{title}: ours {ours}, theirs {theirs}"));
        }
    }
    println!("{compared} cases");
    assert!(wrong.is_empty() && compared >= 15, "{compared} cases\n{}", wrong.join("\n"));
}

#[test]
fn every_difference_is_explained_in_the_documentation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/soap.md");
    let text = std::fs::read_to_string(path).unwrap();
    let names: BTreeSet<&str> = DIFFERENCES.iter().map(|(name, _)| *name).collect();
    for name in names {
        assert!(text.contains(&format!("| `{name}` |")), "{name} is not in docs/soap.md");
    }
}
