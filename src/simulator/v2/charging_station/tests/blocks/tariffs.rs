//! Tariffs, and the costs of transactions that follow from them.

use super::*;
use crate::behaviour::PhysicalAction;

fn tariff(id: &str, price: f64) -> Value {
    json!({"tariffId": id, "currency": "EUR", "energy": {"prices": [{"priceKwh": price}]},
        "fixedFee": {"prices": [{"priceFixed": 1}]}})
}

fn default_tariff(evse: i32, tariff: Value) -> Value {
    json!({"evseId": evse, "tariff": tariff})
}

/// A station of 2.1 on which a card charges at the first EVSE, and the id of its transaction.
fn charging(tariffs: &[(i32, Value)]) -> (StationWorld, String) {
    let mut world = StationWorld::quiet(Version::V2_1);
    for (evse, tariff) in tariffs {
        assert_eq!(world.ask_status("SetDefaultTariff", default_tariff(*evse, tariff.clone())), "Accepted");
    }
    world.acts(&PhysicalAction::Plug { connector: Some(1) });
    world.act(&PhysicalAction::Present { id_tag: "TAG".to_owned(), connector: Some(1) }).unwrap();
    let events = sent_within(&mut world, 5, "TransactionEvent");
    let id = events[0].payload["transactionInfo"]["transactionId"].as_str().unwrap().to_owned();
    (world, id)
}

#[test]
fn tariffs_are_set_listed_and_cleared() {
    let mut world = StationWorld::quiet(Version::V2_1);
    assert_eq!(world.ask_status("GetTariffs", json!({"evseId": 0})), "NoTariff");
    assert_eq!(world.ask_status("SetDefaultTariff", default_tariff(9, tariff("A", 0.3))), "Rejected UnknownEvse");
    assert_eq!(world.ask_status("SetDefaultTariff", default_tariff(0, tariff("A", 0.3))), "Accepted");
    assert_eq!(world.ask_status("SetDefaultTariff", default_tariff(1, tariff("A", 0.4))), "DuplicateTariffId InvalidValue");
    assert_eq!(world.ask_status("SetDefaultTariff", default_tariff(2, tariff("B", 0.4))), "Accepted");
    let listed = world.ask_result("GetTariffs", json!({"evseId": 0}));
    let expected = json!([
        {"tariffId": "A", "tariffKind": "DefaultTariff", "evseIds": [1]},
        {"tariffId": "B", "tariffKind": "DefaultTariff", "evseIds": [2]},
    ]);
    assert_eq!(listed["tariffAssignments"], expected);
    let cleared = world.ask_result("ClearTariffs", json!({"tariffIds": ["A", "X"]}));
    let results = json!([{"tariffId": "A", "status": "Accepted"}, {"tariffId": "X", "status": "NoTariff"}]);
    assert_eq!(cleared, json!({ "clearTariffsResult": results }));
    assert_eq!(world.ask_result("ClearTariffs", json!({"evseId": 1})), json!({"clearTariffsResult": [{"status": "NoTariff"}]}));
    assert_eq!(world.ask_status("GetTariffs", json!({"evseId": 1})), "NoTariff");
}

#[test]
fn a_transaction_says_its_tariff_and_in_the_end_its_costs() {
    let (mut world, _) = charging(&[(0, tariff("A", 0.5))]);
    world.pass_seconds(600);
    world.serve();
    world.act(&PhysicalAction::Present { id_tag: "TAG".to_owned(), connector: Some(1) }).unwrap();
    let events = sent_within(&mut world, 5, "TransactionEvent");
    let ended = events.iter().find(|call| call.payload["eventType"] == "Ended").unwrap();
    let total = &ended.payload["costDetails"]["totalCost"];
    let energy = ended.payload["costDetails"]["totalUsage"]["energy"].as_f64().unwrap();
    assert!(energy > 0.5, "{ended:?}");
    assert_eq!(total["fixed"]["exclTax"], 1.0);
    let cost = total["total"]["exclTax"].as_f64().unwrap();
    assert!((cost - (1.0 + 0.5 * energy)).abs() < 0.001, "{ended:?}");
}

#[test]
fn a_transaction_gets_another_tariff_of_the_same_currency() {
    let (mut world, id) = charging(&[(1, tariff("A", 0.5))]);
    let change = |id: &str, tariff: Value| json!({"transactionId": id, "tariff": tariff});
    let mut dollars = tariff("B", 1.0);
    dollars["currency"] = "USD".into();
    assert_eq!(world.ask_status("ChangeTransactionTariff", change("unknown", tariff("B", 1.0))), "TxNotFound TxNotFound");
    assert_eq!(world.ask_status("ChangeTransactionTariff", change(&id, dollars)), "NoCurrencyChange");
    assert_eq!(world.ask_status("ChangeTransactionTariff", change(&id, tariff("B", 1.0))), "Accepted");
    let events = sent_within(&mut world, 0, "TransactionEvent");
    let payload = &events[0].payload;
    assert_eq!((&payload["triggerReason"], &payload["transactionInfo"]["tariffId"]), (&json!("TariffChanged"), &json!("B")));
    assert_eq!(payload["costDetails"]["totalCost"]["currency"], "EUR");
}

#[test]
fn messages_for_a_transaction_end_with_it() {
    let (mut world, id) = charging(&[]);
    let message = json!({"message": {"id": 1, "priority": "InFront", "transactionId": id,
        "message": {"format": "UTF8", "content": "Hello"}}});
    assert_eq!(world.ask_status("SetDisplayMessage", message), "Accepted");
    world.act(&PhysicalAction::Present { id_tag: "TAG".to_owned(), connector: Some(1) }).unwrap();
    sent_within(&mut world, 5, "TransactionEvent");
    assert_eq!(world.ask_status("GetDisplayMessages", json!({"requestId": 5})), "Unknown");
}
