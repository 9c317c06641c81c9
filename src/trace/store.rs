//! The records in memory: chunks of fixed-size headers with their texts, bounded in bytes, oldest chunk out first. Only the recorder
//! writes here; what a record means is in `record`.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use foldhash::{HashMap, HashMapExt};

use super::interner::Interner;
use super::new_record::NewRecord;
use super::record::{FrameVerdict, Record, RecordDetail, RecordKind};
use super::{PairLegs, RecordContent, Sequence, Stamp, StationKey};
use crate::ocpp::{ErrorCode, Transport, Version};

/// Texts of this size and more get a chunk of their own, so that small ones do not pay for the unused rest of a chunk.
const LARGE_TEXT: usize = 16 * 1024;
/// How much text a chunk holds, in bytes.
const CHUNK_TEXT: usize = 64 * 1024;
/// How many records a chunk holds at the most.
const CHUNK_RECORDS: usize = 1024;

const NO_STATION: u32 = u32::MAX;
const NO_LATENCY: u32 = u32::MAX;
const NO_CODE: u8 = u8::MAX;
/// The bits of a kind in its byte.
const KIND_BITS: u8 = 0x3f;
/// Where the links of a pair stand in the byte of the kind.
const LEG_SHIFT: u32 = 6;

/// What a record costs besides its text. A test holds the bound that users were promised. Readers go through millions of these, so every
/// byte is time, too.
#[derive(Debug, Clone, Copy)]
struct Header {
    /// Distances to the stamp of the chunk's first record.
    wall_offset: i32,
    monotonic_offset: i32,
    station: u32,
    text_start: u32,
    text_len: u32,
    /// The payload of an envelope stands behind the text, the message id behind the payload, the remarks come last.
    payload_len: u32,
    remarks_len: u32,
    /// The distance to the partner; 0 when there is none.
    partner: i32,
    latency_micros: u32,
    /// 0 when there was none.
    link: u32,
    action: u16,
    id_len: u16,
    /// The code of a [`RecordKind`], and in the two highest bits the links of a pair.
    kind: u8,
    code: u8,
    flags: HeaderFlags,
    /// How many lines of the remarks are no findings.
    remark_lines: u8,
}

/// Facts of a few bits, in one byte: a byte each would take the header over the next multiple of eight.
#[derive(Debug, Clone, Copy)]
struct HeaderFlags(u8);

impl HeaderFlags {
    const DETAIL: u8 = 1;
    /// Two bits: 0 for a message over WebSocket, 1 for one over SOAP that is no envelope, 2 for an envelope or a signed message, 3 for a
    /// fault.
    const CONTENT: u8 = 1;
    /// Two bits.
    const VERDICT: u8 = 3;
    /// Three bits: 0 for no version, otherwise one more than its position.
    const VERSION: u8 = 5;

    fn new(record: &NewRecord<'_>, has_detail: bool) -> HeaderFlags {
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

    fn has_detail(self) -> bool {
        self.0 & HeaderFlags::DETAIL != 0
    }

    fn transport(self) -> Transport {
        // Content of a version that SOAP does not carry is the payload of a signed message.
        if self.content() == 0 || self.version().is_some_and(|version| !version.has_soap()) {
            Transport::WebSocket
        } else {
            Transport::Soap
        }
    }

    fn verdict(self) -> FrameVerdict {
        match self.0 >> HeaderFlags::VERDICT & 3 {
            0 => FrameVerdict::Valid,
            1 => FrameVerdict::Tolerated,
            _ => FrameVerdict::Invalid,
        }
    }

    fn version(self) -> Option<Version> {
        let position = (self.0 >> HeaderFlags::VERSION).checked_sub(1)?;
        Version::ALL.get(usize::from(position)).copied()
    }

    fn has_content(self) -> bool {
        self.content() >= 2
    }

    fn content(self) -> u8 {
        self.0 >> HeaderFlags::CONTENT & 3
    }

    fn is_fault(self) -> bool {
        self.content() == 3
    }
}

#[derive(Debug)]
struct Chunk {
    first: Sequence,
    /// The stamp of the first record.
    began: Stamp,
    headers: Vec<Header>,
    text: String,
    /// The details of the few records that have one. In a box, because most chunks have none.
    details: Option<Box<ChunkDetails>>,
}

/// Details with the places of their records among the headers of the chunk, in ascending order.
#[derive(Debug, Default)]
struct ChunkDetails(Vec<(u16, RecordDetail)>);

impl ChunkDetails {
    fn get(&self, place: usize) -> Option<&RecordDetail> {
        let index = self.0.binary_search_by_key(&place, |(place, _)| usize::from(*place)).ok()?;
        self.0.get(index).map(|(_, detail)| detail)
    }

