//! Files of packets of our own making: every kind of link, TCP as it comes, WebSocket and SOAP, and what is none of it.

use std::net::SocketAddr;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::capture::event_source::{EventSource, ReadStep};
use crate::capture::export::test_packets::{PacketWriter, WrittenConnection, socket_frame};
use crate::capture::formats::line_format::FormatContext;
use crate::ocpp::{Catalog, Role};
use crate::trace::{Direction, EventKind, RowKind};

const CLIENT: &str = "10.1.0.7:50000";
const SERVER: &str = "10.0.0.1:9000";

fn context() -> FormatContext {
    FormatContext { catalog: Catalog::embedded(), zone: jiff::tz::TimeZone::UTC, station: "box".into() }
}

fn file(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = PacketWriter::new(&mut out).unwrap();
    for (at, packet) in packets.iter().enumerate() {
        writer.packet(1_768_471_200_000_000 + at as i64 * 1_000, packet).unwrap();
    }
    out
}

/// A line for each step.
fn told(bytes: Vec<u8>) -> Vec<String> {
    let Some(mut file) = PacketFile::open(Box::new(std::io::Cursor::new(bytes)), context()) else { return vec!["none".into()] };
    let line = |step| match step {
        ReadStep::Unread(unread) => format!("{} {}: {}", unread.unit, unread.number, unread.fault),
        ReadStep::Station(..) => panic!("no file of packets announces stations"),
        ReadStep::Event { station, kind, .. } => {
            let name = station.map_or("".into(), |(row, name): (RowKind, Arc<str>)| {
                assert_eq!(row, RowKind::Station(Role::CentralSystem));
                name
            });
            let arrow = |direction| if direction == Direction::In { '<' } else { '>' };
            match kind {
                EventKind::Connected { version, peer, .. } => format!("{name} + {} {peer}", version.number()),
                EventKind::Disconnected { reason, .. } => format!("{name} - {}", reason.name()),
                EventKind::Ping { direction, pong, .. } => format!("{name} {} pong {pong}", arrow(direction)),
                EventKind::Frame(frame) => format!("{name} {} {}", arrow(frame.direction), frame.text),
                EventKind::Note { text, .. } => format!("note {text}"),
                EventKind::Refused { reason, .. } => format!("{name} refused: {reason}"),
                other => format!("{name} {other:?}"),
            }
        }
    };
    std::iter::from_fn(|| file.step()).map(line).collect()
}

const REQUEST: &[u8] = b"GET /ocpp/CP%201?x=1 HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Basic c2VjcmV0\r\nSec-WebSocket-Protocol: ocpp2.0.1, ocpp1.6\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n";

fn connection() -> WrittenConnection {
    WrittenConnection::new(CLIENT.parse().unwrap(), SERVER.parse().unwrap())
}

