//! The cost of a transaction by a tariff, and its details as a message has them (OCPP 2.1 part 2, I12; `CostDetailsType`). Everything here
//! is pure: the usage comes in from the meter.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::tariff_conditions::{TransactionUsage, price_at};
use crate::simulator::payload::{list, number, text, written_time};

/// The longest time for which conditions are judged once. Times of day in conditions have minutes.
const SLICE_SECONDS: i64 = 60;

/// The most times that conditions are judged for one step.
const MOST_SLICES: i64 = 3000;

/// The components of a tariff that have a price by usage, with the name of the price.
const COMPONENTS: [(&str, &str); 3] = [("energy", "priceKwh"), ("chargingTime", "priceMinute"), ("idleTime", "priceMinute")];

/// The cost of one transaction so far.
#[derive(Debug, Clone)]
pub(super) struct TariffMeter {
    tariff: Value,
    last: Timestamp,
    usage: TransactionUsage,
    /// The costs of the components without taxes, in their order, and the taxes on each.
    costs: [ComponentCost; COMPONENTS.len()],
    fixed: ComponentCost,
    fee_is_due: bool,
    periods: Vec<CostPeriod>,
}

/// The cost of a component, without and with taxes.
#[derive(Debug, Clone, Copy, Default)]
struct ComponentCost {
    without: f64,
    with: f64,
}

/// A time with the same prices.
#[derive(Debug, Clone)]
struct CostPeriod {
    start: Timestamp,
    tariff_id: Value,
    prices: [Option<usize>; COMPONENTS.len()],
    energy: f64,
    charging: f64,
    idle: f64,
}

/// An amount with taxes. Those of a higher `stack` are applied to the result of the lower ones.
fn with_taxes(amount: f64, rates: &[Value]) -> f64 {
    let stack = |rate: &Value| rate.get("stack").and_then(Value::as_i64).unwrap_or_default();
    let mut stacks: Vec<i64> = rates.iter().map(stack).collect();
    stacks.sort_unstable();
    stacks.dedup();
    stacks.into_iter().fold(amount, |amount, level| {
        let percent: f64 = rates.iter().filter(|rate| stack(rate) == level).filter_map(|rate| number(rate, "tax")).sum();
        amount * (1.0 + percent / 100.0)
    })
}

/// A number without the noise of its computation.
fn rounded(value: f64) -> Value {
    let rounded = (value * 100_000.0).round() / 100_000.0;
    rounded.into()
}

impl TariffMeter {
    /// A transaction that begins.
    pub(super) fn new(tariff: Value, begin: Timestamp) -> TariffMeter {
        TariffMeter {
            tariff,
            last: begin,
            usage: TransactionUsage::default(),
            costs: Default::default(),
            fixed: ComponentCost::default(),
            fee_is_due: true,
            periods: Vec::new(),
        }
    }

    /// The tariff that applies now.
    pub(super) fn tariff(&self) -> &Value {
        &self.tariff
    }

    /// Another tariff applies from now on. What was used before keeps its price.
    pub(super) fn change_tariff(&mut self, tariff: Value) {
        self.tariff = tariff;
    }

    /// Adds the time up to now, in which the energy rose evenly to this total in Wh.
    pub(super) fn advance(&mut self, now: Timestamp, energy: f64, watts: f64, amperes: f64) {
        let seconds = now.duration_since(self.last).as_secs();
        let gained = (energy - self.usage.energy).max(0.0);
        self.usage = TransactionUsage { watts, amperes, ..self.usage };
        self.charge_fee();
        if seconds <= 0 {
            self.add_slice(0.0, gained);
            return;
        }
        let slice = SLICE_SECONDS.max(seconds / MOST_SLICES + 1);
        let mut left = seconds;
        while left > 0 {
            // up to a whole minute, where times of day begin and end
            let length = (slice - self.last.as_second().rem_euclid(slice)).min(left);
            self.add_slice(length as f64, gained * length as f64 / seconds as f64);
            self.last = self.last.saturating_add(SignedDuration::from_secs(length)).unwrap_or(now);
            left -= length;
        }
    }

    /// The fixed fee is charged once.
    fn charge_fee(&mut self) {
        let Some(component) = self.tariff.get("fixedFee").filter(|_| self.fee_is_due) else { return };
        if let Some((_, price)) = price_at(component, &self.usage, self.last) {
            let without = number(price, "priceFixed").unwrap_or_default();
            self.fixed = ComponentCost { without, with: with_taxes(without, list(component, "taxRates")) };
            self.fee_is_due = false;
        }
    }

