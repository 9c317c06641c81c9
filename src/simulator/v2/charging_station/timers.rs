//! The scheduled tasks of a charging station. The file that schedules a task also executes it.

/// A scheduled task. There is at most one entry for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StationTask {
    /// Send BootNotification (again).
    Boot,
    /// Send Heartbeat, because no other message was exchanged.
    Heartbeat,
}
