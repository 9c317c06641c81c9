//! TLS of a role: the options, and what is made of them when it starts. Files are read here, once for each start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{CentralSystemOptions, ChargePointOptions, HubError};
use crate::clock::now;
use crate::config::{AuthorityFolder, AuthorityFolderError, machine_names};
use crate::link::{
    AcceptorOptions, CertificateFileError, CertificateFiles, ConnectorOptions, DEFAULT_TLS_PORT, TlsAcceptor, TlsConnector,
    TlsVersion, TrustedRoots,
};
use crate::pki::{CertificateTerms, KeyAlgorithm};

/// The kind of key of certificates that are not named: it makes them at once, and every suite of the security profiles that is spoken here
/// has it (A00.FR.318).
const KIND: KeyAlgorithm = KeyAlgorithm::Ecdsa;
/// The operator in the certificates of our stations.
const OPERATOR: &str = "ocpp-tui";

/// TLS of a central system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListenTlsOptions {
    /// The TCP port for TLS; 0 means any free one. `None` is the default one where anything else here or the security profile asks for TLS.
    pub port: Option<u16>,
    /// Whether the port without TLS stays closed.
    pub alone: bool,
    /// Its certificates.
    pub certificates: Vec<CertificateFiles>,
    /// The CAs of client certificates.
    pub client_ca: Vec<PathBuf>,
    /// The highest version.
    pub highest: TlsVersion,
}

/// TLS of a charge point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialTlsOptions {
    /// The CAs that it trusts; without any, those of the operating system.
    pub ca: Vec<PathBuf>,
    /// Its certificate.
    pub certificate: Option<CertificateFiles>,
    /// Whether it accepts every certificate.
    pub insecure: bool,
    /// The name that it asks for instead of the host of the URL.
    pub server_name: Option<String>,
    /// The highest version.
    pub highest: TlsVersion,
}

impl CentralSystemOptions {
    /// The port for TLS; `None` when there is to be none.
    pub fn tls_port(&self) -> Option<u16> {
        let ListenTlsOptions { port, alone, certificates, client_ca, .. } = &self.tls;
        let wanted = *alone || !certificates.is_empty() || !client_ca.is_empty() || self.security_profile.uses_tls();
        port.or(wanted.then_some(DEFAULT_TLS_PORT))
    }
}

/// What secures the connections of a central system: those that come, and those that it makes over SOAP.
#[derive(Debug, Default)]
pub(super) struct ListenTls {
    /// Where connections come; the port may still be 0.
    pub port: Option<u16>,
    pub acceptor: Option<Arc<TlsAcceptor>>,
    pub connector: Arc<TlsConnector>,
    /// What the user has to know about certificates that were not named.
    pub notices: Vec<String>,
}

impl ListenTls {
    /// Reads the files. Those that are not named come from the test CA in its folder, which is made when there is none.
    ///
    /// # Errors
    /// When one of them is missing or cannot be used.
    pub fn load(options: &CentralSystemOptions, test_authority: Option<&Path>) -> Result<ListenTls, HubError> {
        let Some(port) = options.tls_port() else { return Ok(ListenTls::default()) };
        let ListenTlsOptions { mut certificates, mut client_ca, highest, .. } = options.tls.clone();
        let requires_client = options.security_profile.uses_client_certificate();
        let (mut revoked, mut notices) = (Vec::new(), Vec::new());
        let lacks_ca = requires_client && client_ca.is_empty();
        if (certificates.is_empty() || lacks_ca) && test_authority.is_none() {
            return Err(if certificates.is_empty() { CertificateFileError::NoneNamed.into() } else { HubError::NoClientCa });
        }
        if let Some(folder) = test_authority
            && (certificates.is_empty() || lacks_ca)
        {
            let now = now().wall;
            let (authority, made) = AuthorityFolder::open_or_create(folder, now)?;
            if made {
                notices.push(format!("a test CA was made in {}", folder.display()));
            }
            if certificates.is_empty() {
                authority.server_certificate(KIND, &machine_names(), now)?;
                certificates.push(pair(authority.server_files(KIND)));
                let root = authority.root_file();
                notices.push(format!("TLS has a certificate of the test CA; stations must trust {}", root.display()));
            }
            if lacks_ca {
                client_ca.push(authority.root_file());
                client_ca.extend(authority.rsa_root_file());
                revoked.push(authority.list_file(now)?);
                notices.push(
                    "stations need a certificate of the test CA: \"ocpp-tui ca issue\" makes one, and a charge point of this machine has its own"
                        .to_owned(),
                );
            }
        }
        // A station that is called over SOAP shows a certificate of the same CAs.
        let roots = (!client_ca.is_empty()).then(|| TrustedRoots::of_files(&client_ca)).transpose()?;
        let connector = TlsConnector::new(ConnectorOptions {
            roots,
            more_roots: test_roots(test_authority)?,
            certificate: certificates.first().cloned(),
            of_station: true,
            highest,
            ..ConnectorOptions::default()
        })?;
        let acceptor = TlsAcceptor::new(AcceptorOptions { certificates, client_ca, revoked, requires_client, highest })?;
        Ok(ListenTls { port: Some(port), acceptor: Some(Arc::new(acceptor)), connector: Arc::new(connector), notices })
    }
}

