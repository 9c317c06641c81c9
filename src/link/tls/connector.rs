//! The handshake where we connect: whom we trust, which certificate is ours, and what came of it. Every handshake is a full one, as where
//! we listen.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Bytes;

use super::PROVIDER;
use super::certificate_files::{CertificateFileError, CertificateFiles, TrustedRoots};
use super::certified_key::certified;
use super::chain_refusal::CheckedPeer;
use super::fault::{FailedHandshake, FailedTls, TlsFault, TlsFaultCause};
use super::limits::TlsLimits;
use super::names::{HTTP, TlsVersions};
use super::tap::{HandshakeTap, TappedSocket};
use super::tls_socket::{SecuredStream, TlsSocket};
use super::verifier::{ChainTolerance, HandshakeNotes, NotingClientIdentity, NotingServerVerifier};
use crate::behaviour::CredentialSet;
use crate::link::misbehaviour::OddTls;
use crate::link::network::Socket;
use crate::ocpp::Role;
use crate::pki::CertificateUse;
use crate::trace::TlsFacts;

/// What secures the connections that we make.
#[derive(Debug, Clone, Default)]
pub struct ConnectorOptions {
    /// The CAs that are trusted; `None` for those of the operating system.
    pub roots: Option<TrustedRoots>,
    /// CAs that are trusted beside those.
    pub more_roots: TrustedRoots,
    /// Our certificate, for a peer that asks for one.
    pub certificate: Option<CertificateFiles>,
    /// Whether every certificate of the peer is accepted, with a note of what is wrong with it.
    pub insecure: bool,
    /// Whether the certificate of a client is accepted, and one for another name: stations that are called over SOAP have such.
    pub of_station: bool,
    /// The name that is asked for and checked instead of the host of the URL.
    pub server_name: Option<String>,
    /// Which versions and suites are spoken.
    pub limits: TlsLimits,
}

/// Makes the handshakes of connections that we make.
#[derive(Debug, Default)]
pub struct TlsConnector {
    options: ConnectorOptions,
    own: Option<Arc<CertifiedKey>>,
    /// The same, for handshakes of OpenSSL.
    #[cfg(feature = "openssl")]
    identity: Option<super::openssl::OpensslIdentity>,
    /// The trusted CAs, once they were needed.
    trusted: OnceCell<TrustedRoots>,
    /// What checks with them.
    check: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    /// The same with the roots that central systems have installed, for those that were needed last.
    installed: Mutex<Vec<InstalledRoots>>,
}

/// The trusted CAs with those that a central system has installed at a station.
#[derive(Debug, Clone)]
struct InstalledRoots {
    installed: Vec<Arc<[u8]>>,
    roots: TrustedRoots,
    check: Option<Arc<WebPkiServerVerifier>>,
}

/// For how many different sets of installed roots the check is kept. Stations that share a connector nearly always have the same.
const KEPT_CHECKS: usize = 8;

