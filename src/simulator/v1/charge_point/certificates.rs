//! The certificates of the charge point: CertificateSigned, InstallCertificate, GetInstalledCertificateIds,
//! DeleteCertificate and the security events after an invalid certificate (OCPP 1.6 security whitepaper, use cases A02,
//! A04 and M03 to M05). The certificates are in `certificate_store`. They do not secure the link: its TLS settings are in the
//! link.

use serde_json::{Value, json};

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::certificates::SIGNING_REQUEST;
use crate::simulator::certificate_store::is_certificate;
use crate::simulator::payload::{status, text, written_time};
use crate::simulator::x509::Certificate;

/// The maximum number of certificates (`CertificateStoreMaxLength`).
const STORE_LIMIT: usize = 20;

impl ChargePoint {
    /// InstallCertificate (security whitepaper §5.11).
    pub(super) fn install_certificate(&self, payload: &Value) -> Proposal {
        let purpose = text(payload, "certificateType").unwrap_or_default();
        match self.acceptable(purpose, text(payload, "certificate").unwrap_or_default()) {
            Some(certificate) => {
                status_then("Accepted", CallEffect::InstallCertificate { purpose: purpose.to_owned(), certificate })
            }
            None => only_status("Rejected"),
        }
    }

    /// The certificate in a text; `None` when it must not be installed (M05).
    fn acceptable(&self, purpose: &str, pem: &str) -> Option<Certificate> {
        let chain = Certificate::read_all(pem)?;
        let is_known = self.certificates.has(purpose, &chain);
        let [certificate] = <[Certificate; 1]>::try_from(chain).ok()?;
        (certificate.is_root() && (is_known || self.certificates.len() < STORE_LIMIT)).then_some(certificate)
    }

    /// Installs a certificate while the store is not full.
    pub(super) fn add_certificate(&mut self, purpose: String, certificate: Certificate) {
        if self.certificates.len() < STORE_LIMIT {
            self.certificates.add(purpose, vec![certificate]);
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
        match payload.get("certificateHashData").filter(|hash_data| self.certificates.contains(None, hash_data)) {
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
