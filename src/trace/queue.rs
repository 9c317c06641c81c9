//! The queue between the actors and the recorder. The texts of frames are copied into one long text here: sending allocates nothing,
//! the buffer that a frame was read into is free again at once, and the recorder frees no memory of other threads, for which an
//! allocator would make all of them wait. Ours, because channels count messages, and this one is bounded in bytes and hands over whole
//! batches.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::{Event, EventKind, RecordContent};

/// How many events may wait for the recorder before the actors have to.
const EVENTS: usize = 4096;
/// How many bytes of text may wait.
const TEXT: usize = 4 << 20;
/// How long a thread waits before it tries again.
const FULL: Duration = Duration::from_millis(1);
/// The room for text that is kept for the next time.
const KEPT_TEXT: usize = 256 << 10;

/// The lengths of what stands in the long text for a frame, one part behind the other.
#[derive(Debug, Clone, Copy)]
struct TextLengths {
    text: usize,
    /// Payload and id of an envelope.
    content: Option<(usize, usize)>,
    is_fault: bool,
}

/// Events with the texts of their frames beside them.
#[derive(Debug, Default)]
pub(super) struct EventBatch {
    /// The frames have lost their texts.
    events: Vec<Event>,
    text: String,
    /// For the frames among the events, in their order. Beside them, so that an event is moved once.
    lengths: Vec<TextLengths>,
    /// Dropped when the events are in the trace, which wakes the tasks that hold the other ends.
    awaited: Vec<oneshot::Sender<()>>,
}

impl EventBatch {
    fn push(&mut self, mut event: Event) {
        if let EventKind::Frame(frame) = &mut event.kind {
            let text = std::mem::take(&mut frame.text);
            self.text.push_str(&text);
            let mut lengths = TextLengths { text: text.len(), content: None, is_fault: false };
            if let Some(content) = frame.content.take() {
                self.text.push_str(&content.payload);
                self.text.push_str(&content.id);
                lengths.content = Some((content.payload.len(), content.id.len()));
                lengths.is_fault = content.is_fault;
            }
            self.lengths.push(lengths);
        }
        self.events.push(event);
    }

    /// Puts events in the place of what was here.
    pub fn refill(&mut self, events: impl Iterator<Item = Event>) {
        self.clear();
        events.for_each(|event| self.push(event));
    }

    fn is_full(&self) -> bool {
        self.events.len() >= EVENTS || self.text.len() >= TEXT
    }

    /// The events, oldest first, each with the text of its frame and what is in that when it is an envelope.
    pub fn iter(&self) -> impl Iterator<Item = (&Event, &str, Option<RecordContent<'_>>)> {
        let mut rest = self.text.as_str();
        let mut next = move |length: usize| {
            let (text, behind) = rest.split_at(length);
            rest = behind;
            text
        };
        let mut lengths = self.lengths.iter();
        self.events.iter().map(move |event| {
            let frame = matches!(event.kind, EventKind::Frame(_)).then(|| lengths.next()).flatten();
            let Some(lengths) = frame else { return (event, "", None) };
            let text = next(lengths.text);
            let content = lengths.content.map(|(payload, id)| RecordContent {
                payload: next(payload),
                id: next(id),
                is_fault: lengths.is_fault,
            });
            (event, text, content)
        })
    }

    fn clear(&mut self) {
        self.events.clear();
        self.lengths.clear();
        self.text.clear();
        self.text.shrink_to(KEPT_TEXT);
        self.awaited.clear();
    }
}

#[derive(Debug, Default)]
struct Inside {
    batch: EventBatch,
    /// The recorder waits to be woken.
    recorder_waits: bool,
    /// No event will come any more.
    senders_gone: bool,
    /// No event will be taken any more.
    recorder_gone: bool,
}

#[derive(Debug, Default)]
struct Mailbox {
    inside: Mutex<Inside>,
    arrived: Condvar,
    taken: Notify,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the actors.
#[derive(Debug)]
pub(super) struct QueueSender(Arc<Mailbox>);

/// The end of the recorder.
#[derive(Debug)]
pub(super) struct QueueReceiver(Arc<Mailbox>);

/// A mailbox with both its ends.
pub(super) fn mailbox() -> (QueueSender, QueueReceiver) {
    let mailbox = Arc::new(Mailbox::default());
    (QueueSender(mailbox.clone()), QueueReceiver(mailbox))
}

impl QueueSender {
    /// Puts events in. When thousands wait already, none is taken and all of them come back.
    pub fn put<Events: Iterator<Item = Event>>(&self, events: Events) -> Result<(), Events> {
        let inside = self.0.lock();
        if inside.recorder_gone {
            return Ok(());
        }
        if inside.batch.is_full() {
            drop(inside);
            self.0.arrived.notify_one();
            return Err(events);
        }
        self.push_all(inside, events);
        Ok(())
    }

    /// Puts an event in, and waits in this thread while thousands wait already.
    pub fn put_blocking(&self, event: Event) {
        let mut one = std::iter::once(event);
        while let Err(back) = self.put(one) {
            one = back;
            std::thread::sleep(FULL);
        }
    }

