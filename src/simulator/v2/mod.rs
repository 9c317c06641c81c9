//! The simulators for OCPP 2.x: a charging station, and the answers of a CSMS.

pub mod charging_station;
pub mod csms;
mod features;
