//! A recorder without a thread: whoever tells an event puts it into the trace, and readers are woken before the telling returns. For sessions
//! that run on one thread and are to be the same again; where many threads tell, they would wait for each other here.

use std::sync::{Arc, Mutex, PoisonError};

use super::Event;
use super::queue::EventBatch;
use super::recorder::{EventSender, EventSink, Trace};
use crate::clock::Moment;

/// The way of events into the trace, with what is reused from one telling to the next.
#[derive(Debug)]
pub(super) struct ImmediateSink {
    trace: Arc<Trace>,
    buffers: Mutex<(EventBatch, String)>,
}

impl ImmediateSink {
    /// Puts events into the trace.
    pub fn put(&self, events: impl Iterator<Item = Event>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let (batch, scratch) = &mut *buffers;
        batch.refill(events);
        self.trace.apply(batch, scratch);
    }
}

/// A teller whose events are in a new trace of at most `limit` bytes of records as soon as they are told. Nobody may tell while he
/// reads the trace.
pub fn direct(limit: usize, began: Moment) -> EventSender {
    let trace = Arc::new(Trace::new(limit, began));
    let road = EventSink::Direct(Arc::new(ImmediateSink { trace: trace.clone(), buffers: Mutex::default() }));
    EventSender::new(road, trace)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::clock::now;
    use crate::ocpp::Role;
    use crate::trace::EventKind;

    #[test]
    fn what_was_told_is_in_the_trace_at_once() {
        let events = direct(1 << 20, now());
        let changes = events.trace().subscribe();
        let note = |text: &str| EventKind::Note { failure: false, text: text.into() };
        let texts = || {
            let contents = events.trace().read();
            let records = contents.records();
            records.iter(records.range()).map(|record| record.text.to_owned()).collect::<Vec<_>>()
        };
        events.try_send(None, now(), note("one"));
        assert_eq!(texts(), ["one"]);
        assert!(changes.has_changed().unwrap(), "readers are woken");
        events.send(None, now(), note("two")).now_or_never().unwrap();
        let station = events.trace().station(Role::ChargePoint, "CP1");
        let mut told = vec![(now(), note("three")), (now(), note("four"))];
        events.send_all(station, &mut told).now_or_never().unwrap();
        assert!(told.is_empty());
        events.caught_up().now_or_never().unwrap();
        assert_eq!(texts(), ["one", "two", "three", "four"]);
    }
}
