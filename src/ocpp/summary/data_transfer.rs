//! The summary of messages that a maker defines.

use serde_json::Value;

use super::action::ActionSummary;
use super::writer::{SummaryWriter, shown};

pub(super) const AREA: &[ActionSummary] = &[ActionSummary { action: "DataTransfer", call: transfer, result: transferred }];

fn transfer(writer: &mut SummaryWriter, call: &Value) {
    match (shown(&call["vendorId"]), shown(&call["messageId"])) {
        (Some(vendor), Some(message)) => writer.word(&format!("{vendor}/{message}")),
        _ => writer.value(&call["vendorId"]).value(&call["messageId"]),
    };
    writer.value(&call["data"]);
}

fn transferred(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.status(&result["status"]).value(&result["data"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_5, V1_6};
    &[
        example(
            V1_6,
            "DataTransfer",
            r#"{"vendorId":"acme","messageId":"Price","data":"{\"perKwh\":0.3}"}"#,
            r#"{"status":"Accepted","data":"ok"}"#,
            r#"acme/Price {"perKwh":0.3} ⇒ Accepted ok"#,
        ),
        example(V1_5, "DataTransfer", r#"{"vendorId":"acme"}"#, r#"{"status":"UnknownVendorId"}"#, "acme ⇒ UnknownVendorId"),
    ]
};

#[cfg(test)]
pub(super) const EXAMPLES_2: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::V2_0_1;
    &[example(
        V2_0_1,
        "DataTransfer",
        r#"{"vendorId":"acme","messageId":"Price","data":{"perKwh":0.3}}"#,
        r#"{"status":"Accepted","data":[1]}"#,
        r#"acme/Price {"perKwh":0.3} ⇒ Accepted [1]"#,
    )]
};
