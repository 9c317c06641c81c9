//! The answer to each call of a charging station. Nothing follows from those without a transaction.

use serde_json::{Map, Value, json};

use super::certificates::{chain_status, contract_status, ev_certificate, ocsp_status};
use super::tokens::id_token_info;
use crate::behaviour::{Answer, IncomingCall};
use crate::clock::Moment;
use crate::ocpp::JsonTree;
use crate::simulator::central_system::settings::CentralSystemSettings;
use crate::simulator::payload::{empty, integer, not_supported, status, text, written_time};

/// Reports and notices that are answered by nothing but that they have arrived.
const NOTICES: &[&str] = &[
    "BatterySwap",
    "ClearedChargingLimit",
    "ClosePeriodicEventStream",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "MeterValues",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyDisplayMessages",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyPeriodicEventStream",
    "NotifyPriorityCharging",
    "NotifyReport",
    "NotifySettlement",
    "PublishFirmwareStatusNotification",
    "ReportChargingProfiles",
    "ReportDERControl",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "StatusNotification",
];

/// Requests that are accepted. In the answer to PullDynamicScheduleUpdate there is no update, so the schedule stays as it is.
const ACCEPTED: &[&str] = &[
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "OpenPeriodicEventStream",
    "PullDynamicScheduleUpdate",
    "SignCertificate",
];

/// The answer to a call that is no TransactionEvent.
pub(super) fn answer(settings: &CentralSystemSettings, call: IncomingCall<'_>, now: Moment) -> Answer {
    match call.action {
        "BootNotification" => boot(settings, now),
        "Heartbeat" => Answer::result(json!({ "currentTime": written_time(now.wall) })),
        "Authorize" => authorize(settings, call.payload),
        "DataTransfer" => data_transfer(settings, call.payload),
        accepted if ACCEPTED.contains(&accepted) => status("Accepted"),
        "Get15118EVCertificate" => ev_certificate(),
        "GetCertificateStatus" => ocsp_status(),
        "GetCertificateChainStatus" => chain_status(call.payload, now),
        "VatNumberValidation" => vat_number(call.payload),
        notice if NOTICES.contains(&notice) => empty(),
        action => not_supported(action),
    }
}

/// A station that is not accepted yet learns the reason, too (OCPP 2.0.1 part 2, B02 and B03).
fn boot(settings: &CentralSystemSettings, now: Moment) -> Answer {
    let mut answer = json!({
        "currentTime": written_time(now.wall),
        "interval": settings.heartbeat_interval,
        "status": settings.registration,
    });
    if settings.registration != "Accepted" {
        answer["statusInfo"] = json!({ "reasonCode": "Unspecified", "additionalInfo": "Set by the user of the CSMS" });
    }
    Answer::result(answer)
}

fn authorize(settings: &CentralSystemSettings, payload: &Value) -> Answer {
    let mut answer = json!({ "idTokenInfo": id_token_info(settings, &payload["idToken"]) });
    if let Some(status) = contract_status(payload) {
        answer["certificateStatus"] = json!(status);
    }
    Answer::result(answer)
}

fn data_transfer(settings: &CentralSystemSettings, payload: &Value) -> Answer {
    let vendor = text(payload, "vendorId").unwrap_or_default();
    status(if settings.knows_vendor(vendor) { "Accepted" } else { "UnknownVendorId" })
}

/// The number is accepted as that of a company which is made up.
fn vat_number(payload: &Value) -> Answer {
    let mut answer = json!({
        "status": "Accepted",
        "vatNumber": payload["vatNumber"],
        "company": { "name": "Example Company", "address1": "1 Example Street", "city": "Example City", "country": "Example Land" },
    });
    if let Some(evse) = integer(payload, "evseId") {
        answer["evseId"] = json!(evse);
    }
    Answer::result(answer)
}

/// The answer to TransactionEvent (OCPP 2.0.1 part 2, E): about the token, when the event has one, and the cost of the energy so far in Wh,
/// when it is known and has a price.
pub(super) fn transaction_event(settings: &CentralSystemSettings, payload: &JsonTree<'_>, energy: Option<f64>) -> Answer {
    let mut answer = Map::new();
    if let Some(token) = payload.get("idToken") {
        answer.insert("idTokenInfo".to_owned(), id_token_info(settings, &token.to_value()));
    }
    if let (Some(price), Some(energy)) = (settings.energy_price, energy) {
        // Cents are enough, and binary fractions are not for readers.
        let cost = (price * energy / 1_000.0 * 100.0).round() / 100.0;
        answer.insert("totalCost".to_owned(), json!(cost));
    }
    Answer::result(Value::Object(answer))
}
