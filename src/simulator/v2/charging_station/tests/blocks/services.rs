//! Swapping of batteries, and small calls about energy.

use super::*;

#[test]
fn a_driver_swaps_batteries_as_long_as_there_are_charged_ones() {
    let mut world = StationWorld::accepted(Version::V2_1);
    let request = |id: i32| json!({"requestId": id, "idToken": {"idToken": "TAG", "type": "ISO14443"}});
    for id in [1, 2] {
        assert_eq!(world.ask_status("RequestBatterySwap", request(id)), "Accepted");
        assert_eq!(world.ask_status("RequestBatterySwap", request(9)), "Rejected NoBatteryAvailable");
        let sent = sent_within(&mut world, 20, "BatterySwap");
        let events: Vec<_> = sent.iter().map(|call| (&call.payload["eventType"], &call.payload["requestId"])).collect();
        assert_eq!(events, [(&json!("BatteryIn"), &json!(id)), (&json!("BatteryOut"), &json!(id))]);
    }
    assert_eq!(world.ask_status("RequestBatterySwap", request(3)), "Rejected NoBatteryAvailable");
    sent_within(&mut world, 1000, "BatterySwap");
    assert_eq!(world.ask_status("RequestBatterySwap", request(4)), "Accepted");
}

#[test]
fn without_a_transaction_there_is_nothing_to_control() {
    let mut world = StationWorld::accepted(Version::V2_1);
    let signal = json!({"timestamp": "2024-05-01T12:00:00Z", "signal": 1});
    assert_eq!(world.ask_status("AFRRSignal", signal), "Rejected NoSignalWattCurve");
    let allowed = json!({"transactionId": "T", "allowedEnergyTransfer": ["AC_single_phase"]});
    assert_eq!(world.ask_status("NotifyAllowedEnergyTransfer", allowed), "Rejected TxNotFound");
    assert_eq!(result_of(world.ask("NotifyWebPaymentStarted", json!({"evseId": 1, "timeout": 60}))), json!({}));
}
