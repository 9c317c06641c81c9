//! Why a handshake of OpenSSL failed: the cause that its error has. The numbers are those of `openssl/sslerr.h`; alerts of the peer are
//! `SSL_AD_REASON_OFFSET` higher than in TLS.

use std::io;

use openssl::ssl;
use rustls::AlertDescription;

use crate::link::tls::chain_refusal::ChainRefusal;
use crate::link::tls::fault::{FailedHandshake, TlsFaultCause, first_line, is_tls};

/// From this number on a reason is an alert of the peer.
const ALERTS: i32 = 1000;
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
/// The connection ended.
const END: i32 = 294;

/// The error of OpenSSL in an error of the socket.
fn library_error(error: &io::Error) -> Option<&ssl::Error> {
    error.get_ref()?.downcast_ref()
}

/// The reasons of an error, the first one first.
fn reasons(error: &ssl::Error) -> impl Iterator<Item = i32> {
    error.ssl_error().into_iter().flat_map(|stack| stack.errors()).map(openssl::error::Error::reason_code)
}

/// The alert with which the peer ended the connection.
pub(in crate::link::tls) fn received_alert(error: &io::Error) -> Option<AlertDescription> {
    let alert = reasons(library_error(error)?).find_map(|reason| u8::try_from(reason - ALERTS).ok())?;
    Some(AlertDescription::from(alert))
}

/// Whether the peer ended the connection without saying so in TLS.
pub(in crate::link::tls) fn is_end_of_stream(error: &io::Error) -> bool {
    library_error(error).is_some_and(ends)
}

fn ends(error: &ssl::Error) -> bool {
    let is_silent = error.code() == ssl::ErrorCode::SYSCALL && error.io_error().is_none();
    is_silent || error.code() == ssl::ErrorCode::ZERO_RETURN || reasons(error).any(|reason| reason == END)
}

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