impl TlsConnector {
    /// Reads the file of our certificate.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn new(options: ConnectorOptions) -> Result<TlsConnector, CertificateFileError> {
        let own = options.certificate.as_ref().map(CertificateFiles::load).transpose()?;
        #[cfg(feature = "openssl")]
        let identity = options.certificate.as_ref().map(CertificateFiles::for_openssl).transpose()?;
        Ok(TlsConnector {
            options,
            own,
            #[cfg(feature = "openssl")]
            identity,
            ..TlsConnector::default()
        })
    }

    /// Makes the handshake with a server. The certificate that is shown counts before ours, and its roots are trusted too.
    /// It is made as wrongly as it is commanded.
    ///
    /// # Errors
    /// When it fails; the server has got an alert by then, where one can be sent.
    pub(in crate::link) async fn secure(
        &self,
        host: &str,
        socket: Socket,
        shown: &CredentialSet,
        limit: Duration,
        peer: Role,
        odd: &OddTls,
    ) -> Result<TlsSocket<Socket>, Box<FailedTls>> {
        let host = self.options.server_name.as_deref().unwrap_or(host);
        let mut facts = TlsFacts::default();
        let Ok(name) = ServerName::try_from(host.to_owned()) else {
            let fault = TlsFault { peer, connects: false, cause: TlsFaultCause::Name(host.to_owned()) };
            return Err(Box::new(FailedTls { fault, facts: Arc::new(facts) }));
        };
        // An address is not asked for (RFC 6066 §3).
        facts.server_name = host.parse::<IpAddr>().is_err().then(|| host.into());
        let (tap, notes) = (HandshakeTap::default(), HandshakeNotes::default());
        let mut tapped = TappedSocket::new(Bytes::new(), odd.on(socket, false), Some(tap.clone()));
        let versions = odd.versions(self.options.limits.versions());
        let connecting = async {
            if odd.sends_garbage() {
                return Err(odd.garbage(&mut tapped).await);
            }
            let roots = self.roots().await;
            #[cfg(feature = "openssl")]
            if versions.needs_openssl() || self.options.limits.static_rsa {
                let terms = self.openssl_terms(roots, shown, (name, versions), (tap.clone(), &notes), peer, odd).await?;
                let stream = super::openssl::connect(tapped, terms).await?;
                return Ok(SecuredStream::Openssl(Box::new(stream)));
            }
            let own = self.own(shown, odd).await.map_err(io::Error::other)?;
            let config = self.config(roots, shown, own, versions, &notes, peer).map_err(io::Error::other)?;
            let stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, tapped).await?;
            Ok(SecuredStream::Rustls(stream.into()))
        };
        let ended = timeout(limit, connecting).await;
        let refusal = {
            let mut noted = notes.lock();
            facts.peer_chain = std::mem::take(&mut noted.peer_chain);
            facts.own_chain = std::mem::take(&mut noted.own_chain);
            facts.verdict = std::mem::take(&mut noted.verdict);
            noted.refusal.take()
        };
        let fault = match ended {
            Ok(Ok(stream)) => {
                odd.is_over();
                return Ok(TlsSocket::new(stream, facts));
            }
            Ok(Err(error)) => {
                let received = tap.bytes();
                let failed = FailedHandshake { peer, connects: false, facts: &facts, refusal, received: &received, versions };
                failed.fault(&error)
            }
            Err(_) => TlsFault { peer, connects: false, cause: TlsFaultCause::Silent(limit) },
        };
        let fault = odd.end().map_or(fault, |done| TlsFault { peer, connects: false, cause: TlsFaultCause::OnPurpose(done) });
        Err(Box::new(FailedTls { fault, facts: Arc::new(facts) }))
    }

    /// The trusted CAs. Those of the operating system are read by another thread.
    async fn roots(&self) -> TrustedRoots {
        let more = &self.options.more_roots;
        let collect = || async {
            match &self.options.roots {
                Some(roots) => roots.and(more),
                None => tokio::task::spawn_blocking(TrustedRoots::of_system).await.unwrap_or_default().and(more),
            }
        };
        self.trusted.get_or_init(collect).await.clone()
    }

    /// The trusted CAs with these, and what checks with them. It is made when the installed ones change, not at each connection.
    fn with_installed(
        &self,
        roots: &TrustedRoots,
        installed: &[Arc<[u8]>],
    ) -> (TrustedRoots, Option<Arc<WebPkiServerVerifier>>) {
        let mut kept = self.installed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.iter().find(|known| known.installed == installed) {
            return (known.roots.clone(), known.check.clone());
        }
        let roots = roots.with(installed.iter().map(|der| CertificateDer::from(der.to_vec())));
        let check = verifier(&roots);
        if kept.len() >= KEPT_CHECKS {
            kept.remove(0);
        }
        kept.push(InstalledRoots { installed: installed.to_vec(), roots: roots.clone(), check: check.clone() });
        (roots, check)
    }

    /// Our certificate for one handshake, wrong where that is commanded.
    async fn own(&self, shown: &CredentialSet, odd: &OddTls) -> Result<Option<Arc<CertifiedKey>>, rustls::Error> {
        if odd.shows_no_certificate() {
            return Ok(None);
        }
        let own = match &shown.certificate {
            Some(certificate) => Some(certified(certificate)?),
            None => self.own.clone(),
        };
        let right = own.as_ref().and_then(|own| own.cert.first()).map(AsRef::as_ref);
        match odd.certificate(right, CertificateUse::Client).await {
            Some(faulty) => Ok(Some(certified(&faulty)?)),
            None => Ok(own),
        }
    }

    /// What checks the certificate of a server.
    fn server_verifier(
        &self,
        roots: TrustedRoots,
        shown: &CredentialSet,
        notes: &HandshakeNotes,
        peer: Role,
    ) -> NotingServerVerifier {
        let (roots, check) = if shown.roots.is_empty() {
            let check = self.check.get_or_init(|| verifier(&roots)).clone();
            (roots, check)
        } else {
            self.with_installed(&roots, &shown.roots)
        };
        let tolerance = match (self.options.insecure, self.options.of_station) {
            (true, _) => ChainTolerance::Everything,
            (false, true) => ChainTolerance::Station,
            (false, false) => ChainTolerance::Nothing,
        };
        let peer = CheckedPeer { role: peer, connects: false };
        NotingServerVerifier { check, roots, tolerance, peer, notes: notes.clone() }
    }

    /// What a handshake by OpenSSL shows and wants; our certificate is wrong where that is commanded.
    #[cfg(feature = "openssl")]
    async fn openssl_terms(
        &self,
        roots: TrustedRoots,
        shown: &CredentialSet,
        (name, versions): (ServerName<'static>, TlsVersions),
        (tap, notes): (HandshakeTap, &HandshakeNotes),
        peer: Role,
        odd: &OddTls,
    ) -> io::Result<super::openssl::ClientTerms> {
        use super::openssl::{ClientTerms, OpensslIdentity};
        let server = self.server_verifier(roots, shown, notes, peer);
        let (tap, notes) = (tap, notes.clone());
        let mut own = None;
        if !odd.shows_no_certificate() {
            own = match &shown.certificate {
                Some(certificate) => Some(OpensslIdentity::read(certificate)?),
                None => self.identity.clone(),
            };
            let right = own.as_ref().and_then(|own| own.chain.first()).map(AsRef::as_ref);
            if let Some(faulty) = odd.certificate(right, CertificateUse::Client).await {
                own = Some(OpensslIdentity::read(&faulty)?);
            }
        }
        Ok(ClientTerms { name, own, server, versions, tap, notes })
    }

    /// The settings of one handshake.
    fn config(
        &self,
        roots: TrustedRoots,
        shown: &CredentialSet,
        own: Option<Arc<CertifiedKey>>,
        versions: TlsVersions,
        notes: &HandshakeNotes,
        peer: Role,
    ) -> Result<ClientConfig, rustls::Error> {
        let verifier = self.server_verifier(roots, shown, notes, peer);
        let mut config = ClientConfig::builder_with_provider(PROVIDER.clone())
            .with_protocol_versions(versions.enabled())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(NotingClientIdentity { own, notes: notes.clone() }));
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![HTTP.to_vec()];
        config.key_log = super::key_log();
        Ok(config)
    }
}

/// What checks with these CAs; `None` where none is usable, and then nothing is trusted.
fn verifier(roots: &TrustedRoots) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(roots.0.clone(), PROVIDER.clone()).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installed_roots_are_merged_when_they_change_and_not_at_each_connection() {
        let connector = TlsConnector::default();
        let root = |number: u8| Arc::<[u8]>::from([number].as_slice());
        let merged = |installed: &[Arc<[u8]>]| connector.with_installed(&TrustedRoots::default(), installed).0;
        let first = merged(&[root(1)]);
        assert!(Arc::ptr_eq(&first.0, &merged(&[root(1)]).0), "the same roots are not merged again");
        assert!(!Arc::ptr_eq(&first.0, &merged(&[root(1), root(2)]).0));
        (3..20).for_each(|number| drop(merged(&[root(number)])));
        assert_eq!(connector.installed.lock().unwrap().len(), KEPT_CHECKS);
    }
}
