//! The fields that a charge point's calls may have in each version, and the values of their enumerations. Every call
//! that is sent in any of these tests is checked against them.

use super::*;

/// The fields of a call, required ones first, optional ones marked with `?`; by version, older ones first.
fn fields(version: Version, action: &str) -> Option<&'static str> {
    let by_version: [&str; 3] = match action {
        "BootNotification" => {
            ["chargePointVendor chargePointModel chargePointSerialNumber? firmwareVersion? meterType? meterSerialNumber?"; 3]
        }
        "Heartbeat" => [""; 3],
        "Authorize" => ["idTag"; 3],
        "StartTransaction" => [
            "connectorId idTag timestamp meterStart",
            "connectorId idTag timestamp meterStart reservationId?",
            "connectorId idTag timestamp meterStart reservationId?",
        ],
        "StopTransaction" => [
            "transactionId idTag timestamp meterStop",
            "transactionId idTag timestamp meterStop transactionData?",
            "transactionId idTag timestamp meterStop transactionData? reason",
        ],
        "MeterValues" => ["connectorId values", "connectorId transactionId? values", "connectorId transactionId? meterValue"],
        "StatusNotification" => [
            "connectorId status errorCode",
            "connectorId status errorCode timestamp info?",
            "connectorId status errorCode timestamp info?",
        ],
        "FirmwareStatusNotification" | "DiagnosticsStatusNotification" => ["status"; 3],
        _ => return fields_of_security_extension(action).filter(|_| matches!(version, Version::V1_6)),
    };
    Some(by_version[version as usize])
}

fn fields_of_security_extension(action: &str) -> Option<&'static str> {
    Some(match action {
        "LogStatusNotification" | "SignedFirmwareStatusNotification" => "status requestId?",
        "SecurityEventNotification" => "type timestamp",
        "SignCertificate" => "csr",
        _ => return None,
    })
}

fn statuses(version: Version, action: &str) -> Option<&'static str> {
    Some(match (action, version) {
        ("StatusNotification", Version::V1_2) => "Available Occupied Faulted Unavailable",
        ("StatusNotification", Version::V1_5) => "Available Occupied Faulted Unavailable Reserved",
        ("StatusNotification", Version::V1_6) => {
            "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Faulted Unavailable"
        }
        ("FirmwareStatusNotification", Version::V1_6) => {
            "Downloaded DownloadFailed Downloading Idle InstallationFailed Installed Installing"
        }
        ("FirmwareStatusNotification", _) => "Downloaded DownloadFailed InstallationFailed Installed",
        ("DiagnosticsStatusNotification", Version::V1_6) => "Idle Uploaded UploadFailed Uploading",
        ("DiagnosticsStatusNotification", _) => "Uploaded UploadFailed",
        ("LogStatusNotification", _) => "Idle Uploaded UploadFailure Uploading",
        ("SignedFirmwareStatusNotification", _) => {
            "Downloaded DownloadFailed Downloading DownloadScheduled Idle InstallationFailed Installing Installed \
             InstallRebooting InstallScheduled InstallVerificationFailed InvalidSignature SignatureVerified"
        }
        _ => return None,
    })
}

/// Panics when a call is invalid in this version.
pub(super) fn check(version: Version, call: &OutgoingCall) {
    let allowed = fields(version, &call.action).unwrap_or_else(|| panic!("{version} has no {}", call.action));
    for name in call.payload.as_object().unwrap().keys() {
        let found = allowed.split_whitespace().any(|field| field.trim_end_matches('?') == name);
        assert!(found, "{version} {} has no field {name}", call.action);
    }
    for field in allowed.split_whitespace().filter(|field| !field.ends_with('?')) {
        assert!(call.payload.get(field).is_some(), "{version} {} lacks {field}", call.action);
    }
    if let Some(words) = statuses(version, &call.action) {
        let status = text(&call.payload, "status").unwrap();
        assert!(words.split_whitespace().any(|word| word == status), "{version} {} cannot be {status}", call.action);
    }
}
