//! Actions that do in one generation of OCPP what another one does in the other. Their payloads differ; users look for one by the name of
//! the other.

use super::OcppGeneration;

/// Actions of 1.x, and what does the same in 2.x.
pub const COUNTERPARTS: [(&str, &str); 13] = [
    ("RemoteStartTransaction", "RequestStartTransaction"),
    ("RemoteStopTransaction", "RequestStopTransaction"),
    ("ChangeConfiguration", "SetVariables"),
    ("GetConfiguration", "GetVariables"),
    ("GetConfiguration", "GetBaseReport"),
    ("StartTransaction", "TransactionEvent"),
    ("StopTransaction", "TransactionEvent"),
    ("GetDiagnostics", "GetLog"),
    ("DiagnosticsStatusNotification", "LogStatusNotification"),
    ("SignedUpdateFirmware", "UpdateFirmware"),
    ("SignedFirmwareStatusNotification", "FirmwareStatusNotification"),
    ("ExtendedTriggerMessage", "TriggerMessage"),
    ("StatusNotification", "NotifyEvent"),
];

/// The action of a generation that does what an action of the other one does.
pub fn counterpart(action: &str, generation: OcppGeneration) -> Option<&'static str> {
    let found = COUNTERPARTS.iter().find_map(|(first, second)| match generation {
        OcppGeneration::First => (*second == action).then_some(*first),
        OcppGeneration::Second => (*first == action).then_some(*second),
    });
    found.filter(|found| *found != action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::{Catalog, Version};

    #[test]
    fn counterparts_are_actions_of_their_generation() {
        let catalog = Catalog::embedded();
        let knows = |version, name: &str| catalog.actions(version).iter().any(|action| &*action.name == name);
        for (first, second) in COUNTERPARTS {
            assert!(knows(Version::V1_6, first) && knows(Version::V2_0_1, second), "{first} {second}");
        }
        assert_eq!(counterpart("RemoteStartTransaction", OcppGeneration::Second), Some("RequestStartTransaction"));
        assert_eq!(counterpart("SetVariables", OcppGeneration::First), Some("ChangeConfiguration"));
        assert_eq!(counterpart("Reset", OcppGeneration::Second), None);
    }
}
