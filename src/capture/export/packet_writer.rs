//! Packets in a pcapng file: Ethernet, IP and TCP around the bytes of a connection. `etherparse` makes the headers; the three kinds of blocks
//! that a file needs are made here, because the packages that write them bring more than they save.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

use etherparse::{PacketBuilder, PacketBuilderStep, TcpHeader};

/// So many bytes go into one packet.
const SEGMENT: usize = 16_000;
/// The link type Ethernet.
const ETHERNET: u16 = 1;

/// A file of packets.
pub(in crate::capture) struct PacketWriter<W: Write> {
    out: W,
}

impl<W: Write> PacketWriter<W> {
    /// Begins the file.
    pub fn new(mut out: W) -> io::Result<PacketWriter<W>> {
        // Section header: byte order, version 1.0, length of the section not known.
        let mut section = Vec::from(0x1a2b_3c4d_u32.to_le_bytes());
        section.extend([1, 0, 0, 0]);
        section.extend([0xff; 8]);
        write_block(&mut out, 0x0a0d_0d0a, &section)?;
        let mut interface = Vec::from(ETHERNET.to_le_bytes());
        interface.extend([0, 0]);
        interface.extend(0_u32.to_le_bytes()); // no limit of length
        write_block(&mut out, 1, &interface)?;
        Ok(PacketWriter { out })
    }

    /// Writes a packet with its time in microseconds since 1970.
    pub fn packet(&mut self, wall_micros: i64, packet: &[u8]) -> io::Result<()> {
        let micros = u64::try_from(wall_micros).unwrap_or_default();
        let length = (packet.len() as u32).to_le_bytes();
        let mut body = Vec::with_capacity(packet.len() + 24);
        body.extend(0_u32.to_le_bytes());
        body.extend(((micros >> 32) as u32).to_le_bytes());
        body.extend((micros as u32).to_le_bytes());
        body.extend(length);
        body.extend(length);
        body.extend_from_slice(packet);
        write_block(&mut self.out, 6, &body)
    }
}

fn write_block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = ((body.len() + padding + 12) as u32).to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length)?;
    out.write_all(body)?;
    out.write_all(&[0; 3][..padding])?;
    out.write_all(&length)
}

/// A TCP connection whose packets are made. Side 0 is the client.
#[derive(Debug, Clone)]
pub(in crate::capture) struct WrittenConnection {
    ends: [SocketAddr; 2],
    /// The number of the next byte of each side.
    next: [u32; 2],
}

/// What else a packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PacketFlag {
    Syn,
    Fin,
    Data,
}

impl WrittenConnection {
    /// A connection between these ends, both of one version of IP.
    pub fn new(client: SocketAddr, server: SocketAddr) -> WrittenConnection {
        WrittenConnection { ends: [client, server], next: [1_000, 5_000] }
    }

    /// The packets that open it.
    pub fn open(&mut self) -> Vec<Vec<u8>> {
        let syn = self.make(0, PacketFlag::Syn, &[], false);
        let answer = self.make(1, PacketFlag::Syn, &[], true);
        vec![syn, answer, self.make(0, PacketFlag::Data, &[], true)]
    }

    /// The packets with bytes of a side.
    pub fn send(&mut self, side: usize, bytes: &[u8]) -> Vec<Vec<u8>> {
        bytes.chunks(SEGMENT).map(|piece| self.make(side, PacketFlag::Data, piece, true)).collect()
    }

    /// The packets that close it, from a side on.
    pub fn close(&mut self, side: usize) -> Vec<Vec<u8>> {
        let other = 1 - side;
        let fin = self.make(side, PacketFlag::Fin, &[], true);
        let answer = self.make(other, PacketFlag::Fin, &[], true);
        vec![fin, answer, self.make(side, PacketFlag::Data, &[], true)]
    }

    fn make(&mut self, side: usize, flag: PacketFlag, payload: &[u8], acknowledges: bool) -> Vec<u8> {
        let (from, to) = (self.ends[side], self.ends[1 - side]);
        let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, side as u8], [2, 0, 0, 0, 0, 1 - side as u8]);
        let builder: PacketBuilderStep<TcpHeader> = match (from.ip(), to.ip()) {
            (IpAddr::V6(source), IpAddr::V6(target)) => {
                builder.ipv6(source.octets(), target.octets(), 64).tcp(from.port(), to.port(), self.next[side], 65_000)
            }
            (source, target) => {
                let octets = |ip| if let IpAddr::V4(ip) = ip { ip.octets() } else { [192, 0, 2, 1] };
                builder.ipv4(octets(source), octets(target), 64).tcp(from.port(), to.port(), self.next[side], 65_000)
            }
        };
        let builder = if acknowledges { builder.ack(self.next[1 - side]) } else { builder };
        let builder = match flag {
            PacketFlag::Syn => builder.syn(),
            PacketFlag::Fin => builder.fin(),
            PacketFlag::Data if payload.is_empty() => builder,
            PacketFlag::Data => builder.psh(),
        };
        let counted = payload.len() as u32 + u32::from(flag != PacketFlag::Data);
        self.next[side] = self.next[side].wrapping_add(counted);
        let mut packet = Vec::with_capacity(builder.size(payload.len()));
        // A Vec takes everything, and a segment fits into a packet.
        let _ = builder.write(&mut packet, payload);
        packet
    }
}

/// A frame of a WebSocket (RFC 6455 §5.2); that of a client is masked.
pub(in crate::capture) fn socket_frame(opcode: u8, payload: &[u8], of_client: bool) -> Vec<u8> {
    let mask_bit = if of_client { 0x80 } else { 0 };
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        length @ 0..126 => frame.push(mask_bit | length as u8),
        length @ 126..=0xffff => {
            frame.push(mask_bit | 0x7e);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(mask_bit | 0x7f);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    if !of_client {
        frame.extend_from_slice(payload);
        return frame;
    }
    let mask = [0x6d, 0x61, 0x73, 0x6b];
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}
