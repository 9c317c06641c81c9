//! The records in memory: chunks of fixed-size headers with their texts, bounded in bytes, oldest chunk out first. Only the recorder
//! writes here; what a record means is in `record`.

mod chunk;
mod page;
mod shelf;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use foldhash::{HashMap, HashMapExt};

use self::chunk::{Header, HeaderFlags};
use self::shelf::PageShelf;
use super::interner::Interner;
use super::new_record::NewRecord;
use super::page_queue::PageQueue;
use super::record::{Record, RecordDetail, RecordKind};
use super::{PairLegs, RecordContent, Sequence, Stamp, StationKey};
use crate::ocpp::ErrorCode;

pub(in crate::trace) use self::chunk::Chunk;
pub use self::page::PageHandle;
pub(in crate::trace) use self::page::{PageEncoder, PagePlace};

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
    /// Calls that wait for their answer, by exchange, with the monotonic clock of each.
    open: HashMap<u64, (Sequence, u64)>,
    limit: usize,
    bytes: usize,
    next: Sequence,
    /// What was put aside, where that is done.
    shelf: Option<PageShelf>,
}

/// More calls than this do not wait behind what is in memory: a peer that answers none would fill it.
const MOST_OPEN: usize = 100_000;

impl Store {
    /// An empty store that keeps at most about `limit` bytes.
    pub fn new(limit: usize) -> Store {
        let chunks = VecDeque::new();
        Store { chunks, actions: Interner::default(), open: HashMap::new(), limit, bytes: 0, next: 0, shelf: None }
    }

    /// From now on what does not fit is put aside instead of dropped; it may take so many bytes of disk.
    pub(super) fn put_aside(&mut self, queue: Arc<PageQueue>, limit: u64) {
        self.shelf = Some(PageShelf::new(queue, limit));
    }

    /// The records in memory. What lies before the start was put aside or dropped.
    pub fn range(&self) -> Range<Sequence> {
        self.chunks.front().map_or(self.next, |chunk| chunk.first)..self.next
    }

    /// The records that can be had: those in memory and those put aside. What lies before the start was dropped.
    pub fn whole(&self) -> Range<Sequence> {
        let here = self.range();
        self.shelf.as_ref().and_then(PageShelf::start).unwrap_or(here.start)..here.end
    }

    /// Whether a record can be had and is not in memory.
    pub fn is_aside(&self, sequence: Sequence) -> bool {
        let page = || self.page_of(sequence).is_some_and(|page| matches!(page.place, PagePlace::Disk { .. }));
        sequence < self.range().start && self.get(sequence).is_none() && page()
    }

    /// When a record that was put aside happened, within what is on its page; exactly when it is in memory. By the wall clock.
    pub fn wall_micros_of(&self, sequence: Sequence) -> Option<i64> {
        let record = self.get(sequence).map(|record| record.wall_micros);
        record.or_else(|| self.page_of(sequence).map(|page| page.began.wall_micros))
    }

    /// The page of a record that was put aside.
    pub(super) fn page_of(&self, sequence: Sequence) -> Option<PageHandle> {
        self.shelf.as_ref()?.page_of(sequence).cloned()
    }

    /// The pages with records of a range.
    pub fn pages(&self, range: &Range<Sequence>) -> Vec<PageHandle> {
        self.shelf.as_ref().map_or_else(Vec::new, |shelf| shelf.pages(range))
    }

    /// The records of a chunk of this store.
    pub(super) fn of_chunk<'a>(&'a self, chunk: &'a Chunk) -> impl Iterator<Item = Record<'a>> {
        (chunk.first..).zip(&chunk.headers).map(|(sequence, header)| self.record(sequence, chunk, header))
    }

    /// The record in one of some chunks of this store.
    pub(super) fn in_chunks<'a>(&'a self, chunks: &'a [Arc<Chunk>], sequence: Sequence) -> Option<Record<'a>> {
        let chunk = chunks.iter().find(|chunk| sequence >= chunk.first && sequence < chunk.end())?;
        let place = usize::try_from(sequence - chunk.first).ok()?;
        chunk.headers.get(place).map(|header| self.record(sequence, chunk, header))
    }

