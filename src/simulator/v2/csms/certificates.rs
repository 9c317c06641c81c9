//! The answers about certificates. There is no authority behind them: a status is good, and a response is a placeholder of the right form,
//! so that a station can go on.

use serde_json::{Value, json};

use crate::behaviour::Answer;
use crate::clock::Moment;
use crate::simulator::payload::{list, seconds_later, written_time};

/// A CertificateInstallationRes of ISO 15118 would be here; this is the Base64 of a text that says so.
const EXI_PLACEHOLDER: &str = "RVhJIHBsYWNlaG9sZGVyIG9mIGEgc2ltdWxhdGVkIENTTVM=";

/// An OCSPResponse of RFC 6960 in DER and Base64, whose status is `tryLater`: the shortest valid one.
const OCSP_RESPONSE: &str = "MAMKAQM=";

/// How long a status of a chain is valid, in seconds.
const STATUS_VALID: i64 = 7 * 24 * 3_600;

/// Get15118EVCertificate (OCPP 2.0.1 part 2, M01 and M02).
pub(super) fn ev_certificate() -> Answer {
    Answer::result(json!({ "status": "Accepted", "exiResponse": EXI_PLACEHOLDER }))
}

/// GetCertificateStatus (OCPP 2.0.1 part 2, M06).
pub(super) fn ocsp_status() -> Answer {
    Answer::result(json!({ "status": "Accepted", "ocspResult": OCSP_RESPONSE }))
}

/// GetCertificateChainStatus of 2.1: each certificate that is asked for is good for a week.
pub(super) fn chain_status(payload: &Value, now: Moment) -> Answer {
    let next_update = written_time(seconds_later(now.wall, STATUS_VALID));
    let status = |asked: &Value| {
        json!({
            "certificateHashData": asked.get("certificateHashData"),
            "source": asked.get("source"),
            "status": "Good",
            "nextUpdate": next_update,
        })
    };
    let statuses: Vec<Value> = list(payload, "certificateStatusRequests").iter().map(status).collect();
    Answer::result(json!({ "certificateStatus": statuses }))
}

/// The `certificateStatus` in the answer to an Authorize that brings a certificate or hashes of one (OCPP 2.0.1 part 2, C07);
/// `None` where none is asked about.
pub(super) fn contract_status(payload: &Value) -> Option<&'static str> {
    let asks = payload.get("certificate").is_some() || payload.get("iso15118CertificateHashData").is_some();
    asks.then_some("Accepted")
}
