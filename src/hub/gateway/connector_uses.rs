//! What connectors are used for, learnt from the messages of a station: 1.6 has five statuses for what 1.5 calls `Occupied`, and which one is
//! meant follows from the transactions.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// The connectors of one station.
#[derive(Debug, Default)]
pub(super) struct ConnectorUses {
    /// The connectors of transactions.
    transactions: HashMap<i64, i64>,
    /// Connectors whose transaction has ended and that have not been available since.
    finishing: HashSet<i64>,
}

impl ConnectorUses {
    /// Learns from a call of the station that was answered so. Both are in the version of the station; the fields have the same names in
    /// 1.2 to 1.6.
    pub fn learn(&mut self, action: &str, asked: &Value, answered: &Value) {
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_i64);
        match action {
            "StartTransaction" => {
                if let (Some(connector), Some(transaction)) = (number(asked, "connectorId"), number(answered, "transactionId"))
                {
                    self.transactions.insert(transaction, connector);
                    self.finishing.remove(&connector);
                }
            }
            "StopTransaction" => {
                let ended = number(asked, "transactionId").and_then(|transaction| self.transactions.remove(&transaction));
                self.finishing.extend(ended);
            }
            "StatusNotification" if asked.get("status").and_then(Value::as_str) == Some("Available") => {
                if let Some(connector) = number(asked, "connectorId") {
                    self.finishing.remove(&connector);
                }
            }
            _ => {}
        }
    }

    /// The status in 1.6 of a connector that is occupied (OCPP 1.6 §4.9): `Charging` during a transaction, `Finishing` after one,
    /// `Preparing` otherwise.
    pub fn status_of(&self, status: &Value) -> &'static str {
        match status.get("connectorId").and_then(Value::as_i64) {
            Some(connector) if self.transactions.values().any(|used| *used == connector) => "Charging",
            Some(connector) if self.finishing.contains(&connector) => "Finishing",
            _ => "Preparing",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_occupied_follows_from_the_transactions() {
        let mut uses = ConnectorUses::default();
        let occupied = json!({ "connectorId": 1, "status": "Occupied" });
        assert_eq!(uses.status_of(&occupied), "Preparing");
        uses.learn("StartTransaction", &json!({ "connectorId": 1, "idTag": "A" }), &json!({ "transactionId": 7 }));
        assert_eq!(uses.status_of(&occupied), "Charging");
        assert_eq!(uses.status_of(&json!({ "connectorId": 2, "status": "Occupied" })), "Preparing");
        uses.learn("StopTransaction", &json!({ "transactionId": 7 }), &json!({}));
        assert_eq!(uses.status_of(&occupied), "Finishing");
        uses.learn("StatusNotification", &json!({ "connectorId": 1, "status": "Available" }), &json!({}));
        assert_eq!(uses.status_of(&occupied), "Preparing");
    }
}
