//! Summaries of firmware, diagnostics and logs.

use serde_json::Value;

use super::action::{ActionSummary, no_result, status};
use super::text::SummaryTone;
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "UpdateFirmware", call: update, result: no_result },
    ActionSummary { action: "FirmwareStatusNotification", call: progress, result: no_result },
    ActionSummary { action: "GetDiagnostics", call: diagnostics, result: diagnostics_file },
    ActionSummary { action: "DiagnosticsStatusNotification", call: progress, result: no_result },
    ActionSummary { action: "SignedUpdateFirmware", call: signed_update, result: status },
    ActionSummary { action: "SignedFirmwareStatusNotification", call: progress, result: no_result },
    ActionSummary { action: "GetLog", call: log, result: log_file },
    ActionSummary { action: "LogStatusNotification", call: progress, result: no_result },
];

fn update(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["location"]).date("at", &call["retrieveDate"]);
}

pub(super) fn signed_update(writer: &mut SummaryWriter, call: &Value) {
    let firmware = &call["firmware"];
    writer.value(&firmware["location"]).date("at", &firmware["retrieveDateTime"]).date("install", &firmware["installDateTime"]);
    writer.labelled("request", &call["requestId"]);
}

pub(super) fn progress(writer: &mut SummaryWriter, call: &Value) {
    writer.status(&call["status"]).labelled("request", &call["requestId"]);
}

fn diagnostics(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("to", &call["location"]).date("from", &call["startTime"]).date("until", &call["stopTime"]);
}

fn diagnostics_file(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    let file = &result["fileName"];
    if file.is_null() || file == "" {
        writer.item("no file", SummaryTone::Weak)
    } else {
        writer.value(file)
    };
}

pub(super) fn log(writer: &mut SummaryWriter, call: &Value) {
    let log = &call["log"];
    writer.value(&call["logType"]).labelled("to", &log["remoteLocation"]).date("from", &log["oldestTimestamp"]);
    writer.date("until", &log["latestTimestamp"]).labelled("request", &call["requestId"]);
}

fn log_file(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.status(&result["status"]).value(&result["filename"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::{V1_2, V1_6};
    &[
        example(
            V1_2,
            "UpdateFirmware",
            r#"{"retrieveDate":"2030-01-31T12:00:00Z","location":"https://example.com/2.0.bin"}"#,
            "{}",
            "https://example.com/2.0.bin at 2030-01-31 12:00Z",
        ),
        example(V1_6, "FirmwareStatusNotification", r#"{"status":"Installing"}"#, "{}", "Installing"),
        example(
            V1_6,
            "GetDiagnostics",
            r#"{"location":"ftp://example.com/up/","startTime":"2030-01-30T12:00:00Z"}"#,
            r#"{"fileName":"d.zip"}"#,
            "to ftp://example.com/up/ from 2030-01-30 12:00Z ⇒ d.zip",
        ),
        example(V1_6, "GetDiagnostics", r#"{"location":"ftp://example.com/up/"}"#, "{}", "to ftp://example.com/up/ ⇒ no file"),
        example(V1_6, "DiagnosticsStatusNotification", r#"{"status":"UploadFailed"}"#, "{}", "UploadFailed"),
        example(
            V1_6,
            "SignedUpdateFirmware",
            r#"{"requestId":3,"firmware":{"location":"https://example.com/2.0.bin","retrieveDateTime":"2030-01-31T12:00:00Z",
                "signingCertificate":"-","signature":"-"}}"#,
            r#"{"status":"InvalidCertificate"}"#,
            "https://example.com/2.0.bin at 2030-01-31 12:00Z request 3 ⇒ InvalidCertificate",
        ),
        example(
            V1_6,
            "SignedFirmwareStatusNotification",
            r#"{"status":"SignatureVerified","requestId":3}"#,
            "{}",
            "SignatureVerified request 3",
        ),
        example(
            V1_6,
            "GetLog",
            r#"{"log":{"remoteLocation":"ftp://example.com/"},"logType":"SecurityLog","requestId":4}"#,
            r#"{"status":"Accepted","filename":"security.log"}"#,
            "SecurityLog to ftp://example.com/ request 4 ⇒ Accepted security.log",
        ),
        example(V1_6, "LogStatusNotification", r#"{"status":"Uploaded","requestId":4}"#, "{}", "Uploaded request 4"),
    ]
};
