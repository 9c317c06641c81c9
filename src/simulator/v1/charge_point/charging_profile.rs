//! Charging profiles in messages: SetChargingProfile and ClearChargingProfile (OCPP 1.6 §5.16, §5.5), and which profiles
//! this charge point takes. What it takes it obeys. What profiles mean is in `simulator/charging`.

use serde_json::Value;

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::ErrorCode;
use crate::simulator::charging::{ChargingProfile, ProfileCriteria, ProfilePurpose};
use crate::simulator::payload::{integer, text};

/// What a ClearChargingProfile asks for.
fn criteria_of(payload: &Value) -> ProfileCriteria {
    ProfileCriteria {
        id: integer(payload, "id"),
        connector: integer(payload, "connectorId"),
        purpose: text(payload, "chargingProfilePurpose").and_then(ProfilePurpose::named),
        stack_level: integer(payload, "stackLevel"),
    }
}

impl ChargePoint {
    /// SetChargingProfile. An unknown connector is an error, not a status (OCPP 1.6 errata §3.39).
    pub(super) fn set_charging_profile(&self, payload: &Value, now: Moment) -> Proposal {
        let connector = integer(payload, "connectorId").unwrap_or(-1);
        if !(0..=self.last_connector()).contains(&connector) {
            let description = format!("There is no connector {connector}.");
            return Answer::Error { code: ErrorCode::PropertyConstraintViolation, description }.into();
        }
        let profile = payload["csChargingProfiles"].clone();
        if self.suitable(connector, &profile, now).is_none() {
            return only_status("Rejected");
        }
        status_then("Accepted", CallEffect::SetProfile { connector, profile })
    }

    /// Installs a profile; does nothing when it is no longer suitable.
    pub(super) fn install_profile(&mut self, connector: i32, profile: &Value, now: Moment, out: &mut Outbox) {
        if let Some(new) = self.suitable(connector, profile, now) {
            self.profiles.install(new);
            self.share_power(now, out);
        }
    }

    /// A profile that can be installed and obeyed: its purpose fits the connector (OCPP 1.6 §3.13), and it is within the
    /// limits.
    fn suitable(&self, connector: i32, profile: &Value, now: Moment) -> Option<ChargingProfile> {
        let new = self.obeyable(connector, profile, now)?;
        let running = self.connector(connector).and_then(|it| it.transaction.as_ref());
        let fits = match new.purpose {
            ProfilePurpose::ChargePointMax => connector == 0,
            ProfilePurpose::TxDefault => true,
            ProfilePurpose::Transaction => {
                let is_of = |id: Option<i32>| new.transaction == id.map(|id| id.to_string());
                running.is_some_and(|running| new.transaction.is_none() || is_of(running.id))
            }
            // only 2.x has it
            ProfilePurpose::ExternalConstraints => false,
        };
        fits.then_some(new)
    }

    /// The profile that comes with a requested start. It is for that transaction, whose id does not exist yet (OCPP 1.6
    /// §5.11).
    pub(super) fn profile_for_start(&self, connector: i32, profile: &Value, now: Moment) -> Option<ChargingProfile> {
        let new = self.obeyable(connector, profile, now)?;
        (new.purpose == ProfilePurpose::Transaction && profile.get("transactionId").is_none()).then_some(new)
    }

    /// A profile that is not over and within the limits that the configuration names.
    fn obeyable(&self, connector: i32, profile: &Value, now: Moment) -> Option<ChargingProfile> {
        let new = ChargingProfile::read(connector, profile, now.wall).ok()?;
        let count = self.profiles.iter().filter(|old| !new.replaces(old)).count();
        let level = usize::try_from(new.stack_level).ok()?;
        let within = count < self.configuration.number("MaxChargingProfilesInstalled")
            && level <= self.configuration.number("ChargeProfileMaxStackLevel")
            && self.allows_unit(new.unit())
            && new.period_count() <= self.configuration.number("ChargingScheduleMaxPeriods");
        (within && !new.has_ended(now.wall)).then_some(new)
    }

    /// ClearChargingProfile.
    pub(super) fn clear_charging_profile(&self, payload: &Value) -> Proposal {
        if self.profiles.has_any(&criteria_of(payload)) {
            status_then("Accepted", CallEffect::ClearProfiles { criteria: payload.clone() })
        } else {
            only_status("Unknown")
        }
    }

    /// Removes all profiles that match.
    pub(super) fn remove_profiles(&mut self, criteria: &Value, now: Moment, out: &mut Outbox) {
        self.profiles.clear(&criteria_of(criteria));
        self.share_power(now, out);
    }
}
