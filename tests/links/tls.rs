//! Links over TLS: both roles against each other in every version, over WebSocket and SOAP, and what each side records where a handshake
//! fails. And peers of others: OpenSSL and the `ssl` of Python; a test says when it is skipped because one is missing.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ocpp_tui::clock::now;
use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::console::Console;
use ocpp_tui::hub::{
    CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, Hub, HubError, LinkCommand, ListenTlsOptions,
    Order, SoapOptions,
};
use ocpp_tui::link::{CertificateFiles, LinkSettings, TlsLimits, TlsVersion};
use ocpp_tui::ocpp::{Role, SecurityProfile, StationPassword, Transport, Version};
use ocpp_tui::pki::CertificateFacts;
use ocpp_tui::trace::{ChainVerdict, ConnectionAttempt, Record, RecordDetail, RecordKind, TlsFacts};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::certificates::{CertificateFolder, WantedCertificate};
use crate::support::{TIMEOUT, call, central_system_options, charge_point, hub, record, station, until};

pub fn pair((certificate, key): (PathBuf, PathBuf)) -> CertificateFiles {
    CertificateFiles { certificate, key: Some(key) }
}

/// A central system with this profile and a port for TLS only, and that port.
pub async fn listen(hub: &Hub, ca: &CertificateFolder, profile: SecurityProfile, highest: TlsVersion) -> u16 {
    let client_ca = if profile.uses_client_certificate() { vec![ca.ca()] } else { Vec::new() };
    let certificates = vec![pair(ca.server())];
    let tls = ListenTlsOptions {
        port: Some(0),
        alone: true,
        certificates,
        client_ca,
        limits: TlsLimits::up_to(highest),
        ..ListenTlsOptions::default()
    };
    let options = CentralSystemOptions { security_profile: profile, tls, ..central_system_options() };
    hub.start_central_system(options).await.unwrap().port()
}

/// A station that trusts the CA and shows a certificate of it in the profile that has one.
pub fn secured(
    ca: &CertificateFolder,
    port: u16,
    identity: &str,
    version: Version,
    profile: SecurityProfile,
) -> ChargePointOptions {
    let certificate = profile.uses_client_certificate().then(|| pair(ca.station(identity)));
    ChargePointOptions {
        url: format!("wss://localhost:{port}"),
        credentials: CredentialOptions {
            profile: Some(profile),
            password: profile.uses_password().then(|| StationPassword::of_text("0123456789abcdef")),
            ..CredentialOptions::default()
        },
        tls: DialTlsOptions { ca: vec![ca.ca()], certificate, ..DialTlsOptions::default() },
        ..charge_point(port, identity, version, true)
    }
}

/// What is known of an attempt.
fn attempt<'a>(record: &Record<'a>) -> Option<&'a ConnectionAttempt> {
    match record.detail? {
        RecordDetail::Connected(connected) => Some(&connected.handshake),
        RecordDetail::Refused(refused) => Some(&refused.handshake),
        RecordDetail::Failed { handshake } => Some(handshake),
        _ => None,
    }
}

/// Waits for an attempt of this kind towards a station (or none), and gives what TLS knew of it, with the record's texts.
async fn attempted(hub: &Hub, kind: RecordKind, our_role: Role, identity: Option<&str>) -> (Arc<TlsFacts>, String) {
    until(hub.trace(), &format!("{kind:?} at {identity:?}"), |contents| {
        let station = match identity {
            Some(identity) => Some(contents.stations().find(our_role, identity)?.key),
            None => None,
        };
        let records = contents.records();
        let mut wanted = records.iter(records.range()).filter(|record| record.kind == kind && record.station == station);
        wanted.find_map(|record| {
            let facts = attempt(&record)?.tls.clone()?;
            Some((facts, format!("{}\n{}", record.summary(), record.notes())))
        })
    })
    .await
}

fn text(name: Option<&str>) -> &str {
    name.unwrap_or("none")
}

