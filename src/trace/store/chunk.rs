//! A chunk of the store: fixed-size headers with their texts. How chunks are kept and put aside is for the store.

use super::super::new_record::NewRecord;
use super::super::record::{FrameVerdict, RecordDetail};
use super::super::{Sequence, Stamp};
use crate::ocpp::{Transport, Version};

/// What a record costs besides its text. A test holds the bound that users were promised. Readers go through millions of these, so every
/// byte is time, too.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct Header {
    /// Distances to the stamp of the chunk's first record.
    pub wall_offset: i32,
    pub monotonic_offset: i32,
    pub station: u32,
    pub text_start: u32,
    pub text_len: u32,
    /// The payload of an envelope stands behind the text, the message id behind the payload, the remarks come last.
    pub payload_len: u32,
    pub remarks_len: u32,
    /// The distance to the partner; 0 when there is none.
    pub partner: i32,
    pub latency_micros: u32,
    /// 0 when there was none.
    pub link: u32,
    pub action: u16,
    pub id_len: u16,
    /// The code of a `RecordKind`, and in the two highest bits the links of a pair.
    pub kind: u8,
    pub code: u8,
    pub flags: HeaderFlags,
    /// How many lines of the remarks are no findings.
    pub remark_lines: u8,
}

/// Facts of a few bits, in one byte: a byte each would take the header over the next multiple of eight.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct HeaderFlags(pub u8);

impl HeaderFlags {
    const DETAIL: u8 = 1;
    /// Two bits: 0 for a message over WebSocket, 1 for one over SOAP that is no envelope, 2 for an envelope or a signed message, 3 for a
    /// fault.
    const CONTENT: u8 = 1;
    /// Two bits.
    const VERDICT: u8 = 3;
    /// Three bits: 0 for no version, otherwise one more than its position.
    const VERSION: u8 = 5;

    pub fn new(record: &NewRecord<'_>, has_detail: bool) -> HeaderFlags {
        let verdict = match record.verdict {
            FrameVerdict::Valid => 0,
            FrameVerdict::Tolerated => 1,
            FrameVerdict::Invalid => 2,
        };
        let version = record.link.version.map_or(0, |version| version as u8 + 1);
        let detail = if has_detail { HeaderFlags::DETAIL } else { 0 };
        let content = match (record.link.transport, record.content) {
            (Transport::WebSocket, None) => 0,
            (Transport::Soap, None) => 1,
            (_, Some(content)) if content.is_fault => 3,
            (_, Some(_)) => 2,
        };
        let facts = verdict << HeaderFlags::VERDICT | version << HeaderFlags::VERSION | content << HeaderFlags::CONTENT;
        HeaderFlags(detail | facts)
    }

    pub fn has_detail(self) -> bool {
        self.0 & HeaderFlags::DETAIL != 0
    }

    pub fn transport(self) -> Transport {
        // Content of a version that SOAP does not carry is the payload of a signed message.
        if self.content() == 0 || self.version().is_some_and(|version| !version.has_soap()) {
            Transport::WebSocket
        } else {
            Transport::Soap
        }
    }

    pub fn verdict(self) -> FrameVerdict {
        match self.0 >> HeaderFlags::VERDICT & 3 {
            0 => FrameVerdict::Valid,
            1 => FrameVerdict::Tolerated,
            _ => FrameVerdict::Invalid,
        }
    }

    pub fn version(self) -> Option<Version> {
        let position = (self.0 >> HeaderFlags::VERSION).checked_sub(1)?;
        Version::ALL.get(usize::from(position)).copied()
    }

    pub fn has_content(self) -> bool {
        self.content() >= 2
    }

    pub fn content(self) -> u8 {
        self.0 >> HeaderFlags::CONTENT & 3
    }

    pub fn is_fault(self) -> bool {
        self.content() == 3
    }
}

#[derive(Debug)]
pub(in crate::trace) struct Chunk {
    pub first: Sequence,
    /// The stamp of the first record.
    pub began: Stamp,
    pub headers: Vec<Header>,
    pub text: String,
    /// The details of the few records that have one. In a box, because most chunks have none.
    pub details: Option<Box<ChunkDetails>>,
}

/// Details with the places of their records among the headers of the chunk, in ascending order.
#[derive(Debug, Default)]
pub(in crate::trace) struct ChunkDetails(pub Vec<(u16, RecordDetail)>);

impl ChunkDetails {
    pub fn get(&self, place: usize) -> Option<&RecordDetail> {
        let index = self.0.binary_search_by_key(&place, |(place, _)| usize::from(*place)).ok()?;
        self.0.get(index).map(|(_, detail)| detail)
    }

    pub fn bytes(&self) -> usize {
        size_of::<ChunkDetails>() + self.0.iter().map(|(_, detail)| bytes_of(detail)).sum::<usize>()
    }
}

/// What a detail takes, in bytes.
fn bytes_of(detail: &RecordDetail) -> usize {
    size_of::<(u16, RecordDetail)>() + detail.heap_bytes()
}

impl Chunk {
    pub fn bytes(&self) -> usize {
        let details = self.details.as_ref().map_or(0, |details| details.bytes());
        size_of::<Chunk>() + self.headers.capacity() * size_of::<Header>() + self.text.capacity() + details
    }

    pub fn end(&self) -> Sequence {
        self.first + self.headers.len() as Sequence
    }

    /// The distances of a stamp to that of the first record; `None` when they are more than half an hour.
    pub fn offsets(&self, stamp: Stamp) -> Option<(i32, i32)> {
        let wall = stamp.wall_micros.checked_sub(self.began.wall_micros)?;
        let monotonic = stamp.monotonic_micros.wrapping_sub(self.began.monotonic_micros) as i64; // a distance in either direction
        Some((i32::try_from(wall).ok()?, i32::try_from(monotonic).ok()?))
    }

    pub fn stamp(&self, header: &Header) -> Stamp {
        Stamp {
            wall_micros: self.began.wall_micros + i64::from(header.wall_offset),
            monotonic_micros: self.began.monotonic_micros.wrapping_add_signed(i64::from(header.monotonic_offset)),
        }
    }

    /// Keeps the detail of the record that is appended next; the bytes that it takes.
    pub fn add_detail(&mut self, detail: RecordDetail) -> usize {
        let list = if self.details.is_none() { size_of::<ChunkDetails>() } else { 0 };
        let bytes = list + bytes_of(&detail);
        self.details.get_or_insert_default().0.push((self.headers.len() as u16, detail)); // below CHUNK_RECORDS
        bytes
    }
}