/// The packets of a short talk on a WebSocket.
fn talk() -> Vec<Vec<u8>> {
    let mut connection = connection();
    let mut packets = connection.open();
    packets.extend(connection.send(0, REQUEST));
    packets.extend(connection.send(1, ANSWER));
    packets.extend(connection.send(0, &socket_frame(1, br#"[2,"1","Heartbeat",{}]"#, true)));
    packets.extend(connection.send(1, &socket_frame(1, br#"[3,"1",{"currentTime":"2026-01-15T10:00:00Z"}]"#, false)));
    packets.extend(connection.send(1, &socket_frame(9, b"", false)));
    packets.extend(connection.send(0, &socket_frame(8, &[3, 232], true)));
    packets.extend(connection.close(0));
    packets
}

const TOLD: [&str; 5] = [
    "CP 1 + 1.6 10.1.0.7:50000",
    r#"CP 1 < [2,"1","Heartbeat",{}]"#,
    r#"CP 1 > [3,"1",{"currentTime":"2026-01-15T10:00:00Z"}]"#,
    "CP 1 > pong false",
    "CP 1 - closedByPeer",
];

#[test]
fn a_web_socket_is_read_from_its_packets() {
    assert_eq!(told(file(&talk())), TOLD);
}

#[test]
fn every_kind_of_link_is_read() {
    let ethernet = talk();
    let ip = |packet: &Vec<u8>| packet[14..].to_vec();
    let with = |head: &[u8]| -> Vec<Vec<u8>> { ethernet.iter().map(|packet| [head, &ip(packet)].concat()).collect() };
    let vlan: Vec<Vec<u8>> = ethernet.iter().map(|packet| [&packet[..12], &[0x81, 0, 0, 7], &packet[12..]].concat()).collect();
    let mut sll = vec![0; 14];
    sll.extend([8, 0]);
    let mut sll2 = vec![8, 0];
    sll2.extend([0; 18]);
    let cases = [
        (1_u16, vlan),
        (0, with(&[2, 0, 0, 0])),
        (108, with(&[0, 0, 0, 2])),
        (101, with(&[])),
        (113, with(&sll)),
        (276, with(&sll2)),
    ];
    for (link, packets) in cases {
        let mut bytes = file(&packets);
        bytes[28 + 8..28 + 10].copy_from_slice(&link.to_le_bytes());
        assert_eq!(told(bytes), TOLD, "link type {link}");
    }
    let mut bytes = file(&ethernet);
    bytes[28 + 8..28 + 10].copy_from_slice(&189_u16.to_le_bytes());
    assert_eq!(told(bytes), ["packet 1: it has no message: packets of links of type 189 are not read"]);
}

#[test]
fn the_older_format_is_read_too() {
    let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for packet in talk() {
        let length = (packet.len() as u32).to_le_bytes();
        bytes.extend([1_768_471_200_u32.to_le_bytes(), 5_u32.to_le_bytes(), length, length].concat());
        bytes.extend(packet);
    }
    assert_eq!(told(bytes.clone()), TOLD);
    bytes.truncate(bytes.len() - 3);
    assert!(told(bytes).last().unwrap().contains("the file was cut here"));
}

/// `tcpdump -s 60`, and disks that are full: of a packet only the beginning is there.
#[test]
fn packets_that_were_not_kept_whole_are_a_gap() {
    let mut connection = connection();
    let mut packets = connection.open();
    packets.extend(connection.send(0, REQUEST));
    packets.extend(connection.send(1, ANSWER));
    for id in 1..=4 {
        packets.extend(connection.send(0, &socket_frame(1, format!("[2,\"{id}\",\"Heartbeat\",{{}}]").as_bytes(), true)));
    }
    let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for (place, packet) in packets.iter().enumerate() {
        let kept: &[u8] = if place == 6 { &packet[..60] } else { packet };
        let lengths = [kept.len(), packet.len()].map(|length| (length as u32).to_le_bytes());
        bytes.extend([1_768_471_200_u32.to_le_bytes(), 5_u32.to_le_bytes(), lengths[0], lengths[1]].concat());
        bytes.extend(kept);
    }
    let told = told(bytes);
    assert_eq!(told.iter().filter(|line| line.contains("Heartbeat")).count(), 3, "{told:#?}");
    assert!(told.iter().any(|line| line.contains("not in the capture")), "{told:#?}");
}

/// Two stations of one address, one of IPv6, and a central system that listens at two ports.
#[test]
fn several_stations_at_several_ports_are_told_apart() {
    let ends =
        [("10.1.0.7:50000", "10.0.0.1:9000"), ("10.1.0.7:50001", "10.0.0.1:8180"), ("[2001:db8::7]:50000", "[2001:db8::1]:80")];
    let mut connections = ends.map(|(client, server)| WrittenConnection::new(client.parse().unwrap(), server.parse().unwrap()));
    let mut packets = Vec::new();
    connections.iter_mut().for_each(|connection| packets.extend(connection.open()));
    for (number, connection) in connections.iter_mut().enumerate() {
        let request = String::from_utf8_lossy(REQUEST).replace("CP%201", &format!("CP{number}"));
        packets.extend(connection.send(0, request.as_bytes()));
    }
    connections.iter_mut().for_each(|connection| packets.extend(connection.send(1, ANSWER)));
    for (number, connection) in connections.iter_mut().enumerate() {
        let text = format!("[2,\"{number}\",\"Heartbeat\",{{}}]");
        packets.extend(connection.send(0, &socket_frame(1, text.as_bytes(), true)));
    }
    let mut lines = Vec::new();
    for (number, (client, _)) in ends.iter().enumerate() {
        lines.push(format!("CP{number} + 1.6 {client}"));
    }
    for number in 0..ends.len() {
        lines.push(format!("CP{number} < [2,\"{number}\",\"Heartbeat\",{{}}]"));
    }
    let bytes = file(&packets);
    assert_eq!(told(bytes.clone()), lines);
    // Compressed files are read as they are.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packets.gz");
    let mut gzip = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &bytes).unwrap();
    gzip.finish().unwrap();
    let mut reader = crate::capture::CaptureReader::open(&path, Catalog::embedded()).unwrap();
    assert_eq!(std::iter::from_fn(|| reader.step()).count(), lines.len());
}

#[test]
fn swapped_and_repeated_packets_change_nothing() {
    let mut connection = connection();
    let mut packets = connection.open();
    packets.extend(connection.send(0, &REQUEST[..40]));
    packets.extend(connection.send(0, &REQUEST[40..]));
    packets.extend(connection.send(1, ANSWER));
    let frame = socket_frame(1, br#"[2,"1","Heartbeat",{}]"#, true);
    packets.extend(connection.send(0, &frame[..10]));
    packets.extend(connection.send(0, &frame[10..]));
    packets.swap(3, 4);
    packets.swap(6, 7);
    packets.insert(7, packets[6].clone());
    packets.insert(5, packets[3].clone());
    assert_eq!(told(file(&packets)), TOLD[..2]);
}

#[test]
fn a_lost_packet_is_said_and_the_talk_goes_on() {
    let mut connection = connection();
    let mut packets = connection.open();
    packets.extend(connection.send(0, REQUEST));
    packets.extend(connection.send(1, ANSWER));
    for id in 1..=6 {
        packets.extend(connection.send(0, &socket_frame(1, format!("[2,\"{id}\",\"Heartbeat\",{{}}]").as_bytes(), true)));
        packets.extend(connection.send(1, &socket_frame(1, format!("[3,\"{id}\",{{}}]").as_bytes(), false)));
    }
    packets.remove(7);
    let told = told(file(&packets));
    let lost = told.iter().find(|line| line.contains("not in the capture"));
    assert_eq!(
        lost.map(String::as_str),
        Some("packet 11: it has no message: 28 bytes of 10.1.0.7:50000 → 10.0.0.1:9000 before it are not in the capture"),
        "{told:#?}"
    );
    assert_eq!(told.iter().filter(|line| line.contains("Heartbeat")).count(), 5);
    assert_eq!(told.iter().filter(|line| line.contains("[3,")).count(), 6);
}

#[test]
fn a_capture_that_begins_in_the_middle_finds_its_messages() {
    let packets = talk().split_off(5);
    let name = CLIENT;
    let told = told(file(&packets));
    assert_eq!(told[0], format!("{name} + 1.6 0.0.0.0:0"));
    assert_eq!(told[1..3], [TOLD[1].replace("CP 1", name), TOLD[2].replace("CP 1", name)]);
}

#[test]
fn packed_messages_are_unpacked_with_what_came_before() {
    use flate2::{Compress, Compression, FlushCompress};
    let mut deflate = Compress::new(Compression::default(), false);
    let mut packed = |text: &str| {
        let mut out = Vec::with_capacity(1_000);
        deflate.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync).unwrap();
        out.truncate(out.len() - 4);
        let mut frame = socket_frame(1, &out, true);
        frame[0] |= 0x40;
        frame
    };
    let texts = [r#"[2,"1","Heartbeat",{}]"#, r#"[2,"2","Heartbeat",{}]"#];
    let mut connection = connection();
    let mut packets = connection.open();
    packets.extend(connection.send(0, REQUEST));
    let answer =
        String::from_utf8_lossy(ANSWER).replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    packets.extend(connection.send(1, answer.as_bytes()));
    for text in texts {
        packets.extend(connection.send(0, &packed(text)));
    }
    assert_eq!(told(file(&packets))[1..], texts.map(|text| format!("CP 1 < {text}")));
}

#[test]
fn soap_is_read_in_both_directions_and_several_calls_on_one_connection() {
    let envelope = |service: &str, identity: &str, body: &str| {
        format!(
            "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns='urn://Ocpp/{service}/2012/06/'><S:Header>\
             <chargeBoxIdentity>{identity}</chargeBoxIdentity></S:Header><S:Body>{body}</S:Body></S:Envelope>"
        )
    };
    let request = |text: &str| format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{text}", text.len());
    let chunked =
        |text: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
    let call = envelope("Cs", "CP1", "<heartbeatRequest/>");
    let answer = envelope("Cs", "", "<heartbeatResponse><currentTime>2026-01-15T10:00:00Z</currentTime></heartbeatResponse>");
    let mut first = connection();
    let mut packets = first.open();
    for _ in 0..2 {
        packets.extend(first.send(0, request(&call).as_bytes()));
        packets.extend(first.send(1, chunked(&answer).as_bytes()));
    }
    // The central system calls the station at another port.
    let mut second = WrittenConnection::new("10.0.0.1:40000".parse().unwrap(), "10.1.0.7:8080".parse().unwrap());
    let reset = envelope("Cp", "CP1", "<resetRequest><type>Soft</type></resetRequest>");
    packets.extend(second.open());
    packets.extend(second.send(0, request(&reset).as_bytes()));
    packets.extend(second.send(1, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    assert_eq!(
        told(file(&packets)),
        [
            "CP1 + 1.5 0.0.0.0:0".to_owned(),
            format!("CP1 < {call}"),
            format!("CP1 > {answer}"),
            format!("CP1 < {call}"),
            format!("CP1 > {answer}"),
            format!("CP1 > {reset}"),
            "note a call was answered with HTTP 404 and no envelope".to_owned(),
        ]
    );
}

#[test]
fn a_refused_handshake_and_tls_are_said() {
    let mut refused = connection();
    let mut packets = refused.open();
    packets.extend(refused.send(0, REQUEST));
    packets.extend(refused.send(1, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    let mut secure = WrittenConnection::new("10.1.0.8:50001".parse().unwrap(), "10.0.0.1:443".parse().unwrap());
    packets.extend(secure.open());
    packets.extend(secure.send(0, &client_hello("csms.example")));
    let told = told(file(&packets));
    assert_eq!(told[0], "CP 1 refused: the handshake of CP 1 was answered with HTTP 404");
    assert_eq!(
        told[1],
        "note packet 9: 10.1.0.8:50001 → 10.0.0.1:443 is a TLS connection, which asks for csms.example; its messages cannot be read"
    );
}

/// The first message of a client of rustls.
fn client_hello(name: &str) -> Vec<u8> {
    let config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let mut client = rustls::ClientConnection::new(Arc::new(config), name.to_owned().try_into().unwrap()).unwrap();
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).unwrap();
    bytes
}

#[test]
fn credentials_are_not_kept() {
    let bytes = file(&talk());
    let mut file = PacketFile::open(Box::new(std::io::Cursor::new(bytes)), context()).unwrap();
    let Some(ReadStep::Event { kind: EventKind::Connected { handshake, .. }, .. }) = file.step() else { panic!() };
    assert!(handshake.request.contains("Authorization: Basic (not kept)\n") && !handshake.request.contains("c2VjcmV0"));
    let _: SocketAddr = CLIENT.parse().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..300), known in 0usize..5) {
        let start: &[u8] = [&[][..], &[0x0a, 0x0d, 0x0d, 0x0a], &[0xd4, 0xc3, 0xb2, 0xa1], &[0xa1, 0xb2, 0xc3, 0xd4], &[0x4d, 0x3c, 0xb2, 0xa1]][known];
        told([start, &bytes].concat());
    }

    #[test]
    fn damaged_packets_are_borne(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), cut: prop::sample::Index) {
        let mut bytes = file(&talk());
        for (place, value) in changes {
            let at = 48 + place.index(bytes.len() - 48);
            bytes[at] = value;
        }
        bytes.truncate(48 + cut.index(bytes.len() - 48));
        told(bytes);
    }

    /// Whatever the segments, the messages are the same.
    #[test]
    fn segments_do_not_matter(sizes in proptest::collection::vec(1usize..40, 1..200)) {
        let mut connection = connection();
        let mut packets = connection.open();
        packets.extend(connection.send(0, REQUEST));
        packets.extend(connection.send(1, ANSWER));
        let texts: Vec<String> = (0..8).map(|id| format!("[2,\"{id}\",\"Heartbeat\",{{}}]")).collect();
        let stream: Vec<u8> = texts.iter().flat_map(|text| socket_frame(1, text.as_bytes(), true)).collect();
        let (mut at, mut sizes) = (0, sizes.iter().cycle());
        while at < stream.len() {
            let end = (at + sizes.next().unwrap()).min(stream.len());
            packets.extend(connection.send(0, &stream[at..end]));
            at = end;
        }
        let wanted: Vec<String> = texts.iter().map(|text| format!("CP 1 < {text}")).collect();
        prop_assert_eq!(&told(file(&packets))[1..], &wanted[..]);
    }
}
