//! Summaries of messages on the display and of what is stored about customers.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::text::SummaryTone;
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SetDisplayMessage", call: set, result: status },
    ActionSummary { action: "GetDisplayMessages", call: get, result: status },
    ActionSummary { action: "NotifyDisplayMessages", call: notify, result: no_result },
    ActionSummary { action: "ClearDisplayMessage", call: clear, result: status },
    ActionSummary { action: "CustomerInformation", call: customer, result: status },
    ActionSummary { action: "NotifyCustomerInformation", call: notify_customer, result: no_result },
];

fn message(writer: &mut SummaryWriter, message: &Value) {
    writer.labelled("message", &message["id"]).value(&message["priority"]).value(&message["state"]);
    writer.transaction(&message["transactionId"]);
    let content = &message["message"];
    // Several languages from OCPP 2.1 on.
    let content = content.get(0).unwrap_or(content);
    writer.value(&content["content"]);
}

fn set(writer: &mut SummaryWriter, call: &Value) {
    message(writer, &call["message"]);
}

fn get(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("report", &call["requestId"]);
    match call["id"].as_array().map(Vec::as_slice) {
        Some([only]) => writer.labelled("message", only),
        Some(ids) => writer.number_of(ids.len(), "message", "messages"),
        None => writer,
    };
    writer.value(&call["priority"]).value(&call["state"]);
}

fn notify(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("report", &call["requestId"]);
    match call["messageInfo"].as_array().map(Vec::as_slice) {
        Some([only]) => message(writer, only),
        Some(several) => {
            writer.number_of(several.len(), "message", "messages");
        }
        None => {
            writer.word("no messages");
        }
    }
    if call["tbc"] == true {
        writer.item("more", SummaryTone::Weak);
    }
}

fn clear(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("message", &call["id"]);
}

fn customer(writer: &mut SummaryWriter, call: &Value) {
    super::parts::token(writer, &call["idToken"]).value(&call["customerIdentifier"]);
    writer.labelled("serial", &call["customerCertificate"]["serialNumber"]);
    for member in ["report", "clear"] {
        if call[member] == true {
            writer.word(member);
        }
    }
    writer.labelled("request", &call["requestId"]);
}

fn notify_customer(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("request", &call["requestId"]).labelled("part", &call["seqNo"]).value(&call["data"]);
    if call["tbc"] == true {
        writer.item("more", SummaryTone::Weak);
    }
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_0_1;
    &[
        example(
            V2_0_1,
            "SetDisplayMessage",
            r#"{"message":{"id":7,"priority":"InFront","state":"Charging","message":{"format":"UTF8","content":"Half price today"}}}"#,
            r#"{"status":"NotSupportedState"}"#,
            "message 7 InFront Charging Half price today ⇒ NotSupportedState",
        ),
        example(
            V2_0_1,
            "GetDisplayMessages",
            r#"{"requestId":5,"id":[7],"priority":"InFront"}"#,
            r#"{"status":"Unknown"}"#,
            "report 5 message 7 InFront ⇒ Unknown",
        ),
        example(
            V2_0_1,
            "NotifyDisplayMessages",
            r#"{"requestId":5,"tbc":true,"messageInfo":[{"id":7,"priority":"InFront","message":{"format":"UTF8","content":"Hello"}}]}"#,
            "{}",
            "report 5 message 7 InFront Hello more",
        ),
        example(V2_0_1, "ClearDisplayMessage", r#"{"id":7}"#, r#"{"status":"Accepted"}"#, "message 7 ⇒ Accepted"),
        example(
            V2_0_1,
            "CustomerInformation",
            r#"{"requestId":6,"report":true,"clear":true,"idToken":{"idToken":"77FF","type":"ISO14443"}}"#,
            r#"{"status":"Accepted"}"#,
            "77FF report clear request 6 ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "NotifyCustomerInformation",
            r#"{"requestId":6,"seqNo":0,"generatedAt":"2030-01-31T12:00:00Z","data":"77FF: 3 transactions"}"#,
            "{}",
            "request 6 part 0 77FF: 3 transactions",
        ),
    ]
};
