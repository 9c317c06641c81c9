//! A recording that tests fill with events.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ScriptTitle, WrittenScript, transcribe};
use crate::ocpp::{Catalog, ErrorCode, Finding, Role, Transport, Version};
use crate::trace::{
    ConnectionAttempt, Contents, Direction, Event, EventKind, Frame, FrameContent, FrameKind, FrameText, Sequence, Stamp,
    StationKey,
};

/// 2026-11-22T10:00:00Z.
const BEGAN: i64 = 1_795_341_600_000_000;
pub const TITLE: ScriptTitle<'_> = ScriptTitle { name: "charging", file: "charging.js" };

/// A trace and its clock.
pub struct Recording {
    pub contents: Contents,
    micros: i64,
    pub exchange: u64,
}

impl Recording {
    pub fn new() -> Recording {
        Recording { contents: Contents::new(1 << 20), micros: 0, exchange: 0 }
    }

    pub fn station(&mut self, our_role: Role, identity: &str, version: Version) -> StationKey {
        let key = self.contents.station(our_role, identity);
        self.connected(key, version, Transport::WebSocket);
        key
    }

    pub fn connected(&mut self, key: StationKey, version: Version, transport: Transport) {
        let peer = "127.0.0.1:50000".parse().unwrap();
        self.record(key, EventKind::Connected { link: 1, version, transport, peer, handshake: ConnectionAttempt::default() });
    }

    /// Advances the clock.
    pub fn wait(&mut self, time: Duration) {
        self.micros += i64::try_from(time.as_micros()).unwrap();
    }

    pub fn record(&mut self, station: StationKey, happening: EventKind) {
        self.micros += 250_000;
        let stamp = Stamp { wall_micros: BEGAN + self.micros, monotonic_micros: self.micros.unsigned_abs() };
        self.contents.apply(&Event { station: Some(station), stamp, kind: happening }, &mut String::new());
    }

    pub fn frame(&mut self, station: StationKey, direction: Direction, kind: FrameKind, action: &str, text: &str) {
        self.judged(station, direction, kind, action, text, Vec::new());
    }

    pub fn judged(
        &mut self,
        station: StationKey,
        direction: Direction,
        kind: FrameKind,
        action: &str,
        text: &str,
        findings: Vec<Finding>,
    ) {
        let action = (!action.is_empty()).then(|| action.into());
        let exchange = action.is_some().then_some(self.exchange);
        let (content, text) = (FrameContent::in_text(text), FrameText::from(text));
        let code = None;
        let frame = Frame { direction, kind, action, text, content, exchange, code, findings, remark: None, origin: None };
        self.record(station, EventKind::Frame(frame));
    }

    pub fn call(&mut self, station: StationKey, direction: Direction, action: &str, payload: &Value) {
        self.exchange += 1;
        let text = json!([2, format!("id-{}", self.exchange), action, payload]).to_string();
        self.frame(station, direction, FrameKind::Call, action, &text);
    }

    pub fn exchange(&mut self, station: StationKey, direction: Direction, action: &str, payload: Value, result: Value) {
        self.call(station, direction, action, &payload);
        let text = json!([3, format!("id-{}", self.exchange), result]).to_string();
        self.frame(station, back(direction), FrameKind::Result, action, &text);
    }

    pub fn refused(&mut self, station: StationKey, direction: Direction, action: &str, code: ErrorCode, description: &str) {
        self.call(station, direction, action, &json!({}));
        let text = json!([4, format!("id-{}", self.exchange), code.name(), description, {}]).to_string();
        self.frame(station, back(direction), FrameKind::Error, action, &text);
    }

    /// The scenario of all records.
    pub fn transcript(&self) -> WrittenScript {
        self.of(&self.contents.records().range().collect::<Vec<_>>())
    }

    pub fn of(&self, chosen: &[Sequence]) -> WrittenScript {
        transcribe(&self.contents, &Catalog::embedded(), chosen, TITLE).unwrap()
    }

    /// The lines of the scenario of all records, without empty lines.
    pub fn statements(&self) -> Vec<String> {
        statements(&self.transcript().text)
    }
}

pub fn statements(text: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| !line.starts_with("scenario(")).skip(1);
    lines.take_while(|line| *line != "});").map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

pub fn back(direction: Direction) -> Direction {
    if direction == Direction::In { Direction::Out } else { Direction::In }
}
