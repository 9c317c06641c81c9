//! The values of the fields of a sample, by field name; those of 2.x alone are in `second_generation`. The shape of the message is not
//! decided here.

use super::certificates::{CERTIFICATE, HASH_DATA, SIGNATURE, SIGNING_REQUEST};
use super::context::SampleContext;
use super::place::SamplePlace;
use super::second_generation::{self, FIRMWARE_URL};

/// Whether a sample has this optional field.
pub(super) fn is_common(place: &SamplePlace, field: &str) -> bool {
    if let Some(common) = second_generation::is_common(place, field) {
        return common;
    }
    match (place.message, place.object) {
        ("BootNotificationRequest", _) => matches!(field, "chargePointSerialNumber" | "firmwareVersion"),
        ("StatusNotificationRequest", _) => field == "timestamp",
        ("StopTransactionRequest", "") => matches!(field, "idTag" | "reason"),
        ("GetCompositeScheduleRequest", _) => field == "chargingRateUnit",
        ("RemoteStartTransactionRequest", "") => field == "connectorId",
        (_, "chargingSchedule") => matches!(field, "duration" | "startSchedule"),
        (_, "values" | "sampledValue") => matches!(field, "measurand" | "unit" | "unitOfMeasure"),
        ("MeterValuesRequest", _) => matches!(field, "transactionId" | "values" | "meterValue"),
        ("DataTransferRequest", _) => matches!(field, "messageId" | "data"),
        ("GetConfigurationRequest", _) => field == "key",
        ("GetConfigurationResponse", _) => matches!(field, "configurationKey" | "value"),
        ("GetDiagnosticsResponse", _) => field == "fileName",
        ("BootNotificationResponse", _) => matches!(field, "currentTime" | "heartbeatInterval"),
        ("SendLocalListRequest", "") => matches!(field, "localAuthorisationList" | "localAuthorizationList"),
        ("SendLocalListRequest", "localAuthorisationList" | "localAuthorizationList") => field == "idTagInfo",
        ("StopTransactionResponse", "") => field == "idTagInfo",
        ("ExtendedTriggerMessageRequest", "") => field == "connectorId",
        ("LogStatusNotificationRequest" | "SignedFirmwareStatusNotificationRequest", "") => field == "requestId",
        ("GetLogResponse", "") => field == "filename",
        _ => false,
    }
}

pub(super) fn text(place: &SamplePlace, field: &str, context: &SampleContext) -> String {
    if let Some(text) = second_generation::text(place, field, context) {
        return text;
    }
    match (place.message, field) {
        ("DataTransferRequest", "messageId") => "Example".to_owned(),
        ("ChangeConfigurationRequest" | "GetConfigurationResponse", "value") => "300".to_owned(),
        (_, "value") => context.meter_wh.to_string(),
        (_, "key" | "unknownKey") => "HeartbeatInterval".to_owned(),
        (_, "idTag" | "parentIdTag") => context.id_tag.clone(),
        (_, "chargePointVendor" | "vendorId") => context.vendor.clone(),
        (_, "chargePointModel") => context.model.clone(),
        (_, "chargePointSerialNumber" | "chargeBoxSerialNumber" | "meterSerialNumber") => context.serial_number.clone(),
        (_, "firmwareVersion") => "1.0.0".to_owned(),
        (_, "fileName" | "filename") => "diagnostics.zip".to_owned(),
        (_, "data") => "{}".to_owned(),
        ("SecurityEventNotificationRequest", "type") => "SettingSystemTime".to_owned(),
        (_, "remoteLocation") => "ftp://example.com/logs/".to_owned(),
        (_, "certificate" | "certificateChain" | "signingCertificate") => CERTIFICATE.to_owned(),
        (_, "csr") => SIGNING_REQUEST.to_owned(),
        (_, "signature") => SIGNATURE.to_owned(),
        (_, "issuerNameHash") => HASH_DATA[0].to_owned(),
        (_, "issuerKeyHash") => HASH_DATA[1].to_owned(),
        (_, "serialNumber") => HASH_DATA[2].to_owned(),
        _ => "text".to_owned(),
    }
}

/// The value of an enumeration in a sample: the one of normal operation.
pub(super) fn choice<'choices>(place: &SamplePlace, field: &str, choices: &'choices [String]) -> &'choices str {
    let own = || -> &[&str] {
        match (place.message, field) {
            ("FirmwareStatusNotificationRequest" | "SignedFirmwareStatusNotificationRequest", _) => &["Installed"],
            ("DiagnosticsStatusNotificationRequest" | "LogStatusNotificationRequest", _) => &["Uploaded"],
            (_, "status") => &["Available", "Accepted", "Unlocked"],
            (_, "errorCode") => &["NoError"],
            (_, "type") => &["Soft", "Operative"],
            (_, "updateType") => &["Full"],
            (_, "reason") => &["Local"],
            (_, "measurand") => &["Energy.Active.Import.Register"],
            (_, "unit") => &["Wh"],
            (_, "context") => &["Sample.Periodic"],
            (_, "requestedMessage") => &["StatusNotification"],
            // The profile of a remote start is for the transaction that it starts.
            ("RemoteStartTransactionRequest", "chargingProfilePurpose") => &["TxProfile"],
            (_, "chargingProfilePurpose") => &["TxDefaultProfile"],
            (_, "chargingRateUnit") => &["A"],
            _ => &[],
        }
    };
    let preferred: &[&str] = second_generation::preferred(place, field).unwrap_or_else(own);
    let known = preferred.iter().find_map(|wanted| choices.iter().find(|choice| choice == wanted));
    known.or(choices.first()).map_or("", String::as_str)
}

pub(super) fn integer(place: &SamplePlace, field: &str, context: &SampleContext) -> i32 {
    if let Some(number) = second_generation::integer(place, field) {
        return number;
    }
    match field {
        "connectorId" => context.connector_id,
        "transactionId" => context.transaction_id,
        "meterStart" | "meterStop" | "value" => context.meter_wh,
        "interval" | "heartbeatInterval" => 300,
        "retries" => 3,
        "retryInterval" => 60,
        "duration" if place.object.is_empty() => 3_600,
        "duration" => 86_400,
        "numberPhases" => 3,
        "stackLevel" | "startPeriod" => 0,
        _ => 1,
    }
}

/// A number; most are a current in ampere that every charge point can deliver.
pub(super) fn decimal(place: &SamplePlace, field: &str, context: &SampleContext) -> f64 {
    let own = || if field == "minChargingRate" { 6.0 } else { 16.0 };
    second_generation::decimal(place, field, context).unwrap_or_else(own)
}

/// How many seconds after the time of the sample a time is.
pub(super) fn seconds_later(field: &str) -> i64 {
    match field {
        "expiryDate" | "expiryDateTime" => 3_600,
        "validTo" => 86_400,
        "startTime" => -86_400,
        _ => 0,
    }
}

pub(super) fn uri(place: &SamplePlace) -> &'static str {
    match place.message {
        "UpdateFirmwareRequest" => FIRMWARE_URL,
        _ => "ftp://example.com/diagnostics/",
    }
}
