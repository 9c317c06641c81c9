//! What the thread of the pages has to do: pages to write, and records whose pages are wanted. What it does is in `page_desk`.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::event::Sequence;

/// What the thread has to do.
#[derive(Debug, Default)]
pub(super) struct PageQueue {
    work: Mutex<PageWork>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct PageWork {
    wanted: VecDeque<Sequence>,
    parked: bool,
    ends: bool,
}

impl PageQueue {
    fn lock(&self) -> MutexGuard<'_, PageWork> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There are pages to write.
    pub fn parked(&self) {
        self.lock().parked = true;
        self.changed.notify_one();
    }

    /// The pages of these records are wanted.
    pub fn want(&self, records: &[Sequence]) {
        self.lock().wanted.extend(records);
        self.changed.notify_one();
    }

    /// The trace has gone.
    pub fn end(&self) {
        self.lock().ends = true;
        self.changed.notify_one();
    }

    /// Waits for work; `None` at the end.
    pub fn next(&self) -> Option<Vec<Sequence>> {
        let mut work = self.lock();
        while work.wanted.is_empty() && !work.parked && !work.ends {
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        work.parked = false;
        (!work.ends).then(|| work.wanted.drain(..).collect())
    }
}
