//! The PEM files of certificates, keys and trusted CAs, and what can be wrong with them. The names of files are in every sentence, their
//! contents in none.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, RootCertStore};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::PROVIDER;
use super::chain_refusal::day;

/// The files of one certificate of ours.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CertificateFiles {
    /// The certificate, and those between it and its CA behind it.
    pub certificate: PathBuf,
    /// The key; `None` when it is in the same file.
    pub key: Option<PathBuf>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFileError {
    /// It cannot be read.
    #[error("cannot read {file}: {source}; name a PEM file that exists and that you may read", file = .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// It holds no certificate.
    #[error(
        "{file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----); convert it, for example with \"openssl x509 -inform der -in {file}\"",
        file = .file.display()
    )]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// A certificate or a list in it is damaged.
    #[error("{file} holds a damaged certificate or revocation list ({fault}); write it again", file = .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// In the words of the library.
        fault: String,
    },
    /// It holds no key.
    #[error(
        "{file} holds no private key in PEM (-----BEGIN PRIVATE KEY-----); name the file of the key with --key (of a charge point: --client-key)",
        file = .file.display()
    )]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// The key is encrypted.
    #[error(
        "the key in {file} is encrypted, and no passphrase is asked for; write it without one, for example with \"openssl pkey -in {file} -out plain.pem\"",
        file = .file.display()
    )]
    Encrypted {
        /// The file.
        file: PathBuf,
    },
    /// The kind of key is not supported.
    #[error(
        "the key in {file} cannot be used ({fault}); RSA from 2048 bits, ECDSA on P-256 or P-384, and Ed25519 can",
        file = .file.display()
    )]
    UnusableKey {
        /// The file.
        file: PathBuf,
        /// In the words of the library.
        fault: String,
    },
    /// Key and certificate do not belong together.
    #[error(
        "the key in {key} does not belong to the certificate in {certificate}; name the pair that was issued together",
        key = .key.display(), certificate = .certificate.display()
    )]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The certificate has expired.
    #[error("the certificate in {file} expired on {end}; issue a new one, no peer would accept it", file = .file.display())]
    Expired {
        /// The file.
        file: PathBuf,
        /// When.
        end: String,
    },
    /// Two certificates are for the same names with the same kind of key.
    #[error(
        "{first} and {second} are for the same names with the same kind of key; leave one of them out",
        first = .first.display(), second = .second.display()
    )]
    Duplicate {
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A listener needs a certificate.
    #[error("TLS needs a certificate of the central system; name it with --cert FILE and --key FILE")]
    NoneNamed,
    /// A certificate without its key, or the other way round.
    #[error("certificates named: {certificates}, keys: {keys}; give a key with each certificate, in the same order")]
    Unpaired {
        /// How many certificates.
        certificates: usize,
        /// How many keys.
        keys: usize,
    },
    /// The library does not take what was read.
    #[error("the certificates cannot be used for TLS: {fault}; issue others")]
    Unusable {
        /// In the words of the library.
        fault: String,
    },
}

impl CertificateFiles {
    /// The files of certificates with their keys, in the same order. Without keys each certificate's file holds its own.
    ///
    /// # Errors
    /// When there are as many of them as do not fit.
    pub fn pairs(certificates: &[PathBuf], keys: &[PathBuf]) -> Result<Vec<CertificateFiles>, CertificateFileError> {
        if !keys.is_empty() && keys.len() != certificates.len() || certificates.is_empty() && !keys.is_empty() {
            return Err(CertificateFileError::Unpaired { certificates: certificates.len(), keys: keys.len() });
        }
        let mut keys = keys.iter().cloned();
        Ok(certificates.iter().map(|file| CertificateFiles { certificate: file.clone(), key: keys.next() }).collect())
    }

    /// The file of the key.
    fn key_file(&self) -> &Path {
        self.key.as_deref().unwrap_or(&self.certificate)
    }