#[tokio::test]
async fn every_version_boots_over_tls_in_both_profiles() {
    let ca = CertificateFolder::new("Test CA");
    for profile in [SecurityProfile::TlsBasic, SecurityProfile::TlsClientCertificate] {
        for (version, highest) in Version::ALL.into_iter().zip([TlsVersion::V1_2, TlsVersion::V1_3].into_iter().cycle()) {
            let hub = hub();
            let port = listen(&hub, &ca, profile, highest).await;
            hub.start_charge_point(secured(&ca, port, "CP1", version, profile)).unwrap();
            let at_central = station(&hub, Role::CentralSystem, "CP1").await;
            let booted =
                |record: &Record<'_>| record.station == Some(at_central) && record.action == Some("StatusNotification");
            record(&hub, "a status", booted).await;
            let name = format!("TLS {highest}");
            let (served, _) = attempted(&hub, RecordKind::Connected, Role::CentralSystem, Some("CP1")).await;
            let (dialled, _) = attempted(&hub, RecordKind::Connected, Role::ChargePoint, Some("CP1")).await;
            assert_eq!((text(served.version.as_deref()), text(dialled.version.as_deref())), (name.as_str(), name.as_str()));
            assert_eq!((text(served.server_name.as_deref()), &dialled.verdict), ("localhost", &ChainVerdict::Trusted));
            let shown = usize::from(profile.uses_client_certificate());
            assert_eq!((served.peer_chain.len(), dialled.own_chain.len()), (shown, shown), "{profile} {version}");
            assert!(hub.listening()[0].url("CP1").starts_with("wss://"), "{:?}", hub.listening());
            hub.end().await;
        }
    }
}

#[tokio::test]
async fn soap_is_called_over_tls_in_both_directions() {
    let ca = CertificateFolder::new("Test CA");
    for version in Version::SOAP {
        for from in [None, Some("https://localhost:0/cp")] {
            let hub = hub();
            let port = listen(&hub, &ca, SecurityProfile::TlsClientCertificate, TlsVersion::V1_3).await;
            let from = from.map(|_| format!("https://localhost:{}/cp", crate::support::free_port()));
            hub.start_charge_point(ChargePointOptions {
                url: format!("https://localhost:{port}/"),
                soap: Some(SoapOptions { from, ..SoapOptions::default() }),
                ..secured(&ca, port, "CP1", version, SecurityProfile::TlsClientCertificate)
            })
            .unwrap();
            let at_central = station(&hub, Role::CentralSystem, "CP1").await;
            let callback = until(hub.trace(), "the address", |contents| contents.stations().get(at_central)?.callback.clone());
            assert!(callback.await.starts_with("https://localhost:"));
            let (served, _) = attempted(&hub, RecordKind::Connected, Role::CentralSystem, Some("CP1")).await;
            assert_eq!((text(served.version.as_deref()), served.peer_chain.len()), ("TLS 1.3", 1));
            hub.submit(&call(at_central, "ClearCache", json!({})));
            let answered = |record: &Record<'_>| {
                record.station == Some(at_central)
                    && record.action == Some("ClearCache")
                    && record.text.contains("clearCacheResponse")
            };
            record(&hub, "the answer of the station", answered).await;
            let asked = |record: &Record<'_>| {
                record.station == Some(at_central)
                    && record.action == Some("ClearCache")
                    && record.text.contains("clearCacheRequest")
            };
            let own = until(hub.trace(), "the request", |contents| {
                let records = contents.records();
                records.iter(records.range()).find(asked).map(|record| record.text.to_owned())
            });
            // The station may call back at the address that it has reached.
            assert!(own.await.contains(&format!("https://localhost:{port}/")));
            hub.end().await;
        }
    }
}

