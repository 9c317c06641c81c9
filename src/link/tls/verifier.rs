//! Checks the peer's chain and notes the exact result, also where the handshake fails or the fault is tolerated. One of them serves one
//! handshake: the library gives the verifier no other place to put it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::ResolvesClientCert;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::PROVIDER;
use super::certificate_files::TrustedRoots;
use super::chain_refusal::{ChainRefusal, CheckedPeer};
use crate::trace::ChainVerdict;

/// What a handshake has shown of the certificates. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct HandshakeNotes(Arc<Mutex<NotedCertificates>>);

/// The certificates of a handshake.
#[derive(Debug, Default)]
pub(super) struct NotedCertificates {
    /// Those of the peer.
    pub peer_chain: Vec<Box<[u8]>>,
    /// What became of the check.
    pub verdict: ChainVerdict,
    /// Why they are refused.
    pub refusal: Option<ChainRefusal>,
    /// Ours, as they were sent.
    pub own_chain: Vec<Box<[u8]>>,
}

impl HandshakeNotes {
    /// What was noted.
    pub fn lock(&self) -> MutexGuard<'_, NotedCertificates> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our certificates are sent.
    pub fn sends(&self, own: &CertifiedKey) {
        self.lock().own_chain = as_bytes(&own.cert);
    }

    /// Notes the result of a check; a fault that is tolerated is none.
    fn note(
        &self,
        chain: &[CertificateDer<'_>],
        checked: Result<(), Error>,
        tolerates: bool,
        (peer, trusted): (CheckedPeer, &[DistinguishedName]),
    ) -> Result<(), Error> {
        let mut noted = self.lock();
        noted.peer_chain = as_bytes(chain);
        let refusal = match &checked {
            Ok(()) => {
                noted.verdict = ChainVerdict::Trusted;
                return Ok(());
            }
            Err(Error::InvalidCertificate(error)) => ChainRefusal::of(error, chain, peer, trusted),
            Err(other) => ChainRefusal::new(other.to_string(), "issue another certificate"),
        };
        if tolerates {
            noted.verdict = ChainVerdict::Tolerated(refusal.sentence);
            return Ok(());
        }
        noted.verdict = ChainVerdict::Broken(refusal.sentence.clone());
        noted.refusal = Some(refusal);
        checked
    }
}

fn as_bytes(chain: &[CertificateDer<'_>]) -> Vec<Box<[u8]>> {
    chain.iter().map(|der| der.as_ref().into()).collect()
}

/// What is tolerated of a server's chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ChainTolerance {
    /// Nothing.
    #[default]
    Nothing,
    /// What differs in the certificate of a station: it is for no name, and for a client.
    Station,
    /// Everything.
    Everything,
}

/// Checks a server.
#[derive(Debug)]
pub(super) struct NotingServerVerifier {
    /// What checks; `None` where nothing is trusted.
    pub check: Option<Arc<WebPkiServerVerifier>>,
    /// What it checks with.
    pub roots: TrustedRoots,
    pub tolerance: ChainTolerance,
    pub peer: CheckedPeer,
    pub notes: HandshakeNotes,
}

impl NotingServerVerifier {
    /// Whether a chain is in order as one of a client. The check as a server stops at the purpose, before it looks at who issued it.
    fn is_client(&self, end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>], now: UnixTime) -> bool {
        let check = WebPkiClientVerifier::builder_with_provider(self.roots.0.clone(), PROVIDER.clone()).build();
        check.is_ok_and(|check| check.verify_client_cert(end_entity, intermediates, now).is_ok())
    }
}

impl ServerCertVerifier for NotingServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = match &self.check {
            Some(check) => check.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).map(|_| ()),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        let wrong_name = matches!(
            checked,
            Err(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }))
        );
        let wrong_purpose = matches!(
            checked,
            Err(Error::InvalidCertificate(CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. }))
        );
        let tolerates = match self.tolerance {
            ChainTolerance::Nothing => false,
            ChainTolerance::Station => wrong_name || wrong_purpose && self.is_client(end_entity, intermediates, now),
            ChainTolerance::Everything => true,
        };
        let chain = [std::slice::from_ref(end_entity), intermediates].concat();
        self.notes.note(&chain, checked, tolerates, (self.peer, &self.roots.0.subjects()))?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &PROVIDER.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &PROVIDER.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        PROVIDER.signature_verification_algorithms.supported_schemes()
    }
}

/// Checks a client.
#[derive(Debug)]
pub(super) struct NotingClientVerifier {
    pub check: Arc<dyn ClientCertVerifier>,
    /// Whether a client without a certificate is refused.
    pub required: bool,
    pub peer: CheckedPeer,
    pub notes: HandshakeNotes,
}

impl ClientCertVerifier for NotingClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.check.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let checked = self.check.verify_client_cert(end_entity, intermediates, now).map(|_| ());
        let chain = [std::slice::from_ref(end_entity), intermediates].concat();
        self.notes.note(&chain, checked, false, (self.peer, self.check.root_hint_subjects()))?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.check.supported_verify_schemes()
    }
}

/// Gives our certificate to a server that asks for one, and notes that it was sent.
#[derive(Debug)]
pub(super) struct NotingClientIdentity {
    /// Ours; `None` when there is none.
    pub own: Option<Arc<CertifiedKey>>,
    pub notes: HandshakeNotes,
}

impl ResolvesClientCert for NotingClientIdentity {
    fn resolve(&self, _root_hint_subjects: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let own = self.own.as_ref().filter(|own| own.key.choose_scheme(schemes).is_some())?;
        self.notes.sends(own);
        Some(own.clone())
    }

    fn has_certs(&self) -> bool {
        // Else the library would not ask, and nothing would be noted.
        true
    }
}
