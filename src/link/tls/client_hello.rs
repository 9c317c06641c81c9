//! Reads what a client offers (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2) from the bytes that it sent. The library hands out a part of it, and
//! nothing where it refuses the client; this shows the offer of every client.

use rustls::{CipherSuite, ProtocolVersion};

use super::names::{suite_name, version_name};
use crate::trace::ClientOffer;

const HANDSHAKE_RECORD: u8 = 0x16;
const CLIENT_HELLO: u8 = 1;
#[cfg(any(test, feature = "openssl"))]
const CERTIFICATE_REQUEST: u8 = 13;
#[cfg(any(test, feature = "openssl"))]
const CLIENT_KEY_EXCHANGE: u8 = 16;
const SERVER_NAME: u16 = 0;
const APPLICATION_PROTOCOLS: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;

/// What a client offers and asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadHello {
    /// The offer.
    pub offer: ClientOffer,
    /// The name that it asks for (SNI).
    pub server_name: Option<Box<str>>,
}

impl ReadHello {
    /// Reads the records with which a connection begins. `None` while the message is not complete, or when it is another one.
    pub fn read(records: &[u8]) -> Option<ReadHello> {
        let message = handshake_bytes(records);
        let mut message = Reader(&message);
        if message.byte()? != CLIENT_HELLO {
            return None;
        }
        let length = message.number(3)?;
        let mut body = Reader(message.take(length)?);
        let oldest = ProtocolVersion::from(body.short()?);
        body.take(32)?; // random
        body.list(1)?; // session id
        let mut suites = Reader(body.list(2)?);
        body.list(1)?; // compression
        let mut hello = ReadHello::default();
        while let Some(suite) = suites.short() {
            if !is_grease(suite) {
                hello.offer.cipher_suites.push(suite_name(CipherSuite::from(suite)));
            }
        }
        // A client without extensions ends here.
        let mut extensions = Reader(body.list(2).unwrap_or_default());
        while let Some((kind, content)) = extensions.short().and_then(|kind| Some((kind, extensions.list(2)?))) {
            hello.read_extension(kind, &mut Reader(content));
        }
        if hello.offer.versions.is_empty() {
            hello.offer.versions.push(version_name(oldest));
        }
        Some(hello)
    }

