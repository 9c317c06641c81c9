//! What is odd about a handshake that was accepted all the same, as facts. The sentences are made in `describe`.

use serde::{Deserialize, Serialize};

use crate::ocpp::Version;

/// What is odd about a handshake that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum HandshakeFinding {
    /// A certificate expires soon.
    CertificateExpires {
        /// Its subject.
        certificate: Box<str>,
        /// The days that are left.
        days: i64,
    },
    /// A certificate has expired.
    CertificateExpired {
        /// Its subject.
        certificate: Box<str>,
        /// Since how many days.
        days: i64,
    },
    /// A key is too short.
    WeakKey {
        /// The subject of its certificate.
        certificate: Box<str>,
        /// Its kind and size.
        key: Box<str>,
    },
    /// A signature uses an algorithm that is broken.
    WeakSignature {
        /// The subject of the certificate.
        certificate: Box<str>,
    },
    /// The certificate of a server has its name in the subject only.
    NameInCommonName {
        /// Its subject.
        certificate: Box<str>,
    },
    /// The link uses a version of TLS below 1.2.
    OldTls {
        /// Its name.
        agreed: Box<str>,
    },
    /// A password came over a connection without TLS.
    PasswordInClear,
    /// The path has empty segments, which were left out.
    EmptySegments {
        /// The path.
        path: Box<str>,
    },
    /// The path has no identity; a parameter of the query has it.
    IdentityInQuery {
        /// The name of the parameter.
        parameter: Box<str>,
    },
    /// The subprotocol has an unusual spelling.
    SubprotocolSpelling {
        /// The spelling.
        offered: Box<str>,
        /// What it means.
        version: Version,
    },
    /// It shows credentials, and none were asked for.
    UnaskedCredentials,
    /// It shows the password of a station of which none is known, so that it was not checked.
    UncheckedPassword,
    /// The common name of its certificate is not its identity, and its serial number is not known yet.
    UnprovenCertificate {
        /// The common name.
        common_name: Box<str>,
    },
}

impl HandshakeFinding {
    /// A word for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            HandshakeFinding::CertificateExpires { .. } => "certificateExpires",
            HandshakeFinding::CertificateExpired { .. } => "certificateExpired",
            HandshakeFinding::WeakKey { .. } => "weakKey",
            HandshakeFinding::WeakSignature { .. } => "weakSignature",
            HandshakeFinding::NameInCommonName { .. } => "nameInCommonName",
            HandshakeFinding::OldTls { .. } => "oldTls",
            HandshakeFinding::PasswordInClear => "passwordInClear",
            HandshakeFinding::EmptySegments { .. } => "emptySegments",
            HandshakeFinding::IdentityInQuery { .. } => "identityInQuery",
            HandshakeFinding::SubprotocolSpelling { .. } => "subprotocolSpelling",
            HandshakeFinding::UnaskedCredentials => "unaskedCredentials",
            HandshakeFinding::UncheckedPassword => "uncheckedPassword",
            HandshakeFinding::UnprovenCertificate { .. } => "unprovenCertificate",
        }
    }

    /// The memory that it holds besides its own size, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            HandshakeFinding::CertificateExpires { certificate: text, .. }
            | HandshakeFinding::CertificateExpired { certificate: text, .. }
            | HandshakeFinding::WeakSignature { certificate: text }
            | HandshakeFinding::NameInCommonName { certificate: text }
            | HandshakeFinding::OldTls { agreed: text } => text.len(),
            HandshakeFinding::WeakKey { certificate, key } => certificate.len() + key.len(),
            HandshakeFinding::PasswordInClear => 0,
            HandshakeFinding::EmptySegments { path: text }
            | HandshakeFinding::IdentityInQuery { parameter: text }
            | HandshakeFinding::SubprotocolSpelling { offered: text, .. }
            | HandshakeFinding::UnprovenCertificate { common_name: text } => text.len(),
            HandshakeFinding::UnaskedCredentials | HandshakeFinding::UncheckedPassword => 0,
        }
    }
}