    /// Puts events in, however many wait already. For what is rare and must not be lost.
    pub fn put_always(&self, events: impl Iterator<Item = Event>) {
        let inside = self.0.lock();
        if !inside.recorder_gone {
            self.push_all(inside, events);
        }
    }

    fn push_all(&self, mut inside: MutexGuard<'_, Inside>, events: impl Iterator<Item = Event>) {
        events.for_each(|event| inside.batch.push(event));
        if std::mem::take(&mut inside.recorder_waits) {
            drop(inside);
            self.0.arrived.notify_one();
        }
    }

    /// Waits until the recorder has put into the trace what is here, and has asked for more.
    pub async fn emptied(&self) {
        let (sender, emptied) = oneshot::channel();
        {
            let mut inside = self.0.lock();
            if inside.recorder_gone {
                return;
            }
            inside.batch.awaited.push(sender);
            inside.recorder_waits = false;
        }
        self.0.arrived.notify_one();
        // The sender sends nothing; its end is the answer.
        let _ = emptied.await;
    }

    /// Waits until the recorder has taken what is here.
    pub async fn taken(&self) {
        let mut taken = std::pin::pin!(self.0.taken.notified());
        // The registration comes before the check: the other order could miss the signal.
        taken.as_mut().enable();
        let full = self.0.lock().batch.is_full();
        if full {
            taken.await;
        }
    }
}

impl Drop for QueueSender {
    fn drop(&mut self) {
        self.0.lock().senders_gone = true;
        self.0.arrived.notify_one();
    }
}

impl QueueReceiver {
    /// Takes out everything that is here, or waits for the next event; what was in `batch` is gone then. False when the last
    /// sender is gone.
    pub fn take(&self, batch: &mut EventBatch) -> bool {
        batch.clear();
        let mut inside = self.0.lock();
        while inside.batch.events.is_empty() && inside.batch.awaited.is_empty() {
            if inside.senders_gone {
                return false;
            }
            inside.recorder_waits = true;
            inside = self.0.arrived.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        inside.recorder_waits = false;
        std::mem::swap(&mut inside.batch, batch);
        drop(inside);
        self.0.taken.notify_waiters();
        true
    }
}

impl QueueReceiver {
    /// Lets events gather for so long, or until somebody waits for them, or the last sender is gone.
    pub fn gather(&self, time: Duration) {
        let is_free = |inside: &mut Inside| inside.batch.awaited.is_empty() && !inside.senders_gone && !inside.batch.is_full();
        // Poisoned or not, the next turn takes what is here.
        drop(self.0.arrived.wait_timeout_while(self.0.lock(), time, is_free));
    }
}

impl Drop for QueueReceiver {
    fn drop(&mut self) {
        let mut inside = self.0.lock();
        inside.recorder_gone = true;
        inside.batch.awaited.clear();
        drop(inside);
        self.0.taken.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Direction, Frame, FrameKind, FrameText, Stamp};

    fn event(text: &str) -> Event {
        let frame = Frame {
            direction: Direction::In,
            kind: FrameKind::Call,
            action: None,
            text: FrameText::from(text),
            content: None,
            exchange: None,
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        };
        Event { station: None, stamp: Stamp { wall_micros: 0, monotonic_micros: 0 }, kind: EventKind::Frame(frame) }
    }

    fn note() -> Event {
        Event { kind: EventKind::Note { failure: false, text: "note".into() }, ..event("") }
    }

    fn texts(batch: &EventBatch) -> Vec<&str> {
        batch.iter().map(|(_, text, _)| text).collect()
    }

    #[test]
    fn every_event_comes_out_with_its_text() {
        let (sender, receiver) = mailbox();
        sender.put([event("äö"), note(), event(""), event("x")].into_iter()).ok().unwrap();
        let mut batch = EventBatch::default();
        assert!(receiver.take(&mut batch));
        assert_eq!(texts(&batch), ["äö", "", "", "x"]);
        sender.put([event("later")].into_iter()).ok().unwrap();
        assert!(receiver.take(&mut batch));
        assert_eq!(texts(&batch), ["later"]);
        drop(sender);
        assert!(!receiver.take(&mut batch), "the last sender is gone");
    }

    #[tokio::test]
    async fn a_full_mailbox_takes_nothing_until_the_recorder_has_been_there() {
        let (sender, receiver) = mailbox();
        sender.put([event(&"x".repeat(TEXT))].into_iter()).ok().unwrap();
        let waiting = sender.put([event("y")].into_iter()).unwrap_err();
        assert_eq!(waiting.len(), 1);
        let recorder = std::thread::spawn(move || {
            let mut batch = EventBatch::default();
            while receiver.take(&mut batch) {}
        });
        sender.taken().await;
        sender.put(waiting).ok().unwrap();
        drop(sender);
        recorder.join().unwrap();
    }

    #[test]
    fn without_a_recorder_events_are_dropped() {
        let (sender, receiver) = mailbox();
        drop(receiver);
        assert!((0..2 * EVENTS).all(|_| sender.put([event("x")].into_iter()).is_ok()));
    }
}
