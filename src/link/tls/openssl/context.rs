//! What both roles offer: every suite with a key, also without forward secrecy, and the versions that are wanted.

use openssl::error::ErrorStack;
use openssl::ssl::{SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions, SslSessionCacheMode, SslVersion};

use crate::link::tls::key_log::{key_log_file, log_line};
use crate::link::tls::names::{TlsVersion, TlsVersions};

/// The suites up to TLS 1.2 in the order in which they are preferred: with forward secrecy first. Those without a certificate, without
/// encryption and with a password are none of OCPP.
const SUITES: &str = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:AESGCM:AES:HIGH:MEDIUM:!aNULL:!eNULL:!PSK:!SRP:!DSS";
/// The groups of the exchange of keys; those that rustls has, too.
const GROUPS: &str = "X25519:P-256:P-384:P-521";

/// The settings of one handshake. Sessions are not resumed, and a renegotiation is refused, as with rustls.
pub(super) fn context(method: SslMethod, versions: TlsVersions) -> Result<SslContextBuilder, ErrorStack> {
    let mut context = SslContext::builder(method)?;
    // What is written again after a wait may lie elsewhere, and be longer.
    context.set_mode(
        SslMode::AUTO_RETRY | SslMode::ACCEPT_MOVING_WRITE_BUFFER | SslMode::ENABLE_PARTIAL_WRITE | SslMode::RELEASE_BUFFERS,
    );
    context.set_options(
        SslOptions::NO_TICKET
            | SslOptions::NO_RENEGOTIATION
            | SslOptions::CIPHER_SERVER_PREFERENCE
            | SslOptions::IGNORE_UNEXPECTED_EOF,
    );
    context.set_session_cache_mode(SslSessionCacheMode::OFF);
    // From level 1 on OpenSSL 3 has neither TLS 1.0 nor TLS 1.1.
    context.set_security_level(0);
    context.set_cipher_list(SUITES)?;
    context.set_groups_list(GROUPS)?;
    context.set_min_proto_version(Some(version(versions.lowest)))?;
    context.set_max_proto_version(Some(version(versions.highest)))?;
    if key_log_file().is_some() {
        context.set_keylog_callback(|_, line| log_line(line));
    }
    Ok(context)
}

const fn version(version: TlsVersion) -> SslVersion {
    match version {
        TlsVersion::V1_0 => SslVersion::TLS1,
        TlsVersion::V1_1 => SslVersion::TLS1_1,
        TlsVersion::V1_2 => SslVersion::TLS1_2,
        TlsVersion::V1_3 => SslVersion::TLS1_3,
    }
}
