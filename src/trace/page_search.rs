//! Looks at records that were put aside, page by page, with the pages of their partners where a condition asks for those. Files are read
//! without a lock. Threads and progress are for `page_scan`.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::contents::Trace;
use super::event::Sequence;
use super::filter::FilterContext;
use super::record::Record;
use super::store::{Chunk, PageHandle};

/// How many pages are kept: the partners of records are on the pages around as a rule.
const RECENT: usize = 16;
/// How many records in memory are looked at before the recorder may continue.
const CHUNK: u64 = 10_000;

/// Pages that were opened a moment ago.
#[derive(Debug, Default)]
pub(super) struct RecentPages(Mutex<VecDeque<Arc<Chunk>>>);

impl RecentPages {
    /// The chunk of a page. It may read from disk, so no lock may be held.
    fn open(&self, page: &PageHandle) -> io::Result<Arc<Chunk>> {
        let known = |pages: &VecDeque<Arc<Chunk>>| pages.iter().find(|chunk| chunk.first == page.first).cloned();
        if let Some(chunk) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(chunk);
        }
        let chunk = page.open()?;
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= RECENT {
            pages.pop_front();
        }
        pages.push_back(chunk.clone());
        Ok(chunk)
    }
}

/// Takes the records of a page that pass. `with_partners` says that the check asks for the other halves of exchanges.
///
/// # Errors
/// When the page cannot be read.
pub(super) fn search_page<T>(
    trace: &Trace,
    page: &PageHandle,
    recent: &RecentPages,
    with_partners: bool,
    now: &jiff::Zoned,
    mut check: impl FnMut(&Record<'_>, &FilterContext<'_>) -> Option<T>,
) -> io::Result<Vec<T>> {
    let chunk = recent.open(page)?;
    let mut pages = vec![chunk.clone()];
    if with_partners {
        let elsewhere = partner_pages(trace, &chunk);
        // Without its page a partner is not known; the records are looked at all the same.
        pages.extend(elsewhere.iter().filter_map(|page| recent.open(page).ok()));
    }
    let contents = trace.read();
    let context = FilterContext { pages: &pages, ..FilterContext::new(&contents, now) };
    Ok(contents.records().of_chunk(&chunk).filter_map(|record| check(&record, &context)).collect())
}

/// The pages on which partners of a chunk's records are, but for those that are in memory.
fn partner_pages(trace: &Trace, chunk: &Chunk) -> Vec<PageHandle> {
    let contents = trace.read();
    let records = contents.records();
    let mut pages: Vec<PageHandle> = Vec::new();
    for partner in records.of_chunk(chunk).filter_map(|record| record.partner) {
        let is_here = partner >= chunk.first && partner < chunk.end() || records.get(partner).is_some();
        if is_here || pages.iter().any(|page| partner >= page.first && partner < page.end()) {
            continue;
        }
        pages.extend(records.page_of(partner));
    }
    pages
}

impl Trace {
    /// The records of a range that pass, oldest first, whether they are in memory or were put aside; so many at most. `with_partners` says
    /// that the check asks for the other halves of exchanges. It reads from disk: no lock may be held.
    pub fn search(
        &self,
        range: Range<Sequence>,
        with_partners: bool,
        most: usize,
        check: impl Fn(&Record<'_>, &FilterContext<'_>) -> bool,
    ) -> Vec<Sequence> {
        let (now, recent) = (jiff::Zoned::now(), RecentPages::default());
        let mut found = Vec::new();
        let mut at = range.start;
        while at < range.end && found.len() < most {
            let page = {
                let contents = self.read();
                let records = contents.records();
                at = at.max(records.whole().start);
                records.page_of(at).filter(|_| at < records.range().start)
            };
            let passes = |record: &Record<'_>, context: &FilterContext<'_>| {
                let is_meant = range.contains(&record.sequence) && record.sequence >= at && check(record, context);
                is_meant.then_some(record.sequence)
            };
            match page {
                Some(page) => {
                    // A page that cannot be read has nothing that passes.
                    found.extend(search_page(self, &page, &recent, with_partners, &now, passes).unwrap_or_default());
                    at = page.end();
                }
                None => {
                    let end = range.end.min(at + CHUNK);
                    found.extend(self.search_memory(at..end, &recent, with_partners, &now, passes));
                    at = end;
                }
            }
        }
        found.truncate(most);
        found
    }

    /// The same of records in memory, whose partners may have been put aside.
    fn search_memory(
        &self,
        range: Range<Sequence>,
        recent: &RecentPages,
        with_partners: bool,
        now: &jiff::Zoned,
        check: impl Fn(&Record<'_>, &FilterContext<'_>) -> Option<Sequence>,
    ) -> Vec<Sequence> {
        let mut pages = Vec::new();
        if with_partners {
            let handles: Vec<PageHandle> = {
                let contents = self.read();
                let records = contents.records();
                let partners = records.iter(range.clone()).filter_map(|record| record.partner);
                let mut handles: Vec<PageHandle> = partners
                    .filter(|partner| records.is_aside(*partner))
                    .filter_map(|partner| records.page_of(partner))
                    .collect();
                handles.dedup_by_key(|page| page.first);
                handles
            };
            pages.extend(handles.iter().filter_map(|page| recent.open(page).ok()));
        }
        let contents = self.read();
        let context = FilterContext { pages: &pages, ..FilterContext::new(&contents, now) };
        contents.records().iter(range).filter_map(|record| check(&record, &context)).collect()
    }
}
