//! The parts of a schedule as a profile has them. When they count is in `timing`.

use jiff::Timestamp;

/// The unit of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RateUnit {
    /// Amperes on each phase.
    Amperes,
    /// Watts on all phases together.
    Watts,
}

impl RateUnit {
    /// The unit with this name (OCPP 1.6 §7.12).
    pub fn named(name: &str) -> Option<RateUnit> {
        match name {
            "A" => Some(RateUnit::Amperes),
            "W" => Some(RateUnit::Watts),
            _ => None,
        }
    }

    /// The word for it in `ChargingScheduleAllowedChargingRateUnit` (OCPP 1.6 §9.4).
    pub fn quantity(self) -> &'static str {
        match self {
            RateUnit::Amperes => "Current",
            RateUnit::Watts => "Power",
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            RateUnit::Amperes => "A",
            RateUnit::Watts => "W",
        }
    }
}

/// How the start of a schedule is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProfileKind {
    Absolute,
    Relative,
    /// Comes back after so many seconds.
    Recurring(i64),
}

/// How energy flows in a part of a schedule (OCPP 2.1 part 2, `OperationModeEnumType`). Older versions have the default only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum OperationMode {
    /// As little energy as possible.
    Idle,
    /// The car charges within the limit.
    #[default]
    ChargingOnly,
    /// The CSMS sets what flows.
    CentralSetpoint,
    /// Something beside the CSMS sets what flows.
    ExternalSetpoint,
    /// Something beside the CSMS sets the limits.
    ExternalLimits,
    /// The CSMS follows the frequency of the mains.
    CentralFrequency,
    /// The station follows the frequency of the mains.
    LocalFrequency,
    /// The station follows the load of the site.
    LocalLoadBalancing,
}

impl OperationMode {
    /// All of them.
    const ALL: [OperationMode; 8] = [
        OperationMode::Idle,
        OperationMode::ChargingOnly,
        OperationMode::CentralSetpoint,
        OperationMode::ExternalSetpoint,
        OperationMode::ExternalLimits,
        OperationMode::CentralFrequency,
        OperationMode::LocalFrequency,
        OperationMode::LocalLoadBalancing,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            OperationMode::Idle => "Idle",
            OperationMode::ChargingOnly => "ChargingOnly",
            OperationMode::CentralSetpoint => "CentralSetpoint",
            OperationMode::ExternalSetpoint => "ExternalSetpoint",
            OperationMode::ExternalLimits => "ExternalLimits",
            OperationMode::CentralFrequency => "CentralFrequency",
            OperationMode::LocalFrequency => "LocalFrequency",
            OperationMode::LocalLoadBalancing => "LocalLoadBalancing",
        }
    }

    /// The mode with this name.
    pub fn named(name: &str) -> Option<OperationMode> {
        OperationMode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The limit of a period that names none; `None` where it must.
    pub(super) const fn limit_without(self) -> Option<f64> {
        match self {
            OperationMode::Idle => Some(0.0),
            // what flows is decided elsewhere, and nothing in the simulator decides it
            OperationMode::ExternalSetpoint
            | OperationMode::ExternalLimits
            | OperationMode::LocalFrequency
            | OperationMode::LocalLoadBalancing => Some(f64::INFINITY),
            OperationMode::ChargingOnly | OperationMode::CentralSetpoint | OperationMode::CentralFrequency => None,
        }
    }
}

/// A part of a schedule; it counts until the next one begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RatePeriod {
    /// In seconds from the start of the schedule.
    pub start: i64,
    pub limit: f64,
    pub phases: u8,
    pub mode: OperationMode,
}

/// The schedule of a profile. Its periods are in order, and the first begins at 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChargingSchedule {
    pub kind: ProfileKind,
    pub start: Option<Timestamp>,
    pub duration: Option<i64>,
    pub unit: RateUnit,
    /// `minChargingRate`: the car cannot charge with less.
    pub least: f64,
    pub periods: Vec<RatePeriod>,
}
