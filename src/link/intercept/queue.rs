//! Frames that somebody looks at before they are taken in or sent, as plugins do. They wait in their order; nothing overtakes. Pure:
//! times come in, and the link carries out what comes out. While nobody looks, nothing is kept here.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a frame waits for whoever looks at it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// More frames do not wait one way; what comes then passes unseen.
const MOST: usize = 1024;

/// What becomes of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InspectionVerdict {
    /// It passes as it is.
    Pass,
    /// This text takes its place.
    Change(String),
    /// It is neither taken in nor sent.
    Drop,
}

/// The frames of one way.
#[derive(Debug)]
pub(in crate::link) struct InspectionQueue<T> {
    waiting: VecDeque<Waiting<T>>,
}

#[derive(Debug)]
struct Waiting<T> {
    ticket: Option<u64>,
    until: Instant,
    frame: T,
    verdict: Option<InspectionVerdict>,
}

impl<T> Default for InspectionQueue<T> {
    fn default() -> InspectionQueue<T> {
        InspectionQueue { waiting: VecDeque::new() }
    }
}

impl<T> InspectionQueue<T> {
    /// Whether a frame must wait, because somebody looks at it (there is a ticket) or at one before it. It comes back when it need not.
    pub fn stop(&mut self, frame: T, ticket: Option<u64>, now: Instant) -> Option<T> {
        let ticket = ticket.filter(|_| self.waiting.len() < MOST);
        if ticket.is_none() && self.waiting.is_empty() {
            return Some(frame);
        }
        let verdict = ticket.is_none().then_some(InspectionVerdict::Pass);
        self.waiting.push_back(Waiting { ticket, until: now + TIMEOUT, frame, verdict });
        None
    }

    /// Somebody has looked.
    pub fn judge(&mut self, ticket: u64, verdict: InspectionVerdict) {
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.ticket == Some(ticket)) {
            waiting.verdict.get_or_insert(verdict);
        }
    }

    /// The next frame that need not wait any more.
    pub fn next(&mut self, now: Instant) -> Option<(T, InspectionVerdict)> {
        let first = self.waiting.front()?;
        if first.verdict.is_none() && first.until > now {
            return None;
        }
        self.waiting.pop_front().map(|waiting| (waiting.frame, waiting.verdict.unwrap_or(InspectionVerdict::Pass)))
    }

    /// When [`next`](Self::next) has something at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.front().map(|first| first.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overtakes_a_frame_that_is_looked_at() {
        let (mut queue, now) = (InspectionQueue::default(), Instant::now());
        assert_eq!(queue.stop("a", None, now), Some("a"));
        assert_eq!(queue.stop("b", Some(1), now), None);
        assert_eq!(queue.stop("c", None, now), None);
        assert_eq!(queue.stop("d", Some(2), now), None);
        queue.judge(2, InspectionVerdict::Drop);
        assert_eq!(queue.next(now), None);
        queue.judge(1, InspectionVerdict::Change("x".into()));
        assert_eq!(queue.next(now), Some(("b", InspectionVerdict::Change("x".into()))));
        assert_eq!(
            (queue.next(now), queue.next(now)),
            (Some(("c", InspectionVerdict::Pass)), Some(("d", InspectionVerdict::Drop)))
        );
        assert_eq!((queue.next(now), queue.deadline()), (None, None));
    }

    #[test]
    fn a_frame_that_nobody_judges_passes_in_time() {
        let (mut queue, now) = (InspectionQueue::default(), Instant::now());
        assert_eq!(queue.stop("a", Some(1), now), None);
        assert_eq!(queue.next(queue.deadline().unwrap()), Some(("a", InspectionVerdict::Pass)));
    }
}
