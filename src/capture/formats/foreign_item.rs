//! What the readers of foreign formats say, and the events that become of it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::capture::event_source::{ReadStep, UnreadLine};
use crate::capture::foreign_frame::{ForeignEvent, ForeignFrame, FrameImport};
use crate::ocpp::Role;
use crate::trace::{EventKind, RowKind, Stamp};

/// What a file of another program says next.
#[derive(Debug, Clone)]
pub(super) enum ForeignItem {
    /// A message, and when it was, in microseconds since 1970.
    Frame(i64, ForeignFrame),
    /// Something else that is known of a station.
    Event(i64, Role, Arc<str>, ForeignEvent),
    /// Something that belongs to no station, in words; true for a failure.
    Note(i64, bool, String),
    /// A line or a packet that could not be read.
    Unread(UnreadLine),
}

/// Makes steps of what a format said.
pub(super) fn steps_of(items: &mut Vec<ForeignItem>, import: &mut FrameImport, out: &mut VecDeque<ReadStep>) {
    for item in items.drain(..) {
        let (wall_micros, station, kinds) = match item {
            ForeignItem::Frame(wall_micros, frame) => {
                (wall_micros, Some((RowKind::Station(frame.our_role), frame.station.clone())), import.events(frame))
            }
            ForeignItem::Event(wall_micros, our_role, station, event) => {
                (wall_micros, Some((RowKind::Station(our_role), station.clone())), import.link_events(our_role, station, event))
            }
            ForeignItem::Note(wall_micros, failure, text) => {
                (wall_micros, None, vec![EventKind::Note { failure, text: text.into() }])
            }
            ForeignItem::Unread(unread) => {
                out.push_back(ReadStep::Unread(unread));
                continue;
            }
        };
        let stamp = Stamp { wall_micros, monotonic_micros: 0 };
        out.extend(kinds.into_iter().map(|kind| ReadStep::Event { station: station.clone(), stamp, kind }));
    }
}
