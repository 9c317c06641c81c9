//! Handshakes of both sides against each other in memory, and with peers that do something else.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use rcgen::{PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Bytes;

use super::test_certificates::{CertificateFolder, WantedCertificate};
use super::*;
use crate::behaviour::{CredentialSet, StationCertificate};
use crate::link::misbehaviour::OddTls;
use crate::link::network::{Network, Socket};
use crate::ocpp::Role;
use crate::trace::{ChainVerdict, TlsFacts};

const LIMIT: Duration = Duration::from_secs(10);

fn pair((certificate, key): (PathBuf, PathBuf)) -> CertificateFiles {
    CertificateFiles { certificate, key: Some(key) }
}

/// A listener with one certificate of this CA.
fn listening(ca: &CertificateFolder) -> AcceptorOptions {
    AcceptorOptions { certificates: vec![pair(ca.server())], ..AcceptorOptions::default() }
}

/// A client that trusts this CA.
fn trusting(ca: &CertificateFolder) -> ConnectorOptions {
    ConnectorOptions { roots: Some(TrustedRoots::of_files(&[ca.ca()]).unwrap()), ..ConnectorOptions::default() }
}

/// Both ends of a connection.
async fn sockets() -> (Socket, Socket) {
    let network = Network::in_memory();
    let mut listener = network.bind_everywhere(9443).unwrap();
    let ours = network.connect(listener.local_addr().unwrap()).await.unwrap();
    (ours, listener.accept().await.unwrap().0)
}

/// What a side knows in the end, and why it failed.
type Side = (TlsFacts, Option<String>);

fn side(ended: Result<TlsSocket<Socket>, Box<FailedTls>>) -> (Side, Option<TlsSocket<Socket>>) {
    match ended {
        Ok(socket) => ((TlsFacts::clone(socket.facts()), None), Some(socket)),
        Err(failed) => ((TlsFacts::clone(&failed.facts), Some(failed.fault.to_string())), None),
    }
}

/// A handshake with the host `localhost`: the client's side and the server's. A server that rejects a client of TLS 1.3 does it after that
/// client's handshake, so the client reads on.
async fn shake(client: &ConnectorOptions, server: AcceptorOptions) -> (Side, Side) {
    let acceptor = TlsAcceptor::new(server).unwrap_or_else(|error| panic!("{error}"));
    shake_with(client, &acceptor).await
}

async fn shake_with(client: &ConnectorOptions, acceptor: &TlsAcceptor) -> (Side, Side) {
    shake_showing(client, &CredentialSet::default(), acceptor).await
}

async fn shake_showing(client: &ConnectorOptions, shown: &CredentialSet, acceptor: &TlsAcceptor) -> (Side, Side) {
    let connector = TlsConnector::new(client.clone()).unwrap_or_else(|error| panic!("{error}"));
    let (ours, theirs) = sockets().await;
    let serving = async {
        let (known, socket) = side(acceptor.secure(Bytes::new(), theirs, LIMIT, Role::ChargePoint, &OddTls::default()).await);
        if let Some(mut socket) = socket {
            socket.write_all(b"hello").await.unwrap();
            socket.flush().await.unwrap();
            let _ = socket.read_u8().await; // until the client goes
        }
        known
    };
    let connecting = async {
        let ((facts, fault), socket) =
            side(connector.secure("localhost", ours, shown, LIMIT, Role::CentralSystem, &OddTls::default()).await);
        let Some(mut socket) = socket else { return (facts, fault) };
        let mut text = [0; 5];
        match socket.read_exact(&mut text).await {
            Ok(_) => {
                assert_eq!(&text, b"hello");
                (facts, None)
            }
            Err(error) => {
                let fault = TlsFault::after_handshake(&error, Some(&facts), Role::CentralSystem, false);
                (facts, Some(fault.map_or_else(|| error.to_string(), |fault| fault.to_string())))
            }
        }
    };
    let ((client, fault), server) = tokio::join!(connecting, serving);
    ((client, fault), server)
}

fn text(name: Option<&str>) -> &str {
    name.unwrap_or("none")
}

/// Whether a fault holds these words.
#[track_caller]
fn assert_fault(side: &Side, words: &[&str]) {
    let fault = side.1.as_deref().unwrap_or("none");
    for word in words {
        assert!(fault.contains(word), "{word:?} is not in {fault:?}");
    }
}

