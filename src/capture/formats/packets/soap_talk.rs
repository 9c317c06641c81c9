//! What a client and a server say over HTTP: calls of SOAP and their answers, and the handshake that makes a WebSocket of the connection.

use std::collections::VecDeque;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;

use super::http_reader::{HttpHead, HttpMessage, HttpReader};
use super::web_socket_talk::{PacketPlace, WebSocketTalk};
use crate::capture::foreign_frame::{ForeignEvent, ForeignFrame, envelope_facts};
use crate::capture::formats::foreign_item::ForeignItem;
use crate::capture::formats::line_format::FormatContext;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{ConnectionAttempt, Direction, EventKind, FrameOrigin};

/// The largest body that is unpacked.
const LARGEST: u64 = 32 << 20;

/// What the response to a request will be.
enum AwaitedResponse {
    /// That to a handshake.
    Upgrade(Box<HttpHead>),
    /// That to a call of this station that went this way.
    Call(Arc<str>, Direction),
    /// Nothing of OCPP.
    Other,
}

/// The talk on one connection.
pub(super) struct SoapTalk {
    client: SocketAddr,
    requests: HttpReader,
    responses: HttpReader,
    awaited: VecDeque<AwaitedResponse>,
}

impl SoapTalk {
    /// The talk that this client begins.
    pub fn new(client: SocketAddr) -> SoapTalk {
        let (requests, responses) = (HttpReader::new(true), HttpReader::new(false));
        SoapTalk { client, requests, responses, awaited: VecDeque::new() }
    }

    /// Bytes of the client, or else of the server. When they make a WebSocket of the connection, that.
    pub fn put(
        &mut self,
        of_client: bool,
        bytes: &[u8],
        place: PacketPlace,
        context: &FormatContext,
        out: &mut Vec<ForeignItem>,
    ) -> Option<WebSocketTalk> {
        if of_client {
            self.requests.put(bytes);
            while let Some(message) = self.requests.take() {
                match message {
                    Ok(message) => self.request(message, place, context, out),
                    Err(why) => out.push(place.unread(why)),
                }
            }
            return None;
        }
        self.responses.put(bytes);
        while let Some(message) = self.responses.take() {
            match message {
                Ok(message) => {
                    let talk = self.response(message, place, context, out);
                    if talk.is_some() {
                        return talk;
                    }
                }
                Err(why) => out.push(place.unread(why)),
            }
        }
        None
    }

    /// Bytes are missing.
    pub fn lose(&mut self, of_client: bool) {
        if of_client {
            self.requests.lose();
        } else {
            self.responses.lose();
        }
        self.awaited.clear();
    }

    /// The connection ends: a body may end with it.
    pub fn end(&mut self, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        if let Some(message) = self.responses.end() {
            self.response(message, place, context, out);
        }
    }

    fn request(&mut self, message: HttpMessage, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        let HttpMessage { head, body } = message;
        if head.has("upgrade", "websocket") {
            // What follows is known when the server has agreed.
            self.requests.stop();
            return self.awaited.push_back(AwaitedResponse::Upgrade(Box::new(head)));
        }
        let text = body_text(&head, body);
        if head.method != "POST" || !is_envelope(&text) {
            return self.awaited.push_back(AwaitedResponse::Other);
        }
        let facts = envelope_facts(&text, &context.catalog);
        let station: Arc<str> = facts.identity.map_or_else(|| context.station.clone(), Arc::from);
        let direction = facts.direction.unwrap_or(Direction::In);
        self.awaited.push_back(AwaitedResponse::Call(station.clone(), direction));
        out.push(envelope(place, station, direction, text, &head));
    }

