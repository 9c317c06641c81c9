//! What the station's table (`station.tsv`) says about a variable: where it is, its attributes, and which values it takes. The value that
//! it has at one station is in `mod`.

use std::sync::LazyLock;

use crate::ocpp::Version;
use crate::ocpp::device_model::{AttributeKind, StandardVariable, VariableMutability, VariableType};
use crate::simulator::equipment::CableKind;
use crate::simulator::feature_profile::FeatureProfile;
use crate::simulator::settings::ChargePointSettings;

/// What the simulated meter measures.
const STATION_MEASURANDS: &str = "Current.Import,Energy.Active.Import.Register,Power.Active.Import,SoC,Voltage";

/// Where variables of a component are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComponentScope {
    /// Once at the station.
    Station,
    /// At each EVSE.
    Evse,
    /// At each connector.
    Connector,
}

/// An attribute of a variable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttributeDefinition {
    pub kind: AttributeKind,
    pub access: VariableMutability,
    /// Whether it never changes.
    pub constant: bool,
    /// Whether a restart keeps its value.
    pub persistent: bool,
    /// Whether a new value takes effect with the next restart.
    pub needs_reboot: bool,
    /// As the table has it, possibly a name in braces.
    first: &'static str,
}

/// The limits of a number, or of the length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct VariableLimits {
    pub least: Option<f64>,
    pub most: Option<f64>,
}

/// Why a value is not one of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueFault {
    /// It cannot be read as a value of the type.
    Malformed,
    /// It is no member of the list of values.
    NoMember,
    /// It is above the limit.
    High,
    /// It is below the limit.
    Low,
    /// The text is longer than the limit.
    Long,
    /// The text is shorter than the limit.
    Short,
}

impl ValueFault {
    /// The `reasonCode` of a refusal (OCPP 2.0.1 part 2, appendix 5).
    pub fn reason(self) -> &'static str {
        match self {
            ValueFault::Malformed | ValueFault::NoMember | ValueFault::Short => "InvalidValue",
            ValueFault::High => "ValueTooHigh",
            ValueFault::Low => "ValueTooLow",
            ValueFault::Long => "TooLargeElement",
        }
    }
}

/// A variable that a station has once or at several places.
#[derive(Debug)]
pub(crate) struct VariableDefinition {
    pub component: &'static str,
    pub component_instance: Option<&'static str>,
    pub scope: ComponentScope,
    pub name: &'static str,
    pub instance: Option<&'static str>,
    pub data_type: VariableType,
    pub unit: Option<&'static str>,
    /// The values of a list, separated by commas; empty when there are none.
    pub values: &'static str,
    /// In the order of the table, `Actual` first.
    pub attributes: Vec<AttributeDefinition>,
    /// The least and the most as the table has them.
    limits: (&'static str, &'static str),
    standard: &'static StandardVariable,
}

static DEFINITIONS: LazyLock<Vec<VariableDefinition>> = LazyLock::new(|| read_table(include_str!("station.tsv")));

/// All variables of a station.
pub(crate) fn definitions() -> &'static [VariableDefinition] {
    &DEFINITIONS
}

/// Reads the table. A row that names no standard variable is left out; a test finds it.
fn read_table(table: &'static str) -> Vec<VariableDefinition> {
    let mut found: Vec<VariableDefinition> = Vec::new();
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let mut cells = row.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (component, component_instance) = instance_of(cell());
        let scope = match cell() {
            "connector" => ComponentScope::Connector,
            "evse" => ComponentScope::Evse,
            _ => ComponentScope::Station,
        };
        let (name, instance) = instance_of(cell());
        let (kind, access, first, domain) = (cell(), cell(), cell(), cell());
        let Some(kind) = AttributeKind::named(kind) else { continue };
        let says = |word: &str| access.split(' ').any(|it| it == word);
        let attribute = AttributeDefinition {
            kind,
            access: match access.split(' ').next() {
                Some("rw") => VariableMutability::ReadWrite,
                Some("wo") => VariableMutability::WriteOnly,
                _ => VariableMutability::ReadOnly,
            },
            constant: says("const"),
            persistent: !says("volatile"),
            needs_reboot: says("reboot"),
            first,
        };
        if let Some(last) = found.last_mut().filter(|_| kind != AttributeKind::Actual) {
            last.attributes.push(attribute);
            continue;
        }
        let Some(standard) = StandardVariable::find(component, name, instance) else { continue };
        let domain = if domain == "{measurands}" { STATION_MEASURANDS } else { domain };
        let limits = domain.split_once("..");
        let own = Some(domain).filter(|it| limits.is_none() && !it.is_empty());
        found.push(VariableDefinition {
            component,
            component_instance,
            scope,
            name,
            instance,
            data_type: standard.data_type,
            unit: standard.unit(),
            values: own.unwrap_or(standard.values),
            attributes: vec![attribute],
            limits: limits.unwrap_or_default(),
            standard,
        });
    }
    found
}

