//! The settings of a simulated charge point that the user chooses before it exists. Values that the central system may
//! change later are in the configuration.

use std::time::Duration;

use crate::behaviour::StationCredentials;
use crate::ocpp::MeterMapping;
use crate::simulator::equipment::StationEquipment;
use crate::simulator::panel::MachinePanel;
use crate::simulator::profile::Samples;

/// The settings of one simulated charge point.
#[derive(Debug, Clone)]
pub struct ChargePointSettings {
    /// Its identity at the central system.
    pub identity: String,
    /// The operator, as it stands in its requests for certificates; `None` where none is named.
    pub operator: Option<String>,
    /// What it is built of.
    pub equipment: StationEquipment,
    /// `meterType`, at most 25 characters; empty is not sent.
    pub meter_type: String,
    /// `meterSerialNumber`, at most 25 characters; empty is not sent.
    pub meter_serial_number: String,
    /// Seconds between heartbeats until the answer to BootNotification sets another interval.
    pub heartbeat_interval: u32,
    /// Seconds between meter values of a running transaction until the central system configures another interval.
    pub meter_value_interval: u32,
    /// How long a call may wait for its answer; a reserve of power lasts no longer.
    pub call_timeout: Duration,
    /// Whether it acts by itself: boots, sends heartbeats, reports connectors, charges. When `false` it only answers,
    /// and only the user makes calls for it, as in ocppjs.
    pub autonomous: bool,
    /// Whether a driver plugs the car in and out by himself when a remote start or the end of a transaction makes it due. When `false`
    /// the charge point still answers and reports by itself, and waits for hands.
    pub driver: bool,
    /// Where it shows what can be seen at the machine.
    pub panel: MachinePanel,
    /// What it shows to its central system; its link reads the same.
    pub credentials: StationCredentials,
    /// How the meter values of OCPP 1.5 are written.
    pub meter_mapping: MeterMapping,
    /// The source of its answers.
    pub samples: Samples,
    /// The seed of all random choices; the same seed gives the same charge point.
    pub seed: u64,
}

impl Default for ChargePointSettings {
    fn default() -> Self {
        Self {
            identity: "CP1".to_owned(),
            operator: None,
            equipment: StationEquipment::default(),
            meter_type: "Simulated meter".to_owned(),
            meter_serial_number: "SIM-METER-0001".to_owned(),
            heartbeat_interval: 300,
            meter_value_interval: 60,
            call_timeout: Duration::from_secs(30),
            autonomous: true,
            driver: true,
            panel: MachinePanel::default(),
            credentials: StationCredentials::default(),
            meter_mapping: MeterMapping::default(),
            samples: Samples::default(),
            seed: 0,
        }
    }
}