    fn add_slice(&mut self, seconds: f64, energy: f64) {
        let charging = if self.usage.watts > 0.0 || energy > 0.0 { seconds } else { 0.0 };
        let volumes = [energy / 1000.0, charging / 60.0, (seconds - charging) / 60.0];
        let mut prices = [None; COMPONENTS.len()];
        for (index, (name, price_name)) in COMPONENTS.into_iter().enumerate() {
            let Some(component) = self.tariff.get(name) else { continue };
            if let Some((place, price)) = price_at(component, &self.usage, self.last) {
                prices[index] = Some(place);
                let cost = volumes[index] * number(price, price_name).unwrap_or_default();
                self.costs[index].without += cost;
                self.costs[index].with += with_taxes(cost, list(component, "taxRates"));
            }
        }
        let tariff_id = self.tariff.get("tariffId").cloned().unwrap_or_default();
        if self.periods.last().is_none_or(|period| period.prices != prices || period.tariff_id != tariff_id) {
            let start = self.last;
            self.periods.push(CostPeriod { start, tariff_id, prices, energy: 0.0, charging: 0.0, idle: 0.0 });
        }
        if let Some(period) = self.periods.last_mut() {
            period.energy += energy;
            period.charging += charging;
            period.idle += seconds - charging;
        }
        self.usage.energy += energy;
        self.usage.charging += charging;
        self.usage.idle += seconds - charging;
    }

    /// The sum of all costs.
    fn total(&self) -> ComponentCost {
        self.costs.iter().chain([&self.fixed]).fold(ComponentCost::default(), |sum, cost| ComponentCost {
            without: sum.without + cost.without,
            with: sum.with + cost.with,
        })
    }

    /// The limit of the cost in the tariff, `minCost` or `maxCost`.
    fn limit(&self, name: &str) -> Option<ComponentCost> {
        let price = self.tariff.get(name)?;
        let rates = list(price, "taxRates");
        let without = number(price, "exclTax").or_else(|| Some(number(price, "inclTax")? / with_taxes(1.0, rates)))?;
        Some(ComponentCost { without, with: number(price, "inclTax").unwrap_or_else(|| with_taxes(without, rates)) })
    }

    fn limited_total(&self) -> (&'static str, ComponentCost) {
        let total = self.total();
        match (self.limit("minCost"), self.limit("maxCost")) {
            (Some(least), _) if total.without < least.without => ("MinCost", least),
            (_, Some(most)) if total.without > most.without => ("MaxCost", most),
            _ => ("NormalCost", total),
        }
    }

    /// `costDetails` of a TransactionEvent.
    pub(super) fn details(&self) -> Value {
        let (kind, total) = self.limited_total();
        let mut cost = Map::new();
        cost.insert("currency".to_owned(), text(&self.tariff, "currency").unwrap_or_default().into());
        cost.insert("typeOfCost".to_owned(), kind.into());
        let mut add = |name: &str, component: &str, amount: &ComponentCost| {
            let Some(rates) = self.tariff.get(component).map(|component| list(component, "taxRates")) else { return };
            let mut price = json!({ "exclTax": rounded(amount.without), "inclTax": rounded(amount.with) });
            if !rates.is_empty() {
                price["taxRates"] = rates.into();
            }
            cost.insert(name.to_owned(), price);
        };
        add("fixed", "fixedFee", &self.fixed);
        COMPONENTS.iter().zip(&self.costs).for_each(|((name, _), amount)| add(name, name, amount));
        cost.insert("total".to_owned(), json!({ "exclTax": rounded(total.without), "inclTax": rounded(total.with) }));
        json!({
            "totalCost": cost,
            "totalUsage": {
                "energy": rounded(self.usage.energy / 1000.0),
                "chargingTime": (self.usage.charging + self.usage.idle).round() as i64,
                "idleTime": self.usage.idle.round() as i64,
            },
            "chargingPeriods": self.periods.iter().map(CostPeriod::written).collect::<Vec<_>>(),
        })
    }
}

