//! The summary of meter values outside of transactions.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::metering::newest;
use super::super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[ActionSummary { action: "MeterValues", call: meter_values, result: no_result }];

fn meter_values(writer: &mut SummaryWriter, call: &Value) {
    super::parts::evse_id(writer, &call["evseId"]);
    newest(writer, &call["meterValue"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_0_1;
    &[
        example(
            V2_0_1,
            "MeterValues",
            r#"{"evseId":1,"meterValue":[{"timestamp":"2030-01-31T12:00:00Z","sampledValue":[
                {"value":12.45,"unitOfMeasure":{"unit":"kWh"},"context":"Sample.Clock"},
                {"value":230,"measurand":"Voltage","unitOfMeasure":{"unit":"V"}}]}]}"#,
            "{}",
            "EVSE 1 12.45 kWh 230 V",
        ),
        example(
            V2_0_1,
            "MeterValues",
            r#"{"evseId":0,"meterValue":[{"timestamp":"2030-01-31T12:00:00Z","sampledValue":[
                {"value":160,"measurand":"Current.Import","phase":"L1","unitOfMeasure":{"unit":"A","multiplier":-1}},
                {"value":15.5,"measurand":"Current.Import","phase":"L2","unitOfMeasure":{"unit":"A"}}]}]}"#,
            "{}",
            "station 16/15.5 A",
        ),
    ]
};
