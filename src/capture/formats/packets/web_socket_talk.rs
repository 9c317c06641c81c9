//! What two ends say on a WebSocket, as items of the file.

use std::sync::Arc;

use super::web_socket_reader::{SocketMessage, WebSocketReader};
use crate::capture::event_source::UnreadLine;
use crate::capture::foreign_frame::{ForeignEvent, ForeignFrame};
use crate::capture::formats::foreign_item::ForeignItem;
use crate::capture::line::LineFault;
use crate::ocpp::Role;
use crate::trace::{CloseReason, Direction, EventKind, FrameOrigin};

/// Where in the file something stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct PacketPlace {
    /// The number of the packet, from 1 on as Wireshark counts.
    pub number: u64,
    /// Its time, in microseconds since 1970.
    pub wall_micros: i64,
}

impl PacketPlace {
    /// What cannot be read here.
    pub fn unread(self, why: impl Into<String>) -> ForeignItem {
        ForeignItem::Unread(UnreadLine { unit: "packet", number: self.number, fault: LineFault::NoMessage(why.into()) })
    }
}

/// A WebSocket between a station and a central system.
pub(super) struct WebSocketTalk {
    station: Arc<str>,
    /// What the station sends, and what the central system sends.
    readers: [WebSocketReader; 2],
    /// Whether a close frame was seen.
    closed: bool,
}

impl WebSocketTalk {
    /// Behind a handshake that agreed on these parameters of permessage-deflate.
    pub fn new(station: Arc<str>, extensions: &str) -> WebSocketTalk {
        let has = |name: &str| extensions.split([',', ';']).any(|part| part.trim() == name);
        let reader = |name| WebSocketReader::new(has(name));
        let readers = [reader("client_no_context_takeover"), reader("server_no_context_takeover")];
        WebSocketTalk { station, readers, closed: false }
    }

    /// One that was there before the capture.
    pub fn in_the_middle(station: Arc<str>) -> WebSocketTalk {
        let readers = [WebSocketReader::in_the_middle(), WebSocketReader::in_the_middle()];
        WebSocketTalk { station, readers, closed: false }
    }

    /// Bytes of the station, or else of the central system.
    pub fn put(&mut self, of_station: bool, bytes: &[u8], place: PacketPlace, out: &mut Vec<ForeignItem>) {
        let direction = if of_station { Direction::In } else { Direction::Out };
        let Some(reader) = self.readers.get_mut(direction as usize) else { return };
        reader.put(bytes);
        while let Some(message) = reader.take() {
            let at = place.wall_micros;
            let event = |event| ForeignItem::Event(at, Role::CentralSystem, self.station.clone(), event);
            let ping = |pong| ForeignEvent::Other(Box::new(EventKind::Ping { direction, pong, round_trip: None }));
            out.push(match message {
                SocketMessage::Text(text) => ForeignItem::Frame(at, ForeignFrame::new(self.station.clone(), direction, text)),
                SocketMessage::Binary(bytes) => {
                    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    let origin = Some(Arc::new(FrameOrigin { binary: true, ..FrameOrigin::default() }));
                    let frame = ForeignFrame::new(self.station.clone(), direction, hex);
                    ForeignItem::Frame(at, ForeignFrame { origin, ..frame })
                }
                SocketMessage::Ping => event(ping(false)),
                SocketMessage::Pong => event(ping(true)),
                // The other end answers a close frame with one (RFC 6455 §5.5.1).
                SocketMessage::Close(..) if self.closed => continue,
                SocketMessage::Close(code, text) => {
                    self.closed = true;
                    let by_station = CloseReason::ClosedByPeer { code, text: text.into() };
                    event(ForeignEvent::Closed(if of_station { by_station } else { CloseReason::Disconnected }))
                }
                SocketMessage::Broken(why) => place.unread(why),
            });
        }
    }

    /// Bytes are missing.
    pub fn lose(&mut self, of_station: bool) {
        if let Some(reader) = self.readers.get_mut(usize::from(!of_station)) {
            reader.lose();
        }
    }

    /// The connection ends.
    pub fn end(&mut self, place: PacketPlace, out: &mut Vec<ForeignItem>) {
        if !std::mem::replace(&mut self.closed, true) {
            let event = ForeignEvent::Closed(CloseReason::PeerGone);
            out.push(ForeignItem::Event(place.wall_micros, Role::CentralSystem, self.station.clone(), event));
        }
    }
}
