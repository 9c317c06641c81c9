//! What becomes of the credentials of a station of ours at an attempt to connect, over either transport: the note about new ones, and what a
//! failure is as a security event.

use rustls::AlertDescription;

use super::tls::TlsFaultCause;
use crate::behaviour::{ConnectionIncident, CredentialNews};
use crate::trace::EventKind;

/// What became of new credentials, as a line.
pub(super) fn news_event(news: &CredentialNews) -> EventKind {
    let (failure, text) = match news {
        CredentialNews::Settled(profile) => (false, format!("connected with the new credentials, security profile {profile}")),
        CredentialNews::FellBack(profile) => {
            (true, format!("the new credentials failed; it goes back to security profile {profile}"))
        }
        CredentialNews::Turned { slot, profile } => {
            (true, format!("the connection failed; network profile {slot} is tried next, security profile {profile}"))
        }
    };
    EventKind::Note { failure, text: text.into() }
}

/// What of a failed handshake of TLS the station reports. An alert has the view of the central system on the station.
pub(super) fn incident_of_tls(cause: &TlsFaultCause) -> Option<ConnectionIncident> {
    let alert = match cause {
        TlsFaultCause::Chain(_) => return Some(ConnectionIncident::UntrustedCertificate),
        TlsFaultCause::NoVersion { .. } => return Some(ConnectionIncident::NoCommonTlsVersion),
        TlsFaultCause::NoSuite(_) => return Some(ConnectionIncident::NoCommonCipherSuite),
        TlsFaultCause::Alert { alert, .. } => alert,
        _ => return None,
    };
    match alert {
        AlertDescription::ProtocolVersion => Some(ConnectionIncident::NoCommonTlsVersion),
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            Some(ConnectionIncident::NoCommonCipherSuite)
        }
        AlertDescription::NoCertificate
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied
        | AlertDescription::CertificateRequired => Some(ConnectionIncident::NotAuthenticated),
        _ => None,
    }
}
