//! The folder of the test CA: its roots, the certificates that it has issued for this machine and for stations, and what it has revoked.
//! Several processes may use it at once: changes are made under a lock, and a file is there as a whole or not at all. What certificates
//! are is in `pki`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::saved_state::write_private;
use crate::pki::{
    AuthorityFault, CertificateDefect, CertificateFacts, CertificateTerms, CertificateUse, ExpectedChain, IssuedCertificate,
    KeyAlgorithm, PrivateKey, RevocationFacts, RevokedSerial, TestAuthority, check_chain, read_certificates, read_pem,
    write_pem,
};
use crate::text_file;

/// A certificate that expires so soon is issued again.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
const STATIONS: &str = "stations";
const ISSUED: &str = "issued.jsonl";
const REVOKED: &str = "revoked.json";
const LIST: &str = "crl.pem";
const LIST_LABEL: &str = "X509 CRL";
/// What a file name may contain besides letters and digits.
const IN_FILE_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The folder of the test CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityFolder {
    folder: PathBuf,
}

/// An entry in the list of what was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedEntry {
    /// The serial number in hexadecimal.
    pub serial: String,
    /// The subject.
    pub subject: String,
    /// The common name.
    #[serde(default)]
    pub name: String,
    /// When it expires.
    pub expires: Timestamp,
}

/// What was revoked, and the number of the last list.
#[derive(Debug, Default, Serialize, Deserialize)]
struct RevokedEntries {
    number: u64,
    revoked: Vec<RevokedEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RevokedEntry {
    serial: String,
    at: Timestamp,
}

/// The test CA cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityFolderError {
    /// There is none.
    #[error("there is no test CA in {}; make one with `ocpp-tui ca init`", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("the test CA: {} {what}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was done.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// Others may read or change what is secret.
    #[error(
        "the test CA: {} is open to other users (mode {mode:03o}), so its keys are no secret; close it with `chmod {} {}`",
        path.display(), if *is_folder { "700" } else { "600" }, path.display()
    )]
    Loose {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// Whether it is a folder.
        is_folder: bool,
    },
    /// A root is damaged.
    #[error("the test CA in {}: {fault}; make a new one with `ocpp-tui ca init --force`", path.display())]
    Damaged {
        /// The file of its certificate.
        path: PathBuf,
        /// What is wrong.
        fault: AuthorityFault,
    },
    /// A list is damaged.
    #[error("the test CA: {} is not readable as JSON; remove it, or repair it", path.display())]
    DamagedList {
        /// The file.
        path: PathBuf,
    },
    /// A certificate cannot be issued.
    #[error("the test CA issued no certificate: {0}")]
    NotIssued(#[from] AuthorityFault),
}

impl AuthorityFolder {
    /// The test CA of a folder.
    ///
    /// # Errors
    /// When there is none, it is damaged, or its files are open to other users.
    pub fn open(folder: &Path) -> Result<AuthorityFolder, AuthorityFolderError> {
        let found = AuthorityFolder { folder: folder.to_owned() };
        if !found.path_of(KeyAlgorithm::Ecdsa, "").exists() {
            return Err(AuthorityFolderError::Missing { folder: folder.to_owned() });
        }
        found.load(KeyAlgorithm::Ecdsa)?;
        Ok(found)
    }

    /// The test CA of a folder; it is made when there is none. The second part says whether that happened.
    ///
    /// # Errors
    /// As for [`AuthorityFolder::open`], and when the folder cannot be written.
    pub fn open_or_create(folder: &Path, now: Timestamp) -> Result<(AuthorityFolder, bool), AuthorityFolderError> {
        let found = AuthorityFolder { folder: folder.to_owned() };
        create_folder(folder)?;
        let _lock = found.lock()?;
        let is_new = !found.path_of(KeyAlgorithm::Ecdsa, "").exists();
        if is_new {
            found.create(KeyAlgorithm::Ecdsa, now)?;
        }
        found.load(KeyAlgorithm::Ecdsa)?;
        Ok((found, is_new))
    }