/// What a central system sent before it fell silent belongs to the attempt.
#[tokio::test]
async fn an_attempt_that_gets_no_answer_in_tls_keeps_its_facts() {
    let hub = crate::support::hub_with(LinkSettings { handshake_timeout: Duration::from_secs(1), ..LinkSettings::default() });
    let ca = CertificateFolder::new("Test CA");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    hub.start_charge_point(secured(&ca, port, "CP1", Version::V1_6, SecurityProfile::TlsBasic)).unwrap();
    let _silent = listener.accept().await.unwrap();
    let (facts, sentence) = attempted(&hub, RecordKind::Retry, Role::ChargePoint, Some("CP1")).await;
    assert!(sentence.contains("the central system sent nothing more in the TLS handshake for 1 s"), "{sentence}");
    assert_eq!(text(facts.server_name.as_deref()), "localhost");
    let peer = until(hub.trace(), "the address", |contents| {
        let records = contents.records();
        records.iter(records.range()).find_map(|record| attempt(&record).filter(|_| record.kind == RecordKind::Retry)?.peer)
    });
    assert_eq!(peer.await.port(), port, "TCP was connected");
    hub.end().await;
}

/// A reset inside of a frame is one of TCP, also below TLS.
#[tokio::test]
async fn a_reset_on_purpose_reaches_the_peer_over_tls() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let port = listen(&hub, &ca, SecurityProfile::TlsBasic, TlsVersion::V1_3).await;
    let said = crate::support::run_line(&Console::new(hub.clone()), "misbehave cs reset").await;
    assert!(!said.contains("Error"), "{said}");
    hub.start_charge_point(secured(&ca, port, "CP1", Version::V1_6, SecurityProfile::TlsBasic)).unwrap();
    // Only a charge point dials again and records that; its link is up for moments only, so the record is what is waited for.
    let (text, _) = record(&hub, "the end of the link", |record| record.kind == RecordKind::Lost).await;
    assert!(text.to_lowercase().contains("reset"), "{text}");
    hub.end().await;
}

/// A proxy that is not trusted, at both ports.
#[tokio::test]
async fn the_proxy_protocol_is_named_where_it_is_not_expected() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let tls = ListenTlsOptions { port: Some(0), certificates: vec![pair(ca.server())], ..ListenTlsOptions::default() };
    let plain = hub.start_central_system(CentralSystemOptions { tls, ..central_system_options() }).await.unwrap().port();
    let secure = hub.listening().iter().find(|listening| listening.tls).unwrap().address.port();
    let binary = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0".as_slice();
    for header in [b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n".as_slice(), binary] {
        let mut stream = TcpStream::connect(("127.0.0.1", secure)).await.unwrap();
        stream.write_all(header).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{answer:?}");
    }
    let named = |record: &Record<'_>| {
        record.text.contains("the PROXY protocol was spoken from an address that is not that of a trusted proxy")
            && record.remarks.contains("--trusted-proxy")
    };
    until(hub.trace(), "two refusals", |contents| {
        let records = contents.records();
        (records.iter(records.range()).filter(named).count() == 2).then_some(())
    })
    .await;
    let mut stream = TcpStream::connect(("127.0.0.1", plain)).await.unwrap();
    stream.write_all(b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n").await.unwrap();
    record(&hub, "the plain port", |record| record.remarks.contains("only a proxy may speak that --trusted-proxy names")).await;
    hub.end().await;
}

