//! The handshake where we listen: which certificate a client gets, whether it has to show one, and what came of it. Every handshake is a
//! full one: a session that is resumed shows no certificate, and certificates are what this program is about.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{Acceptor, ClientHello, NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CipherSuite, ServerConfig, SupportedCipherSuite};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_tungstenite::tungstenite::Bytes;

use super::PROVIDER;
use super::certificate_files::{CertificateFileError, CertificateFiles, FileStamp, TrustedRoots, load_pairs, read_revocations};
use super::certified_key::{certified, is_for};
use super::chain_refusal::CheckedPeer;
use super::client_hello::ReadHello;
use super::fault::{FailedHandshake, FailedTls, TlsFault, TlsFaultCause};
use super::limits::TlsLimits;
use super::names::{HTTP, TlsVersion, TlsVersions};
use super::tap::{HandshakeTap, TappedSocket};
use super::tls_socket::{SecuredStream, TlsSocket};
use super::verifier::{HandshakeNotes, NotingClientVerifier};
use crate::link::misbehaviour::OddTls;
use crate::link::network::Socket;
use crate::ocpp::Role;
use crate::pki::CertificateUse;
use crate::trace::TlsFacts;

/// What a listener for TLS is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptorOptions {
    /// Our certificates. A client gets the one that fits the name it asks for and what it supports.
    pub certificates: Vec<CertificateFiles>,
    /// The CAs of client certificates; without any none is asked for.
    pub client_ca: Vec<PathBuf>,
    /// The revocation lists of those CAs. A file that is missing revokes nothing.
    pub revoked: Vec<PathBuf>,
    /// Whether a client without a certificate is refused.
    pub requires_client: bool,
    /// Which versions and suites are spoken.
    pub limits: TlsLimits,
}

/// Makes the handshakes of a listener.
#[derive(Debug)]
pub struct TlsAcceptor {
    options: AcceptorOptions,
    loaded: Mutex<LoadedFiles>,
}

#[derive(Debug)]
struct LoadedFiles {
    setup: Arc<AcceptorSetup>,
    stamps: Vec<FileStamp>,
}

/// What the files hold.
#[derive(Debug)]
struct AcceptorSetup {
    certificates: Vec<Arc<CertifiedKey>>,
    /// The same, for handshakes of OpenSSL.
    #[cfg(feature = "openssl")]
    identities: Vec<super::openssl::OpensslIdentity>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
}

impl AcceptorOptions {
    fn load(&self) -> Result<AcceptorSetup, CertificateFileError> {
        let certificates = load_pairs(&self.certificates)?;
        if certificates.is_empty() {
            return Err(CertificateFileError::NoneNamed);
        }
        let clients = if self.client_ca.is_empty() {
            None
        } else {
            let unusable = |fault: String| CertificateFileError::Unusable { fault };
            let roots = TrustedRoots::of_files(&self.client_ca)?;
            let lists = self.revoked.iter().filter(|file| file.exists()).map(|file| read_revocations(file));
            let lists = lists.collect::<Result<Vec<_>, _>>()?.concat();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.0, PROVIDER.clone())
                .with_crls(lists)
                .only_check_end_entity_revocation()
                .allow_unknown_revocation_status();
            Some(verifier.build().map_err(|error| unusable(error.to_string()))?)
        };
        #[cfg(feature = "openssl")]
        let identities = self.certificates.iter().map(CertificateFiles::for_openssl).collect::<Result<Vec<_>, _>>()?;
        Ok(AcceptorSetup {
            certificates,
            #[cfg(feature = "openssl")]
            identities,
            clients,
        })
    }

    fn stamps(&self) -> Vec<FileStamp> {
        let pairs = self.certificates.iter().flat_map(CertificateFiles::stamps);
        pairs.chain(self.client_ca.iter().chain(&self.revoked).map(|file| FileStamp::of(file))).collect()
    }
}

impl TlsAcceptor {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn new(options: AcceptorOptions) -> Result<TlsAcceptor, CertificateFileError> {
        let stamps = options.stamps();
        let setup = Arc::new(options.load()?);
        Ok(TlsAcceptor { options, loaded: Mutex::new(LoadedFiles { setup, stamps }) })
    }

