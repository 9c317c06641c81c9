//! Summaries of the local list of tags.

use serde_json::Value;

use super::action::{ActionSummary, nothing, status};
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SendLocalList", call: send, result: status },
    ActionSummary { action: "GetLocalListVersion", call: nothing, result: version },
];

fn send(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["updateType"]).labelled("version", &call["listVersion"]);
    // The spelling of OCPP 1.6, and that of OCPP 1.5.
    for member in ["localAuthorizationList", "localAuthorisationList"] {
        writer.count(&call[member], "tag", "tags");
    }
}

fn version(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.labelled("version", &result["listVersion"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_5, V1_6};
    &[
        example(
            V1_6,
            "SendLocalList",
            r#"{"listVersion":3,"localAuthorizationList":[{"idTag":"77FF"},{"idTag":"88FF"}],"updateType":"Differential"}"#,
            r#"{"status":"VersionMismatch"}"#,
            "Differential version 3 2 tags ⇒ VersionMismatch",
        ),
        example(
            V1_5,
            "SendLocalList",
            r#"{"updateType":"Full","listVersion":1,"localAuthorisationList":[{"idTag":"77FF"}]}"#,
            r#"{"status":"Accepted"}"#,
            "Full version 1 1 tag ⇒ Accepted",
        ),
        example(V1_6, "GetLocalListVersion", "{}", r#"{"listVersion":3}"#, "⇒ version 3"),
    ]
};
