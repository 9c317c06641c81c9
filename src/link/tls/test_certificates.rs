//! Certificates for tests, here and of links in `tests/`: a CA that issues them into a folder of its own, which goes with it.

use std::fs;
use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SignatureAlgorithm, date_time_ymd,
};
use tempfile::TempDir;

/// A CA of a test.
pub struct CertificateFolder {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// What is asked of the CA.
pub struct WantedCertificate<'a> {
    /// The name of its files.
    pub file: &'a str,
    /// Its subject alternative names.
    pub names: &'a [&'a str],
    /// Its common name.
    pub common_name: &'a str,
    /// The kind of key.
    pub kind: &'static SignatureAlgorithm,
    /// Whether it is one of a client.
    pub of_client: bool,
    /// Whether its time is over.
    pub expired: bool,
}

impl Default for WantedCertificate<'_> {
    fn default() -> Self {
        WantedCertificate {
            file: "server",
            names: &["localhost", "127.0.0.1"],
            common_name: "localhost",
            kind: &PKCS_ECDSA_P256_SHA256,
            of_client: false,
            expired: false,
        }
    }
}

impl CertificateFolder {
    /// A CA with this common name.
    pub fn new(name: &str) -> CertificateFolder {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        CertificateFolder { folder, issuer: Issuer::new(params, key) }
    }

    /// The file with this name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file of the CA's certificate.
    pub fn ca(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.file(name);
        fs::write(&file, text).unwrap();
        file
    }

    /// Issues a certificate and returns the files of it and its key.
    pub fn issue(&self, wanted: WantedCertificate<'_>) -> (PathBuf, PathBuf) {
        let names: Vec<String> = wanted.names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, wanted.common_name);
        params.distinguished_name.push(DnType::OrganizationName, "Operator");
        let purpose = if wanted.of_client { ExtendedKeyUsagePurpose::ClientAuth } else { ExtendedKeyUsagePurpose::ServerAuth };
        params.insert_extended_key_usage(purpose);
        if wanted.expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate_for(wanted.kind).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = self.write(&format!("{}.pem", wanted.file), &certificate.pem());
        (file, self.write(&format!("{}.key", wanted.file), &key.serialize_pem()))
    }

    /// Issues the certificate of a server for `localhost`.
    pub fn server(&self) -> (PathBuf, PathBuf) {
        self.issue(WantedCertificate::default())
    }

    /// Issues the certificate of a station.
    pub fn station(&self, identity: &str) -> (PathBuf, PathBuf) {
        let file = identity;
        self.issue(WantedCertificate { file, names: &[], common_name: identity, of_client: true, ..Default::default() })
    }
}
