//! Who may connect: Basic authentication over both transports against our own stations and against requests by hand, networks, limits, and
//! proxies that speak for others.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ocpp_tui::clock::now;
use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::console::Console;
use ocpp_tui::hub::{AccessOptions, CentralSystemOptions, ChargePointOptions, CredentialOptions, Hub, SoapOptions};
use ocpp_tui::link::AddressPolicy;
use ocpp_tui::ocpp::{Role, StationPassword, Version};
use ocpp_tui::trace::{Direction, FrameKind, RecordKind, StationKey};
use serde_json::{Value, json};

use crate::support::envelopes::{SOAP, heartbeat};
use crate::support::http::{Reply, Wire, ask, post};
use crate::support::{call, central_system_options, charge_point, dump, hub, record, run_line, station, until};

/// What no output may hold.
const SECRET: &str = "s3cretMarker-16";

/// A file of passwords: CP1 has a text, CP2 bytes.
fn passwords() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stations");
    std::fs::write(&file, format!("# stations\nCP1:{SECRET}\nCP2:hex:00ff3a\n")).unwrap();
    (folder, file)
}

async fn listen(hub: &Hub, access: AccessOptions) -> u16 {
    hub.start_central_system(CentralSystemOptions { access, ..central_system_options() }).await.unwrap().port()
}

fn basic(pair: &[u8]) -> String {
    format!("Authorization: Basic {}\r\n", STANDARD.encode(pair))
}

/// The handshake of a station with these further lines.
fn upgrade(identity: &str, lines: &str) -> String {
    format!(
        "GET /{identity} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n{lines}\r\n"
    )
}

fn with_password(port: u16, identity: &str, version: Version, password: &str) -> ChargePointOptions {
    let password = Some(StationPassword::read(password).unwrap());
    let credentials = CredentialOptions { password, ..CredentialOptions::default() };
    ChargePointOptions { credentials, ..charge_point(port, identity, version, true) }
}

async fn refused(hub: &Hub, words: &str) {
    record(hub, words, |record| record.kind == RecordKind::Refused && record.text.contains(words)).await;
}

#[tokio::test]
async fn stations_of_ours_get_in_with_their_password() {
    let hub = hub();
    let (_folder, file) = passwords();
    let port = listen(&hub, AccessOptions { password_file: Some(file), known_only: true, ..AccessOptions::default() }).await;
    hub.start_charge_point(with_password(port, "CP1", Version::V1_6, SECRET)).unwrap();
    hub.start_charge_point(with_password(port, "CP2", Version::V2_0_1, "hex:00FF3A")).unwrap();
    station(&hub, Role::CentralSystem, "CP1").await;
    station(&hub, Role::CentralSystem, "CP2").await;
    hub.start_charge_point(with_password(port, "CP3", Version::V1_6, SECRET)).unwrap();
    let (line, _) = record(&hub, "a refusal that the station sees", |record| record.kind == RecordKind::Retry).await;
    assert!(line.contains("401") && line.contains("the identity or the password is wrong"), "{line}");
    refused(&hub, "CP3: it is not in the list of passwords").await;
    hub.passwords().write("CP3", SECRET).unwrap();
    station(&hub, Role::CentralSystem, "CP3").await;
    hub.end().await;
    let dump = dump(hub.trace());
    assert!(!dump.contains(SECRET) && !dump.contains(&STANDARD.encode(format!("CP1:{SECRET}"))), "{dump}");
}

#[tokio::test]
async fn a_challenge_follows_what_is_missing_or_wrong() {
    let hub = hub();
    let (_folder, file) = passwords();
    let port = listen(&hub, AccessOptions { password_file: Some(file), ..AccessOptions::default() }).await;
    let check = async |lines: &str, words: &str| {
        let reply = ask(port, upgrade("CP1", lines)).await;
        assert_eq!(reply.status, 401, "{reply:?}");
        assert!(reply.head.contains("www-authenticate: basic realm=\"ocpp-tui\", charset=\"utf-8\""), "{}", reply.head);
        refused(&hub, words).await;
    };
    check("", "the header Authorization is missing").await;
    check("Authorization: Bearer s3cretMarker-16\r\n", "the scheme Bearer").await;
    check("Authorization: Basic s3cretMarker-16!\r\n", "are not base64").await;
    check(&basic(b"CP2:\x00\xff:"), "is not its identity").await;
    check(&basic(b"CP1:wrong"), "its password is wrong").await;
    assert_eq!(ask(port, upgrade("CP1", &basic(format!("CP1:{SECRET}").as_bytes()))).await.status, 101);
    // Without --known-only others need no password, and what they show is noted.
    assert_eq!(ask(port, upgrade("CP9", &basic(b"CP9:x"))).await.status, 101);
    let (_, notes) =
        record(&hub, "a finding", |record| record.kind == RecordKind::Connected && !record.remarks.is_empty()).await;
    assert!(notes.contains("credentials that were not asked for"), "{notes}");
    hub.end().await;
    assert!(!dump(hub.trace()).contains(SECRET), "{}", dump(hub.trace()));
}