#[tokio::test]
async fn both_sides_know_what_they_agreed_on() {
    let ca = CertificateFolder::new("Test CA");
    for (highest, version, suite) in
        [(TlsVersion::V1_3, "TLS 1.3", "TLS_AES_"), (TlsVersion::V1_2, "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_")]
    {
        let (client, server) =
            shake(&trusting(&ca), AcceptorOptions { limits: TlsLimits::up_to(highest), ..listening(&ca) }).await;
        for (facts, fault) in [&client, &server] {
            assert_eq!(fault.as_deref(), None);
            assert_eq!((text(facts.version.as_deref()), text(facts.server_name.as_deref())), (version, "localhost"));
            assert!(text(facts.cipher_suite.as_deref()).starts_with(suite), "{facts:?}");
            assert_eq!(
                (text(facts.key_exchange.as_deref()), text(facts.application_protocol.as_deref())),
                ("X25519", "http/1.1")
            );
        }
        assert_eq!((&client.0.verdict, &server.0.verdict), (&ChainVerdict::Trusted, &ChainVerdict::NoChain));
        assert_eq!((client.0.peer_chain.len(), client.0.own_chain.len()), (1, 0));
        assert_eq!(client.0.peer_chain, server.0.own_chain);
        let offer = server.0.offer.unwrap();
        assert_eq!(offer.versions.join(" "), "TLS 1.3 TLS 1.2");
        assert_eq!(offer.application_protocols.join(" "), "http/1.1");
        assert!(offer.cipher_suites.iter().any(|name| &**name == text(server.0.cipher_suite.as_deref())), "{offer:?}");
    }
}

#[tokio::test]
async fn a_chain_that_breaks_a_rule_is_refused_with_the_rule_and_an_alert() {
    let (ca, other) = (CertificateFolder::new("Test CA"), CertificateFolder::new("Other CA"));
    let (client, server) = shake(&trusting(&other), listening(&ca)).await;
    assert_fault(&client, &["we closed the TLS handshake", "is issued by \"Test CA\", which is not trusted here", "--ca FILE"]);
    assert_fault(&server, &["the station closed", "alert unknown_ca", "it does not trust \"Test CA\"", "install that CA"]);
    assert!(matches!(&client.0.verdict, ChainVerdict::Broken(sentence) if sentence.contains("Test CA")), "{client:?}");
    assert_eq!((client.0.peer_chain.len(), server.0.own_chain.len()), (1, 1), "both sides show the chain");
    assert!(server.0.offer.is_some());

    let elsewhere = ConnectorOptions { server_name: Some("csms.example".into()), ..trusting(&ca) };
    let (client, server) = shake(&elsewhere, listening(&ca)).await;
    assert_fault(&client, &["is for localhost, 127.0.0.1 and not for csms.example", "--sni NAME"]);
    assert_fault(&server, &["alert bad_certificate"]);
    assert_eq!(text(server.0.server_name.as_deref()), "csms.example");

    for tolerant in
        [ConnectorOptions { of_station: true, ..elsewhere }, ConnectorOptions { insecure: true, ..trusting(&other) }]
    {
        let (client, server) = shake(&tolerant, listening(&ca)).await;
        assert_eq!((&client.1, &server.1), (&None, &None));
        assert!(matches!(client.0.verdict, ChainVerdict::Tolerated(_)), "{client:?}");
    }
    for own in [ca.server(), ca.station("CP1")] {
        let called = AcceptorOptions { certificates: vec![pair(own)], ..AcceptorOptions::default() };
        let foreign = ConnectorOptions { of_station: true, ..trusting(&other) };
        assert!(shake(&foreign, called.clone()).await.0.1.is_some(), "the CA counts, whatever else is tolerated");
        let known = ConnectorOptions { of_station: true, ..trusting(&ca) };
        assert_eq!(shake(&known, called).await.0.1, None);
    }
}

