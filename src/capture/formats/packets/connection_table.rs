//! The connections of a capture, by their ends.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::connection::TcpConnection;
use super::link_layer::TcpSegment;
use super::web_socket_talk::PacketPlace;
use crate::capture::formats::foreign_item::ForeignItem;
use crate::capture::formats::line_format::FormatContext;

/// So many connections are kept: a scan of ports makes many that say nothing.
const MOST: usize = 50_000;

/// The connections of a capture.
#[derive(Default)]
pub(super) struct ConnectionTable {
    connections: HashMap<(SocketAddr, SocketAddr), TcpConnection>,
}

impl ConnectionTable {
    /// A segment.
    pub fn put(&mut self, segment: &TcpSegment<'_>, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        let key = (segment.from.min(segment.to), segment.from.max(segment.to));
        if self.connections.get(&key).is_some_and(|connection| connection.is_before(segment))
            && let Some(mut before) = self.connections.remove(&key)
        {
            before.end(true, place, context, out);
        }
        if self.connections.len() >= MOST && !self.connections.contains_key(&key) {
            self.end(place, context, out);
        }
        let connection = self.connections.entry(key).or_insert_with(|| TcpConnection::new(segment));
        connection.put(segment, place, context, out);
        if connection.has_ended() {
            connection.end(true, place, context, out);
            self.connections.remove(&key);
        }
    }

    /// The capture ends.
    pub fn end(&mut self, place: PacketPlace, context: &FormatContext, out: &mut Vec<ForeignItem>) {
        let mut left: Vec<_> = std::mem::take(&mut self.connections).into_iter().collect();
        left.sort_unstable_by_key(|(key, _)| *key);
        left.iter_mut().for_each(|(_, connection)| connection.end(false, place, context, out));
    }
}