    fn read_extension(&mut self, kind: u16, content: &mut Reader<'_>) {
        match kind {
            SERVER_NAME => {
                let mut names = Reader(content.list(2).unwrap_or_default());
                while let Some((kind, name)) = names.byte().and_then(|kind| Some((kind, names.list(2)?))) {
                    if kind == 0 && self.server_name.is_none() {
                        self.server_name = Some(String::from_utf8_lossy(name).into());
                    }
                }
            }
            APPLICATION_PROTOCOLS => {
                let mut names = Reader(content.list(2).unwrap_or_default());
                while let Some(name) = names.list(1) {
                    self.offer.application_protocols.push(String::from_utf8_lossy(name).into());
                }
            }
            SUPPORTED_VERSIONS => {
                let mut versions = Reader(content.list(1).unwrap_or_default());
                while let Some(version) = versions.short() {
                    if !is_grease(version) {
                        self.offer.versions.push(version_name(ProtocolVersion::from(version)));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Values that mean nothing and keep servers tolerant (RFC 8701).
fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

/// The contents of the leading records of a handshake, as far as they came.
fn handshake_bytes(records: &[u8]) -> Vec<u8> {
    let (mut rest, mut message) = (Reader(records), Vec::new());
    while rest.byte() == Some(HANDSHAKE_RECORD) {
        let Some(length) = rest.short().and_then(|_| rest.short()) else { break };
        let available = usize::from(length).min(rest.0.len());
        message.extend_from_slice(rest.take(available).unwrap_or_default());
    }
    message
}

/// Takes bytes from the front, and none when there are too few.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of this many bytes.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// What stands behind a length of this many bytes.
    fn list(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(bytes)?;
        self.take(length)
    }
}

/// Whether a server asks for a certificate (RFC 5246 §7.4.4), as far as its records are plain: from TLS 1.3 on they are not.
#[cfg(any(test, feature = "openssl"))]
pub(super) fn asks_for_certificate(records: &[u8]) -> bool {
    message(records, CERTIFICATE_REQUEST).is_some()
}

/// The group of the key with which a client up to TLS 1.2 answers, by the length of its point (RFC 8422 §5.7). A key that is encrypted for the
/// server has no point.
#[cfg(any(test, feature = "openssl"))]
pub(super) fn group_of_client_key(records: &[u8]) -> Option<&'static str> {
    let key = message(records, CLIENT_KEY_EXCHANGE)?;
    let point = Reader(&key).list(1)?.len();
    if point + 1 != key.len() {
        return None;
    }
    match point {
        32 => Some("X25519"),
        65 => Some("secp256r1"),
        97 => Some("secp384r1"),
        133 => Some("secp521r1"),
        _ => None,
    }
}

/// The body of the first message of this kind in the plain records of a handshake.
#[cfg(any(test, feature = "openssl"))]
fn message(records: &[u8], wanted: u8) -> Option<Vec<u8>> {
    let messages = handshake_bytes(records);
    let mut messages = Reader(&messages);
    loop {
        let kind = messages.byte()?;
        let length = messages.number(3)?;
        let body = messages.take(length)?;
        if kind == wanted {
            return Some(body.to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list with a length of one or two bytes in front.
    fn list(bytes: usize, content: &[u8]) -> Vec<u8> {
        let length = content.len().to_be_bytes();
        [&length[length.len() - bytes..], content].concat()
    }

    fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
        [&kind.to_be_bytes()[..], &list(2, content)].concat()
    }

    /// A ClientHello in records of this length.
    fn hello(suites: &[u16], extensions: &[Vec<u8>], record: usize) -> Vec<u8> {
        let suites: Vec<u8> = suites.iter().flat_map(|suite| suite.to_be_bytes()).collect();
        let mut body = [&[3, 1][..], &[7; 32], &list(1, &[]), &list(2, &suites), &list(1, &[0])].concat();
        if !extensions.is_empty() {
            body.extend(list(2, &extensions.concat()));
        }
        let message = [&[CLIENT_HELLO][..], &list(3, &body)].concat();
        message.chunks(record).flat_map(|part| [&[HANDSHAKE_RECORD, 3, 1][..], &list(2, part)].concat()).collect()
    }

    fn names(names: &[Box<str>]) -> String {
        names.join(" ")
    }

    #[test]
    fn the_offer_is_read_whatever_the_records() {
        let extensions = [
            extension(0x0a0a, &[]),
            extension(SERVER_NAME, &list(2, &[&[0][..], &list(2, b"csms.example")].concat())),
            extension(APPLICATION_PROTOCOLS, &list(2, &[list(1, b"h2"), list(1, b"http/1.1")].concat())),
            extension(SUPPORTED_VERSIONS, &list(1, &[0x1a, 0x1a, 3, 4, 3, 3])),
        ];
        for record in [16, 4000] {
            let read = ReadHello::read(&hello(&[0x2a2a, 0x1301, 0xc02b, 0x9999], &extensions, record)).unwrap();
            assert_eq!(read.server_name.as_deref(), Some("csms.example"));
            assert_eq!(names(&read.offer.versions), "TLS 1.3 TLS 1.2");
            let suites = "TLS_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 0x9999";
            assert_eq!(names(&read.offer.cipher_suites), suites);
            assert_eq!(names(&read.offer.application_protocols), "h2 http/1.1");
        }
    }

    #[test]
    fn an_old_client_offers_its_one_version() {
        let read = ReadHello::read(&hello(&[0x002f, 0x00ff], &[], 4000)).unwrap();
        assert_eq!(names(&read.offer.versions), "TLS 1.0");
        assert_eq!(names(&read.offer.cipher_suites), "TLS_RSA_WITH_AES_128_CBC_SHA TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
        assert_eq!(read.server_name, None);
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_none() {
        let whole = hello(&[0x002f], &[], 4000);
        for end in 0..whole.len() {
            assert_eq!(ReadHello::read(&whole[..end]), None, "{end}");
        }
        for other in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x15, 3, 1, 0, 2, 2, 40], &[0x16, 3, 3, 0, 4, 2, 0, 0, 0]] {
            assert_eq!(ReadHello::read(other), None);
        }
    }

    #[test]
    fn a_request_for_a_certificate_is_found_among_the_messages_of_a_server() {
        let hello = [22, 3, 1, 0, 6, 2, 0, 0, 2, 9, 9];
        let request = [22, 3, 1, 0, 5, 13, 0, 0, 1, 0];
        assert!(!asks_for_certificate(&hello));
        assert!(asks_for_certificate(&[&hello[..], &request[..]].concat()));
        assert!(!asks_for_certificate(&[&hello[..], &[20, 3, 1, 0, 1, 1], &request[..]].concat()), "it is encrypted by then");
        assert!((0..hello.len()).all(|end| !asks_for_certificate(&hello[..end])));
    }

    #[test]
    fn the_group_of_a_client_shows_in_the_length_of_its_key() {
        let of = |point: u8, more: u8| {
            let mut record = vec![22, 3, 1, 0, point + 5 + more, 16, 0, 0, point + 1 + more, point];
            record.extend(vec![4; usize::from(point + more)]);
            group_of_client_key(&record)
        };
        assert_eq!(
            [of(32, 0), of(65, 0), of(97, 0), of(133, 0)],
            [Some("X25519"), Some("secp256r1"), Some("secp384r1"), Some("secp521r1")]
        );
        assert_eq!((of(32, 7), of(33, 0), group_of_client_key(&[22, 3])), (None, None, None));
    }
}
