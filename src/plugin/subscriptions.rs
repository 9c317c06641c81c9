//! Which events any plugin handles at the moment. Links look it up: an action that no plugin handles costs one atomic
//! load.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

/// A kind of event that a plugin can have a handler for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum EventName {
    /// Calls of the peer.
    Call,
    /// Results of our calls.
    Result,
    /// Links of simulated charge points that are opened or closed.
    Connection,
    /// Links of the simulated central system that are opened or closed.
    Client,
    /// Lines that the user types.
    Line,
    /// Nothing happened for a while.
    Idle,
    /// Frames that we received.
    Incoming,
    /// Frames that we are about to send.
    Outgoing,
}

impl EventName {
    /// The kind of this name in the prelude.
    pub fn parse(name: &str) -> Option<EventName> {
        Some(match name {
            "call" => EventName::Call,
            "result" => EventName::Result,
            "connection" => EventName::Connection,
            "client" => EventName::Client,
            "line" => EventName::Line,
            "idle" => EventName::Idle,
            "incoming" => EventName::Incoming,
            "outgoing" => EventName::Outgoing,
            _ => return None,
        })
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// The handlers of one plugin: an event, and the action where it has one (`*` for every action).
pub(super) type HandlerSet = HashSet<(EventName, Option<Box<str>>)>;

/// Whether a set has a handler for an event.
pub(super) fn handles(handlers: &HandlerSet, kind: EventName, action: &str) -> bool {
    handlers.iter().any(|(known, name)| *known == kind && name.as_deref().is_none_or(|name| name == action || name == "*"))
}

/// The handlers of all plugins together.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    plugins: AtomicUsize,
    kinds: AtomicU32,
    calls: RwLock<HashSet<Box<str>>>,
    results: RwLock<HashSet<Box<str>>>,
}

impl Subscriptions {
    /// How many plugins are loaded.
    pub fn plugins(&self) -> usize {
        self.plugins.load(Ordering::Relaxed)
    }

    /// Replaces the handlers of all plugins.
    pub fn publish<'a>(&self, all: impl Iterator<Item = &'a HandlerSet>) {
        let (mut kinds, mut calls, mut results) = (0, HashSet::new(), HashSet::new());
        let plugins: Vec<_> = all.collect();
        self.plugins.store(plugins.len(), Ordering::Relaxed);
        for (kind, action) in plugins.into_iter().flatten() {
            kinds |= kind.bit();
            match (kind, action) {
                (EventName::Call, Some(action)) => calls.insert(action.clone()),
                (EventName::Result, Some(action)) => results.insert(action.clone()),
                _ => false,
            };
        }
        *self.calls.write().unwrap_or_else(PoisonError::into_inner) = calls;
        *self.results.write().unwrap_or_else(PoisonError::into_inner) = results;
        self.kinds.store(kinds, Ordering::Release);
    }

    /// Whether any plugin has a handler of this kind.
    pub fn any(&self, kind: EventName) -> bool {
        self.kinds.load(Ordering::Acquire) & kind.bit() != 0
    }

    /// Whether any plugin handles calls of this action.
    pub fn call(&self, action: &str) -> bool {
        self.any(EventName::Call) && contains(&self.calls, action)
    }

    /// Whether any plugin handles results of this action.
    pub fn result(&self, action: &str) -> bool {
        self.any(EventName::Result) && contains(&self.results, action)
    }
}

fn contains(set: &RwLock<HashSet<Box<str>>>, action: &str) -> bool {
    let set = set.read().unwrap_or_else(PoisonError::into_inner);
    set.contains(action) || set.contains("*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_subscribed_events_are_found() {
        let handled = Subscriptions::default();
        assert!(!handled.call("Reset"));
        let one: HandlerSet = [(EventName::Call, Some("Reset".into())), (EventName::Line, None)].into();
        let two: HandlerSet = [(EventName::Result, Some("*".into()))].into();
        handled.publish([&one, &two].into_iter());
        assert!(
            handled.call("Reset")
                && !handled.call("ClearCache")
                && handled.any(EventName::Line)
                && !handled.any(EventName::Idle)
        );
        assert!(handled.result("Reset") && handled.result("Heartbeat"));
        handled.publish([].into_iter());
        assert!(!handled.call("Reset") && !handled.any(EventName::Line));
    }
}
