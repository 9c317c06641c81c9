//! The options of `cp` about the machine: what it is built of, whether it has a driver, and its quirks. The limits of the values are in
//! the simulator.

use clap::Args;
use ocpp_tui::hub::ChargePointOptions;
use ocpp_tui::simulator::{CableKind, FeatureProfiles, StationEquipment};

/// The options about the machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Machine")]
pub struct EquipmentArguments {
    /// Number of connectors [default: 2]
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| wanted(StationEquipment::read_connectors(text), StationEquipment::CONNECTORS))]
    pub connectors: Option<u16>,
    /// How a car is connected: a cable that is part of the station, or a socket that locks the driver's cable [default: socket]
    #[arg(long, value_name = "fixed|socket", value_parser = |text: &str| wanted(CableKind::parse(text), CableKind::WANTED))]
    pub cable: Option<CableKind>,
    /// Feature profiles of the firmware, like Core,Reservation; calls of others are answered NotSupported [default: all]
    #[arg(long, value_name = "LIST", value_parser = |text: &str| wanted(FeatureProfiles::parse(text), FeatureProfiles::WANTED))]
    pub profiles: Option<FeatureProfiles>,
    /// Phases of a connector [default: 1]
    #[arg(long, value_name = "1|3", value_parser = |text: &str| wanted(StationEquipment::read_phases(text), StationEquipment::PHASES))]
    pub phases: Option<u8>,
    /// Highest current of a connector, per phase [default: 32]
    #[arg(long, value_name = "AMPERES", value_parser = |text: &str| wanted(StationEquipment::read_current(text), StationEquipment::CURRENT))]
    pub max_current: Option<f64>,
    /// chargePointVendor of its BootNotification
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| wanted(StationEquipment::read_name(text), StationEquipment::NAME))]
    pub vendor: Option<String>,
    /// chargePointModel
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| wanted(StationEquipment::read_name(text), StationEquipment::NAME))]
    pub model: Option<String>,
    /// chargePointSerialNumber; an empty one is not sent
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| wanted(StationEquipment::read_serial_number(text), StationEquipment::SERIAL_NUMBER))]
    pub serial: Option<String>,
    /// firmwareVersion; an empty one is not sent
    #[arg(long, value_name = "TEXT", value_parser = |text: &str| wanted(StationEquipment::read_firmware(text), StationEquipment::FIRMWARE))]
    pub firmware: Option<String>,
    /// Nobody plugs in or pays by himself; the machine still answers and reports
    #[arg(long)]
    pub no_driver: bool,
    /// A habit of real stations, by its name or the file that describes it; may be repeated
    #[arg(long = "quirk", value_name = "NAME|FILE")]
    pub quirks: Vec<String>,
    /// List the quirks that come with the program
    #[arg(long, exclusive = true)]
    pub list_quirks: bool,
}

impl EquipmentArguments {
    /// Writes the options into those of a charge point.
    pub fn apply(&self, options: &mut ChargePointOptions) {
        let equipment = &mut options.equipment;
        replace(&mut equipment.connectors, self.connectors);
        replace(&mut equipment.cable, self.cable);
        replace(&mut equipment.profiles, self.profiles);
        replace(&mut equipment.phases, self.phases);
        replace(&mut equipment.max_current, self.max_current);
        replace(&mut equipment.vendor, self.vendor.clone());
        replace(&mut equipment.model, self.model.clone());
        replace(&mut equipment.serial_number, self.serial.clone());
        replace(&mut equipment.firmware_version, self.firmware.clone());
        options.driver = !self.no_driver;
        options.quirks.clone_from(&self.quirks);
    }
}

fn replace<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

fn wanted<T>(read: Option<T>, wanted: &str) -> Result<T, String> {
    read.ok_or_else(|| format!("it is {wanted}"))
}