/// A name and the instance in brackets behind it.
fn instance_of(text: &'static str) -> (&'static str, Option<&'static str>) {
    match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, instance)) => (name, Some(instance)),
        None => (text, None),
    }
}

impl VariableDefinition {
    /// Whether a version has it.
    pub fn exists_in(&self, version: Version) -> bool {
        self.standard.exists_in(version)
    }

    /// Whether monitors make sense: it can change, and it is a number, a switch or a state.
    pub fn supports_monitoring(&self) -> bool {
        let comparable =
            self.data_type.is_number() || matches!(self.data_type, VariableType::Boolean | VariableType::OptionList);
        comparable && self.attributes.iter().any(|it| it.kind == AttributeKind::Actual && !it.constant)
    }

    /// Its limits at a station.
    pub fn limits(&self, settings: &ChargePointSettings) -> VariableLimits {
        let number = |text: &'static str| resolved(text, settings, None).parse().ok();
        VariableLimits { least: number(self.limits.0), most: number(self.limits.1) }
    }

    /// Whether a value may be set, in the form in which it is kept.
    ///
    /// # Errors
    /// When it is none of the type, or out of the limits.
    pub fn read_value(&self, value: &str, limits: VariableLimits) -> Result<String, ValueFault> {
        let within = |number: f64| match limits {
            VariableLimits { least: Some(least), .. } if number < least => Err(ValueFault::Low),
            VariableLimits { most: Some(most), .. } if number > most => Err(ValueFault::High),
            _ => Ok(value.to_owned()),
        };
        let is_known = |member: &str| self.values.is_empty() || self.values.split(',').any(|it| it == member);
        match self.data_type {
            VariableType::Boolean => {
                let value = value.to_ascii_lowercase();
                if ["true", "false"].contains(&&*value) { Ok(value) } else { Err(ValueFault::Malformed) }
            }
            VariableType::Integer => within(f64::from(value.parse::<i32>().map_err(|_| ValueFault::Malformed)?)),
            VariableType::Decimal => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
                within(number.ok_or(ValueFault::Malformed)?)
            }
            VariableType::DateTime => match value.parse::<jiff::Timestamp>() {
                Ok(_) => Ok(value.to_owned()),
                Err(_) => Err(ValueFault::Malformed),
            },
            VariableType::OptionList if is_known(value) => Ok(value.to_owned()),
            VariableType::OptionList => Err(ValueFault::NoMember),
            VariableType::String if self.values.is_empty() => {
                let length = f64::from(u32::try_from(value.chars().count()).unwrap_or(u32::MAX));
                within(length).map_err(|fault| if fault == ValueFault::High { ValueFault::Long } else { ValueFault::Short })
            }
            VariableType::String | VariableType::SequenceList | VariableType::MemberList => {
                let members: Vec<&str> = value.split(',').map(str::trim).filter(|_| !value.trim().is_empty()).collect();
                let twice = members.iter().enumerate().any(|(index, member)| members[..index].contains(member));
                match members.iter().all(|member| is_known(member)) && !twice {
                    true => Ok(members.join(",")),
                    false => Err(ValueFault::NoMember),
                }
            }
        }
    }
}

impl AttributeDefinition {
    /// The value with which a station begins.
    pub fn first_value(&self, settings: &ChargePointSettings, evse: Option<u16>) -> std::borrow::Cow<'static, str> {
        resolved(self.first, settings, evse)
    }
}

