//! The status of a connector: the set of OCPP 1.6, its names in older versions, and the allowed changes. Other files
//! decide when it changes.

use crate::ocpp::Version;
use crate::simulator::v1::features::{SimulatedFeatures, StatusNames};

/// The status of a connector, with the names of OCPP 1.6 §4.9. Older versions have fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectorStatus {
    Available,
    Preparing,
    Charging,
    SuspendedEv,
    SuspendedEvse,
    Finishing,
    Reserved,
    Unavailable,
    Faulted,
}

use ConnectorStatus::{Available, Charging, Faulted, Finishing, Preparing, Reserved, SuspendedEv, SuspendedEvse, Unavailable};

impl ConnectorStatus {
    const ALL: [ConnectorStatus; 9] =
        [Available, Preparing, Charging, SuspendedEv, SuspendedEvse, Finishing, Reserved, Unavailable, Faulted];

    /// The name in OCPP 1.6.
    pub(super) const fn full_name(self) -> &'static str {
        match self {
            Available => "Available",
            Preparing => "Preparing",
            Charging => "Charging",
            SuspendedEv => "SuspendedEV",
            SuspendedEvse => "SuspendedEVSE",
            Finishing => "Finishing",
            Reserved => "Reserved",
            Unavailable => "Unavailable",
            Faulted => "Faulted",
        }
    }

    /// The name in a version.
    pub(super) const fn name(self, version: Version) -> &'static str {
        match (self, SimulatedFeatures::of(version).status_names) {
            (Available | Unavailable | Faulted, _) | (_, StatusNames::All) | (Reserved, StatusNames::OccupiedAndReserved) => {
                self.full_name()
            }
            (_, StatusNames::Occupied | StatusNames::OccupiedAndReserved) => "Occupied",
        }
    }

    /// Reads a name of any version. `Occupied` is less precise than the set here: it means charging when a transaction
    /// runs.
    pub(super) fn parse(name: &str, transaction_runs: bool) -> Option<ConnectorStatus> {
        match name {
            "Occupied" if transaction_runs => Some(Charging),
            "Occupied" => Some(Preparing),
            _ => ConnectorStatus::ALL.into_iter().find(|status| status.full_name() == name),
        }
    }

    /// Whether a connector may change from this status to another (OCPP 1.6 §4.9). A faulted connector returns to its
    /// former status, so every status may follow `Faulted`.
    pub(super) fn may_become(self, next: ConnectorStatus) -> bool {
        let allowed: &[ConnectorStatus] = match self {
            Available => &[Preparing, Charging, SuspendedEv, SuspendedEvse, Reserved, Unavailable, Faulted],
            Preparing => &[Available, Charging, SuspendedEv, SuspendedEvse, Finishing, Faulted],
            Charging => &[Available, SuspendedEv, SuspendedEvse, Finishing, Unavailable, Faulted],
            SuspendedEv => &[Available, Charging, SuspendedEvse, Finishing, Unavailable, Faulted],
            SuspendedEvse => &[Available, Charging, SuspendedEv, Finishing, Unavailable, Faulted],
            Finishing => &[Available, Preparing, Unavailable, Faulted],
            Reserved => &[Available, Preparing, Unavailable, Faulted],
            Unavailable => &[Available, Preparing, Charging, SuspendedEv, SuspendedEvse, Faulted],
            Faulted => &ConnectorStatus::ALL,
        };
        self != next && allowed.contains(&next)
    }

    /// Whether a driver is using the connector, with or without a transaction.
    pub(super) const fn is_in_use(self) -> bool {
        matches!(self, Preparing | Charging | SuspendedEv | SuspendedEvse | Finishing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_the_version() {
        let names = |version| ConnectorStatus::ALL.map(|status| status.name(version));
        let older = ["Available", "Occupied", "Occupied", "Occupied", "Occupied", "Occupied"];
        assert_eq!(names(Version::V1_2)[..6], older);
        assert_eq!(names(Version::V1_2)[6..], ["Occupied", "Unavailable", "Faulted"]);
        assert_eq!(names(Version::V1_5)[6..], ["Reserved", "Unavailable", "Faulted"]);
        assert!(!names(Version::V1_6).contains(&"Occupied"));
    }

    #[test]
    fn names_are_read_back() {
        for status in ConnectorStatus::ALL {
            assert_eq!(ConnectorStatus::parse(status.name(Version::V1_6), false), Some(status));
        }
        assert_eq!(ConnectorStatus::parse("Occupied", true), Some(Charging));
        assert_eq!(ConnectorStatus::parse("Occupied", false), Some(Preparing));
        assert_eq!(ConnectorStatus::parse("occupied", false), None);
    }

    #[test]
    fn the_table_of_transitions_is_that_of_the_specification() {
        let count = |status: ConnectorStatus| ConnectorStatus::ALL.into_iter().filter(|next| status.may_become(*next)).count();
        assert_eq!(ConnectorStatus::ALL.map(count), [7, 6, 6, 6, 6, 4, 4, 6, 8]);
        assert!(!Preparing.may_become(Unavailable), "a change of availability waits");
        assert!(!Finishing.may_become(Reserved) && !Reserved.may_become(Charging) && !Charging.may_become(Preparing));
    }
}
