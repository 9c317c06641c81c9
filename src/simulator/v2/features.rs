//! The differences between the versions of OCPP 2.x in the simulators. They are all in this table, so that another version is added field
//! by field. The variables of a version are in the device model.

use crate::ocpp::Version;

/// The features of a version as far as the simulators use them.
#[derive(Debug)]
pub(super) struct StationFeatures {
    /// The longest idToken.
    pub token_limit: usize,
    /// The types of an idToken.
    pub token_types: &'static [&'static str],
    /// The types of a Reset.
    pub reset_types: &'static [&'static str],
    /// Whether a transaction that goes on after an interruption says so (`TxResumed`, OCPP 2.1 part 2, E17).
    pub transaction_resumes: bool,
    /// Whether a transaction has limits of energy, time and cost (OCPP 2.1 part 2, E16).
    pub transaction_limits: bool,
    /// Whether an event says how severe it is (OCPP 2.1 part 2, N07).
    pub event_severity: bool,
    /// Whether a report of monitors says who has set them (OCPP 2.1 part 2, N02).
    pub monitor_origins: bool,
    /// Whether a reservation whose driver did not charge ends with a report of its own (OCPP 2.1 part 2, H06).
    pub reservation_without_transaction: bool,
    /// The trigger reason of a transaction whose limit of the cost is reached.
    pub cost_limit_trigger: &'static str,
    /// The trigger reason of a transaction whose limit of the state of charge is reached.
    pub charge_limit_trigger: &'static str,
    /// Whether the public key is required in a signed value, and therefore empty when it is not sent.
    pub signatures_have_keys: bool,
    /// Whether a message for the display may have a language that the display does not know (OCPP 2.1 part 2, O01).
    pub display_languages: bool,
    /// Whether SignCertificate has a `requestId` (OCPP 2.1 part 2, A02).
    pub signing_request_ids: bool,
    /// Whether the status of a whole chain of certificates is asked for at once (OCPP 2.1 part 2, M07).
    pub certificate_chain_status: bool,
    /// Whether a network profile that is in use must stay (OCPP 2.1 part 2, B09.FR.22).
    pub guards_used_slots: bool,
    /// Whether charging profiles may be dynamic and for priority charging (OCPP 2.1 part 2, K21 and K28).
    pub dynamic_profiles: bool,
    /// Whether there are battery swaps, priority charging and alarms of the grid (OCPP 2.1 part 2, K, R and S).
    pub energy_services: bool,
    /// Whether a setting allows a lower security profile (OCPP 2.1 part 2, `AllowSecurityProfileDowngrade`).
    pub security_downgrade: bool,
}

static OCPP_2_0_1: StationFeatures = StationFeatures {
    token_limit: 36,
    token_types: &["Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"],
    reset_types: &["Immediate", "OnIdle"],
    transaction_resumes: false,
    transaction_limits: false,
    event_severity: false,
    monitor_origins: false,
    reservation_without_transaction: false,
    cost_limit_trigger: "EnergyLimitReached",
    charge_limit_trigger: "EnergyLimitReached",
    signatures_have_keys: true,
    display_languages: false,
    signing_request_ids: false,
    certificate_chain_status: false,
    guards_used_slots: false,
    dynamic_profiles: false,
    energy_services: false,
    security_downgrade: false,
};

static OCPP_2_1: StationFeatures = StationFeatures {
    token_limit: 255,
    token_types: &[
        "Central",
        "DirectPayment",
        "eMAID",
        "EVCCID",
        "ISO14443",
        "ISO15693",
        "KeyCode",
        "Local",
        "MacAddress",
        "NoAuthorization",
        "VIN",
    ],
    reset_types: &["Immediate", "OnIdle", "ImmediateAndResume"],
    transaction_resumes: true,
    transaction_limits: true,
    event_severity: true,
    monitor_origins: true,
    reservation_without_transaction: true,
    cost_limit_trigger: "CostLimitReached",
    charge_limit_trigger: "SoCLimitReached",
    signatures_have_keys: false,
    display_languages: true,
    signing_request_ids: true,
    certificate_chain_status: true,
    guards_used_slots: true,
    dynamic_profiles: true,
    energy_services: true,
    security_downgrade: true,
};

/// The codes of faults that hands may cause. OCPP 2.x has none of its own: they are the technical codes of events, by the names of 1.6.
pub(super) static FAULT_CODES: [&str; 13] = [
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
];

impl StationFeatures {
    /// The features of a version.
    pub const fn of(version: Version) -> &'static StationFeatures {
        match version {
            // A station of 1.x is another simulator, which does not ask.
            Version::V1_2 | Version::V1_5 | Version::V1_6 | Version::V2_0_1 => &OCPP_2_0_1,
            Version::V2_1 => &OCPP_2_1,
        }
    }
}