    /// The records of a range that can be had at once, oldest first: those in memory, and of what was put aside the pages that somebody looks
    /// at. There may be gaps.
    pub fn held(&self, range: Range<Sequence>) -> impl DoubleEndedIterator<Item = Record<'_>> {
        let aside = range.start..range.end.min(self.range().start);
        let chunks = self.shelf.iter().flat_map(move |shelf| shelf.chunks(&aside));
        let records = {
            let range = range.clone();
            chunks.flat_map(move |chunk| {
                let from = usize::try_from(range.start.saturating_sub(chunk.first)).unwrap_or(usize::MAX);
                let to = usize::try_from(range.end.saturating_sub(chunk.first)).unwrap_or(usize::MAX).min(chunk.headers.len());
                (from.min(to)..to).map(move |place| self.record(chunk.first + place as Sequence, chunk, &chunk.headers[place]))
            })
        };
        records.chain(self.iter(range))
    }

    /// Behind the newest record of a range that cannot be had at once, because it was put aside.
    pub fn gap_end(&self, range: &Range<Sequence>) -> Option<Sequence> {
        let aside = range.start..range.end.min(self.range().start);
        self.shelf.as_ref()?.gap_end(&aside)
    }

    /// The bytes that wait to be put aside.
    pub fn waiting_bytes(&self) -> usize {
        self.shelf.as_ref().map_or(0, PageShelf::parked_bytes)
    }

    pub(super) fn unwritten(&self, most: usize) -> Vec<PageHandle> {
        self.shelf.as_ref().map_or_else(Vec::new, |shelf| shelf.unwritten(most))
    }

    pub(super) fn set_page_written(&mut self, first: Sequence, place: PagePlace) {
        self.shelf.iter_mut().for_each(|shelf| shelf.set_written(first, place.clone()));
    }

    pub(super) fn lose_page(&mut self, first: Sequence) {
        self.shelf.iter_mut().for_each(|shelf| shelf.lose(first));
    }

    pub(super) fn show_page(&mut self, first: Sequence, chunk: Option<Arc<Chunk>>) {
        self.shelf.iter_mut().for_each(|shelf| shelf.show(first, chunk.clone()));
    }

    pub(super) fn pin_pages(&mut self, chunks: Vec<Arc<Chunk>>) {
        self.shelf.iter_mut().for_each(|shelf| shelf.pin(&chunks));
    }

    pub(super) fn unpin_pages(&mut self, pages: &[Sequence]) {
        self.shelf.iter_mut().for_each(|shelf| shelf.unpin(pages));
    }

    /// How many records were dropped.
    pub fn evicted(&self) -> u64 {
        self.whole().start
    }

    /// The memory in use, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The memory that may be used, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// One record, unless it was dropped, is on a page that is not in memory, or does not exist yet.
    pub fn get(&self, sequence: Sequence) -> Option<Record<'_>> {
        let here = self.chunk_of(sequence).map(|index| &self.chunks[index]);
        let chunk = here.or_else(|| self.shelf.as_ref()?.chunk_of(sequence))?;
        let header = chunk.headers.get((sequence - chunk.first) as usize)?;
        Some(self.record(sequence, chunk, header))
    }

    /// The records of a range that are in memory, oldest first. What was put aside is left out.
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
        let mut partner = header.partner;
        if let Some(shelf) = self.shelf.as_ref().filter(|_| partner == 0) {
            partner = shelf.partner_of(sequence);
        }
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
            partner: (partner != 0).then(|| sequence.wrapping_add_signed(i64::from(partner))),
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
        let at = self.header_mut(call).map_or(0, |(at, _)| at);
        self.open.insert(exchange, (call, at));
    }

    /// Whether the call of an exchange waits for its answer.
    pub(super) fn is_open(&self, exchange: u64) -> bool {
        self.open.contains_key(&exchange)
    }

    /// Links the answer with its call and notes the latency. Returns the latency when the call is still here.
    pub(super) fn close_exchange(&mut self, exchange: u64, answer: Sequence) -> Option<Duration> {
        let (call, called_at) = self.open.remove(&exchange)?;
        let distance = i32::try_from(answer - call).ok()?;
        match self.header_mut(call) {
            Some((_, header)) => header.partner = distance,
            None => self.shelf.as_mut()?.set_partner(call, distance),
        }
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
                if let Some(shelf) = &mut self.shelf {
                    shelf.park(chunk);
                }
            }
        }
        if evicted && (self.shelf.is_none() || self.open.len() > MOST_OPEN) {
            let start = self.range().start;
            self.open.retain(|_, (call, _)| *call >= start);
        }
    }
}

fn to_micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(NO_LATENCY - 1)
}

#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod tests;
