//! The arithmetic of charging profiles (OCPP 1.6 §3.13, §5.7, §5.16; 2.0.1 part 2, K): what a profile says at a time, which profile
//! counts, and the limit that all of them make together. Pure: time comes in as an argument, and no message is made
//! here. Which profiles a station takes, and what it answers, is in the
//! machines of `v1` and `v2`.

mod limits;
mod profile;
mod profile_set;
mod schedule;
#[cfg(test)]
mod tests;
mod timing;

pub(crate) use limits::{MainsSupply, PowerShare, StationLimits};
pub(crate) use profile::{ChargingProfile, ProfileFault, ProfilePurpose};
pub(crate) use profile_set::{ProfileCriteria, ProfileSet};
pub(crate) use schedule::{OperationMode, RateUnit};
