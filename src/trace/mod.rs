//! What happened, kept for readers: events from the actors go through the recorder into a store that is bounded in bytes, and
//! into the table of stations. It draws nothing and knows no reader.

mod contents;
mod describe;
mod event;
pub mod export;
mod export_soap;
pub mod filter;
mod immediate;
mod interner;
mod queue;
mod record;
mod recorder;
mod sender;
mod station_keys;
pub mod station_summary;
mod stations;
mod store;

pub use contents::{Contents, Trace};
pub use event::{
    AS_TYPED, Direction, Event, EventKind, Frame, FrameKind, FrameText, HTTP_HEADERS, Sequence, Stamp, StationKey,
};
pub use record::{FrameVerdict, Record, RecordKind};
pub use recorder::{direct, start};
pub use sender::{EventSender, NumberSource};
pub use stations::{LinkState, StationRow, StationTable};
pub use store::Store;
