//! The certificates of the station: InstallCertificate, DeleteCertificate, GetInstalledCertificateIds and CertificateSigned (OCPP 2.0.1
//! part 2, A02 and M03 to M05). What is installed and signed for the link is shared with it by the credentials. What the station asks for
//! by itself is in `certificate_requests`.

use serde_json::{Value, json};

use super::ChargingStation;
use super::block_settings::MOST_CERTIFICATES;
use super::effect::{only_status, result_then, status_because, status_then};
use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::pki::CertificateUse;
use crate::simulator::certificate_request::{CertificateRefusal, ExpectedCertificate};
use crate::simulator::certificate_store::StoredCertificate;
use crate::simulator::payload::{list, text};

/// The certificate with which the station authenticates itself.
pub(super) const STATION_CERTIFICATE: &str = "ChargingStationCertificate";
/// The certificates with which an EVSE authenticates itself to cars, of ISO 15118-2 and of ISO 15118-20.
pub(super) const V2G_CERTIFICATE: &str = "V2GCertificate";
pub(super) const V2G_20_CERTIFICATE: &str = "V2G20Certificate";
/// The chain with which an EVSE authenticates itself to cars.
pub(super) const V2G_CHAIN: &str = "V2GCertificateChain";
/// The root of the CSMS.
const CSMS_ROOT: &str = "CSMSRootCertificate";
/// The root of what an EVSE shows to cars.
const V2G_ROOT: &str = "V2GRootCertificate";
/// The most characters of `statusInfo.additionalInfo` in 2.0.1.
const LONGEST_INFO: usize = 512;

/// The types of what is listed, in the order of the list. The station's own certificate is none of them.
const LISTED: [&str; 6] =
    [V2G_ROOT, "MORootCertificate", CSMS_ROOT, V2G_CHAIN, "ManufacturerRootCertificate", "OEMRootCertificate"];

