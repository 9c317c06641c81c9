//! A handshake of TLS that accepts any certificate and notes what the server shows. Who sends something over it looks at that first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ResolvesClientCert};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::connection_fault::ConnectionFault;

/// What a server shows of itself in TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsPeer {
    /// The certificates that it sent, its own first, in DER.
    pub chain: Vec<Vec<u8>>,
    /// The protocol that ALPN agreed on.
    pub protocol: Option<String>,
    /// Whether it asked for a certificate of ours.
    pub asks_for_certificate: bool,
}

/// The terms of a handshake.
#[derive(Clone, Copy, Default)]
pub struct TlsTerms<'a> {
    /// The host, or the name that is asked for instead.
    pub host: &'a str,
    /// The protocols of ALPN.
    pub protocols: &'a [&'a str],
    /// The certificate that is shown when one is asked for.
    pub own: Option<&'a Arc<CertifiedKey>>,
}

/// The certificate of a station with its key.
///
/// # Errors
/// When the key cannot be used, or is the one of another certificate.
pub fn certified(chain: &[Vec<u8>], pkcs8: &[u8]) -> Result<Arc<CertifiedKey>, Error> {
    let key = PrivateKeyDer::Pkcs8(pkcs8.to_vec().into());
    let key = ring::default_provider().key_provider.load_private_key(key)?;
    let pair = CertifiedKey::new(chain.iter().map(|der| CertificateDer::from(der.clone())).collect(), key);
    pair.keys_match()?;
    Ok(Arc::new(pair))
}

/// Makes a handshake. There is no stream when the server wants a certificate of ours that it did not get.
///
/// # Errors
/// When it fails for another reason.
pub async fn peer_of(
    stream: TcpStream,
    terms: TlsTerms<'_>,
    limit: Duration,
) -> Result<(TlsPeer, Option<TlsStream<TcpStream>>), ConnectionFault> {
    let provider = Arc::new(ring::default_provider());
    let own = terms.own.cloned();
    let notes = PeerNotes { provider: provider.clone(), own, chain: Mutex::default(), asked: AtomicBool::new(false) };
    let notes = Arc::new(notes);
    let no_tls = |error: &dyn std::fmt::Display| ConnectionFault::NoTls(error.to_string());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| no_tls(&error))?.dangerous().with_custom_certificate_verifier(notes.clone());
    let mut config = builder.with_client_cert_resolver(notes.clone());
    config.alpn_protocols = terms.protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(terms.host.to_owned()).map_err(|error| no_tls(&error))?;
    let ended = timeout(limit, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
    let asks_for_certificate = notes.asked.load(Ordering::Relaxed);
    let chain = std::mem::take(&mut *notes.chain.lock().unwrap_or_else(PoisonError::into_inner));
    match ended {
        Ok(Ok(stream)) => {
            let protocol = stream.get_ref().1.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
            Ok((TlsPeer { chain, protocol, asks_for_certificate }, Some(stream)))
        }
        // A server that wants a certificate of ours has shown its own.
        Ok(Err(_)) if asks_for_certificate && !chain.is_empty() => {
            Ok((TlsPeer { chain, protocol: None, asks_for_certificate }, None))
        }
        Ok(Err(error)) => Err(no_tls(&error)),
        Err(_) => Err(ConnectionFault::Silence(limit)),
    }
}

/// Accepts every certificate and notes it.
#[derive(Debug)]
struct PeerNotes {
    provider: Arc<CryptoProvider>,
    own: Option<Arc<CertifiedKey>>,
    chain: Mutex<Vec<Vec<u8>>>,
    asked: AtomicBool,
}

impl ServerCertVerifier for PeerNotes {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = [end_entity].into_iter().chain(intermediates).map(|der| der.to_vec()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ResolvesClientCert for PeerNotes {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}
