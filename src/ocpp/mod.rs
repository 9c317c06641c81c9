//! What OCPP says: versions, roles, error codes, and the catalog of messages read from the definitions. Floor 0: no I/O but the
//! reading of definition files, and no idea of how a message travels.

mod catalog;
mod check;
pub mod definition;
mod element_index;
mod error_code;
mod finding;
mod message;
mod meter_forms;
mod meter_mapping;
mod role;
mod sample;
mod schema;
mod suggest;
mod transport;
mod version;
pub mod xml;

pub use catalog::{ActionDefinition, ActionLookup, Catalog, SoapOperation};
pub use element_index::MessagePart;
pub use error_code::ErrorCode;
pub use finding::{Finding, FindingRule, decisive};
pub use message::{FieldDefinition, FieldKind, MessageDefinition, XmlBody, XmlForm};
pub use meter_mapping::MeterMapping;
pub use role::Role;
pub use sample::SampleContext;
pub(crate) use sample::certificates;
pub use suggest::suggest;
pub use transport::Transport;
pub use version::Version;