#[tokio::test]
async fn a_client_certificate_is_checked_where_it_is_required() {
    let (ca, other) = (CertificateFolder::new("Test CA"), CertificateFolder::new("Other CA"));
    for highest in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let asking = |requires_client| AcceptorOptions {
            client_ca: vec![ca.ca()],
            requires_client,
            limits: TlsLimits::up_to(highest),
            ..listening(&ca)
        };
        let with =
            |ca: &CertificateFolder, pair: CertificateFiles| ConnectorOptions { certificate: Some(pair), ..trusting(ca) };
        let (client, server) = shake(&with(&ca, pair(ca.station("CP1"))), asking(true)).await;
        assert_eq!((&client.1, &server.1), (&None, &None));
        assert_eq!((&server.0.verdict, server.0.peer_chain.len()), (&ChainVerdict::Trusted, 1));
        assert_eq!(server.0.peer_chain, client.0.own_chain);

        let (client, server) = shake(&trusting(&ca), asking(false)).await;
        assert_eq!((&client.1, &server.1), (&None, &None), "it is asked for and not required");
        assert_eq!(server.0.verdict, ChainVerdict::NoChain);

        let (client, server) = shake(&trusting(&ca), asking(true)).await;
        assert_fault(&server, &["the station sent no certificate", "security profile 3"]);
        assert_fault(&client, &["alert certificate_required", "--client-cert and --client-key"]);

        let foreign = ConnectorOptions { certificate: Some(pair(other.station("CP1"))), ..trusting(&ca) };
        let (client, server) = shake(&foreign, asking(true)).await;
        assert_fault(&server, &["the client certificate of the station is issued by \"Other CA\"", "--client-ca FILE"]);
        assert_fault(&client, &["the central system closed", "alert unknown_ca", "\"Other CA\""]);

        let purpose = WantedCertificate { file: "wrong", ..WantedCertificate::default() };
        let wrong = ConnectorOptions { certificate: Some(pair(ca.issue(purpose))), ..trusting(&ca) };
        assert_fault(&shake(&wrong, asking(true)).await.1, &["extended key usage lacks clientAuth"]);
    }
}

#[tokio::test]
async fn a_client_gets_the_certificate_that_fits_its_name_and_its_keys() {
    let ca = CertificateFolder::new("Test CA");
    let issue = |file, names: &[&str], kind| pair(ca.issue(WantedCertificate { file, names, kind, ..Default::default() }));
    let first = issue("first", &["localhost"], &PKCS_ED25519);
    let second = issue("second", &["localhost"], &PKCS_ECDSA_P384_SHA384);
    let third = issue("third", &["csms.example"], &PKCS_ECDSA_P384_SHA384);
    let der = |pair: &CertificateFiles| pair.load().unwrap().cert[0].to_vec();
    let options = |highest| AcceptorOptions {
        certificates: vec![first.clone(), second.clone(), third.clone()],
        limits: TlsLimits::up_to(highest),
        ..AcceptorOptions::default()
    };
    let named = |name: &str| ConnectorOptions { server_name: Some(name.into()), insecure: true, ..trusting(&ca) };
    for (name, expected) in [("localhost", &first), ("csms.example", &third), ("elsewhere.example", &first)] {
        let (client, server) = shake(&named(name), options(TlsVersion::V1_3)).await;
        assert_eq!(server.1, None);
        assert_eq!(client.0.peer_chain[0].to_vec(), der(expected), "{name}");
    }
}

