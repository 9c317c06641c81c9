//! Values that the appendices of OCPP 2.x name for fields that are plain texts by their definitions: types of id tokens, connectors,
//! reasons, security events. Other values are valid, too; these are offered. Enumerations are in the catalog.

/// The fields, by the last names of their paths, with their values (OCPP 2.1 part 2, appendices).
const NAMED: &[(&[&str], &[&str])] = &[
    (&["idToken", "type"], ID_TOKENS),
    (&["groupIdToken", "type"], ID_TOKENS),
    (&["connectorType"], CONNECTORS),
    (&["chargingLimitSource"], &["CSO", "EMS", "Other", "SO"]),
    (&["reasonCode"], REASONS),
    (&["unit"], UNITS),
    (&["SecurityEventNotification", "type"], SECURITY_EVENTS),
];

const ID_TOKENS: &[&str] = &[
    "Central",
    "DirectPayment",
    "eMAID",
    "EVCCID",
    "ISO14443",
    "ISO15693",
    "KeyCode",
    "Local",
    "MacAddress",
    "NoAuthorization",
    "VIN",
];

const CONNECTORS: &[&str] = &[
    "cCCS1",
    "cCCS2",
    "cChaoJi",
    "cG105",
    "cGBT-DC",
    "cLECCS",
    "cMCS",
    "cNACS",
    "cTesla",
    "cType1",
    "cType2",
    "cUltraChaoJi",
    "s309-1P-16A",
    "s309-1P-32A",
    "s309-3P-16A",
    "s309-3P-32A",
    "sBS1361",
    "sCEE-7-7",
    "sType2",
    "sType3",
    "wInductive",
    "wResonant",
    "Other1PhMax16A",
    "Other1PhOver16A",
    "Other3Ph",
    "Pan",
    "Undetermined",
    "Unknown",
];

const REASONS: &[&str] = &[
    "CSNotAccepted",
    "DuplicateProfile",
    "DuplicateRequestId",
    "FixedCable",
    "FwUpdateInProgress",
    "InternalError",
    "InvalidCertificate",
    "InvalidCSR",
    "InvalidIdToken",
    "InvalidMessageSeq",
    "InvalidProfile",
    "InvalidSchedule",
    "InvalidStackLevel",
    "InvalidURL",
    "InvalidValue",
    "MissingDevModelInfo",
    "MissingParam",
    "NoCable",
    "NoError",
    "NotEnabled",
    "NotFound",
    "OutOfMemory",
    "OutOfStorage",
    "ReadOnly",
    "TooLargeElement",
    "TooManyElements",
    "TxInProgress",
    "TxNotFound",
    "TxStarted",
    "UnknownConnectorId",
    "UnknownConnectorType",
    "UnknownEvse",
    "Unspecified",
    "UnsupportedParam",
    "UnsupportedRateUnit",
    "UnsupportedRequest",
    "ValueOutOfRange",
    "ValuePositiveOnly",
    "ValueTooHigh",
    "ValueTooLow",
    "ValueZeroNotAllowed",
    "WriteOnly",
];

const UNITS: &[&str] = &[
    "A",
    "Celsius",
    "Fahrenheit",
    "Hz",
    "K",
    "kPa",
    "kVA",
    "kVAh",
    "kvar",
    "kvarh",
    "kW",
    "kWh",
    "Percent",
    "V",
    "VA",
    "VAh",
    "var",
    "varh",
    "W",
    "Wh",
];

const SECURITY_EVENTS: &[&str] = &[
    "FirmwareUpdated",
    "FailedToAuthenticateAtCsms",
    "CsmsFailedToAuthenticate",
    "SettingSystemTime",
    "StartupOfTheDevice",
    "ResetOrReboot",
    "SecurityLogWasCleared",
    "ReconfigurationOfSecurityParameters",
    "MemoryExhaustion",
    "InvalidMessages",
    "AttemptedReplayAttacks",
    "TamperDetectionActivated",
    "InvalidFirmwareSignature",
    "InvalidFirmwareSigningCertificate",
    "InvalidCsmsCertificate",
    "InvalidChargingStationCertificate",
    "InvalidTLSVersion",
    "InvalidTLSCipherSuite",
    "MaintenanceLoginAccepted",
    "MaintenanceLoginFailed",
];

/// The values that are named for the field at a path of an action's message.
pub fn named_values(action: &str, path: &[&str]) -> &'static [&'static str] {
    let is_at = |wanted: &[&str]| match wanted.strip_prefix(&[action]) {
        Some(whole) if !path.ends_with(wanted) => whole == path,
        _ => path.ends_with(wanted),
    };
    NAMED.iter().find(|(wanted, _)| is_at(wanted)).map_or(&[], |(_, values)| values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_the_end_of_a_path_or_by_the_action() {
        assert!(named_values("Authorize", &["idToken", "type"]).contains(&"ISO14443"));
        assert!(named_values("Authorize", &["idToken", "additionalInfo", "type"]).is_empty());
        assert!(named_values("SecurityEventNotification", &["type"]).contains(&"ResetOrReboot"));
        assert!(named_values("Reset", &["type"]).is_empty());
        assert!(named_values("Reset", &["statusInfo", "reasonCode"]).contains(&"TxInProgress"));
    }
}
