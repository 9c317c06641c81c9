//! The parts of a charge point that a user may choose: the name of each, what its value may be, and how it is read and written. Options of
//! the shell, of commands and of scenarios all go through here. What a value means is in `equipment`.

use super::equipment::{CableKind, StationEquipment};
use super::feature_profile::FeatureProfiles;
use crate::pki::KeyAlgorithm;

/// A part of a charge point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EquipmentPart {
    /// The number of connectors.
    Connectors,
    /// How a car is connected.
    Cable,
    /// The feature profiles of the firmware.
    Profiles,
    /// The phases of a connector.
    Phases,
    /// The highest current of a connector.
    MaxCurrent,
    /// The vendor.
    Vendor,
    /// The model.
    Model,
    /// The serial number.
    Serial,
    /// The version of the firmware.
    Firmware,
    /// The kind of the keys of its certificates.
    CertificateKey,
}

/// A part that is to be another one.
#[derive(Debug, Clone, PartialEq)]
pub enum EquipmentChange {
    /// So many connectors.
    Connectors(u16),
    /// This cable.
    Cable(CableKind),
    /// These feature profiles.
    Profiles(FeatureProfiles),
    /// So many phases.
    Phases(u8),
    /// This current in amperes.
    MaxCurrent(f64),
    /// This vendor.
    Vendor(String),
    /// This model.
    Model(String),
    /// This serial number.
    Serial(String),
    /// This version of the firmware.
    Firmware(String),
    /// Keys of this kind.
    CertificateKey(KeyAlgorithm),
}

impl EquipmentPart {
    /// All of them, in the order in which they are written.
    pub const ALL: [EquipmentPart; 10] = [
        EquipmentPart::Connectors,
        EquipmentPart::Cable,
        EquipmentPart::Profiles,
        EquipmentPart::Phases,
        EquipmentPart::MaxCurrent,
        EquipmentPart::Vendor,
        EquipmentPart::Model,
        EquipmentPart::Serial,
        EquipmentPart::Firmware,
        EquipmentPart::CertificateKey,
    ];

    /// Its name in a scenario; an option has the same words with a hyphen between them.
    pub const fn name(self) -> &'static str {
        match self {
            EquipmentPart::Connectors => "connectors",
            EquipmentPart::Cable => "cable",
            EquipmentPart::Profiles => "profiles",
            EquipmentPart::Phases => "phases",
            EquipmentPart::MaxCurrent => "maxCurrent",
            EquipmentPart::Vendor => "vendor",
            EquipmentPart::Model => "model",
            EquipmentPart::Serial => "serial",
            EquipmentPart::Firmware => "firmware",
            EquipmentPart::CertificateKey => "certificateKey",
        }
    }

    /// What its value must be (names: OCPP 1.6 §6.3, `CiString20Type`, `CiString25Type`, `CiString50Type`).
    pub fn wanted(self) -> &'static str {
        match self {
            EquipmentPart::Connectors => "a number from 1 to 100",
            EquipmentPart::Cable => CableKind::WANTED,
            EquipmentPart::Profiles => FeatureProfiles::wanted(),
            EquipmentPart::Phases => "1 or 3",
            EquipmentPart::MaxCurrent => "a current in amperes, more than 0 and at most 1000",
            EquipmentPart::Vendor | EquipmentPart::Model => "a text of 1 to 20 characters",
            EquipmentPart::Serial => "a text of at most 25 characters; with an empty one it is not sent",
            EquipmentPart::Firmware => "a text of at most 50 characters; with an empty one it is not sent",
            EquipmentPart::CertificateKey => KeyAlgorithm::WANTED,
        }
    }

    /// Reads a value; `None` when it is not what is [`wanted`](Self::wanted).
    pub fn read(self, text: &str) -> Option<EquipmentChange> {
        Some(match self {
            EquipmentPart::Connectors => EquipmentChange::Connectors(StationEquipment::read_connectors(text)?),
            EquipmentPart::Cable => EquipmentChange::Cable(CableKind::parse(text)?),
            EquipmentPart::Profiles => EquipmentChange::Profiles(FeatureProfiles::parse(text)?),
            EquipmentPart::Phases => EquipmentChange::Phases(StationEquipment::read_phases(text)?),
            EquipmentPart::MaxCurrent => EquipmentChange::MaxCurrent(StationEquipment::read_current(text)?),
            EquipmentPart::Vendor => EquipmentChange::Vendor(StationEquipment::read_name(text)?),
            EquipmentPart::Model => EquipmentChange::Model(StationEquipment::read_name(text)?),
            EquipmentPart::Serial => EquipmentChange::Serial(StationEquipment::read_serial_number(text)?),
            EquipmentPart::Firmware => EquipmentChange::Firmware(StationEquipment::read_firmware(text)?),
            EquipmentPart::CertificateKey => EquipmentChange::CertificateKey(KeyAlgorithm::parse(text)?),
        })
    }

    /// Its value, as [`read`](Self::read) takes it.
    pub fn written(self, equipment: &StationEquipment) -> String {
        match self {
            EquipmentPart::Connectors => equipment.connectors.to_string(),
            EquipmentPart::Cable => equipment.cable.name().to_owned(),
            EquipmentPart::Profiles => equipment.profiles.to_string(),
            EquipmentPart::Phases => equipment.phases.to_string(),
            EquipmentPart::MaxCurrent => equipment.max_current.to_string(),
            EquipmentPart::Vendor => equipment.vendor.clone(),
            EquipmentPart::Model => equipment.model.clone(),
            EquipmentPart::Serial => equipment.serial_number.clone(),
            EquipmentPart::Firmware => equipment.firmware_version.clone(),
            EquipmentPart::CertificateKey => equipment.key.name().to_owned(),
        }
    }
}

