//! What each shipped quirk sends, and the error of a wrong file.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{QuirkError, QuirkyChargePoint, SHIPPED, StationQuirk};
use crate::behaviour::{Behaviour, CallOutcome, IncomingCall, Outbox, OutgoingCall};
use crate::clock::Moment;
use crate::ocpp::{Catalog, Role, Version, decisive};
use crate::simulator::{ChargePointSettings, SimulatedStation};

/// A charge point with a quirk at a friendly central system that answers at once.
struct Bench {
    station: QuirkyChargePoint,
    version: Version,
    start: Instant,
    elapsed: Duration,
    /// All calls that left, with the seconds.
    sent: Vec<(u64, OutgoingCall)>,
}

impl Bench {
    fn new(quirk: &str, version: Version) -> Bench {
        let settings = ChargePointSettings { seed: 1, ..ChargePointSettings::default() };
        let quirks = vec![StationQuirk::load(quirk).unwrap()];
        let station = QuirkyChargePoint::new(SimulatedStation::new(settings, Version::V1_6), quirks);
        let mut bench = Bench { station, version, start: Instant::now(), elapsed: Duration::ZERO, sent: Vec::new() };
        bench.with(|station, now, out| station.connected(version, now, out));
        bench
    }

    fn now(&self) -> Moment {
        let begin: jiff::Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        Moment { monotonic: self.start + self.elapsed, wall: begin + self.elapsed }
    }

    fn with(&mut self, act: impl FnOnce(&mut QuirkyChargePoint, Moment, &mut Outbox)) {
        let (mut out, now) = (Outbox::default(), self.now());
        act(&mut self.station, now, &mut out);
        let mut calls = std::collections::VecDeque::from(out.take());
        while let Some(call) = calls.pop_front() {
            self.sent.push((self.elapsed.as_secs(), call.clone()));
            let answer = match call.action.as_str() {
                "BootNotification" => {
                    json!({"status": "Accepted", "currentTime": "2024-05-01T12:00:00Z", "interval": 300, "heartbeatInterval": 300})
                }
                "StartTransaction" => json!({"transactionId": 42, "idTagInfo": {"status": "Accepted"}}),
                "Authorize" => json!({"idTagInfo": {"status": "Accepted"}}),
                _ => json!({}),
            };
            let outcome = CallOutcome::Result { payload: &answer, valid: true };
            self.station.answered(&call.action, &call.payload, outcome, now, &mut out);
            calls.extend(out.take());
        }
    }

    fn ask(&mut self, action: &str, payload: &Value) -> Value {
        let (version, now) = (self.version, self.now());
        let proposal = self.station.propose(IncomingCall { action, payload: &payload.clone().into(), version }, now);
        let answer = proposal.answer.clone();
        self.with(|station, now, out| station.commit(proposal.effect, &answer, now, out));
        match answer {
            crate::behaviour::Answer::Result(result) => Value::clone(&result),
            other => panic!("{other:?}"),
        }
    }

    fn pass(&mut self, seconds: u64) {
        let end = self.elapsed + Duration::from_secs(seconds);
        while let Some(at) = self.station.deadline().filter(|at| *at <= self.start + end) {
            self.elapsed = self.elapsed.max(at - self.start);
            self.with(|station, now, out| station.deadline_reached(now, out));
        }
        self.elapsed = end;
    }

    /// A boot, and a transaction with meter values from its remote start to its remote stop.
    fn charge(quirk: &str, version: Version) -> Bench {
        let mut bench = Bench::new(quirk, version);
        bench.pass(30);
        bench.ask("ChangeConfiguration", &json!({"key": "ClockAlignedDataInterval", "value": "60"}));
        bench.ask("RemoteStartTransaction", &json!({"idTag": "TAG", "connectorId": 1}));
        bench.pass(100);
        bench.ask("RemoteStopTransaction", &json!({"transactionId": 42}));
        bench.pass(20);
        bench
    }

    fn calls(&self, action: &str) -> Vec<&Value> {
        self.sent.iter().filter(|(_, call)| call.action == action).map(|(_, call)| &call.payload).collect()
    }

