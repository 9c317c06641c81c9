//! Traces for the tests of summaries: exchanges of stations, written as payloads.

use std::time::Duration;

use super::station_summary::StationSummaries;
use super::{Contents, Direction, Event, EventKind, Frame, FrameKind, Stamp, StationKey};
use crate::ocpp::{ErrorCode, Finding, Role};

/// A trace that is being made. Every record comes a second after the one before.
pub(crate) struct Exchanges {
    pub contents: Contents,
    pub at_micros: i64,
    exchange: u64,
}

impl Exchanges {
    /// Nothing yet, at 2026-03-04T10:00:00Z.
    pub fn new() -> Exchanges {
        Exchanges { contents: Contents::new(16 << 20), at_micros: 1_772_618_400_000_000, exchange: 0 }
    }

    pub fn record(&mut self, station: Option<StationKey>, kind: EventKind) {
        self.at_micros += 1_000_000;
        let stamp = Stamp { wall_micros: self.at_micros, monotonic_micros: (self.at_micros - 1_772_618_400_000_000) as u64 };
        self.contents.apply(&Event { station, stamp, kind }, &mut String::new());
    }

    pub fn frame(&mut self, cp: &str, kind: FrameKind, action: &str, text: String, findings: Vec<Finding>) {
        let station = self.contents.station(Role::CentralSystem, cp);
        let code = (kind == FrameKind::Error).then_some(ErrorCode::InternalError);
        let frame = Frame {
            direction: if kind == FrameKind::Call { Direction::In } else { Direction::Out },
            kind,
            action: (!action.is_empty()).then(|| action.into()),
            text: text.into(),
            content: None,
            exchange: Some(self.exchange),
            code,
            findings,
            remark: None,
            origin: None,
        };
        self.record(Some(station), EventKind::Frame(frame));
    }

    /// A call of the station that waits for its answer.
    pub fn call(&mut self, cp: &str, action: &str, payload: &str) {
        self.exchange += 1;
        let text = format!("[2,\"{}\",\"{action}\",{payload}]", self.exchange);
        self.frame(cp, FrameKind::Call, action, text, Vec::new());
    }

    /// The answer to the last call.
    pub fn answer(&mut self, cp: &str, action: &str, payload: &str) {
        let text = format!("[3,\"{}\",{payload}]", self.exchange);
        self.frame(cp, FrameKind::Result, action, text, Vec::new());
    }

    /// An error as the answer to the last call.
    pub fn error(&mut self, cp: &str, action: &str) {
        let text = format!("[4,\"{}\",\"InternalError\",\"no\",{{}}]", self.exchange);
        self.frame(cp, FrameKind::Error, action, text, Vec::new());
    }

    /// No answer to the last call.
    pub fn timeout(&mut self, cp: &str, action: &str) {
        let station = self.contents.station(Role::CentralSystem, cp);
        let (exchange, after) = (self.exchange, Duration::from_secs(30));
        self.record(Some(station), EventKind::Timeout { exchange, action: action.into(), after });
    }

    pub fn exchange(&mut self, cp: &str, action: &str, payload: &str, answer: &str) {
        self.call(cp, action, payload);
        self.answer(cp, action, answer);
    }

    /// What a reader knows of it, taken in by small steps.
    pub fn summaries(&self) -> StationSummaries {
        let mut summaries = StationSummaries::default();
        while summaries.catch_up(&self.contents, 3) {}
        summaries
    }
}
