//! TLS below HTTP, in either role: handshakes, what they agreed on, and why one failed. Certificates are read from files here; who may
//! connect with one is decided by the session.
//!
//! | file | subject |
//! |---|---|
//! | `acceptor`, `connector` | one handshake where we listen, and where we connect |
//! | `verifier` | checks the peer's chain and notes the exact result |
//! | `client_hello` | reads what a client offers, also where the handshake fails |
//! | `certificate_files`, `certified_key` | PEM files, and what can be wrong with them; a pair for the library |
//! | `fault` | why a handshake failed |
//! | `fault_words`, `alert`, `chain_refusal` | the sentences of failed handshakes |
//! | `key_log` | the secrets for Wireshark |
//! | `limits` | which versions and suites are spoken, and whether this build has them |
//! | `openssl` | the same handshakes by OpenSSL, in builds with that feature |
//! | `names` | the registered names of versions, suites and groups |
//! | `tls_socket`, `tap` | the socket of a secured link, and the bytes of its handshake |

mod acceptor;
mod alert;
mod certificate_files;
mod certified_key;
mod chain_refusal;
mod client_hello;
mod connector;
mod fault;
mod fault_words;
mod key_log;
mod limits;
mod names;
#[cfg(feature = "openssl")]
mod openssl;
mod tap;
#[cfg(test)]
mod test_certificates;
#[cfg(test)]
mod tests;
mod tls_socket;
mod verifier;

use std::sync::{Arc, LazyLock};

use rustls::crypto::CryptoProvider;

pub use acceptor::{AcceptorOptions, TlsAcceptor};
pub use certificate_files::{CertificateFileError, CertificateFiles, FileStamp, TrustedRoots};
pub use client_hello::ReadHello;
pub use connector::{ConnectorOptions, TlsConnector};
pub(in crate::link) use fault::{FailedTls, TlsFault, TlsFaultCause};
use key_log::key_log;
pub use key_log::{key_log_file, key_log_notice};
pub use limits::{HAS_OPENSSL, TlsLimits, TlsLimitsError};
pub use names::TlsVersion;
pub(in crate::link) use names::TlsVersions;
pub(in crate::link) use tls_socket::TlsSocket;

/// The port of a central system with TLS, when none is named.
pub const DEFAULT_TLS_PORT: u16 = 9443;

/// The cryptography of all handshakes.
static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));
