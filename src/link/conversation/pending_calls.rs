//! Our calls on one link: those under way, those that wait their turn, and the ids of those that were given up, so that a late
//! answer is recognised. Pure: ids and times come in, nothing is sent here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::behaviour::CallObserver;
use crate::ocpp::{ActionDefinition, Finding};
use crate::rpc::OutgoingPayload;

/// How many given-up calls are remembered.
const REMEMBERED: usize = 32;

/// A call that waits to be sent.
#[derive(Debug)]
pub(in crate::link) struct QueuedCall {
    pub action: Arc<str>,
    pub definition: Option<Arc<ActionDefinition>>,
    pub payload: OutgoingPayload,
    /// Whether the payload is a JWS: the name on the wire says so.
    pub signed: bool,
    /// The findings of our own check of the payload.
    pub findings: Vec<Finding>,
    /// Gets the result.
    pub then: Option<CallObserver>,
}

/// A call that waits for its answer.
#[derive(Debug)]
pub(in crate::link) struct SentCall {
    pub id: String,
    pub exchange: u64,
    pub deadline: Instant,
    pub call: QueuedCall,
}

/// A call whose answer did not come in time.
#[derive(Debug)]
pub(in crate::link) struct LateCall {
    pub id: String,
    pub action: Arc<str>,
    pub given_up: Instant,
}

/// Our calls on one link.
#[derive(Debug, Default)]
pub(in crate::link) struct PendingCalls {
    queued: VecDeque<QueuedCall>,
    sent: Vec<SentCall>,
    late: VecDeque<LateCall>,
}

/// The room for queued calls that a link keeps.
const FEW: usize = 2;

impl QueuedCall {
    /// Whether nothing answers it.
    pub fn is_send(&self) -> bool {
        self.definition.as_ref().is_some_and(|definition| definition.is_send)
    }
}

impl PendingCalls {
    /// How many wait for an answer, how many to be sent.
    pub fn lengths(&self) -> (usize, usize) {
        (self.sent.len(), self.queued.len())
    }

    /// Puts a call in the queue.
    pub fn queue(&mut self, call: QueuedCall) {
        // One at a time is the rule, and every link keeps the memory.
        if self.queued.capacity() == 0 {
            self.queued.reserve_exact(1);
        }
        self.queued.push_back(call);
    }

    /// The next call to be sent, when fewer than `limit` are under way.
    pub fn next(&mut self, limit: usize) -> Option<QueuedCall> {
        if self.sent.len() >= limit {
            return None;
        }
        let next = self.queued.pop_front();
        if self.queued.is_empty() && self.queued.capacity() > FEW {
            self.queued = VecDeque::new(); // the burst of a boot
        }
        next
    }

    /// Notes that a call was sent.
    pub fn sent(&mut self, call: SentCall) {
        if self.sent.capacity() == 0 {
            self.sent.reserve_exact(1);
        }
        self.sent.push(call);
    }

    /// Takes out the call that an answer belongs to.
    pub fn answered(&mut self, id: &str) -> Option<SentCall> {
        let index = self.sent.iter().position(|call| call.id == id)?;
        Some(self.sent.remove(index))
    }

    /// The action of a call that is under way.
    pub fn action(&self, id: &str) -> Option<&str> {
        self.sent.iter().find(|call| call.id == id).map(|call| &*call.call.action)
    }

    /// The call that waits longest for its answer.
    pub fn oldest(&self) -> Option<&SentCall> {
        self.sent.iter().min_by_key(|call| call.deadline)
    }

    /// Takes out the given-up call that a late answer belongs to.
    pub fn late(&mut self, id: &str) -> Option<LateCall> {
        let index = self.late.iter().position(|call| call.id == id)?;
        self.late.remove(index)
    }

    /// When the next call is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.sent.iter().map(|call| call.deadline).min()
    }

    /// Takes out a call whose time is over.
    pub fn expired(&mut self, now: Instant) -> Option<SentCall> {
        let index = self.sent.iter().position(|call| call.deadline <= now)?;
        let call = self.sent.remove(index);
        self.remember(&call, now);
        Some(call)
    }

    /// Takes out everything before its time: the calls under way, whose late answers are recognised, and the queue.
    pub fn give_up(&mut self, now: Instant) -> Vec<SentCall> {
        self.queued.clear();
        let given_up = std::mem::take(&mut self.sent);
        for call in &given_up {
            self.remember(call, now);
        }
        given_up
    }

    fn remember(&mut self, call: &SentCall, now: Instant) {
        if self.late.len() == REMEMBERED {
            self.late.pop_front();
        }
        self.late.push_back(LateCall { id: call.id.clone(), action: call.call.action.clone(), given_up: now });
    }

    /// Takes out everything, because the link is lost: first the calls under way, then those that were never sent.
    pub fn clear(&mut self) -> (Vec<SentCall>, usize) {
        let unsent = self.queued.len();
        self.queued.clear();
        self.late.clear();
        (std::mem::take(&mut self.sent), unsent)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn call(action: &str) -> QueuedCall {
        QueuedCall {
            action: action.into(),
            definition: None,
            payload: OutgoingPayload::default(),
            signed: false,
            findings: Vec::new(),
            then: None,
        }
    }

    fn send(pending: &mut PendingCalls, id: &str, deadline: Instant) {
        let call = pending.next(1).expect("a call may be sent");
        pending.sent(SentCall { id: id.into(), exchange: 0, deadline, call });
    }

    #[test]
    fn one_call_is_under_way_and_the_others_wait_in_order() {
        let mut pending = PendingCalls::default();
        let now = Instant::now();
        for action in ["A", "B"] {
            pending.queue(call(action));
        }
        send(&mut pending, "1", now);
        assert!(pending.next(1).is_none());
        assert_eq!(pending.lengths(), (1, 1));
        assert!(pending.answered("2").is_none());
        assert_eq!(&*pending.answered("1").unwrap().call.action, "A");
        assert_eq!(&*pending.next(1).unwrap().action, "B");
    }

    #[test]
    fn calls_that_are_given_up_free_the_link_and_their_answers_are_late() {
        let mut pending = PendingCalls::default();
        let now = Instant::now();
        for action in ["A", "B"] {
            pending.queue(call(action));
        }
        send(&mut pending, "1", now + Duration::from_secs(30));
        let given_up = pending.give_up(now);
        assert_eq!(given_up.iter().map(|call| &*call.call.action).collect::<Vec<_>>(), ["A"]);
        assert_eq!(pending.lengths(), (0, 0), "B was never sent and is not sent later");
        assert_eq!(pending.late("1").map(|late| late.given_up), Some(now));
    }

    #[test]
    fn an_expired_call_is_remembered_for_its_late_answer() {
        let mut pending = PendingCalls::default();
        let now = Instant::now();
        for index in 0..=REMEMBERED {
            pending.queue(call("A"));
            send(&mut pending, &index.to_string(), now + Duration::from_secs(1));
            assert!(pending.expired(now).is_none());
            assert!(pending.expired(now + Duration::from_secs(1)).is_some());
        }
        assert!(pending.late("0").is_none(), "the oldest is forgotten");
        assert!(pending.late("1").is_some());
        assert!(pending.late("1").is_none(), "a second answer is not late but unknown");
        assert_eq!(pending.deadline(), None);
    }
}
