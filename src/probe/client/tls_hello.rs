//! The first step of TLS by hand: a ClientHello that offers just what is to be probed, and what the server makes of it. Ours, because no
//! library offers old versions and weak suites; the handshake is never finished. Pure.

/// Versions as TLS numbers them.
pub mod version {
    pub const TLS_1_0: u16 = 0x0301;
    pub const TLS_1_1: u16 = 0x0302;
    pub const TLS_1_2: u16 = 0x0303;
    pub const TLS_1_3: u16 = 0x0304;
}

/// What a ClientHello offers.
#[derive(Debug, Clone, Copy)]
pub struct HelloOffer<'a> {
    /// The only version.
    pub version: u16,
    pub suites: &'a [u16],
    /// The name of the server (SNI).
    pub server_name: Option<&'a str>,
    /// Whether compression is offered, too.
    pub compression: bool,
}

/// What a server makes of a ClientHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelloAnswer {
    /// It agrees to a version, a suite, and a compression (0 is none).
    Agreed { version: u16, suite: u16, compression: u8 },
    /// It refuses with this alert.
    Alert(u8),
}

/// An answer to a ClientHello that is no TLS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what came is {beginning}")]
pub struct NoTlsAnswer {
    /// Its first bytes, escaped.
    beginning: String,
}

/// The groups of a key exchange: x25519, secp256r1, secp384r1, secp521r1.
const GROUPS: [u16; 4] = [29, 23, 24, 25];
/// The signatures: ECDSA, Ed25519, RSA-PSS and RSA with SHA-2, and those with SHA-1 for old versions.
const SIGNATURES: [u16; 13] =
    [0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0201, 0x0203];

/// A list with its length before it, in one or two bytes.
fn list<const WIDTH: usize>(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u32).to_be_bytes();
    [&length[4 - WIDTH..], bytes].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &list::<2>(content)].concat()
}

/// A ClientHello in its record (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2). With TLS 1.3 it has no key share, so that the server names its choice in
/// a HelloRetryRequest.
pub fn client_hello(offer: HelloOffer<'_>) -> Vec<u8> {
    let is_new = offer.version == version::TLS_1_3;
    let mut extensions = Vec::new();
    // An address is no name (RFC 6066 §3).
    if let Some(name) = offer.server_name {
        extensions.extend(extension(0, &list::<2>(&[&[0][..], &list::<2>(name.as_bytes())].concat())));
    }
    extensions.extend(extension(10, &list::<2>(&numbers(&GROUPS))));
    extensions.extend(extension(11, &list::<1>(&[0])));
    if offer.version >= version::TLS_1_2 {
        extensions.extend(extension(13, &list::<2>(&numbers(&SIGNATURES))));
    }
    extensions.extend(extension(23, &[]));
    extensions.extend(extension(0xFF01, &list::<1>(&[])));
    if is_new {
        extensions.extend(extension(43, &list::<1>(&numbers(&[offer.version]))));
        extensions.extend(extension(51, &list::<2>(&[])));
    }
    let random: Vec<u8> = (0..32).map(|_| fastrand::u8(..)).collect();
    let compression: &[u8] = if offer.compression { &[1, 0] } else { &[0] };
    let body = [
        &offer.version.min(version::TLS_1_2).to_be_bytes()[..],
        &random,
        &list::<1>(&random),
        &list::<2>(&numbers(offer.suites)),
        &list::<1>(compression),
        &list::<2>(&extensions),
    ]
    .concat();
    let message = [&[1][..], &list::<3>(&body)].concat();
    [&[0x16, 3, 1][..], &list::<2>(&message)].concat()
}

/// Reads what a server sent for a ClientHello. `None` while it is incomplete.
///
/// # Errors
/// When it is no TLS.
pub fn read_answer(bytes: &[u8]) -> Option<Result<HelloAnswer, NoTlsAnswer>> {
    let no_tls = || NoTlsAnswer { beginning: bytes[..bytes.len().min(40)].escape_ascii().to_string() };
    let mut rest = bytes;
    let mut messages = Vec::new();
    while let [kind, major, _, high, low, content @ ..] = rest {
        if *major != 3 || !matches!(kind, 0x15 | 0x16) {
            return Some(Err(no_tls()));
        }
        let content = content.get(..usize::from(u16::from_be_bytes([*high, *low])))?;
        if *kind == 0x15 {
            // A warning, such as one about the name, does not end it.
            if let [2, alert] = *content {
                return Some(Ok(HelloAnswer::Alert(alert)));
            }
        } else {
            messages.extend_from_slice(content);
        }
        if let Some(answer) = server_hello(&messages) {
            return Some(Ok(answer));
        }
        rest = &rest[5 + content.len()..];
    }
    match rest {
        [kind, ..] if !matches!(kind, 0x15 | 0x16) => Some(Err(no_tls())),
        _ => None,
    }
}

