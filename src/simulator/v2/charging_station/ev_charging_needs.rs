//! Cars that negotiate their charge by ISO 15118 (OCPP 2.0.1 part 2, K15 to K17): NotifyEVChargingNeeds with what the car wants, and
//! NotifyEVChargingSchedule with the schedule that it takes of each profile which the CSMS sets for its transaction.

use serde_json::{Value, json};

use super::ChargingStation;
use crate::behaviour::{EnergyNeeds, Outbox, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::equipment::VOLTS;
use crate::simulator::payload::{seconds_later, written_time};

/// The least current that a car can charge with (IEC 61851-1).
const LEAST_AMPERES: f64 = 6.0;

impl ChargingStation {
    /// A car that is plugged in says what it needs. From now on it negotiates, until it is unplugged.
    pub(super) fn negotiate(
        &mut self,
        needs: EnergyNeeds,
        wanted: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let evse = self.chosen_evse(wanted, &[&|evse, _| evse.plugged])?.ok_or(PhysicalActionError::NothingPlugged)?;
        if !self.evse(evse).is_some_and(|evse| evse.plugged) {
            return Err(PhysicalActionError::NothingPlugged);
        }
        if !needs.energy.is_finite() || needs.energy < 1.0 || needs.energy > f64::from(i32::MAX) {
            return Err(PhysicalActionError::BadLimit);
        }
        if !self.model.flag("ISO15118Ctrlr", "Enabled") {
            return Err(PhysicalActionError::NoNegotiation);
        }
        let payload = self.charging_needs(evse, needs, now);
        if self.send_if_allowed("NotifyEVChargingNeeds", payload, out) && !self.negotiating.contains(&evse) {
            self.negotiating.push(evse);
        }
        Ok(())
    }

    fn charging_needs(&self, evse: i32, needs: EnergyNeeds, now: Moment) -> Value {
        let equipment = &self.settings.equipment;
        let most = equipment.max_current.floor().max(1.0);
        let mut charging_needs = json!({
            "requestedEnergyTransfer": if equipment.phases == 1 { "AC_single_phase" } else { "AC_three_phase" },
            "acChargingParameters": {
                "energyAmount": whole(needs.energy),
                "evMinCurrent": whole(LEAST_AMPERES.min(most)),
                "evMaxCurrent": whole(most),
                "evMaxVoltage": whole(VOLTS),
            },
        });
        if let Some(seconds) = needs.departure {
            charging_needs["departureTime"] = written_time(seconds_later(now.wall, seconds)).into();
        }
        json!({
            "evseId": evse,
            "maxScheduleTuples": self.model.integer("ISO15118Ctrlr", "MaxScheduleEntries").unwrap_or(1),
            "chargingNeeds": charging_needs,
        })
    }

    /// A profile for the transaction at an EVSE was set: a car that negotiates takes its first schedule and says so.
    pub(super) fn take_schedule(&mut self, evse: i32, profile: &Value, now: Moment, out: &mut Outbox) {
        let evses = &self.evses;
        let is_plugged = |number: i32| {
            let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            index.and_then(|index| evses.get(index)).is_some_and(|evse| evse.plugged)
        };
        self.negotiating.retain(|number| is_plugged(*number));
        let schedule = profile["chargingSchedule"].get(0);
        let is_for_car = profile["chargingProfilePurpose"] == "TxProfile" && self.negotiating.contains(&evse);
        if let Some(schedule) = schedule.filter(|_| is_for_car) {
            let payload = json!({ "timeBase": written_time(now.wall), "evseId": evse, "chargingSchedule": schedule });
            self.send_if_allowed("NotifyEVChargingSchedule", payload, out);
        }
    }
}

/// A number as 2.0.1 wants it: without a fraction.
#[expect(clippy::cast_possible_truncation, reason = "the numbers are those of a car, which fit")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}
