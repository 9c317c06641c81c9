//! The components and variables that the device model of OCPP 2.x names (part 2, appendix 3): data type, units, known values, and in which
//! version each exists. The table is `standard.tsv`. What a certain station has of it is up to the station.

mod attribute;

use std::sync::LazyLock;

pub use attribute::{AttributeKind, VariableMutability};

use super::Version;

/// The type of a variable's value (OCPP 2.0.1 part 2, `DataEnumType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableType {
    /// A text.
    String,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A time (RFC 3339).
    DateTime,
    /// `true` or `false`.
    Boolean,
    /// One value of a list.
    OptionList,
    /// Some values of a list, in the order of their rank.
    SequenceList,
    /// Some values of a list.
    MemberList,
}

impl VariableType {
    /// All of them.
    pub const ALL: [VariableType; 8] = [
        VariableType::String,
        VariableType::Decimal,
        VariableType::Integer,
        VariableType::DateTime,
        VariableType::Boolean,
        VariableType::OptionList,
        VariableType::SequenceList,
        VariableType::MemberList,
    ];

    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            VariableType::String => "string",
            VariableType::Decimal => "decimal",
            VariableType::Integer => "integer",
            VariableType::DateTime => "dateTime",
            VariableType::Boolean => "boolean",
            VariableType::OptionList => "OptionList",
            VariableType::SequenceList => "SequenceList",
            VariableType::MemberList => "MemberList",
        }
    }

    /// The type with this name.
    pub fn named(name: &str) -> Option<VariableType> {
        VariableType::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether its values are numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, VariableType::Decimal | VariableType::Integer)
    }

    /// Whether a value is made of members of a list.
    pub const fn is_list(self) -> bool {
        matches!(self, VariableType::OptionList | VariableType::SequenceList | VariableType::MemberList)
    }
}

/// A standard variable of a standard component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandardVariable {
    /// The component; [`ANY_COMPONENT`] for a variable that every component may have.
    pub component: &'static str,
    /// The name of the variable.
    pub name: &'static str,
    /// Its instance; a word in angle brackets stands for any name of that kind.
    pub instance: Option<&'static str>,
    /// Whether a station that has the component must have it.
    pub required: bool,
    /// The type of its value.
    pub data_type: VariableType,
    /// The units that it may have, the preferred one first; without one it has no unit.
    pub units: &'static str,
    /// The values that the specification names, separated by commas; empty when it names none.
    pub values: &'static str,
    /// The only version that has it; `None` when all have it.
    only_in: Option<Version>,
}

/// The component of a variable that every component may have.
pub const ANY_COMPONENT: &str = "*";

/// The quantities of a meter (OCPP 2.0.1 part 2, `MeasurandEnumType`).
pub const MEASURANDS: &str = "Current.Export,Current.Import,Current.Offered,Energy.Active.Export.Register,\
    Energy.Active.Import.Register,Energy.Reactive.Export.Register,Energy.Reactive.Import.Register,\
    Energy.Active.Export.Interval,Energy.Active.Import.Interval,Energy.Active.Net,Energy.Reactive.Export.Interval,\
    Energy.Reactive.Import.Interval,Energy.Reactive.Net,Energy.Apparent.Net,Energy.Apparent.Import,Energy.Apparent.Export,\
    Frequency,Power.Active.Export,Power.Active.Import,Power.Factor,Power.Offered,Power.Reactive.Export,\
    Power.Reactive.Import,SoC,Voltage";

/// Components of the machine itself, which have only variables that every component may have.
pub const PHYSICAL_COMPONENTS: [&str; 42] = [
    "AccessBarrier",
    "AcDcConverter",
    "AcPhaseSelector",
    "Actuator",
    "AirCoolingSystem",
    "AreaVentilation",
    "BayOccupancySensor",
    "BeaconLighting",
    "CableBreakawaySensor",
    "CaseAccessSensor",
    "ChargingStatusIndicator",
    "ConnectorHolsterRelease",
    "ConnectorHolsterSensor",
    "ConnectorPlugRetentionLock",
    "ConnectorProtectionRelease",
    "ControlMetering",
    "DataLink",
    "Display",
    "ElectricalFeed",
    "ELVSupply",
    "EmergencyStopSensor",
    "EnvironmentalLighting",
    "EVRetentionLock",
    "ExternalTemperatureSensor",
    "FloodSensor",
    "GroundIsolationProtection",
    "Heater",
    "HumiditySensor",
    "LightSensor",
    "LiquidCoolingSystem",
    "LocalAvailabilitySensor",
    "OverCurrentProtection",
    "PowerContactor",
    "RCD",
    "RealTimeClock",
    "ShockSensor",
    "SpacesCountSignage",
    "Switch",
    "TemperatureSensor",
    "TiltSensor",
    "UIInput",
    "VehicleIdSensor",
];

static STANDARD: LazyLock<Vec<StandardVariable>> =
    LazyLock::new(|| include_str!("standard.tsv").lines().filter_map(StandardVariable::read).collect());

