//! The lines that programs printed and scripted peers received, shared by all parts of a replay, and waiting for them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A line, where it appeared, and during which step.
#[derive(Debug, Clone)]
pub struct Heard {
    pub who: String,
    pub line: String,
    pub step: usize,
}

#[derive(Debug, Default)]
struct State {
    heard: Vec<Heard>,
    step: usize,
}

/// The lines so far. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Stage(Arc<(Mutex<State>, Condvar)>);

impl Stage {
    /// Adds a line.
    pub fn hear(&self, who: &str, line: impl Into<String>) {
        let mut state = self.lock();
        let step = state.step;
        state.heard.push(Heard { who: who.to_owned(), line: line.into(), step });
        drop(state);
        self.0.1.notify_all();
    }

    /// Wakes all waiters, because something else has happened.
    pub fn nudge(&self) {
        self.0.1.notify_all();
    }

    /// Sets the step of later lines.
    pub fn enter(&self, step: usize) {
        self.lock().step = step;
    }

    /// Everything so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.lock().heard.clone()
    }

    /// Waits until the lines are as wanted; false when they never were.
    pub fn until(&self, limit: Duration, mut wanted: impl FnMut(&[Heard]) -> bool) -> bool {
        let end = Instant::now() + limit;
        let mut state = self.lock();
        while !wanted(&state.heard) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.0.1.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Waits until nothing has come for this long.
    pub fn until_quiet(&self, length: Duration) {
        let mut seen = usize::MAX;
        while self.lock().heard.len() != seen {
            seen = self.lock().heard.len();
            self.until(length, |heard| heard.len() != seen);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
