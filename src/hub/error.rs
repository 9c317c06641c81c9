//! Why something could not be started, or an order was not taken.

use std::io;
use std::path::PathBuf;

use crate::config::{AuthorityFolderError, PasswordFileError};
use crate::link::{CertificateFileError, RelayTargetError, TlsLimitsError, UrlError};
use crate::ocpp::{SecurityProfile, Version};
use crate::simulator::QuirkError;

/// Why a central system or a charge point could not be started.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Another program has the port.
    #[error("port {port} is in use by another program; choose another one with {option}, or end that program")]
    PortInUse {
        /// The port.
        port: u16,
        /// The option that names it.
        option: &'static str,
    },
    /// The operating system keeps the port to itself.
    #[error("port {port} needs special permission; choose one above 1023 with {option}, for example 9000")]
    PortNotPermitted {
        /// The port.
        port: u16,
        /// The option that names it.
        option: &'static str,
    },
    /// There is no port at all.
    #[error("the central system has no port to listen on; name one with --port or --tls-port")]
    NoPort,
    /// The address cannot be bound for another reason.
    #[error("cannot listen on {place}: {source}; use --host with an address of this machine")]
    CannotListen {
        /// Host and port.
        place: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The port on which a charge point is called over SOAP cannot be bound.
    #[error("cannot listen on port {port}, {named}: {source}; -r (--remote-port) chooses another one, and 0 any free one")]
    CannotServe {
        /// The port.
        port: u16,
        /// Where it comes from, in words.
        named: &'static str,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file of TLS cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateFileError),
    /// This build lacks the wanted versions or suites of TLS.
    #[error(transparent)]
    TlsLimits(#[from] TlsLimitsError),
    /// The test CA cannot be used.
    #[error(transparent)]
    TestAuthority(#[from] AuthorityFolderError),
    /// A profile with TLS, and a URL without.
    #[error(
        "security profile {profile} needs TLS, and {url:?} has none; write wss:// (over SOAP https://) and the port for TLS"
    )]
    ProfileNeedsTls {
        /// The profile.
        profile: SecurityProfile,
        /// The URL.
        url: String,
    },
    /// Profile 3 without a CA of client certificates.
    #[error("security profile 3 needs the CA of the stations' certificates; name it with --client-ca FILE")]
    NoClientCa,
    /// Profile 3 without a client certificate.
    #[error("security profile 3 needs a certificate of the station; name it with --client-cert FILE and --client-key FILE")]
    NoClientCertificate,
    /// A station that is called over https without a certificate.
    #[error(
        "to be called at an https:// address the station needs a certificate; name it with --client-cert FILE and --client-key FILE, or give an http:// address"
    )]
    NoCallbackCertificate,
    /// The URL of the central system is none.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The passwords of stations cannot be used.
    #[error(transparent)]
    Passwords(#[from] PasswordFileError),
    /// The file of the password of a charge point cannot be read.
    #[error("the password in {} cannot be read: {reason}; --password-file names a file whose first line is the password", .file.display())]
    PasswordUnreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// It holds no password.
    #[error("{} has no password in its first line: a text, or hex: and pairs of hexadecimal digits", .file.display())]
    NoPassword {
        /// The file.
        file: PathBuf,
    },
    /// An option of a proxy cannot be used.
    #[error(transparent)]
    Relay(#[from] RelayTargetError),
    /// An option of a proxy that passes frames as they are, at a gateway.
    #[error(
        "{option} is for a proxy that passes frames as they are; a gateway, which --translate or an http:// URL asks for, has no use for it"
    )]
    NotOfGateway {
        /// The option.
        option: &'static str,
    },
    /// A version that is not translated.
    #[error("a gateway translates between OCPP 1.2, 1.5 and 1.6 only, not to {version}; the lens lists the differences")]
    NotTranslated {
        /// The version.
        version: Version,
    },
    /// A quirk cannot be used.
    #[error(transparent)]
    Quirk(#[from] QuirkError),
    /// A version that exists over WebSocket only is wanted over SOAP.
    #[error("SOAP carries OCPP 1.2, 1.5 and 1.6 only, not {version}; use WebSocket for it")]
    NotOverSoap {
        /// The version.
        version: Version,
    },
    /// No identity was given.
    #[error("a charge point needs an identity; append one to the URL argument, for example CP1")]
    EmptyIdentity,
    /// A simulated charge point with this identity exists.
    #[error("charge point {identity:?} exists already in this session; choose another identity")]
    IdentityInUse {
        /// The identity.
        identity: String,
    },
}

/// Why a link does not take an order.
#[derive(Debug, thiserror::Error)]
pub enum LinkOrderError {
    /// It is down.
    #[error("{name} is not connected")]
    NotConnected {
        /// The identity of the station.
        name: String,
    },
    /// It has too many orders already.
    #[error("{name} is too busy to take the order")]
    Busy {
        /// The identity of the station.
        name: String,
    },
}

impl HubError {
    pub(super) fn cannot_listen(host: Option<&str>, port: u16, option: &'static str, error: &io::Error) -> HubError {
        match error.kind() {
            io::ErrorKind::AddrInUse => HubError::PortInUse { port, option },
            io::ErrorKind::PermissionDenied => HubError::PortNotPermitted { port, option },
            kind => {
                let place = format!("{}:{port}", host.unwrap_or("all addresses"));
                HubError::CannotListen { place, source: io::Error::new(kind, error.to_string()) }
            }
        }
    }
}
