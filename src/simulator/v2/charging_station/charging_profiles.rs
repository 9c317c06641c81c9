//! Charging profiles in messages: SetChargingProfile, ClearChargingProfile, GetChargingProfiles with ReportChargingProfiles (OCPP 2.0.1 part
//! 2, K01, K09, K10), and which profiles this station takes. What it takes it obeys. What profiles mean is in `simulator/charging`.

use serde_json::{Value, json};

use super::ChargingStation;
use super::dynamic_schedules::{DYNAMIC, PRIORITY_CHARGING, readable_form};
use super::effect::{only_status, status_because, status_then};
use super::profile_store::{CSMS_SOURCE, StoreCriteria, StoredProfile};
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::charging::{ChargingProfile, ProfileFault, ProfilePurpose};
use crate::simulator::feature_profile::FeatureProfile;
use crate::simulator::payload::{integer, list, not_supported, text};
use crate::simulator::v2::features::StationFeatures;

/// The most profiles of a report message.
const PROFILES_PER_MESSAGE: usize = 10;

/// Why a profile is refused: a `reasonCode` (OCPP 2.0.1 part 2, appendix 5).
type ProfileRefusal = &'static str;

impl ProfileFault {
    fn reason(&self) -> ProfileRefusal {
        match self {
            ProfileFault::FirstPeriod
            | ProfileFault::Order
            | ProfileFault::Negative
            | ProfileFault::Phases(_)
            | ProfileFault::Duration => "InvalidSchedule",
            ProfileFault::Field(_) | ProfileFault::Validity | ProfileFault::RelativeMaximum => "InvalidProfile",
        }
    }
}

impl ChargingStation {
    /// Answers what is about charging profiles. A station without smart charging knows none of it.
    pub(super) fn propose_charging(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        let answer: fn(&ChargingStation, &Value, Moment) -> Proposal = match call.action {
            "SetChargingProfile" => ChargingStation::set_charging_profile,
            "ClearChargingProfile" => ChargingStation::clear_charging_profile,
            "GetChargingProfiles" => ChargingStation::get_charging_profiles,
            "GetCompositeSchedule" => ChargingStation::composite_schedule,
            _ => return None,
        };
        let built = self.settings.equipment.profiles.has(FeatureProfile::SmartCharging);
        Some(if built { answer(self, call.payload, now) } else { not_supported(call.action).into() })
    }

    fn set_charging_profile(&self, payload: &Value, now: Moment) -> Proposal {
        let evse = integer(payload, "evseId").unwrap_or(-1);
        let profile = payload["chargingProfile"].clone();
        let dynamic = StationFeatures::of(self.version).dynamic_profiles;
        if dynamic && text(&profile, "chargingProfilePurpose") == Some(PRIORITY_CHARGING) {
            return self.set_priority_profile(evse, profile, now);
        }
        match self.suitable_profile(evse, &profile, now) {
            Err(reason) => status_because("Rejected", reason),
            Ok(_) => status_then("Accepted", move |station, now, out| {
                // does nothing when it is no longer suitable
                if let Ok(new) = station.suitable_profile(evse, &profile, now) {
                    let id = new.id;
                    station.profiles.install(new, CSMS_SOURCE, profile.clone());
                    station.limits_changed(now, out);
                    station.follow_profile(id, now);
                    station.take_schedule(evse, &profile, now, out);
                }
            }),
        }
    }

    /// A profile that can be installed at an EVSE and obeyed (K01).
    fn suitable_profile(&self, evse: i32, profile: &Value, now: Moment) -> Result<ChargingProfile, ProfileRefusal> {
        let new = self.obeyable_profile(evse, profile, now)?;
        match new.purpose {
            // these limits are not the CSMS's
            ProfilePurpose::ExternalConstraints => return Err("InvalidProfile"),
            ProfilePurpose::ChargePointMax if evse != 0 => return Err("InvalidProfile"),
            ProfilePurpose::ChargePointMax | ProfilePurpose::TxDefault => {}
            ProfilePurpose::Transaction => {
                let wanted = new.transaction.as_deref().ok_or("MissingParam")?;
                if evse == 0 {
                    return Err("InvalidProfile");
                }
                if self.transaction_at(evse).is_none_or(|(id, _)| id != wanted) {
                    return Err("TxNotFound");
                }
            }
        }
        if self.profiles.profiles.iter().any(|old| collides(&new, old)) {
            return Err("DuplicateProfile");
        }
        Ok(new)
    }

    /// The profile that comes with a requested start. It is for that transaction, whose id does not exist yet (F01).
    ///
    /// # Errors
    /// With the reason of the refusal, when it is another profile or cannot be obeyed.
    pub(super) fn profile_for_start(&self, evse: i32, profile: &Value, now: Moment) -> Result<(), ProfileRefusal> {
        let new = self.obeyable_profile(evse, profile, now)?;
        let is_for_start = new.purpose == ProfilePurpose::Transaction && new.transaction.is_none();
        if is_for_start { Ok(()) } else { Err("InvalidProfile") }
    }

