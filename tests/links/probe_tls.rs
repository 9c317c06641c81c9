//! The probe of TLS: servers that answer a ClientHello wrongly, certificates with faults, and one where everything is right.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ocpp_tui::hub::{CentralSystemOptions, ListenTlsOptions};
use ocpp_tui::link::CertificateFiles;
use ocpp_tui::pki::{CertificateDefect, CertificateTerms, ChainForm, KeyAlgorithm, TestAuthority, read_certificates};
use ocpp_tui::probe::{ProbeOptions, ProbeSecurity, ProbeTarget, ProbeVerdict, own_certificate};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::probe::{breaches, options, run, verdict};
use crate::probe_server::{Breach, start};
use crate::probe_station::{Habit, probe_with, station};
use crate::support::certificates::CertificateFolder;
use crate::support::{central_system_options, hub};

fn secure_options(port: u16, only: &[&str], roots: Vec<Vec<u8>>) -> ProbeOptions {
    let target = ProbeTarget::parse(&format!("wss://127.0.0.1:{port}")).unwrap();
    ProbeOptions { target, security: ProbeSecurity { roots, ..ProbeSecurity::default() }, ..options(port, only) }
}

/// A ServerHello with this version, suite and compression, in its record.
fn server_hello(version: u16, suite: u16, compression: u8) -> Vec<u8> {
    let body = [&version.to_be_bytes()[..], &[7; 32], &[0], &suite.to_be_bytes(), &[compression]].concat();
    let message = [&[2, 0, 0, u8::try_from(body.len()).unwrap()][..], &body].concat();
    [&[0x16, 3, 3, 0, u8::try_from(message.len()).unwrap()][..], &message].concat()
}

/// A server that gives one answer to everything.
async fn parrot(answer: Vec<u8>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
                // Until the client goes: an end with unread bytes would be a reset.
                let _ = stream.read(&mut [0; 4096]).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn every_wrong_answer_to_a_hello_is_found() {
    let alert = vec![0x15, 3, 3, 0, 2, 2, 40];
    let upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".to_vec();
    for (answer, check) in [
        (server_hello(0x0303, 0x0005, 0), "tls.weak.RC4"),
        (server_hello(0x0303, 0x0001, 0), "tls.weak.NULL"),
        (server_hello(0x0303, 0x0034, 0), "tls.weak.anonymous"),
        (server_hello(0x0303, 0x0003, 0), "tls.weak.EXPORT"),
        (server_hello(0x0303, 0xC02B, 1), "tls.compression"),
        (server_hello(0x0302, 0xC009, 0), "tls.1.2"),
        (server_hello(0x0303, 0x1301, 0), "tls.1.3"),
        (server_hello(0x0303, 0xC030, 0), "tls.suite.RSA_AES_128_GCM_SHA256"),
        (alert, "tls.common-suite"),
        (upgrade, "tls.plain"),
    ] {
        let port = parrot(answer).await;
        let report = run(secure_options(port, &[check], Vec::new())).await;
        assert_eq!(breaches(&report).len(), 1, "{check}\n{}", report.table(120, false));
    }
}

/// Puts TLS with this certificate before a server without.
async fn with_tls(port: u16, chain: &[Vec<u8>], key: &[u8]) -> u16 {
    let chain = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let key = PrivateKeyDer::Pkcs8(key.to_vec().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let secure = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut secured = acceptor.accept(stream).await.ok()?;
                let mut plain = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
                copy_bidirectional(&mut secured, &mut plain).await.ok()
            });
        }
    });
    secure
}

fn authority() -> TestAuthority {
    TestAuthority::create("probe test CA", KeyAlgorithm::default(), Timestamp::now()).unwrap()
}

fn server() -> CertificateTerms {
    CertificateTerms::server(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])
}

#[tokio::test]
async fn a_right_server_is_clean_and_its_links_are_opened() {
    let (authority, now) = (authority(), Timestamp::now());
    let issued = authority.issue(&CertificateTerms { chain: ChainForm::Intermediate, ..server() }, now).unwrap();
    let port = with_tls(start(Breach::None, false).await, &issued.chain, issued.key.pkcs8_der()).await;
    let roots = vec![authority.certificate().to_vec()];
    let report = run(secure_options(port, &["tls", "certificate", "subprotocol.ocpp1.6", "websocket.ping"], roots)).await;
    assert_eq!(breaches(&report), [""; 0], "{}", report.table(120, false));
    for name in ["tls.1.2", "tls.1.3", "tls.common-suite", "subprotocol.ocpp1.6", "websocket.ping", "tls.no-name"] {
        assert_eq!(verdict(&report, name), ProbeVerdict::Supported, "{name}\n{}", report.table(120, false));
    }
    for name in ["tls.suite.RSA_AES_128_GCM_SHA256", "tls.suite.ECDHE_RSA_AES_CBC", "certificate.of-station"] {
        assert_eq!(verdict(&report, name), ProbeVerdict::NotSupported, "{name}\n{}", report.table(120, false));
    }
    for name in ["tls.1.1", "tls.plain", "certificate.trust", "certificate.name", "certificate.validity", "certificate.key"] {
        assert_eq!(verdict(&report, name), ProbeVerdict::KeepsRule, "{name}\n{}", report.table(120, false));
    }
}

