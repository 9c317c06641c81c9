//! The probe of stations: against our own, and against stations that break one rule each.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use ocpp_tui::ocpp::{Catalog, Version};
use ocpp_tui::probe::{self, ALL_VISITS, ProbeReport, ProbeVerdict, StationOptions, VisitNews};
use rustls::sign::CertifiedKey;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::support::{charge_point, hub};

/// What the station does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    Right,
    OtherSubprotocol,
    SlashAtEnd,
    NoHost,
    SameKey,
    Bearer,
    NoMask,
    NoPong,
    NoFirstCall,
    ServesAnything,
    NoCloseEcho,
    TakesMasks,
    TakesNoSubprotocol,
    TakesOtherSubprotocol,
    TakesWrongAccept,
    HurriesAfter404,
    NeverBacksOff,
}

const KEYS: [&str; 2] = ["dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA=="];

/// Connects again and again until the port is closed.
pub async fn station(port: u16, habit: Habit) {
    let mut refusals = 0;
    for turn in 0_u128.. {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return };
        let name = if habit == Habit::OtherSubprotocol { "ocpp-1.6" } else { "ocpp1.6" };
        let slash = if habit == Habit::SlashAtEnd { "/" } else { "" };
        let host = if habit == Habit::NoHost { "" } else { "Host: probe\r\n" };
        let credentials = if habit == Habit::Bearer { "Authorization: Bearer secret-token\r\n" } else { "" };
        let key = match habit {
            Habit::SameKey => KEYS[0].to_owned(),
            _ => base64::Engine::encode(&base64::engine::general_purpose::STANDARD, turn.to_be_bytes()),
        };
        let request = format!(
            "GET /ocpp/CP1{slash} HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {name}\r\n{credentials}\r\n"
        );
        let _ = stream.write_all(request.as_bytes()).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let wait = match head.get(9..12) {
            Some("101") => {
                refusals = 0;
                let agreed = head.contains(&format!("Sec-WebSocket-Protocol: {name}\r\n"));
                let is_right = (head.contains(&derive_accept_key(key.as_bytes())) || habit == Habit::TakesWrongAccept)
                    && (agreed
                        || (habit == Habit::TakesNoSubprotocol && !head.contains("Sec-WebSocket-Protocol"))
                        || (habit == Habit::TakesOtherSubprotocol && head.contains("ocpp9.9"))
                        || habit == Habit::OtherSubprotocol);
                if is_right {
                    talk(&mut stream, habit).await;
                }
                Duration::from_millis(20)
            }
            Some("429") => Duration::from_secs(5),
            Some("404") if habit == Habit::HurriesAfter404 => Duration::ZERO,
            Some("503") if habit == Habit::NeverBacksOff => Duration::ZERO,
            Some(_) => {
                refusals += 1;
                Duration::from_millis(900 * refusals)
            }
            None => Duration::from_millis(20),
        };
        drop(stream);
        tokio::time::sleep(wait).await;
    }
}

/// Plays a station on an open link until it ends.
async fn talk(stream: &mut TcpStream, habit: Habit) -> Option<()> {
    let boot = json!([2, "boot", "BootNotification", { "chargePointVendor": "V", "chargePointModel": "M" }]);
    let first = if habit == Habit::NoFirstCall { "hello".to_owned() } else { boot.to_string() };
    write(stream, habit, 1, first.as_bytes()).await?;
    loop {
        let (first, second) = (stream.read_u8().await.ok()?, stream.read_u8().await.ok()?);
        let length = match second & 0x7F {
            126 => usize::from(stream.read_u16().await.ok()?),
            short => usize::from(short),
        };
        if second & 0x80 != 0 {
            let mask = stream.read_u32().await.ok()?;
            if habit != Habit::TakesMasks {
                return None;
            }
            let mut payload = vec![0; length];
            stream.read_exact(&mut payload).await.ok()?;
            payload.iter_mut().zip(mask.to_be_bytes().iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
            message(stream, habit, &payload).await?;
            continue;
        }
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.ok()?;
        match first & 0xF {
            1 => message(stream, habit, &payload).await?,
            8 if habit == Habit::NoCloseEcho => return None,
            8 => return write(stream, habit, 8, &payload).await,
            9 if habit != Habit::NoPong => write(stream, habit, 10, &payload).await?,
            _ => {}
        }
    }
}

async fn message(stream: &mut TcpStream, habit: Habit, payload: &[u8]) -> Option<()> {
    let message: Value = serde_json::from_slice(payload).unwrap_or_default();
    if message[0] != 2 {
        return Some(());
    }
    let reply = match habit {
        Habit::ServesAnything => json!([3, message[1], {}]),
        _ => json!([4, message[1], "NotImplemented", "", {}]),
    };
    write(stream, habit, 1, reply.to_string().as_bytes()).await
}

async fn write(stream: &mut TcpStream, habit: Habit, opcode: u8, payload: &[u8]) -> Option<()> {
    let masked = if habit == Habit::NoMask { 0 } else { 0x80 };
    let mut bytes = vec![0x80 | opcode, masked | u8::try_from(payload.len()).unwrap().min(125)];
    if masked != 0 {
        bytes.extend([0; 4]); // a mask that leaves all bytes as they are
    }
    bytes.extend(payload);
    stream.write_all(&bytes).await.ok()
}

/// Probes the station that `start` makes connect to a port.
async fn probe(visits: usize, start: impl AsyncFnOnce(u16)) -> ProbeReport {
    probe_with(visits, None, start).await
}

/// The same with a certificate for stations that speak TLS.
pub async fn probe_with(visits: usize, certificate: Option<Arc<CertifiedKey>>, start: impl AsyncFnOnce(u16)) -> ProbeReport {
    let (port, mut listens) = watch::channel(0);
    let options = StationOptions {
        host: "127.0.0.1".to_owned(),
        port: 0,
        visits,
        timeout: Duration::from_secs(4),
        patience: Duration::from_secs(60),
        stay: Duration::from_millis(50),
        certificate,
        only: Vec::new(),
    };
    let news = |news| {
        if let VisitNews::Listens(number) = news {
            port.send_replace(number);
        }
    };
    let starting = async {
        let number = *listens.wait_for(|port| *port != 0).await.unwrap();
        start(number).await;
    };
    let (report, ()) = tokio::join!(probe::probe_station(options, Catalog::embedded(), &news), starting);
    report.unwrap()
}

fn verdict(report: &ProbeReport, name: &str) -> ProbeVerdict {
    report.rows.iter().find(|row| row.check.name == name).unwrap().judgement.verdict
}

fn breaches(report: &ProbeReport) -> Vec<&'static str> {
    let rows = report.rows.iter().filter(|row| row.judgement.verdict == ProbeVerdict::BreaksRule);
    rows.map(|row| row.check.name).collect()
}

