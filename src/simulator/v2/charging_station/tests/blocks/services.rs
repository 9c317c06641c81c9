//! Swapping of batteries, and small calls about energy.

use super::*;
use crate::behaviour::{DriverService, PhysicalAction, PhysicalActionError};

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

fn service(service: DriverService) -> PhysicalAction {
    PhysicalAction::Service { service, connector: None }
}

#[test]
fn hands_swap_batteries_step_by_step() {
    let mut world = StationWorld::quiet(Version::V2_1);
    for event in ["BatteryIn", "BatteryOut", "BatteryIn", "BatteryOut"] {
        world.act(&service(DriverService::BatterySwap)).unwrap();
        assert_eq!(world.expect("BatterySwap").payload["eventType"], event);
    }
    assert_eq!(world.act(&service(DriverService::BatterySwap)), Err(PhysicalActionError::NoBattery));
}

#[test]
fn a_car_asks_for_its_contract() {
    for version in VERSIONS {
        let mut world = StationWorld::quiet(version);
        assert_eq!(world.act(&service(DriverService::InstallContract)), Err(PhysicalActionError::NothingPlugged));
        world.acts(&PhysicalAction::Plug { connector: Some(2) });
        for (service, action) in [(DriverService::InstallContract, "Install"), (DriverService::UpdateContract, "Update")] {
            world.act(&PhysicalAction::Service { service, connector: None }).unwrap();
            assert_eq!(world.expect("Get15118EVCertificate").payload["action"], action);
        }
    }
}

#[test]
fn a_fault_of_the_grid_is_an_alarm_and_its_end_too() {
    let mut world = StationWorld::quiet(Version::V2_1);
    for ended in [false, true] {
        world.act(&service(DriverService::GridFault)).unwrap();
        assert_eq!(world.expect("NotifyDERAlarm").payload["alarmEnded"], ended);
    }
    assert_eq!(world.act(&service(DriverService::PriorityCharging)), Err(PhysicalActionError::NoTransaction(1)));
    let mut older = StationWorld::quiet(Version::V2_0_1);
    assert_eq!(older.act(&service(DriverService::GridFault)), Err(PhysicalActionError::NoMessage { version: "2.0.1" }));
}
