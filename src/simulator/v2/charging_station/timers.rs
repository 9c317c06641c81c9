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
    /// The next step of an update of the firmware.
    Firmware,
    /// The next step of a publication of firmware.
    Publication,
    /// The next step of an upload of a log.
    Log,
    /// The signed certificate has not come in time.
    SigningRequest,
    /// The end of a message on the display.
    DisplayMessage,
    /// A control of distributed energy resources begins or ends.
    DerControl,
    /// The driver goes on with the swap of batteries.
    BatterySwap,
    /// A battery is charged.
    BatteryCharged,
    /// The next batch of this stream.
    EventStream(i64),
    /// The next update of this dynamic charging profile.
    PullSchedule(i32),
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
            | StationTask::WatchVariables
            | StationTask::Publication
            | StationTask::Log
            | StationTask::SigningRequest => false,
            StationTask::Firmware
            | StationTask::DisplayMessage
            | StationTask::DerControl
            | StationTask::BatterySwap
            | StationTask::BatteryCharged
            | StationTask::EventStream(_)
            | StationTask::PullSchedule(_) => true,
        }
    }
}
