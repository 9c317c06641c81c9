//! The log of MicroOcpp, formerly ArduinoOcpp, as it comes from the serial port of a station: `[MO] Send: […]`, `[MO] Recv: […]`, with or
//! without a time of the program that reads the port. A line may run on into the next one.

use std::sync::LazyLock;

use regex::Regex;

use crate::capture::foreign_frame::ForeignEvent;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LinkLine, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;
use crate::ocpp::{Role, Transport};
use crate::trace::{CloseReason, ConnectionAttempt, Direction, EventKind};

static HEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[(?:MO|AO|MicroOcpp|ArduinoOcpp)\] (?<way>Send|Recv): *"));
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\[(?:MO|AO)\] (?:\w+ \([^)]*\): (?:(?<up>(?:OCPP )?Connected)\b|(?<down>(?:OCPP )?Disconnected)\b)|Recv: WS (?<pong>pong))",
    )
});

/// The reader, when the lines are of such a log.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let writer = Some(Role::ChargePoint);
    log_lines::recognise(
        LogShape { head, link, writer, takes_all: false, message_below: false, continued: None },
        lines,
        context,
    )
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    let way = MessageWay::of_word(&found["way"]);
    Some(MessageHead { station: None, way, our_role: None, end: found.get(0)?.end() })
}

fn link(line: &str) -> Option<LinkLine> {
    let found = LINK.captures(line)?;
    let event = if found.name("up").is_some() {
        let (version, transport, peer) = (None, Transport::WebSocket, None);
        ForeignEvent::Connected { version, transport, peer, handshake: Box::new(ConnectionAttempt::default()) }
    } else if found.name("down").is_some() {
        ForeignEvent::Closed(CloseReason::PeerGone)
    } else {
        // Directions are seen from the central system, which sent it.
        ForeignEvent::Other(Box::new(EventKind::Ping { direction: Direction::Out, pong: true, round_trip: None }))
    };
    Some(LinkLine { station: None, our_role: Role::CentralSystem, event })
}
