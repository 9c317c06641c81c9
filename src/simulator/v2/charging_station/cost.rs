//! What a transaction costs, as the CSMS says: CostUpdated, and the totals in the answers to TransactionEvent (OCPP 2.0.1 part 2, I02 and
//! I03). What the station computes by itself with a tariff of 2.1 is in `tariffs`.

use serde_json::Value;

use super::ChargingStation;
use super::effect::result_then;
use crate::behaviour::{IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{number, text};

/// The most costs that are kept.
const MOST_COSTS: usize = 50;

/// The costs of the last transactions, the newest last.
#[derive(Debug, Default)]
pub(super) struct TransactionCosts(Vec<(String, f64)>);

impl TransactionCosts {
    fn set(&mut self, transaction: &str, cost: f64) {
        self.0.retain(|(id, _)| id != transaction);
        if self.0.len() == MOST_COSTS {
            self.0.remove(0);
        }
        self.0.push((transaction.to_owned(), cost));
    }

    /// The cost of a transaction.
    pub(super) fn of(&self, transaction: &str) -> Option<f64> {
        self.0.iter().find(|(id, _)| id == transaction).map(|(_, cost)| *cost)
    }
}

impl ChargingStation {
    /// CostUpdated: the answer is empty, whatever the transaction.
    #[expect(clippy::unused_self, reason = "all subjects have this form")]
    pub(super) fn propose_cost(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "CostUpdated").then(|| {
            let payload = call.payload.value().clone();
            result_then(serde_json::json!({}), None, move |station, _now, _out| {
                if let Some(id) = text(&payload, "transactionId") {
                    station.show_cost(id, number(&payload, "totalCost"));
                }
            })
        })
    }

    /// Shows the cost of a transaction to the driver.
    pub(super) fn show_cost(&mut self, transaction: &str, cost: Option<f64>) {
        if let Some(cost) = cost {
            self.blocks.costs.set(transaction, cost);
        }
    }

    /// The answer to a TransactionEvent may have the cost so far.
    pub(super) fn cost_answered(&mut self, event: &Value, result: &Value) {
        if let Some(id) = event.get("transactionInfo").and_then(|info| text(info, "transactionId")) {
            self.show_cost(id, number(result, "totalCost"));
        }
    }
}