    /// Installs the profile of a requested start for the transaction that has begun.
    pub(super) fn install_start_profile(&mut self, evse: i32, mut profile: Value, now: Moment, out: &mut Outbox) {
        if let Some((id, _)) = self.transaction_at(evse) {
            profile["transactionId"] = id.into();
        }
        if let Ok(new) = self.obeyable_profile(evse, &profile, now) {
            self.profiles.install(new, CSMS_SOURCE, profile.clone());
            self.limits_changed(now, out);
            self.take_schedule(evse, &profile, now, out);
        }
    }

    /// A profile that is not over and within the limits of the device model.
    fn obeyable_profile(&self, evse: i32, profile: &Value, now: Moment) -> Result<ChargingProfile, ProfileRefusal> {
        let most = |variable| self.model.integer("SmartChargingCtrlr", variable).unwrap_or_default();
        if !(0..=self.last_evse()).contains(&evse) {
            return Err("UnknownEvse");
        }
        if !self.model.flag("SmartChargingCtrlr", "Enabled") {
            return Err("NotEnabled");
        }
        if text(profile, "chargingProfilePurpose").and_then(ProfilePurpose::named).is_none() {
            return Err("UnsupportedPurpose");
        }
        let kind = text(profile, "chargingProfileKind").unwrap_or_default();
        let dynamic = kind == DYNAMIC && StationFeatures::of(self.version).dynamic_profiles;
        if !dynamic && !matches!(kind, "Absolute" | "Recurring" | "Relative") {
            return Err("UnsupportedKind");
        }
        let profile = &*readable_form(profile, now);
        let new = ChargingProfile::read(evse, profile, now.wall).map_err(|fault| fault.reason())?;
        if !start_fits_kind(profile) || new.has_ended(now.wall) {
            return Err("InvalidProfile");
        }
        if !(0..=most("ProfileStackLevel")).contains(&new.stack_level.into()) {
            return Err("InvalidStackLevel");
        }
        if i64::try_from(new.period_count()).is_ok_and(|count| count > most("PeriodsPerSchedule")) {
            return Err("InvalidSchedule");
        }
        if !self.allows_rate_unit(new.unit()) {
            return Err("UnsupportedRateUnit");
        }
        let replaces = self.profiles.profiles.iter().any(|old| old.id == new.id);
        let places = self.model.most("SmartChargingCtrlr", "Entries.ChargingProfiles").unwrap_or_default();
        if !replaces && self.profiles.count() as f64 >= places {
            return Err("OutOfStorage");
        }
        Ok(new)
    }

    fn clear_charging_profile(&self, payload: &Value, _now: Moment) -> Proposal {
        let criteria = StoreCriteria::of_clear(payload);
        if self.profiles.matching(&criteria).is_empty() {
            return only_status("Unknown");
        }
        status_then("Accepted", move |station, now, out| {
            if station.profiles.clear(&criteria) {
                station.limits_changed(now, out);
            }
        })
    }

    /// GetChargingProfiles. The profiles follow in ReportChargingProfiles, those of one place and source together.
    fn get_charging_profiles(&self, payload: &Value, _now: Moment) -> Proposal {
        let found = self.profiles.matching(&StoreCriteria::of_report(payload));
        if found.is_empty() {
            return only_status("NoProfiles");
        }
        let reports = profile_reports(&found, &payload["requestId"]);
        status_then("Accepted", move |station, _, out| {
            station.send_requested("ReportChargingProfiles", reports, out);
        })
    }
}

/// Whether two profiles cannot be installed together: both of one purpose and level are valid at the same time, and their EVSEs are the same
/// or, for defaults, one of them is all EVSEs (K01.FR.06, K01.FR.52, K01.FR.53).
fn collides(new: &ChargingProfile, old: &ChargingProfile) -> bool {
    let same_place = new.connector == old.connector;
    let all_and_one = new.purpose == ProfilePurpose::TxDefault && [new.connector, old.connector].contains(&0);
    let same_rank = new.purpose == old.purpose && new.stack_level == old.stack_level;
    new.id != old.id && same_rank && (same_place || all_and_one) && new.overlaps(old)
}

/// Whether schedules name their start exactly when their kind wants it (K01.FR.40, K01.FR.41).
fn start_fits_kind(profile: &Value) -> bool {
    let wants = text(profile, "chargingProfileKind") != Some("Relative");
    list(profile, "chargingSchedule").iter().all(|schedule| schedule.get("startSchedule").is_some() == wants)
}

/// The payloads of ReportChargingProfiles.
fn profile_reports(found: &[&StoredProfile], request: &Value) -> Vec<Value> {
    let mut places: Vec<(i32, &str)> = found.iter().map(|it| (it.evse, it.source)).collect();
    places.sort_unstable();
    places.dedup();
    let mut reports: Vec<Value> = Vec::new();
    for (evse, source) in places {
        let here: Vec<&Value> =
            found.iter().filter(|it| (it.evse, it.source) == (evse, source)).map(|it| &it.payload).collect();
        reports.extend(here.chunks(PROFILES_PER_MESSAGE).map(|part| {
            json!({
                "requestId": request,
                "chargingLimitSource": source,
                "evseId": evse,
                "chargingProfile": part,
                "tbc": true,
            })
        }));
    }
    if let Some(last) = reports.last_mut() {
        last["tbc"] = false.into();
    }
    reports
}
