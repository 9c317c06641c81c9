//! One charging profile: what is read of its payload, and why a profile is refused that no station could obey.

use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;

use super::schedule::{ChargingSchedule, OperationMode, ProfileKind, RatePeriod, RateUnit};
use crate::simulator::payload::{integer, list, number, text, time};

/// What a profile is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfilePurpose {
    /// The maximum of the whole charge point.
    ChargePointMax,
    /// A limit that something beside the central system sets, for the whole station or at one place (OCPP 2.x).
    ExternalConstraints,
    /// Transactions that have no profile of their own.
    TxDefault,
    /// One transaction.
    Transaction,
}

impl ProfilePurpose {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            ProfilePurpose::ChargePointMax => "ChargePointMaxProfile",
            ProfilePurpose::ExternalConstraints => "ChargingStationExternalConstraints",
            ProfilePurpose::TxDefault => "TxDefaultProfile",
            ProfilePurpose::Transaction => "TxProfile",
        }
    }

    /// Whether it is about what single transactions draw.
    pub(super) fn is_of_transactions(self) -> bool {
        matches!(self, ProfilePurpose::TxDefault | ProfilePurpose::Transaction)
    }

    /// The purpose with this name (OCPP 1.6 §7.11; 2.0.1 part 2, `ChargingProfilePurposeEnumType`).
    pub fn named(name: &str) -> Option<ProfilePurpose> {
        match name {
            "ChargePointMaxProfile" | "ChargingStationMaxProfile" => Some(ProfilePurpose::ChargePointMax),
            "ChargingStationExternalConstraints" => Some(ProfilePurpose::ExternalConstraints),
            "TxDefaultProfile" => Some(ProfilePurpose::TxDefault),
            "TxProfile" => Some(ProfilePurpose::Transaction),
            _ => None,
        }
    }
}

/// Why no station could obey a profile.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ProfileFault {
    /// A field is missing or has no value of its type.
    #[error("The field {0} is missing or no value of OCPP; set it.")]
    Field(&'static str),
    /// The first period does not begin with the schedule.
    #[error("The first period does not start at 0; set its startPeriod to 0 (OCPP 1.6 §7.14).")]
    FirstPeriod,
    /// A period begins before the one in front of it.
    #[error("The periods are out of order; sort them by startPeriod.")]
    Order,
    /// A limit below zero.
    #[error("A limit is below zero; write 0 to stop charging.")]
    Negative,
    /// Not one, two or three phases.
    #[error("A period has {0} phases; write 1, 2 or 3.")]
    Phases(i32),
    /// A schedule without any second.
    #[error("The schedule ends before it begins; make its duration longer than 0.")]
    Duration,
    /// A profile that ends before it begins.
    #[error("The profile is never valid; make validTo later than validFrom.")]
    Validity,
    /// A limit of the whole charge point that begins with a transaction.
    #[error("A ChargePointMaxProfile belongs to no transaction; make it Absolute or Recurring.")]
    RelativeMaximum,
}

/// A profile as it was installed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChargingProfile {
    /// The connector at which it was set, in 2.x the EVSE; 0 is the whole charge point.
    pub connector: i32,
    /// Its id.
    pub id: i32,
    /// Its purpose.
    pub purpose: ProfilePurpose,
    /// Its rank among profiles of the same purpose; the highest applies.
    pub stack_level: i32,
    /// The id of the transaction for which it is.
    pub transaction: Option<String>,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_to: Option<Timestamp>,
    pub(super) schedule: ChargingSchedule,
    /// When it came: the start of a `ChargePointMaxProfile` that names none, because it has no transaction.
    pub(super) received: Timestamp,
}

impl ChargingProfile {
    /// Reads a `csChargingProfiles` or `chargingProfile`. In 2.x a profile may have several schedules, of which a car chooses one; a car
    /// that does not choose gets the first.
    ///
    /// # Errors
    /// When it cannot be obeyed as it is written. Accepting it would be a lie.
    pub fn read(connector: i32, profile: &Value, received: Timestamp) -> Result<ChargingProfile, ProfileFault> {
        let schedule = profile.get("chargingSchedule").ok_or(ProfileFault::Field("chargingSchedule"))?;
        let schedule = schedule.get(0).unwrap_or(schedule);
        let purpose = text(profile, "chargingProfilePurpose").and_then(ProfilePurpose::named);
        let purpose = purpose.ok_or(ProfileFault::Field("chargingProfilePurpose"))?;
        let kind = read_kind(profile)?;
        if !purpose.is_of_transactions() && kind == ProfileKind::Relative {
            return Err(ProfileFault::RelativeMaximum);
        }
        let (valid_from, valid_to) = (time(profile, "validFrom"), time(profile, "validTo"));
        if valid_from.zip(valid_to).is_some_and(|(from, to)| to <= from) {
            return Err(ProfileFault::Validity);
        }
        Ok(ChargingProfile {
            connector,
            id: integer(profile, "chargingProfileId")
                .or(integer(profile, "id"))
                .ok_or(ProfileFault::Field("chargingProfileId"))?,
            purpose,
            stack_level: integer(profile, "stackLevel").ok_or(ProfileFault::Field("stackLevel"))?,
            transaction: read_transaction(profile),
            valid_from,
            valid_to,
            schedule: read_schedule(schedule, kind)?,
            received,
        })
    }

