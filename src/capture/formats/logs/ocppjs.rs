//! The output of ocppjs, which is that of our line mode as well: `[TIME] cs: <<cp#CP1 […]`. Each line names both ends, so that one file may
//! hold both roles.

use std::sync::LazyLock;

use regex::Regex;

use crate::capture::foreign_frame::ForeignEvent;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LinkLine, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::{CloseReason, ConnectionAttempt};

static HEAD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:> )*\[[^\]]{19,}\] (?:cs|cp#(?<ours>.*?)): (?<way><<|>>)(?:cs|cp#(?<theirs>\S*)) "));
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:> )*\[[^\]]{19,}\] (?:cs: ChargePoint #(?<up>.*?) connected(?: \(protocol: (?<protocol>[^)]*)\))?\.|cp#(?<down>.*?): Disconnected)",
    )
});

/// The reader, when the lines are of such an output.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    log_lines::recognise(
        LogShape { head, link, writer: None, takes_all: true, message_below: false, continued: None },
        lines,
        context,
    )
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    let our_role = Some(if found.name("ours").is_some() { Role::ChargePoint } else { Role::CentralSystem });
    let station = found.name("ours").or(found.name("theirs"))?.as_str().to_owned();
    let way = MessageWay::of_word(&found["way"]);
    Some(MessageHead { station: Some(station), way, our_role, end: found.get(0)?.end() })
}

fn link(line: &str) -> Option<LinkLine> {
    let found = LINK.captures(line)?;
    let (station, event) = match (found.name("up"), found.name("down")) {
        (Some(up), _) => {
            let protocol = found.name("protocol").map(|protocol| protocol.as_str());
            let transport = if protocol.is_some() { Transport::WebSocket } else { Transport::Soap };
            let version = protocol.and_then(Version::parse);
            let handshake = Box::new(ConnectionAttempt::default());
            (up, ForeignEvent::Connected { version, transport, peer: None, handshake })
        }
        (None, down) => (down?, ForeignEvent::Closed(CloseReason::PeerGone)),
    };
    Some(LinkLine { station: Some(station.as_str().to_owned()), our_role: Role::CentralSystem, event })
}
