//! The configuration: GetConfiguration and ChangeConfiguration, and the values that the other files use. The existing
//! keys are in `configuration_keys`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::configuration_keys::{ConfigurationKind, ConfigurationName, KEYS, KeyAccess, MAX_MEASURANDS, MAX_ROTATIONS};
use super::effect::{CallEffect, only_status, status_then};
use super::timers::TimerTask;
use crate::behaviour::{Answer, Proposal};
use crate::clock::Moment;
use crate::ocpp::Version;
use crate::simulator::equipment::StationEquipment;
use crate::simulator::feature_profile::{FeatureProfile, FeatureProfiles};
use crate::simulator::measurand::is_measurand;
use crate::simulator::payload::{list, text};
use crate::simulator::v1::features::{MeterEntryForm, SimulatedFeatures};

/// The key of the interval of WebSocket pings. A change has an effect on the next link.
const PING_INTERVAL: &str = "WebSocketPingInterval";

/// How the phases of a connector can be wired (OCPP 1.6 §9.1).
const ROTATIONS: [&str; 8] = ["NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR"];

/// The values of the keys. Only values that differ from the defaults are stored, so that many charge points use little
/// memory.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    changed: BTreeMap<&'static str, String>,
    /// The feature profiles of the firmware; it has no keys of others.
    profiles: FeatureProfiles,
    /// The phases of a connector.
    phases: u8,
}

impl Configuration {
    /// The defaults of a machine.
    pub(super) fn of(equipment: &StationEquipment) -> Configuration {
        Configuration { profiles: equipment.profiles, phases: equipment.phases, ..Configuration::default() }
    }

    /// Finds a key of the firmware.
    fn find(&self, name: &str, version: Version) -> Option<&'static ConfigurationName> {
        ConfigurationName::find(name, version).filter(|key| self.profiles.has(FeatureProfile::of_key(key.name)))
    }

    /// The value of a key, by its name in OCPP 1.6; empty for an unknown name.
    pub(super) fn value(&self, name: &str) -> &str {
        match self.changed.get(name) {
            Some(value) => value,
            None => KEYS.iter().find(|key| key.name == name).map_or("", |key| key.default),
        }
    }

    /// Sets a value without a check of access rights.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.changed.insert(name, value);
    }

    /// The value of a Boolean key.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.value(name).eq_ignore_ascii_case("true")
    }

    /// The value of a numeric key.
    pub(super) fn number(&self, name: &str) -> usize {
        self.value(name).parse().unwrap_or_default()
    }

    /// The value of a key for a duration, in seconds.
    pub(super) fn seconds(&self, name: &str) -> u64 {
        self.value(name).parse().unwrap_or_default()
    }

    /// The interval of WebSocket pings, when the central system has set one; 0 turns them off.
    pub(super) fn ping_interval(&self) -> Option<Duration> {
        self.changed.contains_key(PING_INTERVAL).then(|| Duration::from_secs(self.seconds(PING_INTERVAL)))
    }

    /// GetConfiguration: without names, all keys; with names, the known keys and the names of the unknown ones (OCPP
    /// 1.6 §5.8). A key that is only written is never among them (OCPP-J 1.6 §6.2.2).
    fn get(&self, names: &[Value], version: Version) -> Value {
        let find = |name: &str| self.find(name, version).filter(|key| key.access != KeyAccess::WriteOnly);
        let all = || KEYS.iter().filter_map(|key| find(key.name)).map(|key| self.entry(key, version)).collect();
        if names.is_empty() {
            return json!({ "configurationKey": Value::Array(all()) });
        }
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for name in names.iter().filter_map(Value::as_str).take(self.number("GetConfigurationMaxKeys")) {
            match find(name) {
                Some(key) => known.push(self.entry(key, version)),
                None => unknown.push(name),
            }
        }
        let mut result = json!({});
        if !known.is_empty() {
            result["configurationKey"] = known.into();
        }
        if !unknown.is_empty() {
            result["unknownKey"] = unknown.into();
        }
        result
    }

    fn entry(&self, key: &ConfigurationName, version: Version) -> Value {
        let readonly = key.access == KeyAccess::Read;
        json!({ "key": key.name_in(version), "readonly": readonly, "value": self.value(key.name) })
    }
}

/// ChangeConfiguration: returns the status of the answer (OCPP 1.6 §5.3), and the key when the change is accepted.
/// `RebootRequired` exists since 1.6.
fn judge_change(
    configuration: &Configuration,
    name: &str,
    value: &str,
    version: Version,
) -> (&'static str, Option<&'static str>) {
    let Some(key) = configuration.find(name, version) else { return ("NotSupported", None) };
    let features = SimulatedFeatures::of(version);
    let phases = if features.meter_form == MeterEntryForm::SampledValues { configuration.phases } else { 0 };
    if key.access == KeyAccess::Read || !key.kind.allows(value, phases) {
        return ("Rejected", None);
    }
    let needs_reboot = key.access == KeyAccess::WriteThenReboot && features.reboot_required;
    (if needs_reboot { "RebootRequired" } else { "Accepted" }, Some(key.name))
}

