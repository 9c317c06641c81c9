//! What was put aside of a store: pages, in memory until they are written, and the few that readers look at. Reading and writing them is for
//! `page_desk`.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;

use super::chunk::Chunk;
use super::page::{PageHandle, PagePlace};
use crate::trace::Sequence;
use crate::trace::page_queue::PageQueue;

/// How many pages that were read stay in memory: more than a screen full of lines and their partners can be on.
const LOADED: usize = 256;
/// How many bytes may wait to be written. Beyond that the oldest are dropped: a disk that does not keep up must not fill the memory.
const PARKED: usize = 96 << 20;

/// The pages.
#[derive(Debug)]
pub(in crate::trace) struct PageShelf {
    queue: Arc<PageQueue>,
    /// Oldest first, without gaps.
    pages: VecDeque<PageHandle>,
    /// How many of them are on disk; they come first.
    written: usize,
    /// What they take there, and what they may.
    disk_bytes: u64,
    limit: u64,
    /// What the others take in memory.
    parked_bytes: usize,
    /// Pages that were read, the one that was asked for last at the end.
    loaded: Vec<Arc<Chunk>>,
    /// Pages that stay for a while, by their first record, with how many readers want that.
    pinned: BTreeMap<Sequence, (Arc<Chunk>, usize)>,
    /// The distances to the partners that came when a call was here already.
    partners: HashMap<Sequence, i32>,
}

impl PageShelf {
    /// An empty shelf that may take so many bytes of disk.
    pub fn new(queue: Arc<PageQueue>, limit: u64) -> PageShelf {
        PageShelf {
            queue,
            pages: VecDeque::new(),
            written: 0,
            disk_bytes: 0,
            limit,
            parked_bytes: 0,
            loaded: Vec::new(),
            pinned: BTreeMap::new(),
            partners: HashMap::default(),
        }
    }

    /// The first record; `None` when nothing is here.
    pub fn start(&self) -> Option<Sequence> {
        self.pages.front().map(|page| page.first)
    }

    /// Puts a chunk behind the others.
    pub fn park(&mut self, chunk: Chunk) {
        self.parked_bytes += chunk.bytes();
        self.pages.push_back(PageHandle::of_chunk(chunk));
        while self.parked_bytes > PARKED && self.written < self.pages.len() {
            self.drop_first();
        }
        self.queue.parked();
    }

    fn drop_first(&mut self) {
        let Some(page) = self.pages.pop_front() else { return };
        self.written = self.written.saturating_sub(1);
        match &page.place {
            PagePlace::Memory(chunk) => self.parked_bytes -= chunk.bytes(),
            PagePlace::Disk { length, .. } => self.disk_bytes -= u64::from(*length),
            PagePlace::Damaged => {}
        }
        let end = page.end();
        self.loaded.retain(|chunk| chunk.first >= end);
        self.partners.retain(|sequence, _| *sequence >= end);
    }

    fn index_of(&self, sequence: Sequence) -> Option<usize> {
        let index = self.pages.partition_point(|page| page.first <= sequence).checked_sub(1)?;
        (sequence < self.pages[index].end()).then_some(index)
    }

    /// The page of a record.
    pub fn page_of(&self, sequence: Sequence) -> Option<&PageHandle> {
        self.index_of(sequence).map(|index| &self.pages[index])
    }

    /// The pages with records of this range.
    pub fn pages(&self, range: &Range<Sequence>) -> Vec<PageHandle> {
        self.pages.range(self.pages_in(range)).cloned().collect()
    }

    /// The chunk of a record, when it is in memory.
    pub fn chunk_of(&self, sequence: Sequence) -> Option<&Chunk> {
        self.chunk(self.page_of(sequence)?)
    }

