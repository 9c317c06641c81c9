//! A search through what a trace has put aside, on threads of its own: page by page in their order, with what was found so far and how far it
//! has come. What is searched for comes from the reader.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::contents::Trace;
use super::filter::FilterContext;
use super::page_search::{RecentPages, search_page};
use super::store::PageHandle;
use super::{FrameKind, Record, RecordKind, Sequence};

/// The most threads of a search.
const THREADS: usize = 4;

/// A record that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanHit {
    /// The record.
    pub sequence: Sequence,
    /// The other half of its exchange; none of an error about a result, which is on its own.
    pub partner: Option<Sequence>,
}

impl ScanHit {
    /// The hit that a record is.
    pub fn of(record: &Record<'_>) -> ScanHit {
        let is_apart = matches!(record.kind, RecordKind::Frame(_, FrameKind::ResultError));
        ScanHit { sequence: record.sequence, partner: record.partner.filter(|_| !is_apart) }
    }
}

/// What is searched for.
pub type ScanCondition = Box<dyn Fn(&Record<'_>, &FilterContext<'_>) -> bool + Send + Sync>;

/// A search. It is made by a reader, run by what has the trace, and cancelled when it is not wanted any more.
pub struct PageScan {
    range: Range<Sequence>,
    backward: bool,
    /// Whether the condition asks for the other halves of exchanges.
    with_partners: bool,
    /// Whether it ends with the first page on which something is found.
    first_only: bool,
    condition: ScanCondition,
    now: jiff::Zoned,
    cancelled: AtomicBool,
    recent: RecentPages,
    state: Mutex<ScanState>,
}

#[derive(Default)]
struct ScanState {
    pages: Vec<PageHandle>,
    /// The page that is searched next.
    next: usize,
    /// What was found on pages whose turn has not come.
    early: BTreeMap<usize, Vec<ScanHit>>,
    /// The page whose results are delivered next.
    delivered: usize,
    found: VecDeque<ScanHit>,
    ended: bool,
}

impl PageScan {
    /// A search in this range of records; `now` is the time for conditions about it.
    pub fn new(range: Range<Sequence>, now: jiff::Zoned, condition: ScanCondition) -> PageScan {
        PageScan {
            range,
            backward: false,
            with_partners: false,
            first_only: false,
            condition,
            now,
            cancelled: AtomicBool::new(false),
            recent: RecentPages::default(),
            state: Mutex::default(),
        }
    }

    /// The same that ends when something is found, in this direction.
    pub fn first(self, backward: bool) -> PageScan {
        PageScan { backward, first_only: true, ..self }
    }

    /// The same, for a condition that asks for the other halves of exchanges or not. Those take longer.
    pub fn with_partners(self, with_partners: bool) -> PageScan {
        PageScan { with_partners, ..self }
    }

    /// The records that are searched.
    pub fn range(&self) -> Range<Sequence> {
        self.range.clone()
    }

    fn lock(&self) -> MutexGuard<'_, ScanState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it soon.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Takes what was found since the last time, in its order, and says up to where everything was searched: backward down to it.
    /// `None` in the place of that when it has ended.
    pub fn take(&self) -> (Vec<ScanHit>, Option<Sequence>) {
        let mut state = self.lock();
        let found = state.found.drain(..).collect();
        let all = state.ended;
        let at = match state.delivered.checked_sub(1).and_then(|last| state.pages.get(last)) {
            Some(page) if self.backward => page.first.max(self.range.start),
            Some(page) => page.end().min(self.range.end),
            None if self.backward => self.range.end,
            None => self.range.start,
        };
        (found, (!all).then_some(at))
    }

    /// Runs it on threads of its own, which wake the readers of the trace as it goes on.
    pub fn run(self: &Arc<PageScan>, trace: &Arc<Trace>) {
        let mut pages = trace.read().records().pages(&self.range);
        if self.backward {
            pages.reverse();
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS).min(pages.len().max(1));
        self.lock().pages = pages;
        for _ in 0..threads {
            let (scan, trace) = (self.clone(), trace.clone());
            let started = std::thread::Builder::new().name("search".into()).spawn(move || scan.work(&trace));
            if started.is_err() {
                // Without any thread nothing would ever come.
                self.lock().ended = true;
            }
        }
        if self.lock().pages.is_empty() {
            self.lock().ended = true;
            trace.wake();
        }
    }

    fn work(&self, trace: &Trace) {
        loop {
            let (place, page) = {
                let mut state = self.lock();
                let place = state.next;
                let Some(page) = state.pages.get(place).cloned().filter(|_| !self.is_over(&state)) else { return };
                state.next += 1;
                (place, page)
            };
            // A page that cannot be read has no hits.
            let hits = search_page(trace, &page, &self.recent, self.with_partners, &self.now, |record, context| {
                let is_meant = self.range.contains(&record.sequence) && (self.condition)(record, context);
                is_meant.then(|| ScanHit::of(record))
            });
            let hits = hits.unwrap_or_default();
            self.deliver(place, hits, trace);
        }
    }

    fn is_over(&self, state: &ScanState) -> bool {
        state.ended || self.cancelled.load(Ordering::Relaxed)
    }

    fn deliver(&self, place: usize, hits: Vec<ScanHit>, trace: &Trace) {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.early.insert(place, hits);
        while let Some(mut hits) = state.early.remove(&state.delivered).filter(|_| !state.ended) {
            if self.backward {
                hits.reverse();
            }
            state.ended = self.first_only && !hits.is_empty();
            state.found.extend(hits);
            state.delivered += 1;
        }
        state.ended |= state.delivered == state.pages.len();
        // Readers look once in a while, and at the end.
        let wakes = state.ended || state.delivered.is_multiple_of(64);
        drop(guard);
        if wakes {
            trace.wake();
        }
    }
}

impl fmt::Debug for PageScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageScan({:?})", self.range)
    }
}

/// Two searches are the same only when they are one.
impl PartialEq for PageScan {
    fn eq(&self, other: &PageScan) -> bool {
        std::ptr::eq(self, other)
    }
}
