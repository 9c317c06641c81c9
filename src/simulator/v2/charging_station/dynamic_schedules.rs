//! Charging profiles that change while they are in use (OCPP 2.1 part 2, K28): UpdateDynamicSchedule of the CSMS and
//! PullDynamicScheduleUpdate of the station; and profiles for priority charging, which count when a driver has asked for it: UsePriorityCharging
//! (K21). Other profiles are in `charging_profiles`.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{only_status, status_because, status_then};
use super::profile_store::{CSMS_SOURCE, StoreCriteria};
use super::timers::StationTask;
use crate::behaviour::{CallOutcome, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::charging::ChargingProfile;
use crate::simulator::payload::{integer, text, written_time};

/// The kind of a profile that is updated while it is in use.
pub(super) const DYNAMIC: &str = "Dynamic";

/// The purpose of a profile for priority charging.
pub(super) const PRIORITY_CHARGING: &str = "PriorityCharging";

/// The level of a profile for priority charging among those of the transaction: it beats them all.
const PRIORITY_LEVEL: i32 = i32::MAX;

/// A transaction that charges with priority.
#[derive(Debug)]
pub(super) struct PriorityUse {
    transaction: String,
    profile: i32,
}

/// A profile in the form that the arithmetic reads: a dynamic one begins with its last update.
pub(super) fn readable_form(profile: &Value, now: Moment) -> Cow<'_, Value> {
    if text(profile, "chargingProfileKind") != Some(DYNAMIC) {
        return Cow::Borrowed(profile);
    }
    let mut form = profile.clone();
    let begin = text(profile, "dynUpdateTime").map_or_else(|| written_time(now.wall), str::to_owned);
    form["chargingProfileKind"] = "Absolute".into();
    for schedule in form["chargingSchedule"].as_array_mut().into_iter().flatten() {
        schedule["startSchedule"] = begin.as_str().into();
    }
    Cow::Owned(form)
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_dynamic_schedules(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "UpdateDynamicSchedule" => Some(self.update_dynamic_schedule(call.payload)),
            "UsePriorityCharging" => Some(self.use_priority_charging(call.payload)),
            _ => None,
        }
    }

    /// The installed profile with an id.
    fn profile_named(&self, id: i32) -> Option<(i32, &Value)> {
        let criteria = StoreCriteria { ids: Some(vec![id.into()]), ..StoreCriteria::default() };
        self.profiles.matching(&criteria).first().map(|profile| (profile.evse, &profile.payload))
    }

    fn dynamic_profile(&self, id: i32) -> Option<(i32, &Value)> {
        self.profile_named(id).filter(|(_, profile)| text(profile, "chargingProfileKind") == Some(DYNAMIC))
    }

    fn update_dynamic_schedule(&self, payload: &Value) -> Proposal {
        let id = integer(payload, "chargingProfileId").unwrap_or_default();
        let update = payload.get("scheduleUpdate").cloned().unwrap_or_default();
        if self.dynamic_profile(id).is_none() {
            return status_because("Rejected", "InvalidProfileId");
        }
        status_then("Accepted", move |station, now, out| station.update_schedule(id, &update, now, out))
    }

    /// Puts the new limits into the period of a dynamic profile.
    fn update_schedule(&mut self, id: i32, update: &Value, now: Moment, out: &mut Outbox) {
        let Some((evse, profile)) = self.dynamic_profile(id) else { return };
        let mut profile = profile.clone();
        profile["dynUpdateTime"] = written_time(now.wall).into();
        let period = profile.pointer_mut("/chargingSchedule/0/chargingSchedulePeriod/0").and_then(Value::as_object_mut);
        if let (Some(period), Some(update)) = (period, update.as_object()) {
            period.extend(update.clone());
        }
        if let Ok(new) = ChargingProfile::read(evse, &readable_form(&profile, now), now.wall) {
            self.profiles.install(new, CSMS_SOURCE, profile);
            self.limits_changed(now, out);
        }
    }

    /// A profile was installed: a dynamic one with an interval is updated in it.
    pub(super) fn follow_profile(&mut self, id: i32, now: Moment) {
        let interval = self.dynamic_profile(id).and_then(|(_, profile)| integer(profile, "dynUpdateInterval"));
        match interval.and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0) {
            Some(seconds) => self.schedule(StationTask::PullSchedule(id), Duration::from_secs(seconds), now),
            None => self.timers.cancel(StationTask::PullSchedule(id)),
        }
    }

    /// Asks the CSMS for the limits of a dynamic profile, again and again while it is installed.
    pub(super) fn pull_schedule(&mut self, id: i32, now: Moment, out: &mut Outbox) {
        if self.dynamic_profile(id).is_some() {
            self.send_if_allowed("PullDynamicScheduleUpdate", json!({ "chargingProfileId": id }), out);
            self.follow_profile(id, now);
        }
    }

    /// The CSMS has answered with new limits, or with none.
    pub(super) fn pull_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        let CallOutcome::Result { payload, .. } = outcome else { return };
        let accepted = text(payload, "status") == Some("Accepted");
        if let Some(update) = payload.get("scheduleUpdate").filter(|_| accepted) {
            self.update_schedule(integer(call, "chargingProfileId").unwrap_or_default(), update, now, out);
        }
    }

    /// Keeps a profile for priority charging; it counts later.
    pub(super) fn set_priority_profile(&self, evse: i32, profile: Value, now: Moment) -> Proposal {
        if !(0..=self.last_evse()).contains(&evse) {
            return status_because("Rejected", "UnknownEvse");
        }
        if priority_form(evse, &profile, "", now).is_none() {
            return status_because("Rejected", "InvalidSchedule");
        }
        status_then("Accepted", move |station, _now, _out| station.profiles.keep(evse, CSMS_SOURCE, profile))
    }

    /// UsePriorityCharging needs a transaction and a profile for it (K21).
    fn use_priority_charging(&self, payload: &Value) -> Proposal {
        let id = text(payload, "transactionId").unwrap_or_default().to_owned();
        let Some(evse) = self.evse_of_transaction(&id) else { return status_because("Rejected", "TxNotFound") };
        if self.priority_profile(evse).is_none() {
            return only_status("NoProfile");
        }
        let activate = payload.get("activate") == Some(&Value::Bool(true));
        status_then("Accepted", move |station, now, out| station.set_priority(evse, &id, activate, now, out))
    }

    fn priority_profile(&self, evse: i32) -> Option<Value> {
        let criteria = StoreCriteria { purpose: Some(PRIORITY_CHARGING.to_owned()), ..StoreCriteria::default() };
        let profiles = self.profiles.matching(&criteria);
        profiles.iter().find(|profile| [0, evse].contains(&profile.evse)).map(|profile| profile.payload.clone())
    }

    /// A transaction charges with priority from now on, or does not any more.
    fn set_priority(&mut self, evse: i32, transaction: &str, activate: bool, now: Moment, out: &mut Outbox) {
        self.end_priority(|used| used.transaction == transaction);
        let profile = self.priority_profile(evse).filter(|_| activate);
        if let Some(form) = profile.and_then(|profile| priority_form(evse, &profile, transaction, now)) {
            self.blocks.priority.push(PriorityUse { transaction: transaction.to_owned(), profile: form.id });
            self.profiles.profiles.install_beside(form);
        }
        self.limits_changed(now, out);
    }

    /// A driver changes whether a transaction charges with priority. Returns whether it does now; `None` without a profile for it.
    pub(super) fn toggle_priority_of(&mut self, evse: i32, transaction: &str, now: Moment, out: &mut Outbox) -> Option<bool> {
        self.priority_profile(evse)?;
        let activate = !self.blocks.priority.iter().any(|used| used.transaction == transaction);
        self.set_priority(evse, transaction, activate, now, out);
        Some(activate)
    }

    /// Ends the priority of transactions that are over.
    pub(super) fn end_lost_priority(&mut self) {
        if !self.blocks.priority.is_empty() {
            let running: Vec<String> =
                self.evse_numbers().filter_map(|number| Some(self.transaction_at(number)?.0.to_owned())).collect();
            self.end_priority(|used| !running.contains(&used.transaction));
        }
    }

    fn end_priority(&mut self, ends: impl Fn(&PriorityUse) -> bool) {
        for used in self.blocks.priority.extract_if(.., |used| ends(used)) {
            self.profiles.profiles.retain(|profile| profile.id != used.profile || profile.stack_level != PRIORITY_LEVEL);
        }
    }
}

/// A profile for priority charging as the one of a transaction that beats all others.
fn priority_form(evse: i32, profile: &Value, transaction: &str, now: Moment) -> Option<ChargingProfile> {
    let mut form = readable_form(profile, now).into_owned();
    form["chargingProfilePurpose"] = "TxProfile".into();
    form["transactionId"] = transaction.into();
    form["stackLevel"] = PRIORITY_LEVEL.into();
    ChargingProfile::read(evse, &form, now.wall).ok()
}
