//! Packets for Wireshark, made of the messages: a connection with a handshake for each link of a WebSocket, one for each exchange of SOAP.
//! Addresses that the record does not have are made up, and the server has port 80, which Wireshark takes for HTTP.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::export_scope::ExportScope;
use super::packet_writer::{PacketWriter, WrittenConnection, socket_frame};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::ocpp::{Transport, Version};
use crate::trace::{CloseReason, FrameKind, Record, RecordDetail, RecordKind, Sequence, StationKey};

/// Writes the packets.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut writing =
        PacketExport { file: PacketWriter::new(out)?, scope: *scope, sockets: HashMap::new(), calls: HashMap::new(), made: 0 };
    let mut count = ExportCount::default();
    for record in scope.records() {
        if writing.record(&record)? {
            count.written += 1;
        } else {
            count.left_out += 1;
        }
    }
    Ok(count)
}

struct PacketExport<'a, W: Write> {
    file: PacketWriter<W>,
    scope: ExportScope<'a>,
    /// The WebSocket of a station, with the number of its link.
    sockets: HashMap<StationKey, (Option<u32>, WrittenConnection)>,
    /// The connections of calls of SOAP that wait for their answers.
    calls: HashMap<Sequence, WrittenConnection>,
    /// How many connections were made.
    made: u16,
}

impl<W: Write> PacketExport<'_, W> {
    /// Writes a record; false when there are no packets for it.
    fn record(&mut self, record: &Record<'_>) -> io::Result<bool> {
        let Some(key) = record.station else { return Ok(false) };
        let of_station = self.scope.is_from_station(record);
        match record.kind {
            RecordKind::Frame(_, kind) if record.transport == Transport::Soap => self.envelope(record, kind, of_station),
            RecordKind::Frame(..) => {
                let is_binary = record.origin().is_some_and(|origin| origin.binary);
                let payload = if is_binary { bytes_of_hex(record.text) } else { record.text.as_bytes().to_vec() };
                self.socket(record, key, if is_binary { 2 } else { 1 }, &payload, of_station)
            }
            RecordKind::Ping(_) | RecordKind::Pong(_) if record.transport == Transport::WebSocket => {
                let opcode = if matches!(record.kind, RecordKind::Ping(_)) { 9 } else { 10 };
                self.socket(record, key, opcode, &[], of_station)
            }
            RecordKind::Connected if record.transport == Transport::WebSocket => {
                self.open(record, key)?;
                Ok(true)
            }
            RecordKind::Disconnected => self.close(record, key),
            _ => Ok(false),
        }
    }

    fn packets(&mut self, record: &Record<'_>, packets: Vec<Vec<u8>>) -> io::Result<()> {
        packets.iter().try_for_each(|packet| self.file.packet(record.wall_micros, packet))
    }

    fn ends(&mut self, record: &Record<'_>) -> (SocketAddr, SocketAddr) {
        let known = match record.detail {
            Some(RecordDetail::Connected(connected)) => Some(connected.peer),
            _ => self.scope.row(record).and_then(|row| row.peer),
        };
        let known = known.filter(|peer| !peer.ip().is_unspecified() && !peer.ip().is_loopback() && self.is_of_station(record));
        self.made = self.made.wrapping_add(1);
        let port = 20_000 + self.made % 40_000;
        let [high, low] = record.station.map_or(0, |key| key.0 as u16).wrapping_add(1).to_be_bytes();
        let station = known.map_or(IpAddr::V4(Ipv4Addr::new(10, 1, high, low)), |peer| peer.ip());
        let central = match station {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1)),
        };
        (SocketAddr::new(station, port), SocketAddr::new(central, 80))
    }

    /// Whether the peer of a record's link is the station.
    fn is_of_station(&self, record: &Record<'_>) -> bool {
        self.scope.row(record).is_none_or(|row| !row.is_simulated())
    }

    /// Opens the WebSocket of a record's link.
    fn open(&mut self, record: &Record<'_>, key: StationKey) -> io::Result<()> {
        let (client, server) = self.ends(record);
        let mut connection = WrittenConnection::new(client, server);
        let mut packets = connection.open();
        let (request, answer) = heads(record, self.scope.identity(record));
        packets.extend(connection.send(0, request.as_bytes()));
        packets.extend(connection.send(1, answer.as_bytes()));
        self.sockets.insert(key, (record.link, connection));
        self.packets(record, packets)
    }

    fn socket(
        &mut self,
        record: &Record<'_>,
        key: StationKey,
        opcode: u8,
        payload: &[u8],
        of_station: bool,
    ) -> io::Result<bool> {
        // The line about the link may be missing.
        if self.sockets.get(&key).is_none_or(|(link, _)| *link != record.link) {
            self.open(record, key)?;
        }
        let Some((_, connection)) = self.sockets.get_mut(&key) else { return Ok(false) };
        let packets = connection.send(usize::from(!of_station), &socket_frame(opcode, payload, of_station));
        self.packets(record, packets)?;
        Ok(true)
    }

    fn close(&mut self, record: &Record<'_>, key: StationKey) -> io::Result<bool> {
        if self.sockets.get(&key).is_none_or(|(link, _)| *link != record.link) {
            return Ok(false);
        }
        let Some((_, mut connection)) = self.sockets.remove(&key) else { return Ok(false) };
        let peer = usize::from(!self.is_of_station(record));
        let (side, frame) = match record.close_reason() {
            Some(CloseReason::ClosedByPeer { code, text }) => {
                let mut payload = code.map_or_else(Vec::new, |code| code.to_be_bytes().to_vec());
                payload.extend_from_slice(text.as_bytes());
                (peer, Some(payload))
            }
            Some(CloseReason::PeerGone | CloseReason::PeerBlocked(_) | CloseReason::Broken(_)) => (peer, None),
            _ => (1 - peer, Some(1000_u16.to_be_bytes().to_vec())),
        };
        let mut packets = Vec::new();
        if let Some(payload) = frame {
            packets.extend(connection.send(side, &socket_frame(8, &payload, side == 0)));
        }
        packets.extend(connection.close(side));
        self.packets(record, packets)?;
        Ok(true)
    }

    /// A call opens a connection of its own; its answer closes it.
    fn envelope(&mut self, record: &Record<'_>, kind: FrameKind, of_station: bool) -> io::Result<bool> {
        let head = record.origin().and_then(|origin| origin.http_head.as_deref());
        let call = record.partner.filter(|call| *call < record.sequence);
        if let Some(mut connection) = call.and_then(|call| self.calls.remove(&call)) {
            let status = if kind == FrameKind::Result { "HTTP/1.1 200 OK" } else { "HTTP/1.1 500 Internal Server Error" };
            let mut packets =
                connection.send(1, &http_message(head.filter(|head| head.starts_with("HTTP/")), status, record.text));
            packets.extend(connection.close(1));
            self.packets(record, packets)?;
            return Ok(true);
        }
        if kind != FrameKind::Call && kind != FrameKind::Malformed {
            return Ok(false); // an answer alone is no exchange of HTTP
        }
        let (station, central) = self.ends(record);
        // The side that calls is the client; a station that is called is a server as well.
        let (client, server) = if of_station {
            (station, central)
        } else {
            (SocketAddr::new(central.ip(), station.port()), SocketAddr::new(station.ip(), central.port()))
        };
        let mut connection = WrittenConnection::new(client, server);
        let mut packets = connection.open();
        let line = format!("POST / HTTP/1.1\nHost: {server}");
        let head = head.filter(|head| !head.starts_with("HTTP/"));
        packets.extend(connection.send(0, &http_message(head, &line, record.text)));
        self.packets(record, packets)?;
        self.calls.insert(record.sequence, connection);
        Ok(true)
    }
}

