//! What happened, kept for readers: events from the actors go through the recorder into a store that is bounded in bytes, and
//! into the table of stations. Floor 1: it draws nothing and knows no reader.

mod event;
mod record;
mod stations;

pub use event::{Direction, Event, Frame, FrameKind, Happening, Sequence, Stamp, StationKey, Text};
pub use record::{Record, RecordKind, Verdict};
pub use stations::{LinkState, StationRow, StationTable};
