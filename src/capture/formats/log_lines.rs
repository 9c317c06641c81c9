//! Reads a log: lines of which some hold a message, after a head that says when, whose and which way. What a head looks like is for the
//! formats in `logs`; the rest is the same for all of them. A message may go on over several lines, and a line may hold several.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::foreign_item::ForeignItem;
use super::line_format::{FormatContext, LineFormat, pattern};
use super::log_clock::LogClock;
use super::message_sides::{MessageGist, MessageSides, MessageWay};
use super::named_messages::NamedMessages;
use super::pending_message::{MessageProgress, PendingMessage};
use crate::capture::foreign_frame::{EnvelopeFacts, ForeignEvent, ForeignFrame, envelope_facts, version_of_call};
use crate::capture::line::LineFault;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::Direction;

/// A message may go on over so many lines.
const MOST_LINES: usize = 20_000;

/// What stands before a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MessageHead {
    pub station: Option<String>,
    pub way: Option<MessageWay>,
    /// The role that the writer of this line plays, where the line says it and each line may say another one.
    pub our_role: Option<Role>,
    /// Where the head ends, in bytes.
    pub end: usize,
}

/// What a line says of a link.
#[derive(Debug, Clone)]
pub(super) struct LinkLine {
    pub station: Option<String>,
    pub our_role: Role,
    pub event: ForeignEvent,
}

/// What a format of logs looks like.
pub(super) struct LogShape {
    /// Finds the head of a message in a line.
    pub head: fn(&str) -> Option<MessageHead>,
    /// What a line says that has no message.
    pub link: fn(&str) -> Option<LinkLine>,
    /// Who writes such logs, when only one role does.
    pub writer: Option<Role>,
    /// What follows the head is the message, whatever it is.
    pub takes_all: bool,
    /// The message may begin in the next line.
    pub message_below: bool,
    /// Where a message that is cut into lines goes on in a line that has a beginning of its own. The pieces follow each other without a
    /// line end, and other lines may stand between them.
    pub continued: Option<fn(&str) -> Option<usize>>,
}

/// The lines of a log that is read.
struct LogLines {
    shape: LogShape,
    clock: LogClock,
    sides: MessageSides,
    named: NamedMessages,
    /// The version that the beginning of the log shows, by station.
    versions: HashMap<Arc<str>, Version>,
    context: FormatContext,
    begun: Option<BegunMessage>,
    skipped: SkippedLines,
}

/// A message whose end has not come.
struct BegunMessage {
    head: MessageHead,
    wall_micros: i64,
    number: u64,
    lines: usize,
    message: PendingMessage,
}

/// The lines without a message.
#[derive(Default)]
struct SkippedLines {
    count: u64,
    first: u64,
}

/// The reader of a log of this shape, when the lines have a message of it.
pub(super) fn recognise(shape: LogShape, lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let has_message = |(at, line): (usize, &&str)| {
        let line = plain(line);
        let Some(head) = (shape.head)(&line) else { return false };
        let rest = line.get(head.end..).unwrap_or_default();
        // Below a head there may be empty lines.
        let below = || lines[at + 1..].iter().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim() == "[");
        // A log may name the actions only.
        let names_action = || shape.takes_all && rest.starts_with('/');
        PendingMessage::begins(rest) || names_action() || shape.message_below && rest.trim_start().is_empty() && below()
    };
    lines.iter().enumerate().any(has_message).then(|| {
        let mut log = LogLines {
            clock: LogClock::new(context.zone.clone(), lines),
            sides: MessageSides::new(context.catalog.clone(), shape.writer),
            named: NamedMessages::default(),
            versions: HashMap::new(),
            context: context.clone(),
            begun: None,
            skipped: SkippedLines::default(),
            shape,
        };
        log.look_ahead(lines);
        Box::new(log) as Box<dyn LineFormat>
    })
}

impl LogLines {
    /// Learns from the beginning of a log what is not said in each line: who wrote it, and the versions.
    fn look_ahead(&mut self, lines: &[&str]) {
        for line in lines {
            let line = plain(line);
            let Some(head) = (self.shape.head)(&line) else { continue };
            let Some(gist) = line.get(head.end..).and_then(|rest| MessageGist::of(rest.trim())) else { continue };
            self.sides.learn(head.way, &gist);
            let (Some(action), Some(payload)) = (&gist.action, &gist.payload) else { continue };
            if let Some(version) = version_of_call(&self.context.catalog, action, payload) {
                let station = self.station(head.station.as_deref());
                let known = self.versions.entry(station).or_insert(version);
                *known = version.max(*known);
            }
        }
    }

    fn station(&self, name: Option<&str>) -> Arc<str> {
        name.filter(|name| !name.is_empty()).map_or_else(|| self.context.station.clone(), Arc::from)
    }

