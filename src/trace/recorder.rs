//! The recorder: a thread that applies events from the actors to the trace and wakes the readers. It waits only for the actors, so a
//! slow screen slows nothing down. The sending side is `sender`.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::contents::Trace;
use super::immediate::ImmediateSink;
use super::queue::{EventBatch, mailbox};
use super::sender::{EventSender, EventSink};
use crate::clock::Moment;

/// How long the recorder lets events gather after a turn, unless somebody waits for them. Waking a thread costs a link more than sending
/// twenty events does, and the readers are woken once a turn; a few milliseconds are not visible on a screen.
const GATHER: Duration = Duration::from_millis(4);

/// Starts the recorder with at most `limit` bytes of records. Its thread ends when the last sender is gone.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(limit: usize, began: Moment) -> std::io::Result<(EventSender, JoinHandle<()>)> {
    let (queue, received) = mailbox();
    let trace = Arc::new(Trace::new(limit, began));
    let events = EventSender::new(EventSink::Recorder(Arc::new(queue)), trace.clone());
    let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || {
        let mut batch = EventBatch::default();
        let mut scratch = String::new();
        while received.take(&mut batch) {
            trace.apply(&batch, &mut scratch);
            received.gather(GATHER);
        }
    })?;
    Ok((events, thread))
}

/// A sender whose events are in a new trace of at most `limit` bytes of records as soon as they are sent. No thread may send while it
/// reads the trace.
pub fn direct(limit: usize, began: Moment) -> EventSender {
    let trace = Arc::new(Trace::new(limit, began));
    EventSender::new(EventSink::Direct(Arc::new(ImmediateSink::new(trace.clone()))), trace)
}

/// The same with a list of all events that were sent.
#[cfg(test)]
pub(crate) fn direct_with_events(limit: usize, began: Moment) -> (EventSender, Arc<std::sync::Mutex<Vec<super::Event>>>) {
    let trace = Arc::new(Trace::new(limit, began));
    let sink = ImmediateSink::new(trace.clone());
    let sent = sink.sent.clone();
    (EventSender::new(EventSink::Direct(Arc::new(sink)), trace), sent)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::clock::now;
    use crate::ocpp::Role;
    use crate::trace::EventKind;

    fn note(text: &str) -> EventKind {
        EventKind::Note { failure: false, text: text.into() }
    }

    #[tokio::test]
    async fn what_was_sent_is_in_the_trace_once_the_recorder_has_caught_up() {
        let (events, _recorder) = start(1 << 20, now()).unwrap();
        for count in 1..=20 {
            events.try_send(None, now(), note("x"));
            events.caught_up().await;
            assert_eq!(events.trace().read().records().range().end, count);
        }
        events.caught_up().await;
    }

    #[tokio::test]
    async fn readers_are_woken_and_the_thread_ends_with_the_last_sender() {
        let began = Moment { wall: jiff::Timestamp::UNIX_EPOCH, monotonic: std::time::Instant::now() };
        let (events, thread) = start(1 << 20, began).unwrap();
        let trace = events.trace().clone();
        let mut changes = trace.subscribe();
        events.send(None, began, note("hello")).await;
        changes.changed().await.unwrap();
        assert_eq!(trace.read().records().get(0).unwrap().text, "hello");
        drop(events);
        thread.join().unwrap();
    }

    #[test]
    fn what_was_sent_directly_is_in_the_trace_at_once() {
        let events = direct(1 << 20, now());
        let changes = events.trace().subscribe();
        let texts = || {
            let contents = events.trace().read();
            let records = contents.records();
            records.iter(records.range()).map(|record| record.text.to_owned()).collect::<Vec<_>>()
        };
        events.try_send(None, now(), note("one"));
        assert_eq!(texts(), ["one"]);
        assert!(changes.has_changed().unwrap(), "readers are woken");
        events.send(None, now(), note("two")).now_or_never().unwrap();
        let station = events.station(Role::ChargePoint, "CP1");
        let list = [(now(), note("three")), (now(), note("four"))];
        events.send_all(station, list).now_or_never().unwrap();
        events.caught_up().now_or_never().unwrap();
        assert_eq!(texts(), ["one", "two", "three", "four"]);
    }

    #[tokio::test]
    async fn a_key_is_known_at_once_and_its_row_comes_with_the_event() {
        let (events, _recorder) = start(1 << 20, now()).unwrap();
        let trace = events.trace().clone();
        // More than the mailbox takes: the event of a station is never dropped.
        let names: Vec<String> = (0..6000).map(|number| format!("CP{number}")).collect();
        let keys: Vec<_> = {
            let guard = trace.read();
            let keys: Vec<_> = names.iter().map(|name| events.station(Role::CentralSystem, name)).collect();
            assert_eq!(events.station(Role::CentralSystem, "CP7"), keys[7]);
            assert_ne!(events.station(Role::ChargePoint, "CP7"), keys[7], "a simulated station is another one");
            assert_eq!(trace.find_station(Role::CentralSystem, "CP7"), Some(keys[7]));
            let newcomers = trace.newcomers(&guard);
            assert_eq!((newcomers.len(), &*newcomers[7].identity, newcomers[7].key), (6001, "CP7", keys[7]));
            keys
        };
        events.caught_up().await;
        let contents = trace.read();
        assert!(trace.newcomers(&contents).is_empty());
        assert!(names.iter().zip(&keys).all(|(name, key)| &*contents.stations().get(*key).unwrap().identity == name.as_str()));
    }

    #[test]
    fn keys_that_many_threads_ask_for_belong_to_one_row_each() {
        let (events, recorder) = start(1 << 20, now()).unwrap();
        let trace = events.trace().clone();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..500 {
                        events.station(Role::CentralSystem, &format!("CP{number}"));
                    }
                });
            }
        });
        drop(events);
        recorder.join().unwrap();
        let contents = trace.read();
        assert_eq!(contents.stations().rows().len(), 500);
        for row in contents.stations().rows() {
            assert_eq!(contents.stations().find(row.our_role, &row.identity).unwrap().key, row.key);
        }
    }
}