impl CostPeriod {
    fn written(&self) -> Value {
        let dimensions = [
            ("Energy", self.energy / 1000.0),
            ("ChargingTime", self.charging),
            // spelt so in the definition
            ("IdleTIme", self.idle),
        ];
        let volumes = dimensions.map(|(kind, volume)| json!({ "type": kind, "volume": rounded(volume) }));
        json!({ "startPeriod": written_time(self.start), "tariffId": self.tariff_id, "dimensions": volumes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(meter: &TariffMeter) -> Value {
        meter.details()["totalCost"]["total"]["inclTax"].clone()
    }

    fn at(time: &str) -> Timestamp {
        format!("2024-05-01T{time}Z").parse().unwrap()
    }

    fn tariff(components: Value) -> Value {
        let mut tariff = json!({"tariffId": "T1", "currency": "EUR"});
        tariff.as_object_mut().unwrap().extend(components.as_object().unwrap().clone());
        tariff
    }

    #[test]
    fn energy_and_time_have_prices_and_taxes() {
        let rates = json!([{"type": "vat", "tax": 20}, {"type": "city", "tax": 10, "stack": 1}]);
        let mut meter = TariffMeter::new(
            tariff(json!({
                "energy": {"prices": [{"priceKwh": 0.5}], "taxRates": rates},
                "chargingTime": {"prices": [{"priceMinute": 0.1}]},
                "idleTime": {"prices": [{"priceMinute": 0.2}]},
                "fixedFee": {"prices": [{"priceFixed": 1}]},
            })),
            at("12:00:00"),
        );
        meter.advance(at("12:30:00"), 3000.0, 6000.0, 26.0);
        meter.advance(at("12:40:00"), 3000.0, 0.0, 0.0);
        let details = meter.details();
        let total = &details["totalCost"];
        assert_eq!(total["energy"], json!({"exclTax": 1.5, "inclTax": 1.98, "taxRates": rates}));
        assert_eq!([&total["chargingTime"]["exclTax"], &total["idleTime"]["exclTax"]], [3.0, 2.0]);
        assert_eq!(total["fixed"]["inclTax"], 1.0);
        assert_eq!((&total["typeOfCost"], &total["total"]), (&json!("NormalCost"), &json!({"exclTax": 7.5, "inclTax": 7.98})));
        assert_eq!(details["totalUsage"], json!({"energy": 3.0, "chargingTime": 2400, "idleTime": 600}));
        assert_eq!(details["chargingPeriods"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_price_of_the_night_begins_in_the_minute_of_its_time() {
        let night = json!({"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"});
        let energy = json!({"prices": [{"priceKwh": 0.1, "conditions": night}, {"priceKwh": 0.5}]});
        let mut meter = TariffMeter::new(tariff(json!({"energy": energy})), at("21:30:00"));
        meter.advance(at("22:30:00"), 6000.0, 6000.0, 26.0);
        let details = meter.details();
        assert_eq!(details["totalCost"]["total"]["exclTax"], 1.8);
        let starts: Vec<&str> =
            details["chargingPeriods"].as_array().unwrap().iter().map(|it| it["startPeriod"].as_str().unwrap()).collect();
        assert_eq!(starts, ["2024-05-01T21:30:00.000Z", "2024-05-01T22:00:00.000Z"]);
    }

    #[test]
    fn costs_have_a_least_and_a_most() {
        let limits = json!({"energy": {"prices": [{"priceKwh": 1}]}, "minCost": {"exclTax": 2},
            "maxCost": {"inclTax": 11, "taxRates": [{"type": "vat", "tax": 10}]}});
        let mut meter = TariffMeter::new(tariff(limits), at("12:00:00"));
        let kind = |meter: &TariffMeter| meter.details()["totalCost"]["typeOfCost"].clone();
        meter.advance(at("12:10:00"), 1000.0, 6000.0, 26.0);
        assert_eq!((kind(&meter), cost(&meter)), (json!("MinCost"), json!(2.0)));
        meter.advance(at("12:20:00"), 5000.0, 6000.0, 26.0);
        assert_eq!((kind(&meter), cost(&meter)), (json!("NormalCost"), json!(5.0)));
        meter.advance(at("12:40:00"), 15_000.0, 6000.0, 26.0);
        assert_eq!((kind(&meter), cost(&meter)), (json!("MaxCost"), json!(11.0)));
    }

    #[test]
    fn another_tariff_counts_from_its_change() {
        let mut meter = TariffMeter::new(tariff(json!({"energy": {"prices": [{"priceKwh": 1}]}})), at("12:00:00"));
        meter.advance(at("12:10:00"), 1000.0, 6000.0, 26.0);
        meter.change_tariff(json!({"tariffId": "T2", "currency": "EUR", "energy": {"prices": [{"priceKwh": 3}]}}));
        meter.advance(at("12:20:00"), 2000.0, 6000.0, 26.0);
        assert_eq!(cost(&meter), 4.0);
        let periods = meter.details()["chargingPeriods"].clone();
        assert_eq!([&periods[0]["tariffId"], &periods[1]["tariffId"]], ["T1", "T2"]);
    }

    #[test]
    fn a_long_time_takes_few_slices() {
        let mut meter = TariffMeter::new(tariff(json!({"chargingTime": {"prices": [{"priceMinute": 1}]}})), Timestamp::MIN);
        meter.advance(Timestamp::MAX, 1.0, 1.0, 1.0);
        assert_eq!(meter.periods.len(), 1);
    }
}
