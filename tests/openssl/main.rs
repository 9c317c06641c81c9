//! TLS by OpenSSL, in builds with the feature `openssl`: versions and suites that rustls does not have, in both roles, over WebSocket and
//! SOAP, with the same facts and sentences. The peers are ours, rustls, and the program `openssl` where it is installed; a test says when it
//! is skipped because it is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test says when it is skipped")]

#[path = "../support/mod.rs"]
mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::console::Console;
use ocpp_tui::hub::{
    CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, Hub, ListenTlsOptions, SoapOptions,
};
use ocpp_tui::link::{LinkSettings, TlsLimits, TlsVersion};
use ocpp_tui::ocpp::{Role, SecurityProfile, Transport, Version};
use ocpp_tui::pki::KeyAlgorithm;
use ocpp_tui::trace::{ChainVerdict, Record, RecordKind, TlsFacts};

use support::{central_system_options, charge_point, hub_with, record, run_line, station, until};

const PROFILE: SecurityProfile = SecurityProfile::TlsClientCertificate;

/// Both roles in one session, with a test CA.
struct Stage {
    hub: Hub,
    port: u16,
    authority: tempfile::TempDir,
}

impl Stage {
    async fn new(limits: TlsLimits) -> Stage {
        Stage::with(PROFILE, limits).await
    }

    async fn with(security_profile: SecurityProfile, limits: TlsLimits) -> Stage {
        let settings = LinkSettings { handshake_timeout: std::time::Duration::from_secs(20), ..LinkSettings::default() };
        let (hub, authority) = (hub_with(settings), tempfile::tempdir().unwrap());
        hub.use_authority(authority.path().join("ca"));
        let tls = ListenTlsOptions { port: Some(0), alone: true, limits, ..ListenTlsOptions::default() };
        let options = CentralSystemOptions { security_profile, tls, ..central_system_options() };
        let port = hub.start_central_system(options).await.unwrap().port();
        Stage { hub, port, authority }
    }

    fn start(&self, identity: &str, transport: Transport, limits: TlsLimits) {
        let credentials = CredentialOptions { profile: Some(PROFILE), ..CredentialOptions::default() };
        let tls = DialTlsOptions { limits, ..DialTlsOptions::default() };
        let options = ChargePointOptions { credentials, tls, ..charge_point(self.port, identity, Version::V1_6, true) };
        let (url, soap) = match transport {
            Transport::WebSocket => (format!("wss://localhost:{}", self.port), None),
            Transport::Soap => (format!("https://localhost:{}/", self.port), Some(SoapOptions::default())),
        };
        self.hub.start_charge_point(ChargePointOptions { url, soap, ..options }).unwrap();
    }

    /// Waits for an attempt of this kind, and gives what is known of its TLS.
    async fn tls(&self, kind: RecordKind, our_role: Role, identity: Option<&str>) -> (TlsFacts, String) {
        until(self.hub.trace(), &format!("{kind:?} as {our_role} at {identity:?}"), |contents| {
            let key = match identity {
                Some(identity) => Some(contents.stations().find(our_role, identity)?.key),
                None => None,
            };
            let records = contents.records();
            let mut wanted = records.iter(records.range()).filter(|record| record.kind == kind && record.station == key);
            wanted.find_map(|record| {
                let facts = record.attempt()?.tls.as_deref()?.clone();
                Some((facts, format!("{}\n{}", record.summary(), record.notes())))
            })
        })
        .await
    }