    /// Reads the pair.
    ///
    /// # Errors
    /// When a file cannot be used, or they do not belong together.
    pub(super) fn load(&self) -> Result<Arc<CertifiedKey>, CertificateFileError> {
        let chain = read_certificates(&self.certificate)?;
        let key_file = self.key_file();
        let key = read_key(key_file)?;
        let key = PROVIDER
            .key_provider
            .load_private_key(key)
            .map_err(|error| CertificateFileError::UnusableKey { file: key_file.to_owned(), fault: error.to_string() })?;
        let pair = CertifiedKey::new(chain, key);
        match pair.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => {
                let (certificate, key) = (self.certificate.clone(), key_file.to_owned());
                return Err(CertificateFileError::Mismatch { certificate, key });
            }
            Err(error) => {
                return Err(CertificateFileError::Damaged { file: self.certificate.clone(), fault: error.to_string() });
            }
        }
        self.check_validity(&pair)?;
        Ok(Arc::new(pair))
    }

    /// Reads the pair for OpenSSL: the certificates and the key as they stand in the files. What is wrong with them was found before.
    ///
    /// # Errors
    /// When a file cannot be used.
    #[cfg(feature = "openssl")]
    pub(super) fn for_openssl(&self) -> Result<super::openssl::OpensslIdentity, CertificateFileError> {
        let chain = read_certificates(&self.certificate)?.iter().map(|der| Arc::from(der.as_ref())).collect();
        let key = read_key(self.key_file())?.secret_der().into();
        let unusable =
            |error: io::Error| CertificateFileError::UnusableKey { file: self.key_file().to_owned(), fault: error.to_string() };
        super::openssl::OpensslIdentity::read(&crate::behaviour::StationCertificate { chain, key }).map_err(unusable)
    }

    /// No peer accepts a certificate that has expired, so it is a mistake.
    fn check_validity(&self, pair: &CertifiedKey) -> Result<(), CertificateFileError> {
        let damaged = |fault: String| CertificateFileError::Damaged { file: self.certificate.clone(), fault };
        let own = pair.end_entity_cert().map_err(|error| damaged(error.to_string()))?;
        let (_, own) = X509Certificate::from_der(own).map_err(|error| damaged(error.to_string()))?;
        let end = u64::try_from(own.validity().not_after.timestamp()).unwrap_or_default();
        if end >= UnixTime::now().as_secs() {
            return Ok(());
        }
        let end = day(UnixTime::since_unix_epoch(std::time::Duration::from_secs(end)));
        Err(CertificateFileError::Expired { file: self.certificate.clone(), end })
    }

    /// What changes when a file is written.
    pub(super) fn stamps(&self) -> Vec<FileStamp> {
        [Some(self.certificate.as_path()), self.key.as_deref()].into_iter().flatten().map(FileStamp::of).collect()
    }
}

/// What changes when a file is written: its time and length. That of a file which is not there differs from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp(Option<(SystemTime, u64)>);

impl FileStamp {
    /// Of a file, as it is now.
    pub fn of(file: &Path) -> FileStamp {
        let metadata = fs::metadata(file).ok();
        FileStamp(metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len()))))
    }
}

/// Reads pairs, no two of which are for the same names with the same kind of key: one of them would never be used.
///
/// # Errors
/// When a pair cannot be used.
pub(super) fn load_pairs(files: &[CertificateFiles]) -> Result<Vec<Arc<CertifiedKey>>, CertificateFileError> {
    let mut pairs: Vec<(Arc<CertifiedKey>, HashSet<String>)> = Vec::new();
    for (index, pair) in files.iter().enumerate() {
        let loaded = pair.load()?;
        let names = names(&loaded);
        let twin = pairs.iter().position(|(other, others)| other.key.algorithm() == loaded.key.algorithm() && *others == names);
        if let Some(twin) = twin {
            let (first, second) = (files[twin].certificate.clone(), files[index].certificate.clone());
            return Err(CertificateFileError::Duplicate { first, second });
        }
        pairs.push((loaded, names));
    }
    Ok(pairs.into_iter().map(|(pair, _)| pair).collect())
}

