//! Answers that do not leave at once: those that are delayed, and those that somebody else decides. Pure: times come in, and the
//! conversation sends what comes out.

use std::time::{Duration, Instant};

use super::behaviour::{Answer, Later};

/// More questions of one peer are not kept waiting; what comes on top gets its usual answer at once.
const MOST: usize = 1024;

/// The questions that wait.
#[derive(Debug)]
pub(super) struct HeldAnswers<Q> {
    held: Vec<Held<Q>>,
}

#[derive(Debug)]
struct Held<Q> {
    due: Option<Instant>,
    question: Q,
    answer: Waiting,
}

#[derive(Debug)]
enum Waiting {
    Delayed(Answer),
    Undecided(Later),
}

/// An answer whose time has come.
#[derive(Debug, PartialEq)]
pub(super) struct Due<Q> {
    pub question: Q,
    pub answer: Answer,
    /// How long its decision was awaited in vain.
    pub undecided: Option<Duration>,
}

impl<Q> Default for HeldAnswers<Q> {
    fn default() -> HeldAnswers<Q> {
        HeldAnswers { held: Vec::new() }
    }
}

impl<Q> HeldAnswers<Q> {
    /// Keeps an answer back for a time.
    pub fn delay(&mut self, question: Q, answer: Answer, delay: Duration, now: Instant) {
        self.held.push(Held { due: Some(now + delay), question, answer: Waiting::Delayed(answer) });
    }

    /// Waits for a decision. The question comes back with its usual answer when too many wait already.
    pub fn wait(&mut self, question: Q, later: Later, now: Instant) -> Result<(), Due<Q>> {
        if self.held.len() >= MOST {
            return Err(Due { question, answer: *later.otherwise, undecided: Some(Duration::ZERO) });
        }
        let due = later.patience.map(|patience| now + patience);
        self.held.push(Held { due, question, answer: Waiting::Undecided(later) });
        Ok(())
    }

    /// It was decided: the question and what is said, `None` standing for the usual answer. A ticket that is not awaited (any more)
    /// gives nothing.
    pub fn decide(&mut self, ticket: u64, decision: Option<Answer>) -> Option<(Q, Answer)> {
        let is_it = |held: &Held<Q>| matches!(&held.answer, Waiting::Undecided(later) if later.ticket == ticket);
        let index = self.held.iter().position(is_it)?;
        let Held { question, answer, .. } = self.held.remove(index);
        let Waiting::Undecided(later) = answer else { return None };
        let answer = decision.unwrap_or(*later.otherwise);
        Some((
            question,
            match later.delay {
                Some(delay) => Answer::Delayed(delay, Box::new(answer)),
                None => answer,
            },
        ))
    }

    /// Takes out one answer whose time has come.
    pub fn due(&mut self, now: Instant) -> Option<Due<Q>> {
        let index = self.held.iter().position(|held| held.due.is_some_and(|due| due <= now))?;
        let Held { question, answer, .. } = self.held.remove(index);
        Some(match answer {
            Waiting::Delayed(answer) => Due { question, answer, undecided: None },
            Waiting::Undecided(later) => Due { question, answer: *later.otherwise, undecided: later.patience },
        })
    }

    /// When [`due`](Self::due) has something.
    pub fn deadline(&self) -> Option<Instant> {
        self.held.iter().filter_map(|held| held.due).min()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn later(ticket: u64, patience: Option<Duration>) -> Later {
        Later { ticket, patience, otherwise: Box::new(Answer::Result(json!({"usual": true}))), delay: None }
    }

    #[test]
    fn a_decision_belongs_to_its_ticket_and_counts_once() {
        let (mut held, now) = (HeldAnswers::default(), Instant::now());
        held.wait("A", later(1, None), now).unwrap();
        held.wait("B", later(2, None), now).unwrap();
        assert_eq!(held.deadline(), None);
        assert_eq!(held.decide(2, Some(Answer::Silence)), Some(("B", Answer::Silence)));
        assert_eq!(held.decide(2, Some(Answer::Silence)), None);
        assert_eq!(held.decide(1, None), Some(("A", Answer::Result(json!({"usual": true})))));
    }

    #[test]
    fn without_a_decision_the_usual_answer_leaves_in_time() {
        let (mut held, now) = (HeldAnswers::default(), Instant::now());
        let patience = Duration::from_secs(1);
        held.wait("A", later(1, Some(patience)), now).unwrap();
        held.delay("B", Answer::Silence, patience * 2, now);
        assert_eq!(held.due(now), None);
        assert_eq!(held.deadline(), Some(now + patience));
        let due = held.due(now + patience).unwrap();
        assert_eq!((due.question, due.undecided), ("A", Some(patience)));
        assert_eq!(held.decide(1, Some(Answer::Silence)), None, "it is too late");
        assert_eq!(held.due(now + patience * 2).unwrap().answer, Answer::Silence);
    }

    #[test]
    fn a_flood_of_questions_is_not_kept() {
        let (mut held, now) = (HeldAnswers::default(), Instant::now());
        for ticket in 0..MOST as u64 {
            held.wait(ticket, later(ticket, None), now).unwrap();
        }
        assert_eq!(held.wait(5000, later(5000, None), now).unwrap_err().question, 5000);
    }

    #[test]
    fn a_delay_on_top_of_a_decision_is_kept() {
        let (mut held, now) = (HeldAnswers::default(), Instant::now());
        let delay = Duration::from_secs(3);
        held.wait("A", Later { delay: Some(delay), ..later(1, None) }, now).unwrap();
        let delayed = Answer::Delayed(delay, Box::new(Answer::Silence));
        assert_eq!(held.decide(1, Some(Answer::Silence)), Some(("A", delayed)));
    }
}