#[tokio::test]
async fn both_ports_are_open_at_once_and_the_wrong_one_is_named() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let tls = ListenTlsOptions { port: Some(0), certificates: vec![pair(ca.server())], ..ListenTlsOptions::default() };
    let plain = hub.start_central_system(CentralSystemOptions { tls, ..central_system_options() }).await.unwrap().port();
    let listening = hub.listening();
    let secure = listening.iter().find(|listening| listening.tls).unwrap().address.port();
    assert_eq!((listening.len(), listening[0].tls, listening[0].address.port()), (2, false, plain));
    hub.start_charge_point(charge_point(plain, "PLAIN", Version::V1_6, false)).unwrap();
    hub.start_charge_point(secured(&ca, secure, "SECURE", Version::V1_6, SecurityProfile::TlsBasic)).unwrap();
    for identity in ["PLAIN", "SECURE"] {
        station(&hub, Role::CentralSystem, identity).await;
    }
    let refused = async |words: &str| {
        record(&hub, words, |record| record.kind == RecordKind::Refused && record.text.contains(words)).await
    };
    hub.start_charge_point(secured(&ca, plain, "WRONG1", Version::V1_6, SecurityProfile::TlsBasic)).unwrap();
    let (_, remedy) = refused("TLS was spoken to the plain port").await;
    assert!(remedy.contains(&format!("use port {secure}")), "{remedy}");
    let (facts, _) = attempted(&hub, RecordKind::Refused, Role::CentralSystem, None).await;
    assert_eq!(text(facts.server_name.as_deref()), "localhost", "the offer is shown");
    let (_, sentence) = attempted(&hub, RecordKind::Retry, Role::ChargePoint, Some("WRONG1")).await;
    assert!(sentence.contains("the central system closed the TLS handshake with alert handshake_failure"), "{sentence}");
    hub.start_charge_point(charge_point(secure, "WRONG2", Version::V1_6, false)).unwrap();
    let (_, remedy) = refused("plain HTTP was spoken to the TLS port").await;
    assert!(remedy.contains(&format!("use port {plain}")), "{remedy}");
    let told = |record: &Record<'_>| record.kind == RecordKind::Retry && record.text.contains("this port speaks TLS");
    record(&hub, "what the station hears", told).await;
}

#[tokio::test]
async fn a_failed_handshake_is_recorded_on_both_sides_with_its_certificates() {
    let (hub, ca, other) = (hub(), CertificateFolder::new("Test CA"), CertificateFolder::new("Other CA"));
    let port = listen(&hub, &ca, SecurityProfile::TlsClientCertificate, TlsVersion::V1_3).await;
    let wary = ChargePointOptions {
        tls: DialTlsOptions { ca: vec![other.ca()], certificate: Some(pair(ca.station("WARY"))), ..DialTlsOptions::default() },
        ..secured(&ca, port, "WARY", Version::V2_0_1, SecurityProfile::TlsClientCertificate)
    };
    hub.start_charge_point(wary).unwrap();
    let (facts, sentence) = attempted(&hub, RecordKind::Retry, Role::ChargePoint, Some("WARY")).await;
    assert!(
        sentence.contains("is issued by \"Test CA\", which is not trusted here; trust that CA with --ca FILE"),
        "{sentence}"
    );
    assert_eq!(facts.peer_chain.len(), 1);
    let (facts, sentence) = attempted(&hub, RecordKind::Refused, Role::CentralSystem, None).await;
    assert!(sentence.contains("the station closed the TLS handshake with alert unknown_ca"), "{sentence}");
    assert!(sentence.contains("install that CA certificate at the station"), "{sentence}");
    assert!(facts.offer.is_some() && facts.own_chain.len() == 1, "{facts:?}");

    let foreign = ChargePointOptions {
        tls: DialTlsOptions {
            ca: vec![ca.ca()],
            certificate: Some(pair(other.station("FOREIGN"))),
            ..DialTlsOptions::default()
        },
        ..secured(&ca, port, "FOREIGN", Version::V2_0_1, SecurityProfile::TlsClientCertificate)
    };
    hub.start_charge_point(foreign).unwrap();
    let (facts, sentence) = attempted(&hub, RecordKind::Retry, Role::ChargePoint, Some("FOREIGN")).await;
    assert!(
        sentence.contains("alert unknown_ca: it does not trust \"Other CA\", which issued our client certificate"),
        "{sentence}"
    );
    assert_eq!(facts.own_chain.len(), 1);
}