    async fn says(&self, words: &str) {
        record(&self.hub, words, |record: &Record<'_>| record.summary().contains(words) || record.notes().contains(words))
            .await;
    }
}

fn limits(lowest: TlsVersion, highest: TlsVersion) -> TlsLimits {
    TlsLimits { lowest, highest, static_rsa: true }
}

#[tokio::test]
async fn openssl_has_each_version_in_both_roles_and_over_both_transports() {
    for version in TlsVersion::ALL {
        for transport in [Transport::WebSocket, Transport::Soap] {
            let wanted = limits(version, version);
            let stage = Stage::new(wanted).await;
            stage.start("CP1", transport, wanted);
            let at_central = station(&stage.hub, Role::CentralSystem, "CP1").await;
            let booted = |record: &Record<'_>| {
                record.station == Some(at_central)
                    && record.action == Some("BootNotification")
                    && record.text.contains("Accepted")
            };
            record(&stage.hub, "the boot", booted).await;
            let (served, _) = stage.tls(RecordKind::Connected, Role::CentralSystem, Some("CP1")).await;
            let name = format!("TLS {version}");
            assert_eq!(served.version.as_deref(), Some(name.as_str()), "{transport:?}");
            assert!(served.cipher_suite.as_deref().is_some_and(|suite| suite.starts_with("TLS_")), "{served:?}");
            assert_eq!(served.key_exchange.as_deref(), Some("X25519"), "{name}");
            assert_eq!((served.server_name.as_deref(), &served.verdict), (Some("localhost"), &ChainVerdict::Trusted));
            assert_eq!((served.peer_chain.len(), served.own_chain.len()), (1, 1), "{name}");
            assert!(served.offer.as_deref().is_some_and(|offer| offer.versions.contains(&name.clone().into())), "{served:?}");
            if transport == Transport::WebSocket {
                let (dialled, _) = stage.tls(RecordKind::Connected, Role::ChargePoint, Some("CP1")).await;
                assert_eq!((&dialled.version, &dialled.cipher_suite), (&served.version, &served.cipher_suite));
                assert_eq!(dialled.application_protocol.as_deref(), Some("http/1.1"));
                assert_eq!((dialled.peer_chain.len(), dialled.own_chain.len()), (1, 1), "{name}");
                assert_eq!(dialled.verdict, ChainVerdict::Trusted);
            }
            stage.hub.end().await;
        }
    }
}

/// rustls at the other end agrees on what both have.
#[tokio::test]
async fn openssl_and_rustls_agree_on_what_both_have() {
    for (served, dialled) in [
        (limits(TlsVersion::V1_0, TlsVersion::V1_3), TlsLimits::default()),
        (TlsLimits::default(), limits(TlsVersion::V1_0, TlsVersion::V1_3)),
        (TlsLimits::up_to(TlsVersion::V1_2), limits(TlsVersion::V1_1, TlsVersion::V1_3)),
    ] {
        let stage = Stage::new(served).await;
        stage.start("CP1", Transport::WebSocket, dialled);
        station(&stage.hub, Role::CentralSystem, "CP1").await;
        let (facts, _) = stage.tls(RecordKind::Connected, Role::CentralSystem, Some("CP1")).await;
        let highest = if served.highest == TlsVersion::V1_2 { "TLS 1.2" } else { "TLS 1.3" };
        assert_eq!(facts.version.as_deref(), Some(highest));
        stage.hub.end().await;
    }
}

/// Where one side has an older version only, both say which.
#[tokio::test]
async fn openssl_says_which_versions_the_other_side_has() {
    let old = limits(TlsVersion::V1_0, TlsVersion::V1_1);
    let stage = Stage::new(TlsLimits::default()).await;
    stage.start("CP1", Transport::WebSocket, old);
    stage.says("at the version: the station has TLS 1.1 only, we have TLS 1.2 and 1.3").await;
    stage.says("speak TLS 1.0 and 1.1 with --tls-min 1.0").await;
    stage.says("the central system closed the TLS handshake with alert").await;
    stage.hub.end().await;
    let stage = Stage::new(old).await;
    stage.start("CP1", Transport::WebSocket, TlsLimits::default());
    stage.says("we have TLS 1.0 and 1.1").await;
    stage.says("the central system closed the TLS handshake with alert protocol_version").await;
    stage.hub.end().await;
}

