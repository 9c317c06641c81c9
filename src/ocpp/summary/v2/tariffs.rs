//! Summaries of tariffs, payment and battery swap, which OCPP 2.1 added.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::writer::SummaryWriter;
use super::parts::{evse_id, granted, status, statuses};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SetDefaultTariff", call: set, result: status },
    ActionSummary { action: "ChangeTransactionTariff", call: change, result: status },
    ActionSummary { action: "GetTariffs", call: get, result: got },
    ActionSummary { action: "ClearTariffs", call: clear, result: cleared },
    ActionSummary { action: "NotifySettlement", call: settlement, result: settled },
    ActionSummary { action: "NotifyWebPaymentStarted", call: web_payment, result: no_result },
    ActionSummary { action: "VatNumberValidation", call: vat, result: vat_company },
    ActionSummary { action: "BatterySwap", call: swap, result: no_result },
    ActionSummary { action: "RequestBatterySwap", call: request_swap, result: status },
];

fn tariff(writer: &mut SummaryWriter, tariff: &Value) {
    writer.labelled("tariff", &tariff["tariffId"]).value(&tariff["currency"]);
}

fn set(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
    tariff(writer, &call["tariff"]);
}

fn change(writer: &mut SummaryWriter, call: &Value) {
    writer.transaction(&call["transactionId"]);
    tariff(writer, &call["tariff"]);
}

fn get(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
}

fn got(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    match result["tariffAssignments"].as_array().map(Vec::as_slice) {
        Some([only]) => writer.value(&only["tariffKind"]).value(&only["tariffId"]),
        Some(several) => writer.number_of(several.len(), "tariff", "tariffs"),
        None => writer,
    };
}

fn clear(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
    match call["tariffIds"].as_array().map(Vec::as_slice) {
        Some([only]) => writer.labelled("tariff", only),
        Some(several) => writer.number_of(several.len(), "tariff", "tariffs"),
        None => writer.word("all tariffs"),
    };
}

fn cleared(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    statuses(writer, &result["clearTariffsResult"], "status");
}

fn settlement(writer: &mut SummaryWriter, call: &Value) {
    granted(writer, &call["status"]);
    writer
        .labelled("amount", &call["settlementAmount"])
        .transaction(&call["transactionId"])
        .labelled("payment", &call["pspRef"]);
}

fn settled(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.labelled("receipt", &result["receiptId"]);
}

fn web_payment(writer: &mut SummaryWriter, call: &Value) {
    evse_id(writer, &call["evseId"]);
    if !call["timeout"].is_null() {
        writer.word("within").seconds(&call["timeout"]);
    }
}

fn vat(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["vatNumber"]).labelled("EVSE", &call["evseId"]);
}

fn vat_company(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    writer.value(&result["company"]["name"]);
}

fn swap(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["eventType"]);
    match call["batteryData"].as_array().map(Vec::as_slice) {
        Some([only]) => {
            writer.labelled("EVSE", &only["evseId"]).labelled("battery", &only["serialNumber"]);
            writer.word("SoC").quantity(&only["soC"], "Percent");
        }
        Some(several) => {
            writer.number_of(several.len(), "battery", "batteries");
        }
        None => {}
    }
    super::parts::token(writer, &call["idToken"]).labelled("request", &call["requestId"]);
}

fn request_swap(writer: &mut SummaryWriter, call: &Value) {
    super::parts::token(writer, &call["idToken"]).labelled("request", &call["requestId"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_1;
    &[
        example(
            V2_1,
            "SetDefaultTariff",
            r#"{"evseId":0,"tariff":{"tariffId":"DAY","currency":"EUR"}}"#,
            r#"{"status":"ConditionNotSupported"}"#,
            "station tariff DAY EUR ⇒ ConditionNotSupported",
        ),
        example(
            V2_1,
            "ChangeTransactionTariff",
            r#"{"transactionId":"t-1","tariff":{"tariffId":"DAY","currency":"EUR"}}"#,
            r#"{"status":"Accepted"}"#,
            "tx t-1 tariff DAY EUR ⇒ Accepted",
        ),
        example(
            V2_1,
            "GetTariffs",
            r#"{"evseId":1}"#,
            r#"{"status":"Accepted","tariffAssignments":[{"tariffId":"DAY","tariffKind":"DefaultTariff"}]}"#,
            "EVSE 1 ⇒ Accepted DefaultTariff DAY",
        ),
        example(
            V2_1,
            "ClearTariffs",
            r#"{"tariffIds":["DAY","NIGHT"]}"#,
            r#"{"clearTariffsResult":[{"tariffId":"DAY","status":"Accepted"},{"tariffId":"NIGHT","status":"NoTariff"}]}"#,
            "2 tariffs ⇒ 1 Accepted 1 NoTariff",
        ),
        example(
            V2_1,
            "NotifySettlement",
            r#"{"transactionId":"t-1","pspRef":"P-9","status":"Settled","settlementAmount":12.5,"settlementTime":"2030-01-31T12:00:00Z"}"#,
            r#"{"receiptId":"R-1"}"#,
            "Settled amount 12.5 tx t-1 payment P-9 ⇒ receipt R-1",
        ),
        example(V2_1, "NotifyWebPaymentStarted", r#"{"evseId":1,"timeout":120}"#, "{}", "EVSE 1 within 120 s"),
        example(
            V2_1,
            "VatNumberValidation",
            r#"{"vatNumber":"NL123"}"#,
            r#"{"status":"Accepted","vatNumber":"NL123","company":{"name":"Acme","address1":"A","city":"B","country":"NL"}}"#,
            "NL123 ⇒ Accepted Acme",
        ),
        example(
            V2_1,
            "BatterySwap",
            r#"{"batteryData":[{"evseId":1,"serialNumber":"B7","soC":80,"soH":97}],"eventType":"BatteryIn",
                "idToken":{"idToken":"77FF","type":"ISO14443"},"requestId":3}"#,
            "{}",
            "BatteryIn EVSE 1 battery B7 SoC 80 % 77FF request 3",
        ),
        example(
            V2_1,
            "RequestBatterySwap",
            r#"{"idToken":{"idToken":"77FF","type":"ISO14443"},"requestId":3}"#,
            r#"{"status":"Rejected"}"#,
            "77FF request 3 ⇒ Rejected",
        ),
    ]
};
