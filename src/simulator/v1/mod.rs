//! The simulators for OCPP 1.x: a central system, charge points, and the fixed messages of ocppjs for both.

pub mod central_system;
pub mod charge_point;
mod features;
pub mod ocppjs;