impl ConfigurationKind {
    /// Whether a value is valid for this kind. A list with one unsupported measurand is refused as a whole (OCPP 1.6
    /// §3.16.4); so is one about a phase that the machine does not have.
    fn allows(self, value: &str, phases: u8) -> bool {
        let number = || value.trim().parse::<i32>().ok().filter(|number| *number >= 0);
        match self {
            ConfigurationKind::Boolean => ["true", "false"].iter().any(|word| value.trim().eq_ignore_ascii_case(word)),
            ConfigurationKind::Number => number().is_some(),
            ConfigurationKind::Measurands => {
                let known = |name: &str| is_measurand(name, phases);
                value.trim().is_empty() || (value.split(',').count() <= MAX_MEASURANDS && value.split(',').all(known))
            }
            ConfigurationKind::PhaseRotations => {
                let known = |entry: &str| {
                    let parts = entry.trim().split_once('.');
                    parts.is_some_and(|(number, rotation)| number.parse::<u16>().is_ok() && ROTATIONS.contains(&rotation))
                };
                value.split(',').count() <= MAX_ROTATIONS && value.split(',').all(known)
            }
            ConfigurationKind::Text => value.chars().count() <= 500,
        }
    }
}

impl ChargePoint {
    pub(super) fn get_configuration(&self, payload: &Value, version: Version) -> Answer {
        Answer::result(self.configuration.get(list(payload, "key"), version))
    }

    pub(super) fn change_configuration(&self, payload: &Value, version: Version) -> Proposal {
        let (key, value) = (text(payload, "key").unwrap_or_default(), text(payload, "value").unwrap_or_default());
        if let Some(proposal) = self.change_security(key, value, version) {
            return proposal;
        }
        match judge_change(&self.configuration, key, value, version) {
            (answer, Some(name)) => {
                status_then(answer, CallEffect::ChangeConfiguration { name, value: value.trim().to_owned() })
            }
            (answer, None) => only_status(answer),
        }
    }

