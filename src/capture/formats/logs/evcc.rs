//! The log of evcc: `[ocpp  ] TRACE 2026/07/23 10:21:46 recv CP1: […]`, in older versions `received JSON message from CP1: […]`.

use std::sync::LazyLock;

use regex::Regex;

use super::no_link;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;
use crate::ocpp::Role;

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:TRACE|DEBUG|INFO) \S+ \S+ (?<way>recv|send|sent|received)(?: JSON message (?:from|to))? (?<station>\S+): ")
});

/// The reader, when the lines are of such a log.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let writer = Some(Role::CentralSystem);
    log_lines::recognise(
        LogShape { head, link: no_link, writer, takes_all: true, message_below: false, continued: None },
        lines,
        context,
    )
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    let way = MessageWay::of_word(&found["way"]);
    Some(MessageHead { station: Some(found["station"].to_owned()), way, our_role: None, end: found.get(0)?.end() })
}