/// What is wrong with a certificate is found, said and alerted as by rustls.
#[tokio::test]
async fn openssl_says_what_is_wrong_with_certificates() {
    let old = limits(TlsVersion::V1_1, TlsVersion::V1_2);
    for (line, says, hears) in [
        ("cs expired-certificate", "the certificate of the central system expired on", "alert certificate_expired"),
        ("cs wrong-name-certificate", "is for wrong.invalid and not for localhost", "alert bad_certificate"),
        ("cs foreign-certificate", "is issued by \"foreign test CA\", which is not trusted here", "alert unknown_ca"),
        ("cs self-signed-certificate", "is self-signed and not trusted here", "alert unknown_ca"),
        ("cs no-intermediate", "lacks the certificate of \"ocpp-tui test CA, intermediate\"", "alert unknown_ca"),
        ("cp expired-certificate", "the client certificate of the station expired on", "alert certificate_expired"),
        (
            "cp foreign-certificate",
            "the client certificate of the station is issued by \"foreign test CA\"",
            "alert unknown_ca",
        ),
        ("cp no-certificate", "the station sent no certificate, which security profile 3 requires", "alert handshake_failure"),
        ("cs reset-tls", "the central system closed the connection in the TLS handshake without an alert", "failed on purpose"),
        ("cp no-hello", "what the station sent is no TLS; it begins with \"this is no ClientHello\"", "failed on purpose"),
    ] {
        let stage = Stage::new(old).await;
        let said = run_line(&Console::new(stage.hub.clone()), &format!("misbehave {line}")).await;
        assert!(!said.contains("Error"), "{line}: {said}");
        stage.start("CP1", Transport::WebSocket, old);
        stage.says(says).await;
        stage.says(hears).await;
        stage.hub.end().await;
    }
}

/// Whether there is the program `openssl`, the peer of another make.
fn has_program() -> bool {
    let has = Command::new("openssl").arg("version").output().is_ok();
    if !has {
        eprintln!("skipped: there is no program openssl");
    }
    has
}

/// A station that has TLS_RSA suites only, as a real one would be.
#[tokio::test]
async fn openssl_serves_a_station_with_tls_rsa_suites_only() {
    if !has_program() {
        return;
    }
    let stage = Stage::with(SecurityProfile::TlsBasic, TlsLimits { static_rsa: true, ..TlsLimits::default() }).await;
    let connect = format!(
        "s_client -connect 127.0.0.1:{} -servername localhost -tls1_2 -cipher AES128-GCM-SHA256:@SECLEVEL=0 -ign_eof -quiet",
        stage.port
    );
    let mut client = Command::new("openssl");
    client.args(connect.split(' ')).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut client = client.spawn().unwrap();
    client.stdin.as_mut().unwrap().write_all(b"GET /CP1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let (facts, _) = stage.tls(RecordKind::Refused, Role::CentralSystem, None).await;
    assert_eq!(facts.cipher_suite.as_deref(), Some("TLS_RSA_WITH_AES_128_GCM_SHA256"));
    assert_eq!((facts.version.as_deref(), facts.key_exchange.as_deref()), (Some("TLS 1.2"), Some("RSA, no forward secrecy")));
    let _ = client.kill(); // it may have ended
    client.wait().unwrap();
    stage.hub.end().await;
}

/// A central system that has TLS 1.1 and a TLS_RSA suite only.
#[tokio::test]
async fn openssl_reaches_a_central_system_with_an_old_version_only() {
    if !has_program() {
        return;
    }
    let stage = Stage::new(TlsLimits { static_rsa: true, ..TlsLimits::default() }).await;
    let folder = AuthorityFolder::open(&stage.authority.path().join("ca")).unwrap();
    let (certificate, key) = folder.server_files(KeyAlgorithm::Rsa);
    let port = support::free_port();
    let serve = format!(
        "s_server -accept 127.0.0.1:{port} -cert {} -key {} -tls1_1 -cipher AES128-SHA:@SECLEVEL=0 -www",
        certificate.display(),
        key.display()
    );
    let mut server = Command::new("openssl");
    server.args(serve.split(' ')).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut server = server.spawn().unwrap();
    let tls = DialTlsOptions { limits: limits(TlsVersion::V1_0, TlsVersion::V1_3), ..DialTlsOptions::default() };
    let options = ChargePointOptions { tls, ..charge_point(port, "OLD", Version::V1_6, false) };
    stage.hub.start_charge_point(ChargePointOptions { url: format!("wss://localhost:{port}"), ..options }).unwrap();
    // What it answers is no WebSocket.
    let old = until(stage.hub.trace(), "the attempt", |contents| {
        let records = contents.records();
        records
            .iter(records.range())
            .find_map(|record| record.attempt()?.tls.as_deref().filter(|tls| tls.version.is_some()).cloned())
    })
    .await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(old.version.as_deref(), Some("TLS 1.1"));
    assert_eq!(old.cipher_suite.as_deref(), Some("TLS_RSA_WITH_AES_128_CBC_SHA"));
    assert_eq!((old.verdict, old.key_exchange.as_deref()), (ChainVerdict::Trusted, Some("RSA, no forward secrecy")));
    stage.hub.end().await;
}
