//! The options of `cp`, `demo` and `test` about the machine of simulated charge points: what it is built of, whether it has a driver, and
//! its quirks. What the values may be is in the simulator.

use clap::Args;
use ocpp_tui::hub::MachineOptions;
use ocpp_tui::simulator::{EquipmentChange, EquipmentPart};

/// The options about the machine.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Machine of a simulated charge point")]
pub struct MachineArguments {
    /// Number of connectors [default: 2]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = |text: &str| read(EquipmentPart::Connectors, text))]
    pub connectors: Option<EquipmentChange>,
    /// How a car is connected: a cable that is part of the station, or a socket that locks the driver's cable [default: socket]
    #[arg(long, value_name = "fixed|socket", value_parser = |text: &str| read(EquipmentPart::Cable, text))]
    pub cable: Option<EquipmentChange>,
    /// Feature profiles of the firmware, like Core,Reservation; calls of others are answered NotSupported [default: all]
    #[arg(long, value_name = "LIST", value_parser = |text: &str| read(EquipmentPart::Profiles, text))]
    pub profiles: Option<EquipmentChange>,
    /// Phases of a connector [default: 1]
    #[arg(long, value_name = "1|3", value_parser = |text: &str| read(EquipmentPart::Phases, text))]
    pub phases: Option<EquipmentChange>,
    /// Highest current of a connector, per phase [default: 32]
    #[arg(long, value_name = "AMPERES", allow_negative_numbers = true, value_parser = |text: &str| read(EquipmentPart::MaxCurrent, text))]
    pub max_current: Option<EquipmentChange>,
    /// chargePointVendor of its BootNotification
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| read(EquipmentPart::Vendor, text))]
    pub vendor: Option<EquipmentChange>,
    /// chargePointModel
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| read(EquipmentPart::Model, text))]
    pub model: Option<EquipmentChange>,
    /// chargePointSerialNumber; an empty one is not sent
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| read(EquipmentPart::Serial, text))]
    pub serial: Option<EquipmentChange>,
    /// firmwareVersion; an empty one is not sent
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| read(EquipmentPart::Firmware, text))]
    pub firmware: Option<EquipmentChange>,
    /// Kind of the keys for which it asks for certificates [default: ecdsa]
    #[arg(long, value_name = "ecdsa|rsa", value_parser = |text: &str| read(EquipmentPart::CertificateKey, text))]
    pub certificate_key: Option<EquipmentChange>,
    /// No driver plugs in or pays by himself; the machine still answers and reports
    #[arg(long)]
    pub no_driver: bool,
    /// A habit of real stations, by its name or the file that describes it; may be repeated
    #[arg(long = "quirk", value_name = "NAME|FILE")]
    pub quirks: Vec<String>,
}

impl MachineArguments {
    /// The machine that they describe.
    pub fn options(&self) -> MachineOptions {
        let mut machine = MachineOptions { driver: !self.no_driver, quirks: self.quirks.clone(), ..MachineOptions::default() };
        self.changes().for_each(|change| machine.equipment.change(change.clone()));
        machine
    }

    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none() && !self.no_driver && self.quirks.is_empty()
    }

    fn changes(&self) -> impl Iterator<Item = &EquipmentChange> {
        [
            &self.connectors,
            &self.cable,
            &self.profiles,
            &self.phases,
            &self.max_current,
            &self.vendor,
            &self.model,
            &self.serial,
            &self.firmware,
            &self.certificate_key,
        ]
        .into_iter()
        .flatten()
    }
}

fn read(part: EquipmentPart, text: &str) -> Result<EquipmentChange, String> {
    part.read(text).ok_or_else(|| format!("it is {}", part.wanted()))
}
