//! The certificates of the station: InstallCertificate, DeleteCertificate, GetInstalledCertificateIds and CertificateSigned (OCPP 2.0.1
//! part 2, A02 and M03 to M05). They do not secure the link: its TLS settings are in the link. What the station asks for by itself is in
//! `certificate_requests`.

use serde_json::{Value, json};

use super::ChargingStation;
use super::block_settings::MOST_CERTIFICATES;
use super::effect::{only_status, status_because, status_because_then, status_then};
use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{list, text};
use crate::simulator::x509::Certificate;

/// The certificate with which the station authenticates itself.
pub(super) const STATION_CERTIFICATE: &str = "ChargingStationCertificate";
/// The certificates with which an EVSE authenticates itself to cars, of ISO 15118-2 and of ISO 15118-20.
pub(super) const V2G_CERTIFICATE: &str = "V2GCertificate";
pub(super) const V2G_20_CERTIFICATE: &str = "V2G20Certificate";
/// The chain with which an EVSE authenticates itself to cars.
pub(super) const V2G_CHAIN: &str = "V2GCertificateChain";

/// The types of what is listed, in the order of the list. The station's own certificate is none of them.
const LISTED: [&str; 6] = [
    "V2GRootCertificate",
    "MORootCertificate",
    "CSMSRootCertificate",
    V2G_CHAIN,
    "ManufacturerRootCertificate",
    "OEMRootCertificate",
];

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_certificates(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "InstallCertificate" => Some(self.install_certificate(call.payload)),
            "DeleteCertificate" => Some(self.delete_certificate(call.payload)),
            "GetInstalledCertificateIds" => Some(self.installed_certificate_ids(call.payload)),
            "CertificateSigned" => Some(self.certificate_signed(call.payload)),
            _ => None,
        }
    }

    /// InstallCertificate: one root certificate, while there is room for it (M05.FR.06 and FR.07).
    fn install_certificate(&self, payload: &Value) -> Proposal {
        let purpose = text(payload, "certificateType").unwrap_or_default();
        let chain = Certificate::read_all(text(payload, "certificate").unwrap_or_default()).unwrap_or_default();
        if chain.len() != 1 || !chain.iter().all(Certificate::is_root) {
            return status_because("Rejected", "InvalidCertificate");
        }
        let store = &self.blocks.certificates;
        if !store.has(purpose, &chain) && store.len() >= MOST_CERTIFICATES {
            return status_because("Rejected", "OutOfStorage");
        }
        let purpose = purpose.to_owned();
        status_then("Accepted", move |station, _now, _out| station.blocks.certificates.add(purpose, chain))
    }

    /// DeleteCertificate. The certificate of the station itself cannot be deleted (M04.FR.06).
    fn delete_certificate(&self, payload: &Value) -> Proposal {
        let Some(hash_data) = payload.get("certificateHashData") else { return only_status("NotFound") };
        let store = &self.blocks.certificates;
        if store.contains(Some(STATION_CERTIFICATE), hash_data) {
            return status_because("Failed", "ReadOnly");
        }
        if !store.contains(None, hash_data) {
            return only_status("NotFound");
        }
        let hash_data = hash_data.clone();
        status_then("Accepted", move |station, _now, _out| station.blocks.certificates.delete(&hash_data))
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

    /// CertificateSigned. The simulator has no private key to compare with, so any readable chain is accepted for the station. The issuers
    /// of a chain for cars must be known, because its hash data names their keys.
    fn certificate_signed(&self, payload: &Value) -> Proposal {
        let chain = Certificate::read_all(text(payload, "certificateChain").unwrap_or_default());
        let for_cars = text(payload, "certificateType").is_some_and(|purpose| purpose != STATION_CERTIFICATE);
        let store = &self.blocks.certificates;
        let Some(chain) = chain.filter(|chain| !for_cars || store.is_complete(chain)) else {
            return status_because_then("Rejected", "InvalidCertificate", |station, now, out| {
                station.send_security_event("InvalidChargingStationCertificate", now, out);
            });
        };
        status_then("Accepted", move |station, _now, out| {
            let purpose = if for_cars { V2G_CHAIN } else { STATION_CERTIFICATE };
            station.signing_ended();
            station.blocks.certificates.delete_all(purpose);
            station.blocks.certificates.add(purpose.to_owned(), chain);
            if for_cars {
                station.ask_for_certificate_status(out);
            }
        })
    }
}