    /// The unit of its limits.
    pub fn unit(&self) -> RateUnit {
        self.schedule.unit
    }

    /// The limit at a time, and its unit; `None` when it does not cover that time. `charging` is the start of charging.
    pub fn limit_at(&self, at: Timestamp, charging: Timestamp) -> Option<(f64, RateUnit)> {
        self.rate_at(at, charging).map(|rate| (rate.limit, rate.unit))
    }

    /// How its schedule starts, in a word.
    pub fn kind_name(&self) -> &'static str {
        match self.schedule.kind {
            ProfileKind::Absolute => "Absolute",
            ProfileKind::Relative => "Relative",
            ProfileKind::Recurring(86_400) => "Daily",
            ProfileKind::Recurring(_) => "Weekly",
        }
    }

    /// How many periods its schedule has.
    pub fn period_count(&self) -> usize {
        self.schedule.periods.len()
    }

    /// Whether both are valid at some time.
    pub fn overlaps(&self, other: &ChargingProfile) -> bool {
        let ends_before = |one: &ChargingProfile, next: &ChargingProfile| {
            one.valid_to.zip(next.valid_from).is_some_and(|(to, from)| to <= from)
        };
        !ends_before(self, other) && !ends_before(other, self)
    }

    /// Whether its validity is over.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.valid_to.is_some_and(|to| to <= now)
    }

    /// Whether one takes the place of the other: the same id, or the same level and purpose at the same connector
    /// (OCPP 1.6 §5.16).
    pub fn replaces(&self, old: &ChargingProfile) -> bool {
        let same_place = self.connector == old.connector && self.purpose == old.purpose;
        self.id == old.id || (same_place && self.stack_level == old.stack_level)
    }
}

/// The id of the transaction, a number in 1.6 and a text in 2.x.
fn read_transaction(profile: &Value) -> Option<String> {
    let number = || integer(profile, "transactionId").map(|id| id.to_string());
    text(profile, "transactionId").map(str::to_owned).or_else(number)
}

fn read_kind(profile: &Value) -> Result<ProfileKind, ProfileFault> {
    match text(profile, "chargingProfileKind") {
        Some("Absolute") => Ok(ProfileKind::Absolute),
        Some("Relative") => Ok(ProfileKind::Relative),
        Some("Recurring") => match text(profile, "recurrencyKind") {
            Some("Daily") => Ok(ProfileKind::Recurring(86_400)),
            Some("Weekly") => Ok(ProfileKind::Recurring(7 * 86_400)),
            _ => Err(ProfileFault::Field("recurrencyKind")),
        },
        _ => Err(ProfileFault::Field("chargingProfileKind")),
    }
}

fn read_schedule(schedule: &Value, kind: ProfileKind) -> Result<ChargingSchedule, ProfileFault> {
    let unit = text(schedule, "chargingRateUnit").and_then(RateUnit::named);
    let duration = integer(schedule, "duration").map(i64::from);
    if duration.is_some_and(|duration| duration <= 0) {
        return Err(ProfileFault::Duration);
    }
    let periods = list(schedule, "chargingSchedulePeriod").iter().map(read_period).collect::<Result<Vec<_>, _>>()?;
    let first = periods.first().ok_or(ProfileFault::Field("chargingSchedulePeriod"))?;
    if first.start != 0 {
        return Err(ProfileFault::FirstPeriod);
    }
    if !periods.is_sorted_by(|one, next| one.start < next.start) {
        return Err(ProfileFault::Order);
    }
    Ok(ChargingSchedule {
        kind,
        start: time(schedule, "startSchedule").filter(|_| kind != ProfileKind::Relative),
        duration,
        unit: unit.ok_or(ProfileFault::Field("chargingRateUnit"))?,
        least: number(schedule, "minChargingRate").unwrap_or(0.0),
        periods,
    })
}

fn read_period(period: &Value) -> Result<RatePeriod, ProfileFault> {
    // a setpoint of 2.1 is what the car draws, so it is no more than that
    let mode = text(period, "operationMode").and_then(OperationMode::named).unwrap_or_default();
    let limit = number(period, "limit").or(number(period, "setpoint")).or(mode.limit_without());
    let limit = limit.ok_or(ProfileFault::Field("limit"))?;
    if limit < 0.0 {
        return Err(ProfileFault::Negative);
    }
    // three phases are meant unless another number is given (OCPP 1.6 §7.14)
    let phases = integer(period, "numberPhases").unwrap_or(3);
    let phases = u8::try_from(phases).ok().filter(|count| (1..=3).contains(count)).ok_or(ProfileFault::Phases(phases))?;
    let start = integer(period, "startPeriod").ok_or(ProfileFault::Field("startPeriod"))?;
    Ok(RatePeriod { start: start.into(), limit, phases, mode })
}
