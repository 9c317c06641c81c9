//! The timers of all scripts, in the order of their deadlines. Ours, because the time is passed in (scenarios have a virtual clock),
//! and the queues of tokio read their own.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The most timers of one script at a time.
const MOST: usize = 1000;
/// The shortest interval; a shorter one could keep the thread busy.
const SHORTEST: Duration = Duration::from_millis(1);

/// A timer: the serial number of its script, and its own number.
pub type TimerKey = (u64, u64);

/// The timers.
#[derive(Debug, Default)]
pub struct Timers {
    /// By deadline, then by the order of arming, as in a browser.
    due: BTreeMap<(Instant, u64), (TimerKey, Option<Duration>)>,
    armed: u64,
}

impl Timers {
    /// Arms a timer. False when the script has too many.
    pub fn arm(&mut self, key: TimerKey, delay: Duration, repeat: bool, now: Instant) -> bool {
        if self.due.values().filter(|((script, _), _)| *script == key.0).count() >= MOST {
            return false;
        }
        let interval = repeat.then(|| delay.max(SHORTEST));
        self.put(now + delay.max(SHORTEST), key, interval);
        true
    }

    fn put(&mut self, due: Instant, key: TimerKey, interval: Option<Duration>) {
        self.armed += 1;
        self.due.insert((due, self.armed), (key, interval));
    }

    /// Cancels one timer.
    pub fn clear(&mut self, key: TimerKey) {
        self.due.retain(|_, (known, _)| *known != key);
    }

    /// Cancels all timers of a script.
    pub fn clear_script(&mut self, script: u64) {
        self.due.retain(|_, ((known, _), _)| *known != script);
    }

    /// Removes and returns a timer that is due. An interval is armed again, for a time in the future: missed turns are not made up for.
    pub fn next(&mut self, now: Instant) -> Option<TimerKey> {
        let first = self.due.first_entry().filter(|first| first.key().0 <= now)?;
        let ((due, _), (key, interval)) = first.remove_entry();
        if let Some(interval) = interval {
            let next = due + interval;
            self.put(if next > now { next } else { now + interval }, key, Some(interval));
        }
        Some(key)
    }

    /// When the next timer is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((due, _), _)| *due)
    }

    /// How many timers a script has.
    pub fn count(&self, script: u64) -> usize {
        self.due.values().filter(|((known, _), _)| *known == script).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_and_intervals_repeat() {
        let (mut timers, start) = (Timers::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert!(timers.arm((1, 1), Duration::from_millis(20), false, start));
        assert!(timers.arm((1, 2), Duration::from_millis(10), true, start));
        assert!(timers.arm((2, 1), Duration::from_millis(10), false, start));
        assert_eq!(timers.next(at(9)), None);
        assert_eq!((timers.next(at(10)), timers.next(at(10)), timers.next(at(10))), (Some((1, 2)), Some((2, 1)), None));
        assert_eq!(timers.next(at(500)), Some((1, 1)));
        assert_eq!((timers.next(at(500)), timers.next(at(500))), (Some((1, 2)), None), "missed turns are not made up for");
        timers.clear((1, 2));
        assert_eq!((timers.deadline(), timers.count(1)), (None, 0));
    }
}