impl StationEquipment {
    /// Puts another part in.
    pub fn change(&mut self, change: EquipmentChange) {
        match change {
            EquipmentChange::Connectors(number) => self.connectors = number,
            EquipmentChange::Cable(cable) => self.cable = cable,
            EquipmentChange::Profiles(profiles) => self.profiles = profiles,
            EquipmentChange::Phases(phases) => self.phases = phases,
            EquipmentChange::MaxCurrent(current) => self.max_current = current,
            EquipmentChange::Vendor(vendor) => self.vendor = vendor,
            EquipmentChange::Model(model) => self.model = model,
            EquipmentChange::Serial(number) => self.serial_number = number,
            EquipmentChange::Firmware(version) => self.firmware_version = version,
            EquipmentChange::CertificateKey(kind) => self.key = kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_read_as_it_is_written() {
        let other = StationEquipment {
            connectors: 7,
            cable: CableKind::Fixed,
            profiles: FeatureProfiles::parse("Core,Reservation").unwrap(),
            phases: 3,
            max_current: 15.5,
            vendor: "V".into(),
            model: "M M".into(),
            serial_number: String::new(),
            firmware_version: "2".into(),
            key: KeyAlgorithm::Rsa,
        };
        let mut built = StationEquipment::default();
        for part in EquipmentPart::ALL {
            assert_ne!(part.written(&built), part.written(&other), "{part:?}");
            built.change(part.read(&part.written(&other)).unwrap());
        }
        assert_eq!(built, other);
    }

    #[test]
    fn values_have_limits() {
        for (part, right, wrong) in [
            (EquipmentPart::Connectors, &["1", "100"][..], &["0", "101", "x", "1.5"][..]),
            (EquipmentPart::Cable, &["fixed", "Socket"], &["rope", ""]),
            (EquipmentPart::Profiles, &["reservation", "Core, SmartCharging"], &["", "Core,Moon"]),
            (EquipmentPart::Phases, &["1", "3"], &["2", ""]),
            (EquipmentPart::MaxCurrent, &["16", "0.5"], &["0", "1001", "NaN", "-1"]),
            (EquipmentPart::Vendor, &["x"], &["", "xxxxxxxxxxxxxxxxxxxxx"]),
            (EquipmentPart::Model, &["x"], &["", "xxxxxxxxxxxxxxxxxxxxx"]),
            (EquipmentPart::Serial, &["", "x"], &["xxxxxxxxxxxxxxxxxxxxxxxxxx"]),
            (EquipmentPart::Firmware, &["", "x"], &["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]),
            (EquipmentPart::CertificateKey, &["ecdsa", "rsa"], &["", "dsa"]),
        ] {
            assert!(right.iter().all(|text| part.read(text).is_some()), "{part:?}");
            assert!(wrong.iter().all(|text| part.read(text).is_none()), "{part:?}");
        }
    }
}