#[tokio::test]
async fn every_request_over_soap_shows_the_password() {
    let hub = hub();
    let (_folder, file) = passwords();
    let port = listen(&hub, AccessOptions { password_file: Some(file), ..AccessOptions::default() }).await;
    let send = async |lines: &str| ask(port, post("/", &format!("{SOAP}{lines}"), heartbeat("CP1").as_bytes())).await;
    let reply: Reply = send("").await;
    assert_eq!(reply.status, 401, "{reply:?}");
    assert!(reply.head.contains("www-authenticate: basic "), "{}", reply.head);
    assert!(hub.trace().read().stations().rows().is_empty(), "there is no station before one is let in");
    assert_eq!(send(&basic(format!("CP1:{SECRET}").as_bytes())).await.status, 200);
    assert_eq!(send("").await.status, 401, "its actor runs, and the sender is still unknown");
    let options =
        ChargePointOptions { soap: Some(SoapOptions::default()), ..with_password(port, "CP2", Version::V1_6, "hex:00ff3a") };
    hub.start_charge_point(ChargePointOptions { url: format!("http://127.0.0.1:{port}/"), ..options }).unwrap();
    station(&hub, Role::CentralSystem, "CP2").await;
    hub.end().await;
    assert!(!dump(hub.trace()).contains(SECRET), "{}", dump(hub.trace()));
}

#[tokio::test]
async fn networks_and_proxies_decide_who_the_client_is() {
    let hub = hub();
    let network = |text: &str| AddressPolicy::read_network(text).unwrap();
    let elsewhere = AddressPolicy { allowed: vec![network("192.0.2.0/24")], ..AddressPolicy::default() };
    let proxied = AddressPolicy { trusted_proxies: vec![network("127.0.0.1")], ..elsewhere.clone() };
    let closed = listen(&hub, AccessOptions { addresses: elsewhere, ..AccessOptions::default() }).await;
    let behind = listen(&hub, AccessOptions { addresses: proxied, ..AccessOptions::default() }).await;
    // A header from somebody who is no proxy changes nothing: the connection ends without an answer.
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", closed)).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
    assert!(answer.is_empty());
    refused(&hub, "127.0.0.1 is in none of the networks that --allow names").await;
    for (lines, status) in [("X-Forwarded-For: 192.0.2.7\r\n", 101), ("X-Forwarded-For: 198.51.100.1\r\n", 403), ("", 403)] {
        assert_eq!(ask(behind, upgrade("CP1", lines)).await.status, status, "{lines}");
    }
    let mut wire = Wire::connect(behind).await;
    wire.write("PROXY TCP4 192.0.2.8 127.0.0.1 4711 80\r\n").await;
    wire.write(upgrade("CP2", "")).await;
    assert_eq!(wire.reply().await.status, 101);
    let (line, _) = record(&hub, "the client behind the proxy", |record| {
        record.kind == RecordKind::Connected && record.summary().contains("192.0.2.8:4711")
    })
    .await;
    assert!(line.contains("192.0.2.8"), "{line}");
    hub.end().await;
}

/// Who may not connect from an address gets nothing of what is done wrong on purpose.
#[tokio::test]
async fn the_address_decides_before_anything_else() {
    let hub = hub();
    let allowed = vec![AddressPolicy::read_network("192.0.2.0/24").unwrap()];
    let addresses = AddressPolicy { allowed, ..AddressPolicy::default() };
    let port = listen(&hub, AccessOptions { addresses, ..AccessOptions::default() }).await;
    let console = Console::new(hub.clone());
    assert!(!run_line(&console, "misbehave cs slow-accept delay=1h").await.contains("Error"));
    assert!(!run_line(&console, "misbehave cs accept-close").await.contains("Error"));
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new()).await;
    refused(&hub, "127.0.0.1 is in none of the networks that --allow names").await;
    let refusals = |contents: &ocpp_tui::trace::Contents| {
        let records = contents.records();
        records.iter(records.range()).filter(|record| record.kind == RecordKind::Refused).count()
    };
    assert_eq!(refusals(&hub.trace().read()), 1, "{}", dump(hub.trace()));
    hub.end().await;
}

#[tokio::test]
async fn an_address_has_only_so_many_connections() {
    let hub = hub();
    let addresses = AddressPolicy { connections: Some(1), ..AddressPolicy::default() };
    let port = listen(&hub, AccessOptions { addresses, ..AccessOptions::default() }).await;
    let mut first = Wire::connect(port).await;
    first.write(upgrade("CP1", "")).await;
    assert_eq!(first.reply().await.status, 101);
    station(&hub, Role::CentralSystem, "CP1").await;
    let _second = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    refused(&hub, "127.0.0.1 has 1 connections already").await;
    drop(first);
    record(&hub, "the end of the link", |record| record.kind == RecordKind::Disconnected).await;
    hub.end().await;
}

