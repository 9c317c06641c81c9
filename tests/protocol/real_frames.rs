//! Frames as real stations and central systems send them, replayed through sockets: each gets the answer that it deserves, none ends the
//! connection. The frames of `tests/data/frames.jsonl` were written for this test after real ones; where the larger reference
//! collection lies beside the project, its frames are replayed as well.

use std::path::Path;

use ocpp_tui::hub::Hub;
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{ErrorCode, OcppGeneration, Strictness, Version};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::reference::reference;
use crate::support::{RawPeer, central_system, charge_point, hub, hub_with};

/// One frame. The reference collection has more members, which do not matter here.
#[derive(Debug, Deserialize)]
struct Sample {
    version: String,
    #[serde(default = "json_transport")]
    transport: String,
    from: String,
    raw: String,
    expect: String,
}

fn json_transport() -> String {
    "json".to_owned()
}

fn read(path: &Path) -> Vec<Sample> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

/// Our own frames, and those of the reference collection when it is there.
fn samples() -> Vec<Sample> {
    let mut samples = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/frames.jsonl"));
    if let Some(file) = reference("frames.jsonl") {
        samples.extend(read(&file));
    }
    samples.retain(|sample| sample.transport == "json" && Version::parse(&sample.version).is_some());
    samples
}

/// The codes with which a receiver may refuse a call that deserves `expect`. SRPC names some violations differently (see
/// `docs/ocppjs-compatibility.md`); `None` is a result.
fn deserved(sample: &Sample) -> Option<Vec<Option<&'static str>>> {
    let version = Version::parse(&sample.version)?;
    let frame = serde_json::from_str::<Value>(&sample.raw);
    let is_call = match &frame {
        Ok(frame) => !matches!(frame[0].as_u64(), Some(3..=6)),
        Err(_) => true,
    };
    if !is_call {
        return None; // an answer or a SEND is not answered, whatever is wrong with it
    }
    let is_srpc = version < Version::V1_6;
    let code = match sample.expect.as_str() {
        // Which functions our station of 2.x has is not this test's matter.
        "valid" if version.dialect().generation == OcppGeneration::Second && sample.from == "cs" => {
            return Some(vec![None, Some("NotSupported")]);
        }
        "valid" | "unknown" if !is_srpc => None,
        "malformed-json" if version == Version::V1_6 => Some("FormationViolation"),
        "malformed-json" if !is_srpc => Some("RpcFrameworkError"),
        // SRPC does not react to text that is no JSON.
        "malformed-json" => return None,
        // 1.5 over JSON has several forms; all of them are understood, and bad values of attributes are only noted. SRPC does not
        // look at the syntax of a URI.
        "valid" | "unknown" => return Some(vec![None, Some("PropertyConstraintViolation")]),
        "PropertyConstraintViolation" if is_srpc => return Some(vec![None, Some("TypeConstraintViolation")]),
        code => Some(version.dialect().sent_error_name(ErrorCode::parse(code).unwrap_or_else(|| panic!("{code}")))),
    };
    Some(vec![code])
}

/// Whether a frame deserves its error at a link that tolerates nothing only.
fn is_strict(sample: &Sample) -> bool {
    sample.expect == "FormationViolation" || sample.version.starts_with('2') && sample.expect != "valid"
}

/// A session that refuses what deviates from the specification: there a faulty form of a frame gets the error that the samples name.
fn strict_hub() -> Hub {
    hub_with(LinkSettings { strictness: Strictness::Strict, ..LinkSettings::default() })
}

fn judge(sample: &Sample, answer: &Value) {
    let expected = deserved(sample).unwrap_or_else(|| panic!("{} was answered with {answer}", sample.raw));
    let code = match answer[0].as_u64() {
        Some(3) => None,
        Some(4) => answer[2].as_str(),
        _ => panic!("{answer} to {}", sample.raw),
    };
    assert!(expected.contains(&code), "{} in {}: {answer}, expected {expected:?}", sample.raw, sample.version);
}

#[tokio::test]
async fn the_central_system_answers_what_stations_send() {
    let (hub, strict) = (hub(), strict_hub());
    let port = central_system(&hub, &Version::ALL).await;
    let strict_port = central_system(&strict, &Version::ALL).await;
    let mut replayed = 0;
    for version in Version::ALL {
        let connect =
            |port| async move { RawPeer::connect(port, &format!("/{version}"), &[version.subprotocol()]).await.unwrap() };
        let (mut tolerated, mut refused) = (connect(port).await, connect(strict_port).await);
        let from_station = |sample: &&Sample| sample.from == "cp" && sample.version == version.number();
        for sample in samples().iter().filter(from_station) {
            let station = if is_strict(sample) { &mut refused } else { &mut tolerated };
            station.say(&sample.raw).await;
            if deserved(sample).is_some() {
                judge(sample, &station.hear().await);
            }
            let alive = station.ask(r#"[2,"alive","Heartbeat",{}]"#).await;
            assert_eq!((&alive[0], &alive[1]), (&json!(3), &json!("alive")), "after {}", sample.raw);
            replayed += 1;
        }
    }
    assert!(replayed >= 20, "{replayed} frames were replayed");
}

#[tokio::test]
async fn the_charge_point_answers_what_central_systems_send() {
    let hub = hub();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut replayed = 0;
    // A station whose link ends would come again in place of the next one.
    let mut kept = Vec::new();
    for version in Version::ALL {
        hub.start_charge_point(charge_point(port, &format!("CP {version}"), version, false)).unwrap();
        let mut system = RawPeer::accept(&listener).await;
        let from_central = |sample: &&Sample| sample.from == "cs" && sample.version == version.number();
        for sample in samples().iter().filter(from_central) {
            system.say(&sample.raw).await;
            if deserved(sample).is_some() {
                judge(sample, &system.hear().await);
            }
            let alive = system.ask(r#"[2,"alive","ClearCache",{}]"#).await;
            assert_eq!(alive[1], json!("alive"), "after {}", sample.raw);
            replayed += 1;
        }
        kept.push(system);
    }
    assert!(replayed >= 10, "{replayed} frames were replayed");
}
