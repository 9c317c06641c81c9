//! Charging profiles: SetChargingProfile and ClearChargingProfile (OCPP 1.6 §5.16, §5.5), and the limit of one profile
//! at a time. Several profiles are combined in `composite_schedule`.

use jiff::Timestamp;
use serde_json::Value;

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use crate::behaviour::{Answer, Proposal};
use crate::clock::Moment;
use crate::ocpp::ErrorCode;
use crate::simulator::payload::{integer, list, number, seconds_later, text, time};

/// A profile with its connector; 0 is the whole charge point. The payload was validated and is kept as received.
#[derive(Debug)]
pub(super) struct ChargingProfile {
    pub(super) connector: i32,
    profile: Value,
}

impl ChargingProfile {
    /// The purpose of the profile.
    pub(super) fn purpose(&self) -> &str {
        text(&self.profile, "chargingProfilePurpose").unwrap_or_default()
    }

    /// Its rank among profiles of the same purpose; the highest applies.
    pub(super) fn stack_level(&self) -> i32 {
        integer(&self.profile, "stackLevel").unwrap_or_default()
    }

    fn id(&self) -> Option<i32> {
        integer(&self.profile, "chargingProfileId")
    }

    fn schedule(&self) -> &Value {
        &self.profile["chargingSchedule"]
    }

    fn periods(&self) -> &[Value] {
        list(self.schedule(), "chargingSchedulePeriod")
    }

    /// The start of the schedule that applies at a time: as written, at the start of the transaction, or at its last
    /// recurrence (OCPP 1.6 §3.13). An absolute schedule without a start counts as relative.
    fn begin(&self, at: Timestamp, transaction: Option<Timestamp>) -> Option<Timestamp> {
        let written = time(self.schedule(), "startSchedule");
        match text(&self.profile, "chargingProfileKind") {
            Some("Relative") => transaction,
            Some("Recurring") => {
                let first = written?;
                let since = at.duration_since(first).as_secs();
                Some(seconds_later(first, since.div_euclid(self.recurrence()) * self.recurrence()))
            }
            _ => written.or(transaction),
        }
    }

    /// The seconds after which a recurring schedule starts again.
    fn recurrence(&self) -> i64 {
        if text(&self.profile, "recurrencyKind") == Some("Weekly") { 7 * 86_400 } else { 86_400 }
    }

    /// The limit in watts at a time; `None` when the profile does not cover that time.
    pub(super) fn limit_at(&self, at: Timestamp, transaction: Option<Timestamp>, volts: f64) -> Option<f64> {
        let begins = time(&self.profile, "validFrom").is_none_or(|from| from <= at);
        let ends = time(&self.profile, "validTo").is_some_and(|to| to <= at);
        let second = at.duration_since(self.begin(at, transaction)?).as_secs();
        let over = integer(self.schedule(), "duration").is_some_and(|duration| second >= i64::from(duration));
        if !begins || ends || over || second < 0 {
            return None;
        }
        let started = |period: &&Value| integer(period, "startPeriod").is_some_and(|start| i64::from(start) <= second);
        let limit = number(self.periods().iter().rev().find(started)?, "limit")?;
        Some(if text(self.schedule(), "chargingRateUnit") == Some("A") { limit * volts } else { limit })
    }

    /// The times in a span at which the limit may change.
    pub(super) fn changes(&self, from: Timestamp, to: Timestamp, transaction: Option<Timestamp>) -> Vec<Timestamp> {
        let mut changes: Vec<_> = ["validFrom", "validTo"].iter().filter_map(|field| time(&self.profile, field)).collect();
        let ends = integer(self.schedule(), "duration");
        let offsets = || self.periods().iter().filter_map(|period| integer(period, "startPeriod")).chain(ends);
        let mut at = from;
        // a recurring schedule starts again; each round uses the one that applies then
        while let Some(begin) = self.begin(at, transaction).filter(|_| at < to) {
            changes.extend(offsets().map(|offset| seconds_later(begin, offset.into())));
            if text(&self.profile, "chargingProfileKind") != Some("Recurring") {
                break;
            }
            at = seconds_later(begin, self.recurrence());
            changes.push(at);
        }
        changes.retain(|change| *change > from && *change < to);
        changes
    }
}

/// The profiles that the central system has installed.
#[derive(Debug, Default)]
pub(super) struct ChargingProfiles {
    installed: Vec<ChargingProfile>,
}

impl ChargingProfiles {
    /// All profiles.
    pub(super) fn iter(&self) -> impl Iterator<Item = &ChargingProfile> {
        self.installed.iter()
    }

