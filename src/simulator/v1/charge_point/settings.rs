//! What the user may decide about a simulated charge point before it exists. What the central system may change later is the
//! configuration.

use crate::ocpp::MeterMapping;
use crate::simulator::profile::Samples;

/// One charge point to be simulated.
#[derive(Debug, Clone)]
pub struct ChargePointSettings {
    /// Its identity at the central system.
    pub identity: String,
    /// How many connectors it has, numbered from 1.
    pub connectors: u16,
    /// `chargePointVendor` of BootNotification, at most 20 characters.
    pub vendor: String,
    /// `chargePointModel`, at most 20 characters.
    pub model: String,
    /// `chargePointSerialNumber`, at most 25 characters; empty is not sent.
    pub serial_number: String,
    /// `firmwareVersion`, at most 50 characters; empty is not sent.
    pub firmware_version: String,
    /// `meterType`, at most 25 characters; empty is not sent.
    pub meter_type: String,
    /// `meterSerialNumber`, at most 25 characters; empty is not sent.
    pub meter_serial_number: String,
    /// Seconds between heartbeats until the central system's answer to BootNotification names others.
    pub heartbeat_interval: u32,
    /// Seconds between meter values of a running transaction until the central system configures others.
    pub meter_value_interval: u32,
    /// Whether it acts by itself: boots, sends heartbeats, reports connectors, charges. When false it only answers, and only a
    /// person makes calls in its name, as in ocppjs.
    pub autonomous: bool,
    /// How the meter values of OCPP 1.5 are written.
    pub meter_mapping: MeterMapping,
    /// Whose answers it gives.
    pub samples: Samples,
    /// The seed of everything that is left to chance; the same seed gives the same charge point.
    pub seed: u64,
}

impl Default for ChargePointSettings {
    fn default() -> Self {
        Self {
            identity: "CP1".to_owned(),
            connectors: 2,
            vendor: "ocpp-tui".to_owned(),
            model: "Simulated".to_owned(),
            serial_number: "SIM-0001".to_owned(),
            firmware_version: env!("CARGO_PKG_VERSION").to_owned(),
            meter_type: "Simulated meter".to_owned(),
            meter_serial_number: "SIM-METER-0001".to_owned(),
            heartbeat_interval: 300,
            meter_value_interval: 60,
            autonomous: true,
            meter_mapping: MeterMapping::default(),
            samples: Samples::default(),
            seed: 0,
        }
    }
}