#[tokio::test]
async fn what_is_missing_or_does_not_fit_is_said_at_the_start() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let start = async |profile, tls| {
        let options = CentralSystemOptions { security_profile: profile, tls, ..central_system_options() };
        hub.start_central_system(options).await.unwrap_err()
    };
    let files = || ListenTlsOptions { port: Some(0), certificates: vec![pair(ca.server())], ..ListenTlsOptions::default() };
    let missing = ListenTlsOptions { client_ca: vec![ca.file("missing.pem")], ..files() };
    let error = start(SecurityProfile::TlsBasic, missing).await;
    assert!(matches!(error, HubError::Certificate(_)) && error.to_string().contains("missing.pem"), "{error}");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = start(SecurityProfile::TlsBasic, ListenTlsOptions { port: Some(port), ..files() }).await.to_string();
    assert!(error.contains(&format!("port {port} is in use")) && error.contains("--tls-port"), "{error}");
    let plain = ChargePointOptions {
        url: "ws://localhost:1".to_owned(),
        ..secured(&ca, 1, "CP1", Version::V1_6, SecurityProfile::TlsBasic)
    };
    let error = hub.start_charge_point(plain).unwrap_err().to_string();
    assert!(error.contains("security profile 2 needs TLS") && error.contains("wss://"), "{error}");
    let bad_ca = DialTlsOptions { ca: vec![ca.file("missing.pem")], ..DialTlsOptions::default() };
    let options = ChargePointOptions { tls: bad_ca, ..secured(&ca, 1, "CP1", Version::V1_6, SecurityProfile::TlsBasic) };
    let error = hub.start_charge_point(options).unwrap_err().to_string();
    assert!(error.contains("missing.pem"), "{error}");
    assert!(hub.listening().is_empty(), "nothing is left open");
}

/// Whether a program is there; a test that is skipped says so.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn has(program: &str, arguments: &[&str]) -> bool {
    let ran = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = ran.is_ok_and(|status| status.success());
    if !there {
        eprintln!("skipped: {program} {} does not work here", arguments.join(" "));
    }
    there
}

/// Runs a program on a thread of its own, with this input, and gives its output.
async fn output(program: &str, arguments: Vec<String>, input: &'static str) -> String {
    let program = program.to_owned();
    let running = tokio::task::spawn_blocking(move || {
        use std::io::Write as _;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let ended = child.wait_with_output().unwrap();
        [String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr)].concat()
    });
    tokio::time::timeout(TIMEOUT, running).await.unwrap().unwrap()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn openssl_gets_the_certificate_of_its_kind_and_what_it_lacks_is_named() {
    if !has("openssl", &["version"]) {
        return;
    }
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let rsa = (ca.file("rsa.pem"), ca.file("rsa.key"));
    let request = format!(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=rsa -addext subjectAltName=DNS:localhost -keyout {} -out {}",
        rsa.1.display(),
        rsa.0.display()
    );
    output("openssl", words(&request), "").await;
    let certificates = vec![pair(ca.server()), pair(rsa)];
    let tls = ListenTlsOptions { port: Some(0), alone: true, certificates, ..ListenTlsOptions::default() };
    let port = hub.start_central_system(CentralSystemOptions { tls, ..central_system_options() }).await.unwrap().port();
    let client = async |more: &str| {
        output("openssl", words(&format!("s_client -connect 127.0.0.1:{port} -servername localhost {more}")), "").await
    };
    for (more, subject) in [
        ("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", "CN = rsa"),
        ("-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", "CN = localhost"),
        ("-tls1_3 -sigalgs RSA-PSS+SHA256", "CN = rsa"),
        ("-tls1_3", "CN = localhost"),
    ] {
        let shown = client(more).await.replace("CN=", "CN = ");
        assert!(shown.contains(subject), "{more}: {shown}");
    }
    let refused = async |part: &'static str| {
        let wanted = |record: &Record<'_>| record.kind == RecordKind::Refused && record.text.contains(part);
        record(&hub, part, wanted).await
    };
    client("-tls1_2 -cipher AES128-GCM-SHA256").await;
    let (sentence, remedy) = refused("cipher suite").await;
    assert!(sentence.contains("TLS_RSA_WITH_AES_128_GCM_SHA256"), "{sentence}");
    assert!(remedy.contains("TLS proxy"), "{remedy}");
    client("-tls1_1 -cipher ALL:@SECLEVEL=0").await;
    let (sentence, _) = refused("at the version").await;
    assert!(sentence.contains("TLS 1.1"), "{sentence}");
}