/// All standard variables of all versions, by component, required ones first.
pub fn standard_variables() -> &'static [StandardVariable] {
    &STANDARD
}

/// The standard components of a version, in alphabetical order and without those of the machine itself.
pub fn standard_components(version: Version) -> Vec<&'static str> {
    let existing = STANDARD.iter().filter(|it| it.exists_in(version) && it.component != ANY_COMPONENT);
    let mut names: Vec<_> = existing.map(|it| it.component).collect();
    names.dedup();
    names
}

impl StandardVariable {
    /// Reads a row of the table; `None` for a comment.
    fn read(row: &'static str) -> Option<StandardVariable> {
        let mut cells = row.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (component, name, instance, required, data_type) = (cell(), cell(), cell(), cell(), cell());
        let (units, only_in, values) = (cell(), cell(), cell());
        Some(StandardVariable {
            component,
            name,
            instance: Some(instance).filter(|it| !it.is_empty()),
            required: required == "required",
            data_type: VariableType::named(data_type)?,
            units,
            values: if values == "measurands" { MEASURANDS } else { values },
            only_in: Version::parse(only_in),
        })
    }

    /// Whether a version has it.
    pub fn exists_in(&self, version: Version) -> bool {
        self.only_in.is_none_or(|only| only == version)
    }

    /// The preferred unit.
    pub fn unit(&self) -> Option<&'static str> {
        self.units.split(',').next().filter(|unit| !unit.is_empty())
    }

    /// Whether it is the variable of this name and instance. Names are compared without case (OCPP 2.0.1 part 2, `VariableType`).
    fn is_named(&self, name: &str, instance: Option<&str>) -> bool {
        let same_instance = match (self.instance, instance) {
            (None, None) => true,
            (Some(own), Some(other)) => own.starts_with('<') || own.eq_ignore_ascii_case(other),
            _ => false,
        };
        same_instance && self.name.eq_ignore_ascii_case(name)
    }

    /// What the specification says about a variable of a component, or about a variable of that name in any component.
    pub fn find(component: &str, name: &str, instance: Option<&str>) -> Option<&'static StandardVariable> {
        let own = STANDARD.iter().find(|it| it.component.eq_ignore_ascii_case(component) && it.is_named(name, instance));
        own.or_else(|| STANDARD.iter().find(|it| it.component == ANY_COMPONENT && it.is_named(name, None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = include_str!("standard.tsv").lines().filter(|row| !row.starts_with('#'));
        assert_eq!(rows.count(), STANDARD.len());
        let count = |version| STANDARD.iter().filter(|it| it.exists_in(version)).count();
        assert_eq!([count(Version::V2_0_1), count(Version::V2_1)], [249, 432]);
        let required = STANDARD.iter().filter(|it| it.required && it.exists_in(Version::V2_0_1)).count();
        assert_eq!(required, 64);
    }

    #[test]
    fn rows_are_in_order_and_each_is_there_once() {
        let rank = |it: &StandardVariable| {
            let instance = it.instance.unwrap_or_default().to_lowercase();
            (it.component.to_lowercase(), !it.required, it.name.to_lowercase(), instance)
        };
        assert!(STANDARD.is_sorted_by_key(rank));
        for (index, row) in STANDARD.iter().enumerate() {
            let same = |other: &&StandardVariable| {
                (other.component, other.name, other.instance) == (row.component, row.name, row.instance)
            };
            assert_eq!(STANDARD.iter().position(|other| same(&other)), Some(index), "{row:?}");
            assert!(row.values.is_empty() || row.data_type.is_list(), "{row:?}");
        }
    }

    #[test]
    fn variables_are_found_by_component_and_in_any_component() {
        let found = |component, name, instance| StandardVariable::find(component, name, instance);
        let interval = found("ocppcommctrlr", "heartbeatinterval", None).unwrap();
        assert_eq!((interval.unit(), interval.data_type), (Some("s"), VariableType::Integer));
        assert!(found("DeviceDataCtrlr", "ItemsPerMessage", Some("GetReport")).unwrap().required);
        assert_eq!(found("DeviceDataCtrlr", "ItemsPerMessage", None), None);
        assert!(found("TariffCostCtrlr", "TariffFallbackMessage", Some("nl")).is_some());
        assert_eq!(found("TemperatureSensor", "Temperature", None).unwrap().component, ANY_COMPONENT);
        assert_eq!(found("EVSE", "Colour", None), None);
    }

    #[test]
    fn each_version_has_its_components() {
        let (older, newer) = (standard_components(Version::V2_0_1), standard_components(Version::V2_1));
        assert!(older.contains(&"TxCtrlr") && !older.contains(&"PaymentCtrlr"));
        assert!(newer.contains(&"TxCtrlr") && newer.contains(&"PaymentCtrlr"));
        assert!(newer.iter().all(|name| !PHYSICAL_COMPONENTS.contains(name)));
        assert!(PHYSICAL_COMPONENTS.is_sorted_by_key(|name| name.to_lowercase()));
    }
}
