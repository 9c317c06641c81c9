//! Rules by which frames of pairs are changed on their way: each has a filter that says which, and one change. The session has one list of
//! them. What a rule does to a frame is carried out where frames are passed on.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use regex::Regex;

use crate::ocpp::MessageDefinition;
use crate::rpc::OutgoingPayload;
use crate::trace::filter::TraceFilter;

/// Makes another payload of one. It gets the action, and the definition of the message where there is one.
pub type PayloadRewrite = Arc<dyn Fn(&OutgoingPayload, &str, Option<&MessageDefinition>) -> OutgoingPayload + Send + Sync>;

/// What a rule does with a frame.
#[derive(Clone)]
pub enum RewriteChange {
    /// Changes fields of the payload.
    Payload(PayloadRewrite),
    /// Replaces what a regular expression finds in the text of the frame.
    Replace(Regex, String),
    /// Gives a call another action.
    Action(String),
    /// Does not pass it on.
    Drop,
    /// Passes it on twice.
    Duplicate,
    /// Passes it on behind the next frame of its direction.
    Reorder,
    /// Passes it on later.
    Delay(Duration),
}

/// Without the change of the payload, which is a function.
impl fmt::Debug for RewriteChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RewriteChange::Payload(_) => "Payload",
            RewriteChange::Replace(..) => "Replace",
            RewriteChange::Action(_) => "Action",
            RewriteChange::Drop => "Drop",
            RewriteChange::Duplicate => "Duplicate",
            RewriteChange::Reorder => "Reorder",
            RewriteChange::Delay(_) => "Delay",
        })
    }
}

/// A rule.
#[derive(Debug)]
pub struct RewriteRule {
    /// Its number, by which it is taken back.
    pub number: u64,
    /// Which frames.
    pub filter: TraceFilter,
    /// What is done with them.
    pub change: RewriteChange,
    /// As it is listed.
    pub text: String,
    changed: AtomicU64,
    unchanged: AtomicU64,
}

impl RewriteRule {
    /// How many frames it has changed, and how many passed its filter and had nothing to change.
    pub fn counts(&self) -> (u64, u64) {
        (self.changed.load(Ordering::Relaxed), self.unchanged.load(Ordering::Relaxed))
    }

    /// A frame has passed its filter.
    pub(in crate::link) fn count(&self, is_changed: bool) {
        let counter = if is_changed { &self.changed } else { &self.unchanged };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The rules of the session, in the order in which they are applied.
#[derive(Debug, Default)]
pub struct RewriteRules {
    rules: RwLock<Arc<[Arc<RewriteRule>]>>,
    /// Whether there is any rule. Every frame of a pair checks this, and most sessions have none.
    in_use: AtomicBool,
    numbers: AtomicU64,
}

impl RewriteRules {
    /// Adds a rule behind the others; returns its number.
    pub fn add(&self, filter: TraceFilter, change: RewriteChange, text: String) -> u64 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let (changed, unchanged) = (AtomicU64::new(0), AtomicU64::new(0));
        let rule = Arc::new(RewriteRule { number, filter, change, text, changed, unchanged });
        let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        *rules = rules.iter().cloned().chain([rule]).collect();
        self.in_use.store(true, Ordering::Relaxed);
        number
    }

    /// Takes one rule back, or all; returns how many.
    pub fn remove(&self, number: Option<u64>) -> usize {
        let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let before = rules.len();
        *rules = rules.iter().filter(|rule| number.is_some_and(|number| rule.number != number)).cloned().collect();
        self.in_use.store(!rules.is_empty(), Ordering::Relaxed);
        before - rules.len()
    }

    /// The rules, oldest first.
    pub fn all(&self) -> Arc<[Arc<RewriteRule>]> {
        match self.in_use.load(Ordering::Relaxed) {
            true => self.rules.read().unwrap_or_else(PoisonError::into_inner).clone(),
            false => Arc::default(),
        }
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        !self.in_use.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_taken_back_by_their_number_or_all() {
        let rules = RewriteRules::default();
        let add = |text: &str| rules.add(text.parse().unwrap(), RewriteChange::Drop, text.to_owned());
        assert!(rules.is_empty());
        let (first, second) = (add("action:Reset"), add("dir:in"));
        assert_eq!((rules.remove(Some(first)), rules.remove(Some(first)), rules.all()[0].number), (1, 0, second));
        assert_eq!((rules.remove(None), rules.all().len(), rules.is_empty()), (1, 0, true));
        assert!(add("dir:out") > second, "a number is not given twice");
    }
}
