//! Frames and requests that wait for a decision from elsewhere: a plugin that inspects frames, a filter that answers calls, the user at a
//! breakpoint. Each waits under a ticket, some with a deadline. Pure: times come in, and the link carries out what comes out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a frame waits for a plugin that inspects it.
pub(in crate::link) const INSPECTION_TIMEOUT: Duration = Duration::from_secs(5);
/// More do not wait at the same place.
const CAPACITY: usize = 1024;

/// What becomes of an inspected frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InspectionVerdict {
    /// It passes as it is.
    Pass,
    /// This text takes its place.
    Change(String),
    /// It is neither handled nor sent.
    Drop,
}

/// What waits at one place, oldest first.
#[derive(Debug)]
pub(in crate::link) struct InterceptQueue<T> {
    entries: VecDeque<Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    ticket: Option<u64>,
    deadline: Option<Instant>,
    payload: T,
    verdict: Option<InspectionVerdict>,
}

impl<T> Default for InterceptQueue<T> {
    fn default() -> InterceptQueue<T> {
        InterceptQueue { entries: VecDeque::new() }
    }
}

impl<T> InterceptQueue<T> {
    /// Whether no more can wait here.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= CAPACITY
    }

    /// Whether nothing waits here.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an item to the queue, in any order. [`take`](Self::take) or [`expired`](Self::expired) returns it.
    pub fn wait(&mut self, ticket: u64, deadline: Option<Instant>, payload: T) {
        self.entries.push_back(Entry { ticket: Some(ticket), deadline, payload, verdict: None });
    }

    /// Takes out what waits under a ticket.
    pub fn take(&mut self, ticket: u64) -> Option<T> {
        let index = self.entries.iter().position(|entry| entry.ticket == Some(ticket))?;
        self.entries.remove(index).map(|entry| entry.payload)
    }

    /// Takes out one whose deadline has come.
    pub fn expired(&mut self, now: Instant) -> Option<T> {
        let index = self.entries.iter().position(|entry| entry.deadline.is_some_and(|deadline| deadline <= now))?;
        self.entries.remove(index).map(|entry| entry.payload)
    }

    /// Takes everything out.
    pub fn drain(&mut self) -> impl Iterator<Item = (Option<u64>, T)> {
        std::mem::take(&mut self.entries).into_iter().map(|entry| (entry.ticket, entry.payload))
    }

    /// Lets a frame wait when it is inspected (there is a ticket), or when one before it waits: the order stays. A frame that need not
    /// wait comes back.
    pub fn stop(&mut self, frame: T, ticket: Option<u64>, now: Instant) -> Option<T> {
        let ticket = ticket.filter(|_| !self.is_full());
        if ticket.is_none() && self.entries.is_empty() {
            return Some(frame);
        }
        let verdict = ticket.is_none().then_some(InspectionVerdict::Pass);
        self.entries.push_back(Entry { ticket, deadline: Some(now + INSPECTION_TIMEOUT), payload: frame, verdict });
        None
    }

    /// A frame was inspected.
    pub fn judge(&mut self, ticket: u64, verdict: &InspectionVerdict) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.ticket == Some(ticket)) {
            entry.verdict.get_or_insert_with(|| verdict.clone());
        }
    }

    /// The oldest frame, when it need not wait any more.
    pub fn next(&mut self, now: Instant) -> Option<(T, InspectionVerdict)> {
        let first = self.entries.front()?;
        if first.verdict.is_none() && first.deadline.is_none_or(|deadline| deadline > now) {
            return None;
        }
        self.entries.pop_front().map(|entry| (entry.payload, entry.verdict.unwrap_or(InspectionVerdict::Pass)))
    }

    /// When the next deadline comes.
    pub fn deadline(&self) -> Option<Instant> {
        self.entries.iter().filter_map(|entry| entry.deadline).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overtakes_a_frame_that_is_inspected() {
        let (mut queue, now) = (InterceptQueue::default(), Instant::now());
        assert_eq!(queue.stop("a", None, now), Some("a"));
        assert_eq!(queue.stop("b", Some(1), now), None);
        assert_eq!(queue.stop("c", None, now), None);
        assert_eq!(queue.stop("d", Some(2), now), None);
        queue.judge(2, &InspectionVerdict::Drop);
        assert_eq!(queue.next(now), None);
        queue.judge(1, &InspectionVerdict::Change("x".into()));
        assert_eq!(queue.next(now), Some(("b", InspectionVerdict::Change("x".into()))));
        assert_eq!(
            (queue.next(now), queue.next(now)),
            (Some(("c", InspectionVerdict::Pass)), Some(("d", InspectionVerdict::Drop)))
        );
        assert_eq!((queue.next(now), queue.deadline()), (None, None));
    }

    #[test]
    fn a_frame_without_a_verdict_passes_at_its_deadline() {
        let (mut queue, now) = (InterceptQueue::default(), Instant::now());
        assert_eq!(queue.stop("a", Some(1), now), None);
        assert_eq!(queue.next(queue.deadline().unwrap()), Some(("a", InspectionVerdict::Pass)));
    }

    #[test]
    fn a_ticket_takes_its_own_entry_once() {
        let (mut queue, now) = (InterceptQueue::default(), Instant::now());
        queue.wait(1, None, "a");
        queue.wait(2, Some(now + INSPECTION_TIMEOUT), "b");
        assert_eq!((queue.expired(now), queue.deadline()), (None, Some(now + INSPECTION_TIMEOUT)));
        assert_eq!((queue.take(1), queue.take(1)), (Some("a"), None));
        assert_eq!(queue.expired(now + INSPECTION_TIMEOUT), Some("b"));
        assert_eq!(queue.take(2), None, "it is too late");
    }

    #[test]
    fn the_number_of_entries_is_limited() {
        let (mut queue, now) = (InterceptQueue::default(), Instant::now());
        for ticket in 0..CAPACITY as u64 {
            assert!(!queue.is_full());
            queue.stop(ticket, Some(ticket), now);
        }
        assert!(queue.is_full());
        assert_eq!(queue.stop(5000, Some(5000), now), None, "it waits for its turn, but not for a verdict");
    }
}
