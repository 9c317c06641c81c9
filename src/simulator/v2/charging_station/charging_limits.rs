//! GetCompositeSchedule (OCPP 2.0.1 part 2, K08), the limits that profiles and hardware make together for each EVSE, and limits from outside
//! with NotifyChargingLimit and ClearedChargingLimit (K11 to K14). The arithmetic is in `simulator/charging`.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::status_because;
use super::profile_store::EMS_SOURCE;
use super::timers::StationTask;
use crate::behaviour::{Answer, Outbox, PhysicalActionError, Proposal};
use crate::clock::Moment;
use crate::simulator::charging::{ChargingProfile, PowerShare, RateUnit, StationLimits};
use crate::simulator::payload::{integer, seconds_later, text, written_time};

/// The maximum length of a schedule in seconds. A longer request gets this length, with it in `duration`.
const LONGEST: i32 = 7 * 86_400;
/// The ids of profiles for limits from outside are below those that a CSMS uses.
const EXTERNAL_ID: i32 = -1;

impl ChargingStation {
    /// GetCompositeSchedule, for an EVSE, or for the whole station with EVSE 0: the most that it may draw from the grid.
    pub(super) fn composite_schedule(&self, payload: &Value, now: Moment) -> Proposal {
        let evse = integer(payload, "evseId").unwrap_or(-1);
        if !(0..=self.last_evse()).contains(&evse) {
            return status_because("Rejected", "UnknownEvse");
        }
        let duration = integer(payload, "duration").unwrap_or_default().clamp(0, LONGEST);
        let default_unit = if self.allows_rate_unit(RateUnit::Watts) { RateUnit::Watts } else { RateUnit::Amperes };
        let unit = text(payload, "chargingRateUnit").and_then(RateUnit::named).unwrap_or(default_unit);
        if !self.allows_rate_unit(unit) {
            return status_because("Rejected", "UnsupportedRateUnit");
        }
        let limits = self.charging_limits(now.wall);
        let periods = limits.composite(evse, now.wall, duration.into(), unit).into_iter().map(|period| {
            let mut written = json!({ "startPeriod": period.start, "limit": period.limit });
            if period.phases != limits.supply.phases {
                written["numberPhases"] = period.phases.into();
            }
            written
        });
        Answer::result(json!({
            "status": "Accepted",
            "schedule": {
                "evseId": evse,
                "duration": duration,
                "scheduleStart": written_time(now.wall),
                "chargingRateUnit": unit.name(),
                "chargingSchedulePeriod": periods.collect::<Vec<_>>(),
            },
        }))
        .into()
    }

