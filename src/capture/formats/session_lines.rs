//! The lines of `--log-format jsonl`: one JSON object an event. What they say of links and frames comes back; what they tell in words only
//! stays words.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::foreign_item::ForeignItem;
use super::line_format::{FormatContext, LineFormat};
use crate::capture::foreign_frame::{ForeignEvent, ForeignFrame};
use crate::capture::line::LineFault;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{CloseReason, ConnectionAttempt, Direction, EventKind, FrameOrigin};

/// A line, as far as it is needed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionLine<'a> {
    time: Timestamp,
    kind: String,
    #[serde(default)]
    station: Option<String>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    direction: Option<Direction>,
    #[serde(default)]
    action: Option<String>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    http: Option<String>,
    #[serde(default)]
    transport: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    description: Option<Value>,
    #[serde(borrow, default)]
    details: Option<&'a RawValue>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    peer: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    limit: Option<f64>,
}

/// The reader, when the first line is one.
pub(super) fn recognise(lines: &[&str], _: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let first = lines.iter().find(|line| !line.trim().is_empty())?;
    let is_one = |line: &str| line.contains("\"kind\":") && serde_json::from_str::<SessionLine<'_>>(line).is_ok_and(known);
    is_one(first).then(|| Box::new(SessionLines) as Box<dyn LineFormat>)
}

/// Whether it is of this program: others have members `time` and `kind`, too.
fn known(line: SessionLine<'_>) -> bool {
    matches!(
        &*line.kind,
        "reply" | "hint" | "note" | "failure" | "listening" | "connecting" | "connected" | "disconnected" | "refused" | "retry"
    ) || line.role.is_some() && line.station.is_some()
}

struct SessionLines;

impl LineFormat for SessionLines {
    fn line(&mut self, _: u64, text: &str, out: &mut Vec<ForeignItem>) -> Result<(), LineFault> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let line: SessionLine<'_> = serde_json::from_str(text).map_err(|error| LineFault::NoObject(error.to_string()))?;
        let wall_micros = line.time.as_microsecond();
        let (Some(station), Some(our_role)) = (line.station.as_deref(), line.role) else {
            let (text, failure) = (line.text.unwrap_or_default(), line.kind == "failure");
            out.push(ForeignItem::Note(wall_micros, failure, text));
            return Ok(());
        };
        let station: Arc<str> = station.into();
        if matches!(&*line.kind, "call" | "result" | "error" | "resulterror" | "send" | "malformed") {
            out.push(ForeignItem::Frame(wall_micros, frame(line, our_role, station)?));
            return Ok(());
        }
        out.push(ForeignItem::Event(wall_micros, our_role, station, event(line)));
        Ok(())
    }
}

fn frame(line: SessionLine<'_>, our_role: Role, station: Arc<str>) -> Result<ForeignFrame, LineFault> {
    let missing = |what: &str| LineFault::NoMessage(format!("its {what} is missing"));
    let direction = line.direction.ok_or_else(|| missing("direction"))?;
    let transport = if line.transport.as_deref() == Some("soap") { Transport::Soap } else { Transport::WebSocket };
    let id = line.id.map_or("null", |id| id.get());
    let payload = line.payload.map_or("null", |payload| payload.get());
    let quoted = |text: Option<String>| Value::from(text.unwrap_or_default());
    let text = match (line.raw, &*line.kind) {
        (Some(raw), _) => raw,
        (None, "call") => format!("[2,{id},{},{payload}]", quoted(line.action)),
        (None, "send") => format!("[6,{id},{},{payload}]", quoted(line.action)),
        (None, "result") => format!("[3,{id},{payload}]"),
        (None, kind @ ("error" | "resulterror")) => {
            let details = line.details.map_or("{}", |details| details.get());
            let (number, description) = (if kind == "error" { 4 } else { 5 }, line.description.unwrap_or_default());
            format!("[{number},{id},{},{description},{details}]", quoted(line.error))
        }
        (None, _) => return Err(missing("text")),
    };
    let origin = line.http.map(|head| Arc::new(FrameOrigin { http_head: Some(head.into()), ..FrameOrigin::default() }));
    Ok(ForeignFrame { our_role, transport, origin, ..ForeignFrame::new(station, direction, text) })
}

fn event(line: SessionLine<'_>) -> ForeignEvent {
    let SessionLine { kind, action, text, version, peer, reason, code, limit, direction, transport, .. } = line;
    let text = text.unwrap_or_default();
    let direction = direction.unwrap_or(Direction::In);
    match (&*kind, action) {
        ("connected", _) => {
            let version = version.and_then(|number| Version::parse(&format!("ocpp{number}")));
            let is_soap = transport.as_deref() == Some("soap");
            let transport = if is_soap { Transport::Soap } else { Transport::WebSocket };
            let peer = peer.and_then(|peer| peer.parse().ok());
            ForeignEvent::Connected { version, transport, peer, handshake: Box::new(ConnectionAttempt::default()) }
        }
        ("disconnected", _) => ForeignEvent::Closed(match reason.as_deref() {
            Some("disconnected") => CloseReason::Disconnected,
            Some("cut") => CloseReason::Cut,
            Some("replaced") => CloseReason::Replaced,
            Some("shutdown") => CloseReason::Shutdown,
            Some("closedByPeer") => CloseReason::ClosedByPeer { code, text: "".into() },
            Some("otherStation") => CloseReason::OtherStation,
            Some("staysDown") => CloseReason::StaysDown,
            _ => CloseReason::PeerGone,
        }),
        ("timeout", Some(action)) => {
            let after = limit.and_then(|limit| Duration::try_from_secs_f64(limit).ok()).unwrap_or_default();
            ForeignEvent::Timeout { action: action.into(), after }
        }
        ("ping" | "pong", _) => {
            let pong = kind == "pong";
            ForeignEvent::Other(Box::new(EventKind::Ping { direction, pong, round_trip: None }))
        }
        ("connecting", _) => ForeignEvent::Other(Box::new(EventKind::Connecting { url: text.into() })),
        _ => ForeignEvent::Other(Box::new(EventKind::Note {
            failure: matches!(&*kind, "failure" | "refused" | "unreachable"),
            text: text.into(),
        })),
    }
}
