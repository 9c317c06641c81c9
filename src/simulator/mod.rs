//! The two simulated ends of a link: the answers that they propose and the calls that they send. Floor 2: everything
//! here is pure. Messages come in as JSON, time as a [`Moment`](crate::clock::Moment), chance as a seed. Transport,
//! display and changes by the user are not here.

mod accelerated_station;
mod central_system;
mod certificate_request;
mod certificate_store;
pub(crate) mod charging;
mod equipment;
mod equipment_part;
mod failing_steps;
mod feature_profile;
mod file_transfer;
mod measurand;
mod meter;
mod panel;
mod part_fault;
mod payload;
mod power_supply;
mod profile;
mod quirk;
mod settings;
mod station;
#[cfg(test)]
mod test_machine;
mod timers;
pub mod v1;
mod v2;

pub use accelerated_station::AcceleratedStation;
pub use central_system::asked_certificate::{AskedCertificate, RequestChoice};
pub use central_system::certificate_signing::{SigningRule, StationSigner};
pub use central_system::serial_numbers::reported_serial_number;
pub use central_system::settings::{CentralSystemSettings, REGISTRATIONS};
pub use central_system::{CentralSystem, CentralSystemBehaviour};
pub use equipment::{CableKind, StationEquipment};
pub use equipment_part::{EquipmentChange, EquipmentPart};
pub use feature_profile::{FeatureProfile, FeatureProfiles};
pub use panel::{ConnectorState, MachinePanel, MachinePanels, MachineState};
pub(crate) use payload::read_time;
pub use profile::{Profile, Samples};
pub use quirk::{QuirkError, QuirkyChargePoint, StationQuirk};
pub use settings::ChargePointSettings;
pub use station::SimulatedStation;
pub use v1::central_system::transaction_id_of;
