//! Why a handshake of OpenSSL failed: the cause that its error has. The numbers are those of `openssl/sslerr.h`.

use std::io;

use super::errors::{ends, library_error, reasons, received_alert};
use crate::link::tls::chain_refusal::ChainRefusal;
use crate::link::tls::fault::{FailedHandshake, TlsFaultCause, first_line, is_tls};

/// There is no version that both have: unsupported, unknown, too low, too high, wrong, none enabled.
const VERSIONS: [i32; 6] = [258, 252, 396, 166, 266, 191];
/// There is no suite that both have.
const NO_SUITE: i32 = 193;
/// There is no signature that both have.
const NO_SIGNATURE: [i32; 2] = [118, 376];
/// The client sent no certificate.
const NO_CERTIFICATE: i32 = 199;
/// The chain was refused.
const REFUSED: i32 = 134;
/// What came is no TLS: a wrong number of the version, a request of HTTP, one to a proxy.
const NO_TLS: [i32; 3] = [267, 156, 155];

impl FailedHandshake<'_> {
    /// What an error of OpenSSL means here; `None` when it is none.
    pub fn of_openssl(&self, error: &io::Error) -> Option<TlsFaultCause> {
        let library = library_error(error)?;
        let offer = self.facts.offer.as_deref();
        if let Some(cause) = offer.and_then(|offer| self.no_version(offer)) {
            return Some(cause);
        }
        if let Some(alert) = received_alert(error) {
            return Some(self.alert(alert));
        }
        if !self.received.is_empty() && !is_tls(self.received) {
            return Some(TlsFaultCause::NoTls(first_line(self.received)));
        }
        let has = |wanted: &[i32]| reasons(library).any(|reason| wanted.contains(&reason));
        Some(if has(&[REFUSED]) {
            let unnoted = || ChainRefusal::new("a certificate is not accepted", "issue another one");
            TlsFaultCause::Chain(self.refusal.clone().unwrap_or_else(unnoted))
        } else if has(&[NO_CERTIFICATE]) {
            TlsFaultCause::NoCertificate
        } else if has(&VERSIONS) || has(&NO_TLS) {
            let offered = offer.map(|offer| offer.versions.clone()).unwrap_or_default();
            TlsFaultCause::NoVersion { offered, ours: self.versions }
        } else if has(&[NO_SUITE]) {
            TlsFaultCause::NoSuite(offer.map(|offer| offer.cipher_suites.clone()).unwrap_or_default())
        } else if has(&NO_SIGNATURE) {
            TlsFaultCause::NoSignature
        } else if ends(library) {
            self.closed()
        } else {
            TlsFaultCause::Misbehaved(library.to_string())
        })
    }
}
