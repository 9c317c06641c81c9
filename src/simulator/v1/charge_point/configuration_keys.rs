//! The table of configuration keys: names, defaults, types, and first versions (OCPP 1.6 §9). Reading and changing them
//! is in `configuration`.

use crate::ocpp::Version;
use crate::simulator::v1::features::SimulatedFeatures;

/// A configuration key.
#[derive(Debug)]
pub(super) struct ConfigurationName {
    /// Its name in OCPP 1.6.
    pub(super) name: &'static str,
    /// Its default value.
    pub(super) default: &'static str,
    /// The kind of its values.
    pub(super) kind: ConfigurationKind,
    /// Whether the central system may change it.
    pub(super) access: KeyAccess,
    /// The first version that has it.
    pub(super) since: Version,
}

/// The kinds of values of a key. They are sent as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConfigurationKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number from 0.
    Number,
    /// Supported measurands, separated by commas, no more than `MAX_MEASURANDS`.
    Measurands,
    /// The rotation of each connector: `0.RST`, separated by commas (OCPP 1.6 §9.1, `ConnectorPhaseRotation`).
    PhaseRotations,
    /// Any text.
    Text,
}

/// The access of the central system to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyAccess {
    /// It may only read.
    Read,
    /// It may change the key, with effect at once.
    Write,
    /// It may change the key, and never reads it.
    WriteOnly,
    /// It may change the key, with effect after a restart: the answer is `RebootRequired` (OCPP 1.6 §5.3).
    WriteThenReboot,
}

const fn key(
    name: &'static str,
    default: &'static str,
    kind: ConfigurationKind,
    access: KeyAccess,
    since: Version,
) -> ConfigurationName {
    ConfigurationName { name, default, kind, access, since }
}

const fn writable(name: &'static str, default: &'static str, kind: ConfigurationKind) -> ConfigurationName {
    key(name, default, kind, KeyAccess::Write, Version::V1_6)
}

const fn readable(name: &'static str, default: &'static str, kind: ConfigurationKind) -> ConfigurationName {
    key(name, default, kind, KeyAccess::Read, Version::V1_6)
}

/// A key that existed before 1.6.
const fn old(name: &'static str, default: &'static str, kind: ConfigurationKind) -> ConfigurationName {
    key(name, default, kind, KeyAccess::Write, Version::V1_2)
}

use ConfigurationKind::{Boolean, Measurands, Number, PhaseRotations, Text};

/// The most measurands in a list: the keys whose names end in `MaxLength` say it.
pub(super) const MAX_MEASURANDS: usize = 4;

/// The most entries of `ConnectorPhaseRotation`.
pub(super) const MAX_ROTATIONS: usize = 20;

/// All keys, sorted by name. There is none for what the machine does not have: lamps (`BlinkRepeat`, `LightIntensity`).
pub(super) const KEYS: [ConfigurationName; 46] = [
    writable("AllowOfflineTxForUnknownId", "false", Boolean),
    writable("AuthorizationCacheEnabled", "true", Boolean),
    key("AuthorizationKey", "", Text, KeyAccess::WriteOnly, Version::V1_6),
    writable("AuthorizeRemoteTxRequests", "true", Boolean),
    readable("ChargeProfileMaxStackLevel", "10", Number),
    readable("ChargingScheduleAllowedChargingRateUnit", "Current,Power", Text),
    readable("ChargingScheduleMaxPeriods", "24", Number),
    old("ClockAlignedDataInterval", "0", Number),
    old("ConnectionTimeOut", "60", Number),
    key("ConnectorPhaseRotation", "0.RST", PhaseRotations, KeyAccess::WriteThenReboot, Version::V1_6),
    readable("ConnectorPhaseRotationMaxLength", "20", Number),
    readable("ConnectorSwitch3to1PhaseSupported", "false", Boolean),
    writable("CpoName", "", Text),
    readable("GetConfigurationMaxKeys", "100", Number),
    old("HeartbeatInterval", "300", Number),
    writable("LocalAuthListEnabled", "true", Boolean),
    readable("LocalAuthListMaxLength", "1000", Number),
    writable("LocalAuthorizeOffline", "true", Boolean),
    writable("LocalPreAuthorize", "false", Boolean),
    readable("MaxChargingProfilesInstalled", "20", Number),
    writable("MaxEnergyOnInvalidId", "0", Number),
    old("MeterValueSampleInterval", "60", Number),
    old("MeterValuesAlignedData", "Energy.Active.Import.Register", Measurands),
    readable("MeterValuesAlignedDataMaxLength", "4", Number),
    old("MeterValuesSampledData", "Energy.Active.Import.Register", Measurands),
    readable("MeterValuesSampledDataMaxLength", "4", Number),
    writable("MinimumStatusDuration", "0", Number),
    readable("NumberOfConnectors", "1", Number),
    readable("ReserveConnectorZeroSupported", "true", Boolean),
    old("ResetRetries", "1", Number),
    writable("SecurityProfile", "0", Number),
    readable("SendLocalListMaxLength", "1000", Number),
    readable("StopTransactionMaxMeterValues", "100", Number),
    writable("StopTransactionOnEVSideDisconnect", "true", Boolean),
    writable("StopTransactionOnInvalidId", "true", Boolean),
    old("StopTxnAlignedData", "", Measurands),
    readable("StopTxnAlignedDataMaxLength", "4", Number),
    old("StopTxnSampledData", "", Measurands),
    readable("StopTxnSampledDataMaxLength", "4", Number),
    readable(
        "SupportedFeatureProfiles",
        "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger",
        Text,
    ),
    readable("SupportedFeatureProfilesMaxLength", "6", Number),
    readable("SupportedFileTransferProtocols", "FTP,FTPS,HTTP,HTTPS", Text),
    writable("TransactionMessageAttempts", "3", Number),
    writable("TransactionMessageRetryInterval", "60", Number),
    writable("UnlockConnectorOnEVSideDisconnect", "true", Boolean),
    key("WebSocketPingInterval", "0", Number, KeyAccess::WriteThenReboot, Version::V1_6),
];

impl ConfigurationName {
    /// The name in a version.
    pub(super) fn name_in(&self, version: Version) -> &'static str {
        match self.name {
            "HeartbeatInterval" => SimulatedFeatures::of(version).heartbeat_key,
            name => name,
        }
    }

    /// Finds a key of a version. Names are compared without case, as CiString requires (OCPP 1.6 §7, `CiString50Type`).
    pub(super) fn find(name: &str, version: Version) -> Option<&'static ConfigurationName> {
        KEYS.iter().find(|key| key.since <= version && key.name.eq_ignore_ascii_case(name))
    }
}
