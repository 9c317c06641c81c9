//! The values of the fields that samples of OCPP 2.x have, by object and field name. Names that 1.x has too are in `values`, which asks
//! here first.

use super::context::SampleContext;
use super::place::SamplePlace;

/// The URL of firmware in samples.
pub(super) const FIRMWARE_URL: &str = "https://example.com/firmware/1.0.1.bin";

/// Whether a sample has this optional field; `None` for a field that 2.x does not decide.
pub(super) fn is_common(place: &SamplePlace, field: &str) -> Option<bool> {
    let common = match (place.message, place.object) {
        (_, "chargingStation") => matches!(field, "serialNumber" | "firmwareVersion"),
        (_, "evse") => field == "connectorId",
        (_, "chargingSchedulePeriod" | "scheduleUpdate") => field == "limit",
        (_, "unitOfMeasure") => field == "unit",
        (_, "params") => matches!(field, "interval" | "values"),
        (_, "tariff") => field == "energy",
        (_, "chargingProfile") if place.message == "GetChargingProfilesRequest" => field == "chargingProfilePurpose",
        (_, "chargingNeeds") => field == "acChargingParameters",
        (_, "componentVariable") => field == "variable",
        (_, "variableAttribute") => field == "value",
        (_, "component") => field == "evse" && is_about_a_connector(place.message),
        ("GetVariablesResponse", "getVariableResult") => field == "attributeValue",
        ("GetCompositeScheduleResponse", "") => {
            matches!(field, "connectorId" | "scheduleStart" | "chargingSchedule" | "schedule")
        }
        ("SendLocalListRequest", "localAuthorizationList") => matches!(field, "idTagInfo" | "idTokenInfo"),
        ("ClearChargingProfileRequest", "") => matches!(field, "id" | "chargingProfileId"),
        ("TransactionEventRequest", "transactionInfo") => field == "chargingState",
        ("TransactionEventRequest", "") => field == "evse",
        ("TriggerMessageRequest", "") => matches!(field, "connectorId" | "evse"),
        ("RequestStartTransactionRequest" | "ReserveNowRequest", "") => field == "evseId",
        ("CustomerInformationRequest", "") => field == "idToken",
        ("GetReportRequest", "") => field == "componentVariable",
        ("GetTransactionStatusRequest", "") => field == "transactionId",
        ("NotifyReportRequest", "") => field == "reportData",
        ("NotifyMonitoringReportRequest", "") => field == "monitor",
        ("NotifyDisplayMessagesRequest", "") => field == "messageInfo",
        ("PublishFirmwareStatusNotificationRequest", "") => matches!(field, "location" | "requestId"),
        ("FirmwareStatusNotificationRequest", "") => field == "requestId",
        ("GetInstalledCertificateIdsResponse", "") => matches!(field, "certificateHashData" | "certificateHashDataChain"),
        ("PullDynamicScheduleUpdateResponse", "") => field == "scheduleUpdate",
        ("SetDERControlRequest", "") => field == "fixedPFAbsorb",
        _ => return None,
    };
    Some(common)
}

/// Whether the variables of a message are those of a connector, not of the station.
fn is_about_a_connector(message: &str) -> bool {
    matches!(message, "NotifyEventRequest" | "SetVariableMonitoringRequest" | "NotifyMonitoringReportRequest")
}

/// The text of a field that 2.x alone has.
pub(super) fn text(place: &SamplePlace, field: &str, context: &SampleContext) -> Option<String> {
    let text = match (place.object, field) {
        ("idToken", "idToken") => return Some(context.id_tag.clone()),
        ("idToken", "type") => "ISO14443",
        ("chargingStation", "model") => return Some(context.model.clone()),
        ("chargingStation", "vendorName") => return Some(context.vendor.clone()),
        ("chargingStation", "serialNumber") => return Some(context.serial_number.clone()),
        ("batteryData", "serialNumber") => "BAT-0001",
        ("component", "name") if place.message == "NotifyEventRequest" => "Connector",
        ("component", "name") if is_about_a_connector(place.message) => "EVSE",
        ("component", "name") => "OCPPCommCtrlr",
        ("variable", "name") if place.message == "NotifyEventRequest" => "AvailabilityState",
        ("variable", "name") if is_about_a_connector(place.message) => "Power",
        ("variable", "name") => "HeartbeatInterval",
        ("eventData", "actualValue") => "Available",
        ("variableAttribute", "value") | (_, "attributeValue") => "300",
        ("unitOfMeasure", "unit") => "Wh",
        ("message" | "messageInfo", "content") => "Welcome",
        ("data", "v") => "230.1",
        (_, "data") if place.message == "NotifyCustomerInformationRequest" => "No data is kept about this customer",
        (_, "transactionId") => return Some(context.transaction_id.to_string()),
        (_, "chargingLimitSource") if place.message == "ReportChargingProfilesRequest" => "CSO",
        (_, "chargingLimitSource") => "EMS",
        (_, "iso15118SchemaVersion") => "urn:iso:15118:2:2013:MsgDef",
        (_, "exiRequest" | "exiResponse") => "gJgCAAAAAAAAAADRY4gsKVXwiU0=",
        (_, "responderURL" | "urls") => "http://ocsp.example.com/",
        (_, "location") => FIRMWARE_URL,
        (_, "checksum") => "9e107d9d372bb6826bd81d3542a419d6",
        (_, "ocppCsmsUrl") => "wss://csms.example.com/ocpp",
        (_, "tariffId") => "tariff-1",
        (_, "currency") => "EUR",
        (_, "controlId") => "control-1",
        (_, "pspRef") => "PSP-0001",
        (_, "vatNumber") => "NL123456789B01",
        _ => return None,
    };
    Some(text.to_owned())
}

