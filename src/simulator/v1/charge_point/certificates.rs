//! The certificates of the charge point: SignCertificate, CertificateSigned, InstallCertificate, GetInstalledCertificateIds,
//! DeleteCertificate and the security events after an invalid certificate (OCPP 1.6 security whitepaper, use cases A02,
//! A04 and M03 to M05). What is installed and signed is shared with the link by the credentials.

use serde_json::{Value, json};

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::OcppGeneration;
use crate::pki::CertificateUse;
use crate::simulator::certificate_request::{CertificateSubject, ExpectedCertificate, SignedCertificate, security_event};
use crate::simulator::certificate_store::StoredCertificate;
use crate::simulator::payload::{status, text, written_time};
use crate::simulator::v1::features::SimulatedFeatures;

/// The maximum number of certificates (`CertificateStoreMaxLength`).
const STORE_LIMIT: usize = 20;
/// The most characters of a chain (`CertificateSignedMaxChainSize`).
const CHAIN_LIMIT: usize = 10_000;
/// The root of the central system.
const CENTRAL_SYSTEM_ROOT: &str = "CentralSystemRootCertificate";
/// What the charge point asks for a certificate for; the extension of 1.6 has no name for it.
const OWN: &str = "ChargePointCertificate";

impl ChargePoint {
    /// InstallCertificate (security whitepaper §5.11).
    pub(super) fn install_certificate(&self, payload: &Value, now: Moment) -> Proposal {
        let purpose = text(payload, "certificateType").unwrap_or_default();
        match self.acceptable(purpose, text(payload, "certificate").unwrap_or_default(), now) {
            Some(certificate) => status_then(
                "Accepted",
                CallEffect::InstallCertificate { purpose: purpose.to_owned(), certificate: Box::new(certificate) },
            ),
            None => only_status("Rejected"),
        }
    }

    /// The certificate in a text; `None` when it must not be installed (M05).
    fn acceptable(&self, purpose: &str, pem: &str, now: Moment) -> Option<StoredCertificate> {
        let root = StoredCertificate::read_root(pem, now.wall).ok()?;
        let is_known = self.certificates.has(purpose, std::slice::from_ref(&root));
        (is_known || self.certificates.len() < STORE_LIMIT).then_some(root)
    }

    /// Installs a certificate while the store is not full.
    pub(super) fn add_certificate(&mut self, purpose: String, certificate: StoredCertificate) {
        if self.certificates.len() < STORE_LIMIT {
            self.certificates.add(purpose, vec![certificate]);
            self.share_roots();
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

    /// DeleteCertificate (§5.3). The last root of the central system stays while the link needs it: without it the charge point could not
    /// connect again.
    pub(super) fn delete_certificate(&self, payload: &Value) -> Proposal {
        let found = payload.get("certificateHashData").filter(|hash_data| self.certificates.contains(None, hash_data));
        let Some(hash_data) = found else { return only_status("NotFound") };
        if self.settings.credentials.profile().uses_tls() && self.certificates.is_last(CENTRAL_SYSTEM_ROOT, hash_data) {
            return only_status("Failed");
        }
        status_then("Accepted", CallEffect::DeleteCertificate { hash_data: hash_data.clone() })
    }

    pub(super) fn remove_certificate(&mut self, hash_data: &Value) {
        self.certificates.delete(hash_data);
        self.share_roots();
    }

    /// The link trusts what is installed.
    fn share_roots(&self) {
        let roots = self.certificates.certificates(CENTRAL_SYSTEM_ROOT);
        self.settings.credentials.change(|set| set.roots.clone_from(&roots));
    }

    /// CertificateSigned (§5.1): the chain must be for the key and the name of the last request, lead to an installed root, and be valid.
    pub(super) fn certificate_signed(&self, payload: &Value, now: Moment) -> Proposal {
        let roots = self.certificates.certificates(CENTRAL_SYSTEM_ROOT);
        let expected = ExpectedCertificate {
            purpose: OWN,
            usage: CertificateUse::Client,
            roots: &roots,
            most_characters: CHAIN_LIMIT,
            now: now.wall,
        };
        match self.keys.judge(text(payload, "certificateChain").unwrap_or_default(), &expected) {
            Ok(signed) => status_then("Accepted", CallEffect::TakeCertificate(signed)),
            Err(_) => status_then("Rejected", CallEffect::SecurityEvent("InvalidChargePointCertificate")),
        }
    }

    /// The certificate is shown from the next connection on.
    pub(super) fn take_certificate(&mut self, signed: SignedCertificate, now: Moment) {
        self.keys.arrived(OWN);
        self.keys.show(signed, &self.settings.credentials, now.wall);
    }

    /// Makes a key and sends SignCertificate (§5.17). The organization is the operator, as `CpoName` has it.
    pub(super) fn ask_for_certificate(&mut self, out: &mut Outbox) {
        let equipment = &self.settings.equipment;
        let common_name = if equipment.serial_number.is_empty() { &self.settings.identity } else { &equipment.serial_number };
        let operator = self.configuration.value("CpoName");
        let organization = if operator.is_empty() { &equipment.vendor } else { operator };
        // without random numbers nothing can be asked for
        if let Some(csr) = self.keys.request(OWN, equipment.key, CertificateSubject { common_name, organization }) {
            out.call("SignCertificate", json!({ "csr": csr }));
        }
    }

    /// Reports what went wrong while the charge point connected, once it may send. Versions before 1.6 have no message for it.
    pub(super) fn report_incidents(&mut self, now: Moment, out: &mut Outbox) {
        if !self.may_send() || !SimulatedFeatures::of(self.version).actions_of_1_6 {
            return;
        }
        for incident in self.settings.credentials.take_incidents() {
            self.send_security_event(security_event(incident, OcppGeneration::First), now, out);
        }
    }

    /// Sends SecurityEventNotification (§5.15, §8).
    pub(super) fn send_security_event(&mut self, event: &str, now: Moment, out: &mut Outbox) {
        self.send_if_allowed("SecurityEventNotification", json!({ "type": event, "timestamp": written_time(now.wall) }), out);
    }
}