/// The answer to a call of ours to a station.
async fn answered(hub: &Hub, to: StationKey, action: &'static str, payload: Value) {
    hub.submit(&call(to, action, payload));
    record(hub, action, |record| {
        record.kind == RecordKind::Frame(Direction::In, FrameKind::Result)
            && record.action == Some(action)
            && record.text.contains("Accepted")
    })
    .await;
}

/// Waits for a line of the session about a station.
async fn note(hub: &Hub, words: &str) {
    record(hub, words, |record| matches!(record.kind, RecordKind::Note | RecordKind::Failure) && record.text.contains(words))
        .await;
}

#[tokio::test]
async fn a_new_password_is_remembered_by_both_sides() {
    let hub = hub();
    let port = listen(&hub, AccessOptions { known_only: true, ..AccessOptions::default() }).await;
    hub.passwords().write("CP1", "0123456789abcdef").unwrap();
    hub.passwords().write("CP2", "0123456789abcdef").unwrap();
    for (identity, version) in [("CP1", Version::V1_6), ("CP2", Version::V2_0_1)] {
        hub.start_charge_point(with_password(port, identity, version, "0123456789abcdef")).unwrap();
        station(&hub, Role::CentralSystem, identity).await;
    }
    let one = station(&hub, Role::CentralSystem, "CP1").await;
    // The bytes of the key are "s3cretMarker-160".
    let key = "73336372 65744d61 726b6572 2d313630".replace(' ', "");
    answered(&hub, one, "ChangeConfiguration", json!({"key": "AuthorizationKey", "value": key})).await;
    let two = station(&hub, Role::CentralSystem, "CP2").await;
    let element = json!({"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}, "attributeValue": "s3cretMarker-160"});
    answered(&hub, two, "SetVariables", json!({ "setVariableData": [element] })).await;
    note(&hub, "its new password is remembered").await;
    for identity in ["CP1", "CP2"] {
        until(hub.trace(), "the second link", |contents| {
            let key = contents.stations().find(Role::CentralSystem, identity)?.key;
            let records = contents.records();
            let ups = records
                .iter(records.range())
                .filter(|record| record.station == Some(key) && record.kind == RecordKind::Connected);
            (ups.count() == 2).then_some(())
        })
        .await;
    }
    hub.end().await;
    let dump = dump(hub.trace());
    assert!(!dump.contains(SECRET) && !dump.contains(&key), "{dump}");
    assert!(dump.contains("(hidden, 32 characters)") && dump.contains("(hidden, 16 characters)"), "{dump}");
}

#[tokio::test]
async fn a_charge_point_rises_to_the_profile_with_a_password() {
    let hub = hub();
    let port = listen(&hub, AccessOptions::default()).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    let one = station(&hub, Role::CentralSystem, "CP1").await;
    answered(&hub, one, "ChangeConfiguration", json!({"key": "AuthorizationKey", "value": "30313233343536373839414243444546"}))
        .await;
    hub.passwords().write("CP1", "0123456789ABCDEF").unwrap();
    hub.submit(&call(one, "ChangeConfiguration", json!({"key": "SecurityProfile", "value": "1"})));
    note(&hub, "connected with the new credentials, security profile 1").await;
    hub.end().await;
}

/// Over SOAP each request shows the credentials, so that the next ones decide about new ones.
#[tokio::test]
async fn a_soap_station_rises_to_a_profile_or_falls_back() {
    for (listed, words) in [
        ("0123456789ABCDEF", "connected with the new credentials, security profile 1"),
        ("another password", "the new credentials failed; it goes back to security profile 0"),
    ] {
        let hub = hub();
        let port = listen(&hub, AccessOptions::default()).await;
        let url = format!("http://127.0.0.1:{port}/");
        let soap = Some(SoapOptions::default());
        hub.start_charge_point(ChargePointOptions { url, soap, ..charge_point(port, "CP1", Version::V1_6, true) }).unwrap();
        let one = station(&hub, Role::CentralSystem, "CP1").await;
        let key = json!({"key": "AuthorizationKey", "value": "30313233343536373839414243444546"});
        answered(&hub, one, "ChangeConfiguration", key).await;
        hub.passwords().write("CP1", listed).unwrap();
        hub.submit(&call(one, "ChangeConfiguration", json!({"key": "SecurityProfile", "value": "1"})));
        until(hub.trace(), "the profile", |contents| {
            let records = contents.records();
            records
                .iter(records.range())
                .any(|record| {
                    record.action == Some("ChangeConfiguration")
                        && record.kind == RecordKind::Frame(Direction::In, FrameKind::Call)
                        && record.text.contains("SecurityProfile")
                })
                .then_some(())
        })
        .await;
        let at_station = hub.trace().find_station(Role::ChargePoint, "CP1").unwrap();
        // A station that is not let in waits before it boots again; its heartbeats show the same credentials.
        for _ in 0..4 {
            hub.submit(&call(at_station, "Heartbeat", json!({})));
        }
        note(&hub, words).await;
        hub.end().await;
    }
}

/// The URL of a 1.6 station stays what it is when its profile rises, and the password is not for the plain network then.
#[tokio::test]
async fn a_profile_with_tls_sends_nothing_without_it() {
    let hub = hub();
    let port = listen(&hub, AccessOptions::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (authority, _) = AuthorityFolder::open_or_create(&folder.path().join("ca"), now().wall).unwrap();
    hub.start_charge_point(with_password(port, "CP1", Version::V1_6, "0123456789abcdef")).unwrap();
    let one = station(&hub, Role::CentralSystem, "CP1").await;
    let root = std::fs::read_to_string(authority.root_file()).unwrap();
    let install = json!({"certificateType": "CentralSystemRootCertificate", "certificate": root});
    answered(&hub, one, "InstallCertificate", install).await;
    answered(&hub, one, "ChangeConfiguration", json!({"key": "SecurityProfile", "value": "2"})).await;
    let words = "security profile 2 needs TLS, and ws://";
    let sent = until(hub.trace(), words, |contents| {
        let records = contents.records();
        let retry =
            records.iter(records.range()).find(|record| record.kind == RecordKind::Retry && record.text.contains(words))?;
        Some(retry.attempt()?.request.to_string())
    })
    .await;
    assert_eq!(sent, "", "nothing was sent");
    hub.end().await;
}

/// What is changed in the session is written to the file by a command; comments and other lines stay, and no line shows a password.
#[tokio::test]
async fn passwords_are_saved_by_a_command() {
    let hub = hub();
    let console = Console::new(hub.clone());
    let said = run_line(&console, "auth save").await;
    assert!(said.contains("no file of passwords was named") && said.contains("--auth FILE"), "{said}");
    let (_folder, file) = passwords();
    listen(&hub, AccessOptions { password_file: Some(file.clone()), ..AccessOptions::default() }).await;
    for line in ["auth set CP3 s3cretMarker-third", "auth set CP2 hex:0102", "auth remove CP1"] {
        let said = run_line(&console, line).await;
        assert!(!said.contains("Error") && !said.contains("s3cretMarker"), "{said}");
    }
    let unchanged = std::fs::read_to_string(&file).unwrap();
    assert!(unchanged.contains(SECRET) && !unchanged.contains("CP3"), "nothing is written before the command");
    let output = console.run("auth save", &ocpp_tui::console::RunContext::default()).await;
    let done = output.done.unwrap();
    assert!(done.contains(file.to_str().unwrap()), "{done}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# stations\nCP2:hex:0102\nCP3:s3cretMarker-third\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let said = run_line(&console, "auth save").await;
    assert!(said.starts_with("Error: ") && said.contains(file.to_str().unwrap()) && !said.contains("s3cretMarker"), "{said}");
    hub.end().await;
}

/// A proxy that ends TLS says so, and then a password is not in clear.
#[tokio::test]
async fn a_trusted_proxy_that_ends_tls_protects_the_password() {
    let hub = hub();
    let trusted_proxies = vec![AddressPolicy::read_network("127.0.0.1").unwrap()];
    let addresses = AddressPolicy { trusted_proxies, ..AddressPolicy::default() };
    let port = listen(&hub, AccessOptions { addresses, ..AccessOptions::default() }).await;
    let remarks = async |identity: &str, lines: &str| {
        let lines = format!("X-Forwarded-For: 192.0.2.7\r\n{lines}{}", basic(format!("{identity}:x").as_bytes()));
        assert_eq!(ask(port, upgrade(identity, &lines)).await.status, 101);
        until(hub.trace(), identity, |contents| {
            let records = contents.records();
            let key = contents.stations().find(Role::CentralSystem, identity)?.key;
            let connected =
                |record: &ocpp_tui::trace::Record<'_>| record.kind == RecordKind::Connected && record.station == Some(key);
            records.iter(records.range()).find(connected).map(|record| record.notes().into_owned())
        })
        .await
    };
    let clear = "without TLS";
    assert!(remarks("CP1", "").await.contains(clear));
    let secured = remarks("CP2", "X-Forwarded-Proto: https\r\n").await;
    assert!(!secured.contains(clear) && secured.contains("credentials that were not asked for"), "{secured}");
    hub.end().await;
}
