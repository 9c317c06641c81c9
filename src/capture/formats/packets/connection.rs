//! One TCP connection: its two streams, and what is said on them, which its first bytes tell.

use std::net::SocketAddr;
use std::sync::Arc;

use super::http_reader::{begins_request, begins_response};
use super::link_layer::TcpSegment;
use super::soap_talk::SoapTalk;
use super::tcp_stream::{StreamPiece, TcpStream};
use super::tls_hello::{self, TlsStart};
use super::web_socket_reader::WebSocketReader;
use super::web_socket_talk::{PacketPlace, WebSocketTalk};
use crate::capture::formats::foreign_item::ForeignItem;
use crate::capture::formats::line_format::FormatContext;

/// So much is looked at to find out what is said on a connection.
const LOOKED_AT: usize = 64 << 10;

/// What is said on a connection.
enum ConnectionTalk {
    /// It is not known yet: what has come.
    Unknown([Vec<u8>; 2]),
    /// HTTP, whose client is this side.
    Http(usize, Box<SoapTalk>),
    /// A WebSocket, whose station is this side.
    WebSocket(usize, Box<WebSocketTalk>),
    /// Nothing that is read.
    Other,
}

/// A connection. Side 0 is the one that was seen first.
pub(super) struct TcpConnection {
    ends: [SocketAddr; 2],
    streams: [TcpStream; 2],
    talk: ConnectionTalk,
    /// Whether its beginning is in the capture.
    whole: bool,
    /// Whether one side has reset it.
    pub is_reset: bool,
}

impl TcpConnection {
    /// The connection of its first segment.
    pub fn new(segment: &TcpSegment<'_>) -> TcpConnection {
        let talk = ConnectionTalk::Unknown([Vec::new(), Vec::new()]);
        let ends = [segment.from, segment.to];
        TcpConnection { ends, streams: Default::default(), talk, whole: segment.syn, is_reset: false }
    }

    /// Whether a segment cannot be of this connection, but begins another one between the same ends.
    pub fn is_before(&self, segment: &TcpSegment<'_>) -> bool {
        let has_said = !matches!(&self.talk, ConnectionTalk::Unknown(bytes) if bytes.iter().all(Vec::is_empty));
        segment.syn && segment.acknowledged.is_none() && has_said
    }

    /// A segment.
    pub fn put(&mut self, segment: &TcpSegment<'_>, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        let side = usize::from(segment.from != self.ends[0]);
        if !self.streams[side].put(segment.sequence, segment.syn, segment.fin, segment.payload) {
            out.push(place.unread(format!("its number does not fit the connection of {}", self.name(side))));
        }
        if let Some(number) = segment.acknowledged {
            self.streams[1 - side].acknowledge(number);
        }
        self.is_reset |= segment.rst;
        self.drain(false, place, context, out);
    }

    /// Whether both sides have closed it.
    pub fn has_ended(&self) -> bool {
        self.is_reset || self.streams.iter().all(TcpStream::has_ended)
    }

    /// Takes what is left. `closed` says that the connection ends, and not the capture.
    pub fn end(&mut self, closed: bool, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        self.drain(true, place, context, out);
        match &mut self.talk {
            ConnectionTalk::Http(_, talk) => talk.end(place, context, out),
            ConnectionTalk::WebSocket(_, talk) if closed => talk.end(place, out),
            _ => {}
        }
    }

    fn name(&self, side: usize) -> String {
        format!("{} → {}", self.ends[side], self.ends[1 - side])
    }

    fn drain(&mut self, all: bool, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        for side in [0, 1] {
            while let Some(piece) = self.streams[side].take(all) {
                match piece {
                    StreamPiece::Bytes(bytes) => self.bytes(side, &bytes, place, context, out),
                    StreamPiece::Lost(count) => self.lost(side, count, place, out),
                }
            }
        }
    }

    fn lost(&mut self, side: usize, count: u64, place: PacketPlace, out: &mut Vec<ForeignItem>) {
        match &mut self.talk {
            ConnectionTalk::Http(client, talk) => talk.lose(side == *client),
            ConnectionTalk::WebSocket(station, talk) => talk.lose(side == *station),
            ConnectionTalk::Unknown(bytes) => {
                bytes[side].clear();
                self.whole = false;
            }
            ConnectionTalk::Other => return,
        }
        out.push(place.unread(format!("{count} bytes of {} before it are not in the capture", self.name(side))));
    }

    fn bytes(&mut self, side: usize, piece: &[u8], place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        match &mut self.talk {
            ConnectionTalk::Http(client, talk) => {
                if let Some(socket) = talk.put(side == *client, piece, place, context, out) {
                    self.talk = ConnectionTalk::WebSocket(*client, Box::new(socket));
                }
            }
            ConnectionTalk::WebSocket(station, talk) => talk.put(side == *station, piece, place, out),
            ConnectionTalk::Unknown(bytes) => {
                bytes[side].extend_from_slice(piece);
                self.find_out(side, place, context, out);
            }
            ConnectionTalk::Other => {}
        }
    }

    /// Looks at what has come of a side.
    fn find_out(&mut self, side: usize, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        let ConnectionTalk::Unknown(bytes) = &mut self.talk else { return };
        let begun = std::mem::take(&mut bytes[side]);
        let client = if begins_request(&begun) {
            Some(side)
        } else if begins_response(&begun) {
            Some(1 - side)
        } else {
            None
        };
        if let Some(client) = client {
            self.talk = ConnectionTalk::Http(client, Box::new(SoapTalk::new(self.ends[client])));
            return self.bytes(side, &begun, place, context, out);
        }
        match tls_hello::look(&begun) {
            TlsStart::Tls(name) => return self.tls(side, name.as_deref(), place, out),
            TlsStart::Short if !begun.is_empty() => {
                bytes[side] = begun;
                return;
            }
            _ if tls_hello::is_data(&begun) => return self.tls(side, None, place, out),
            _ => {}
        }
        if let Some(masked) = WebSocketReader::begins(&begun) {
            // Only clients mask (RFC 6455 §5.1), and the station is the client.
            let station = if masked { side } else { 1 - side };
            let name: Arc<str> = self.ends[station].to_string().into();
            self.talk = ConnectionTalk::WebSocket(station, Box::new(WebSocketTalk::in_the_middle(name)));
            return self.bytes(side, &begun, place, context, out);
        }
        if self.whole && begun.len() > 8 || begun.len() > LOOKED_AT {
            self.talk = ConnectionTalk::Other;
        }
        // In a connection that was there before, the next piece may begin a message.
    }

    fn tls(&mut self, side: usize, name: Option<&str>, place: PacketPlace, out: &mut Vec<ForeignItem>) {
        self.talk = ConnectionTalk::Other;
        let name = name.map_or_else(String::new, |name| format!(", which asks for {name}"));
        let text =
            format!("packet {}: {} is a TLS connection{name}; its messages cannot be read", place.number, self.name(side));
        out.push(ForeignItem::Note(place.wall_micros, false, text));
    }
}