#[tokio::test]
async fn without_a_common_version_both_sides_say_so() {
    let ca = CertificateFolder::new("Test CA");
    let hello = {
        // A ClientHello of TLS 1.0 as an old station sends it: one static RSA suite, no extension.
        let mut body = vec![3, 1];
        body.extend([7; 32]);
        body.extend([0, 0, 4, 0, 0x2f, 0, 0xff, 1, 0]);
        let mut message = vec![1, 0, 0, body.len() as u8];
        message.extend(body);
        let mut record = vec![0x16, 3, 1, 0, message.len() as u8];
        record.extend(message);
        record
    };
    let acceptor = TlsAcceptor::new(listening(&ca)).unwrap();
    let (mut ours, theirs) = sockets().await;
    ours.write_all(&hello).await.unwrap();
    let (known, _) = side(acceptor.secure(Bytes::new(), theirs, LIMIT, Role::ChargePoint, &OddTls::default()).await);
    assert_fault(&known, &["the station has TLS 1.0 only, we have TLS 1.2 and 1.3", "TLS proxy"]);
    assert_eq!(known.0.offer.unwrap().cipher_suites[0].as_ref(), "TLS_RSA_WITH_AES_128_CBC_SHA");
    let mut answer = Vec::new();
    ours.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer.first(), Some(&0x15), "an alert");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_tls_is_named() {
    let ca = CertificateFolder::new("Test CA");
    let connector = TlsConnector::new(trusting(&ca)).unwrap();
    let shown = CredentialSet::default();
    let acceptor = TlsAcceptor::new(listening(&ca)).unwrap();
    for (answer, words) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &["answered our ClientHello with plain HTTP", "ws://"][..]),
        (b"SSH-2.0-x\r\n", &["is no TLS; it begins with \"SSH-2.0-x\""]),
        (b"", &["closed the connection at our ClientHello"]),
    ] {
        let (ours, mut theirs) = sockets().await;
        let answering = async {
            let _ = theirs.read_u8().await;
            theirs.write_all(answer).await.unwrap();
            theirs.shutdown().await.unwrap();
        };
        let odd = OddTls::default();
        let (ended, ()) =
            tokio::join!(connector.secure("localhost", ours, &shown, LIMIT, Role::CentralSystem, &odd), answering);
        assert_fault(&side(ended).0, words);
    }
    let (mut ours, theirs) = sockets().await;
    ours.write_all(&[0x16, 3, 1, 0, 200, 1]).await.unwrap();
    let ended = acceptor.secure(Bytes::new(), theirs, LIMIT, Role::ChargePoint, &OddTls::default()).await;
    assert_fault(&side(ended).0, &["the station sent nothing more in the TLS handshake for 10 s"]);
    let (ours, theirs) = sockets().await;
    drop(ours);
    let ended = acceptor.secure(Bytes::new(), theirs, LIMIT, Role::ChargePoint, &OddTls::default()).await;
    assert_fault(&side(ended).0, &["the station closed the connection before its ClientHello was complete"]);
    let (ours, _theirs) = sockets().await;
    let ended = connector.secure("not a host", ours, &shown, LIMIT, Role::CentralSystem, &OddTls::default()).await;
    assert_fault(&side(ended).0, &["the host \"not a host\"", "--sni NAME"]);
}