    fn chunk<'a>(&'a self, page: &'a PageHandle) -> Option<&'a Chunk> {
        match &page.place {
            PagePlace::Memory(chunk) => Some(chunk),
            PagePlace::Disk { .. } => {
                let loaded = || self.loaded.iter().rev().find(|chunk| chunk.first == page.first);
                self.pinned.get(&page.first).map(|(chunk, _)| chunk).or_else(loaded).map(|chunk| &**chunk)
            }
            PagePlace::Damaged => None,
        }
    }

    fn pages_in(&self, range: &Range<Sequence>) -> Range<usize> {
        let from = self.pages.partition_point(|page| page.end() <= range.start);
        from..self.pages.partition_point(|page| page.first < range.end).max(from)
    }

    /// The chunks with records of this range that are in memory.
    pub fn chunks(&self, range: &Range<Sequence>) -> impl DoubleEndedIterator<Item = &Chunk> + use<'_> {
        self.pages.range(self.pages_in(range)).filter_map(|page| self.chunk(page))
    }

    /// Behind the last page with records of this range that is not in memory and can be read.
    pub fn gap_end(&self, range: &Range<Sequence>) -> Option<Sequence> {
        let is_away = |page: &&PageHandle| matches!(page.place, PagePlace::Disk { .. }) && self.chunk(page).is_none();
        self.pages.range(self.pages_in(range)).rev().find(is_away).map(|page| page.end().min(range.end))
    }

    /// Keeps pages that were read.
    pub fn pin(&mut self, chunks: &[Arc<Chunk>]) {
        for chunk in chunks {
            self.pinned.entry(chunk.first).or_insert_with(|| (chunk.clone(), 0)).1 += 1;
        }
    }

    /// Lets one reader's pages go.
    pub fn unpin(&mut self, pages: &[Sequence]) {
        for first in pages {
            if let Some((_, readers)) = self.pinned.get_mut(first) {
                *readers -= 1;
                if *readers == 0 {
                    self.pinned.remove(first);
                }
            }
        }
    }

    /// The bytes that wait to be written.
    pub fn parked_bytes(&self) -> usize {
        self.parked_bytes
    }

    /// The pages that are to be written next, so many at most.
    pub fn unwritten(&self, most: usize) -> Vec<PageHandle> {
        self.pages.range(self.written..).take(most).cloned().collect()
    }

    /// A page was written there.
    pub fn set_written(&mut self, first: Sequence, place: PagePlace) {
        let Some(page) = self.pages.get_mut(self.written).filter(|page| page.first == first) else { return };
        if let PagePlace::Disk { length, .. } = &place {
            self.disk_bytes += u64::from(*length);
        }
        if let PagePlace::Memory(chunk) = std::mem::replace(&mut page.place, place) {
            self.parked_bytes -= chunk.bytes();
        }
        self.written += 1;
        while self.disk_bytes > self.limit && self.pages.len() > 1 {
            self.drop_first();
        }
    }

    /// A page cannot be written: it and what is before it are lost.
    pub fn lose(&mut self, first: Sequence) {
        while self.start().is_some_and(|start| start <= first) {
            self.drop_first();
        }
    }

    /// Shows a page that was read; without it, the page cannot be read.
    pub fn show(&mut self, first: Sequence, chunk: Option<Arc<Chunk>>) {
        self.loaded.retain(|other| other.first != first);
        let Some(index) = self.index_of(first) else { return };
        match chunk {
            Some(chunk) => {
                let surplus = (self.loaded.len() + 1).saturating_sub(LOADED);
                self.loaded.drain(..surplus);
                self.loaded.push(chunk);
            }
            None if matches!(self.pages[index].place, PagePlace::Disk { .. }) => self.pages[index].place = PagePlace::Damaged,
            None => {}
        }
    }

    /// The distance to the partner that came later.
    pub fn partner_of(&self, sequence: Sequence) -> i32 {
        self.partners.get(&sequence).copied().unwrap_or_default()
    }

    /// Remembers that distance.
    pub fn set_partner(&mut self, sequence: Sequence, distance: i32) {
        if self.page_of(sequence).is_some() {
            self.partners.insert(sequence, distance);
        }
    }
}
