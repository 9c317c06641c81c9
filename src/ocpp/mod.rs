//! OCPP itself: versions and their dialects, roles, error codes, and the catalog of messages read from the definitions. No I/O but
//! the reading of definition files; framing and transport are in `rpc/` and `link/`.

mod catalog;
mod check;
mod counterpart;
pub mod definition;
pub mod device_model;
mod dialect;
mod element_index;
mod error_code;
mod error_meaning;
pub mod field_docs;
mod finding;
mod json_tree;
pub mod lens;
mod message;
mod meter_forms;
mod meter_mapping;
mod named_values;
mod number_range;
mod paragraph;
mod received_payload;
mod role;
mod sample;
mod schema;
mod secret_names;
mod security_profile;
mod station_password;
mod suggest;
pub mod summary;
#[cfg(test)]
pub(crate) mod test_message;
mod tolerance;
mod transport;
pub mod units;
mod version;
pub mod xml;

pub use catalog::{ActionDefinition, ActionLookup, Catalog, SoapOperation};
pub use counterpart::{COUNTERPARTS, counterpart};
pub use dialect::{Dialect, MessageIdRules, MessageType, OcppGeneration};
pub use element_index::MessagePart;
pub use error_code::ErrorCode;
pub use finding::{Finding, FindingRule, decisive};
pub use json_tree::{BorrowedJson, JsonTree, TreeMember, TreeSeed};
pub use message::{FieldDefinition, FieldKind, MessageDefinition, SchemaSource, XmlBody, XmlForm};
pub use meter_mapping::MeterMapping;
pub use named_values::named_values;
pub use number_range::NumberRange;
pub use paragraph::paragraph;
pub use received_payload::ReceivedPayload;
pub use role::Role;
pub use sample::SampleContext;
#[cfg(test)]
pub(crate) use sample::certificates;
pub use secret_names::{is_secret_name, mentions_secret};
pub use security_profile::SecurityProfile;
pub use station_password::StationPassword;
pub use suggest::suggest;
pub use tolerance::{FrameDeviation, FrameTreatment, Strictness, ToleranceRule};
pub use transport::Transport;
pub use version::Version;