#[tokio::test]
async fn openssl_as_a_central_system_says_what_it_wants() {
    if !has("openssl", &["version"]) {
        return;
    }
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let (certificate, key) = ca.server();
    for (identity, more, part) in [
        ("OLD", "-tls1_1 -cipher ALL:@SECLEVEL=0", "alert protocol_version"),
        ("RSA", "-tls1_2 -cipher AES128-GCM-SHA256:@SECLEVEL=0", "alert handshake_failure"),
        ("MUTUAL", "-Verify 1 -verify_return_error", "alert certificate_required"),
    ] {
        let port = crate::support::free_port();
        let arguments = format!(
            "s_server -accept 127.0.0.1:{port} -cert {} -key {} -CAfile {} {more}",
            certificate.display(),
            key.display(),
            ca.ca().display()
        );
        let mut server = Command::new("openssl");
        server.args(words(&arguments)).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        hub.start_charge_point(ChargePointOptions {
            url: format!("wss://127.0.0.1:{port}"),
            ..secured(&ca, port, identity, Version::V1_6, SecurityProfile::TlsBasic)
        })
        .unwrap();
        let retried = |record: &Record<'_>| record.kind == RecordKind::Retry && record.text.contains(part);
        record(&hub, part, retried).await;
        server.kill().unwrap();
        server.wait().unwrap();
    }
}

#[tokio::test]
async fn the_ssl_of_python_gets_its_answer_over_tls() {
    if !has("python3", &["-c", "import ssl"]) {
        return;
    }
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let port = listen(&hub, &ca, SecurityProfile::TlsClientCertificate, TlsVersion::V1_3).await;
    let (certificate, key) = ca.station("CP1");
    let script = "import socket, ssl, sys\n\
        context = ssl.create_default_context(cafile=sys.argv[2])\n\
        context.load_cert_chain(sys.argv[3], sys.argv[4])\n\
        plain = socket.create_connection(('localhost', int(sys.argv[1])))\n\
        secure = context.wrap_socket(plain, server_hostname='localhost')\n\
        secure.sendall(b'GET /CP1 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n\
        print(secure.version(), secure.recv(4000).split(b'\\r\\n')[0].decode())\n";
    let files = [ca.ca(), certificate, key].map(|file| file.display().to_string());
    let arguments = [vec!["-c".to_owned(), script.to_owned(), port.to_string()], files.to_vec()].concat();
    let said = output("python3", arguments, "").await;
    assert!(said.contains("TLSv1.3 HTTP/1.1 426"), "{said}");
    let (facts, _) = attempted(&hub, RecordKind::Refused, Role::CentralSystem, None).await;
    assert_eq!(
        (facts.peer_chain.is_empty(), &facts.verdict),
        (false, &ChainVerdict::Trusted),
        "a refused request has them too"
    );
}

#[tokio::test]
async fn a_plain_request_to_the_port_for_tls_is_answered_in_http() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let port = listen(&hub, &ca, SecurityProfile::TlsBasic, TlsVersion::V1_3).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(b"GET /CP1 HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains("wss://"), "{answer}");
    let wrong = WantedCertificate { file: "wrong", names: &["csms.example"], ..WantedCertificate::default() };
    let certificates = vec![pair(ca.issue(wrong))];
    let tls = ListenTlsOptions { port: Some(0), alone: true, certificates, ..ListenTlsOptions::default() };
    let transports = vec![Transport::WebSocket];
    let options = CentralSystemOptions { tls, transports, ..central_system_options() };
    let port = hub.start_central_system(options).await.unwrap().port();
    hub.start_charge_point(secured(&ca, port, "CP1", Version::V1_6, SecurityProfile::TlsBasic)).unwrap();
    let (facts, sentence) = attempted(&hub, RecordKind::Retry, Role::ChargePoint, Some("CP1")).await;
    assert!(sentence.contains("is for csms.example and not for localhost"), "{sentence}");
    assert!(matches!(facts.verdict, ChainVerdict::Broken(_)), "{facts:?}");
}