    /// Makes a new CA in place of the one that is there. What the old one has issued is trusted no more.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn create_again(folder: &Path, now: Timestamp) -> Result<AuthorityFolder, AuthorityFolderError> {
        let found = AuthorityFolder { folder: folder.to_owned() };
        create_folder(folder)?;
        {
            let _lock = found.lock()?;
            for kind in [KeyAlgorithm::Ecdsa, KeyAlgorithm::Rsa] {
                remove(&found.path_of(kind, ""))?;
                remove(&found.path_of(kind, "-key"))?;
            }
            for file in [ISSUED, REVOKED, LIST] {
                remove(&folder.join(file))?;
            }
            found.create(KeyAlgorithm::Ecdsa, now)?;
        }
        Ok(found)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The file of the root for ECDSA, which peers of this machine must trust.
    pub fn root_file(&self) -> PathBuf {
        self.path_of(KeyAlgorithm::Ecdsa, "")
    }

    /// The file of the root for RSA; `None` when there is none so far.
    pub fn rsa_root_file(&self) -> Option<PathBuf> {
        Some(self.path_of(KeyAlgorithm::Rsa, "")).filter(|path| path.exists())
    }

    /// The files of the roots in a folder, whether they exist or not.
    pub fn root_files(folder: &Path) -> Vec<PathBuf> {
        let folder = AuthorityFolder { folder: folder.to_owned() };
        [KeyAlgorithm::Ecdsa, KeyAlgorithm::Rsa].map(|kind| folder.path_of(kind, "")).into()
    }

