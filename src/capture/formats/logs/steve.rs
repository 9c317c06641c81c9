//! The log of SteVe: `[INFO ] TIME …WebSocketLogger (thread) - [chargeBoxId=…, sessionId=…] Received: […]`
//! (`WebSocketLogger.java` of steve-community/steve).

use std::sync::LazyLock;

use regex::Regex;

use crate::capture::foreign_frame::ForeignEvent;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LinkLine, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;
use crate::ocpp::{Role, Transport};
use crate::trace::{CloseReason, ConnectionAttempt, Direction, EventKind};

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\[chargeBoxId=(?<station>[^,\]]*),\s*sessionId=[^\]]*\]\s+(?<way>Sending|Received)(?: message)?:\s*")
});
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\[chargeBoxId=(?<station>[^,\]]*),\s*sessionId=[^\]]*\]\s+(?:Connection is (?<up>established)|Connection is closed, status: CloseStatus\[code=(?<code>\d+), reason=(?<reason>[^\]]*)\]|Received (?<pong>pong))",
    )
});

/// The reader, when the lines are of such a log.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let writer = Some(Role::CentralSystem);
    log_lines::recognise(
        LogShape { head, link, writer, takes_all: true, message_below: false, continued: None },
        lines,
        context,
    )
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    let way = MessageWay::of_word(&found["way"]);
    Some(MessageHead { station: Some(found["station"].to_owned()), way, our_role: None, end: found.get(0)?.end() })
}

fn link(line: &str) -> Option<LinkLine> {
    let found = LINK.captures(line)?;
    let event = if found.name("up").is_some() {
        let (version, transport, peer) = (None, Transport::WebSocket, None);
        ForeignEvent::Connected { version, transport, peer, handshake: Box::new(ConnectionAttempt::default()) }
    } else if found.name("pong").is_some() {
        ForeignEvent::Other(Box::new(EventKind::Ping { direction: Direction::In, pong: true, round_trip: None }))
    } else {
        let reason = found.name("reason").map_or("", |reason| reason.as_str());
        let text = if reason == "null" { "" } else { reason };
        match found.name("code").and_then(|code| code.as_str().parse().ok()) {
            // No close frame came (RFC 6455 §7.4.1).
            Some(1006) => ForeignEvent::Closed(CloseReason::PeerGone),
            code => ForeignEvent::Closed(CloseReason::ClosedByPeer { code, text: text.into() }),
        }
    };
    Some(LinkLine { station: Some(found["station"].to_owned()), our_role: Role::CentralSystem, event })
}