/// Both roles find the test CA, which is made on first use: no file is named.
#[tokio::test]
async fn without_files_both_roles_use_the_test_ca() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca");
    let (server, stations) = (hub(), hub());
    for hub in [&server, &stations] {
        hub.use_authority(authority.clone());
    }
    let profile = SecurityProfile::TlsClientCertificate;
    let tls = ListenTlsOptions { port: Some(0), alone: true, ..ListenTlsOptions::default() };
    let options = CentralSystemOptions { security_profile: profile, tls, ..central_system_options() };
    let port = server.start_central_system(options).await.unwrap().port();
    let (note, _) = record(&server, "the CA to trust", |record| record.text.contains("stations must trust")).await;
    let root = note.split("must trust ").nth(1).unwrap().to_owned();
    assert!(root.starts_with(authority.to_str().unwrap()) && PathBuf::from(&root).is_file(), "{note}");
    let plain = |identity: &str| ChargePointOptions {
        url: format!("wss://localhost:{port}"),
        credentials: CredentialOptions { profile: Some(profile), ..CredentialOptions::default() },
        ..charge_point(port, identity, Version::V2_0_1, true)
    };
    stations.start_charge_point(plain("CP1")).unwrap();
    station(&server, Role::CentralSystem, "CP1").await;
    let (served, _) = attempted(&server, RecordKind::Connected, Role::CentralSystem, Some("CP1")).await;
    assert_eq!((served.peer_chain.len(), &served.verdict), (1, &ChainVerdict::Trusted));
    let own = CertificateFacts::read(&served.peer_chain[0]).unwrap();
    assert_eq!(own.short_name(), "CP1");
    // What is revoked while it runs may not connect any more.
    let opened = AuthorityFolder::open(&authority).unwrap();
    assert!(opened.revoke(&own.serial, now().wall).unwrap());
    let key = stations.trace().find_station(Role::ChargePoint, "CP1").unwrap();
    stations.submit(&Order { targets: vec![key], command: LinkCommand::Drop });
    stations.submit(&Order { targets: vec![key], command: LinkCommand::Connect });
    let revoked = |record: &Record<'_>| record.kind == RecordKind::Refused && record.text.contains("revocation list");
    record(&server, "the refusal", revoked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn options_of_tls_without_tls_are_no_surprise() {
    let (hub, port) = (hub(), crate::support::free_port());
    let idle = |identity: &str, tls| ChargePointOptions { tls, ..charge_point(port, identity, Version::V1_6, true) };
    let insecure = hub.start_charge_point(idle("INSECURE", DialTlsOptions { insecure: true, ..DialTlsOptions::default() }));
    let organization = Some("Operator".to_owned());
    let quiet = hub.start_charge_point(idle("OPERATOR", DialTlsOptions { organization, ..DialTlsOptions::default() }));
    let words = format!("its options about TLS have no effect: ws://127.0.0.1:{port} is without it");
    record(&hub, &words, |record| record.station == insecure.as_ref().ok().copied() && record.text == words.as_str()).await;
    // Its attempt comes behind the note that it does not have.
    let quiet = Some(quiet.unwrap());
    record(&hub, "the attempt", |record| record.station == quiet && record.attempt().is_some()).await;
    hub.end().await;
    let contents = hub.trace().read();
    let records = contents.records();
    assert!(!records.iter(records.range()).any(|record| record.station == quiet && record.kind == RecordKind::Note));
}
