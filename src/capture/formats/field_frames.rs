//! Makes frames of what the fields of a record say, for objects and for tables.

use std::sync::Arc;

use super::field_names::FieldValues;
use super::foreign_item::ForeignItem;
use super::line_format::FormatContext;
use super::log_clock::LogClock;
use super::message_sides::{MessageGist, MessageSides};
use crate::capture::foreign_frame::{ForeignFrame, envelope_facts};
use crate::ocpp::{Catalog, Transport, Version};
use crate::trace::Direction;

/// Makes frames of what fields say: of objects and of tables.
pub(super) struct FieldFrames {
    catalog: Arc<Catalog>,
    clock: LogClock,
    sides: MessageSides,
    station: Arc<str>,
    without: u64,
}

impl FieldFrames {
    /// For one file.
    pub fn new(context: &FormatContext) -> FieldFrames {
        FieldFrames {
            catalog: context.catalog.clone(),
            clock: LogClock::new(context.zone.clone(), &[]),
            sides: MessageSides::new(context.catalog.clone(), None),
            station: context.station.clone(),
            without: 0,
        }
    }

    /// Learns who wrote the file from a record of its beginning.
    pub fn look_ahead(&mut self, values: &FieldValues) {
        if let Some(gist) = values.text().as_deref().and_then(MessageGist::of) {
            self.sides.learn(values.way, &gist);
        }
    }

    /// The message of a record; nothing when it has none.
    pub fn item(&mut self, values: &FieldValues) -> Option<ForeignItem> {
        let wall_micros = self.clock.at(&values.time);
        let Some(text) = values.text() else {
            self.without += 1;
            return None;
        };
        let station = values.station.as_deref().map_or_else(|| self.station.clone(), Arc::from);
        let direction = if values.way.is_none() && text.starts_with('<') {
            envelope_facts(&text, &self.catalog).direction.unwrap_or(Direction::Out)
        } else {
            self.sides.direction(values.way, &station, &text)
        };
        self.clock.hear(&text);
        let mut frame = ForeignFrame::new(station, direction, text);
        frame.version = values.version.as_deref().and_then(version);
        if frame.text.starts_with('<') {
            frame.transport = Transport::Soap;
        }
        Some(ForeignItem::Frame(wall_micros, frame))
    }

    /// What is to be said at the end.
    pub fn end(&mut self) -> Option<ForeignItem> {
        let without = std::mem::take(&mut self.without);
        (without > 0).then(|| ForeignItem::Note(self.clock.last(), false, format!("records without a message: {without}")))
    }
}

fn version(name: &str) -> Option<Version> {
    Version::parse(name).or_else(|| Version::parse(&format!("ocpp{name}")))
}