#[tokio::test]
async fn every_fault_of_a_certificate_is_found_and_no_link_is_opened() {
    let (authority, now) = (authority(), Timestamp::now());
    let with = |defect| CertificateTerms { defects: vec![defect], ..server() };
    for (terms, check) in [
        (with(CertificateDefect::Expired), "certificate.validity"),
        (with(CertificateDefect::NotYetValid), "certificate.validity"),
        (with(CertificateDefect::WrongName), "certificate.name"),
        (with(CertificateDefect::SelfSigned), "certificate.trust"),
        (with(CertificateDefect::ForeignAuthority), "certificate.trust"),
        (CertificateTerms { chain: ChainForm::MissingIntermediate, ..server() }, "certificate.trust"),
    ] {
        let issued = authority.issue(&terms, now).unwrap();
        let port = with_tls(start(Breach::None, false).await, &issued.chain, issued.key.pkcs8_der()).await;
        let roots = vec![authority.certificate().to_vec()];
        let report = run(secure_options(port, &[check, "websocket.ping"], roots.clone())).await;
        assert_eq!(breaches(&report).len(), 1, "{terms:?}\n{}", report.table(120, false));
        assert_eq!(verdict(&report, "websocket.ping"), ProbeVerdict::NotTried, "{terms:?}");
        assert!(report.table(300, false).contains("--insecure ignores it"), "{}", report.table(300, false));
        let mut options = secure_options(port, &["websocket.ping"], roots);
        options.security.insecure = true;
        options.timeout = Duration::from_secs(30);
        assert_eq!(verdict(&run(options).await, "websocket.ping"), ProbeVerdict::Supported, "{terms:?}");
    }
}

/// Puts TLS between a station without and a port with it. Its client trusts these CAs only. Returns the port for the station.
async fn tunnel(port: u16, roots: &[Vec<u8>]) -> u16 {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(CertificateDer::from(root.clone())).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(store)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let plain = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let connector = connector.clone();
            tokio::spawn(async move {
                let secure = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
                let mut secured = connector.connect("localhost".try_into().ok()?, secure).await.ok()?;
                copy_bidirectional(&mut stream, &mut secured).await.ok()
            });
        }
    });
    plain
}

#[tokio::test]
async fn what_a_station_offers_in_tls_is_seen_whether_it_trusts_the_probe_or_not() {
    let (authority, now) = (authority(), Timestamp::now());
    let issued = authority.issue(&server(), now).unwrap();
    for (roots, trusts) in [(vec![authority.certificate().to_vec()], true), (Vec::new(), false)] {
        let own = own_certificate(&issued.chain, issued.key.pkcs8_der()).unwrap();
        let report = probe_with(4, Some(own), async |port| {
            let plain = tunnel(port, &roots).await;
            tokio::spawn(station(plain, Habit::Right));
        })
        .await;
        let table = report.table(200, false);
        assert_eq!(breaches(&report), [""; 0], "{table}");
        for name in ["handshake.tls-versions", "handshake.tls-suites"] {
            assert_eq!(verdict(&report, name), ProbeVerdict::KeepsRule, "{name}\n{table}");
        }
        assert!(table.contains("TLS 1.3, TLS 1.2") && table.contains("(SNI): localhost"), "{table}");
        let (tls, link) = match trusts {
            true => (ProbeVerdict::Supported, ProbeVerdict::Supported),
            false => (ProbeVerdict::NotSupported, ProbeVerdict::NotTried),
        };
        assert_eq!((verdict(&report, "handshake.tls-trust"), verdict(&report, "link.ping")), (tls, link), "{table}");
        assert!(trusts || table.contains("no handshake of TLS succeeds"), "{table}");
    }
}

#[tokio::test]
async fn our_own_central_system_is_clean_over_tls() {
    let (ca, hub) = (CertificateFolder::new("probe test CA"), hub());
    let (certificate, key) = ca.server();
    let certificates = vec![CertificateFiles { certificate, key: Some(key) }];
    let tls = ListenTlsOptions { port: Some(0), alone: true, certificates, ..ListenTlsOptions::default() };
    let options = CentralSystemOptions { tls, ..central_system_options() };
    let port = hub.start_central_system(options).await.unwrap().port();
    let roots = read_certificates(&std::fs::read_to_string(ca.ca()).unwrap()).unwrap();
    for url in [format!("wss://localhost:{port}"), format!("https://localhost:{port}/")] {
        let target = ProbeTarget::parse(&url).unwrap();
        let report = run(ProbeOptions { target, with_calls: true, ..secure_options(port, &[], roots.clone()) }).await;
        let table = report.table(120, false);
        assert_eq!(breaches(&report), [""; 0], "{table}");
        let (served, area) =
            if url.starts_with("wss") { ("websocket.ping", "subprotocol.ocpp2.1") } else { ("soap.1.6", "soap.gzip") };
        for name in ["tls.1.3", "tls.1.2", "tls.common-suite", served, area] {
            assert_eq!(verdict(&report, name), ProbeVerdict::Supported, "{name}\n{table}");
        }
    }
}
