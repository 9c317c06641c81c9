//! What may stand between a behaviour and the wire of its link: filters, which replace answers, and an observer, which sees frames and
//! results. Answer rules, scenarios and plugins implement them; the link asks them and keeps the requests that wait for
//! them.

use std::time::Duration;

use super::{Answer, Behaviour, IncomingCall};
use crate::trace::{Direction, SilenceCause};

/// Decides about the answers on one link before they leave.
pub trait AnswerFilter: Send {
    /// Decides about one call. `proposed` is the answer that the behaviour proposes. Called by the task of the link: it must neither
    /// block nor do I/O.
    fn filter(&mut self, call: IncomingCall<'_>, proposed: &Answer) -> FilterDecision;

    /// Whether it keeps every answer at the moment, so that it need not be asked.
    fn is_idle(&self) -> bool {
        false
    }

    /// Who it is that decides, where the decision is that there is no answer.
    fn silence_cause(&self) -> SilenceCause {
        SilenceCause::Rule
    }
}

/// What becomes of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterDecision {
    /// This filter leaves it as it is; the next one is asked.
    Keep,
    /// The answer leaves later by this time, whichever it is; the next filter is asked.
    Delay(Duration),
    /// This answer leaves; no further filter is asked.
    Replace(Answer),
    /// The decision comes later, as an order with this ticket. The link carries on meanwhile. A decision without an answer is `Keep`.
    Wait {
        /// Names the question. Unique in the session.
        ticket: u64,
        /// After this time the proposed answer leaves; `None` waits for as long as the link is up.
        timeout: Option<Duration>,
    },
}

/// Sees what happens on one link. The same rules as for an [`AnswerFilter`] hold.
pub trait LinkObserver: Send {
    /// The link came up or went down.
    fn connection(&mut self, up: bool);

    /// One of our calls got a result.
    fn result(&mut self, action: &str, payload: &serde_json::Value);

    /// A frame is about to be handled or sent. With a ticket it waits for the order with that ticket.
    fn inspect(&mut self, direction: Direction, text: &str) -> Option<u64>;
}

/// Everything behind a link: what answers, and what may change or see it.
pub struct Responder {
    /// Answers calls and makes them.
    pub behaviour: Box<dyn Behaviour>,
    /// Asked in this order: the first one that replaces an answer decides.
    pub filters: Vec<Box<dyn AnswerFilter>>,
    /// Sees frames and results.
    pub observer: Option<Box<dyn LinkObserver>>,
}

impl Responder {
    /// A behaviour whose answers nothing changes.
    pub fn new(behaviour: Box<dyn Behaviour>) -> Responder {
        Responder { behaviour, filters: Vec::new(), observer: None }
    }
}
