//! What happened, kept for readers: events from the actors go through the recorder into a store that is bounded in bytes, and
//! into the table of stations. Floor 1: it draws nothing and knows no reader.

mod direct;
mod entry;
mod event;
pub mod facts;
pub mod filter;
mod mailbox;
mod names;
mod record;
mod recorder;
mod stations;
mod store;

pub use direct::direct;
pub use event::{AS_TYPED, Direction, Event, Frame, FrameKind, HTTP_HEADERS, Happening, Sequence, Stamp, StationKey, Text};
pub use record::{Record, RecordKind, Verdict};
pub use recorder::{Contents, Numbers, Teller, Trace, start};
pub use stations::{LinkState, StationRow, StationTable};
pub use store::Store;
