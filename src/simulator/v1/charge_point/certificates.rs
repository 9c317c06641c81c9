//! The certificates of the charge point: CertificateSigned, InstallCertificate, GetInstalledCertificateIds,
//! DeleteCertificate and the security events after an invalid certificate (OCPP 1.6 security whitepaper, use cases A02,
//! A04 and M03 to M05). Certificates are parsed in `x509`. They do not secure the link: its TLS settings are in the
//! link.

use serde_json::{Value, json};

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use super::x509::Certificate;
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::certificates::SIGNING_REQUEST;
use crate::simulator::payload::{status, text, written_time};

/// The maximum number of certificates (`CertificateStoreMaxLength`).
const STORE_LIMIT: usize = 20;

/// The hash algorithm in lists of installed certificates. A central system may use any other to delete them.
const OWN_ALGORITHM: &str = "SHA256";

/// The root certificates that the central system has installed, by purpose.
#[derive(Debug, Default)]
pub(super) struct CertificateStore {
    installed: Vec<(String, Certificate)>,
}

impl CertificateStore {
    /// The certificate in a text; `None` when it must not be installed (M05).
    fn acceptable(&self, purpose: &str, pem: &str) -> Option<Certificate> {
        let [certificate] = <[Certificate; 1]>::try_from(Certificate::read_all(pem)?).ok()?;
        (certificate.is_root() && (self.has(purpose, &certificate) || self.installed.len() < STORE_LIMIT))
            .then_some(certificate)
    }

    fn has(&self, purpose: &str, certificate: &Certificate) -> bool {
        self.installed.iter().any(|(installed_for, it)| installed_for == purpose && it == certificate)
    }

    /// Adds a certificate while the store is not full. A certificate is stored once only.
    pub(super) fn add(&mut self, purpose: String, certificate: Certificate) {
        if !self.has(&purpose, &certificate) && self.installed.len() < STORE_LIMIT {
            self.installed.push((purpose, certificate));
        }
    }

    /// The hash data of all certificates for a purpose.
    fn hash_data_of(&self, purpose: &str) -> Vec<Value> {
        let matching = self.installed.iter().filter(|(installed_for, _)| installed_for == purpose);
        matching.filter_map(|(_, certificate)| certificate.hash_data(OWN_ALGORITHM)).collect()
    }

    /// Whether there is a certificate with this hash data.
    fn contains(&self, hash_data: &Value) -> bool {
        self.installed.iter().any(|(_, certificate)| has_hash_data(certificate, hash_data))
    }

    /// Deletes the certificate with this hash data.
    pub(super) fn delete(&mut self, hash_data: &Value) {
        self.installed.retain(|(_, certificate)| !has_hash_data(certificate, hash_data));
    }
}

/// Whether a certificate has this hash data. Hexadecimal digits are compared without case.
fn has_hash_data(certificate: &Certificate, wanted: &Value) -> bool {
    let algorithm = text(wanted, "hashAlgorithm").unwrap_or_default();
    certificate.hash_data(algorithm).is_some_and(|found| {
        ["issuerNameHash", "issuerKeyHash", "serialNumber"].into_iter().all(|field| {
            let (found, wanted) = (text(&found, field), text(wanted, field));
            found.zip(wanted).is_some_and(|(found, wanted)| found.eq_ignore_ascii_case(wanted))
        })
    })
}

impl ChargePoint {
    /// InstallCertificate (security whitepaper §5.11).
    pub(super) fn install_certificate(&self, payload: &Value) -> Proposal {
        let purpose = text(payload, "certificateType").unwrap_or_default();
        match self.certificates.acceptable(purpose, text(payload, "certificate").unwrap_or_default()) {
            Some(certificate) => {
                status_then("Accepted", CallEffect::InstallCertificate { purpose: purpose.to_owned(), certificate })
            }
            None => only_status("Rejected"),
        }
    }

    /// GetInstalledCertificateIds (§5.7).
    pub(super) fn installed_certificate_ids(&self, payload: &Value) -> Answer {
        let hash_data = self.certificates.hash_data_of(text(payload, "certificateType").unwrap_or_default());
        if hash_data.is_empty() {
            return status("NotFound");
        }
        Answer::result(json!({ "certificateHashData": hash_data, "status": "Accepted" }))
    }

    /// DeleteCertificate (§5.3).
    pub(super) fn delete_certificate(&self, payload: &Value) -> Proposal {
        match payload.get("certificateHashData").filter(|hash_data| self.certificates.contains(hash_data)) {
            Some(hash_data) => status_then("Accepted", CallEffect::DeleteCertificate { hash_data: hash_data.clone() }),
            None => only_status("NotFound"),
        }
    }

    /// CertificateSigned (§5.1). The simulator has no private key to compare with, so any readable certificate is
    /// accepted.
    pub(super) fn certificate_signed(payload: &Value) -> Proposal {
        if is_certificate(text(payload, "certificateChain")) {
            return only_status("Accepted");
        }
        status_then("Rejected", CallEffect::SecurityEvent("InvalidChargePointCertificate"))
    }

    /// Sends SignCertificate (§5.17) with the request of the examples. The private key of that request does not exist.
    pub(super) fn ask_for_certificate(&self, out: &mut Outbox) {
        out.call("SignCertificate", json!({ "csr": SIGNING_REQUEST }));
    }

    /// Sends SecurityEventNotification (§5.15, §8).
    pub(super) fn send_security_event(&mut self, event: &str, now: Moment, out: &mut Outbox) {
        self.send_if_allowed("SecurityEventNotification", json!({ "type": event, "timestamp": written_time(now.wall) }), out);
    }
}

/// Whether a text is one certificate or a chain of them.
pub(super) fn is_certificate(pem: Option<&str>) -> bool {
    pem.and_then(Certificate::read_all).is_some()
}
