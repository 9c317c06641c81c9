//! What a TLS connection shows before it is encrypted: the name that the client asks for. rustls reads the message.

use rustls::server::Acceptor;

/// What the first bytes of a client are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TlsStart {
    /// They are no TLS.
    Other,
    /// They may be, and more is needed.
    Short,
    /// They are, with the name of the server when the client says it (RFC 6066 §3).
    Tls(Option<String>),
}

/// Whether bytes are a record of TLS that carries data of an application, as in a connection that was there before the capture.
pub(super) fn is_data(bytes: &[u8]) -> bool {
    matches!(bytes, [0x17, 3, 1..=4, ..])
}

/// Looks at the first bytes of a client.
pub(super) fn look(bytes: &[u8]) -> TlsStart {
    match bytes {
        [0x16, 3, ..] => {}
        [0x16] | [] => return TlsStart::Short,
        _ => return TlsStart::Other,
    }
    let mut acceptor = Acceptor::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        if acceptor.read_tls(&mut rest).is_err() {
            return TlsStart::Tls(None);
        }
    }
    match acceptor.accept() {
        Ok(Some(accepted)) => TlsStart::Tls(accepted.client_hello().server_name().map(str::to_owned)),
        Ok(None) if bytes.len() < 1 << 14 => TlsStart::Short,
        Ok(None) | Err(_) => TlsStart::Tls(None),
    }
}
