//! What we answer and when we speak: the two simulated ends of a link. Floor 2: everything here is pure. Messages come in as JSON,
//! time as a [`Moment`](crate::clock::Moment), chance as a seed; how a message travelled, which screen shows it and whether a person
//! changes it on its way is decided elsewhere.

mod payload;
mod profile;
pub mod v1;

pub(crate) use payload::read_time;
pub use profile::{Profile, Samples};
pub use v1::central_system::{CentralSystem, CentralSystemBehaviour, CentralSystemSettings};
pub use v1::charge_point::{ChargePoint, ChargePointSettings};
