//! The alerts with which a peer ends a handshake (RFC 8446 §6.2): what each says about us, and what to do. Two tables: alerts of a client
//! that connects to us, and of a server that we connect to.

use rustls::AlertDescription;

use super::limits::HAS_OPENSSL;

/// What to do about a server that may have older suites and versions only.
const OLD_SUITES: &str = if HAS_OPENSSL {
    "reach a {peer} that has TLS_RSA suites only with --tls-rsa, one that has TLS 1.0 and 1.1 only with --tls-min 1.0; give one that requires a client certificate --client-cert and --client-key"
} else {
    "a {peer} that has TLS_RSA suites or TLS 1.0 and 1.1 only needs a build with the feature openssl (--tls-rsa, --tls-min 1.0) or a TLS proxy before it; give one that requires a client certificate --client-cert and --client-key"
};
/// What to do about a server that may have older versions only.
const OLD_VERSIONS: &str = if HAS_OPENSSL {
    "reach a {peer} that has TLS 1.0 and 1.1 only with --tls-min 1.0"
} else {
    "a {peer} that has TLS 1.0 and 1.1 only needs a build with the feature openssl (--tls-min 1.0) or a TLS proxy before it"
};

/// What an alert means where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AlertMeaning {
    /// What the peer found, behind "it". `{issuer}`, `{end}`, `{name}` and `{peer}` stand for the issuer and the end of validity of our
    /// certificate, for the name that was asked for, and for the peer.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// The registered name of an alert.
pub(super) fn alert_name(alert: AlertDescription) -> String {
    let name = match alert {
        AlertDescription::CloseNotify => "close_notify",
        AlertDescription::UnexpectedMessage => "unexpected_message",
        AlertDescription::BadRecordMac => "bad_record_mac",
        AlertDescription::DecryptionFailed => "decryption_failed",
        AlertDescription::RecordOverflow => "record_overflow",
        AlertDescription::DecompressionFailure => "decompression_failure",
        AlertDescription::HandshakeFailure => "handshake_failure",
        AlertDescription::NoCertificate => "no_certificate",
        AlertDescription::BadCertificate => "bad_certificate",
        AlertDescription::UnsupportedCertificate => "unsupported_certificate",
        AlertDescription::CertificateRevoked => "certificate_revoked",
        AlertDescription::CertificateExpired => "certificate_expired",
        AlertDescription::CertificateUnknown => "certificate_unknown",
        AlertDescription::IllegalParameter => "illegal_parameter",
        AlertDescription::UnknownCA => "unknown_ca",
        AlertDescription::AccessDenied => "access_denied",
        AlertDescription::DecodeError => "decode_error",
        AlertDescription::DecryptError => "decrypt_error",
        AlertDescription::ExportRestriction => "export_restriction",
        AlertDescription::ProtocolVersion => "protocol_version",
        AlertDescription::InsufficientSecurity => "insufficient_security",
        AlertDescription::InternalError => "internal_error",
        AlertDescription::InappropriateFallback => "inappropriate_fallback",
        AlertDescription::UserCanceled => "user_canceled",
        AlertDescription::NoRenegotiation => "no_renegotiation",
        AlertDescription::MissingExtension => "missing_extension",
        AlertDescription::UnsupportedExtension => "unsupported_extension",
        AlertDescription::UnrecognisedName => "unrecognized_name",
        AlertDescription::BadCertificateStatusResponse => "bad_certificate_status_response",
        AlertDescription::UnknownPSKIdentity => "unknown_psk_identity",
        AlertDescription::CertificateRequired => "certificate_required",
        AlertDescription::NoApplicationProtocol => "no_application_protocol",
        other => return format!("number {}", u8::from(other)),
    };
    name.to_owned()
}

