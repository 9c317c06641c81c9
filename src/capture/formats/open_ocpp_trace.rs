//! Open OCPP Trace, the exchange format of other tools: one message of OCPP a line. Read tolerantly: unknown fields are ignored.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::foreign_item::ForeignItem;
use super::line_format::{FormatContext, LineFormat};
use crate::capture::foreign_frame::ForeignFrame;
use crate::capture::line::LineFault;
use crate::ocpp::{Transport, Version};
use crate::trace::Direction;

/// A line as others write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForeignLine {
    schema_version: String,
    timestamp: Timestamp,
    #[serde(default)]
    transport: Option<String>,
    direction: String,
    message_type: String,
    #[serde(default)]
    ocpp_version: Option<String>,
    #[serde(default)]
    charge_point_id: Option<String>,
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    payload: Option<Value>,
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    error: Option<ForeignError>,
}

#[derive(Debug, Default, Deserialize)]
struct ForeignError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    details: Value,
}

/// The station of a record that names none.
const UNNAMED: &str = "station";

/// The reader, when the first line is of the format.
pub(super) fn recognise(lines: &[&str], _: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let first = lines.iter().find(|line| !line.trim().is_empty())?;
    read_line(first).is_ok().then(|| Box::new(OpenOcppTraceLines) as Box<dyn LineFormat>)
}

struct OpenOcppTraceLines;

impl LineFormat for OpenOcppTraceLines {
    fn line(&mut self, _: u64, text: &str, out: &mut Vec<ForeignItem>) -> Result<(), LineFault> {
        if !text.trim().is_empty() {
            let (wall_micros, frame) = read_line(text)?;
            out.push(ForeignItem::Frame(wall_micros, frame));
        }
        Ok(())
    }
}

/// Reads a line: when it was, in microseconds since 1970, and the frame.
fn read_line(text: &str) -> Result<(i64, ForeignFrame), LineFault> {
    let line: ForeignLine = serde_json::from_str(text).map_err(|error| LineFault::NoObject(error.to_string()))?;
    let wrong = |what: &str, found: &str| LineFault::NoEvent(format!("{what} {found:?} is none of Open OCPP Trace"));
    if !line.schema_version.starts_with("1.") {
        return Err(wrong("the schema version", &line.schema_version));
    }
    let direction = match line.direction.as_str() {
        "cp-to-csms" => Direction::In,
        "csms-to-cp" => Direction::Out,
        other => return Err(wrong("the direction", other)),
    };
    let is_soap = line.transport.as_deref() == Some("soap");
    let version = line.ocpp_version.as_deref().and_then(|name| Version::parse(&format!("ocpp{name}")));
    let payload = line.payload.unwrap_or_else(|| json!({}));
    let id = line.message_id.unwrap_or_default();
    let frame = match line.message_type.as_str() {
        "CALL" => json!([2, id, line.action.unwrap_or_default(), payload]),
        "CALLRESULT" => json!([3, id, payload]),
        "CALLERROR" => {
            let ForeignError { code, description, details } = line.error.unwrap_or_default();
            json!([4, id, code, description, if details.is_null() { json!({}) } else { details }])
        }
        other => return Err(wrong("the message type", other)),
    };
    let transport = if is_soap && line.raw.is_some() { Transport::Soap } else { Transport::WebSocket };
    let station: Arc<str> = line.charge_point_id.as_deref().unwrap_or(UNNAMED).into();
    let text = line.raw.unwrap_or_else(|| frame.to_string());
    let frame = ForeignFrame { transport, version, ..ForeignFrame::new(station, direction, text) };
    Ok((line.timestamp.as_microsecond(), frame))
}
