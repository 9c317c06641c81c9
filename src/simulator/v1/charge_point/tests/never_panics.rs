//! For any messages in any order, the charge point neither panics nor keeps the link busy.

use proptest::prelude::*;

use super::*;
use crate::ocpp::certificates::CERTIFICATE;
use crate::simulator::test_machine::{Happening, json_value, physical_action, time};

const ACTIONS: [&str; 27] = [
    "CancelReservation",
    "CertificateSigned",
    "ChangeAvailability",
    "ChangeConfiguration",
    "ClearCache",
    "ClearChargingProfile",
    "DataTransfer",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetCompositeSchedule",
    "GetConfiguration",
    "GetDiagnostics",
    "GetInstalledCertificateIds",
    "GetLocalListVersion",
    "GetLog",
    "InstallCertificate",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "SignedUpdateFirmware",
    "TriggerMessage",
    "UnlockConnector",
    "UpdateFirmware",
    "Nonsense",
];

const TEXTS: [&str; 40] = [
    "TAG",
    "",
    "Full",
    "Differential",
    "Soft",
    "Hard",
    "Operative",
    "Inoperative",
    "Accepted",
    "Blocked",
    "2024-05-01T12:00:30Z",
    "-009999-01-02T00:00:00Z",
    "9999-12-30T22:00:00Z",
    "2024-05-01T12:00:10",
    "ftp://host/x",
    "HeartbeatInterval",
    "MeterValueSampleInterval",
    "ClockAlignedDataInterval",
    "StopTxnSampledData",
    "TransactionMessageAttempts",
    "0",
    "1",
    "2147483647",
    "99999999999999999999",
    "W",
    "A",
    "Absolute",
    "Recurring",
    "Relative",
    "Weekly",
    "ChargePointMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
    "StatusNotification",
    "MeterValues",
    "Faulted",
    "SHA256",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    CERTIFICATE,
];

const FIELDS: [&str; 47] = [
    "connectorId",
    "idTag",
    "parentIdTag",
    "type",
    "key",
    "value",
    "location",
    "retrieveDate",
    "expiryDate",
    "reservationId",
    "transactionId",
    "requestedMessage",
    "updateType",
    "listVersion",
    "localAuthorizationList",
    "localAuthorisationList",
    "idTagInfo",
    "status",
    "chargingProfile",
    "csChargingProfiles",
    "chargingProfileId",
    "stackLevel",
    "chargingProfilePurpose",
    "chargingProfileKind",
    "recurrencyKind",
    "validFrom",
    "validTo",
    "chargingSchedule",
    "startSchedule",
    "duration",
    "chargingRateUnit",
    "chargingSchedulePeriod",
    "startPeriod",
    "limit",
    "interval",
    "meterStart",
    "requestId",
    "log",
    "remoteLocation",
    "firmware",
    "retrieveDateTime",
    "installDateTime",
    "signingCertificate",
    "certificateChain",
    "certificateType",
    "certificate",
    "certificateHashData",
];

/// A profile with valid fields and arbitrary values.
fn profile() -> impl Strategy<Value = Value> {
    let value = || prop::sample::select(&TEXTS[10..33]);
    let numbers = (-2..12_i32, prop_oneof![0..100_000_i32, any::<i32>()], any::<i32>(), any::<f64>());
    (numbers, value(), value(), value(), value()).prop_map(|((level, duration, start, limit), purpose, kind, begin, unit)| {
        json!({"chargingProfileId": level, "stackLevel": level, "chargingProfilePurpose": purpose,
            "chargingProfileKind": kind, "recurrencyKind": unit, "validFrom": begin,
            "chargingSchedule": {"duration": duration, "startSchedule": begin, "chargingRateUnit": unit,
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}, {"startPeriod": start, "limit": 16}]}})
    })
}

fn happening() -> impl Strategy<Value = Happening> {
    let with_profile = (0..3_i32, profile()).prop_map(|(connector, it)| {
        Happening::Call("SetChargingProfile", json!({"connectorId": connector, "csChargingProfiles": it}))
    });
    let start = (1..3_i32).prop_map(|it| Happening::Call("RemoteStartTransaction", json!({"connectorId": it, "idTag": "T"})));
    let schedule = (-1..3_i32, any::<i32>())
        .prop_map(|(it, long)| Happening::Call("GetCompositeSchedule", json!({"connectorId": it, "duration": long})));
    let user_actions = ["BootNotification", "StartTransaction", "StopTransaction", "StatusNotification", "Authorize"];
    prop_oneof![
        4 => (prop::sample::select(&ACTIONS[..]), json_value(&FIELDS, &TEXTS)).prop_map(|(action, it)| Happening::Call(action, it)),
        1 => with_profile,
        1 => start,
        1 => schedule,
        1 => (prop::sample::select(user_actions.to_vec()), json_value(&FIELDS, &TEXTS), json_value(&FIELDS, &TEXTS))
            .prop_map(|(action, call, result)| Happening::UserCall(action, call, result)),
        4 => (any::<usize>(), 0..8_u8, json_value(&FIELDS, &TEXTS)).prop_map(|(which, how, it)| Happening::Answer(which, how, it)),
        2 => time(),
        1 => prop::sample::select(Version::SOAP.to_vec()).prop_map(Happening::Reconnect),
        4 => physical_action().prop_map(Happening::Hands),
    ]
}

proptest! {
    #[test]
    fn in_any_order(autonomous: bool, version in prop::sample::select(Version::SOAP.to_vec()),
                    events in prop::collection::vec(happening(), 1..40)) {
        let mut world = World::new(version, autonomous);
        world.connect_and_boot();
        for happening in events {
            world.happen(happening);
        }
        prop_assert!(autonomous || world.take_sent().is_empty());
    }
}
