//! Values that the meter signs (OCPP 2.0.1 part 2, J, `SignedMeterValueType`): in the form of a real meter, with a signature that is none. The
//! meter has no key: both numbers of the signature are 1, and the public key is the generator of the curve. When values are signed is in
//! `metering`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ChargingStation;
use crate::clock::Moment;
use crate::simulator::meter::MeterReading;
use crate::simulator::payload::written_time;
use crate::simulator::v2::features::StationFeatures;

/// What the meter signs: the register.
pub(super) const SIGNED_MEASURAND: &str = "Energy.Active.Import.Register";

/// The way in which it signs.
const METHOD: &str = "ECDSA-secp256r1-SHA256";

/// A signature of two numbers (RFC 3279 §2.2.3), both 1: no key gives it.
const PLACEHOLDER: [u8; 8] = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];

/// A public key on the curve P-256 (RFC 5480): its generator, whose private key is 1.
const PUBLIC_KEY: &str = concat!(
    "3059301306072A8648CE3D020106082A8648CE3D030107034200",
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
);

impl ChargingStation {
    /// Whether the meter signs the values of transactions.
    pub(super) fn signs_readings(&self) -> bool {
        self.model.flag("SampledDataCtrlr", "SignReadings") && self.model.text("SampledDataCtrlr", "Enabled") != Some("false")
    }

    /// A reading of the meter of an EVSE with its signature, as a field `signedMeterValue`: the data in OCMF 1.0, which says that it is
    /// simulated. The key comes along as `PublicKeyWithSignedMeterValue` says.
    pub(super) fn signature(&mut self, number: i32, reading: &MeterReading, context: &str, now: Moment) -> Value {
        let wish = self.model.text("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue").unwrap_or_default().to_owned();
        let kind = match context {
            "Transaction.Begin" => "B",
            "Transaction.End" => "E",
            _ => "C",
        };
        let data = json!({
            "FV": "1.0",
            "GI": "ocpp-tui",
            "GS": self.settings.equipment.serial_number,
            "GV": "simulated: the signature is a placeholder",
            "PG": format!("T{number}"),
            "RD": [{
                "TM": format!("{} S", written_time(now.wall).replace('Z', "+0000").replace('.', ",")),
                "TX": kind,
                "RV": reading.watt_hours,
                "RI": "1-0:1.8.0",
                "RU": "Wh",
                "ST": "G",
            }],
        });
        let signature = json!({ "SA": METHOD, "SE": "base64", "SM": "application/x-der", "SD": STANDARD.encode(PLACEHOLDER) });
        let transaction = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut());
        let sends_key = match &*wish {
            "EveryMeterValue" => true,
            "OncePerTransaction" => transaction.is_none_or(|transaction| !std::mem::replace(&mut transaction.told_key, true)),
            _ => false,
        };
        let mut signed = json!({
            "signedMeterData": STANDARD.encode(format!("OCMF|{data}|{signature}")),
            "signingMethod": METHOD,
            "encodingMethod": "OCMF",
        });
        if sends_key {
            signed["publicKey"] = STANDARD.encode(format!("oca:base16:asn1:{PUBLIC_KEY}")).into();
        } else if StationFeatures::of(self.version).signatures_have_keys {
            signed["publicKey"] = "".into();
        }
        signed
    }
}
