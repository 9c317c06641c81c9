//! TLS by OpenSSL behind the same acceptor and connector, in builds with the feature `openssl`: TLS 1.0 and 1.1, and the suites named
//! `TLS_RSA`, which rustls does not have. It is for laboratories: everything is offered, however weak. Whether a chain is trusted is decided
//! by the verifiers of `verifier` here too, so that the facts and the sentences are the same.
//!
//! | file | subject |
//! |---|---|
//! | `handshake` | one handshake in either role |
//! | `context` | what both roles offer |
//! | `identity` | our certificate and key |
//! | `chain_judge` | the check of the peer's chain in the handshake |
//! | `errors`, `failure` | what its errors say, and why a handshake failed |
//! | `agreed` | what was agreed on |

mod agreed;
mod chain_judge;
mod context;
mod errors;
mod failure;
mod handshake;
mod identity;

use tokio_openssl::SslStream;

pub(super) use agreed::agreed_facts;
pub(super) use errors::{is_end_of_stream, received_alert};
pub(super) use handshake::{ClientTerms, ServerTerms, accept, connect};
pub(super) use identity::OpensslIdentity;

use super::tap::TappedSocket;

/// A socket that OpenSSL secures.
pub(in crate::link::tls) type OpensslStream<S> = SslStream<TappedSocket<S>>;
