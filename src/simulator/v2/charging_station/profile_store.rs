//! The charging profiles that are installed at the station: as messages have them, for reports, and as the arithmetic reads them.

use serde_json::Value;

use crate::simulator::charging::{ChargingProfile, ProfilePurpose, ProfileSet};
use crate::simulator::payload::{integer, list, text};

/// The source of profiles of the CSMS (OCPP 2.0.1 part 2, `ChargingLimitSourceEnumType`).
pub(super) const CSMS_SOURCE: &str = "CSO";
/// The source of limits that an energy management system sets beside the CSMS.
pub(super) const EMS_SOURCE: &str = "EMS";

/// A profile as it came.
#[derive(Debug, Clone)]
pub(super) struct StoredProfile {
    pub(super) evse: i32,
    pub(super) source: &'static str,
    pub(super) payload: Value,
}

/// The installed profiles.
#[derive(Debug, Default)]
pub(super) struct ProfileStore {
    /// For the arithmetic.
    pub(super) profiles: ProfileSet,
    stored: Vec<StoredProfile>,
    /// The transactions for which the next change of a limit was sought.
    transactions: Vec<(i32, String)>,
}

/// What a request is about; what it does not name, does not count.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StoreCriteria {
    pub(super) ids: Option<Vec<i64>>,
    pub(super) evse: Option<i32>,
    pub(super) purpose: Option<String>,
    pub(super) stack_level: Option<i32>,
    pub(super) sources: Option<Vec<String>>,
}

impl StoreCriteria {
    /// What a ClearChargingProfile names. With an id nothing else counts (OCPP 2.0.1 part 2, K10). Limits of others are not the CSMS's to
    /// clear.
    pub(super) fn of_clear(payload: &Value) -> StoreCriteria {
        let sources = Some(vec![CSMS_SOURCE.to_owned()]);
        if let Some(id) = payload.get("chargingProfileId").and_then(Value::as_i64) {
            return StoreCriteria { ids: Some(vec![id]), sources, ..StoreCriteria::default() };
        }
        let criteria = &payload["chargingProfileCriteria"];
        StoreCriteria {
            evse: integer(criteria, "evseId"),
            purpose: text(criteria, "chargingProfilePurpose").map(str::to_owned),
            stack_level: integer(criteria, "stackLevel"),
            sources,
            ids: None,
        }
    }

    /// What a GetChargingProfiles names.
    pub(super) fn of_report(payload: &Value) -> StoreCriteria {
        let criteria = &payload["chargingProfile"];
        let sources = criteria.get("chargingLimitSource").map(|_| list(criteria, "chargingLimitSource"));
        let ids = criteria.get("chargingProfileId").map(|_| list(criteria, "chargingProfileId"));
        StoreCriteria {
            evse: integer(payload, "evseId"),
            purpose: text(criteria, "chargingProfilePurpose").map(str::to_owned),
            stack_level: integer(criteria, "stackLevel"),
            sources: sources.map(|sources| sources.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            ids: ids.map(|ids| ids.iter().filter_map(Value::as_i64).collect()),
        }
    }

    fn fit(&self, profile: &StoredProfile) -> bool {
        let payload = &profile.payload;
        self.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| payload["id"] == *id))
            && self.evse.is_none_or(|evse| evse == profile.evse)
            && self.purpose.as_ref().is_none_or(|purpose| payload["chargingProfilePurpose"] == **purpose)
            && self.stack_level.is_none_or(|level| payload["stackLevel"] == level)
            && self.sources.as_ref().is_none_or(|sources| sources.iter().any(|source| source == profile.source))
    }
}

impl ProfileStore {
    /// How many profiles of the CSMS there are.
    pub(super) fn count(&self) -> usize {
        self.stored.iter().filter(|it| it.source == CSMS_SOURCE).count()
    }

    /// Whether there is no profile at all.
    pub(super) fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// Installs a profile in place of the one with its id.
    pub(super) fn install(&mut self, new: ChargingProfile, source: &'static str, payload: Value) {
        self.stored.retain(|it| it.payload["id"] != new.id);
        self.stored.push(StoredProfile { evse: new.connector, source, payload });
        self.profiles.install_beside(new);
    }

    /// Keeps a profile that does not count yet, in place of the one with its id.
    pub(super) fn keep(&mut self, evse: i32, source: &'static str, payload: Value) {
        self.stored.retain(|it| it.payload["id"] != payload["id"]);
        self.stored.push(StoredProfile { evse, source, payload });
    }

    /// The profiles that a request means, the one that came first in front.
    pub(super) fn matching(&self, criteria: &StoreCriteria) -> Vec<&StoredProfile> {
        self.stored.iter().filter(|profile| criteria.fit(profile)).collect()
    }

    /// Removes the profiles that a request means. Returns whether there were any.
    pub(super) fn clear(&mut self, criteria: &StoreCriteria) -> bool {
        let before = self.stored.len();
        self.stored.retain(|profile| !criteria.fit(profile));
        self.settle();
        self.stored.len() < before
    }

    /// Removes what limits a place from outside. Returns whether there was anything.
    pub(super) fn clear_external(&mut self, evse: i32) -> bool {
        let before = self.stored.len();
        self.stored.retain(|profile| profile.source == CSMS_SOURCE || profile.evse != evse);
        self.settle();
        self.stored.len() < before
    }

    /// Removes profiles of transactions that do not run. `runs` says whether the transaction of a profile runs at its EVSE. Returns
    /// whether there were any.
    pub(super) fn end_transactions(&mut self, runs: impl Fn(i32, Option<&str>) -> bool) -> bool {
        let before = self.stored.len();
        self.stored.retain(|it| {
            let is_of_transaction = it.payload["chargingProfilePurpose"] == ProfilePurpose::Transaction.name();
            !is_of_transaction || runs(it.evse, text(&it.payload, "transactionId"))
        });
        self.settle();
        self.stored.len() < before
    }

    /// Notes the transactions that run, each with its EVSE. Returns whether they are others than before.
    pub(super) fn note_transactions(&mut self, running: Vec<(i32, String)>) -> bool {
        let changed = self.transactions != running;
        self.transactions = running;
        changed
    }

    fn settle(&mut self) {
        let stored = &self.stored;
        self.profiles.retain(|profile| stored.iter().any(|it| it.payload["id"] == profile.id));
    }
}
