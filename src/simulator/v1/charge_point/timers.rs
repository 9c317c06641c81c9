//! The scheduled tasks of the charge point and their times. The file that schedules a task also executes it.

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
    /// A charging profile changes the limit of a charge.
    ChargingLimit,
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
