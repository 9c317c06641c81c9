//! From a packet as it was captured to the TCP segment in it, over the kinds of links that a capture of OCPP comes from. The numbers are
//! those of the registry at tcpdump.org/linktypes.html.

use std::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice};

const NULL: i32 = 0;
const ETHERNET: i32 = 1;
const RAW: [i32; 5] = [12, 14, 101, 228, 229];
const LOOP: i32 = 108;
const LINUX_SLL: i32 = 113;
const LINUX_SLL2: i32 = 276;

/// A segment of TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TcpSegment<'a> {
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub sequence: u32,
    /// The next byte that the sender expects; `None` without the flag ACK.
    pub acknowledged: Option<u32>,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
    pub payload: &'a [u8],
}

/// Whether packets of this link can be read.
pub(super) fn is_known(link: i32) -> bool {
    [NULL, ETHERNET, LOOP, LINUX_SLL, LINUX_SLL2].contains(&link) || RAW.contains(&link)
}

/// The segment in a packet; `None` for everything else.
pub(super) fn segment(link: i32, packet: &[u8]) -> Option<TcpSegment<'_>> {
    let by_type = |kind: &[u8], rest: usize| {
        let kind = u16::from_be_bytes(kind.try_into().ok()?);
        Some(LaxSlicedPacket::from_ether_type(EtherType(kind), packet.get(rest..)?))
    };
    let sliced = match link {
        ETHERNET => LaxSlicedPacket::from_ethernet(packet).ok()?,
        // The family of the address stands before the packet; the version of IP is in the packet as well.
        NULL | LOOP => LaxSlicedPacket::from_ip(packet.get(4..)?).ok()?,
        LINUX_SLL => by_type(packet.get(14..16)?, 16)?,
        LINUX_SLL2 => by_type(packet.get(0..2)?, 20)?,
        _ if RAW.contains(&link) => LaxSlicedPacket::from_ip(packet).ok()?,
        _ => return None,
    };
    let (from, to): (IpAddr, IpAddr) = match sliced.net? {
        LaxNetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        LaxNetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        LaxNetSlice::Arp(_) => return None,
    };
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return None };
    Some(TcpSegment {
        from: SocketAddr::new(from, tcp.source_port()),
        to: SocketAddr::new(to, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        payload: tcp.payload(),
    })
}
