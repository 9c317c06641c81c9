//! Small calls of OCPP 2.1 about energy and payment: AFRRSignal (part 2, Q), NotifyAllowedEnergyTransfer (Q01, Q02) and
//! NotifyWebPaymentStarted (C25).

use serde_json::Value;

use super::ChargingStation;
use super::effect::{only_status, status_because, status_then};
use super::profile_store::StoreCriteria;
use crate::behaviour::{EnergyNeeds, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{empty, list, text};

/// The energy in Wh that a car needs which has not said how much.
const NEEDED_ENERGY: f64 = 20_000.0;

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_energy_services(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "AFRRSignal" => Some(self.afrr_signal()),
            "NotifyAllowedEnergyTransfer" => Some(self.allowed_energy_transfer(call.payload)),
            // the user pays on the web page; the simulated reader takes cards meanwhile
            "NotifyWebPaymentStarted" => Some(empty().into()),
            _ => None,
        }
    }

    /// The signal counts for a transaction whose profile follows the frequency; without one there is nothing to control.
    fn afrr_signal(&self) -> Proposal {
        if self.follows_frequency() { only_status("Accepted") } else { status_because("Rejected", "NoSignalWattCurve") }
    }

    /// Whether a running transaction has a profile that follows the frequency of the mains.
    fn follows_frequency(&self) -> bool {
        let follows = |period: &Value| matches!(text(period, "operationMode"), Some("LocalFrequency" | "CentralFrequency"));
        let profiles = self.profiles.matching(&StoreCriteria::default());
        let mut schedules = profiles.iter().flat_map(|profile| list(&profile.payload, "chargingSchedule"));
        self.has_transactions() && schedules.any(|schedule| list(schedule, "chargingSchedulePeriod").iter().any(follows))
    }

    /// The car hears of the allowed services and says again what it needs.
    fn allowed_energy_transfer(&self, payload: &Value) -> Proposal {
        let id = text(payload, "transactionId").unwrap_or_default();
        let Some(evse) = self.evse_of_transaction(id) else { return status_because("Rejected", "TxNotFound") };
        let own = if self.settings.equipment.phases == 3 { "AC_three_phase" } else { "AC_single_phase" };
        if !list(payload, "allowedEnergyTransfer").iter().any(|mode| mode.as_str() == Some(own)) {
            return status_because("Rejected", "UnsupportedParam");
        }
        status_then("Accepted", move |station, now, out| {
            // a car that left meanwhile needs nothing
            _ = station.negotiate(EnergyNeeds { energy: NEEDED_ENERGY, departure: None }, Some(evse), now, out);
        })
    }
}
