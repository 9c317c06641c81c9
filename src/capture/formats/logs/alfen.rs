//! The log of the charge points of Alfen: `TIME:COM:ocpp_rpc.c:681:-> […`. A message is cut into lines of some 80 columns, also within words,
//! and each has the same beginning.

use std::sync::LazyLock;

use regex::Regex;

use super::no_link;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;
use crate::ocpp::Role;

static HEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\S+?Z:[A-Z]+:ocpp\w*\.c:\d+:(?<way>->|<-) "));
static CONTINUED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\S+?Z:[A-Z]+:ocpp\w*\.c:\d+:"));

/// The reader, when the lines are of such a log.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let writer = Some(Role::ChargePoint);
    let shape = LogShape { head, link: no_link, writer, takes_all: false, message_below: false, continued: Some(continued) };
    log_lines::recognise(shape, lines, context)
}

fn head(line: &str) -> Option<MessageHead> {
    let found = HEAD.captures(line)?;
    Some(MessageHead { station: None, way: MessageWay::of_word(&found["way"]), our_role: None, end: found.get(0)?.end() })
}

fn continued(line: &str) -> Option<usize> {
    CONTINUED.find(line).map(|found| found.end())
}
