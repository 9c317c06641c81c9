//! The options of `start_cp` about the machine: what it is built of, whether it has a driver, and its quirks. The rest of the command is
//! in `start`; the limits of the values are in the simulator.

use std::fmt;

use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CompletionKind, OptionSpec, added, switch};
use crate::console::syntax::token::{quote, unquote};
use crate::hub::MachineOptions;
use crate::simulator::{EquipmentPart, StationEquipment};

pub(super) const NO_DRIVER: OptionSpec = switch("--no-driver", "no driver plugs in or pays by himself");
pub(super) const QUIRK: OptionSpec =
    added("--quirk", CompletionKind::Quirk, "a habit of real stations, by its name or file; may be repeated").repeated();

/// The option of a part.
pub(super) const fn part(part: EquipmentPart) -> OptionSpec {
    match part {
        EquipmentPart::Connectors => added("--connectors", CompletionKind::Nothing, "number of connectors, default: 2"),
        EquipmentPart::Cable => added("--cable", CompletionKind::Cable, "fixed or socket, default: socket"),
        EquipmentPart::Profiles => {
            added("--profiles", CompletionKind::FeatureProfiles, "feature profiles of the firmware, default: all")
        }
        EquipmentPart::Phases => added("--phases", CompletionKind::Phases, "phases of a connector, 1 or 3; default: 1"),
        EquipmentPart::MaxCurrent => {
            added("--max-current", CompletionKind::Nothing, "highest current of a connector in amperes, default: 32")
        }
        EquipmentPart::Vendor => added("--vendor", CompletionKind::Nothing, "chargePointVendor of its boot"),
        EquipmentPart::Model => added("--model", CompletionKind::Nothing, "chargePointModel of its boot"),
        EquipmentPart::Serial => {
            added("--serial", CompletionKind::Nothing, "chargePointSerialNumber of its boot; \"\" sends none")
        }
        EquipmentPart::Firmware => added("--firmware", CompletionKind::Nothing, "firmwareVersion of its boot; \"\" sends none"),
        EquipmentPart::CertificateKey => {
            added("--certificate-key", CompletionKind::Nothing, "keys of its certificates: ecdsa or rsa, default: ecdsa")
        }
    }
}

/// Reads the options about the machine.
pub(super) fn read_machine(arguments: &Arguments<'_>) -> Result<MachineOptions, CommandError> {
    let mut equipment = StationEquipment::default();
    for kind in EquipmentPart::ALL {
        let flag = part(kind).flag;
        if let Some(word) = arguments.raw(flag) {
            equipment.change(read(word, flag, kind.wanted(), |text| kind.read(text))?);
        }
    }
    let quirks = arguments.all(QUIRK.flag).map(|word| unquote(word.value)).collect();
    Ok(MachineOptions { driver: !arguments.has(NO_DRIVER.flag), equipment, quirks, ..MachineOptions::default() })
}

/// Writes the options that differ from the defaults.
pub(super) fn write_machine(f: &mut fmt::Formatter<'_>, machine: &MachineOptions) -> fmt::Result {
    let defaults = StationEquipment::default();
    for kind in EquipmentPart::ALL {
        let given = kind.written(&machine.equipment);
        if given != kind.written(&defaults) {
            write!(f, " {} {}", part(kind).flag, quote(&given))?;
        }
    }
    if !machine.driver {
        write!(f, " {}", NO_DRIVER.flag)?;
    }
    machine.quirks.iter().try_for_each(|quirk| write!(f, " {} {}", QUIRK.flag, quote(quirk)))
}
