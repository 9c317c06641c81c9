//! The message log of EVerest (`ocpp_logging.cpp` of EVerest/libocpp): `TIME: ChargePoint>CentralSystem BootNotification`, and the message
//! on the lines below it, or behind it in the raw log.

use std::sync::LazyLock;

use regex::Regex;

use crate::capture::foreign_frame::ForeignEvent;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LinkLine, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;
use crate::ocpp::{Role, Transport};
use crate::trace::{CloseReason, ConnectionAttempt};

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\S+Z: (?<from>ChargePoint|CentralSystem|ChargingStation|CSMS)>(?:ChargePoint|CentralSystem|ChargingStation|CSMS) *(?:[A-Za-z][\w.]*)?\s*",
    )
});
static LINK: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\S+Z: SYS>\s*(?:(?<up>Connected)|(?<down>Disconnected))\b"));

/// The reader, when the lines are of such a log.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let writer = Some(Role::ChargePoint);
    log_lines::recognise(
        LogShape { head, link, writer, takes_all: false, message_below: true, continued: None },
        lines,
        context,
    )
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    let from_station = matches!(&found["from"], "ChargePoint" | "ChargingStation");
    let way = Some(if from_station { MessageWay::FromStation } else { MessageWay::ToStation });
    Some(MessageHead { station: None, way, our_role: None, end: found.get(0)?.end() })
}

fn link(line: &str) -> Option<LinkLine> {
    let found = LINK.captures(line)?;
    let event = if found.name("up").is_some() {
        let (version, transport, peer) = (None, Transport::WebSocket, None);
        ForeignEvent::Connected { version, transport, peer, handshake: Box::new(ConnectionAttempt::default()) }
    } else {
        ForeignEvent::Closed(CloseReason::PeerGone)
    };
    Some(LinkLine { station: None, our_role: Role::CentralSystem, event })
}
