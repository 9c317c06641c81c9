//! The PROXY protocol: what a proxy writes before the bytes of its client to say where that client is. It is read only from trusted proxies;
//! to everybody else it is the beginning of a request that is none.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ppp::{HeaderResult, v1, v2};
use tokio::io::AsyncReadExt as _;

use super::network::Socket;

/// The beginning of version 1, a line of text.
const TEXT_MARK: &[u8] = b"PROXY ";
/// The longest line of version 1.
const LONGEST_LINE: usize = 107;
/// The beginning of version 2.
const BINARY_MARK: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// The part of version 2 that says how long the rest is.
const BINARY_START: usize = 16;
/// Longer headers of version 2 are not read.
const LONGEST_BINARY: usize = 4096;
/// How long we wait before we look again when there is only the beginning.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Why a header cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProxyHeaderFault {
    #[error("the connection broke within the header of the PROXY protocol: {0}")]
    Broken(#[from] io::Error),
    #[error("the connection ended within the header of the PROXY protocol")]
    Ended,
    #[error("the header of the PROXY protocol cannot be read")]
    Unreadable,
    #[error("the header of the PROXY protocol has {0} bytes; the limit is {LONGEST_BINARY}")]
    TooLong(usize),
}

/// What the bytes at the beginning are.
#[derive(Debug, PartialEq, Eq)]
enum HeaderStart {
    /// No header.
    Other,
    /// Perhaps the beginning of one.
    Unclear,
    /// A header of this length.
    Complete(usize),
    /// One that has no end where it must have one.
    Endless,
}

/// Whether these are the first bytes of a header.
pub(super) fn begins_proxy_header(bytes: &[u8]) -> bool {
    bytes.starts_with(TEXT_MARK) || bytes.starts_with(BINARY_MARK)
}

fn start_of(bytes: &[u8]) -> HeaderStart {
    let begins = |mark: &[u8]| bytes.iter().zip(mark).all(|(byte, wanted)| byte == wanted);
    if begins(BINARY_MARK) && !bytes.is_empty() {
        return match bytes.get(BINARY_START - 2..BINARY_START) {
            Some(&[high, low]) => HeaderStart::Complete(BINARY_START + usize::from(u16::from_be_bytes([high, low]))),
            _ => HeaderStart::Unclear,
        };
    }
    if !begins(TEXT_MARK) {
        return HeaderStart::Other;
    }
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if end < LONGEST_LINE => HeaderStart::Complete(end + 1),
        None if bytes.len() < LONGEST_LINE => HeaderStart::Unclear,
        _ => HeaderStart::Endless,
    }
}

/// Reads the header at the beginning of a connection, if there is one, and nothing of what follows. Returns the client that it names;
/// `None` also for a header that names no client, as the health checks of proxies send it.
pub(super) async fn read_proxy_header(socket: &mut Socket) -> Result<Option<SocketAddr>, ProxyHeaderFault> {
    let mut seen = [0; LONGEST_LINE];
    let length = loop {
        let count = socket.peek(&mut seen).await?;
        match start_of(&seen[..count]) {
            HeaderStart::Other => return Ok(None),
            HeaderStart::Unclear if count == 0 => return Ok(None), // it ended without a word
            HeaderStart::Unclear => tokio::time::sleep(LOOK_AGAIN).await,
            HeaderStart::Endless => return Err(ProxyHeaderFault::Unreadable),
            HeaderStart::Complete(length) if length > LONGEST_BINARY => return Err(ProxyHeaderFault::TooLong(length)),
            HeaderStart::Complete(length) => break length,
        }
    };
    let mut header = vec![0; length];
    let read = socket.read_exact(&mut header).await;
    read.map_err(|error| if error.kind() == io::ErrorKind::UnexpectedEof { ProxyHeaderFault::Ended } else { error.into() })?;
    client_of(&header)
}

