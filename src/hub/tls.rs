//! What is made of the options about TLS when a role starts. Files are read here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::tls_options::{DialTlsOptions, ListenTlsOptions};
use super::{CentralSystemOptions, ChargePointOptions, HubError};
use crate::clock::now;
use crate::config::{AuthorityFolder, AuthorityFolderError, machine_names};
use crate::link::{
    AcceptorOptions, CertificateFileError, CertificateFiles, ConnectorOptions, FileStamp, TlsAcceptor, TlsConnector,
    TrustedRoots,
};
use crate::pki::{CertificateTerms, KeyAlgorithm};

/// The kind of key of certificates that are not named: it makes them at once, and every suite of the security profiles that is spoken here
/// has it (A00.FR.318).
const KIND: KeyAlgorithm = KeyAlgorithm::Ecdsa;
/// The operator in the certificates of our stations where none is named.
const OPERATOR: &str = "ocpp-tui";

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
        let ListenTlsOptions { mut certificates, mut client_ca, limits, .. } = options.tls.clone();
        let limits = limits.check()?;
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
                let mut roots = authority.root_file().display().to_string();
                // The suites named TLS_RSA need the key of the certificate for the exchange of keys.
                if limits.needs_openssl() {
                    authority.server_certificate(KeyAlgorithm::Rsa, &machine_names(), now)?;
                    certificates.push(pair(authority.server_files(KeyAlgorithm::Rsa)));
                    if let Some(root) = authority.rsa_root_file() {
                        roots = format!("{roots}, and {} where they have TLS_RSA suites only", root.display());
                    }
                }
                notices.push(format!("TLS has a certificate of the test CA; stations must trust {roots}"));
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
        let more_roots = match test_roots(test_authority) {
            // Nothing that was asked for needs it, or it would have been used above.
            Err(HubError::TestAuthority(error)) => {
                notices.push(format!("{error}. Its certificates are not trusted where stations are called over TLS."));
                TrustedRoots::default()
            }
            roots => roots?,
        };
        // A station that is called over SOAP shows a certificate of the same CAs.
        let roots = (!client_ca.is_empty()).then(|| TrustedRoots::of_files(&client_ca)).transpose()?;
        let connector = TlsConnector::new(ConnectorOptions {
            roots,
            more_roots,
            certificate: certificates.first().cloned(),
            of_station: true,
            limits,
            ..ConnectorOptions::default()
        })?;
        let acceptor = TlsAcceptor::new(AcceptorOptions { certificates, client_ca, revoked, requires_client, limits })?;
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
pub(super) fn station_certificate(
    serial_number: &str,
    organization: Option<&str>,
    folder: &Path,
) -> Result<CertificateFiles, HubError> {
    let (authority, _) = AuthorityFolder::open_or_create(folder, now().wall)?;
    let terms = CertificateTerms::station(serial_number, organization.unwrap_or(OPERATOR));
    authority.station_certificate(&terms, now().wall)?;
    Ok(pair(authority.station_files(serial_number, terms.key)))
}

fn pair((certificate, key): (PathBuf, PathBuf)) -> CertificateFiles {
    CertificateFiles { certificate, key: Some(key) }
}

/// The connector that was made last, for the next charge point with the same options and the same files.
#[derive(Debug, Default)]
pub(super) struct LastConnector {
    known: Mutex<Option<KnownConnector>>,
    /// What was said last about a test CA that cannot be used.
    said: Mutex<Option<String>>,
}

#[derive(Debug)]
struct KnownConnector {
    options: DialTlsOptions,
    stamps: Vec<FileStamp>,
    connector: Arc<TlsConnector>,
}

impl LastConnector {
    /// What secures the connections that a charge point makes.
    ///
    /// # Errors
    /// When a file is missing or cannot be used.
    pub fn get(&self, options: &DialTlsOptions, test_authority: Option<&Path>) -> Result<Arc<TlsConnector>, HubError> {
        let test_authority = test_authority.filter(|_| options.ca.is_empty());
        let stamps = stamps(options, test_authority);
        // Files are read without the lock: two that come at once may both read them.
        let is_same = |known: &&KnownConnector| known.options == *options && known.stamps == stamps;
        if let Some(known) = self.lock().as_ref().filter(is_same) {
            return Ok(known.connector.clone());
        }
        let DialTlsOptions { ca, certificate, insecure, server_name, limits, .. } = options;
        let connector = Arc::new(TlsConnector::new(ConnectorOptions {
            roots: (!ca.is_empty()).then(|| TrustedRoots::of_files(ca)).transpose()?,
            more_roots: test_roots(test_authority)?,
            certificate: certificate.clone(),
            insecure: *insecure,
            of_station: false,
            server_name: server_name.clone(),
            limits: limits.check()?,
        })?);
        *self.lock() = Some(KnownConnector { options: options.clone(), stamps, connector: connector.clone() });
        Ok(connector)
    }

    fn lock(&self) -> MutexGuard<'_, Option<KnownConnector>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is new, and not what was said last.
    pub fn says(&self, text: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = said.as_deref() != Some(text);
        *said = Some(text.to_owned());
        is_new
    }
}

/// What tells whether the files of a charge point are still the same ones.
fn stamps(options: &DialTlsOptions, test_authority: Option<&Path>) -> Vec<FileStamp> {
    let of_certificate = options.certificate.iter().flat_map(|files| [Some(&files.certificate), files.key.as_ref()]).flatten();
    let named = options.ca.iter().chain(of_certificate).map(|file| FileStamp::of(file));
    named.chain(test_authority.into_iter().flat_map(AuthorityFolder::root_files).map(|file| FileStamp::of(&file))).collect()
}

/// What makes the handshakes on the port at which a charge point is called over SOAP: with its own certificate.
///
/// # Errors
/// When a file is missing or cannot be used.
pub(super) fn callback_acceptor(options: &ChargePointOptions) -> Result<Arc<TlsAcceptor>, HubError> {
    let Some(certificate) = &options.tls.certificate else { return Err(HubError::NoCallbackCertificate) };
    let acceptor = TlsAcceptor::new(AcceptorOptions {
        certificates: vec![certificate.clone()],
        limits: options.tls.limits.check()?,
        ..AcceptorOptions::default()
    })?;
    Ok(Arc::new(acceptor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_ca_that_is_made_or_replaced_later_is_trusted_by_the_next_station() {
        let home = tempfile::tempdir().unwrap();
        let (folder, last, options) = (home.path().join("ca"), LastConnector::default(), DialTlsOptions::default());
        let get = || last.get(&options, Some(&folder)).unwrap();
        let without = get();
        assert!(Arc::ptr_eq(&without, &get()), "the same files, the same connector");
        AuthorityFolder::open_or_create(&folder, now().wall).unwrap();
        let with = get();
        assert!(!Arc::ptr_eq(&without, &with) && Arc::ptr_eq(&with, &get()));
        std::fs::write(folder.join("ca.pem"), "damaged").unwrap();
        assert!(matches!(last.get(&options, Some(&folder)), Err(HubError::TestAuthority(_))));
        let named = DialTlsOptions { ca: vec![folder.join("ca.pem")], ..options.clone() };
        assert!(matches!(last.get(&named, Some(&folder)), Err(HubError::Certificate(_))), "only the file that is named counts");
    }
}
