//! What is simulated for OCPP 1.x: a central system, charge points, and both as ocppjs has them.

pub mod central_system;
pub mod charge_point;
mod features;
pub mod ocppjs;
