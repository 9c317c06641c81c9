//! The options about TLS and security profiles, of a central system and of charge points.

use std::path::PathBuf;

use clap::Args;
use ocpp_tui::hub::{DialTlsOptions, ListenTlsOptions};
use ocpp_tui::link::{CertificateFileError, CertificateFiles, TlsLimits, TlsVersion};
use ocpp_tui::ocpp::SecurityProfile;

use super::whole_number::whole_number;

/// TLS of a central system.
#[derive(Debug, Clone, Args)]
pub struct ListenTlsArguments {
    /// Security profile of OCPP, 0 to 3: 2 and 3 open the port for TLS, and the other one only when --port names it; 3 requires a
    /// certificate of each charge point
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = profile)]
    pub security_profile: SecurityProfile,
    #[command(flatten)]
    pub server: ServerTlsArguments,
    /// Operator that the certificates of charge points must name as their organization [default: any]
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    #[command(flatten)]
    pub versions: TlsVersionArguments,
}

impl ListenTlsArguments {
    /// The options, with the port without TLS open or closed.
    ///
    /// # Errors
    /// When certificates and keys are no pairs.
    pub fn options(&self, alone: bool) -> Result<ListenTlsOptions, CertificateFileError> {
        let options = self.server.options(alone, self.versions.limits())?;
        Ok(ListenTlsOptions { organization: self.organization.clone(), ..options })
    }
}

/// The versions and suites of TLS, in either role.
#[derive(Debug, Clone, Args)]
pub struct TlsVersionArguments {
    /// Lowest version of TLS: 1.2 or 1.3; in a build with the feature openssl 1.0 and 1.1, too, with all their suites
    #[arg(long = "tls-min", value_name = "VERSION", default_value = "1.2", value_parser = version)]
    pub lowest: TlsVersion,
    /// Highest version of TLS
    #[arg(long = "tls-max", value_name = "VERSION", default_value = "1.3", value_parser = version)]
    pub highest: TlsVersion,
    /// Speak suites without forward secrecy (TLS_RSA) with TLS 1.2, too; needs a build with the feature openssl
    #[arg(long = "tls-rsa")]
    pub static_rsa: bool,
}

impl TlsVersionArguments {
    /// The limits. Whether this build can keep them is checked where they are used.
    pub fn limits(&self) -> TlsLimits {
        TlsLimits { lowest: self.lowest, highest: self.highest, static_rsa: self.static_rsa }
    }
}

/// The port for TLS of a central system, and its certificates.
#[derive(Debug, Clone, Args)]
pub struct ServerTlsArguments {
    /// TCP port for TLS, beside the one without; 0 takes any free one [default: 9443 when another option asks for TLS]
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, value_parser = |text: &str| whole_number::<u16>(text, 0..=65_535))]
    pub tls_port: Option<u16>,
    #[command(flatten)]
    pub shown: CertificateArguments,
}

/// What a central system shows and whom it trusts.
#[derive(Debug, Clone, Args)]
pub struct CertificateArguments {
    /// PEM file of a certificate and those between it and its CA; several are chosen from by name and kind of key
    #[arg(long, value_name = "FILE")]
    pub cert: Vec<PathBuf>,
    /// PEM file of the key of a certificate, in the order of --cert [default: the file of the certificate]
    #[arg(long, value_name = "FILE")]
    pub key: Vec<PathBuf>,
    /// PEM file of a CA whose client certificates are accepted
    #[arg(long, value_name = "FILE")]
    pub client_ca: Vec<PathBuf>,
}

impl CertificateArguments {
    /// The options with this port for TLS, and the one without open or closed.
    ///
    /// # Errors
    /// When certificates and keys are no pairs.
    pub fn options(&self, port: Option<u16>, alone: bool) -> Result<ListenTlsOptions, CertificateFileError> {
        let (certificates, client_ca) = (CertificateFiles::pairs(&self.cert, &self.key)?, self.client_ca.clone());
        Ok(ListenTlsOptions { port, alone, certificates, client_ca, ..ListenTlsOptions::default() })
    }
}

impl ServerTlsArguments {
    /// The options, with the port without TLS open or closed, and with these versions.
    ///
    /// # Errors
    /// When certificates and keys are no pairs.
    pub fn options(&self, alone: bool, limits: TlsLimits) -> Result<ListenTlsOptions, CertificateFileError> {
        Ok(ListenTlsOptions { limits, ..self.shown.options(self.tls_port, alone)? })
    }
}

/// TLS of charge points.
#[derive(Debug, Clone, Args)]
pub struct DialTlsArguments {
    /// Security profile of OCPP, 0 to 3: 2 and 3 need a URL with wss://, 3 a certificate of the charge point
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = profile)]
    pub security_profile: SecurityProfile,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// Operator in the certificate that the test CA issues for the charge point (its organization) [default: ocpp-tui]
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    #[command(flatten)]
    pub versions: TlsVersionArguments,
}

/// Whom one trusts that connects, and what it shows.
#[derive(Debug, Clone, Args)]
pub struct TrustArguments {
    /// PEM file of a CA to trust [default: those of the operating system]
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,
    /// PEM file of the certificate of the charge point
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<PathBuf>,
    /// PEM file of its key [default: the file of the certificate]
    #[arg(long, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// Accept every certificate of the central system; the connection says what is wrong with it
    #[arg(long)]
    pub insecure: bool,
    /// Name to ask for and to check, instead of the host of the URL
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
}

impl DialTlsArguments {
    /// The options.
    ///
    /// # Errors
    /// When there is a key without a certificate.
    pub fn options(&self) -> Result<DialTlsOptions, CertificateFileError> {
        Ok(DialTlsOptions { organization: self.organization.clone(), ..self.trust.options(self.versions.limits())? })
    }
}

impl TrustArguments {
    /// The options with these versions.
    ///
    /// # Errors
    /// When there is a key without a certificate.
    pub fn options(&self, limits: TlsLimits) -> Result<DialTlsOptions, CertificateFileError> {
        let (certificates, keys) = (self.client_cert.as_slice(), self.client_key.as_slice());
        Ok(DialTlsOptions {
            ca: self.ca.clone(),
            certificate: CertificateFiles::pairs(certificates, keys)?.pop(),
            organization: None,
            insecure: self.insecure,
            server_name: self.sni.clone(),
            limits,
        })
    }
}

pub(super) fn profile(text: &str) -> Result<SecurityProfile, String> {
    text.parse().ok().and_then(SecurityProfile::of_number).ok_or_else(|| "it is a number from 0 to 3".to_owned())
}

fn version(text: &str) -> Result<TlsVersion, String> {
    TlsVersion::of_number(text).ok_or_else(|| "it is 1.0, 1.1, 1.2 or 1.3".to_owned())
}