    fn response(
        &mut self,
        message: HttpMessage,
        place: PacketPlace,
        context: &FormatContext,
        out: &mut Vec<ForeignItem>,
    ) -> Option<WebSocketTalk> {
        let HttpMessage { head, body } = message;
        if head.status == 100 {
            return None; // the final response follows (RFC 9110 §15.2.1)
        }
        match self.awaited.pop_front() {
            Some(AwaitedResponse::Upgrade(request)) => return self.upgraded(&request, &head, place, out),
            Some(AwaitedResponse::Call(station, direction)) => {
                let direction = if direction == Direction::In { Direction::Out } else { Direction::In };
                let text = body_text(&head, body);
                if is_envelope(&text) || !text.trim().is_empty() {
                    out.push(envelope(place, station, direction, text, &head));
                } else if head.status >= 300 {
                    let note = EventKind::Note {
                        failure: true,
                        text: format!("a call was answered with HTTP {} and no envelope", head.status).into(),
                    };
                    let event = ForeignEvent::Other(Box::new(note));
                    out.push(ForeignItem::Event(place.wall_micros, Role::CentralSystem, station, event));
                }
            }
            // Without its request, an envelope still says what it is.
            None => {
                let text = body_text(&head, body);
                if is_envelope(&text) {
                    let facts = envelope_facts(&text, &context.catalog);
                    let station: Arc<str> = facts.identity.map_or_else(|| context.station.clone(), Arc::from);
                    out.push(envelope(place, station, facts.direction.unwrap_or(Direction::Out), text, &head));
                }
            }
            Some(AwaitedResponse::Other) => {}
        }
        None
    }

    fn upgraded(
        &mut self,
        request: &HttpHead,
        answer: &HttpHead,
        place: PacketPlace,
        out: &mut Vec<ForeignItem>,
    ) -> Option<WebSocketTalk> {
        let station = identity(&request.target).map_or_else(|| Arc::from(self.client.to_string()), Arc::from);
        let handshake = ConnectionAttempt {
            request: request.text.as_str().into(),
            answer: answer.text.as_str().into(),
            ..ConnectionAttempt::default()
        };
        let peer = Some(self.client);
        if answer.status != 101 {
            let refused = EventKind::Refused {
                peer,
                reason: format!("the handshake of {station} was answered with HTTP {}", answer.status).into(),
                detail: "".into(),
                handshake,
            };
            let event = ForeignEvent::Other(Box::new(refused));
            out.push(ForeignItem::Event(place.wall_micros, Role::CentralSystem, station, event));
            self.requests = HttpReader::new(true);
            return None;
        }
        let version = answer.field("sec-websocket-protocol").or_else(|| request.field("sec-websocket-protocol"));
        let version = version.and_then(|protocols| protocols.split(',').find_map(|name| Version::parse(name.trim())));
        let (transport, handshake) = (Transport::WebSocket, Box::new(handshake));
        let event = ForeignEvent::Connected { version, transport, peer, handshake };
        out.push(ForeignItem::Event(place.wall_micros, Role::CentralSystem, station.clone(), event));
        let mut talk = WebSocketTalk::new(station, &answer.field("sec-websocket-extensions").unwrap_or_default());
        let sent = std::mem::replace(&mut self.requests, HttpReader::new(true)).rest();
        let received = std::mem::replace(&mut self.responses, HttpReader::new(false)).rest();
        talk.put(false, &received, place, out);
        talk.put(true, &sent, place, out);
        Some(talk)
    }
}

fn envelope(place: PacketPlace, station: Arc<str>, direction: Direction, text: String, head: &HttpHead) -> ForeignItem {
    let origin = FrameOrigin { http_head: Some(head.text.as_str().into()), ..FrameOrigin::default() };
    let frame = ForeignFrame::new(station, direction, text);
    ForeignItem::Frame(place.wall_micros, ForeignFrame { transport: Transport::Soap, origin: Some(Arc::new(origin)), ..frame })
}

/// The identity in the target of a handshake: the last segment of its path (OCPP-J 1.6 §3.1.1).
fn identity(target: &str) -> Option<String> {
    let path = target.split('?').next()?;
    let last = path.rsplit('/').find(|segment| !segment.is_empty())?;
    Some(percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned())
}

fn is_envelope(text: &str) -> bool {
    text.contains("Envelope")
}

/// The text of a body, unpacked and in its charset.
fn body_text(head: &HttpHead, mut body: Vec<u8>) -> String {
    if head.has("content-encoding", "gzip") {
        let mut unpacked = Vec::new();
        if flate2::read::GzDecoder::new(&*body).take(LARGEST).read_to_end(&mut unpacked).is_ok() {
            body = unpacked;
        }
    }
    match String::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            let kind = head.field("content-type").unwrap_or_default().to_ascii_lowercase();
            let label = kind.split("charset=").nth(1).unwrap_or("windows-1252");
            let label = label.split(';').next().unwrap_or_default().trim_matches(['"', ' ']);
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
            encoding.decode(error.as_bytes()).0.into_owned()
        }
    }
}