/// A ServerHello (RFC 5246 §7.4.1.3, RFC 8446 §4.1.3), which a HelloRetryRequest is, too.
fn server_hello(message: &[u8]) -> Option<HelloAnswer> {
    let [2, _, high, low, body @ ..] = message else { return None };
    let body = body.get(..usize::from(u16::from_be_bytes([*high, *low])))?;
    let two = |at: usize| body.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]));
    let at = 35 + usize::from(*body.get(34)?);
    let (mut version, suite, compression) = (two(0)?, two(at)?, *body.get(at + 2)?);
    let mut at = at + 5;
    while let (Some(kind), Some(length)) = (two(at), two(at + 2)) {
        if kind == 43 {
            version = two(at + 4)?;
        }
        at += 4 + usize::from(length);
    }
    Some(HelloAnswer::Agreed { version, suite, compression })
}

/// The names of alerts that end a handshake (RFC 5246 §7.2, RFC 8446 §6).
pub fn alert_name(alert: u8) -> String {
    let name = match alert {
        0 => "close_notify",
        10 => "unexpected_message",
        40 => "handshake_failure",
        47 => "illegal_parameter",
        50 => "decode_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return format!("number {alert}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::sync::Arc;

    use rustls::crypto::ring;
    use rustls::server::Acceptor;

    use super::*;

    fn offer(version: u16, suites: &[u16]) -> HelloOffer<'_> {
        HelloOffer { version, suites, server_name: Some("example.org"), compression: false }
    }

    /// rustls reads what was written.
    #[test]
    fn a_hello_is_understood() {
        let mut acceptor = Acceptor::default();
        let hello = client_hello(offer(version::TLS_1_2, &[0xC02B, 0x009C]));
        acceptor.read_tls(&mut &hello[..]).unwrap();
        let accepted = acceptor.accept().unwrap().unwrap();
        let read = accepted.client_hello();
        assert_eq!(read.server_name(), Some("example.org"));
        assert_eq!(read.cipher_suites().iter().map(|suite| u16::from(*suite)).collect::<Vec<_>>(), [0xC02B, 0x009C]);
    }

    /// What a server of rustls with an ECDSA certificate answers.
    fn answer(hello: &[u8]) -> HelloAnswer {
        let issued = rcgen::generate_simple_self_signed(["example.org".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(issued.signing_key.serialize_der().into());
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.cert.der().clone()], key)
            .unwrap();
        let mut server = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        server.read_tls(&mut &hello[..]).unwrap();
        let _ = server.process_new_packets();
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let _ = (server.reader().read(&mut [0]), server.writer().flush());
        for end in 0..bytes.len().min(30) {
            assert_eq!(read_answer(&bytes[..end]), None, "{end}");
        }
        read_answer(&bytes).unwrap().unwrap()
    }

    #[test]
    fn the_choice_of_a_server_is_read() {
        for (version, suites, wanted) in [
            (version::TLS_1_2, &[0xC02B_u16][..], HelloAnswer::Agreed { version: 0x0303, suite: 0xC02B, compression: 0 }),
            (version::TLS_1_3, &[0x1302], HelloAnswer::Agreed { version: 0x0304, suite: 0x1302, compression: 0 }),
            (version::TLS_1_2, &[0x009C], HelloAnswer::Alert(40)),
        ] {
            assert_eq!(answer(&client_hello(offer(version, suites))), wanted, "{version:x}");
        }
        assert!(matches!(answer(&client_hello(offer(version::TLS_1_1, &[0xC009]))), HelloAnswer::Alert(_)));
        assert_eq!(alert_name(40), "handshake_failure");
    }

    #[test]
    fn what_is_no_tls_is_shown() {
        let refusal = read_answer(b"HTTP/1.1 400 Bad Request\r\n").unwrap().unwrap_err();
        assert!(refusal.to_string().starts_with("what came is HTTP/1.1 400"), "{refusal}");
        assert_eq!(read_answer(&[0x15, 3, 1, 0, 2, 2]), None);
        assert_eq!(read_answer(&[0x15, 3, 1, 0, 2, 1, 112]), None, "a warning");
    }
}
