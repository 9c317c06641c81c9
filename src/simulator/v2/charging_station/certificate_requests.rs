//! What the station asks for certificates by itself: SignCertificate (OCPP 2.0.1 part 2, A02 and A03), and whether the certificates
//! of its chain for cars are still good (GetCertificateStatus, M06; GetCertificateChainStatus of 2.1, M07).

use serde_json::{Value, json};

use super::ChargingStation;
use super::certificates::V2G_CHAIN;
use super::timers::StationTask;
use crate::behaviour::{CallOutcome, Outbox};
use crate::clock::Moment;
use crate::simulator::certificate_request::CertificateSubject;
use crate::simulator::payload::{integer, text};
use crate::simulator::v2::features::StationFeatures;

/// The place that knows whether a certificate has been revoked.
const RESPONDER: &str = "http://ocsp.example.com";

/// A request for a signed certificate that has no certificate yet.
#[derive(Debug, Default)]
pub(super) struct SigningRequest {
    /// The type of the certificate, while one is awaited.
    wanted: Option<&'static str>,
    /// How often the request was repeated.
    repeated: u32,
    /// The last `requestId`.
    last_id: i32,
}

impl ChargingStation {
    /// Makes a key and sends SignCertificate.
    pub(super) fn ask_for_signature(&mut self, purpose: &'static str, now: Moment, out: &mut Outbox) {
        self.blocks.signing.repeated = 0;
        self.send_signing_request(purpose, now, out);
    }

    fn send_signing_request(&mut self, purpose: &'static str, now: Moment, out: &mut Outbox) {
        let equipment = &self.settings.equipment;
        let serial_number = &equipment.serial_number;
        let common_name = if serial_number.is_empty() { &self.settings.identity } else { serial_number };
        let organization = self.model.text("SecurityCtrlr", "OrganizationName").unwrap_or_default();
        let subject = CertificateSubject { common_name, organization };
        // without random numbers nothing can be asked for
        let Some(csr) = self.blocks.keys.request(purpose, equipment.key, subject) else { return };
        let signing = &mut self.blocks.signing;
        signing.wanted = Some(purpose);
        let mut payload = json!({ "csr": csr, "certificateType": purpose });
        if StationFeatures::of(self.version).signing_request_ids {
            signing.last_id += 1;
            payload["requestId"] = signing.last_id.into();
        }
        out.call("SignCertificate", payload);
        self.schedule_signing(now);
    }

    /// The wait for the certificate doubles with each repetition (A02.FR.17 and 18).
    fn schedule_signing(&mut self, now: Moment) {
        let first = self.signing_wait();
        let factor = 1 << self.blocks.signing.repeated.min(16);
        if let Some(wait) = first.checked_mul(factor).filter(|wait| !wait.is_zero()) {
            self.schedule(StationTask::SigningRequest, wait, now);
        }
    }

    /// No certificate came: the request is repeated as often as configured (A02.FR.19).
    pub(super) fn signing_timed_out(&mut self, now: Moment, out: &mut Outbox) {
        let Some(purpose) = self.blocks.signing.wanted else { return };
        if self.blocks.signing.repeated >= self.signing_repetitions() || !self.may_send() {
            self.blocks.signing.wanted = None;
            return;
        }
        self.blocks.signing.repeated += 1;
        self.send_signing_request(purpose, now, out);
    }

    /// A request that is refused has no certificate.
    pub(super) fn signing_answered(&mut self, outcome: CallOutcome<'_>) {
        let accepted = matches!(outcome, CallOutcome::Result { payload, .. } if text(payload, "status") == Some("Accepted"));
        if !accepted {
            self.signing_ended();
        }
    }

    /// Whether a certificate answers the last request: since 2.1 it has its number (OCPP 2.1 part 2, A02).
    pub(super) fn answers_request(&self, payload: &Value) -> bool {
        integer(payload, "requestId").is_none_or(|id| id == self.blocks.signing.last_id)
    }

    /// The certificate has come, or will not come.
    pub(super) fn signing_ended(&mut self) {
        self.blocks.signing.wanted = None;
        self.timers.cancel(StationTask::SigningRequest);
    }

    /// Asks whether the certificates of the chain for cars are still good.
    pub(super) fn ask_for_certificate_status(&mut self, out: &mut Outbox) {
        let chains = self.blocks.certificates.chains_of(V2G_CHAIN);
        if !self.may_send() {
            return;
        }
        for chain in chains {
            if StationFeatures::of(self.version).certificate_chain_status {
                let request = |hash: &Value| json!({ "certificateHashData": hash, "source": "OCSP", "urls": [RESPONDER] });
                let requests: Vec<Value> = chain.iter().take(4).map(request).collect();
                out.call("GetCertificateChainStatus", json!({ "certificateStatusRequests": requests }));
            } else {
                for mut hash in chain {
                    hash["responderURL"] = RESPONDER.into();
                    out.call("GetCertificateStatus", json!({ "ocspRequestData": hash }));
                }
            }
        }
    }
}