/// The values that a sample takes from an enumeration, the best first.
pub(super) fn preferred(place: &SamplePlace, field: &str) -> Option<&'static [&'static str]> {
    Some(match (place.message, field) {
        ("PublishFirmwareStatusNotificationRequest", "status") => &["Published"],
        ("UnpublishFirmwareResponse", "status") => &["Unpublished"],
        ("NotifyEventRequest", "trigger") => &["Delta"],
        ("ReportChargingProfilesRequest", "chargingLimitSource") => &["CSO"],
        ("BootNotificationRequest", "reason") => &["PowerUp"],
        (_, "eventType") => &["Started", "BatteryIn"],
        (_, "triggerReason") => &["CablePluggedIn"],
        (_, "chargingState") => &["EVConnected"],
        (_, "type") if place.object == "idToken" => &["ISO14443"],
        (_, "operationalStatus") => &["Operative"],
        (_, "reportBase") => &["FullInventory"],
        (_, "certificateType") => &["CSMSRootCertificate", "CentralSystemRootCertificate"],
        (_, "chargingLimitSource") => &["EMS"],
        (_, "requestedEnergyTransfer") => &["AC_three_phase"],
        (_, "allowedEnergyTransfer") => &["AC_three_phase"],
        (_, "priority") => &["NormalCycle"],
        (_, "format") => &["UTF8"],
        (_, "ocppTransport") => &["JSON"],
        (_, "ocppVersion") => &["OCPP20"],
        (_, "controlType") => &["FixedPFAbsorb"],
        (_, "source") => &["OCSP"],
        _ => return None,
    })
}

/// The whole number of a field that 2.x alone has.
pub(super) fn integer(place: &SamplePlace, field: &str) -> Option<i32> {
    Some(match (place.object, field) {
        ("params", "interval") | (_, "messageTimeout") => 30,
        ("params", "values") => 10,
        (_, "seqNo" | "pending") => 0,
        (_, "severity") => 5,
        (_, "timeout") => 60,
        ("acChargingParameters", _) => ac(field)?,
        _ => return None,
    })
}

/// What a vehicle that charges at 11 kW says (integers in 2.0.1, numbers in 2.1).
fn ac(field: &str) -> Option<i32> {
    Some(match field {
        "energyAmount" => 20_000,
        "evMinCurrent" => 6,
        "evMaxCurrent" => 16,
        "evMaxVoltage" => 400,
        _ => return None,
    })
}

/// The number of a field that 2.x alone has.
pub(super) fn decimal(place: &SamplePlace, field: &str, context: &SampleContext) -> Option<f64> {
    Some(match (place.object, field) {
        ("sampledValue", "value") => context.meter_wh.into(),
        ("setMonitoringData" | "variableMonitoring", "value") => 22_000.0,
        ("acChargingParameters", _) => ac(field)?.into(),
        ("batteryData", "soC") => 80.0,
        ("batteryData", "soH") => 95.0,
        ("data", "t") => 0.0,
        (_, "priceKwh") => 0.35,
        (_, "totalCost" | "settlementAmount") => 4.2,
        (_, "displacement") => 0.95,
        _ => return None,
    })
}

/// A flag of a sample.
pub(super) fn flag(field: &str) -> bool {
    matches!(field, "report" | "activate" | "activated" | "started" | "excitation")
}
