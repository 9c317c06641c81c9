//! The machine of a simulated charge point as a script describes it: what differs from the machine of the run. What the values may be is in
//! the simulator.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::request_error::ScriptRequestError;
use crate::hub::MachineOptions;
use crate::simulator::{EquipmentPart, StationQuirk};

/// The options about the machine.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MachineConfig {
    /// Whether a driver comes by himself.
    driver: Option<bool>,
    /// A quirk, or a list of them.
    quirk: Option<Value>,
    /// The parts by their names, and options about other things.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl MachineConfig {
    /// The machine of the run with what the script wants otherwise. The file of a quirk is sought from the folder of the script, as
    /// those that it requires are.
    ///
    /// # Errors
    /// When a value is not what it must be.
    pub fn apply(&self, defaults: &MachineOptions, folder: &Path) -> Result<MachineOptions, ScriptRequestError> {
        let mut machine = defaults.clone();
        for part in EquipmentPart::ALL {
            let Some(value) = self.others.get(part.name()) else { continue };
            let change = written(value).and_then(|text| part.read(&text));
            let wrong = || refused(part.name(), part.wanted(), value);
            machine.equipment.change(change.ok_or_else(wrong)?);
        }
        machine.driver = self.driver.unwrap_or(machine.driver);
        match &self.quirk {
            None => {}
            Some(Value::String(quirk)) => machine.quirks = vec![StationQuirk::named_from(folder, quirk)],
            Some(list) => {
                let wrong = |_| refused("quirk", "the name of a quirk, the path of its file, or a list of them", list);
                let quirks: Vec<String> = Vec::deserialize(list).map_err(wrong)?;
                machine.quirks = quirks.iter().map(|quirk| StationQuirk::named_from(folder, quirk)).collect();
            }
        }
        Ok(machine)
    }
}

/// A value as an option of the shell has it; a list is written with commas.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}

fn refused(option: &'static str, wanted: &'static str, found: &Value) -> ScriptRequestError {
    ScriptRequestError::NoMachine { option, wanted, found: found.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn machine(options: Value, defaults: &MachineOptions) -> Result<MachineOptions, String> {
        let config: MachineConfig = serde_json::from_value(options).unwrap();
        config.apply(defaults, Path::new("tests/ocpp")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_script_changes_what_it_names_and_nothing_else() {
        let defaults =
            machine(json!({"connectors": 4, "quirk": "slow-boot", "driver": false}), &MachineOptions::default()).unwrap();
        let options = json!({
            "id": "CP1", "within": 5, "cable": "fixed", "profiles": ["Core", "Reservation"], "phases": 3, "maxCurrent": 16.5,
            "vendor": "V", "model": "M", "serial": "", "firmware": "2", "certificateKey": "rsa", "quirk": ["no-finishing", "./mine.toml", "/etc/theirs.toml"],
        });
        let made = machine(options, &defaults).unwrap();
        let parts: Vec<String> = EquipmentPart::ALL.into_iter().map(|part| part.written(&made.equipment)).collect();
        assert_eq!(parts, ["4", "fixed", "Core,Reservation", "3", "16.5", "V", "M", "", "2", "rsa"]);
        assert!(!made.driver);
        assert_eq!(made.quirks, ["no-finishing", "tests/ocpp/mine.toml", "/etc/theirs.toml"].map(str::to_owned));
        assert_eq!(machine(json!({}), &defaults), Ok(defaults));
    }

    #[test]
    fn a_value_that_is_none_is_refused_with_what_it_must_be() {
        for (options, sentence) in [
            (json!({"connectors": 0}), "connectors of a charge point is a number from 1 to 100, not 0"),
            (json!({"cable": "rope"}), "cable of a charge point is fixed or socket, not \"rope\""),
            (json!({"phases": null}), "phases of a charge point is 1 or 3, not null"),
        ] {
            assert_eq!(machine(options, &MachineOptions::default()), Err(sentence.to_owned()));
        }
        assert!(machine(json!({"quirk": [1]}), &MachineOptions::default()).unwrap_err().contains("a list of them"));
    }
}