    /// A message has ended.
    fn put(&mut self, begun: BegunMessage, text: String, out: &mut Vec<ForeignItem>) {
        let BegunMessage { head, wall_micros, .. } = begun;
        self.clock.hear(&text);
        let mut frame = ForeignFrame::new(self.station(head.station.as_deref()), Direction::In, text);
        let mut facts = EnvelopeFacts::default();
        if frame.text.starts_with('<') {
            frame.transport = Transport::Soap;
            facts = envelope_facts(&frame.text, &self.context.catalog);
        }
        if let (None, Some(identity)) = (&head.station, facts.identity) {
            frame.station = identity.into();
        }
        frame.direction = match (head.our_role, head.way) {
            (Some(our_role), Some(way)) => {
                frame.our_role = our_role;
                if way == MessageWay::Sent { Direction::Out } else { Direction::In }
            }
            (_, None) if frame.transport == Transport::Soap => facts.direction.unwrap_or(Direction::Out),
            (_, way) => self.sides.direction(way, &frame.station, &frame.text),
        };
        frame.version = self.versions.get(&frame.station).copied();
        if let Some(text) = self.named.text(frame.our_role, &frame.station, frame.direction, &frame.text) {
            frame.text = text;
        }
        out.push(ForeignItem::Frame(wall_micros, frame));
    }

    /// A message goes on, or another one begins before it has ended. Returns what is left of the line.
    fn go_on<'a>(&mut self, mut begun: BegunMessage, rest: &'a str, out: &mut Vec<ForeignItem>) -> Option<&'a str> {
        begun.lines += 1;
        let is_cut = self.shape.continued.is_some();
        match begun.message.take(rest, is_cut) {
            MessageProgress::Ended(used) => {
                let BegunMessage { head, wall_micros, number, lines, message } = begun;
                let begun = BegunMessage { head, wall_micros, number, lines, message: PendingMessage::default() };
                self.put(begun, message.into_text(), out);
                return rest.get(used..);
            }
            MessageProgress::GoesOn if begun.lines < MOST_LINES => self.begun = Some(begun),
            MessageProgress::GoesOn | MessageProgress::Broken => {
                self.cut(begun, out);
            }
        }
        None
    }

    /// What there is of a message that does not end is a frame that cannot be read.
    fn cut(&mut self, begun: BegunMessage, out: &mut Vec<ForeignItem>) {
        let BegunMessage { head, wall_micros, number, lines, message } = begun;
        if message.is_empty() {
            return self.skipped.add(number, lines as u64);
        }
        let text = message.into_first_line();
        self.skipped.add(number + 1, lines as u64 - 1);
        let begun = BegunMessage { head, wall_micros, number, lines, message: PendingMessage::default() };
        self.put(begun, text, out);
    }
}

impl SkippedLines {
    fn add(&mut self, number: u64, count: u64) {
        if self.count == 0 && count > 0 {
            self.first = number;
        }
        self.count += count;
    }
}

impl LineFormat for LogLines {
    fn line(&mut self, number: u64, text: &str, out: &mut Vec<ForeignItem>) -> Result<(), LineFault> {
        let line = plain(text);
        let mut rest = &*line;
        while !rest.trim().is_empty() {
            // An envelope below its declaration begins no other message.
            let goes_on =
                rest.trim_start().starts_with('<') && self.begun.as_ref().is_some_and(|begun| begun.message.is_prolog());
            let head = (self.shape.head)(rest).filter(|_| !goes_on);
            // Where a message that has begun goes on; nowhere in a line that is none of it.
            let at = self.shape.continued.map_or(Some(0), |continued| continued(rest));
            if let Some(head) = head {
                if let Some(begun) = self.begun.take() {
                    self.cut(begun, out);
                }
                let wall_micros = self.clock.at(&rest[..head.end]);
                let body = &rest[head.end..];
                let begun = BegunMessage { head, wall_micros, number, lines: 0, message: PendingMessage::default() };
                if PendingMessage::begins(body) || body.trim().is_empty() && self.shape.message_below {
                    rest = self.go_on(begun, body, out).unwrap_or_default();
                    continue;
                }
                if self.shape.takes_all {
                    self.put(begun, body.trim_end().to_owned(), out);
                    return Ok(());
                }
            } else if let Some(begun) = self.begun.take_if(|_| at.is_some()) {
                rest = self.go_on(begun, &rest[at.unwrap_or_default()..], out).unwrap_or_default();
                continue;
            }
            match (self.shape.link)(rest) {
                Some(LinkLine { station, our_role, event }) => {
                    let station = self.station(station.as_deref());
                    out.push(ForeignItem::Event(self.clock.at(rest), our_role, station, event));
                }
                // What is left behind a message is no line of its own.
                None if rest.len() == line.len() => self.skipped.add(number, 1),
                None => {}
            }
            break;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<ForeignItem>) {
        if let Some(begun) = self.begun.take() {
            self.cut(begun, out);
        }
        let SkippedLines { count, first } = std::mem::take(&mut self.skipped);
        if count > 0 {
            let lines = if count == 1 { "line holds" } else { "lines hold" };
            out.push(ForeignItem::Note(
                self.clock.last(),
                false,
                format!("{count} {lines} no message; the first is line {first}"),
            ));
        }
    }
}

/// The line without the colours that a program gave it for a terminal.
fn plain(line: &str) -> std::borrow::Cow<'_, str> {
    static COLOUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\x1b\[[0-9;]*[A-Za-z]"));
    if line.contains('\u{1b}') { COLOUR.replace_all(line, "") } else { line.into() }
}