/// The roots of the test CA, when there is one.
fn test_roots(folder: Option<&Path>) -> Result<TrustedRoots, HubError> {
    match folder.map(AuthorityFolder::open) {
        Some(Ok(authority)) => {
            let files: Vec<PathBuf> = [Some(authority.root_file()), authority.rsa_root_file()].into_iter().flatten().collect();
            Ok(TrustedRoots::of_files(&files)?)
        }
        Some(Err(AuthorityFolderError::Missing { .. })) | None => Ok(TrustedRoots::default()),
        Some(Err(error)) => Err(error.into()),
    }
}

/// The certificate of a station from the test CA, which is made when there is none.
///
/// # Errors
/// When the test CA cannot be used.
pub(super) fn station_certificate(serial_number: &str, folder: &Path) -> Result<CertificateFiles, HubError> {
    let (authority, _) = AuthorityFolder::open_or_create(folder, now().wall)?;
    let terms = CertificateTerms::station(serial_number, OPERATOR);
    authority.station_certificate(&terms, now().wall)?;
    Ok(pair(authority.station_files(serial_number, terms.key)))
}

fn pair((certificate, key): (PathBuf, PathBuf)) -> CertificateFiles {
    CertificateFiles { certificate, key: Some(key) }
}

/// The connector that was made last, for the next charge point with the same options.
#[derive(Debug, Default)]
pub(super) struct LastConnector(Mutex<Option<(DialTlsOptions, Arc<TlsConnector>)>>);

impl LastConnector {
    /// What secures the connections that a charge point makes.
    ///
    /// # Errors
    /// When a file is missing or cannot be used.
    pub fn get(&self, options: &DialTlsOptions, test_authority: Option<&Path>) -> Result<Arc<TlsConnector>, HubError> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, connector)) = &*last
            && of == options
        {
            return Ok(connector.clone());
        }
        let DialTlsOptions { ca, certificate, insecure, server_name, highest } = options;
        let connector = Arc::new(TlsConnector::new(ConnectorOptions {
            roots: (!ca.is_empty()).then(|| TrustedRoots::of_files(ca)).transpose()?,
            more_roots: if ca.is_empty() { test_roots(test_authority)? } else { TrustedRoots::default() },
            certificate: certificate.clone(),
            insecure: *insecure,
            of_station: false,
            server_name: server_name.clone(),
            highest: *highest,
        })?);
        *last = Some((options.clone(), connector.clone()));
        Ok(connector)
    }
}

/// What makes the handshakes on the port at which a charge point is called over SOAP: with its own certificate.
///
/// # Errors
/// When a file is missing or cannot be used.
pub(super) fn callback_acceptor(options: &ChargePointOptions) -> Result<Arc<TlsAcceptor>, HubError> {
    let Some(certificate) = &options.tls.certificate else { return Err(HubError::NoCallbackCertificate) };
    let acceptor = TlsAcceptor::new(AcceptorOptions {
        certificates: vec![certificate.clone()],
        highest: options.tls.highest,
        ..AcceptorOptions::default()
    })?;
    Ok(Arc::new(acceptor))
}