#[tokio::test]
async fn certificates_are_read_again_when_their_files_are_written() {
    let (ca, other) = (CertificateFolder::new("Test CA"), CertificateFolder::new("Other CA"));
    let (certificate, key) = ca.server();
    let files = pair((certificate.clone(), key.clone()));
    let acceptor = Arc::new(TlsAcceptor::new(AcceptorOptions { certificates: vec![files], ..Default::default() }).unwrap());
    assert!(acceptor.refresh().await.is_none());
    assert_eq!(shake_with(&trusting(&ca), &acceptor).await.1.1, None);
    let (new_certificate, new_key) = other.server();
    // The length differs, whatever the clock of the file system.
    let append = |from: &PathBuf, to: &PathBuf| {
        fs::copy(from, to).unwrap();
        fs::OpenOptions::new().append(true).open(to).unwrap().write_all(b"\n\n").unwrap();
    };
    append(&new_certificate, &certificate);
    let broken = acceptor.refresh().await.unwrap().unwrap_err();
    assert!(matches!(broken, CertificateFileError::Mismatch { .. }), "{broken}");
    assert!(acceptor.refresh().await.is_none(), "it is reported once");
    assert_eq!(shake_with(&trusting(&ca), &acceptor).await.1.1, None, "the old pair is in use");
    append(&new_key, &key);
    acceptor.refresh().await.unwrap().unwrap();
    assert_eq!(shake_with(&trusting(&other), &acceptor).await.1.1, None, "the new pair is in use");
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_a_remedy() {
    let ca = CertificateFolder::new("Test CA");
    let (certificate, key) = ca.server();
    let twin = ca.issue(WantedCertificate { file: "twin", ..WantedCertificate::default() });
    let old = ca.issue(WantedCertificate { file: "old", expired: true, ..WantedCertificate::default() });
    let der = ca.write("der.pem", "0\u{1}");
    let damaged = ca.write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let encrypted =
        ca.write("encrypted.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let old_style = ca.write(
        "old-style.key",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
    );
    let unusable = ca.write("unusable.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let missing = ca.file("missing.pem");
    let with = |certificate: &PathBuf, key: &PathBuf| vec![pair((certificate.clone(), key.clone()))];
    for (certificates, words) in [
        (with(&missing, &key), &["cannot read", "missing.pem", "name a PEM file"][..]),
        (with(&certificate, &missing), &["cannot read", "missing.pem"]),
        (with(&der, &key), &["der.pem holds no certificate in PEM", "openssl x509 -inform der"]),
        (with(&damaged, &key), &["damaged.pem holds a damaged certificate"]),
        (with(&certificate, &ca.ca()), &["ca.pem holds no private key", "--key"]),
        (with(&certificate, &encrypted), &["encrypted.key is encrypted", "openssl pkey"]),
        (with(&certificate, &old_style), &["old-style.key is encrypted"]),
        (with(&certificate, &unusable), &["unusable.key cannot be used"]),
        (with(&certificate, &twin.1), &["twin.key does not belong to the certificate in", "server.pem"]),
        (with(&old.0, &old.1), &["old.pem expired on 2002-01-01", "issue a new one"]),
        ([with(&certificate, &key), with(&twin.0, &twin.1)].concat(), &["server.pem and", "twin.pem are for the same names"]),
        (Vec::new(), &["TLS needs a certificate"]),
    ] {
        let error = TlsAcceptor::new(AcceptorOptions { certificates, ..AcceptorOptions::default() }).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{word:?} is not in {error:?}");
        }
    }
    let client_ca = vec![der];
    let error = TlsAcceptor::new(AcceptorOptions { client_ca, ..listening(&ca) }).unwrap_err();
    assert!(error.to_string().contains("der.pem holds no certificate"), "{error}");
    let both = ca.write("both.pem", &[&certificate, &key].map(|file| fs::read_to_string(file).unwrap()).concat());
    CertificateFiles { certificate: both, key: None }.load().unwrap();
    for (certificates, keys) in [(0, 1), (1, 2), (2, 1)] {
        let files = |count| vec![certificate.clone(); count];
        assert!(CertificateFiles::pairs(&files(certificates), &files(keys)).is_err(), "{certificates} {keys}");
    }
}

/// What the central system has installed at a station counts before the files that it was started with.
#[tokio::test]
async fn a_station_shows_and_trusts_what_was_installed() {
    let (ca, other) = (CertificateFolder::new("Test CA"), CertificateFolder::new("Other CA"));
    let options = AcceptorOptions { client_ca: vec![ca.ca()], requires_client: true, ..listening(&other) };
    let acceptor = TlsAcceptor::new(options).unwrap();
    let started = ConnectorOptions { certificate: Some(pair(other.station("OLD"))), ..trusting(&ca) };
    assert_fault(&shake_with(&started, &acceptor).await.0, &["\"Other CA\", which is not trusted here"]);
    let der = |file: &PathBuf| certificate_files::read_certificates(file).unwrap()[0].to_vec();
    let mut installed = CredentialSet { roots: vec![der(&other.ca()).into()], ..CredentialSet::default() };
    let (client, server) = shake_showing(&started, &installed, &acceptor).await;
    assert_eq!(client.0.verdict, ChainVerdict::Trusted);
    assert_fault(&server, &["is issued by \"Other CA\""]);
    let (certificate, key) = ca.station("CP1");
    let key = rcgen::KeyPair::from_pem(&fs::read_to_string(key).unwrap()).unwrap().serialize_der();
    let certificate = StationCertificate { chain: vec![der(&certificate).into()], key: key.into() };
    installed.certificate = Some(Arc::new(certificate));
    let (client, server) = shake_showing(&started, &installed, &acceptor).await;
    assert_eq!((client.1, server.1, server.0.verdict), (None, None, ChainVerdict::Trusted));
}

#[tokio::test]
async fn without_any_trusted_ca_nothing_is_accepted() {
    let ca = CertificateFolder::new("Test CA");
    let nothing = ConnectorOptions { roots: Some(TrustedRoots::default()), ..ConnectorOptions::default() };
    assert_fault(&shake(&nothing, listening(&ca)).await.0, &["not trusted here"]);
    let (client, _) = shake(&ConnectorOptions { insecure: true, ..nothing }, listening(&ca)).await;
    assert!(matches!(client.0.verdict, ChainVerdict::Tolerated(_)), "{client:?}");
}