/// The status and why, with a sentence for people.
fn explained(status: &str, reason: &str, sentence: &str) -> Value {
    let info: String = sentence.chars().take(LONGEST_INFO).collect();
    json!({ "status": status, "statusInfo": { "reasonCode": reason, "additionalInfo": info } })
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_certificates(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        match call.action {
            "InstallCertificate" => Some(self.install_certificate(call.payload, now)),
            "DeleteCertificate" => Some(self.delete_certificate(call.payload)),
            "GetInstalledCertificateIds" => Some(self.installed_certificate_ids(call.payload)),
            "CertificateSigned" => Some(self.certificate_signed(call.payload, now)),
            _ => None,
        }
    }

    /// InstallCertificate: one root certificate, while there is room for it (M05.FR.06 and FR.07).
    fn install_certificate(&self, payload: &Value, now: Moment) -> Proposal {
        let purpose = text(payload, "certificateType").unwrap_or_default();
        let root = match StoredCertificate::read_root(text(payload, "certificate").unwrap_or_default(), now.wall) {
            Ok(root) => vec![root],
            Err(refusal) => return Answer::result(explained("Rejected", "InvalidCertificate", &refusal.to_string())).into(),
        };
        let store = &self.blocks.certificates;
        if !store.has(purpose, &root) && store.len() >= MOST_CERTIFICATES {
            return status_because("Rejected", "OutOfStorage");
        }
        let purpose = purpose.to_owned();
        status_then("Accepted", move |station, _now, _out| {
            station.blocks.certificates.add(purpose, root);
            station.share_roots();
        })
    }

    /// DeleteCertificate. The certificate of the station itself cannot be deleted (M04.FR.06), nor can the last root of the CSMS while the
    /// link needs it: without it the station could not connect again.
    fn delete_certificate(&self, payload: &Value) -> Proposal {
        let Some(hash_data) = payload.get("certificateHashData") else { return only_status("NotFound") };
        let store = &self.blocks.certificates;
        if store.contains(Some(STATION_CERTIFICATE), hash_data) {
            return status_because("Failed", "ReadOnly");
        }
        if !store.contains(None, hash_data) {
            return only_status("NotFound");
        }
        if self.settings.credentials.profile().uses_tls() && store.is_last(CSMS_ROOT, hash_data) {
            return status_because("Failed", "ReadOnly");
        }
        let hash_data = hash_data.clone();
        status_then("Accepted", move |station, _now, _out| {
            station.blocks.certificates.delete(&hash_data);
            station.share_roots();
        })
    }

    /// The link trusts what is installed.
    fn share_roots(&self) {
        let roots = self.blocks.certificates.certificates(CSMS_ROOT);
        self.settings.credentials.change(|set| set.roots.clone_from(&roots));
    }

    /// GetInstalledCertificateIds: those of the wanted types, or of all (M03.FR.03).
    fn installed_certificate_ids(&self, payload: &Value) -> Proposal {
        let wanted = list(payload, "certificateType");
        let is_wanted = |purpose: &&str| wanted.is_empty() || wanted.iter().any(|it| it.as_str() == Some(*purpose));
        let purposes: Vec<&str> = LISTED.into_iter().filter(is_wanted).collect();
        let chains = self.blocks.certificates.hash_data_chains(&purposes);
        if chains.is_empty() {
            return only_status("NotFound");
        }
        Answer::result(json!({ "status": "Accepted", "certificateHashDataChain": chains })).into()
    }

    /// CertificateSigned: the chain must be for the key and the name of a request, lead to an installed root, and be valid. The issuers of
    /// a chain for cars must be known, because its hash data names their keys.
    fn certificate_signed(&self, payload: &Value, now: Moment) -> Proposal {
        let pem = text(payload, "certificateChain").unwrap_or_default();
        let purpose = text(payload, "certificateType").unwrap_or(STATION_CERTIFICATE);
        let for_cars = purpose != STATION_CERTIFICATE;
        let store = &self.blocks.certificates;
        let roots = store.certificates(if for_cars { V2G_ROOT } else { CSMS_ROOT });
        let longest =
            self.model.integer("SecurityCtrlr", "MaxCertificateChainSize").and_then(|most| usize::try_from(most).ok());
        let expected = ExpectedCertificate {
            purpose,
            usage: if for_cars { CertificateUse::Any } else { CertificateUse::Client },
            roots: &roots,
            most_characters: longest.unwrap_or(10_000),
            now: now.wall,
        };
        let judged = match self.answers_request(payload) {
            true => self.blocks.keys.judge(pem, &expected),
            false => Err(CertificateRefusal::NotAskedFor),
        };
        let chain = StoredCertificate::read_all(pem).filter(|chain| !for_cars || store.is_complete(chain));
        let (signed, chain) = match (judged, chain) {
            (Ok(signed), Some(chain)) => (signed, chain),
            (Ok(_), None) => return refused("the certificate of an issuer of the chain is not known"),
            (Err(refusal), _) => return refused(&refusal.to_string()),
        };
        let purpose = purpose.to_owned();
        status_then("Accepted", move |station, now, out| {
            let kept_as = if for_cars { V2G_CHAIN } else { STATION_CERTIFICATE };
            station.signing_ended();
            station.blocks.keys.arrived(&purpose);
            station.blocks.certificates.delete_all(kept_as);
            station.blocks.certificates.add(kept_as.to_owned(), chain);
            if for_cars {
                station.ask_for_certificate_status(out);
            } else {
                station.blocks.keys.show(signed, &station.settings.credentials, now.wall);
            }
        })
    }
}

/// The answer to a certificate that cannot be used, and the security event that follows from it.
fn refused(sentence: &str) -> Proposal {
    result_then(explained("Rejected", "InvalidCertificate", sentence), Some("Rejected"), |station, now, out| {
        station.send_security_event("InvalidChargingStationCertificate", now, out);
    })
}