    /// The statuses of connector 1 and the calls about transactions, in their order.
    fn course(&self) -> Vec<&str> {
        let named = self.sent.iter().filter_map(|(_, call)| match call.action.as_str() {
            "StatusNotification" if call.payload["connectorId"] == 1 => call.payload["status"].as_str(),
            "StartTransaction" | "StopTransaction" => Some(call.action.as_str()),
            _ => None,
        });
        named.collect()
    }

    /// The texts of all times.
    fn times(&self) -> Vec<&str> {
        self.sent.iter().filter_map(|(_, call)| call.payload["timestamp"].as_str()).collect()
    }
}

#[test]
fn all_shipped_quirks_are_read_and_break_no_definition_that_they_do_not_mean() {
    assert_eq!(StationQuirk::shipped().count(), SHIPPED.len());
    let catalog = Catalog::embedded();
    for quirk in StationQuirk::shipped() {
        assert!(!quirk.description().ends_with('.') && quirk.description().len() < 130, "{}", quirk.name());
        for version in Version::SOAP {
            let bench = Bench::charge(quirk.name(), version);
            assert!(bench.course().contains(&"StopTransaction"), "{} {version:?} {:?}", quirk.name(), bench.course());
            for (_, call) in &bench.sent {
                let definition = catalog.action(version, Role::ChargePoint, &call.action).unwrap();
                let findings = definition.request.check(&call.payload, version);
                assert!(decisive(&findings).is_none(), "{} {version:?} {call:?} {findings:?}", quirk.name());
            }
        }
    }
}

#[test]
fn times_without_zone_and_local_times() {
    for (quirk, begins, ends) in [
        ("time-without-zone", "2024-05-01T12:", ":30"),
        ("local-time", "2024-05-01T14:", ".000+02:00"),
        ("local-time-as-utc", "2024-05-01T14:", ".000Z"),
    ] {
        let mut bench = Bench::charge(quirk, Version::V1_6);
        let times = bench.times();
        assert!(times.len() > 5 && times.iter().all(|time| time.starts_with(begins)), "{times:?}");
        assert!(times.iter().any(|time| time.ends_with(ends)), "{times:?}");
        let read = bench.calls("MeterValues")[0]["meterValue"][0]["timestamp"].as_str().unwrap();
        assert!(read.starts_with(begins), "{read}");
        let schedule = bench.ask("GetCompositeSchedule", &json!({"connectorId": 1, "duration": 60}));
        assert!(schedule["scheduleStart"].as_str().unwrap().starts_with(begins), "{schedule}");
    }
}

#[test]
fn optional_fields_are_missing() {
    let bench = Bench::charge("missing-optional-fields", Version::V1_6);
    assert_eq!(*bench.calls("BootNotification")[0], json!({"chargePointVendor": "ocpp-tui", "chargePointModel": "Simulated"}));
    assert!(bench.times().iter().all(|_| bench.calls("StatusNotification").iter().all(|it| it.get("timestamp").is_none())));
    let values = bench.calls("MeterValues");
    assert!(values.len() > 1 && values.iter().all(|it| it.get("transactionId").is_none()));
    assert_eq!(values[0]["meterValue"][0]["sampledValue"][0].as_object().unwrap().len(), 1);
    let stop = bench.calls("StopTransaction")[0];
    assert!(stop.get("reason").is_none() && stop.get("idTag").is_none() && stop["transactionId"] == 42, "{stop}");
}

#[test]
fn statuses_come_in_the_wrong_order() {
    let bench = Bench::charge("wrong-status-order", Version::V1_6);
    let wanted = ["Available", "StartTransaction", "Preparing", "Charging", "StopTransaction", "Available", "Finishing"];
    assert_eq!(bench.course(), wanted);
}

#[test]
fn finishing_is_left_out_and_the_charge_point_goes_on() {
    let bench = Bench::charge("no-finishing", Version::V1_6);
    assert_eq!(bench.course(), ["Available", "Preparing", "StartTransaction", "Charging", "StopTransaction", "Available"]);
}

