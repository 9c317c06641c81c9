//! What an error of OpenSSL says by itself. The numbers are those of `openssl/sslerr.h`; alerts of the peer are `SSL_AD_REASON_OFFSET` higher than
//! in TLS.

use std::io;

use openssl::ssl;
use rustls::AlertDescription;

/// From this number on a reason is an alert of the peer.
const ALERTS: i32 = 1000;
/// The connection ended.
const END: i32 = 294;

/// The error of OpenSSL in an error of the socket.
pub(super) fn library_error(error: &io::Error) -> Option<&ssl::Error> {
    error.get_ref()?.downcast_ref()
}

/// The reasons of an error, the first one first.
pub(super) fn reasons(error: &ssl::Error) -> impl Iterator<Item = i32> {
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

/// Whether the connection ended.
pub(super) fn ends(error: &ssl::Error) -> bool {
    let is_silent = error.code() == ssl::ErrorCode::SYSCALL && error.io_error().is_none();
    is_silent || error.code() == ssl::ErrorCode::ZERO_RETURN || reasons(error).any(|reason| reason == END)
}