    /// Sets a value. Running intervals are adjusted; all other values are read when they are needed.
    pub(super) fn set_configuration(&mut self, name: &'static str, value: String, now: Moment) {
        self.configuration.set(name, value);
        match name {
            "HeartbeatInterval" => self.touch(now),
            "ClockAlignedDataInterval" => self.schedule_clock_sample(now),
            "MeterValueSampleInterval" => {
                for connector in 1..=self.last_connector() {
                    self.agenda.cancel(TimerTask::Sample(connector));
                    self.schedule_sample(connector, now);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_defaults_are_allowed() {
        assert!(KEYS.is_sorted_by_key(|key| key.name));
        for key in &KEYS {
            assert!(key.kind.allows(key.default, 1), "{}", key.name);
        }
    }

    #[test]
    fn changes_are_judged_by_access_and_kind() {
        let mut configuration = Configuration::default();
        let mut change = |name, value, version| {
            let (answer, key) = judge_change(&configuration, name, value, version);
            key.into_iter().for_each(|key| configuration.set(key, value.trim().to_owned()));
            answer
        };
        for (name, value, expected) in [
            ("HeartbeatInterval", "60", "Accepted"),
            ("heartbeatinterval", "61", "Accepted"),
            ("HeartbeatInterval", "-1", "Rejected"),
            ("HeartbeatInterval", "often", "Rejected"),
            ("NumberOfConnectors", "3", "Rejected"),
            ("WebSocketPingInterval", "30", "RebootRequired"),
            ("WebSocketPingInterval", "-1", "Rejected"),
            ("LocalPreAuthorize", "TRUE", "Accepted"),
            ("LocalPreAuthorize", "yes", "Rejected"),
            ("LightIntensity", "50", "NotSupported"),
            ("BlinkRepeat", "3", "NotSupported"),
            ("ConnectorPhaseRotation", "0.RST,1.TRS,2.NotApplicable", "RebootRequired"),
            ("ConnectorPhaseRotation", "RST", "Rejected"),
            ("ConnectorPhaseRotation", "1.ABC", "Rejected"),
            ("MeterValuesAlignedData", "Voltage,Voltage,Voltage,Voltage,Voltage", "Rejected"),
            ("MeterValuesSampledData", "Voltage,Energy.Active.Import.Register", "Accepted"),
            ("MeterValuesSampledData", "Voltage,Weather", "Rejected"),
            ("StopTxnSampledData", "", "Accepted"),
            ("Nonsense", "1", "NotSupported"),
        ] {
            assert_eq!(change(name, value, Version::V1_6), expected, "{name}={value}");
        }
        assert_eq!(configuration.seconds("HeartbeatInterval"), 61);
        assert!(configuration.is_on("LocalPreAuthorize"));
        assert_eq!(configuration.value("MeterValuesSampledData"), "Voltage,Energy.Active.Import.Register");
    }

    #[test]
    fn phases_are_those_of_the_machine_and_of_the_version() {
        for (name, phases, version, expected) in [
            ("Voltage.L1", 1, Version::V1_6, "Accepted"),
            ("Voltage.L2", 1, Version::V1_6, "Rejected"),
            ("Voltage.L2-N", 3, Version::V1_6, "Accepted"),
            ("Current.Import.L3", 3, Version::V1_6, "Accepted"),
            ("Current.Import.L3-N", 3, Version::V1_6, "Rejected"),
            ("Current.Import.L4", 3, Version::V1_6, "Rejected"),
            ("Energy.Active.Import.Register.L1", 3, Version::V1_6, "Rejected"),
            ("Voltage.L1", 3, Version::V1_5, "Rejected"),
        ] {
            let configuration = Configuration::of(&StationEquipment { phases, ..StationEquipment::default() });
            assert_eq!(judge_change(&configuration, "MeterValuesSampledData", name, version).0, expected, "{name} {phases}");
        }
    }

    #[test]
    fn older_versions_have_fewer_keys_and_an_old_spelling() {
        let mut configuration = Configuration::default();
        assert_eq!(judge_change(&configuration, "LocalPreAuthorize", "true", Version::V1_5), ("NotSupported", None));
        assert_eq!(
            judge_change(&configuration, "HeartBeatInterval", "10", Version::V1_5),
            ("Accepted", Some("HeartbeatInterval"))
        );
        configuration.set("HeartbeatInterval", "10".to_owned());
        let expected = json!({
            "configurationKey": [{"key": "HeartBeatInterval", "readonly": false, "value": "10"}],
            "unknownKey": ["Nonsense", "NumberOfConnectors"],
        });
        let names = ["HeartbeatInterval", "Nonsense", "NumberOfConnectors"].map(Value::from);
        assert_eq!(configuration.get(&names, Version::V1_5), expected);
    }

    #[test]
    fn without_names_all_keys_are_returned() {
        let everything = Configuration::default().get(&[], Version::V1_6);
        let readable = KEYS.iter().filter(|key| key.access != KeyAccess::WriteOnly);
        assert_eq!(list(&everything, "configurationKey").len(), readable.count());
        assert!(everything.get("unknownKey").is_none());
    }

    /// The keys of OCPP 1.6 §9.1 to §9.4.
    const SPECIFIED: [&str; 43] = [
        "AllowOfflineTxForUnknownId",
        "AuthorizationCacheEnabled",
        "AuthorizeRemoteTxRequests",
        "BlinkRepeat",
        "ChargeProfileMaxStackLevel",
        "ChargingScheduleAllowedChargingRateUnit",
        "ChargingScheduleMaxPeriods",
        "ClockAlignedDataInterval",
        "ConnectionTimeOut",
        "ConnectorPhaseRotation",
        "ConnectorPhaseRotationMaxLength",
        "ConnectorSwitch3to1PhaseSupported",
        "GetConfigurationMaxKeys",
        "HeartbeatInterval",
        "LightIntensity",
        "LocalAuthListEnabled",
        "LocalAuthListMaxLength",
        "LocalAuthorizeOffline",
        "LocalPreAuthorize",
        "MaxChargingProfilesInstalled",
        "MaxEnergyOnInvalidId",
        "MeterValueSampleInterval",
        "MeterValuesAlignedData",
        "MeterValuesAlignedDataMaxLength",
        "MeterValuesSampledData",
        "MeterValuesSampledDataMaxLength",
        "MinimumStatusDuration",
        "NumberOfConnectors",
        "ReserveConnectorZeroSupported",
        "ResetRetries",
        "SendLocalListMaxLength",
        "StopTransactionOnEVSideDisconnect",
        "StopTransactionOnInvalidId",
        "StopTxnAlignedData",
        "StopTxnAlignedDataMaxLength",
        "StopTxnSampledData",
        "StopTxnSampledDataMaxLength",
        "SupportedFeatureProfiles",
        "SupportedFeatureProfilesMaxLength",
        "TransactionMessageAttempts",
        "TransactionMessageRetryInterval",
        "UnlockConnectorOnEVSideDisconnect",
        "WebSocketPingInterval",
    ];

    /// What describes the machine and changes nothing in it.
    const DESCRIPTIVE: [&str; 2] = ["ConnectorPhaseRotation", "CpoName"];

    /// A key that the central system may change must be read by the code of another file than the one that lists the keys.
    #[test]
    fn every_key_of_the_specification_works_or_is_refused() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/simulator/v1/charge_point");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let sources = files.filter(|path| path.is_file() && !path.ends_with("configuration_keys.rs"));
        let code: String = sources
            .map(|path| std::fs::read_to_string(path).unwrap())
            .map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
            .collect();
        for name in SPECIFIED {
            let Some(key) = ConfigurationName::find(name, Version::V1_6) else {
                assert_eq!(judge_change(&Configuration::default(), name, "1", Version::V1_6), ("NotSupported", None), "{name}");
                continue;
            };
            if key.access == KeyAccess::Read {
                assert_eq!(
                    judge_change(&Configuration::default(), name, key.default, Version::V1_6),
                    ("Rejected", None),
                    "{name}"
                );
            }
        }
        for key in KEYS.iter().filter(|key| key.access != KeyAccess::Read && !DESCRIPTIVE.contains(&key.name)) {
            assert!(code.contains(&format!("\"{}\"", key.name)), "nothing looks at {}", key.name);
        }
    }
}