#[test]
fn a_slow_boot_begins_again_with_the_link() {
    let mut bench = Bench::new("slow-boot", Version::V1_6);
    bench.pass(19);
    assert_eq!(bench.sent.len(), 0);
    bench.with(|station, now, _| station.disconnected(now));
    bench.pass(5);
    assert_eq!(bench.sent.len(), 0, "nothing leaves without a link");
    bench.with(|station, now, out| station.connected(Version::V1_6, now, out));
    bench.pass(30);
    assert_eq!((bench.sent[0].0, bench.sent[0].1.action.as_str()), (44, "BootNotification"));
    assert!(bench.sent.len() > 3, "accepted, it reports its connectors");
}

#[test]
fn the_transaction_id_is_zero_where_there_is_none() {
    let bench = Bench::charge("transaction-id-zero", Version::V1_6);
    let ids: Vec<_> =
        bench.calls("MeterValues").iter().map(|it| (it["connectorId"].as_i64(), it["transactionId"].as_i64())).collect();
    assert!(ids.contains(&(Some(1), Some(42))) && ids.contains(&(Some(2), Some(0))), "{ids:?}");
    let older = Bench::charge("transaction-id-zero", Version::V1_2);
    assert!(older.calls("MeterValues").iter().all(|it| it.get("transactionId").is_none()), "1.2 has no such field");
}

#[test]
fn a_wrong_file_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let load_error = |text: &str| {
        std::fs::write(&file, text).unwrap();
        match StationQuirk::load(file.to_str().unwrap()) {
            Err(QuirkError::Wrong { line, reason, .. }) => (line, reason),
            other => panic!("{other:?}"),
        }
    };
    for (text, line, reason) in [
        ("description = 'x'\n", 1, "the quirk does nothing"),
        ("description = 'x'\nnonsense = 1\n", 2, "unknown field \"nonsense\""),
        ("[times]\nzone = 'none'\n", 1, "missing field \"description\""),
        ("description = 'x'\n[times]\nzone = 'mine'\n", 3, "unknown variant \"mine\""),
        ("description = 'x'\n[times]\noffset = '2h'\n", 3, "write it like \"+02:00\""),
        ("description = 'x'\n[times]\nfraction = 12\n", 3, "0 to 9 digits"),
        ("description = 'x'\n[[skip]]\naction = 'StatusNotifcation'\n", 3, "did you mean \"StatusNotification\"?"),
        ("description = 'x'\n[[skip]]\naction = 'Reset'\n", 3, "a charge point has no call \"Reset\""),
        ("description = 'x'\n[[skip]]\naction = 'Authorize'\n", 3, "cannot be skipped"),
        (
            "description = 'x'\n[[skip]]\naction = 'StatusNotification'\nwhere = { state = 'x' }\n",
            4,
            "no field \"state\"; did you mean \"status\"?",
        ),
        ("description = 'x'\n[[delay]]\naction = 'Heartbeat'\nseconds = -1\n", 4, "0 to 3600"),
        ("description = 'x'\n[[late]]\naction = 'StopTransaction'\nbehind = 'Heartbeat'\n", 3, "cannot be late"),
        (
            "description = 'x'\n[[leave-out]]\naction = 'MeterValues'\nfields = ['meterValue.sampledValue.units']\n",
            4,
            "has no field",
        ),
    ] {
        let (found, message) = load_error(text);
        assert!(found == line && message.contains(reason), "{text:?}: {found} {message}");
    }
    let unknown = StationQuirk::load("slow-bot").unwrap_err().to_string();
    assert!(unknown.contains("did you mean \"slow-boot\"?"), "{unknown}");
    assert!(StationQuirk::load("no/such/file").unwrap_err().to_string().contains("cannot be read"));
}

/// The page lists the shipped quirks in the words of the program, and its example is a quirk.
#[test]
fn the_page_tells_the_truth() {
    let page = include_str!("../../../docs/debug-a-central-system.md");
    for quirk in StationQuirk::shipped() {
        let row = format!("| `{}` | {} |\n", quirk.name(), quirk.description());
        assert!(page.contains(&row), "docs/debug-a-central-system.md lacks this row:\n{row}");
    }
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    StationQuirk::parse(std::path::Path::new("example"), example).unwrap();
}
