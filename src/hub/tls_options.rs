//! The options about TLS of a central system and of a charge point. What is made of them is in `tls`.

use std::path::PathBuf;

use crate::link::{CertificateFiles, TlsLimits};

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
    /// The operator, which the certificates of stations must name as their organization; `None` for any.
    pub organization: Option<String>,
    /// Which versions and suites are spoken.
    pub limits: TlsLimits,
}

/// TLS of a charge point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialTlsOptions {
    /// The CAs that it trusts; without any, those of the operating system.
    pub ca: Vec<PathBuf>,
    /// Its certificate.
    pub certificate: Option<CertificateFiles>,
    /// The operator in the certificate that the test CA issues for it; `None` for the default one.
    pub organization: Option<String>,
    /// Whether it accepts every certificate.
    pub insecure: bool,
    /// The name that it asks for instead of the host of the URL.
    pub server_name: Option<String>,
    /// Which versions and suites are spoken.
    pub limits: TlsLimits,
}

impl DialTlsOptions {
    /// Whether anything here says how TLS is to be spoken. The operator does not: it stands in requests for certificates without TLS, too.
    pub fn is_about_tls(&self) -> bool {
        let DialTlsOptions { ca, certificate, organization: _, insecure, server_name, limits } = self;
        !ca.is_empty() || certificate.is_some() || *insecure || server_name.is_some() || *limits != TlsLimits::default()
    }
}
