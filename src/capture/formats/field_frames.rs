//! Makes frames of what the fields of a record say, for objects and for tables.

use std::sync::Arc;

use super::field_names::FieldValues;
use super::foreign_item::ForeignItem;
use super::line_format::FormatContext;
use super::log_clock::LogClock;
use super::message_sides::{MessageGist, MessageSides, MessageWay};
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
    /// Answers that stand beside their calls, by the time at which they came.
    later: Vec<(i64, ForeignFrame)>,
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
            later: Vec::new(),
        }
    }

    /// Learns who wrote the file from a record of its beginning.
    pub fn look_ahead(&mut self, values: &FieldValues) {
        if let Some(gist) = values.text().as_deref().and_then(MessageGist::of) {
            self.sides.learn(values.way, &gist);
        }
    }

    /// Takes a record: its message, after the answers that came before it.
    pub fn record(&mut self, values: &FieldValues, out: &mut Vec<ForeignItem>) {
        let wall_micros = self.clock.at(&values.time);
        let Some(text) = values.text() else {
            self.without += 1;
            return;
        };
        let answer = values.answer_text().filter(|answer| *answer != text);
        let station = values.station.as_deref().map_or_else(|| self.station.clone(), Arc::from);
        self.answers_before(wall_micros, out);
        let frame = self.frame(values, values.way, &station, text);
        out.push(ForeignItem::Frame(wall_micros, frame));
        if let Some(answer) = answer {
            let millis = values.latency.as_deref().and_then(|latency| latency.parse::<f64>().ok()).unwrap_or_default();
            let at = wall_micros.saturating_add((millis.max(0.0) * 1e3).round() as i64); // it saturates
            let frame = self.frame(values, None, &station, answer);
            let place = self.later.partition_point(|(other, _)| *other <= at);
            self.later.insert(place, (at, frame));
        }
    }

    fn answers_before(&mut self, wall_micros: i64, out: &mut Vec<ForeignItem>) {
        let due = self.later.partition_point(|(at, _)| *at <= wall_micros);
        out.extend(self.later.drain(..due).map(|(at, frame)| ForeignItem::Frame(at, frame)));
    }

    fn frame(&mut self, values: &FieldValues, way: Option<MessageWay>, station: &Arc<str>, text: String) -> ForeignFrame {
        let direction = if way.is_none() && text.starts_with('<') {
            envelope_facts(&text, &self.catalog).direction.unwrap_or(Direction::Out)
        } else {
            self.sides.direction(way, station, &text)
        };
        self.clock.hear(&text);
        let mut frame = ForeignFrame::new(station.clone(), direction, text);
        frame.version = values.version.as_deref().and_then(version);
        if frame.text.starts_with('<') {
            frame.transport = Transport::Soap;
        }
        frame
    }

    /// What is to be said at the end.
    pub fn end(&mut self, out: &mut Vec<ForeignItem>) {
        self.answers_before(i64::MAX, out);
        let without = std::mem::take(&mut self.without);
        if without > 0 {
            out.push(ForeignItem::Note(self.clock.last(), false, format!("records without a message: {without}")));
        }
    }
}

fn version(name: &str) -> Option<Version> {
    Version::parse(name).or_else(|| Version::parse(&format!("ocpp{name}")))
}
