//! Answers that somebody else decides: the questions of the peer wait here for the order that brings the decision. Pure: times come in,
//! and the conversation sends what comes out.

use std::time::{Duration, Instant};

use crate::behaviour::{Answer, DeferredAnswer};

/// More questions of one peer are not kept waiting; what comes on top gets its usual answer at once.
const MOST: usize = 1024;

/// The questions that wait.
#[derive(Debug)]
pub(super) struct DeferredAnswers<Q> {
    waiting: Vec<Waiting<Q>>,
}

#[derive(Debug)]
struct Waiting<Q> {
    until: Option<Instant>,
    question: Q,
    later: DeferredAnswer,
}

/// A question that nobody decided, with its usual answer.
#[derive(Debug, PartialEq)]
pub(super) struct ExpiredAnswer<Q> {
    pub question: Q,
    pub answer: Answer,
    /// How long the decision was awaited.
    pub timeout: Duration,
}

impl<Q> Default for DeferredAnswers<Q> {
    fn default() -> DeferredAnswers<Q> {
        DeferredAnswers { waiting: Vec::new() }
    }
}

impl<Q> DeferredAnswers<Q> {
    /// Waits for a decision. The question comes back when too many wait already.
    pub fn wait(&mut self, question: Q, later: DeferredAnswer, now: Instant) -> Option<ExpiredAnswer<Q>> {
        if self.waiting.len() >= MOST {
            return Some(ExpiredAnswer { question, answer: *later.fallback, timeout: Duration::ZERO });
        }
        let until = later.timeout.map(|timeout| now + timeout);
        self.waiting.push(Waiting { until, question, later });
        None
    }

    /// It was decided: the question and what is said, `None` standing for the usual answer. A ticket that is not awaited (any more)
    /// gives nothing.
    pub fn decide(&mut self, ticket: u64, decision: Option<Answer>) -> Option<(Q, Answer)> {
        let index = self.waiting.iter().position(|waiting| waiting.later.ticket == ticket)?;
        let Waiting { question, later, .. } = self.waiting.remove(index);
        let answer = decision.unwrap_or(*later.fallback);
        Some(match later.delay {
            Some(delay) => (question, Answer::Delayed(delay, Box::new(answer))),
            None => (question, answer),
        })
    }

    /// Takes out one question that has waited for long enough.
    pub fn expired(&mut self, now: Instant) -> Option<ExpiredAnswer<Q>> {
        let index = self.waiting.iter().position(|waiting| waiting.until.is_some_and(|until| until <= now))?;
        let Waiting { question, later, .. } = self.waiting.remove(index);
        Some(ExpiredAnswer { question, answer: *later.fallback, timeout: later.timeout.unwrap_or_default() })
    }

    /// When [`expired`](Self::overdue) has something.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.iter().filter_map(|waiting| waiting.until).min()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn later(ticket: u64, timeout: Option<Duration>) -> DeferredAnswer {
        DeferredAnswer { ticket, timeout, fallback: Box::new(Answer::result(json!({"usual": true}))), delay: None }
    }

    #[test]
    fn a_decision_belongs_to_its_ticket_and_counts_once() {
        let (mut undecided, now) = (DeferredAnswers::default(), Instant::now());
        assert_eq!(undecided.wait("A", later(1, None), now), None);
        assert_eq!(undecided.wait("B", later(2, None), now), None);
        assert_eq!(undecided.deadline(), None);
        assert_eq!(undecided.decide(2, Some(Answer::Silence)), Some(("B", Answer::Silence)));
        assert_eq!(undecided.decide(2, Some(Answer::Silence)), None);
        assert_eq!(undecided.decide(1, None), Some(("A", Answer::result(json!({"usual": true})))));
    }

    #[test]
    fn without_a_decision_the_usual_answer_leaves_in_time() {
        let (mut undecided, now) = (DeferredAnswers::default(), Instant::now());
        let timeout = Duration::from_secs(1);
        undecided.wait("A", later(1, Some(timeout)), now);
        assert_eq!((undecided.expired(now), undecided.deadline()), (None, Some(now + timeout)));
        let expired = undecided.expired(now + timeout).unwrap();
        assert_eq!((expired.question, expired.timeout), ("A", timeout));
        assert_eq!(undecided.decide(1, Some(Answer::Silence)), None, "it is too late");
    }

    #[test]
    fn a_flood_of_questions_is_not_kept() {
        let (mut undecided, now) = (DeferredAnswers::default(), Instant::now());
        for ticket in 0..MOST as u64 {
            assert_eq!(undecided.wait(ticket, later(ticket, None), now), None);
        }
        assert_eq!(undecided.wait(5000, later(5000, None), now).unwrap().question, 5000);
    }

    #[test]
    fn a_delay_on_top_of_a_decision_is_kept() {
        let (mut undecided, now) = (DeferredAnswers::default(), Instant::now());
        let delay = Duration::from_secs(3);
        undecided.wait("A", DeferredAnswer { delay: Some(delay), ..later(1, None) }, now);
        let delayed = Answer::Delayed(delay, Box::new(Answer::Silence));
        assert_eq!(undecided.decide(1, Some(Answer::Silence)), Some(("A", delayed)));
    }
}
