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

/// A part of a schedule; it counts until the next one begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RatePeriod {
    /// In seconds from the start of the schedule.
    pub start: i64,
    pub limit: f64,
    pub phases: u8,
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
