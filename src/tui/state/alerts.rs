//! Notifications about records that pass a filter: collected, and announced at most once in some seconds. The clock is passed in.

use std::sync::Arc;

use crate::trace::filter::TraceFilter;

/// The shortest time between two notifications, in microseconds.
const PAUSE: u64 = 10_000_000;

/// The filters, and what was not announced yet.
#[derive(Debug, Default)]
pub struct AlertState {
    filters: Arc<Vec<TraceFilter>>,
    /// The first record that was not announced, in words, and how many there are.
    waiting: Option<(String, u64)>,
    /// When the last notification was.
    last_micros: Option<u64>,
}

impl AlertState {
    /// Replaces the filters.
    pub fn set_filters(&mut self, filters: Arc<Vec<TraceFilter>>) {
        self.filters = filters;
    }

    /// The filters.
    pub fn filters(&self) -> Arc<Vec<TraceFilter>> {
        self.filters.clone()
    }

    /// A record passed one of the filters.
    pub fn add(&mut self, words: impl FnOnce() -> String) {
        match &mut self.waiting {
            Some((_, count)) => *count += 1,
            None => self.waiting = Some((words(), 1)),
        }
    }

    /// The notification that is due, if there is one.
    pub fn due(&mut self, now_micros: u64) -> Option<String> {
        if self.deadline().is_none_or(|at| at > now_micros) {
            return None;
        }
        let (words, count) = self.waiting.take()?;
        self.last_micros = Some(now_micros);
        Some(if count > 1 { format!("{words}, and {} more", count - 1) } else { words })
    }

    /// When the next notification is due.
    pub fn deadline(&self) -> Option<u64> {
        self.waiting.as_ref().map(|_| self.last_micros.map_or(0, |last| last.saturating_add(PAUSE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rings_at_once_and_the_next_ones_together_later() {
        let mut alerts = AlertState::default();
        assert_eq!((alerts.due(5), alerts.deadline()), (None, None));
        alerts.add(|| "one".to_owned());
        assert_eq!(alerts.due(6), Some("one".to_owned()));
        for word in ["two", "three", "four"] {
            alerts.add(|| word.to_owned());
        }
        assert_eq!((alerts.due(7), alerts.deadline()), (None, Some(6 + PAUSE)));
        assert_eq!(alerts.due(6 + PAUSE), Some("two, and 2 more".to_owned()));
        assert_eq!((alerts.due(u64::MAX), alerts.deadline()), (None, None));
    }
}
