//! The tariffs of the station: which is the default of which EVSE, and which a driver brought along (OCPP 2.1 part 2, I07 to I10). What a
//! transaction costs is in `tariff_cost`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::tariff_conditions::has_conditions;
use crate::simulator::payload::{list, text, time};

/// The parts of a tariff that have prices.
const PRICED: [&str; 6] = ["energy", "chargingTime", "idleTime", "fixedFee", "reservationTime", "reservationFixed"];

/// The most prices of a part (`TariffCostCtrlr.MaxElements[Tariff]`).
const MOST_PRICES: usize = 20;

/// The tariffs of the station.
#[derive(Debug, Default)]
pub(super) struct TariffStore {
    defaults: Vec<DefaultTariff>,
    drivers: Vec<DriverTariff>,
}

/// The default tariff of an EVSE. One that begins later stands beside the present one.
#[derive(Debug, Clone)]
struct DefaultTariff {
    evse: i32,
    tariff: Value,
}

/// The tariff of a driver.
#[derive(Debug, Clone)]
struct DriverTariff {
    evse: i32,
    token: String,
    tariff: Value,
}

/// What is wrong with a tariff: the status of the answer, and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TariffFault(pub &'static str, pub &'static str);

/// What the station does not support in a tariff. `conditions` is whether it supports conditions.
pub(super) fn tariff_fault(tariff: &Value, conditions: bool) -> Option<TariffFault> {
    let parts: Vec<&Value> = PRICED.iter().filter_map(|name| tariff.get(name)).collect();
    if parts.is_empty() {
        return Some(TariffFault("Rejected", "InvalidValue"));
    }
    if parts.iter().any(|part| list(part, "prices").len() > MOST_PRICES) {
        return Some(TariffFault("TooManyElements", "TooManyElements"));
    }
    let unsupported = !conditions && parts.iter().any(|part| has_conditions(part));
    unsupported.then_some(TariffFault("ConditionNotSupported", "UnsupportedParam"))
}

fn id_of(tariff: &Value) -> &str {
    text(tariff, "tariffId").unwrap_or_default()
}

/// Whether a tariff has begun.
fn has_begun(tariff: &Value, now: Timestamp) -> bool {
    time(tariff, "validFrom").is_none_or(|begin| begin <= now)
}

impl TariffStore {
    fn tariffs(&self) -> impl Iterator<Item = &Value> {
        self.defaults.iter().map(|entry| &entry.tariff).chain(self.drivers.iter().map(|entry| &entry.tariff))
    }

    /// Whether another tariff has the id of this one.
    pub(super) fn has_other(&self, tariff: &Value) -> bool {
        self.tariffs().any(|other| id_of(other) == id_of(tariff) && other != tariff)
    }

    /// Sets the default of some EVSEs. A tariff that has begun replaces the present one, another one the one that was to come.
    pub(super) fn set_default(&mut self, evses: impl IntoIterator<Item = i32>, tariff: &Value, now: Timestamp) {
        let begun = has_begun(tariff, now);
        for evse in evses {
            self.defaults.retain(|entry| entry.evse != evse || has_begun(&entry.tariff, now) != begun);
            self.defaults.push(DefaultTariff { evse, tariff: tariff.clone() });
        }
    }

    /// Sets the tariff of a driver at an EVSE.
    pub(super) fn set_of_driver(&mut self, evse: i32, token: &str, tariff: &Value) {
        self.drivers.retain(|entry| entry.evse != evse);
        self.drivers.push(DriverTariff { evse, token: token.to_owned(), tariff: tariff.clone() });
    }

    /// A driver leaves an EVSE.
    pub(super) fn remove_of_driver(&mut self, evse: i32) {
        self.drivers.retain(|entry| entry.evse != evse);
    }

    /// The tariff of a new transaction: the driver's, else the default that began last.
    pub(super) fn for_transaction(&self, evse: i32, now: Timestamp) -> Option<&Value> {
        let driver = self.drivers.iter().find(|entry| entry.evse == evse).map(|entry| &entry.tariff);
        let begun = |entry: &&DefaultTariff| entry.evse == evse && has_begun(&entry.tariff, now);
        let default = self.defaults.iter().filter(begun).max_by_key(|entry| time(&entry.tariff, "validFrom"));
        driver.or(default.map(|entry| &entry.tariff))
    }

    /// `tariffAssignments` of an EVSE, or of all for 0: each tariff once, with where it applies.
    pub(super) fn assignments(&self, evse: i32) -> Vec<Value> {
        let mut assignments: Vec<Value> = Vec::new();
        let mut add = |tariff: &Value, kind: &str, at: i32, token: Option<&str>| {
            let same = |entry: &Value| entry["tariffId"] == tariff["tariffId"] && entry["tariffKind"] == kind;
            let place = assignments.iter().position(same).unwrap_or_else(|| {
                let mut entry = json!({ "tariffId": tariff["tariffId"], "tariffKind": kind, "evseIds": [] });
                if let Some(begin) = tariff.get("validFrom") {
                    entry["validFrom"] = begin.clone();
                }
                assignments.push(entry);
                assignments.len() - 1
            });
            let entry = &mut assignments[place];
            push(entry, "evseIds", at.into());
            if let Some(token) = token {
                push(entry, "idTokens", token.into());
            }
        };
        let wanted = |at: i32| evse == 0 || at == evse;
        for entry in self.defaults.iter().filter(|entry| wanted(entry.evse)) {
            add(&entry.tariff, "DefaultTariff", entry.evse, None);
        }
        for entry in self.drivers.iter().filter(|entry| wanted(entry.evse)) {
            add(&entry.tariff, "DriverTariff", entry.evse, Some(&entry.token));
        }
        assignments
    }

    /// Removes tariffs: those of these ids, or all, at an EVSE or at all. Returns the ids of what would be removed.
    pub(super) fn named(&self, ids: &[Value], evse: Option<i32>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let entries = self.defaults.iter().map(|entry| (entry.evse, &entry.tariff));
        for (at, tariff) in entries.chain(self.drivers.iter().map(|entry| (entry.evse, &entry.tariff))) {
            if is_named(ids, evse, at, tariff) && !found.iter().any(|id| id == id_of(tariff)) {
                found.push(id_of(tariff).to_owned());
            }
        }
        found
    }

    /// Removes what [`named`](Self::named) names.
    pub(super) fn clear(&mut self, ids: &[Value], evse: Option<i32>) {
        self.defaults.retain(|entry| !is_named(ids, evse, entry.evse, &entry.tariff));
        self.drivers.retain(|entry| !is_named(ids, evse, entry.evse, &entry.tariff));
    }
}

fn is_named(ids: &[Value], evse: Option<i32>, at: i32, tariff: &Value) -> bool {
    let here = evse.is_none_or(|evse| evse == 0 || evse == at);
    here && (ids.is_empty() || ids.iter().any(|id| id.as_str() == Some(id_of(tariff))))
}

/// Adds a value to a list in a field.
fn push(entry: &mut Value, field: &str, value: Value) {
    match entry[field].as_array_mut() {
        Some(values) => values.push(value),
        None => entry[field] = Value::Array(vec![value]),
    }
}
