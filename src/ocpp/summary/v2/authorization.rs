//! Summaries of tokens: authorization, the local list, the cache.

use serde_json::Value;

use super::super::action::{ActionSummary, nothing};
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "Authorize", call: authorize, result: authorized },
    ActionSummary { action: "SendLocalList", call: send, result: status },
    ActionSummary { action: "GetLocalListVersion", call: nothing, result: version },
    ActionSummary { action: "ClearCache", call: nothing, result: status },
];

fn authorize(writer: &mut SummaryWriter, call: &Value) {
    let token = &call["idToken"];
    if token.is_object() {
        writer.value(&token["idToken"]).value(&token["type"]);
    } else {
        writer.value(token);
    }
    if !call["certificate"].is_null() || !call["iso15118CertificateHashData"].is_null() {
        writer.word("with certificate");
    }
}

fn authorized(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    super::parts::token_info(writer, &result["idTokenInfo"]);
    let certificate = &result["certificateStatus"];
    if !certificate.is_null() {
        writer.word("certificate");
        super::parts::granted(writer, certificate);
    }
    writer.labelled("tariff", &result["tariff"]["tariffId"]);
}

fn send(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["updateType"]).labelled("version", &call["versionNumber"]);
    writer.count(&call["localAuthorizationList"], "token", "tokens");
}

fn version(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.labelled("version", &result["versionNumber"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(
            V2_0_1,
            "Authorize",
            r#"{"idToken":{"idToken":"04A2B3C4D5E6F7","type":"ISO14443"}}"#,
            r#"{"idTokenInfo":{"status":"Accepted","groupIdToken":{"idToken":"FLEET","type":"Central"}}}"#,
            "04A2B3C4D5E6F7 ISO14443 ⇒ Accepted group FLEET",
        ),
        example(
            V2_1,
            "Authorize",
            r#"{"idToken":{"idToken":"DE8AACA2B3C4D5N","type":"eMAID"},"certificate":"-"}"#,
            r#"{"idTokenInfo":{"status":"Invalid"},"certificateStatus":"CertificateRevoked"}"#,
            "DE8AACA2B3C4D5N eMAID with certificate ⇒ Invalid certificate CertificateRevoked",
        ),
        example(
            V2_0_1,
            "SendLocalList",
            r#"{"versionNumber":3,"updateType":"Differential","localAuthorizationList":[{"idToken":{"idToken":"77FF","type":"ISO14443"}}]}"#,
            r#"{"status":"VersionMismatch"}"#,
            "Differential version 3 1 token ⇒ VersionMismatch",
        ),
        example(V2_0_1, "GetLocalListVersion", "{}", r#"{"versionNumber":3}"#, "⇒ version 3"),
        example(
            V2_0_1,
            "ClearCache",
            "{}",
            r#"{"status":"Rejected","statusInfo":{"reasonCode":"NotEnabled"}}"#,
            "⇒ Rejected NotEnabled",
        ),
    ]
};
