//! Toasts: sentences that are shown for a moment, and the log of all of them. The clock is passed in.

use std::collections::VecDeque;

/// How long an information is shown, in microseconds.
const INFO: u64 = 2_000_000;
/// How long a failure is shown, in microseconds.
const ERROR: u64 = 6_000_000;
/// The most toasts that wait; the oldest are removed.
const MOST: usize = 20;
/// How many sentences the log keeps.
const LOGGED: usize = 1_000;

/// What a toast is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastKind {
    /// Something to know.
    Info,
    /// Something was done.
    Done,
    /// Something failed.
    Failure,
}

impl ToastKind {
    /// How long it is shown, in microseconds.
    const fn shown_for(self) -> u64 {
        match self {
            ToastKind::Info | ToastKind::Done => INFO,
            ToastKind::Failure => ERROR,
        }
    }
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The sentence.
    pub text: String,
    /// What it is about.
    pub kind: ToastKind,
    until_micros: u64,
    /// Since when it is shown, for one that stays until a key is pressed.
    stays_since: Option<u64>,
}

/// A sentence of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToastEntry {
    /// When, in microseconds since 1970.
    pub wall_micros: i64,
    /// Whether it is about a failure.
    pub failure: bool,
    /// The sentence.
    pub text: String,
}

/// The toasts that are shown, oldest first, and the log.
#[derive(Debug, Default)]
pub struct Toasts {
    waiting: VecDeque<Toast>,
    log: VecDeque<ToastEntry>,
    /// The wall clock minus the monotonic clock.
    offset_micros: i64,
}

impl Toasts {
    /// Shows an information.
    pub fn info(&mut self, text: impl Into<String>, now_micros: u64) {
        self.push(text.into(), ToastKind::Info, now_micros);
    }

    /// Shows that something was done.
    pub fn done(&mut self, text: impl Into<String>, now_micros: u64) {
        self.push(text.into(), ToastKind::Done, now_micros);
    }

    /// Shows an information that is of no use later; the log does not get it.
    pub fn hint(&mut self, text: impl Into<String>, now_micros: u64) {
        self.show(text.into(), ToastKind::Info, now_micros);
    }

    /// Shows a result, which may come when the user is not looking: it stays until the next key, and at least as long as others.
    pub fn result(&mut self, text: impl Into<String>, failure: bool, now_micros: u64) {
        self.push(text.into(), if failure { ToastKind::Failure } else { ToastKind::Done }, now_micros);
        if let Some(toast) = self.waiting.back_mut() {
            toast.stays_since = Some(now_micros);
            toast.until_micros = u64::MAX;
        }
    }

    /// A key was pressed: what stayed until then has been seen.
    pub fn seen(&mut self, now_micros: u64) {
        for toast in &mut self.waiting {
            if let Some(since) = toast.stays_since.take() {
                toast.until_micros = now_micros.max(since + toast.kind.shown_for());
            }
        }
    }

    /// Shows a failure.
    pub fn error(&mut self, text: impl Into<String>, now_micros: u64) {
        self.push(text.into(), ToastKind::Failure, now_micros);
    }

    /// Sets the difference of the clocks.
    pub fn set_clock(&mut self, wall_micros: i64, monotonic_micros: u64) {
        self.offset_micros = wall_micros - monotonic_micros as i64; // a session ends before this overflows
    }

    /// Adds a sentence to the log without showing it.
    pub fn note(&mut self, text: impl Into<String>, failure: bool, wall_micros: i64) {
        self.log.push_back(ToastEntry { wall_micros, failure, text: text.into() });
        if self.log.len() > LOGGED {
            self.log.pop_front();
        }
    }

    /// The log, oldest first.
    pub fn log(&self) -> impl Iterator<Item = &ToastEntry> {
        self.log.iter()
    }