/// The names of a certificate.
fn names(pair: &CertifiedKey) -> HashSet<String> {
    let own = pair.end_entity_cert().ok().and_then(|own| X509Certificate::from_der(own).ok());
    let alternative = own.as_ref().and_then(|(_, own)| own.subject_alternative_name().ok().flatten());
    alternative.map_or_else(HashSet::new, |names| names.value.general_names.iter().map(ToString::to_string).collect())
}

/// The certificates of a file, in its order.
pub(super) fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateFileError> {
    let text = read(file)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = read.map_err(|error| CertificateFileError::Damaged { file: file.to_owned(), fault: error.to_string() })?;
    if chain.is_empty() {
        return Err(CertificateFileError::NoCertificate { file: file.to_owned() });
    }
    for der in &chain {
        if let Err(error) = X509Certificate::from_der(der) {
            return Err(CertificateFileError::Damaged { file: file.to_owned(), fault: error.to_string() });
        }
    }
    Ok(chain)
}

/// The revocation lists of a file.
pub(super) fn read_revocations(file: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, CertificateFileError> {
    let text = read(file)?;
    let read: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&text).collect();
    read.map_err(|error| CertificateFileError::Damaged { file: file.to_owned(), fault: error.to_string() })
}

fn read_key(file: &Path) -> Result<PrivateKeyDer<'static>, CertificateFileError> {
    let text = read(file)?;
    let holds = |needle: &[u8]| text.windows(needle.len()).any(|part| part == needle);
    // PKCS #8 (RFC 5958 §3), and the older form of OpenSSL.
    if holds(b"BEGIN ENCRYPTED PRIVATE KEY") || holds(b"Proc-Type: 4,ENCRYPTED") {
        return Err(CertificateFileError::Encrypted { file: file.to_owned() });
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| CertificateFileError::NoKey { file: file.to_owned() })
}

fn read(file: &Path) -> Result<Vec<u8>, CertificateFileError> {
    fs::read(file).map_err(|source| CertificateFileError::Unreadable { file: file.to_owned(), source })
}

/// The CAs that are trusted. Clones share them.
#[derive(Debug, Clone)]
pub struct TrustedRoots(pub(super) Arc<RootCertStore>);

impl Default for TrustedRoots {
    /// None.
    fn default() -> TrustedRoots {
        TrustedRoots(Arc::new(RootCertStore::empty()))
    }
}

impl TrustedRoots {
    /// The CAs of these files.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn of_files(files: &[PathBuf]) -> Result<TrustedRoots, CertificateFileError> {
        let mut roots = RootCertStore::empty();
        for file in files {
            for der in read_certificates(file)? {
                let damaged = |error: Error| CertificateFileError::Damaged { file: file.clone(), fault: error.to_string() };
                roots.add(der).map_err(damaged)?;
            }
        }
        Ok(TrustedRoots(Arc::new(roots)))
    }

    /// The CAs that the operating system trusts. They are read once.
    pub fn of_system() -> TrustedRoots {
        static SYSTEM: OnceLock<TrustedRoots> = OnceLock::new();
        let read = || {
            let mut roots = RootCertStore::empty();
            // A certificate that the library does not take is one that it could not check with.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            TrustedRoots(Arc::new(roots))
        };
        SYSTEM.get_or_init(read).clone()
    }

    /// These and others.
    pub fn and(&self, others: &TrustedRoots) -> TrustedRoots {
        if others.0.is_empty() {
            return self.clone();
        }
        let mut roots = RootCertStore::clone(&self.0);
        roots.extend(others.0.roots.iter().cloned());
        TrustedRoots(Arc::new(roots))
    }

    /// These and more.
    pub fn with(&self, more: impl IntoIterator<Item = CertificateDer<'static>>) -> TrustedRoots {
        let mut roots = RootCertStore::clone(&self.0);
        roots.add_parsable_certificates(more);
        TrustedRoots(Arc::new(roots))
    }
}