fn client_of(header: &[u8]) -> Result<Option<SocketAddr>, ProxyHeaderFault> {
    let found = match HeaderResult::parse(header) {
        HeaderResult::V1(Ok(header)) => match header.addresses {
            v1::Addresses::Tcp4(found) => Some((IpAddr::from(found.source_address), found.source_port)),
            v1::Addresses::Tcp6(found) => Some((IpAddr::from(found.source_address), found.source_port)),
            v1::Addresses::Unknown => None,
        },
        HeaderResult::V2(Ok(header)) => match (header.command, header.addresses) {
            (v2::Command::Proxy, v2::Addresses::IPv4(found)) => Some((IpAddr::from(found.source_address), found.source_port)),
            (v2::Command::Proxy, v2::Addresses::IPv6(found)) => Some((IpAddr::from(found.source_address), found.source_port)),
            _ => None,
        },
        HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) => return Err(ProxyHeaderFault::Unreadable),
    };
    Ok(found.map(|(address, port)| SocketAddr::new(address.to_canonical(), port)))
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;
    use crate::link::network::Network;

    fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [BINARY_MARK, &[0x20 | command, family], &length, rest].concat()
    }

    /// What is read of a connection that begins with these bytes, and what is left of it.
    async fn read(bytes: &[u8]) -> (Result<Option<SocketAddr>, ProxyHeaderFault>, Vec<u8>) {
        let network = Network::default();
        let mut listener = network.bind(Some("127.0.0.1"), 0).await.unwrap();
        let mut client = network.connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut socket, _) = listener.accept().await.unwrap();
        client.write_all(bytes).await.unwrap();
        client.shutdown().await.unwrap();
        let found = read_proxy_header(&mut socket).await;
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.unwrap();
        (found, rest)
    }

    #[tokio::test]
    async fn the_client_is_read_and_what_follows_is_left() {
        let four = binary(1, 0x11, &[192, 0, 2, 7, 127, 0, 0, 1, 0x12, 0x67, 0, 80]);
        for (header, client) in [
            (&b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n"[..], Some("192.0.2.7:4711")),
            (b"PROXY TCP6 2001:db8::7 ::1 4711 80\r\n", Some("[2001:db8::7]:4711")),
            (b"PROXY UNKNOWN\r\n", None),
            (&four, Some("192.0.2.7:4711")),
            (&binary(0, 0, &[]), None),
        ] {
            let request = b"GET / HTTP/1.1\r\n";
            let (found, rest) = read(&[header, request].concat()).await;
            assert_eq!(found.unwrap().map(|client| client.to_string()).as_deref(), client);
            assert_eq!(rest, request);
        }
        let (found, rest) = read(b"POST / HTTP/1.1\r\n").await;
        assert!(matches!(found, Ok(None)) && rest.starts_with(b"POST"), "nothing is taken of what is no header");
    }

    #[tokio::test]
    async fn a_broken_header_is_no_request() {
        for header in [&b"PROXY TCP4 192.0.2.7 nonsense\r\n"[..], &[b"PROXY TCP4 ", &[b'1'; 200][..]].concat()] {
            assert!(matches!(read(header).await.0, Err(ProxyHeaderFault::Unreadable)));
        }
        let cut = binary(1, 0x11, &[192, 0, 2, 7, 127, 0, 0, 1, 0x12, 0x67, 0, 80]);
        assert!(matches!(read(&cut[..20]).await.0, Err(ProxyHeaderFault::Ended)));
        let mut long = binary(1, 0x11, &[]);
        long[14] = 0xff;
        assert!(matches!(read(&long).await.0, Err(ProxyHeaderFault::TooLong(_))));
        assert_eq!(start_of(b"PRO"), HeaderStart::Unclear);
        assert_eq!(start_of(b"\r\n\r\n"), HeaderStart::Unclear);
        assert_eq!(start_of(b"PUT"), HeaderStart::Other);
    }
}
