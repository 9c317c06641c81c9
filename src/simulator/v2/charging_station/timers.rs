//! The scheduled tasks of a charging station. The file that schedules a task also executes it.

/// A scheduled task. There is at most one entry for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StationTask {
    /// Send BootNotification (again).
    Boot,
    /// Send Heartbeat, because no other message was exchanged.
    Heartbeat,
    /// The reserve of power is used up.
    PowerLoss,
    /// The restart of the station.
    Restart,
    /// The restart of this EVSE.
    RestartEvse(i32),
    /// A charging profile says something else from now on.
    ChargingLimit,
    /// A monitor is to look at its variable.
    WatchVariables,
}

impl StationTask {
    /// Whether the task stays when the station restarts.
    pub(super) const fn outlasts_restart(self) -> bool {
        match self {
            StationTask::ChargingLimit => true,
            StationTask::Boot
            | StationTask::Heartbeat
            | StationTask::PowerLoss
            | StationTask::Restart
            | StationTask::RestartEvse(_)
            | StationTask::WatchVariables => false,
        }
    }
}
