//! Tariffs with which the station computes costs by itself: SetDefaultTariff, GetTariffs, ClearTariffs and ChangeTransactionTariff (OCPP
//! 2.1 part 2, I07 to I12). What the CSMS says about costs is in `cost`.

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{only_status, result_then, status_because, status_then};
use super::tariff_store::{TariffFault, tariff_fault};
use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, list, not_supported, text};

impl ChargingStation {
    /// The calls that this file answers. Without local costs there are no tariffs (`TariffCostCtrlr.Enabled[Tariff]`).
    pub(super) fn propose_tariffs(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        let answer: fn(&ChargingStation, &Value) -> Proposal = match call.action {
            "SetDefaultTariff" => ChargingStation::set_default_tariff,
            "GetTariffs" => ChargingStation::get_tariffs,
            "ClearTariffs" => ChargingStation::clear_tariffs,
            "ChangeTransactionTariff" => ChargingStation::change_transaction_tariff,
            _ => return None,
        };
        Some(if self.computes_costs() { answer(self, call.payload) } else { not_supported(call.action).into() })
    }

    /// An id names one tariff, so the same id with another content is refused.
    fn set_default_tariff(&self, payload: &Value) -> Proposal {
        let evse = integer(payload, "evseId").unwrap_or(-1);
        let tariff = payload.get("tariff").unwrap_or(&Value::Null);
        if evse != 0 && self.evse(evse).is_none() {
            return status_because("Rejected", "UnknownEvse");
        }
        if let Some(TariffFault(status, reason)) = tariff_fault(tariff, self.supports_conditions()) {
            return status_because(status, reason);
        }
        if self.blocks.tariffs.has_other(tariff) {
            return status_because("DuplicateTariffId", "InvalidValue");
        }
        let tariff = tariff.clone();
        status_then("Accepted", move |station, now, _out| {
            let evses = if evse == 0 { station.evse_numbers() } else { evse..=evse };
            station.blocks.tariffs.set_default(evses, &tariff, now.wall);
        })
    }

    fn get_tariffs(&self, payload: &Value) -> Proposal {
        let evse = integer(payload, "evseId").unwrap_or(-1);
        if evse != 0 && self.evse(evse).is_none() {
            return status_because("Rejected", "UnknownEvse");
        }
        let assignments = self.blocks.tariffs.assignments(evse);
        if assignments.is_empty() {
            return only_status("NoTariff");
        }
        Answer::result(json!({ "status": "Accepted", "tariffAssignments": assignments })).into()
    }

    /// One result for each tariff. A running transaction keeps its tariff.
    fn clear_tariffs(&self, payload: &Value) -> Proposal {
        let ids = list(payload, "tariffIds").to_vec();
        let evse = integer(payload, "evseId");
        let found = self.blocks.tariffs.named(&ids, evse);
        let cleared = |id: &String| json!({ "tariffId": id, "status": "Accepted" });
        let mut results: Vec<Value> = found.iter().map(cleared).collect();
        let missing = ids.iter().filter(|id| !found.iter().any(|it| Some(it.as_str()) == id.as_str()));
        results.extend(missing.map(|id| json!({ "tariffId": id, "status": "NoTariff" })));
        if results.is_empty() {
            results.push(json!({ "status": "NoTariff" }));
        }
        result_then(json!({ "clearTariffsResult": results }), None, move |station, _now, _out| {
            station.blocks.tariffs.clear(&ids, evse);
        })
    }

    /// The currency of a transaction stays (I11.FR.05).
    fn change_transaction_tariff(&self, payload: &Value) -> Proposal {
        let id = text(payload, "transactionId").unwrap_or_default();
        let tariff = payload.get("tariff").unwrap_or(&Value::Null);
        if self.evse_of_transaction(id).is_none() {
            return status_because("TxNotFound", "TxNotFound");
        }
        if let Some(TariffFault(status, reason)) = tariff_fault(tariff, self.supports_conditions()) {
            return status_because(status, reason);
        }
        let currency = self.tariff_of(id).and_then(|tariff| text(tariff, "currency"));
        if currency.is_some() && currency != text(tariff, "currency") {
            return only_status("NoCurrencyChange");
        }
        let (id, tariff) = (id.to_owned(), tariff.clone());
        status_then("Accepted", move |station, now, out| station.change_tariff(&id, tariff, now, out))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tariff_store::TariffStore;
    use super::*;

    fn tariff(id: &str, valid_from: Option<&str>) -> Value {
        let mut tariff = json!({"tariffId": id, "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.3}]}});
        if let Some(begin) = valid_from {
            tariff["validFrom"] = begin.into();
        }
        tariff
    }

    #[test]
    fn a_later_tariff_stands_beside_the_present_one_until_its_time() {
        let now = "2024-05-01T12:00:00Z".parse().unwrap();
        let later = "2024-05-01T13:00:00Z".parse().unwrap();
        let mut store = TariffStore::default();
        store.set_default(1..=2, &tariff("A", None), now);
        store.set_default(1..=1, &tariff("B", Some("2024-05-01T13:00:00Z")), now);
        let of = |store: &TariffStore, evse, time| store.for_transaction(evse, time).map(|it| it["tariffId"].clone());
        assert_eq!(of(&store, 1, now), Some(json!("A")));
        assert_eq!([of(&store, 1, later), of(&store, 2, later)], [Some(json!("B")), Some(json!("A"))]);
        let listed = json!([
            {"tariffId": "A", "tariffKind": "DefaultTariff", "evseIds": [1, 2]},
            {"tariffId": "B", "tariffKind": "DefaultTariff", "evseIds": [1], "validFrom": "2024-05-01T13:00:00Z"},
        ]);
        assert_eq!(json!(store.assignments(0)), listed);
        assert_eq!(store.assignments(2).len(), 1);
        store.set_of_driver(2, "TAG", &tariff("C", None));
        assert_eq!(of(&store, 2, now), Some(json!("C")));
        assert_eq!(store.assignments(2)[1]["idTokens"], json!(["TAG"]));
        assert_eq!(store.named(&[], Some(1)), ["A", "B"]);
        store.clear(&[json!("A")], Some(1));
        assert_eq!([of(&store, 1, now), of(&store, 2, now)], [None, Some(json!("C"))]);
        store.remove_of_driver(2);
        assert_eq!(of(&store, 2, now), Some(json!("A")));
    }

    #[test]
    fn tariffs_have_limits() {
        let priced = |price: Value, count| json!({"energy": {"prices": vec![price; count]}});
        let fault = |tariff: Value, conditions| tariff_fault(&tariff, conditions).map(|fault| fault.0);
        assert_eq!(fault(json!({}), true), Some("Rejected"));
        assert_eq!(fault(priced(json!({"priceKwh": 1}), 20), true), None);
        assert_eq!(fault(priced(json!({"priceKwh": 1}), 21), true), Some("TooManyElements"));
        let night = json!({"priceKwh": 1, "conditions": {"endTimeOfDay": "06:00"}});
        assert_eq!(fault(priced(night.clone(), 1), true), None);
        assert_eq!(fault(priced(night, 1), false), Some("ConditionNotSupported"));
    }
}
