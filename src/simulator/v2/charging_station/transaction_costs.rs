//! The costs of running transactions by their tariff: the tariff that a transaction takes, and what its events say of the costs (OCPP 2.1
//! part 2, I08, I11 and I12). How costs are computed is in `tariff_cost`, which tariffs there are in `tariff_store`.

use serde_json::Value;

use super::ChargingStation;
use super::tariff_cost::TariffMeter;
use super::timers::StationTask;
use super::transaction_events::EventCause;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::simulator::equipment::VOLTS;
use crate::simulator::payload::text;

/// The costs of the running transactions, by EVSE.
#[derive(Debug, Default)]
pub(super) struct RunningCosts(Vec<(i32, TariffMeter)>);

impl RunningCosts {
    fn of(&mut self, evse: i32) -> Option<&mut TariffMeter> {
        self.0.iter_mut().find(|(number, _)| *number == evse).map(|(_, meter)| meter)
    }

    fn end(&mut self, evse: i32) {
        self.0.retain(|(number, _)| *number != evse);
    }
}

impl ChargingStation {
    /// Adds what an event of the transaction of an EVSE says of tariff and costs: the tariff when it is new, the details at the end and
    /// where the costs are its subject.
    pub(super) fn add_costs(&mut self, number: i32, event: &mut Value, now: Moment) {
        let (kind, trigger) = (text(event, "eventType"), text(event, "triggerReason"));
        let (starts, ends) = (kind == Some("Started"), kind == Some("Ended"));
        let about_costs = ends || matches!(trigger, Some("RunningCost" | "TariffChanged" | "CostLimitReached"));
        let says_tariff = starts || trigger == Some("TariffChanged");
        if starts {
            self.begin_costs(number, now);
        }
        if ends {
            self.blocks.tariffs.remove_of_driver(number);
            let id = event["transactionInfo"]["transactionId"].as_str().map(str::to_owned);
            id.into_iter().for_each(|id| self.remove_messages_of(&id, now));
        }
        self.advance_costs(number, now);
        let Some(meter) = self.blocks.running_costs.of(number) else { return };
        if says_tariff {
            event["transactionInfo"]["tariffId"] = meter.tariff()["tariffId"].clone();
        }
        if about_costs {
            event["costDetails"] = meter.details();
        }
        if ends {
            self.blocks.running_costs.end(number);
        }
    }

    fn begin_costs(&mut self, number: i32, now: Moment) {
        self.blocks.running_costs.end(number);
        if !self.computes_costs() {
            return;
        }
        if let Some(tariff) = self.blocks.tariffs.for_transaction(number, now.wall) {
            let meter = TariffMeter::new(tariff.clone(), now.wall);
            self.blocks.running_costs.0.push((number, meter));
            self.schedule_running_cost(number, now);
        }
    }

    fn advance_costs(&mut self, number: i32, now: Moment) {
        let reading = self.read_meter(number, now);
        let begin = self.evse(number).and_then(|evse| evse.transaction.as_ref()).map(|transaction| transaction.meter_start);
        let energy = f64::from(reading.watt_hours) - f64::from(begin.unwrap_or(reading.watt_hours));
        if let Some(meter) = self.blocks.running_costs.of(number) {
            meter.advance(now.wall, energy, reading.watts, reading.watts / VOLTS);
        }
    }

    /// The next report of the costs so far, when these are wanted (`TariffCostCtrlr.Enabled[RunningCost]`, `Interval[Cost]`).
    fn schedule_running_cost(&mut self, number: i32, now: Moment) {
        if let Some(interval) = self.running_cost_interval() {
            self.schedule(StationTask::RunningCost(number), interval, now);
        }
    }

    /// Reports the costs so far.
    pub(super) fn report_running_cost(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if self.blocks.running_costs.of(number).is_some() && self.evse(number).is_some_and(|it| it.transaction.is_some()) {
            self.send_event(number, "Updated", EventCause::of("RunningCost"), Vec::new(), now, out);
            self.schedule_running_cost(number, now);
        }
    }

    /// Whether the driver at an EVSE has a tariff: that of the transaction, or the one that it would take.
    pub(super) fn has_tariff(&self, number: i32, now: Moment) -> bool {
        let running = self.blocks.running_costs.0.iter().any(|(evse, _)| *evse == number);
        running || (self.computes_costs() && self.blocks.tariffs.for_transaction(number, now.wall).is_some())
    }

    /// The tariff of a running transaction.
    pub(super) fn tariff_of(&self, transaction: &str) -> Option<&Value> {
        let evse = self.evse_of_transaction(transaction)?;
        self.blocks.running_costs.0.iter().find(|(number, _)| *number == evse).map(|(_, meter)| meter.tariff())
    }

    /// The CSMS gives a running transaction another tariff (I11).
    pub(super) fn change_tariff(&mut self, transaction: &str, tariff: Value, now: Moment, out: &mut Outbox) {
        let Some(number) = self.evse_of_transaction(transaction) else { return };
        self.advance_costs(number, now);
        match self.blocks.running_costs.of(number) {
            Some(meter) => meter.change_tariff(tariff),
            None => self.blocks.running_costs.0.push((number, TariffMeter::new(tariff, now.wall))),
        }
        self.send_event(number, "Updated", EventCause::of("TariffChanged"), Vec::new(), now, out);
        self.schedule_running_cost(number, now);
    }

    /// The answer to an Authorize may bring the driver's own tariff (I08).
    pub(super) fn take_driver_tariff(&mut self, number: i32, token: &str, answer: &Value) {
        if let Some(tariff) = answer.get("tariff").filter(|_| self.computes_costs()) {
            self.blocks.tariffs.set_of_driver(number, token, tariff);
        }
    }
}
