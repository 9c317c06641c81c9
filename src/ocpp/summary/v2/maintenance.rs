//! Summaries of firmware, logs and network profiles.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::maintenance::{log, progress, signed_update};
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "UpdateFirmware", call: signed_update, result: status },
    ActionSummary { action: "FirmwareStatusNotification", call: progress, result: no_result },
    ActionSummary { action: "PublishFirmware", call: publish, result: status },
    ActionSummary { action: "PublishFirmwareStatusNotification", call: published, result: no_result },
    ActionSummary { action: "UnpublishFirmware", call: unpublish, result: status },
    ActionSummary { action: "GetLog", call: log, result: log_file },
    ActionSummary { action: "LogStatusNotification", call: progress, result: no_result },
    ActionSummary { action: "SetNetworkProfile", call: network, result: status },
];

fn publish(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["location"]).labelled("request", &call["requestId"]);
}

fn published(writer: &mut SummaryWriter, call: &Value) {
    progress(writer, call);
    match call["location"].as_array().map(Vec::as_slice) {
        Some([only]) => writer.labelled("at", only),
        Some(several) => writer.word("at").number_of(several.len(), "address", "addresses"),
        None => writer,
    };
}

fn unpublish(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("checksum", &call["checksum"]);
}

fn log_file(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    if result["filename"] != "" {
        writer.value(&result["filename"]);
    }
}

fn network(writer: &mut SummaryWriter, call: &Value) {
    let data = &call["connectionData"];
    writer.labelled("slot", &call["configurationSlot"]).value(&data["ocppCsmsUrl"]).value(&data["ocppInterface"]);
    writer.value(&data["ocppVersion"]).labelled("security profile", &data["securityProfile"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_0_1;
    &[
        example(
            V2_0_1,
            "UpdateFirmware",
            r#"{"requestId":3,"firmware":{"location":"https://example.com/2.0.bin","retrieveDateTime":"2030-01-31T12:00:00Z"}}"#,
            r#"{"status":"AcceptedCanceled"}"#,
            "https://example.com/2.0.bin at 2030-01-31 12:00Z request 3 ⇒ AcceptedCanceled",
        ),
        example(
            V2_0_1,
            "FirmwareStatusNotification",
            r#"{"status":"InstallationFailed","requestId":3}"#,
            "{}",
            "InstallationFailed request 3",
        ),
        example(
            V2_0_1,
            "PublishFirmware",
            r#"{"location":"https://example.com/2.0.bin","checksum":"0123456789abcdef0123456789abcdef","requestId":4}"#,
            r#"{"status":"Accepted"}"#,
            "https://example.com/2.0.bin request 4 ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "PublishFirmwareStatusNotification",
            r#"{"status":"Published","location":["http://10.0.0.5/2.0.bin"],"requestId":4}"#,
            "{}",
            "Published request 4 at http://10.0.0.5/2.0.bin",
        ),
        example(
            V2_0_1,
            "UnpublishFirmware",
            r#"{"checksum":"0123456789abcdef"}"#,
            r#"{"status":"NoFirmware"}"#,
            "checksum 0123456789abcdef ⇒ NoFirmware",
        ),
        example(
            V2_0_1,
            "GetLog",
            r#"{"log":{"remoteLocation":"ftp://example.com/"},"logType":"SecurityLog","requestId":4}"#,
            r#"{"status":"Accepted","filename":"security.log"}"#,
            "SecurityLog to ftp://example.com/ request 4 ⇒ Accepted security.log",
        ),
        example(V2_0_1, "LogStatusNotification", r#"{"status":"Uploaded","requestId":4}"#, "{}", "Uploaded request 4"),
        example(
            V2_0_1,
            "SetNetworkProfile",
            r#"{"configurationSlot":1,"connectionData":{"ocppVersion":"OCPP20","ocppTransport":"JSON","ocppCsmsUrl":"wss://example.com/ocpp",
                "messageTimeout":30,"securityProfile":2,"ocppInterface":"Wired0"}}"#,
            r#"{"status":"Failed"}"#,
            "slot 1 wss://example.com/ocpp Wired0 OCPP20 security profile 2 ⇒ Failed",
        ),
    ]
};
