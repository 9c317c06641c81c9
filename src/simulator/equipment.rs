//! What a simulated charge point is built of: connectors, cables, phases, its names. The user chooses it before the charge
//! point exists. What a front end may write for each part has its limits here, and its name in `equipment_part`; the optional parts of the
//! firmware are in `feature_profile`.

use super::charging::MainsSupply;
use super::feature_profile::FeatureProfiles;
use crate::pki::KeyAlgorithm;

/// The most connectors of a simulated charge point.
const MOST_CONNECTORS: u16 = 100;
/// The highest current in amperes that a connector may have.
const HIGHEST_CURRENT: f64 = 1000.0;
/// The voltage of the simulated mains, between a phase and neutral.
pub(crate) const VOLTS: f64 = 230.0;

/// What a charge point is built of.
#[derive(Debug, Clone, PartialEq)]
pub struct StationEquipment {
    /// The number of connectors, numbered from 1.
    pub connectors: u16,
    /// How a car is connected.
    pub cable: CableKind,
    /// The phases of a connector: 1 or 3.
    pub phases: u8,
    /// The highest current of a connector in amperes, per phase.
    pub max_current: f64,
    /// The feature profiles that the firmware has.
    pub profiles: FeatureProfiles,
    /// `chargePointVendor` of BootNotification, at most 20 characters.
    pub vendor: String,
    /// `chargePointModel`, at most 20 characters.
    pub model: String,
    /// `chargePointSerialNumber`, at most 25 characters; empty is not sent.
    pub serial_number: String,
    /// `firmwareVersion`, at most 50 characters; empty is not sent.
    pub firmware_version: String,
    /// The kind of the keys for which it asks for certificates.
    pub key: KeyAlgorithm,
}

impl Default for StationEquipment {
    fn default() -> Self {
        Self {
            connectors: 2,
            cable: CableKind::default(),
            phases: 1,
            max_current: 32.0,
            profiles: FeatureProfiles::default(),
            vendor: "ocpp-tui".to_owned(),
            model: "Simulated".to_owned(),
            serial_number: "SIM-0001".to_owned(),
            firmware_version: env!("CARGO_PKG_VERSION").to_owned(),
            key: KeyAlgorithm::default(),
        }
    }
}

impl StationEquipment {
    /// Reads a number of connectors.
    pub(super) fn read_connectors(text: &str) -> Option<u16> {
        text.parse().ok().filter(|number| (1..=MOST_CONNECTORS).contains(number))
    }

    /// What a connector can draw from the mains.
    pub(super) fn supply(&self) -> MainsSupply {
        MainsSupply { volts: VOLTS, phases: self.phases, amperes: self.max_current }
    }

    /// Reads a number of phases.
    pub(super) fn read_phases(text: &str) -> Option<u8> {
        text.parse().ok().filter(|number| matches!(number, 1 | 3))
    }

    /// Reads a current.
    pub(super) fn read_current(text: &str) -> Option<f64> {
        text.parse().ok().filter(|current: &f64| *current > 0.0 && *current <= HIGHEST_CURRENT)
    }

    /// Reads a vendor or a model.
    pub(super) fn read_name(text: &str) -> Option<String> {
        (1..=20).contains(&text.chars().count()).then(|| text.to_owned())
    }

    /// Reads a serial number.
    pub(super) fn read_serial_number(text: &str) -> Option<String> {
        (text.chars().count() <= 25).then(|| text.to_owned())
    }

    /// Reads the version of a firmware.
    pub(super) fn read_firmware(text: &str) -> Option<String> {
        (text.chars().count() <= 50).then(|| text.to_owned())
    }

    /// The highest power of a connector in watts.
    pub(super) fn most_watts(&self) -> f64 {
        self.max_current * self.volts()
    }

    /// What a current of one ampere on each phase gives in watts.
    pub(super) fn volts(&self) -> f64 {
        VOLTS * f64::from(self.phases)
    }
}

/// How a car is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CableKind {
    /// A cable that is fixed to the charge point; there is no lock at the connector.
    Fixed,
    /// A socket, in which the driver's own cable is locked.
    #[default]
    Socket,
}

impl CableKind {
    /// All of them.
    pub const ALL: [CableKind; 2] = [CableKind::Fixed, CableKind::Socket];
    /// What a cable must be.
    pub const WANTED: &str = "fixed or socket";

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            CableKind::Fixed => "fixed",
            CableKind::Socket => "socket",
        }
    }

    /// What it means, in a few words.
    pub const fn description(self) -> &'static str {
        match self {
            CableKind::Fixed => "the cable is part of the station, without a lock",
            CableKind::Socket => "the driver's cable is locked in the station",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<CableKind> {
        CableKind::ALL.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.name()))
    }
}
