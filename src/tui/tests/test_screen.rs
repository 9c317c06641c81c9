//! A session for tests: some stations, some records, a clock that the test moves.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use crate::console::Grammar;
use crate::link::Gate;
use crate::ocpp::{Catalog, ErrorCode, Finding, FindingRule, Role, Transport, Version};
use crate::replay::ReplayRun;
use crate::simulator::{MachinePanels, Profile};
use crate::trace::{
    CloseReason, ConnectionAttempt, Contents, Direction, Event, EventKind, Frame, FrameContent, FrameKind, RetryCause, Stamp,
    StationKey,
};
use crate::tui::app::App;
use crate::tui::context::{ReadContext, ReadTime, SessionModes};
use crate::tui::draw::{DrawnAreas, draw};
use crate::tui::key::KeyPress;
use crate::tui::state::TraceMode;
use crate::tui::theme::{ColourDepth, Theme};
use crate::tui::update::{ScreenMessage, UpdateEffect, update};

/// 2026-03-04T10:00:00Z.
const BEGAN: i64 = 1_772_618_400_000_000;

/// The screen and what it reads.
pub struct Screen {
    pub app: App,
    pub contents: Contents,
    pub catalog: Arc<Catalog>,
    pub micros: u64,
    pub gate: Gate,
    pub machines: MachinePanels,
    pub modes: SessionModes,
    pub replay: Option<ReplayRun>,
}

/// All commands.
fn grammar() -> &'static Grammar {
    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::new(&Catalog::embedded()));
    &GRAMMAR
}

/// An open gate.
fn gate() -> Gate {
    let now = crate::clock::now();
    let (events, _) = crate::trace::start(1 << 20, now).unwrap();
    Gate::new(events.trace().clone())
}

impl Screen {
    /// No station yet.
    pub fn empty(width: u16, height: u16) -> Screen {
        let mut app = App::new(Theme::named("terminal").unwrap(), ColourDepth::True, TimeZone::UTC);
        app.size = Size::new(width, height);
        // A line for each record, so that tests name lines by their records; tests of the default view press its key.
        app.trace.set_view(TraceMode::Events, None);
        app.listening = vec!["ws://192.168.1.7:9000/<id>".to_owned(), "ws://[2001:db8::7]:9000/<id>".to_owned()];
        let mut screen = Screen {
            app,
            contents: Contents::new(64 << 20),
            catalog: Catalog::embedded(),
            micros: 0,
            gate: gate(),
            machines: MachinePanels::default(),
            modes: SessionModes::default(),
            replay: None,
        };
        screen.send(ScreenMessage::Refresh);
        screen
    }

