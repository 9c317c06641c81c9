//! The options of `start_cp` about the machine: what it is built of, whether it has a driver, and its quirks. The rest of the command is
//! in `start`; the limits of the values are in the simulator.

use std::fmt;

use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CompletionKind, OptionSpec, added, switch};
use crate::console::syntax::token::{quote, unquote};
use crate::hub::ChargePointOptions;
use crate::simulator::{CableKind, FeatureProfiles, StationEquipment};

pub(super) const CONNECTORS: OptionSpec = added("--connectors", CompletionKind::Nothing, "number of connectors, default: 2");
pub(super) const CABLE: OptionSpec = added("--cable", CompletionKind::Cable, "fixed or socket, default: socket");
pub(super) const PROFILES: OptionSpec =
    added("--profiles", CompletionKind::FeatureProfiles, "feature profiles of the firmware, default: all");
pub(super) const PHASES: OptionSpec = added("--phases", CompletionKind::Phases, "phases of a connector, 1 or 3; default: 1");
pub(super) const MAX_CURRENT: OptionSpec =
    added("--max-current", CompletionKind::Nothing, "highest current of a connector in amperes, default: 32");
pub(super) const VENDOR: OptionSpec = added("--vendor", CompletionKind::Nothing, "chargePointVendor of its boot");
pub(super) const MODEL: OptionSpec = added("--model", CompletionKind::Nothing, "chargePointModel of its boot");
pub(super) const SERIAL: OptionSpec =
    added("--serial", CompletionKind::Nothing, "chargePointSerialNumber of its boot; \"\" sends none");
pub(super) const FIRMWARE: OptionSpec =
    added("--firmware", CompletionKind::Nothing, "firmwareVersion of its boot; \"\" sends none");
pub(super) const NO_DRIVER: OptionSpec = switch("--no-driver", "nobody plugs in or pays by himself");
pub(super) const QUIRK: OptionSpec =
    added("--quirk", CompletionKind::Quirk, "a habit of real stations, by its name or file; may be repeated").repeated();

/// Reads the options into those of a charge point.
pub(super) fn read_equipment(arguments: &Arguments<'_>, options: &mut ChargePointOptions) -> Result<(), CommandError> {
    set(arguments, &CONNECTORS, StationEquipment::CONNECTORS, StationEquipment::read_connectors, |number| {
        options.equipment.connectors = number;
    })?;
    set(arguments, &CABLE, CableKind::WANTED, CableKind::parse, |cable| options.equipment.cable = cable)?;
    set(arguments, &PROFILES, FeatureProfiles::WANTED, FeatureProfiles::parse, |it| options.equipment.profiles = it)?;
    set(arguments, &PHASES, StationEquipment::PHASES, StationEquipment::read_phases, |it| options.equipment.phases = it)?;
    set(arguments, &MAX_CURRENT, StationEquipment::CURRENT, StationEquipment::read_current, |current| {
        options.equipment.max_current = current;
    })?;
    set(arguments, &VENDOR, StationEquipment::NAME, StationEquipment::read_name, |it| options.equipment.vendor = it)?;
    set(arguments, &MODEL, StationEquipment::NAME, StationEquipment::read_name, |it| options.equipment.model = it)?;
    set(arguments, &SERIAL, StationEquipment::SERIAL_NUMBER, StationEquipment::read_serial_number, |serial| {
        options.equipment.serial_number = serial;
    })?;
    set(arguments, &FIRMWARE, StationEquipment::FIRMWARE, StationEquipment::read_firmware, |version| {
        options.equipment.firmware_version = version;
    })?;
    options.driver = !arguments.has(NO_DRIVER.flag);
    options.quirks = arguments.all(QUIRK.flag).map(|word| unquote(word.value)).collect();
    Ok(())
}

/// Reads the value of an option, when it is there.
fn set<T>(
    arguments: &Arguments<'_>,
    option: &OptionSpec,
    wanted: &'static str,
    reader: impl FnOnce(&str) -> Option<T>,
    put: impl FnMut(T),
) -> Result<(), CommandError> {
    arguments.raw(option.flag).map(|word| read(word, option.flag, wanted, reader)).transpose().map(|value| {
        value.into_iter().for_each(put);
    })
}

/// Writes the options that are not the usual ones.
pub(super) fn write_equipment(f: &mut fmt::Formatter<'_>, options: &ChargePointOptions) -> fmt::Result {
    let (given, usual) = (&options.equipment, StationEquipment::default());
    if given.connectors != usual.connectors {
        write!(f, " {} {}", CONNECTORS.flag, given.connectors)?;
    }
    if given.cable != usual.cable {
        write!(f, " {} {}", CABLE.flag, given.cable.name())?;
    }
    if given.profiles != usual.profiles {
        write!(f, " {} {}", PROFILES.flag, given.profiles)?;
    }
    if given.phases != usual.phases {
        write!(f, " {} {}", PHASES.flag, given.phases)?;
    }
    if given.max_current.to_bits() != usual.max_current.to_bits() {
        write!(f, " {} {}", MAX_CURRENT.flag, given.max_current)?;
    }
    for (option, given, usual) in [
        (VENDOR, &given.vendor, &usual.vendor),
        (MODEL, &given.model, &usual.model),
        (SERIAL, &given.serial_number, &usual.serial_number),
        (FIRMWARE, &given.firmware_version, &usual.firmware_version),
    ] {
        if given != usual {
            write!(f, " {} {}", option.flag, quote(given))?;
        }
    }
    if !options.driver {
        write!(f, " {}", NO_DRIVER.flag)?;
    }
    options.quirks.iter().try_for_each(|quirk| write!(f, " {} {}", QUIRK.flag, quote(quirk)))
}
