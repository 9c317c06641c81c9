//! The differences between the versions of OCPP 1.x in the simulators. They are all in this table, so that another
//! version is added field by field. The configuration keys of a version are in `configuration_keys`.

use crate::ocpp::Version;

/// The features of a version as far as the simulators use them.
#[derive(Debug)]
pub(super) struct SimulatedFeatures {
    /// Whether a registration can be `Pending`.
    pub pending_registration: bool,
    /// The field of the heartbeat interval in the answer to BootNotification.
    pub boot_interval: &'static str,
    /// Whether a charge point whose registration was rejected ignores calls (OCPP 1.6 §4.2).
    pub silent_while_rejected: bool,
    /// The actions of 1.5: reservations, local lists, GetConfiguration, DataTransfer.
    pub actions_of_1_5: bool,
    /// The actions of 1.6 and of its security extension.
    pub actions_of_1_6: bool,
    /// The field of the entries in SendLocalList.
    pub local_list: &'static str,
    /// Whether SendLocalList may have a hash.
    pub local_list_hash: bool,
    /// The configuration key of the heartbeat interval.
    pub heartbeat_key: &'static str,
    /// Whether ChangeConfiguration can be answered with `RebootRequired` (OCPP 1.6 §5.3).
    pub reboot_required: bool,
    /// The statuses of UnlockConnector for a connector that is unlocked, for one that does not exist, and for one whose
    /// lock fails (OCPP 1.6 §5.18, errata §3.87).
    pub unlock_statuses: [&'static str; 3],
    /// Whether connector 0, the charge point as a whole, reports a status.
    pub reports_connector_zero: bool,
    /// Whether StatusNotification has a timestamp.
    pub status_timestamp: bool,
    /// The error code of a fault without a more precise code.
    pub unnamed_fault: &'static str,
    /// The error codes of faults.
    pub error_codes: &'static [&'static str],
    /// Whether StatusNotification has words about a fault.
    pub fault_info: bool,
    /// The names of statuses.
    pub status_names: StatusNames,
    /// Whether StartTransaction names the reservation that it uses.
    pub reservation_at_start: bool,
    /// The list of entries in MeterValues.
    pub meter_values: &'static str,
    /// Whether MeterValues names the transaction.
    pub transaction_in_meter_values: bool,
    /// The form of meter values.
    pub meter_form: MeterEntryForm,
    /// Whether StopTransaction has a reason.
    pub stop_reason: bool,
    /// How StopTransaction carries meter values.
    pub transaction_data: TransactionData,
    /// Whether running uploads and downloads are reported, not only their ends.
    pub transfer_progress: bool,
}

/// The names of a connector's statuses (OCPP 1.6, appendix A).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusNames {
    /// `Occupied` for every form of use, also for a reservation.
    Occupied,
    /// `Occupied`, and `Reserved`.
    OccupiedAndReserved,
    /// Each status has its own name.
    All,
}

/// The form of one entry of meter values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MeterEntryForm {
    /// The register alone.
    Register,
    /// Values with attributes, in one of the two mappings to JSON.
    ValuesWithAttributes,
    /// `sampledValue`.
    SampledValues,
}

/// How StopTransaction carries meter values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransactionData {
    /// Not at all.
    None,
    /// A list with one object that has the entries in `values`.
    InValues,
    /// A list of the entries.
    Entries,
}

static ERROR_CODES_1_2: [&str; 7] = [
    "ConnectorLockFailure",
    "HighTemperature",
    "Mode3Error",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
];

static ERROR_CODES_1_5: [&str; 12] = [
    "ConnectorLockFailure",
    "GroundFailure",
    "HighTemperature",
    "Mode3Error",
    "OtherError",
    "OverCurrentFailure",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
];

static ERROR_CODES_1_6: [&str; 15] = [
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
];

static OCPP_1_2: SimulatedFeatures = SimulatedFeatures {
    pending_registration: false,
    boot_interval: "heartbeatInterval",
    silent_while_rejected: false,
    actions_of_1_5: false,
    actions_of_1_6: false,
    local_list: "localAuthorisationList",
    local_list_hash: true,
    heartbeat_key: "HeartBeatInterval",
    reboot_required: false,
    unlock_statuses: ["Accepted", "Rejected", "Rejected"],
    reports_connector_zero: false,
    status_timestamp: false,
    unnamed_fault: "PowerSwitchFailure",
    error_codes: &ERROR_CODES_1_2,
    fault_info: false,
    status_names: StatusNames::Occupied,
    reservation_at_start: false,
    meter_values: "values",
    transaction_in_meter_values: false,
    meter_form: MeterEntryForm::Register,
    stop_reason: false,
    transaction_data: TransactionData::None,
    transfer_progress: false,
};

static OCPP_1_5: SimulatedFeatures = SimulatedFeatures {
    pending_registration: false,
    boot_interval: "heartbeatInterval",
    silent_while_rejected: false,
    actions_of_1_5: true,
    actions_of_1_6: false,
    local_list: "localAuthorisationList",
    local_list_hash: true,
    heartbeat_key: "HeartBeatInterval",
    reboot_required: false,
    unlock_statuses: ["Accepted", "Rejected", "Rejected"],
    reports_connector_zero: false,
    status_timestamp: true,
    unnamed_fault: "OtherError",
    error_codes: &ERROR_CODES_1_5,
    fault_info: true,
    status_names: StatusNames::OccupiedAndReserved,
    reservation_at_start: true,
    meter_values: "values",
    transaction_in_meter_values: true,
    meter_form: MeterEntryForm::ValuesWithAttributes,
    stop_reason: false,
    transaction_data: TransactionData::InValues,
    transfer_progress: false,
};

static OCPP_1_6: SimulatedFeatures = SimulatedFeatures {
    pending_registration: true,
    boot_interval: "interval",
    silent_while_rejected: true,
    actions_of_1_5: true,
    actions_of_1_6: true,
    local_list: "localAuthorizationList",
    local_list_hash: false,
    heartbeat_key: "HeartbeatInterval",
    reboot_required: true,
    unlock_statuses: ["Unlocked", "NotSupported", "UnlockFailed"],
    reports_connector_zero: true,
    status_timestamp: true,
    unnamed_fault: "OtherError",
    error_codes: &ERROR_CODES_1_6,
    fault_info: true,
    status_names: StatusNames::All,
    reservation_at_start: true,
    meter_values: "meterValue",
    transaction_in_meter_values: true,
    meter_form: MeterEntryForm::SampledValues,
    stop_reason: true,
    transaction_data: TransactionData::Entries,
    transfer_progress: true,
};

impl SimulatedFeatures {
    /// The features of a version.
    pub const fn of(version: Version) -> &'static SimulatedFeatures {
        match version {
            Version::V1_2 => &OCPP_1_2,
            Version::V1_5 => &OCPP_1_5,
            // A station and a central system of 2.x are other simulators, which do not ask.
            Version::V1_6 | Version::V2_0_1 | Version::V2_1 => &OCPP_1_6,
        }
    }
}
