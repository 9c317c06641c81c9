//! The probe of TLS: servers that answer a ClientHello wrongly, certificates with faults, and one where everything is right.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ocpp_tui::pki::{CertificateDefect, CertificateTerms, ChainForm, KeyAlgorithm, TestAuthority};
use ocpp_tui::probe::{ProbeOptions, ProbeSecurity, ProbeTarget, ProbeVerdict};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::probe::{breaches, options, run, verdict};
use crate::probe_server::{Breach, start};

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
