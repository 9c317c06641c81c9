//! The paragraph of the specification about an action, where its numbers are known: those of OCPP 1.6.

use super::{Role, Version};

const OF_CHARGE_POINT: &[(&str, &str)] = &[
    ("Authorize", "4.1"),
    ("BootNotification", "4.2"),
    ("DataTransfer", "4.3"),
    ("DiagnosticsStatusNotification", "4.4"),
    ("FirmwareStatusNotification", "4.5"),
    ("Heartbeat", "4.6"),
    ("MeterValues", "4.7"),
    ("StartTransaction", "4.8"),
    ("StatusNotification", "4.9"),
    ("StopTransaction", "4.10"),
];

const OF_CENTRAL_SYSTEM: &[(&str, &str)] = &[
    ("CancelReservation", "5.1"),
    ("ChangeAvailability", "5.2"),
    ("ChangeConfiguration", "5.3"),
    ("ClearCache", "5.4"),
    ("ClearChargingProfile", "5.5"),
    ("DataTransfer", "5.6"),
    ("GetCompositeSchedule", "5.7"),
    ("GetConfiguration", "5.8"),
    ("GetDiagnostics", "5.9"),
    ("GetLocalListVersion", "5.10"),
    ("RemoteStartTransaction", "5.11"),
    ("RemoteStopTransaction", "5.12"),
    ("ReserveNow", "5.13"),
    ("Reset", "5.14"),
    ("SendLocalList", "5.15"),
    ("SetChargingProfile", "5.16"),
    ("TriggerMessage", "5.17"),
    ("UnlockConnector", "5.18"),
    ("UpdateFirmware", "5.19"),
];

/// The number of the paragraph about a call of this side.
pub fn paragraph(version: Version, initiator: Role, action: &str) -> Option<&'static str> {
    let rows = match (version, initiator) {
        (Version::V1_6, Role::ChargePoint) => OF_CHARGE_POINT,
        (Version::V1_6, Role::CentralSystem) => OF_CENTRAL_SYSTEM,
        _ => return None,
    };
    rows.iter().find(|(name, _)| *name == action).map(|(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Catalog;

    #[test]
    fn every_row_is_an_action_of_its_side() {
        let catalog = Catalog::embedded();
        for (initiator, rows) in [(Role::ChargePoint, OF_CHARGE_POINT), (Role::CentralSystem, OF_CENTRAL_SYSTEM)] {
            for (name, _) in rows {
                assert!(catalog.action(Version::V1_6, initiator, name).is_some(), "{name}");
            }
        }
        assert_eq!(paragraph(Version::V1_6, Role::CentralSystem, "DataTransfer"), Some("5.6"));
        assert_eq!(paragraph(Version::V1_5, Role::CentralSystem, "Reset"), None);
    }
}