/// A value of the table, where names in braces stand for settings.
fn resolved(value: &'static str, settings: &ChargePointSettings, evse: Option<u16>) -> std::borrow::Cow<'static, str> {
    let equipment = &settings.equipment;
    let has = |profile| equipment.profiles.has(profile).to_string();
    let text = match value {
        "{heartbeat}" => settings.heartbeat_interval.to_string(),
        "{meter}" => settings.meter_value_interval.to_string(),
        "{timeout}" => settings.call_timeout.as_secs().to_string(),
        "{identity}" => settings.identity.chars().take(48).collect(),
        "{vendor}" => equipment.vendor.clone(),
        "{operator}" => settings.operator.as_ref().unwrap_or(&equipment.vendor).chars().take(64).collect(),
        "{model}" => equipment.model.clone(),
        "{serial}" => equipment.serial_number.clone(),
        "{firmware}" => equipment.firmware_version.clone(),
        "{phases}" => equipment.phases.to_string(),
        "{power}" => equipment.most_watts().to_string(),
        "{connector}" => if equipment.cable == CableKind::Fixed { "cType2" } else { "sType2" }.to_owned(),
        "{evse}" => evse.unwrap_or_default().to_string(),
        "{smart}" => has(FeatureProfile::SmartCharging),
        "{reservation}" => has(FeatureProfile::Reservation),
        "{display}" => has(FeatureProfile::DisplayMessage),
        "{monitoring}" => has(FeatureProfile::Monitoring),
        "{tariff}" => has(FeatureProfile::TariffAndCost),
        "{local-list}" => has(FeatureProfile::LocalAuthListManagement),
        value => return value.into(),
    };
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_standard_variable_with_a_value_of_its_type() {
        let rows = include_str!("station.tsv").lines().filter(|row| !row.starts_with('#')).count();
        let attributes: usize = DEFINITIONS.iter().map(|it| it.attributes.len()).sum();
        assert_eq!(rows, attributes);
        let settings = ChargePointSettings::default();
        for it in definitions() {
            assert_eq!(it.attributes[0].kind, AttributeKind::Actual, "{}.{}", it.component, it.name);
            for attribute in &it.attributes {
                let value = attribute.first_value(&settings, Some(1));
                assert!(!value.contains(['{', '}']), "{}.{}: {value}", it.component, it.name);
                let unset = value.is_empty();
                let read = it.read_value(&value, it.limits(&settings));
                assert!(unset || read.is_ok(), "{}.{}: {value}: {read:?}", it.component, it.name);
            }
        }
    }

    #[test]
    fn values_are_read_by_their_type() {
        let find = |component: &str, name: &str| definitions().iter().find(|it| it.component == component && it.name == name);
        let settings = ChargePointSettings::default();
        for (component, name, value, expected) in [
            ("OCPPCommCtrlr", "HeartbeatInterval", "60", Ok("60")),
            ("OCPPCommCtrlr", "HeartbeatInterval", "often", Err(ValueFault::Malformed)),
            ("OCPPCommCtrlr", "HeartbeatInterval", "1.5", Err(ValueFault::Malformed)),
            ("OCPPCommCtrlr", "HeartbeatInterval", "-1", Err(ValueFault::Low)),
            ("OCPPCommCtrlr", "HeartbeatInterval", "99999", Err(ValueFault::High)),
            ("AuthCtrlr", "LocalPreAuthorize", "TRUE", Ok("true")),
            ("AuthCtrlr", "LocalPreAuthorize", "yes", Err(ValueFault::Malformed)),
            ("SmartChargingCtrlr", "LimitChangeSignificance", "2.5", Ok("2.5")),
            ("SmartChargingCtrlr", "LimitChangeSignificance", "NaN", Err(ValueFault::Malformed)),
            ("TxCtrlr", "TxStartPoint", "EVConnected, Authorized", Ok("EVConnected,Authorized")),
            ("TxCtrlr", "TxStartPoint", "", Ok("")),
            ("TxCtrlr", "TxStartPoint", "EVConnected,EVConnected", Err(ValueFault::NoMember)),
            ("TxCtrlr", "TxStartPoint", "Moon", Err(ValueFault::NoMember)),
            ("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue", "Never", Ok("Never")),
            ("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue", "Never,Never", Err(ValueFault::NoMember)),
            ("OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1", Ok("2,1")),
            ("OCPPCommCtrlr", "NetworkConfigurationPriority", "9", Err(ValueFault::NoMember)),
            ("SecurityCtrlr", "BasicAuthPassword", "short", Err(ValueFault::Short)),
            ("SecurityCtrlr", "OrganizationName", &"x".repeat(65), Err(ValueFault::Long)),
            ("ClockCtrlr", "DateTime", "yesterday", Err(ValueFault::Malformed)),
            ("ClockCtrlr", "DateTime", "2030-01-01T00:00:00Z", Ok("2030-01-01T00:00:00Z")),
        ] {
            let definition = find(component, name).unwrap();
            let found = definition.read_value(value, definition.limits(&settings));
            assert_eq!(found.as_deref().map_err(|fault| *fault), expected, "{name}={value}");
        }
    }
}
