//! The scheduled tasks of the charge point and their times. The file that schedules a task also executes it.

use std::time::{Duration, Instant};

/// The minimum delay of a task, so that a task which schedules itself again cannot keep the link busy.
const SHORTEST_DELAY: Duration = Duration::from_millis(1);

/// A scheduled task. There is at most one entry for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimerTask {
    /// Send BootNotification (again).
    Boot,
    /// Send Heartbeat, because no other message was exchanged.
    Heartbeat,
    /// Send the periodic meter values of this connector's transaction.
    Sample(i32),
    /// Send the meter values of a full interval of the clock.
    SampleByClock,
    /// The driver plugs the car in at this connector.
    PlugIn(i32),
    /// A start that was accepted is given up, because no cable was plugged in at this connector.
    ConnectionTimeout(i32),
    /// A limit of the transaction at this connector may be reached.
    Limit(i32),
    /// The status of this connector has lasted long enough to be reported.
    ReportStatus(i32),
    /// The reserve of power is used up.
    PowerLoss,
    /// The driver unplugs the car at this connector.
    Unplug(i32),
    /// The reservation with this id expires.
    ExpireReservation(i32),
    /// The next step of an upload of diagnostics.
    Diagnostics,
    /// The next step of an upload of a log.
    Log,
    /// The next step of an update of the firmware.
    Firmware,
    /// The restart after a Reset.
    Restart,
    /// Send the failed transaction message again.
    RetryTransactionMessage,
}

/// The scheduled tasks. There are few, so a linear search is enough.
#[derive(Debug, Default)]
pub(super) struct StationTimers {
    entries: Vec<(Instant, TimerTask)>,
}

impl StationTimers {
    /// Schedules a task and replaces an earlier entry for it. A time beyond the range of the clock is ignored.
    pub(super) fn set(&mut self, task: TimerTask, delay: Duration, now: Instant) {
        self.cancel(task);
        if let Some(at) = now.checked_add(delay.max(SHORTEST_DELAY)) {
            self.entries.push((at, task));
        }
    }

    /// Cancels a task.
    pub(super) fn cancel(&mut self, task: TimerTask) {
        self.retain(|entry| entry != task);
    }

    /// Keeps only some tasks.
    pub(super) fn retain(&mut self, keep: impl Fn(TimerTask) -> bool) {
        self.entries.retain(|(_, task)| keep(*task));
    }

    /// Whether a task is scheduled.
    pub(super) fn has(&self, task: TimerTask) -> bool {
        self.entries.iter().any(|(_, entry)| *entry == task)
    }

    /// The time of the earliest task.
    pub(super) fn next(&self) -> Option<Instant> {
        self.entries.iter().map(|(at, _)| *at).min()
    }

    /// Removes and returns the due tasks, earliest first.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<TimerTask> {
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
        let mut agenda = StationTimers::default();
        agenda.set(TimerTask::Heartbeat, Duration::from_secs(9), start);
        agenda.set(TimerTask::Boot, Duration::from_secs(2), start);
        agenda.set(TimerTask::Heartbeat, Duration::from_secs(1), start);
        assert_eq!(agenda.next(), Some(start + Duration::from_secs(1)));
        assert_eq!(agenda.take_due(start + Duration::from_secs(2)), [TimerTask::Heartbeat, TimerTask::Boot]);
        assert_eq!(agenda.next(), None);
    }

    #[test]
    fn a_task_is_never_due_at_once_nor_after_the_end_of_the_clock() {
        let start = Instant::now();
        let mut agenda = StationTimers::default();
        agenda.set(TimerTask::Boot, Duration::ZERO, start);
        assert!(agenda.take_due(start).is_empty());
        assert!(agenda.has(TimerTask::Boot));
        agenda.set(TimerTask::Boot, Duration::MAX, start);
        assert!(!agenda.has(TimerTask::Boot));
    }
}