    /// Installs a profile in place of one with the same id, or the same level and purpose at the same connector
    /// (§5.16).
    pub(super) fn install(&mut self, connector: i32, profile: Value) {
        let new = ChargingProfile { connector, profile };
        self.installed.retain(|old| !replaces(&new, old));
        self.installed.push(new);
    }

    /// Removes the transaction profiles of a connector: they end with the transaction.
    pub(super) fn forget_transaction(&mut self, connector: i32) {
        self.installed.retain(|it| it.connector != connector || it.purpose() != "TxProfile");
    }

    /// ClearChargingProfile: with an id removes one profile; without one, all profiles that match every given criterion
    /// (§5.5).
    fn clear(&mut self, criteria: &Value) {
        self.installed.retain(|it| !fits(it, criteria));
    }
}

/// Whether a profile matches the criteria of a ClearChargingProfile.
fn fits(profile: &ChargingProfile, criteria: &Value) -> bool {
    match integer(criteria, "id") {
        Some(id) => profile.id() == Some(id),
        None => {
            integer(criteria, "connectorId").is_none_or(|connector| connector == profile.connector)
                && text(criteria, "chargingProfilePurpose").is_none_or(|purpose| purpose == profile.purpose())
                && integer(criteria, "stackLevel").is_none_or(|level| level == profile.stack_level())
        }
    }
}

fn replaces(new: &ChargingProfile, old: &ChargingProfile) -> bool {
    let same_place = new.connector == old.connector && new.purpose() == old.purpose();
    new.id() == old.id() || (same_place && new.stack_level() == old.stack_level())
}

impl ChargePoint {
    /// SetChargingProfile. An unknown connector is an error, not a status (OCPP 1.6 errata §3.39).
    pub(super) fn set_charging_profile(&self, payload: &Value) -> Proposal {
        let connector = integer(payload, "connectorId").unwrap_or(-1);
        if !(0..=self.last_connector()).contains(&connector) {
            let description = format!("There is no connector {connector}.");
            return Answer::Error { code: ErrorCode::PropertyConstraintViolation, description }.into();
        }
        let new = ChargingProfile { connector, profile: payload["csChargingProfiles"].clone() };
        if !self.suits(&new) {
            return only_status("Rejected");
        }
        status_then("Accepted", CallEffect::SetProfile { connector, profile: new.profile })
    }

    /// Installs a profile; does nothing when it is no longer suitable.
    pub(super) fn install_profile(&mut self, connector: i32, profile: Value, now: Moment) {
        let new = ChargingProfile { connector, profile };
        if self.suits(&new) {
            self.profiles.install(connector, new.profile);
            self.adjust_all_power(now);
        }
    }

    fn adjust_all_power(&mut self, now: Moment) {
        for number in 1..=self.last_connector() {
            self.adjust_power(number, now);
        }
    }

    /// Whether a profile can be installed: the number of profiles, its purpose at the connector (OCPP 1.6 §3.13) and
    /// its schedule must be within the limits.
    fn suits(&self, new: &ChargingProfile) -> bool {
        let count = self.profiles.iter().filter(|old| !replaces(new, old)).count();
        if count >= self.configuration.number("MaxChargingProfilesInstalled") {
            return false;
        }
        let transaction = self.connector(new.connector).and_then(|it| it.transaction.as_ref());
        let fits = match new.purpose() {
            "ChargePointMaxProfile" => new.connector == 0,
            "TxDefaultProfile" => true,
            "TxProfile" => {
                let id = integer(&new.profile, "transactionId");
                transaction.is_some_and(|running| id.is_none() || id == running.id)
            }
            _ => false,
        };
        let level = usize::try_from(new.stack_level());
        let periods = new.periods();
        fits && level.is_ok_and(|level| level <= self.configuration.number("ChargeProfileMaxStackLevel"))
            && periods.len() <= self.configuration.number("ChargingScheduleMaxPeriods")
            && periods.first().is_some_and(|first| integer(first, "startPeriod") == Some(0))
    }

    /// ClearChargingProfile.
    pub(super) fn clear_charging_profile(&self, payload: &Value) -> Proposal {
        if self.profiles.iter().any(|profile| fits(profile, payload)) {
            status_then("Accepted", CallEffect::ClearProfiles { criteria: payload.clone() })
        } else {
            only_status("Unknown")
        }
    }

    /// Removes all profiles that match.
    pub(super) fn remove_profiles(&mut self, criteria: &Value, now: Moment) {
        self.profiles.clear(criteria);
        self.adjust_all_power(now);
    }
}
