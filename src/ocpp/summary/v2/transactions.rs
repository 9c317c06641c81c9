//! Summaries of transactions: their events, start and stop from afar, status and cost.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::metering;
use super::super::text::SummaryTone;
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "TransactionEvent", call: event, result: answered },
    ActionSummary { action: "RequestStartTransaction", call: remote_start, result: remotely_started },
    ActionSummary { action: "RequestStopTransaction", call: remote_stop, result: status },
    ActionSummary { action: "GetTransactionStatus", call: remote_stop, result: progress },
    ActionSummary { action: "CostUpdated", call: cost, result: no_result },
];

fn event(writer: &mut SummaryWriter, call: &Value) {
    let info = &call["transactionInfo"];
    writer.value(&call["eventType"]).transaction(&info["transactionId"]);
    super::parts::evse(writer, &call["evse"]);
    super::parts::token(writer, &call["idToken"]);
    let (trigger, stopped) = (&call["triggerReason"], &info["stoppedReason"]);
    let state = &info["chargingState"];
    let said_otherwise = match trigger.as_str() {
        Some("MeterValuePeriodic" | "MeterValueClock") => !call["meterValue"].is_null(),
        Some("ChargingStateChanged") => !state.is_null(),
        _ => !stopped.is_null(),
    };
    if !said_otherwise {
        writer.value(trigger);
    }
    writer.value(stopped);
    metering::newest(writer, &call["meterValue"]);
    if stopped.is_null() {
        writer.value(state);
    }
    writer.labelled("remote start", &info["remoteStartId"]).labelled("reservation", &call["reservationId"]);
    if call["offline"] == true {
        writer.item("offline", SummaryTone::Notable);
    }
}

fn answered(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    super::parts::token_info(writer, &result["idTokenInfo"]);
    writer.labelled("cost", &result["totalCost"]).labelled("priority", &result["chargingPriority"]);
    writer.value(&result["updatedPersonalMessage"]["content"]);
}

fn remote_start(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("EVSE", &call["evseId"]);
    super::parts::token(writer, &call["idToken"]).labelled("remote start", &call["remoteStartId"]);
    writer.labelled("profile", &call["chargingProfile"]["id"]);
}

fn remotely_started(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    writer.transaction(&result["transactionId"]);
}

fn remote_stop(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]);
}

fn progress(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    for (member, yes, no) in
        [("ongoingIndicator", "ongoing", "not ongoing"), ("messagesInQueue", "messages queued", "queue empty")]
    {
        match &result[member] {
            Value::Bool(is) => writer.word(if *is { yes } else { no }),
            other => writer.value(other),
        };
    }
}

fn cost(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]).labelled("cost", &call["totalCost"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(
            V2_0_1,
            "TransactionEvent",
            r#"{"eventType":"Started","timestamp":"2030-01-31T12:00:00Z","triggerReason":"CablePluggedIn","seqNo":0,
                "evse":{"id":1,"connectorId":1},
                "transactionInfo":{"transactionId":"3f2a77c0-1f2b-4a5c-9d3e-0c1d2e3f9c1d","chargingState":"EVConnected"}}"#,
            "{}",
            "Started tx 3f2a…9c1d EVSE 1 #1 CablePluggedIn EVConnected",
        ),
        example(
            V2_0_1,
            "TransactionEvent",
            r#"{"eventType":"Updated","timestamp":"2030-01-31T12:00:00Z","triggerReason":"Authorized","seqNo":1,
                "evse":{"id":1},"idToken":{"idToken":"77FF","type":"ISO14443"},"transactionInfo":{"transactionId":"t-1"}}"#,
            r#"{"idTokenInfo":{"status":"ConcurrentTx"}}"#,
            "Updated tx t-1 EVSE 1 77FF Authorized ⇒ ConcurrentTx",
        ),
        example(
            V2_0_1,
            "TransactionEvent",
            r#"{"eventType":"Updated","timestamp":"2030-01-31T12:00:00Z","triggerReason":"MeterValuePeriodic","seqNo":3,
                "transactionInfo":{"transactionId":"t-1","chargingState":"Charging"},
                "meterValue":[{"timestamp":"2030-01-31T12:00:00Z","sampledValue":[{"value":1380},
                {"value":7.2,"measurand":"Power.Active.Import","unitOfMeasure":{"unit":"W","multiplier":3}}]}]}"#,
            r#"{"totalCost":1.2}"#,
            "Updated tx t-1 7.2 kW 1.38 kWh Charging ⇒ cost 1.2",
        ),
        example(
            V2_1,
            "TransactionEvent",
            r#"{"eventType":"Ended","timestamp":"2030-01-31T12:00:00Z","triggerReason":"StopAuthorized","seqNo":9,"offline":true,
                "transactionInfo":{"transactionId":"t-1","stoppedReason":"Local","chargingState":"EVConnected"},
                "meterValue":[{"timestamp":"2030-01-31T12:00:00Z","sampledValue":[{"value":4200,"context":"Transaction.End"}]}]}"#,
            "{}",
            "Ended tx t-1 Local 4.2 kWh at end offline",
        ),
        example(
            V2_0_1,
            "RequestStartTransaction",
            r#"{"evseId":1,"remoteStartId":5,"idToken":{"idToken":"77FF","type":"Central"}}"#,
            r#"{"status":"Accepted","transactionId":"t-1"}"#,
            "EVSE 1 77FF remote start 5 ⇒ Accepted tx t-1",
        ),
        example(
            V2_0_1,
            "RequestStopTransaction",
            r#"{"transactionId":"t-1"}"#,
            r#"{"status":"Rejected","statusInfo":{"reasonCode":"TxNotFound"}}"#,
            "tx t-1 ⇒ Rejected TxNotFound",
        ),
        example(
            V2_0_1,
            "GetTransactionStatus",
            r#"{"transactionId":"t-1"}"#,
            r#"{"ongoingIndicator":true,"messagesInQueue":false}"#,
            "tx t-1 ⇒ ongoing queue empty",
        ),
        example(V2_0_1, "GetTransactionStatus", "{}", r#"{"messagesInQueue":true}"#, "⇒ messages queued"),
        example(V2_0_1, "CostUpdated", r#"{"totalCost":1.25,"transactionId":"t-1"}"#, "{}", "tx t-1 cost 1.25"),
    ]
};
