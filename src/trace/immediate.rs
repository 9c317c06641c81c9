//! The way into the trace without a thread: the sender of an event applies it, and readers are woken before sending returns. For sessions
//! that run on one thread and must be repeatable; many threads would wait for each other here.

use std::sync::{Arc, Mutex, PoisonError};

use super::Event;
use super::contents::Trace;
use super::queue::EventBatch;

/// Applies events at once, with buffers that are reused from one call to the next.
#[derive(Debug)]
pub(super) struct ImmediateSink {
    trace: Arc<Trace>,
    buffers: Mutex<(EventBatch, String)>,
    /// What was sent, oldest first.
    #[cfg(test)]
    pub sent: Arc<Mutex<Vec<Event>>>,
}

impl ImmediateSink {
    /// A sink for this trace.
    pub fn new(trace: Arc<Trace>) -> ImmediateSink {
        ImmediateSink {
            trace,
            buffers: Mutex::default(),
            #[cfg(test)]
            sent: Arc::default(),
        }
    }

    /// Applies events.
    pub fn put(&self, events: impl Iterator<Item = Event>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let (batch, scratch) = &mut *buffers;
        #[cfg(test)]
        let events = events.inspect(|event| self.sent.lock().unwrap().push(event.clone()));
        batch.refill(events);
        self.trace.apply(batch, scratch);
    }
}