    /// The certificates of the roots that exist, in DER: for ECDSA, then for RSA.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn roots(&self) -> Result<Vec<Vec<u8>>, AuthorityFolderError> {
        let mut roots = Vec::new();
        for kind in [KeyAlgorithm::Ecdsa, KeyAlgorithm::Rsa] {
            let path = self.path_of(kind, "");
            if path.exists() {
                let text = text_file::read(&path).map_err(io_error(&path, "cannot be read"))?;
                let certificates = read_certificates(&text)
                    .map_err(|fault| AuthorityFolderError::Damaged { path: path.clone(), fault: fault.into() })?;
                roots.extend(certificates);
            }
        }
        Ok(roots)
    }

    /// The CA that signs with keys of a kind. RSA certificates have a root of their own, so that peers which know no ECDSA can check
    /// the whole chain; it is made when it is needed first.
    ///
    /// # Errors
    /// When it is damaged or cannot be made.
    pub fn authority(&self, kind: KeyAlgorithm, now: Timestamp) -> Result<TestAuthority, AuthorityFolderError> {
        if !self.path_of(kind, "").exists() {
            let _lock = self.lock()?;
            if !self.path_of(kind, "").exists() {
                self.create(kind, now)?;
            }
        }
        self.load(kind)
    }

    /// Issues a certificate, with a fault on purpose if the terms say so, and notes it in the list.
    ///
    /// # Errors
    /// When the terms cannot be met or the list cannot be written.
    pub fn issue(&self, terms: &CertificateTerms, now: Timestamp) -> Result<IssuedCertificate, AuthorityFolderError> {
        // SHA-1 has no place in signatures with ECDSA here
        let kind = if terms.defects.contains(&CertificateDefect::Sha1) { KeyAlgorithm::Rsa } else { terms.key };
        let terms = CertificateTerms { key: kind, ..terms.clone() };
        let issued = self.authority(kind, now)?.issue(&terms, now)?;
        self.note(&issued.chain)?;
        Ok(issued)
    }

    /// Notes a certificate that the CA has issued, so that it can be listed, and revoked by its name.
    ///
    /// # Errors
    /// When the list cannot be written.
    pub fn note(&self, chain: &[Vec<u8>]) -> Result<(), AuthorityFolderError> {
        let Some(facts) = chain.first().and_then(|der| CertificateFacts::read(der)) else { return Ok(()) };
        let entry = IssuedEntry {
            serial: facts.serial.to_string(),
            subject: facts.subject.to_string(),
            name: facts.short_name().to_owned(),
            expires: facts.not_after,
        };
        // texts and times always have a JSON form
        let line = serde_json::to_string(&entry).unwrap_or_default();
        let path = self.folder.join(ISSUED);
        let _lock = self.lock()?;
        let mut file = append(&path).map_err(io_error(&path, "cannot be written"))?;
        file.write_all(format!("{line}\n").as_bytes()).map_err(io_error(&path, "cannot be written"))
    }

    /// What the CA has issued, the oldest first. Lines that are damaged are left out.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn issued(&self) -> Result<Vec<IssuedEntry>, AuthorityFolderError> {
        let text = read_if_there(&self.folder.join(ISSUED))?.unwrap_or_default();
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// The certificate of a server with these names. It is kept, and issued again when a name is missing or it expires soon.
    ///
    /// # Errors
    /// When it cannot be issued or written.
    pub fn server_certificate(
        &self,
        kind: KeyAlgorithm,
        names: &[String],
        now: Timestamp,
    ) -> Result<IssuedCertificate, AuthorityFolderError> {
        let terms = CertificateTerms { key: kind, ..CertificateTerms::server(names.to_vec()) };
        self.kept(&self.folder, &server_name(kind), &terms, now)
    }

    /// The files of the certificate and of the key of a server, which [`server_certificate`](Self::server_certificate) writes.
    pub fn server_files(&self, kind: KeyAlgorithm) -> (PathBuf, PathBuf) {
        pair_of(&self.folder, &server_name(kind))
    }

    /// The files of the certificate and of the key of a station, which [`station_certificate`](Self::station_certificate) writes.
    pub fn station_files(&self, common_name: &str, kind: KeyAlgorithm) -> (PathBuf, PathBuf) {
        pair_of(&self.folder.join(STATIONS), &station_name(common_name, kind))
    }

    /// The certificate of a station by these terms. It is kept under the common name, and issued again when the subject changes or it
    /// expires soon.
    ///
    /// # Errors
    /// When it cannot be issued or written.
    pub fn station_certificate(
        &self,
        terms: &CertificateTerms,
        now: Timestamp,
    ) -> Result<IssuedCertificate, AuthorityFolderError> {
        self.kept(&self.folder.join(STATIONS), &station_name(&terms.common_name, terms.key), terms, now)
    }

    /// Revokes a certificate by its serial number; `false` when it was revoked already.
    ///
    /// # Errors
    /// When the serial number is none, or the list cannot be written.
    pub fn revoke(&self, serial: &str, now: Timestamp) -> Result<bool, AuthorityFolderError> {
        let serial = serial.replace(':', "").to_ascii_lowercase();
        let serial = match serial.trim_start_matches('0') {
            "" if !serial.is_empty() => "0".to_owned(),
            digits => digits.to_owned(),
        };
        let _lock = self.lock()?;
        let mut entries = self.revoked_entries()?;
        if entries.revoked.iter().any(|entry| entry.serial == serial) {
            return Ok(false);
        }
        entries.revoked.push(RevokedEntry { serial, at: now });
        entries.number += 1;
        self.write_list(&entries, now)?;
        let text = serde_json::to_string_pretty(&entries).unwrap_or_default();
        write_private(&self.folder, REVOKED, &text).map_err(io_error(&self.folder.join(REVOKED), "cannot be written"))?;
        Ok(true)
    }

    /// The file of the revocation lists; it is written anew, so that it is not outdated.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn list_file(&self, now: Timestamp) -> Result<PathBuf, AuthorityFolderError> {
        let _lock = self.lock()?;
        let mut entries = self.revoked_entries()?;
        entries.number += 1;
        self.write_list(&entries, now)?;
        let text = serde_json::to_string_pretty(&entries).unwrap_or_default();
        write_private(&self.folder, REVOKED, &text).map_err(io_error(&self.folder.join(REVOKED), "cannot be written"))?;
        Ok(self.folder.join(LIST))
    }

    /// What the CA has revoked: a list of each root. Empty when nothing was revoked so far.
    ///
    /// # Errors
    /// When the lists cannot be read.
    pub fn revocations(&self) -> Result<Vec<RevocationFacts>, AuthorityFolderError> {
        let Some(text) = read_if_there(&self.folder.join(LIST))? else { return Ok(Vec::new()) };
        let damaged = || AuthorityFolderError::DamagedList { path: self.folder.join(LIST) };
        let blocks = read_pem(&text).map_err(|_| damaged())?;
        blocks.iter().map(|block| RevocationFacts::read(&block.der).ok_or_else(damaged)).collect()
    }

    fn revoked_entries(&self) -> Result<RevokedEntries, AuthorityFolderError> {
        let path = self.folder.join(REVOKED);
        let Some(text) = read_if_there(&path)? else { return Ok(RevokedEntries::default()) };
        serde_json::from_str(&text).map_err(|_| AuthorityFolderError::DamagedList { path })
    }

    /// Each root has its own list, with all serial numbers: they are random, so that none belongs to both.
    fn write_list(&self, entries: &RevokedEntries, now: Timestamp) -> Result<(), AuthorityFolderError> {
        let revoked: Vec<RevokedSerial> =
            entries.revoked.iter().map(|entry| RevokedSerial { serial: entry.serial.as_str().into(), at: entry.at }).collect();
        let mut text = String::new();
        for kind in [KeyAlgorithm::Ecdsa, KeyAlgorithm::Rsa] {
            if self.path_of(kind, "").exists() {
                text += &write_pem(LIST_LABEL, &self.load(kind)?.revocation_list(&revoked, entries.number, now)?);
            }
        }
        write_private(&self.folder, LIST, &text).map_err(io_error(&self.folder.join(LIST), "cannot be written"))
    }

    /// The certificate in the files of this name, when it still fits the terms, or a new one in them.
    fn kept(
        &self,
        folder: &Path,
        name: &str,
        terms: &CertificateTerms,
        now: Timestamp,
    ) -> Result<IssuedCertificate, AuthorityFolderError> {
        if let Some(found) = self.found(folder, name, terms, now)? {
            return Ok(found);
        }
        let issued = self.issue(terms, now)?;
        create_folder(folder)?;
        let _lock = self.lock()?;
        write_pair(folder, name, &issued.chain_pem(), &issued.key)?;
        Ok(issued)
    }

    fn found(
        &self,
        folder: &Path,
        name: &str,
        terms: &CertificateTerms,
        now: Timestamp,
    ) -> Result<Option<IssuedCertificate>, AuthorityFolderError> {
        let (chain_path, key_path) = pair_of(folder, name);
        let _lock = self.lock()?;
        let Some(chain) = read_if_there(&chain_path)? else { return Ok(None) };
        let Some(key) = read_if_there(&key_path)? else { return Ok(None) };
        check_closed(&key_path, false)?;
        // what is damaged is issued again
        let (Ok(chain), Ok(key)) = (read_certificates(&chain), PrivateKey::from_pem(&key)) else { return Ok(None) };
        let Some(facts) = chain.first().and_then(|der| CertificateFacts::read(der)) else { return Ok(None) };
        let until = now.saturating_add(SOON).unwrap_or(Timestamp::MAX);
        let revocations = self.revocations()?;
        let expected = ExpectedChain { purpose: terms.purpose, host: None, now: until, revocations: &revocations };
        let is_server = terms.purpose == CertificateUse::Server;
        let is_named = is_server || facts.common_name.as_deref() == Some(&terms.common_name);
        let fits = facts.has_key(&key.public_key_info())
            && is_named
            && facts.organization.as_deref() == terms.organization.as_deref()
            && terms.names.iter().all(|name| facts.is_for_host(name))
            && check_chain(&chain, &self.roots()?, &expected).is_ok();
        Ok(fits.then_some(IssuedCertificate { chain, key }))
    }

    fn path_of(&self, kind: KeyAlgorithm, part: &str) -> PathBuf {
        self.folder.join(format!("ca{}{part}.pem", suffix(kind)))
    }

    /// Makes a root. The lock is held, and the certificate is written last: without it there is no root.
    fn create(&self, kind: KeyAlgorithm, now: Timestamp) -> Result<(), AuthorityFolderError> {
        let host = super::machine_names::host_name();
        let of_host = host.map_or_else(String::new, |host| format!(" of {host}"));
        let name = format!("ocpp-tui test CA{of_host}{}", if kind == KeyAlgorithm::Rsa { ", RSA" } else { "" });
        let authority = TestAuthority::create(&name, kind, now)?;
        write_pair(&self.folder, &format!("ca{}", suffix(kind)), &authority.certificate_pem(), authority.key())
    }

    fn load(&self, kind: KeyAlgorithm) -> Result<TestAuthority, AuthorityFolderError> {
        let (certificate, key) = (self.path_of(kind, ""), self.path_of(kind, "-key"));
        check_closed(&self.folder, true)?;
        check_closed(&key, false)?;
        let certificate_text = text_file::read(&certificate).map_err(io_error(&certificate, "cannot be read"))?;
        let key_text = text_file::read(&key).map_err(io_error(&key, "cannot be read"))?;
        TestAuthority::from_pem(&certificate_text, &key_text)
            .map_err(|fault| AuthorityFolderError::Damaged { path: certificate, fault })
    }

    /// Waits until no other process changes the folder; the lock ends with what is returned.
    fn lock(&self) -> Result<File, AuthorityFolderError> {
        let path = self.folder.join("lock");
        let file = append(&path).map_err(io_error(&path, "cannot be written"))?;
        file.lock().map_err(io_error(&path, "cannot be locked"))?;
        Ok(file)
    }
}

