//! Records that were put aside, kept in memory for a reader who goes through them more than once: an export, a scenario.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contents::Trace;
use super::event::Sequence;
use super::store::{Chunk, PageHandle};

/// The most pages that are kept at a time: about half a gigabyte.
const MOST: usize = 4096;

/// More records were wanted than memory is taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the {0} records are too many, or too far apart, to be taken out of what is on disk; choose fewer with a filter, or use ocpp-tui convert \
     on the file"
)]
pub struct PinError(usize);

/// Pages that stay in memory as long as this lives.
#[derive(Debug)]
pub struct PinnedPages {
    trace: Arc<Trace>,
    pages: Vec<Sequence>,
}

impl PinnedPages {
    /// Brings the pages of these records and of their partners into memory, and those of so many records before and behind each when there is
    /// room. It reads from disk: no lock may be held.
    ///
    /// # Errors
    /// When that would take too much memory.
    pub fn of(trace: &Arc<Trace>, records: &[Sequence], around: (u64, u64)) -> Result<PinnedPages, PinError> {
        let mut pinned = PinnedPages { trace: trace.clone(), pages: Vec::new() };
        let mut handles = pages_of(trace, records, around);
        if handles.len() > MOST {
            handles = pages_of(trace, records, (0, 0));
        }
        pinned.add(handles, records.len())?;
        let partners: Vec<Sequence> = {
            let contents = trace.read();
            records.iter().filter_map(|sequence| contents.records().get(*sequence)?.partner).collect()
        };
        pinned.add(pages_of(trace, &partners, (0, 0)), records.len())?;
        Ok(pinned)
    }

    fn add(&mut self, handles: BTreeMap<Sequence, PageHandle>, records: usize) -> Result<(), PinError> {
        let new: Vec<PageHandle> =
            handles.into_values().filter(|page| self.pages.binary_search(&page.first).is_err()).collect();
        if self.pages.len() + new.len() > MOST {
            return Err(PinError(records));
        }
        // A page that cannot be read is left out, as it is for every reader.
        let chunks: Vec<Arc<Chunk>> = new.iter().filter_map(|page| page.open().ok()).collect();
        self.pages.extend(chunks.iter().map(|chunk| chunk.first));
        self.pages.sort_unstable();
        self.trace.change_records(|records| records.pin_pages(chunks));
        Ok(())
    }
}

/// The pages of records that are not in memory for good, and of so many records before and behind each.
fn pages_of(trace: &Trace, records: &[Sequence], (before, behind): (u64, u64)) -> BTreeMap<Sequence, PageHandle> {
    let contents = trace.read();
    let store = contents.records();
    let here = store.range().start;
    let mut pages = BTreeMap::new();
    for sequence in records.iter().filter(|sequence| **sequence < here + before) {
        let range = sequence.saturating_sub(before)..sequence.saturating_add(behind + 1).min(here);
        pages.extend(store.pages(&range).into_iter().map(|page| (page.first, page)));
        if pages.len() > MOST {
            break;
        }
    }
    pages
}

impl Drop for PinnedPages {
    fn drop(&mut self) {
        self.trace.change_records(|records| records.unpin_pages(&self.pages));
    }
}
