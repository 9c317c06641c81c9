//! A file of packets, pcap or pcapng: `pcap-parser` reads the blocks. What is in the packets goes to the connections.

use std::collections::VecDeque;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};

use super::connection_table::ConnectionTable;
use super::link_layer::{is_known, segment};
use super::web_socket_talk::PacketPlace;
use crate::capture::event_source::{EventSource, ReadStep};
use crate::capture::foreign_frame::FrameImport;
use crate::capture::formats::foreign_item::{ForeignItem, steps_of};
use crate::capture::formats::line_format::FormatContext;
use crate::capture::line_source::ByteSource;

/// How much is read at once, and the largest block, in bytes.
const BUFFER: (usize, usize) = (1 << 18, 1 << 26);
/// Why there is nothing behind the last packet.
const CUT: &str = "the file was cut here";
/// What such files begin with: pcap in both byte orders with micro- and nanoseconds, and pcapng.
const MAGIC: [[u8; 4]; 5] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x0a, 0x0d, 0x0d, 0x0a],
];

/// A file of packets.
pub(in crate::capture) struct PacketFile {
    blocks: Box<dyn PcapReaderIterator + Send>,
    state: PacketState,
    capacity: usize,
    import: FrameImport,
    items: Vec<ForeignItem>,
    waiting: VecDeque<ReadStep>,
    ended: bool,
}

/// What is known behind the blocks that were read.
struct PacketState {
    context: FormatContext,
    interfaces: Vec<PacketInterface>,
    connections: ConnectionTable,
    place: PacketPlace,
    /// The kinds of links that cannot be read and were reported.
    unknown_links: Vec<i32>,
}

/// Where packets come from.
#[derive(Debug, Clone, Copy)]
struct PacketInterface {
    link: i32,
    /// Units of time in a second.
    resolution: u64,
    /// Seconds.
    offset: i64,
}

impl PacketFile {
    /// Whether a file that begins with these bytes is one.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.get(..4).is_some_and(|magic| MAGIC.iter().any(|known| known == magic))
    }

    /// Opens the file; `None` when its first block cannot be read.
    pub fn open(bytes: ByteSource, context: FormatContext) -> Option<PacketFile> {
        let blocks = create_reader(BUFFER.0, bytes).ok()?;
        let import = FrameImport::new(context.catalog.clone());
        let place = PacketPlace { number: 0, wall_micros: 0 };
        let (interfaces, unknown_links) = (Vec::new(), Vec::new());
        let state = PacketState { context, interfaces, connections: ConnectionTable::default(), place, unknown_links };
        let (items, waiting) = (Vec::new(), VecDeque::new());
        Some(PacketFile { blocks, state, capacity: BUFFER.0, import, items, waiting, ended: false })
    }

    /// Reads the next block. False at the end.
    fn read(&mut self) -> bool {
        let broken = match self.blocks.next() {
            Ok((length, block)) => {
                self.state.block(block, &mut self.items);
                self.blocks.consume(length);
                return true;
            }
            Err(PcapError::Eof) => return false,
            Err(PcapError::Incomplete(_) | PcapError::BufferTooSmall) => None,
            Err(PcapError::UnexpectedEof) => Some(CUT),
            Err(_) => Some("the rest of the file is damaged"),
        };
        let Some(broken) = broken.or_else(|| self.read_more().err()) else { return true };
        let place = PacketPlace { number: self.state.place.number + 1, ..self.state.place };
        self.items.push(place.unread(broken));
        false
    }

    /// Reads on behind a part of a block.
    fn read_more(&mut self) -> Result<(), &'static str> {
        if self.blocks.reader_exhausted() {
            return Err(CUT);
        }
        if self.blocks.data().len() >= self.capacity / 2 {
            if self.capacity >= BUFFER.1 {
                return Err("a block of the file is too large");
            }
            self.capacity *= 2;
            self.blocks.grow(self.capacity);
        }
        self.blocks.refill().map_err(|_| "the rest of the file cannot be read")
    }
}

impl PacketState {
    fn block(&mut self, block: PcapBlockOwned<'_>, out: &mut Vec<ForeignItem>) {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let resolution = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                self.interfaces = vec![PacketInterface { link: header.network.0, resolution, offset: 0 }];
            }
            PcapBlockOwned::Legacy(packet) => {
                let micros = i64::from(packet.ts_usec) * 1_000_000 / self.resolution(0) as i64;
                self.place.wall_micros = i64::from(packet.ts_sec) * 1_000_000 + micros;
                self.packet(0, packet.data, out);
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => self.interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                let resolution = interface.ts_resolution().filter(|units| *units > 0).unwrap_or(1_000_000);
                let (link, offset) = (interface.linktype.0, interface.if_tsoffset);
                self.interfaces.push(PacketInterface { link, resolution, offset });
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let at = packet.if_id as usize;
                let units = u128::from(packet.ts_high) << 32 | u128::from(packet.ts_low);
                let micros = i64::try_from(units * 1_000_000 / u128::from(self.resolution(at))).unwrap_or_default();
                let offset = self.interfaces.get(at).map_or(0, |interface| interface.offset);
                self.place.wall_micros = micros.saturating_add(offset.saturating_mul(1_000_000));
                self.packet(at, packet.packet_data(), out);
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => self.packet(0, packet.packet_data(), out),
            PcapBlockOwned::NG(_) => {}
        }
    }

    fn resolution(&self, interface: usize) -> u64 {
        self.interfaces.get(interface).map_or(1_000_000, |interface| interface.resolution)
    }

    fn packet(&mut self, interface: usize, data: &[u8], out: &mut Vec<ForeignItem>) {
        self.place.number += 1;
        let Some(link) = self.interfaces.get(interface).map(|interface| interface.link) else {
            return out.push(self.place.unread("its interface is not described"));
        };
        if let Some(segment) = segment(link, data) {
            self.connections.put(&segment, self.place, &self.context, out);
        } else if !is_known(link) && !self.unknown_links.contains(&link) {
            self.unknown_links.push(link);
            out.push(self.place.unread(format!("packets of links of type {link} are not read")));
        }
    }
}

impl EventSource for PacketFile {
    fn step(&mut self) -> Option<ReadStep> {
        loop {
            if let Some(step) = self.waiting.pop_front() {
                return Some(step);
            }
            if self.ended {
                return None;
            }
            if !self.read() {
                self.ended = true;
                let PacketState { connections, place, context, .. } = &mut self.state;
                connections.end(*place, context, &mut self.items);
            }
            steps_of(&mut self.items, &mut self.import, &mut self.waiting);
        }
    }
}