    /// The limits of all EVSEs. Where no transaction runs, profiles apply as if one started at this time.
    fn charging_limits(&self, now: Timestamp) -> StationLimits<'_> {
        let began = |evse| self.transaction_at(evse).map_or(now, |(_, started)| started);
        StationLimits {
            profiles: &self.profiles.profiles,
            supply: self.settings.equipment.supply(),
            charging: (1..=self.last_evse()).map(began).collect(),
        }
    }

    /// What an EVSE may draw in watts; `None` without any profile.
    #[cfg_attr(not(test), expect(dead_code, reason = "for transactions"))]
    pub(super) fn limit_at(&self, evse: i32, now: Moment) -> Option<f64> {
        (!self.profiles.is_empty()).then(|| self.charging_limits(now.wall).of_connector(evse, now.wall).watts)
    }

    /// What these EVSEs may draw while cars charge there: they share the maximum of the station. An EVSE for which too little is left is
    /// not in the list.
    pub(super) fn power_shares(&self, charging: &[i32], now: Moment) -> Vec<PowerShare> {
        self.charging_limits(now.wall).shares(charging, now.wall)
    }

    /// Whether limits may be in this unit (`SmartChargingCtrlr.RateUnit`).
    pub(super) fn allows_rate_unit(&self, unit: RateUnit) -> bool {
        let allowed = self.model.text("SmartChargingCtrlr", "RateUnit").unwrap_or_default();
        allowed.split(',').any(|name| name == unit.name())
    }

    /// Profiles have changed, or the time at which one says something else has come.
    pub(super) fn limits_changed(&mut self, now: Moment, out: &mut Outbox) {
        self.share_power(now, out);
        self.follow_modes(now, out);
        self.timers.cancel(StationTask::ChargingLimit);
        let (limits, end) = (self.charging_limits(now.wall), seconds_later(now.wall, LONGEST.into()));
        let next = (1..=self.last_evse()).filter_map(|evse| limits.next_change(evse, now.wall, end)).min();
        if let Some(seconds) = next.and_then(|seconds| u64::try_from(seconds).ok()) {
            self.schedule(StationTask::ChargingLimit, Duration::from_secs(seconds), now);
        }
    }

    /// A transaction whose mode of operation changes says so (OCPP 2.1 part 2, `OperationModeChanged`).
    fn follow_modes(&mut self, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers() {
            let mode = self.charging_limits(now.wall).mode_of(number, now.wall);
            let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) else { continue };
            if transaction.mode != mode {
                transaction.mode = mode;
                self.tell(number, "OperationModeChanged", now, out);
            }
        }
    }

    /// Profiles of transactions end with them, and schedules that are relative to a start begin. It is called after each step of the
    /// station.
    pub(super) fn end_transaction_profiles(&mut self, now: Moment, out: &mut Outbox) {
        if self.profiles.is_empty() {
            return;
        }
        self.end_lost_priority();
        let running: Vec<(i32, String)> =
            (1..=self.last_evse()).filter_map(|evse| self.transaction_at(evse).map(|(id, _)| (evse, id.to_owned()))).collect();
        let runs = |evse: i32, id: Option<&str>| running.iter().any(|(number, running)| *number == evse && id == Some(running));
        let ended = self.profiles.end_transactions(runs);
        if self.profiles.note_transactions(running) || ended {
            self.limits_changed(now, out);
        }
    }

    /// The energy management of the site limits the station or an EVSE in watts, or does not any more (K12, K13).
    pub(super) fn limit_from_outside(
        &mut self,
        watts: Option<f64>,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let evse = wanted.unwrap_or(0);
        if evse != 0 {
            self.existing_evse(evse)?;
        }
        match watts {
            Some(watts) if !watts.is_finite() || watts < 0.0 => return Err(PhysicalActionError::BadLimit),
            Some(watts) => self.install_external_limit(evse, watts, now, out),
            None if !self.profiles.clear_external(evse) => return Err(PhysicalActionError::NoSiteLimit),
            None => {
                let payload = with_evse(json!({ "chargingLimitSource": EMS_SOURCE }), evse);
                self.send_if_allowed("ClearedChargingLimit", payload, out);
            }
        }
        self.limits_changed(now, out);
        Ok(())
    }

    fn install_external_limit(&mut self, evse: i32, watts: f64, now: Moment, out: &mut Outbox) {
        let schedule = json!({
            "id": 1,
            "startSchedule": written_time(now.wall),
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": watts }],
        });
        let profile = json!({
            "id": EXTERNAL_ID - evse,
            "stackLevel": 0,
            "chargingProfilePurpose": "ChargingStationExternalConstraints",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": [schedule.clone()],
        });
        let Ok(new) = ChargingProfile::read(evse, &profile, now.wall) else { return };
        self.profiles.install(new, EMS_SOURCE, profile);
        let mut payload = json!({ "chargingLimit": { "chargingLimitSource": EMS_SOURCE, "isGridCritical": false } });
        if self.model.flag("SmartChargingCtrlr", "NotifyChargingLimitWithSchedules") {
            payload["chargingSchedule"] = json!([schedule]);
        }
        self.send_if_allowed("NotifyChargingLimit", with_evse(payload, evse), out);
    }
}

/// A payload with its EVSE, unless it is about the whole station.
fn with_evse(mut payload: Value, evse: i32) -> Value {
    if evse > 0 {
        payload["evseId"] = evse.into();
    }
    payload
}