/// The heads of a handshake: those of the record, or else plain ones.
fn heads(record: &Record<'_>, identity: &str) -> (String, String) {
    let crlf = |head: &str| head.trim_end().lines().collect::<Vec<_>>().join("\r\n") + "\r\n\r\n";
    if let Some(handshake) = record.handshake()
        && handshake.answer.split_whitespace().nth(1) == Some("101")
    {
        // The frames are written unpacked, so nothing may say that they are packed.
        let answer: Vec<&str> = handshake
            .answer
            .lines()
            .filter(|line| !line.to_ascii_lowercase().starts_with("sec-websocket-extensions:"))
            .collect();
        return (crlf(&handshake.request), crlf(&answer.join("\n")));
    }
    let path = percent_encoding::utf8_percent_encode(identity, percent_encoding::NON_ALPHANUMERIC);
    let protocol = record.version.unwrap_or(Version::V1_6).subprotocol();
    let request = format!(
        "GET /{path} HTTP/1.1\nHost: 10.0.0.1\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Protocol: {protocol}\n"
    );
    // The key and the answer to it are those of RFC 6455 §1.3.
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\nSec-WebSocket-Protocol: {protocol}\n"
    );
    (crlf(&request), crlf(&answer))
}

/// A message of HTTP with this body: the head of the record, with the length that the text has, or else a plain one.
fn http_message(head: Option<&str>, start: &str, body: &str) -> Vec<u8> {
    let mut lines: Vec<&str> = Vec::new();
    for line in head.unwrap_or(start).lines().filter(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_other = matches!(&*name, "content-length" | "transfer-encoding" | "content-encoding" | "content-type");
        if !is_other {
            lines.push(line);
        }
    }
    let length = format!("Content-Length: {}", body.len());
    lines.extend(["Content-Type: application/soap+xml; charset=utf-8", &length]);
    (lines.join("\r\n") + "\r\n\r\n" + body).into_bytes()
}

fn bytes_of_hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
