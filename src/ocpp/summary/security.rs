//! Summaries of certificates and security events.

use serde_json::Value;

use super::action::{ActionSummary, no_result, status};
use super::writer::SummaryWriter;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SecurityEventNotification", call: event, result: no_result },
    ActionSummary { action: "SignCertificate", call: sign, result: status },
    ActionSummary { action: "CertificateSigned", call: signed, result: status },
    ActionSummary { action: "InstallCertificate", call: kind, result: status },
    ActionSummary { action: "DeleteCertificate", call: delete, result: status },
    ActionSummary { action: "GetInstalledCertificateIds", call: kind, result: installed },
];

pub(super) fn event(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["type"]).value(&call["techInfo"]);
}

pub(super) fn sign(writer: &mut SummaryWriter, call: &Value) {
    match call["csr"].as_str() {
        Some(text) => writer.word("CSR of").number_of(text.len(), "byte", "bytes"),
        None => writer.value(&call["csr"]),
    };
}

pub(super) fn signed(writer: &mut SummaryWriter, call: &Value) {
    match call["certificateChain"].as_str() {
        Some(chain) => writer.number_of(chain.matches("-----BEGIN CERTIFICATE-----").count(), "certificate", "certificates"),
        None => writer.value(&call["certificateChain"]),
    };
}

fn kind(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["certificateType"]);
}

pub(super) fn delete(writer: &mut SummaryWriter, call: &Value) {
    hash(writer, &call["certificateHashData"]);
}

/// What identifies a certificate.
pub(super) fn hash(writer: &mut SummaryWriter, hash: &Value) {
    writer.labelled("serial", &hash["serialNumber"]).labelled("issuer", &hash["issuerNameHash"]);
}

fn installed(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    writer.status(&result["status"]).count(&result["certificateHashData"], "certificate", "certificates");
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::V1_6;
    &[
        example(
            V1_6,
            "SecurityEventNotification",
            r#"{"type":"InvalidFirmwareSignature","timestamp":"2030-01-31T12:00:00Z","techInfo":"slot 2"}"#,
            "{}",
            "InvalidFirmwareSignature slot 2",
        ),
        example(V1_6, "SignCertificate", r#"{"csr":"MIIB"}"#, r#"{"status":"Accepted"}"#, "CSR of 4 bytes ⇒ Accepted"),
        example(
            V1_6,
            "CertificateSigned",
            r#"{"certificateChain":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}"#,
            r#"{"status":"Rejected"}"#,
            "1 certificate ⇒ Rejected",
        ),
        example(
            V1_6,
            "InstallCertificate",
            r#"{"certificateType":"CentralSystemRootCertificate","certificate":"-"}"#,
            r#"{"status":"Failed"}"#,
            "CentralSystemRootCertificate ⇒ Failed",
        ),
        example(
            V1_6,
            "DeleteCertificate",
            r#"{"certificateHashData":{"hashAlgorithm":"SHA256","issuerNameHash":"ab12","issuerKeyHash":"cd","serialNumber":"0F"}}"#,
            r#"{"status":"NotFound"}"#,
            "serial 0F issuer ab12 ⇒ NotFound",
        ),
        example(
            V1_6,
            "GetInstalledCertificateIds",
            r#"{"certificateType":"ManufacturerRootCertificate"}"#,
            r#"{"status":"Accepted","certificateHashData":[
                {"hashAlgorithm":"SHA256","issuerNameHash":"ab","issuerKeyHash":"cd","serialNumber":"0F"}]}"#,
            "ManufacturerRootCertificate ⇒ Accepted 1 certificate",
        ),
    ]
};
