//! The certificates of the charge point: CertificateSigned, InstallCertificate, GetInstalledCertificateIds, DeleteCertificate and the
//! security events that follow from a bad one (OCPP 1.6 security whitepaper, use cases A02, A04 and M03 to M05). How a certificate is
//! read is in `x509`. None of them secures the link: that is decided where the link is made.

use serde_json::{Value, json};

use super::ChargePoint;
use super::x509::Certificate;
use crate::behaviour::{Answer, Outbox};
use crate::clock::Moment;
use crate::ocpp::certificates::SIGNING_REQUEST;
use crate::simulator::payload::{status, text, written_time};

/// How many certificates fit in (`CertificateStoreMaxLength`).
const STORE_LIMIT: usize = 20;

/// The algorithm in which installed certificates are told. A central system may delete them by any other.
const OWN_ALGORITHM: &str = "SHA256";

/// The root certificates that the central system has installed, by what they are for.
#[derive(Debug, Default)]
pub(super) struct CertificateStore {
    installed: Vec<(String, Certificate)>,
}

impl CertificateStore {
    /// Takes a certificate in, or says why not, with the status of the answer (M05). One that is there already stays once.
    fn install(&mut self, purpose: &str, pem: &str) -> &'static str {
        let Some([certificate]) = Certificate::read_all(pem).and_then(|found| <[Certificate; 1]>::try_from(found).ok()) else {
            return "Rejected";
        };
        if !certificate.is_root() {
            return "Rejected";
        }
        let entry = (purpose.to_owned(), certificate);
        if self.installed.contains(&entry) {
            return "Accepted";
        }
        if self.installed.len() >= STORE_LIMIT {
            return "Rejected";
        }
        self.installed.push(entry);
        "Accepted"
    }

    /// The hash data of all certificates for a purpose.
    fn told(&self, purpose: &str) -> Vec<Value> {
        let matching = self.installed.iter().filter(|(installed_for, _)| installed_for == purpose);
        matching.filter_map(|(_, certificate)| certificate.hash_data(OWN_ALGORITHM)).collect()
    }

    /// Takes out the certificate with this hash data; false when there is none. Hexadecimal digits come in both cases.
    fn delete(&mut self, wanted: &Value) -> bool {
        let algorithm = text(wanted, "hashAlgorithm").unwrap_or_default();
        let is_wanted = |certificate: &Certificate| {
            certificate.hash_data(algorithm).is_some_and(|found| {
                ["issuerNameHash", "issuerKeyHash", "serialNumber"].into_iter().all(|field| {
                    let (found, wanted) = (text(&found, field), text(wanted, field));
                    found.zip(wanted).is_some_and(|(found, wanted)| found.eq_ignore_ascii_case(wanted))
                })
            })
        };
        let before = self.installed.len();
        self.installed.retain(|(_, certificate)| !is_wanted(certificate));
        self.installed.len() < before
    }
}

impl ChargePoint {
    /// InstallCertificate (security whitepaper §5.11).
    pub(super) fn install_certificate(&mut self, payload: &Value) -> Answer {
        let purpose = text(payload, "certificateType").unwrap_or_default();
        status(self.certificates.install(purpose, text(payload, "certificate").unwrap_or_default()))
    }

    /// GetInstalledCertificateIds (§5.7).
    pub(super) fn installed_certificate_ids(&self, payload: &Value) -> Answer {
        let told = self.certificates.told(text(payload, "certificateType").unwrap_or_default());
        if told.is_empty() {
            return status("NotFound");
        }
        Answer::result(json!({ "certificateHashData": told, "status": "Accepted" }))
    }

    /// DeleteCertificate (§5.3).
    pub(super) fn delete_certificate(&mut self, payload: &Value) -> Answer {
        let found = self.certificates.delete(payload.get("certificateHashData").unwrap_or(&Value::Null));
        status(if found { "Accepted" } else { "NotFound" })
    }

    /// CertificateSigned (§5.1). There is no key that the certificate could belong to, so it only has to be one.
    pub(super) fn certificate_signed(&mut self, payload: &Value, now: Moment, out: &mut Outbox) -> Answer {
        if is_certificate(text(payload, "certificateChain")) {
            return status("Accepted");
        }
        self.tell_security_event("InvalidChargePointCertificate", now, out);
        status("Rejected")
    }

    /// SignCertificate (§5.17), with the request of the examples: the key that it is about exists no more.
    pub(super) fn ask_for_certificate(&self, out: &mut Outbox) {
        out.call("SignCertificate", json!({ "csr": SIGNING_REQUEST }));
    }

    /// SecurityEventNotification (§5.15, §8).
    pub(super) fn tell_security_event(&mut self, event: &str, now: Moment, out: &mut Outbox) {
        self.say("SecurityEventNotification", json!({ "type": event, "timestamp": written_time(now.wall) }), out);
    }
}

/// Whether a text is one certificate or a chain of them.
pub(super) fn is_certificate(pem: Option<&str>) -> bool {
    pem.and_then(Certificate::read_all).is_some()
}