    fn bytes(&self) -> usize {
        size_of::<ChunkDetails>() + self.0.iter().map(|(_, detail)| bytes_of(detail)).sum::<usize>()
    }
}

/// What a detail takes, in bytes.
fn bytes_of(detail: &RecordDetail) -> usize {
    size_of::<(u16, RecordDetail)>() + detail.heap_bytes()
}

impl Chunk {
    fn bytes(&self) -> usize {
        let details = self.details.as_ref().map_or(0, |details| details.bytes());
        size_of::<Chunk>() + self.headers.capacity() * size_of::<Header>() + self.text.capacity() + details
    }

    fn end(&self) -> Sequence {
        self.first + self.headers.len() as Sequence
    }

    /// The distances of a stamp to that of the first record; `None` when they are more than half an hour.
    fn offsets(&self, stamp: Stamp) -> Option<(i32, i32)> {
        let wall = stamp.wall_micros.checked_sub(self.began.wall_micros)?;
        let monotonic = stamp.monotonic_micros.wrapping_sub(self.began.monotonic_micros) as i64; // a distance in either direction
        Some((i32::try_from(wall).ok()?, i32::try_from(monotonic).ok()?))
    }

    fn stamp(&self, header: &Header) -> Stamp {
        Stamp {
            wall_micros: self.began.wall_micros + i64::from(header.wall_offset),
            monotonic_micros: self.began.monotonic_micros.wrapping_add_signed(i64::from(header.monotonic_offset)),
        }
    }

    /// Keeps the detail of the record that is appended next; the bytes that it takes.
    fn add_detail(&mut self, detail: RecordDetail) -> usize {
        let list = if self.details.is_none() { size_of::<ChunkDetails>() } else { 0 };
        let bytes = list + bytes_of(&detail);
        self.details.get_or_insert_default().0.push((self.headers.len() as u16, detail)); // below CHUNK_RECORDS
        bytes
    }
}

/// Records of a store, oldest first. It goes chunk by chunk: to look each record up by its number costs more than most readers do with it.
/// Ours, because a record is large, and each adapter of the standard library would copy it once more.
#[derive(Debug)]
pub struct RecordIterator<'a> {
    store: &'a Store,
    rest: Range<Sequence>,
    /// The chunks that were read last at either end.
    front: Option<&'a Chunk>,
    back: Option<&'a Chunk>,
}

impl<'a> RecordIterator<'a> {
    /// The chunk of a record, which is `last` as a rule, and its header.
    fn place(store: &'a Store, last: Option<&'a Chunk>, sequence: Sequence) -> Option<(&'a Chunk, &'a Header)> {
        let is_there = |chunk: &&Chunk| sequence >= chunk.first && sequence < chunk.end();
        let chunk = match last.filter(is_there) {
            Some(chunk) => chunk,
            None => &store.chunks[store.chunk_of(sequence)?],
        };
        chunk.headers.get((sequence - chunk.first) as usize).map(|header| (chunk, header))
    }
}

impl<'a> Iterator for RecordIterator<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        let sequence = self.rest.next()?;
        let (chunk, header) = RecordIterator::place(self.store, self.front, sequence)?;
        self.front = Some(chunk);
        Some(self.store.record(sequence, chunk, header))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl<'a> DoubleEndedIterator for RecordIterator<'a> {
    #[inline]
    fn next_back(&mut self) -> Option<Record<'a>> {
        let sequence = self.rest.next_back()?;
        let (chunk, header) = RecordIterator::place(self.store, self.back, sequence)?;
        self.back = Some(chunk);
        Some(self.store.record(sequence, chunk, header))
    }
}

/// The records of the session, as many as fit.
#[derive(Debug)]
pub struct Store {
    chunks: VecDeque<Chunk>,
    actions: Interner,
    /// Calls that wait for their answer, by exchange.
    open: HashMap<u64, Sequence>,
    limit: usize,
    bytes: usize,
    next: Sequence,
}

impl Store {
    /// An empty store that keeps at most about `limit` bytes.
    pub fn new(limit: usize) -> Store {
        Store { chunks: VecDeque::new(), actions: Interner::default(), open: HashMap::new(), limit, bytes: 0, next: 0 }
    }