fn suffix(kind: KeyAlgorithm) -> &'static str {
    match kind {
        KeyAlgorithm::Ecdsa => "",
        KeyAlgorithm::Rsa => "-rsa",
    }
}

fn server_name(kind: KeyAlgorithm) -> String {
    format!("server{}", suffix(kind))
}

/// A name that is neither hidden nor in another folder.
fn station_name(common_name: &str, kind: KeyAlgorithm) -> String {
    format!("station-{}{}", utf8_percent_encode(common_name, IN_FILE_NAMES), suffix(kind))
}

/// The files of a certificate and of its key.
fn pair_of(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    (folder.join(format!("{name}.pem")), folder.join(format!("{name}-key.pem")))
}

/// Writes a key and then the certificate.
fn write_pair(folder: &Path, name: &str, chain: &str, key: &PrivateKey) -> Result<(), AuthorityFolderError> {
    for (file, text) in [(format!("{name}-key.pem"), key.to_pem()), (format!("{name}.pem"), chain.to_owned())] {
        write_private(folder, &file, &text).map_err(io_error(&folder.join(&file), "cannot be written"))?;
    }
    Ok(())
}

fn io_error(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> AuthorityFolderError {
    let path = path.to_owned();
    move |error| AuthorityFolderError::Io { path, what, error }
}

fn read_if_there(path: &Path) -> Result<Option<String>, AuthorityFolderError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, "cannot be read")(error)),
    }
}

fn remove(path: &Path) -> Result<(), AuthorityFolderError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path, "cannot be removed")(error)),
        _ => Ok(()),
    }
}

/// Opens a file of the user alone, to write at its end.
fn append(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a folder of the user alone, with those above it.
fn create_folder(path: &Path) -> Result<(), AuthorityFolderError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(io_error(path, "cannot be created"))
}

/// Refuses what other users may read or change. Systems without Unix permissions rely on the folder of the user.
#[cfg(unix)]
fn check_closed(path: &Path, is_folder: bool) -> Result<(), AuthorityFolderError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(io_error(path, "cannot be read"))?.permissions().mode() & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(AuthorityFolderError::Loose { path: path.to_owned(), mode, is_folder }),
    }
}

#[cfg(not(unix))]
fn check_closed(_path: &Path, _is_folder: bool) -> Result<(), AuthorityFolderError> {
    Ok(())
}

#[cfg(test)]
#[path = "tests/authority_folder.rs"]
mod tests;