    /// Four real stations, one simulated one, and their records.
    pub fn busy(width: u16, height: u16) -> Screen {
        let mut screen = Screen::empty(width, height);
        screen.record(None, EventKind::Note { failure: false, text: "listening on 0.0.0.0:9000".into() });
        for (name, version) in [("CP1", Version::V1_6), ("CP2", Version::V1_5), ("CP10", Version::V1_6)] {
            let peer = "192.168.1.20:50100".parse().unwrap();
            let key = screen.station(name);
            let request = format!("GET /{name} HTTP/1.1\nSec-WebSocket-Protocol: ocpp1.6, ocpp1.5\n").into();
            let answer =
                format!("HTTP/1.1 101 Switching Protocols\nSec-WebSocket-Protocol: {}\n", version.subprotocol()).into();
            let handshake = ConnectionAttempt { request, answer, ..ConnectionAttempt::default() };
            screen
                .record(Some(key), EventKind::Connected { link: 1, version, transport: Transport::WebSocket, peer, handshake });
        }
        let boot = r#"{"chargePointVendor":"Evil\u001bCorp","chargePointModel":"X1"}"#;
        screen.exchange("CP1", Direction::In, "BootNotification", boot, r#"{"status":"Accepted","interval":300}"#);
        screen.exchange("CP2", Direction::In, "Heartbeat", "{}", r#"{"currentTime":"2026-03-04T10:00:00Z"}"#);
        screen.exchange("CP1", Direction::Out, "Reset", r#"{"type":"Soft"}"#, r#"{"status":"Accepted"}"#);
        screen.faulty("CP2");
        let gone = screen.station("Größe-日本-7");
        screen.record(Some(gone), EventKind::Disconnected { link: 0, reason: CloseReason::PeerGone });
        let simulated = screen.contents.station(Role::ChargePoint, "SIM1");
        let failed = RetryCause::Failed { reason: "connection refused".into(), handshake: ConnectionAttempt::default() };
        screen.record(Some(simulated), EventKind::Connecting { url: "ws://localhost:9100/SIM1".into() });
        screen.record(Some(simulated), EventKind::Retry { after: Duration::from_secs(8), cause: failed });
        screen.record(
            Some(gone),
            EventKind::Refused {
                peer: None,
                reason: "\u{1b}[2J no common subprotocol".into(),
                detail: "".into(),
                handshake: ConnectionAttempt::default(),
            },
        );
        screen.send(ScreenMessage::Refresh);
        screen
    }

    /// The busy screen after a station has reported and charged, and while a call of ours waits.
    pub fn charging(width: u16, height: u16) -> Screen {
        let mut screen = Screen::busy(width, height);
        for (connector, status, error) in
            [(0, "Available", "NoError"), (1, "Charging", "NoError"), (2, "Faulted", "GroundFailure")]
        {
            let payload = format!(r#"{{"connectorId":{connector},"errorCode":"{error}","status":"{status}"}}"#);
            screen.exchange("CP1", Direction::In, "StatusNotification", &payload, "{}");
        }
        let start = r#"{"connectorId":1,"idTag":"04A2B3C4","meterStart":1000,"timestamp":"2026-03-04T10:00:00Z"}"#;
        screen.exchange(
            "CP1",
            Direction::In,
            "StartTransaction",
            start,
            r#"{"transactionId":7,"idTagInfo":{"status":"Accepted"}}"#,
        );
        let keys = r#"{"configurationKey":[{"key":"HeartbeatInterval","value":"300","readonly":false},{"key":"NumberOfConnectors","value":"2","readonly":true}]}"#;
        screen.exchange("CP1", Direction::Out, "GetConfiguration", "{}", keys);
        let ping = |pong, round_trip| EventKind::Ping { direction: Direction::In, pong, round_trip };
        let key = screen.station("CP1");
        screen.record(Some(key), ping(true, Some(Duration::from_micros(2_300))));
        let late = screen.call("CP1", Direction::Out, "ClearCache", "{}");
        screen.record(
            Some(key),
            EventKind::Timeout { exchange: late, action: "ClearCache".into(), after: Duration::from_secs(30) },
        );
        screen.call("CP1", Direction::Out, "TriggerMessage", r#"{"requestedMessage":"Heartbeat"}"#);
        screen.record(Some(key), EventKind::Queue { in_flight: 1, queued: 2 });
        screen.record(
            None,
            EventKind::Refused {
                peer: None,
                reason: "CP1: no common subprotocol".into(),
                detail: "".into(),
                handshake: ConnectionAttempt { request: "GET /CP1 HTTP/1.1\n".into(), ..ConnectionAttempt::default() },
            },
        );
        screen.send(ScreenMessage::Refresh);
        screen
    }

    pub fn station(&mut self, name: &str) -> StationKey {
        self.contents.station(Role::CentralSystem, name)
    }

    pub fn record(&mut self, station: Option<StationKey>, kind: EventKind) {
        self.micros += 1_500;
        let stamp = Stamp { wall_micros: BEGAN + self.micros as i64, monotonic_micros: self.micros };
        self.contents.apply(&Event { station, stamp, kind }, &mut String::new());
    }

    pub fn frame(&mut self, name: &str, direction: Direction, kind: FrameKind, action: &str, text: String, exchange: u64) {
        let key = self.station(name);
        let frame = Frame {
            direction,
            kind,
            action: Some(action.into()),
            content: FrameContent::in_text(&text),
            text: text.into(),
            exchange: Some(exchange),
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        };
        self.record(Some(key), EventKind::Frame(frame));
    }

    pub fn call(&mut self, name: &str, direction: Direction, action: &str, payload: &str) -> u64 {
        let exchange = self.contents.records().range().end;
        self.frame(name, direction, FrameKind::Call, action, format!("[2,\"{exchange}\",\"{action}\",{payload}]"), exchange);
        exchange
    }

    pub fn exchange(&mut self, name: &str, direction: Direction, action: &str, payload: &str, result: &str) {
        let exchange = self.call(name, direction, action, payload);
        let back = if direction == Direction::In { Direction::Out } else { Direction::In };
        self.frame(name, back, FrameKind::Result, action, format!("[3,\"{exchange}\",{result}]"), exchange);
    }

    fn faulty(&mut self, name: &str) {
        let key = self.station(name);
        let finding = Finding {
            path: "/connectorId".to_owned(),
            rule: FindingRule::Type,
            message: "\"one\" is not a whole number".to_owned(),
            tolerated: false,
        };
        let frame = |direction, kind, text: &'static str, code, findings| Frame {
            direction,
            kind,
            action: Some("StatusNotification".into()),
            text: text.into(),
            content: None,
            exchange: Some(9_999),
            code,
            findings,
            remark: None,
            origin: None,
        };
        let call = r#"[2,"f-1","StatusNotification",{"connectorId":"one","errorCode":"NoError","status":"Available"}]"#;
        let error = r#"[4,"f-1","TypeConstraintViolation","\"one\" is not a whole number",{}]"#;
        self.record(Some(key), EventKind::Frame(frame(Direction::In, FrameKind::Call, call, None, vec![finding])));
        let code = Some(ErrorCode::TypeConstraintViolation);
        self.record(Some(key), EventKind::Frame(frame(Direction::Out, FrameKind::Error, error, code, Vec::new())));
    }

    /// Sends a message to the screen.
    pub fn send(&mut self, message: ScreenMessage) -> Vec<UpdateEffect> {
        let now = ReadTime { wall_micros: BEGAN + self.micros as i64, monotonic_micros: self.micros };
        let outside = ReadContext {
            contents: &self.contents,
            catalog: &self.catalog,
            grammar: grammar(),
            profile: Profile::default(),
            gate: &self.gate,
            machines: &self.machines,
            modes: self.modes,
            replay: self.replay.as_ref(),
            now,
        };
        update(&mut self.app, message, &outside)
    }

    /// Presses keys, separated by blanks. A word that is no name of a key is typed letter by letter.
    pub fn press(&mut self, keys: &str) -> Vec<UpdateEffect> {
        let mut effects = Vec::new();
        for name in keys.split_whitespace() {
            let events: Vec<_> = match KeyPress::parse(name) {
                Some(key) => vec![key.event()],
                None if name == "backspace" => vec![crossterm::event::KeyCode::Backspace.into()],
                None => name.chars().map(|letter| crossterm::event::KeyCode::Char(letter).into()).collect(),
            };
            for event in events {
                effects.extend(self.send(ScreenMessage::Key(event)));
                effects.extend(self.send(ScreenMessage::Refresh));
            }
        }
        effects
    }

    /// Draws a frame.
    pub fn draw(&self) -> (Buffer, DrawnAreas) {
        let area = Rect::new(0, 0, self.app.size.width, self.app.size.height);
        let mut buffer = Buffer::empty(area);
        let drawn = self.read(|outside| draw(&self.app, outside, &mut buffer));
        (buffer, drawn)
    }

    /// Reads what the screen reads.
    pub fn read<T>(&self, look: impl FnOnce(&ReadContext<'_>) -> T) -> T {
        let now = ReadTime { wall_micros: BEGAN + self.micros as i64, monotonic_micros: self.micros };
        look(&ReadContext {
            contents: &self.contents,
            catalog: &self.catalog,
            grammar: grammar(),
            profile: Profile::default(),
            gate: &self.gate,
            machines: &self.machines,
            modes: self.modes,
            replay: self.replay.as_ref(),
            now,
        })
    }

    /// The frame as text, blanks at the ends of lines removed.
    pub fn picture(&self) -> String {
        let (buffer, _) = self.draw();
        let mut picture = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = unicode_width::UnicodeWidthStr::width(symbol).max(1);
                }
                skip -= 1;
            }
            picture.push_str(line.trim_end());
            picture.push('\n');
        }
        picture
    }
}