/// What an alert of a client says about our server certificate and our side of the handshake.
pub(super) fn from_client(alert: AlertDescription) -> AlertMeaning {
    let (cause, remedy) = match alert {
        AlertDescription::UnknownCA => (
            "it does not trust \"{issuer}\", which issued our certificate",
            "install that CA certificate at the {peer}; where it is an intermediate CA, put its certificate behind ours in the file of --cert",
        ),
        AlertDescription::BadCertificate => (
            "it rejects our certificate",
            "look at its names, its dates and its key on this page, and at which CA the {peer} trusts; some report an unknown CA with this alert",
        ),
        AlertDescription::CertificateUnknown => (
            "it rejects our certificate without saying why",
            "install the CA certificate of \"{issuer}\" at the {peer}, and look at the names and dates of our certificate",
        ),
        AlertDescription::UnsupportedCertificate => (
            "it does not support the kind of our certificate",
            "give another key with --cert and --key: an RSA key where it is ECDSA, or the other way round",
        ),
        AlertDescription::CertificateExpired => (
            "it takes our certificate, valid until {end}, for expired or not yet valid",
            "set the clock of the {peer}, or renew the certificate",
        ),
        AlertDescription::CertificateRevoked => ("our certificate is revoked for it", "give a new one with --cert and --key"),
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => (
            "what we chose is not good enough for it",
            "give a certificate with another key with --cert and --key (ECDSA or RSA), or let the {peer} offer more suites",
        ),
        AlertDescription::ProtocolVersion => {
            ("it does not take the version of TLS that we chose", "limit it with --tls-max 1.2")
        }
        AlertDescription::DecryptError | AlertDescription::BadRecordMac | AlertDescription::DecryptionFailed => (
            "it could not verify or decrypt what we sent",
            "check that the key fits the certificate, and that no proxy in between changes bytes",
        ),
        AlertDescription::IllegalParameter | AlertDescription::DecodeError | AlertDescription::UnexpectedMessage => (
            "it does not understand our side of the handshake",
            "try --tls-max 1.2; an old library may have trouble with TLS 1.3",
        ),
        AlertDescription::UnsupportedExtension => ("it does not expect an extension of ours", "try --tls-max 1.2"),
        AlertDescription::UserCanceled | AlertDescription::CloseNotify => {
            ("it gave up the handshake", "look into the log of the {peer}")
        }
        _ => ("it gives no further reason", "look into the log of the {peer}"),
    };
    AlertMeaning { cause, remedy }
}

/// What an alert of a server says about our client certificate and our offer.
pub(super) fn from_server(alert: AlertDescription) -> AlertMeaning {
    let (cause, remedy) = match alert {
        AlertDescription::UnknownCA => (
            "it does not trust \"{issuer}\", which issued our client certificate",
            "install that CA certificate at the {peer}, or use --client-cert and --client-key of a CA that it trusts; where it is an intermediate CA, put its certificate behind ours in that file",
        ),
        AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => (
            "it rejects our client certificate, issued by \"{issuer}\"",
            "install that CA certificate at the {peer}, and look at the common name, the organization and the dates of the certificate",
        ),
        AlertDescription::UnsupportedCertificate => (
            "it does not support the kind of our client certificate",
            "use one with another key (ECDSA or RSA) and with the extended key usage clientAuth",
        ),
        AlertDescription::CertificateExpired => (
            "it takes our client certificate, valid until {end}, for expired or not yet valid",
            "renew it, or set the clock of the {peer}",
        ),
        AlertDescription::CertificateRevoked => {
            ("our client certificate is revoked for it", "use a new one with --client-cert and --client-key")
        }
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            ("it requires a client certificate, and we have none", "give one with --client-cert and --client-key")
        }
        AlertDescription::AccessDenied => (
            "our client certificate is valid and has no access",
            "use one whose common name and organization the {peer} expects",
        ),
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            ("it takes none of the suites and keys that we offer", OLD_SUITES)
        }
        AlertDescription::ProtocolVersion => ("it takes none of the versions of TLS that we offer", OLD_VERSIONS),
        AlertDescription::UnrecognisedName => {
            ("it has no certificate for the name {name}", "connect to a name that it has, or name one with --sni NAME")
        }
        AlertDescription::NoApplicationProtocol => {
            ("it takes no http/1.1 on this port", "name the port of its WebSocket or SOAP service")
        }
        AlertDescription::DecryptError | AlertDescription::BadRecordMac | AlertDescription::DecryptionFailed => (
            "it could not verify or decrypt what we sent",
            "check that the client key fits the client certificate, and that no proxy in between changes bytes",
        ),
        AlertDescription::InternalError => ("it has a fault of its own", "look into the log of the {peer}"),
        _ => ("it gives no further reason", "look into the log of the {peer}"),
    };
    AlertMeaning { cause, remedy }
}
