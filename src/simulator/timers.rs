//! The scheduled tasks of a simulated station and their times. Which tasks there are is up to the station.

use std::time::{Duration, Instant};

/// The minimum delay of a task, so that a task which schedules itself again cannot keep the link busy.
const SHORTEST_DELAY: Duration = Duration::from_millis(1);

/// The scheduled tasks. There are few, so a linear search is enough.
#[derive(Debug)]
pub(super) struct StationTimers<Task> {
    entries: Vec<(Instant, Task)>,
}

impl<Task> Default for StationTimers<Task> {
    fn default() -> Self {
        StationTimers { entries: Vec::new() }
    }
}

impl<Task: Copy + PartialEq> StationTimers<Task> {
    /// Schedules a task and replaces an earlier entry for it. A time beyond the range of the clock is ignored.
    pub(super) fn set(&mut self, task: Task, delay: Duration, now: Instant) {
        self.cancel(task);
        if let Some(at) = now.checked_add(delay.max(SHORTEST_DELAY)) {
            self.entries.push((at, task));
        }
    }

    /// Cancels a task.
    pub(super) fn cancel(&mut self, task: Task) {
        self.retain(|entry| entry != task);
    }

    /// Keeps only some tasks.
    pub(super) fn retain(&mut self, keep: impl Fn(Task) -> bool) {
        self.entries.retain(|(_, task)| keep(*task));
    }

    /// Whether a task is scheduled.
    pub(super) fn has(&self, task: Task) -> bool {
        self.entries.iter().any(|(_, entry)| *entry == task)
    }

    /// The time of the earliest task.
    pub(super) fn next(&self) -> Option<Instant> {
        self.entries.iter().map(|(at, _)| *at).min()
    }

    /// Removes and returns the due tasks, earliest first.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Task> {
        let mut due: Vec<_> = self.entries.extract_if(.., |(at, _)| *at <= now).collect();
        due.sort_by_key(|(at, _)| *at);
        due.into_iter().map(|(_, task)| task).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_come_in_order_and_each_once() {
        let start = Instant::now();
        let mut timers = StationTimers::default();
        timers.set("heartbeat", Duration::from_secs(9), start);
        timers.set("boot", Duration::from_secs(2), start);
        timers.set("heartbeat", Duration::from_secs(1), start);
        assert_eq!(timers.next(), Some(start + Duration::from_secs(1)));
        assert_eq!(timers.take_due(start + Duration::from_secs(2)), ["heartbeat", "boot"]);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_task_is_never_due_at_once_nor_after_the_end_of_the_clock() {
        let start = Instant::now();
        let mut timers = StationTimers::default();
        timers.set("boot", Duration::ZERO, start);
        assert!(timers.take_due(start).is_empty());
        assert!(timers.has("boot"));
        timers.set("boot", Duration::MAX, start);
        assert!(!timers.has("boot"));
    }
}
