//! Summaries of certificates, their revocation, and security events.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::security::{delete, event, hash, sign, signed};
use super::super::writer::SummaryWriter;
use super::parts::{status, statuses};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SecurityEventNotification", call: event, result: no_result },
    ActionSummary { action: "SignCertificate", call: sign_of_kind, result: status },
    ActionSummary { action: "CertificateSigned", call: signed_of_kind, result: status },
    ActionSummary { action: "InstallCertificate", call: kind, result: status },
    ActionSummary { action: "DeleteCertificate", call: delete, result: status },
    ActionSummary { action: "GetInstalledCertificateIds", call: kinds, result: installed },
    ActionSummary { action: "GetCertificateStatus", call: ocsp, result: ocsp_result },
    ActionSummary { action: "GetCertificateChainStatus", call: chain, result: chain_result },
    ActionSummary { action: "Get15118EVCertificate", call: contract, result: contract_result },
];

fn sign_of_kind(writer: &mut SummaryWriter, call: &Value) {
    kind(writer, call);
    sign(writer, call);
}

fn signed_of_kind(writer: &mut SummaryWriter, call: &Value) {
    kind(writer, call);
    signed(writer, call);
}

fn kind(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["certificateType"]);
}

fn kinds(writer: &mut SummaryWriter, call: &Value) {
    match call["certificateType"].as_array() {
        Some(kinds) => kinds.iter().take(4).for_each(|kind| {
            writer.value(kind);
        }),
        None if call["certificateType"].is_null() => {
            writer.word("all certificates");
        }
        None => kind(writer, call),
    }
}

fn installed(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    writer.count(&result["certificateHashDataChain"], "certificate", "certificates");
}

fn ocsp(writer: &mut SummaryWriter, call: &Value) {
    let data = &call["ocspRequestData"];
    hash(writer, data);
    writer.labelled("from", &data["responderURL"]);
}

fn ocsp_result(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    bytes(writer, "OCSP result of", &result["ocspResult"]);
}

fn bytes(writer: &mut SummaryWriter, label: &str, value: &Value) {
    match value.as_str() {
        Some("") => {}
        Some(text) => {
            writer.word(label).number_of(text.len(), "byte", "bytes");
        }
        None => {
            writer.value(value);
        }
    }
}

fn chain(writer: &mut SummaryWriter, call: &Value) {
    writer.count(&call["certificateStatusRequests"], "certificate", "certificates");
}

fn chain_result(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    statuses(writer, &result["certificateStatus"], "status");
}

fn contract(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["action"]);
    bytes(writer, "EXI of", &call["exiRequest"]);
}

fn contract_result(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    bytes(writer, "EXI of", &result["exiResponse"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::{V2_0_1, V2_1};
    &[
        example(
            V2_0_1,
            "SecurityEventNotification",
            r#"{"type":"InvalidFirmwareSignature","timestamp":"2030-01-31T12:00:00Z","techInfo":"slot 2"}"#,
            "{}",
            "InvalidFirmwareSignature slot 2",
        ),
        example(
            V2_0_1,
            "SignCertificate",
            r#"{"csr":"MIIB","certificateType":"V2GCertificate"}"#,
            r#"{"status":"Accepted"}"#,
            "V2GCertificate CSR of 4 bytes ⇒ Accepted",
        ),
        example(
            V2_0_1,
            "CertificateSigned",
            r#"{"certificateChain":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}"#,
            r#"{"status":"Rejected","statusInfo":{"reasonCode":"InvalidCertificate"}}"#,
            "1 certificate ⇒ Rejected InvalidCertificate",
        ),
        example(
            V2_0_1,
            "InstallCertificate",
            r#"{"certificateType":"CSMSRootCertificate","certificate":"-"}"#,
            r#"{"status":"Failed"}"#,
            "CSMSRootCertificate ⇒ Failed",
        ),
        example(
            V2_0_1,
            "DeleteCertificate",
            r#"{"certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"ab12","issuerKeyHash":"cd","serialNumber":"0F"}}"#,
            r#"{"status":"NotFound"}"#,
            "serial 0F issuer ab12 ⇒ NotFound",
        ),
        example(
            V2_0_1,
            "GetInstalledCertificateIds",
            r#"{"certificateType":["V2GRootCertificate"]}"#,
            r#"{"status":"Accepted","certificateHashDataChain":[{"certificateType":"V2GRootCertificate",
                "certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"ab","issuerKeyHash":"cd","serialNumber":"0F"}}]}"#,
            "V2GRootCertificate ⇒ Accepted 1 certificate",
        ),
        example(V2_0_1, "GetInstalledCertificateIds", "{}", r#"{"status":"NotFound"}"#, "all certificates ⇒ NotFound"),
        example(
            V2_0_1,
            "GetCertificateStatus",
            r#"{"ocspRequestData":{"hashAlgorithm":"SHA256","issuerNameHash":"ab12","issuerKeyHash":"cd","serialNumber":"0F",
                "responderURL":"http://ocsp.example.com"}}"#,
            r#"{"status":"Accepted","ocspResult":"MIIB"}"#,
            "serial 0F issuer ab12 from http://ocsp.example.com ⇒ Accepted OCSP result of 4 bytes",
        ),
        example(
            V2_1,
            "GetCertificateChainStatus",
            r#"{"certificateStatusRequests":[{"source":"OCSP","urls":["http://ocsp.example.com"],
                "certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"ab","issuerKeyHash":"cd","serialNumber":"0F"}}]}"#,
            r#"{"certificateStatus":[{"source":"OCSP","status":"Revoked","nextUpdate":"2030-01-31T12:00:00Z",
                "certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"ab","issuerKeyHash":"cd","serialNumber":"0F"}}]}"#,
            "1 certificate ⇒ Revoked",
        ),
        example(
            V2_0_1,
            "Get15118EVCertificate",
            r#"{"iso15118SchemaVersion":"urn:iso:15118:2:2013:MsgDef","action":"Install","exiRequest":"gAGC"}"#,
            r#"{"status":"Failed","exiResponse":""}"#,
            "Install EXI of 4 bytes ⇒ Failed",
        ),
    ]
};
