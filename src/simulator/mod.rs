//! What we answer and when we speak: the two simulated ends of a link. Floor 2: everything here is pure. Messages come in as JSON,
//! time as a [`Moment`](crate::link::Moment), chance as a seed; how a message travelled, which screen shows it and whether a person
//! changes it on its way is decided elsewhere.

pub mod central_system;
pub mod charge_point;
pub mod ocppjs;
mod payload;
mod profile;

pub use central_system::{CentralSystem, CentralSystemBehaviour, CentralSystemSettings};
pub use charge_point::{ChargePoint, ChargePointSettings};
pub(crate) use payload::read_time;
pub use profile::{Profile, Samples};