    fn push(&mut self, text: String, kind: ToastKind, now_micros: u64) {
        self.note(text.clone(), kind == ToastKind::Failure, now_micros as i64 + self.offset_micros); // a session ends before this overflows
        self.show(text, kind, now_micros);
    }

    fn show(&mut self, text: String, kind: ToastKind, now_micros: u64) {
        // Failures wait for each other, and come back after an information. After a success they are old news.
        self.waiting.retain(|toast| kind != ToastKind::Done && toast.kind == ToastKind::Failure && toast.text != text);
        self.waiting.push_back(Toast { text, kind, until_micros: now_micros + kind.shown_for(), stays_since: None });
        if self.waiting.len() > MOST {
            self.waiting.pop_front();
        }
    }

    /// The newest toast; of a failure also how many others wait.
    pub fn current(&self) -> Option<(&Toast, usize)> {
        let count = |toast: &Toast| if toast.kind == ToastKind::Failure { self.waiting.len() - 1 } else { 0 };
        self.waiting.back().map(|toast| (toast, count(toast)))
    }

    /// Removes all toasts; the log keeps them.
    pub fn dismiss(&mut self) {
        self.waiting.clear();
    }

    /// Removes the toasts whose time is over.
    pub fn expire(&mut self, now_micros: u64) {
        self.waiting.retain(|toast| toast.until_micros > now_micros);
    }

    /// When the time of the next one is over.
    pub fn deadline(&self) -> Option<u64> {
        self.waiting.iter().filter(|toast| toast.stays_since.is_none()).map(|toast| toast.until_micros).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_stay_six_seconds_and_information_two() {
        for (kind, until) in [(ToastKind::Info, INFO), (ToastKind::Done, INFO), (ToastKind::Failure, ERROR)] {
            let mut toasts = Toasts::default();
            toasts.push("it".to_owned(), kind, 1);
            assert_eq!(toasts.deadline(), Some(until + 1));
            toasts.expire(until);
            assert!(toasts.current().is_some());
            toasts.expire(until + 1);
            assert_eq!(toasts.current(), None);
        }
    }

    #[test]
    fn failures_are_counted_until_something_succeeds() {
        let mut toasts = Toasts::default();
        for text in ["broken", "torn", "broken"] {
            toasts.error(text, 0);
        }
        assert_eq!(toasts.current().map(|(toast, more)| (toast.text.as_str(), more)), Some(("broken", 1)));
        toasts.info("by the way", 500_000);
        assert_eq!(toasts.current().map(|(toast, more)| (toast.text.as_str(), more)), Some(("by the way", 0)));
        toasts.expire(2_500_000);
        assert_eq!(toasts.current().map(|(toast, more)| (toast.text.as_str(), more)), Some(("broken", 1)));
        toasts.done("mended", 1_000_000);
        assert_eq!(toasts.current().map(|(toast, more)| (toast.text.as_str(), more)), Some(("mended", 0)));
        toasts.expire(3_000_000);
        assert_eq!(toasts.current(), None, "the old failure does not come back");
        assert_eq!(toasts.log().count(), 5);
    }

    #[test]
    fn a_result_stays_until_a_key_was_pressed() {
        let mut toasts = Toasts::default();
        toasts.result("answered", false, 0);
        toasts.expire(60_000_000);
        assert_eq!(toasts.current().map(|(toast, _)| toast.text.as_str()), Some("answered"));
        assert_eq!(toasts.deadline(), None, "no timer waits for it");
        toasts.seen(1_000_000);
        toasts.expire(1_500_000);
        assert!(toasts.current().is_some(), "a key that came early hides nothing at once");
        toasts.expire(2_000_000);
        assert!(toasts.current().is_none());
    }

    #[test]
    fn a_newer_information_replaces_the_older() {
        let mut toasts = Toasts::default();
        toasts.info("one", 0);
        toasts.info("two", 1);
        assert_eq!(toasts.current().map(|(toast, more)| (toast.text.as_str(), more)), Some(("two", 0)));
    }
}