/// What a station does wrong, and the checks that find it.
const HABITS: &[(Habit, &[&str])] = &[
    (Habit::Right, &[]),
    (Habit::OtherSubprotocol, &["handshake.subprotocols"]),
    (Habit::SlashAtEnd, &["handshake.path"]),
    (Habit::NoHost, &["handshake.headers"]),
    (Habit::SameKey, &["handshake.fresh-key"]),
    (Habit::Bearer, &["handshake.credentials"]),
    (Habit::NoMask, &["link.frames"]),
    (Habit::NoPong, &["link.ping"]),
    (Habit::NoFirstCall, &["link.first-message"]),
    (Habit::ServesAnything, &["link.unknown-action"]),
    (Habit::NoCloseEcho, &["link.close"]),
    (Habit::TakesMasks, &["link.masked-frame"]),
    (Habit::TakesNoSubprotocol, &["link.no-subprotocol"]),
    (Habit::TakesOtherSubprotocol, &["link.other-subprotocol"]),
    (Habit::TakesWrongAccept, &["link.wrong-accept"]),
    (Habit::HurriesAfter404, &["reconnect.status-404"]),
    (Habit::NeverBacksOff, &["reconnect.back-off"]),
];

#[tokio::test]
async fn every_breach_of_a_station_is_found_by_its_check_and_by_no_other() {
    let run = |&(habit, checks): &(Habit, &'static [&'static str])| async move {
        let report = probe(ALL_VISITS, async |port| {
            tokio::spawn(station(port, habit));
        })
        .await;
        // A station of another subprotocol ends each link, since no one can agree with it.
        let found = breaches(&report);
        if habit == Habit::OtherSubprotocol {
            assert!(found.contains(&checks[0]), "{found:?}");
        } else {
            assert_eq!(found, checks, "{habit:?}\n{}", report.table(120, false));
        }
        for text in [report.table(120, false), report.json(), report.junit()] {
            assert!(!text.contains("secret-token"), "{text}");
        }
        report
    };
    let reports = join_all(HABITS.iter().map(run)).await;
    let right = &reports[0];
    assert_eq!((right.version, &right.identities[..]), (Some(Version::V1_6), &["CP1".to_owned()][..]));
    for name in ["reconnect.retry-after", "reconnect.close-1012", "reconnect.reset", "link.ping", "link.first-message"] {
        assert_eq!(verdict(right, name), ProbeVerdict::Supported, "{name}\n{}", right.table(120, false));
    }
}

#[tokio::test]
async fn our_own_station_breaks_no_rule_as_far_as_it_is_seen() {
    for version in [Version::V1_6, Version::V2_0_1] {
        let hub = hub();
        let report = probe(2, async |port| {
            hub.start_charge_point(charge_point(port, "CP1", version, true)).unwrap();
        })
        .await;
        assert_eq!(breaches(&report), [""; 0], "{}", report.table(120, false));
        assert_eq!(report.version, Some(version));
        for name in ["handshake.subprotocols", "link.unknown-action", "link.close"] {
            assert_eq!(verdict(&report, name), ProbeVerdict::KeepsRule, "{name}\n{}", report.table(120, false));
        }
        assert!(report.table(120, false).contains("BootNotification after"));
    }
}

#[tokio::test]
async fn what_a_station_does_not_do_is_not_judged() {
    let options = StationOptions {
        host: "127.0.0.1".to_owned(),
        port: 0,
        visits: ALL_VISITS,
        timeout: Duration::from_secs(4),
        patience: Duration::from_millis(30),
        stay: Duration::from_millis(30),
        certificate: None,
        only: vec!["link".to_owned()],
    };
    let report = probe::probe_station(options, Catalog::embedded(), &|_| {}).await.unwrap();
    assert_eq!(report.count(ProbeVerdict::NotTried), report.rows.len());
    assert!(report.table(120, false).contains("no connection within"), "{}", report.table(120, false));
}