    /// Reads the files again when one was written since. `None` when none was. What cannot be read leaves the old certificates in use.
    pub(in crate::link) async fn refresh(self: &Arc<TlsAcceptor>) -> Option<Result<(), CertificateFileError>> {
        let this = self.clone();
        // Where the session ends meanwhile, nothing is to be read any more.
        tokio::task::spawn_blocking(move || this.read_again()).await.ok()?
    }

    fn read_again(&self) -> Option<Result<(), CertificateFileError>> {
        let stamps = self.options.stamps();
        {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            if loaded.stamps == stamps {
                return None;
            }
            loaded.stamps = stamps;
        }
        Some(self.options.load().map(|setup| {
            self.loaded.lock().unwrap_or_else(PoisonError::into_inner).setup = Arc::new(setup);
        }))
    }

    fn setup(&self) -> Arc<AcceptorSetup> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).setup.clone()
    }

    /// Makes the handshake with a client whose first bytes were read already, as wrongly as it is commanded.
    ///
    /// # Errors
    /// When it fails; the client has got an alert by then, where one can be sent.
    pub(in crate::link) async fn secure(
        &self,
        first: Bytes,
        socket: Socket,
        limit: Duration,
        peer: Role,
        odd: &OddTls,
    ) -> Result<TlsSocket<Socket>, Box<FailedTls>> {
        let (tap, notes, setup) = (HandshakeTap::default(), HandshakeNotes::default(), self.setup());
        let tapped = TappedSocket::new(first, odd.on(socket, true), Some(tap.clone()));
        let versions = odd.versions(self.options.limits.versions());
        let accepting = async {
            #[cfg(feature = "openssl")]
            if versions.needs_openssl() || self.options.limits.static_rsa {
                return self.accept_by_openssl(&setup, tapped, versions, (tap.clone(), &notes), peer, odd).await;
            }
            let start = LazyConfigAcceptor::new(Acceptor::default(), tapped).await?;
            let own = choose(&setup.certificates, &start.client_hello(), versions);
            let mut own = own.ok_or_else(|| io::Error::other(rustls::Error::General("there is no certificate".into())))?;
            let right = own.cert.first().map(AsRef::as_ref);
            if let Some(faulty) = odd.certificate(right, CertificateUse::Server).await {
                own = certified(&faulty).map_err(io::Error::other)?;
            }
            let config = self.config(&setup, &start.client_hello(), own, versions, &notes, peer).map_err(io::Error::other)?;
            let stream = start.into_stream(Arc::new(config)).await?;
            Ok(SecuredStream::Rustls(stream.into()))
        };
        let ended = timeout(limit, accepting).await;
        let received = tap.bytes();
        let facts = facts(&notes, &received);
        let fault = match ended {
            Ok(Ok(stream)) => {
                odd.is_over();
                return Ok(TlsSocket::new(stream, facts));
            }
            Ok(Err(error)) => {
                let refusal = notes.lock().refusal.take();
                let failed = FailedHandshake { peer, connects: true, facts: &facts, refusal, received: &received, versions };
                failed.fault(&error)
            }
            Err(_) => TlsFault { peer, connects: true, cause: TlsFaultCause::Silent(limit) },
        };
        let fault = odd.end().map_or(fault, |done| TlsFault { peer, connects: true, cause: TlsFaultCause::OnPurpose(done) });
        Err(Box::new(FailedTls { fault, facts: Arc::new(facts) }))
    }

    /// What checks the certificate of a client; `None` where none is asked for one.
    fn client_verifier(&self, setup: &AcceptorSetup, notes: &HandshakeNotes, peer: Role) -> Option<Arc<NotingClientVerifier>> {
        let check = setup.clients.clone()?;
        let (required, peer) = (self.options.requires_client, CheckedPeer { role: peer, connects: true });
        Some(Arc::new(NotingClientVerifier { check, required, peer, notes: notes.clone() }))
    }

    /// The handshake by OpenSSL.
    #[cfg(feature = "openssl")]
    async fn accept_by_openssl(
        &self,
        setup: &AcceptorSetup,
        socket: TappedSocket<Socket>,
        versions: TlsVersions,
        (tap, notes): (HandshakeTap, &HandshakeNotes),
        peer: Role,
        odd: &OddTls,
    ) -> io::Result<SecuredStream<Socket>> {
        let mut identities: Vec<_> = setup.certificates.iter().cloned().zip(setup.identities.iter().cloned()).collect();
        let right = setup.certificates.first().and_then(|own| own.cert.first()).map(AsRef::as_ref);
        if let Some(faulty) = odd.certificate(right, CertificateUse::Server).await {
            let own = certified(&faulty).map_err(io::Error::other)?;
            identities = vec![(own, super::openssl::OpensslIdentity::read(&faulty)?)];
        }
        let clients = self.client_verifier(setup, notes, peer);
        let terms = super::openssl::ServerTerms { identities, clients, versions, tap, notes: notes.clone() };
        Ok(SecuredStream::Openssl(Box::new(super::openssl::accept(socket, terms).await?)))
    }

    /// The settings of one handshake.
    fn config(
        &self,
        setup: &AcceptorSetup,
        hello: &ClientHello<'_>,
        own: Arc<CertifiedKey>,
        versions: TlsVersions,
        notes: &HandshakeNotes,
        peer: Role,
    ) -> Result<ServerConfig, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(PROVIDER.clone()).with_protocol_versions(versions.enabled())?;
        let builder = match self.client_verifier(setup, notes, peer) {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        notes.sends(&own);
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(own)));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.key_log = super::key_log();
        // A client that names other protocols only is served all the same.
        if hello.alpn().is_some_and(|mut names| names.any(|name| name == HTTP)) {
            config.alpn_protocols = vec![HTTP.to_vec()];
        }
        Ok(config)
    }
}