    /// The records that are still here. What lies before the start was evicted.
    pub fn range(&self) -> Range<Sequence> {
        self.chunks.front().map_or(self.next, |chunk| chunk.first)..self.next
    }

    /// How many records were evicted.
    pub fn evicted(&self) -> u64 {
        self.range().start
    }

    /// The memory in use, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The memory that may be used, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// One record, unless it was evicted or does not exist yet.
    pub fn get(&self, sequence: Sequence) -> Option<Record<'_>> {
        let chunk = self.chunk_of(sequence).map(|index| &self.chunks[index])?;
        let header = chunk.headers.get((sequence - chunk.first) as usize)?;
        Some(self.record(sequence, chunk, header))
    }

    /// The records of a range, oldest first. What is not here is left out.
    pub fn iter(&self, range: Range<Sequence>) -> RecordIterator<'_> {
        let here = self.range();
        let (start, end) = (range.start.max(here.start), range.end.min(here.end));
        RecordIterator { store: self, rest: start..end.max(start), front: None, back: None }
    }

    fn chunk_of(&self, sequence: Sequence) -> Option<usize> {
        // The newest chunk is asked for most often: readers follow the end.
        let last = self.chunks.back()?;
        if sequence >= last.first {
            return (sequence < last.end()).then_some(self.chunks.len() - 1);
        }
        self.chunks.partition_point(|chunk| chunk.first <= sequence).checked_sub(1)
    }

    #[inline]
    fn record<'a>(&'a self, sequence: Sequence, chunk: &'a Chunk, header: &Header) -> Record<'a> {
        let text_end = header.text_start as usize + header.text_len as usize;
        let payload_end = text_end + header.payload_len as usize;
        let id_end = payload_end + usize::from(header.id_len);
        let remarks_end = id_end + header.remarks_len as usize;
        let content = || RecordContent {
            id: &chunk.text[payload_end..id_end],
            payload: &chunk.text[text_end..payload_end],
            is_fault: header.flags.is_fault(),
        };
        let details = chunk.details.as_ref().filter(|_| header.flags.has_detail());
        let detail = details.and_then(|details| details.get((sequence - chunk.first) as usize));
        let Stamp { wall_micros, monotonic_micros } = chunk.stamp(header);
        Record {
            sequence,
            wall_micros,
            monotonic_micros,
            station: (header.station != NO_STATION).then_some(StationKey(header.station)),
            kind: RecordKind::of_code(header.kind & KIND_BITS),
            action: self.actions.get(header.action),
            code: ErrorCode::ALL.get(header.code as usize).copied(),
            verdict: header.flags.verdict(),
            transport: header.flags.transport(),
            version: header.flags.version(),
            link: (header.link != 0).then_some(header.link),
            detail,
            text: &chunk.text[header.text_start as usize..text_end],
            content: header.flags.has_content().then(content),
            remarks: &chunk.text[id_end..remarks_end],
            remark_lines: header.remark_lines,
            partner: (header.partner != 0).then(|| sequence.wrapping_add_signed(i64::from(header.partner))),
            latency: (header.latency_micros != NO_LATENCY).then(|| Duration::from_micros(u64::from(header.latency_micros))),
            legs: PairLegs::of_bits(header.kind >> LEG_SHIFT),
        }
    }

    /// Appends a record and evicts what no longer fits.
    pub(super) fn append(&mut self, entry: &NewRecord<'_>, detail: Option<RecordDetail>) -> Sequence {
        let sequence = self.next;
        let action = entry.action.map_or(Interner::NONE, |name| self.actions.number(name));
        let payload = entry.content.map_or("", |content| content.payload);
        // A longer id is no help to a reader.
        let id = entry.content.map_or("", |content| content.id);
        let id = if u16::try_from(id.len()).is_ok() { id } else { "" };
        let needed = entry.text.len() + payload.len() + id.len() + entry.remarks.len();
        let (chunk, (wall_offset, monotonic_offset)) = self.room_for(needed, entry.stamp);
        let flags = HeaderFlags::new(entry, detail.is_some());
        let detail_bytes = detail.map_or(0, |detail| chunk.add_detail(detail));
        let header = Header {
            wall_offset,
            monotonic_offset,
            station: entry.station.map_or(NO_STATION, |key| key.0),
            text_start: chunk.text.len() as u32,
            text_len: entry.text.len() as u32,
            payload_len: payload.len() as u32,
            remarks_len: entry.remarks.len() as u32,
            partner: 0,
            latency_micros: entry.latency.map_or(NO_LATENCY, to_micros),
            link: entry.link.number,
            action,
            id_len: id.len() as u16,
            kind: entry.kind.code() | PairLegs::bits(entry.legs) << LEG_SHIFT,
            code: entry.code.map_or(NO_CODE, |code| code as u8),
            flags,
            remark_lines: entry.remark_lines,
        };
        chunk.text.push_str(entry.text);
        chunk.text.push_str(payload);
        chunk.text.push_str(id);
        chunk.text.push_str(entry.remarks);
        chunk.headers.push(header);
        self.bytes += detail_bytes;
        self.next += 1;
        self.evict();
        sequence
    }

    /// Remembers a call until its answer is appended.
    pub(super) fn open_exchange(&mut self, exchange: u64, call: Sequence) {
        self.open.insert(exchange, call);
    }

    /// Whether the call of an exchange waits for its answer.
    pub(super) fn is_open(&self, exchange: u64) -> bool {
        self.open.contains_key(&exchange)
    }

    /// Links the answer with its call and notes the latency. Returns the latency when the call is still here.
    pub(super) fn close_exchange(&mut self, exchange: u64, answer: Sequence) -> Option<Duration> {
        let call = self.open.remove(&exchange)?;
        let distance = i32::try_from(answer - call).ok()?;
        let called_at = self.header_mut(call).map(|(at, header)| {
            header.partner = distance;
            at
        })?;
        let (answered_at, header) = self.header_mut(answer)?;
        let latency = Duration::from_micros(answered_at.saturating_sub(called_at));
        header.partner = -distance;
        header.latency_micros = to_micros(latency);
        Some(latency)
    }

    /// Makes an earlier record the partner of a later one, and leaves the earlier one as it is.
    pub(super) fn refer(&mut self, later: Sequence, earlier: Sequence) {
        if let (Ok(distance), Some((_, header))) = (i32::try_from(later - earlier), self.header_mut(later)) {
            header.partner = -distance;
        }
    }

    /// A header, and the monotonic clock of its record.
    fn header_mut(&mut self, sequence: Sequence) -> Option<(u64, &mut Header)> {
        let index = self.chunk_of(sequence)?;
        let chunk = &mut self.chunks[index];
        let place = (sequence - chunk.first) as usize;
        let at = chunk.stamp(chunk.headers.get(place)?).monotonic_micros;
        chunk.headers.get_mut(place).map(|header| (at, header))
    }

    /// The chunk that takes the next record, with `needed` bytes of text, and the distances of its stamp there.
    fn room_for(&mut self, needed: usize, stamp: Stamp) -> (&mut Chunk, (i32, i32)) {
        let fits = |chunk: &Chunk| chunk.headers.len() < CHUNK_RECORDS && chunk.text.capacity() - chunk.text.len() >= needed;
        let offsets = self.chunks.back().filter(|chunk| fits(chunk)).and_then(|chunk| chunk.offsets(stamp));
        if offsets.is_none() {
            self.begin_chunk(if needed >= LARGE_TEXT { needed } else { CHUNK_TEXT }, stamp);
        }
        let last = self.chunks.len() - 1; // a chunk was just begun when there was none
        (&mut self.chunks[last], offsets.unwrap_or_default())
    }

    fn begin_chunk(&mut self, text_capacity: usize, began: Stamp) {
        if let Some(full) = self.chunks.back_mut() {
            let before = full.bytes();
            full.headers.shrink_to_fit();
            full.text.shrink_to_fit();
            if let Some(details) = &mut full.details {
                details.0.shrink_to_fit();
            }
            self.bytes = self.bytes + full.bytes() - before;
        }
        let headers = if text_capacity == CHUNK_TEXT { Vec::with_capacity(CHUNK_RECORDS) } else { Vec::with_capacity(1) };
        let chunk = Chunk { first: self.next, began, headers, text: String::with_capacity(text_capacity), details: None };
        self.bytes += chunk.bytes();
        self.chunks.push_back(chunk);
    }

    fn evict(&mut self) {
        let mut evicted = false;
        while self.bytes > self.limit && self.chunks.len() > 1 {
            if let Some(chunk) = self.chunks.pop_front() {
                self.bytes -= chunk.bytes();
                evicted = true;
            }
        }
        if evicted {
            let start = self.range().start;
            self.open.retain(|_, call| *call >= start);
        }
    }
}

fn to_micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(NO_LATENCY - 1)
}

#[cfg(test)]
mod tests;
