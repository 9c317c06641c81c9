//! Meter values in transactions and outside of them (OCPP 2.0.1 part 2, J01, J02).

use super::hands::{card, plug, unplug};
use super::offline::charging;
use super::*;

fn contexts(payload: &Value) -> Vec<String> {
    let values = payload["meterValue"].as_array().into_iter().flatten();
    values.map(|it| it["sampledValue"][0]["context"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_transaction_is_sampled_as_configured() {
    let mut world = StationWorld::quiet(Version::V2_0_1);
    world.set("SampledDataCtrlr", "TxUpdatedInterval", "60");
    world.set("SampledDataCtrlr", "TxUpdatedMeasurands", "Energy.Active.Import.Register,Power.Active.Import,Voltage");
    world.set("SampledDataCtrlr", "TxEndedInterval", "100");
    world.set("SampledDataCtrlr", "TxStartedMeasurands", "");
    world.acts(&plug(1));
    world.act(&card("TAG", 1)).unwrap();
    let authorize = world.expect("Authorize");
    world.accept(&authorize);
    assert!(world.events()[0].payload.get("meterValue").is_none(), "no measurands, no values");
    world.pass_seconds(60);
    let sample = &world.events()[0].payload;
    let values = &sample["meterValue"][0]["sampledValue"];
    let names: Vec<_> = values.as_array().unwrap().iter().map(|it| it["measurand"].as_str().unwrap()).collect();
    assert_eq!(names, ["Energy.Active.Import.Register", "Power.Active.Import", "Voltage"]);
    assert_eq!((&values[1]["unitOfMeasure"]["unit"], &values[1]["context"]), (&json!("W"), &json!("Sample.Periodic")));
    assert!(values[0]["value"].as_f64().unwrap() > 50.0, "a number, not a text");
    world.pass_seconds(150);
    world.events();
    world.act(&card("TAG", 1)).unwrap();
    let last = contexts(&world.events().last().unwrap().payload);
    assert_eq!(last, ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]);
}

#[test]
fn the_clock_samples_all_evses() {
    let mut world = charging(Version::V2_0_1);
    world.set("SampledDataCtrlr", "TxUpdatedInterval", "0");
    world.set("AlignedDataCtrlr", "Interval", "900");
    world.set("AlignedDataCtrlr", "TxEndedInterval", "300");
    world.set("AlignedDataCtrlr", "TxEndedMeasurands", "Voltage");
    world.ask("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    world.serve();
    assert_eq!(world.live(899), [""; 0]);
    assert_eq!(world.live(1), ["TransactionEvent Updated MeterValueClock", "MeterValues 2"]);
    world.set("AlignedDataCtrlr", "SendDuringIdle", "true");
    assert_eq!(world.live(900), [""; 0], "only while no transaction runs");
    world.act(&card("TAG", 1)).unwrap();
    let events = world.events();
    let kept = contexts(&events[0].payload);
    assert_eq!(kept.iter().filter(|it| *it == "Sample.Clock").count(), 6);
    world.acts(&unplug(1));
    assert_eq!(world.live(900), ["MeterValues 1", "MeterValues 2"]);
}

#[test]
fn a_controller_that_is_off_samples_nothing() {
    let mut world = charging(Version::V2_0_1);
    world.set("SampledDataCtrlr", "Enabled", "false");
    world.set("AlignedDataCtrlr", "Enabled", "false");
    assert_eq!(world.live(1000), [""; 0]);
}

#[test]
fn three_phases_are_measured_each() {
    let mut settings = ChargePointSettings { driver: false, seed: 1, ..ChargePointSettings::default() };
    settings.equipment.phases = 3;
    let mut world = StationWorld::with(Version::V2_1, settings).booted();
    world.set("SampledDataCtrlr", "TxUpdatedMeasurands", "Current.Import,Voltage");
    world.acts(&plug(1));
    world.acts(&card("TAG", 1));
    world.pass_seconds(60);
    let sample = world.events().remove(0).payload;
    let phases: Vec<_> =
        sample["meterValue"][0]["sampledValue"].as_array().unwrap().iter().map(|it| it["phase"].clone()).collect();
    assert_eq!(phases, ["L1", "L2", "L3", "L1-N", "L2-N", "L3-N"]);
}