/// The facts so far: the offer, and the certificates that were seen.
fn facts(notes: &HandshakeNotes, received: &[u8]) -> TlsFacts {
    let hello = ReadHello::read(received);
    let (offer, server_name) = hello.map_or((None, None), |hello| (Some(Box::new(hello.offer)), hello.server_name));
    let mut noted = notes.lock();
    TlsFacts {
        server_name,
        offer,
        peer_chain: std::mem::take(&mut noted.peer_chain),
        own_chain: std::mem::take(&mut noted.own_chain),
        verdict: std::mem::take(&mut noted.verdict),
        // OpenSSL forgets it behind the handshake.
        #[cfg(feature = "openssl")]
        key_exchange: super::client_hello::group_of_client_key(received).map(Into::into),
        ..TlsFacts::default()
    }
}

/// The certificate for a client: one for the name that it asks for and with a key that it supports, as far as there is one.
fn choose(certificates: &[Arc<CertifiedKey>], hello: &ClientHello<'_>, versions: TlsVersions) -> Option<Arc<CertifiedKey>> {
    let name = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
    let worth = |own: &CertifiedKey| {
        let named = name.as_ref().is_some_and(|name| is_for(own, name));
        (supports(own, hello, versions), named)
    };
    // Of equals the first; `max_by_key` takes the last.
    certificates.iter().rev().max_by_key(|own| worth(own)).cloned()
}

/// Whether a client can use a key: with a suite of TLS 1.3, or one of TLS 1.2 for this kind of key.
fn supports(own: &CertifiedKey, hello: &ClientHello<'_>, versions: TlsVersions) -> bool {
    let offers = |suite: CipherSuite| hello.cipher_suites().contains(&suite);
    let suits = |suite: &SupportedCipherSuite| match suite {
        SupportedCipherSuite::Tls13(_) => versions.has(TlsVersion::V1_3),
        SupportedCipherSuite::Tls12(suite) => versions.has(TlsVersion::V1_2) && own.key.choose_scheme(suite.sign).is_some(),
    };
    own.key.choose_scheme(hello.signature_schemes()).is_some()
        && PROVIDER.cipher_suites.iter().any(|suite| offers(suite.suite()) && suits(suite))
}
