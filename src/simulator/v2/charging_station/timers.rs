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
    /// Send the failed TransactionEvent again.
    RetryEvent,
    /// Send the periodic values of the transaction at this EVSE.
    Sample(i32),
    /// Keep a periodic reading for the last event of the transaction at this EVSE.
    KeepSample(i32),
    /// Keep a reading by the clock for the last event of the transaction at this EVSE.
    KeepAlignedSample(i32),
    /// Send the values of a full interval of the clock.
    SampleByClock,
    /// The driver plugs the car in at this EVSE.
    PlugIn(i32),
    /// A claim is given up, because no cable was plugged in at this EVSE.
    ConnectionTimeout(i32),
    /// A limit of the transaction at this EVSE may be reached.
    Limit(i32),
    /// The driver unplugs the car at this EVSE.
    Unplug(i32),
    /// The reservation with this id expires.
    ExpireReservation(i32),
    /// The restart of the station.
    Restart,
    /// The restart of this EVSE.
    RestartEvse(i32),
    /// A charging profile says something else from now on.
    ChargingLimit,
    /// A monitor is to look at its variable.
    WatchVariables,
    /// The state of the connector of this EVSE has lasted long enough to be reported.
    ReportStatus(i32),
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
    /// A battery that was offered was not taken in time.
    BatteryLeft,
    /// A battery is charged.
    BatteryCharged,
    /// The next batch of this stream.
    EventStream(i64),
    /// The next report of the costs of this EVSE's transaction.
    RunningCost(i32),
    /// The next update of this dynamic charging profile.
    PullSchedule(i32),
}

impl StationTask {
    /// Whether the task stays when the station restarts.
    pub(super) const fn outlasts_restart(self) -> bool {
        matches!(
            self,
            StationTask::ChargingLimit
                | StationTask::Firmware
                | StationTask::DisplayMessage
                | StationTask::DerControl
                | StationTask::BatterySwap
                | StationTask::BatteryLeft
                | StationTask::BatteryCharged
                | StationTask::EventStream(_)
                | StationTask::PullSchedule(_)
                | StationTask::ExpireReservation(_)
                | StationTask::Sample(_)
                | StationTask::KeepSample(_)
                | StationTask::KeepAlignedSample(_)
                | StationTask::Limit(_)
                | StationTask::RunningCost(_)
        )
    }

    /// Whether the task is one of the transaction at an EVSE, with which it ends.
    pub(super) const fn is_of_transaction(self, evse: i32) -> bool {
        match self {
            StationTask::Sample(number)
            | StationTask::KeepSample(number)
            | StationTask::KeepAlignedSample(number)
            | StationTask::Limit(number)
            | StationTask::RunningCost(number)
            | StationTask::ConnectionTimeout(number) => number == evse,
            _ => false,
        }
    }
}
