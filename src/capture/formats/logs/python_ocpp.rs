//! The log of the Python package `ocpp` (`charge_point.py` of mobilityhouse/ocpp), which both roles use, also within Home Assistant
//! (lbbrhzn/ocpp): `INFO:ocpp:CP_1: send […]`, `TIME INFO (MainThread) [ocpp] CP_1: receive message […]`.

use std::sync::LazyLock;

use regex::Regex;

use super::no_link;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\[ocpp\] (?<ha>\S.*?)|\bocpp[.\w]*:(?<named>\S.*?)|(?<plain>[^\s:]+)): (?<way>send|receive)(?: message)? ")
});

/// The reader, when the lines are of such a log.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let shape = LogShape { head, link: no_link, writer: None, takes_all: true, message_below: false, continued: None };
    log_lines::recognise(shape, lines, context)
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    let station = found.name("ha").or(found.name("named")).or(found.name("plain"))?;
    let way = MessageWay::of_word(&found["way"]);
    Some(MessageHead { station: Some(station.as_str().to_owned()), way, our_role: None, end: found.get(0)?.end() })
}
