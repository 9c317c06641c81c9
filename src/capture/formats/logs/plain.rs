//! Any text with a message in a line: alone, or behind a time, a direction and the name of a station, in whatever order and with whatever
//! else. It is what remains when no format is recognised, so it takes nothing but messages.

use std::sync::LazyLock;

use regex::Regex;

use super::no_link;
use crate::capture::formats::line_format::{FormatContext, LineFormat, pattern};
use crate::capture::formats::log_lines::{self, LogShape, MessageHead};
use crate::capture::formats::message_sides::MessageWay;

/// Where a message begins: the type and the id of OCPP-J, or an envelope.
static MESSAGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\[\s*[2-6]\s*,\s*(?:"|-?\d)|<\?xml\s|<(?:[A-Za-z_][\w.-]*:)?Envelope[\s>]"#));
/// A name that is said to be that of a station.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:chargeboxid|charge[-_ ]?point(?:[-_ ]?id)?|charging[-_ ]?station(?:[-_ ]?id)?|station(?:[-_ ]?id)?|identity|cp(?:[-_ ]?id)?|client(?:[-_ ]?id)?|evse[-_ ]?id|charger(?:[-_ ]?id)?)["']?\s*[=:#]\s*["']?(?<station>[\w.:*-]*[\w*-])"#,
    )
});
/// What stands around and is no name: times, threads, names of loggers.
static NOISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\d{4}[-/.]\d\d?[-/.]\d\d?[T ]?|\d\d?\.\d\d?\.\d{4}|\d\d?:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\([^)]*\)|\[[^\]]*\]|\b1\d{9}(?:\d{3}|\.\d+)?\b",
    )
});
/// Words that are no names either.
const NOISE_WORDS: [&str; 36] = [
    "trace",
    "debug",
    "info",
    "warn",
    "warning",
    "error",
    "notice",
    "verbose",
    "ocpp",
    "ocppj",
    "ocpp-j",
    "ocpp1.6",
    "ocpp1.6j",
    "ocpp2.0.1",
    "ocpp2.1",
    "websocket",
    "ws",
    "message",
    "msg",
    "frame",
    "raw",
    "json",
    "text",
    "data",
    "from",
    "to",
    "by",
    "call",
    "callresult",
    "callerror",
    "request",
    "response",
    "payload",
    "log",
    "charger",
    "got",
];

/// The reader, when a line has a message.
pub(in crate::capture::formats) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let shape = LogShape { head, link: no_link, writer: None, takes_all: false, message_below: false, continued: None };
    log_lines::recognise(shape, lines, context)
}

fn head(line: &str) -> Option<MessageHead> {
    let found = MESSAGE.find(line)?;
    let before = &line[..found.start()];
    // A list within a message, or within other JSON, is no message.
    if before.contains(['{', '"']) && before.matches(['{', '[']).count() > before.matches(['}', ']']).count() {
        return None;
    }
    let named = NAMED.captures(before).map(|found| found["station"].to_owned());
    let rest = NOISE.replace_all(before, " ");
    let mut way = None;
    let mut names = Vec::new();
    for word in rest.split_whitespace() {
        let bare = word.trim_matches([':', ',', ';', '|', '"', '\'', '-', '=']);
        let sign = word.trim_matches([':', ',', ';', '|']);
        match way_of(sign).or_else(|| way_of(bare)) {
            Some(said) if way.is_none() => way = Some(said),
            // The level of a log in one letter.
            _ if matches!(bare, "D" | "E" | "F" | "I" | "T" | "V" | "W") => {}
            _ if NOISE_WORDS.iter().any(|noise| bare.eq_ignore_ascii_case(noise)) => {}
            _ if bare.chars().any(char::is_alphanumeric) => names.push(bare),
            _ => {}
        }
    }
    // One word that is left is the name; which of several it is cannot be said.
    let single = names.first().filter(|_| names.len() == 1).map(|name| (*name).to_owned());
    Some(MessageHead { station: named.or(single), way, our_role: None, end: found.start() })
}

/// The way that a word of a text says. A level of a log is one letter, and `server` says who and not which way.
fn way_of(word: &str) -> Option<MessageWay> {
    let is_letter = word.len() == 1 && word.chars().all(char::is_alphabetic);
    let names_both = || word.contains('>') || word.to_ascii_lowercase().contains("to");
    let way = MessageWay::of_word(word).filter(|_| !is_letter)?;
    (matches!(way, MessageWay::Sent | MessageWay::Received) || names_both()).then_some(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_many_kinds_are_understood() {
        let message = r#"[2,"1","Heartbeat",{}]"#;
        for (before, station, way) in [
            ("", None, None),
            ("> ", None, Some(MessageWay::Sent)),
            ("<- ", None, Some(MessageWay::Received)),
            ("2026-01-15T10:00:00.250Z CP1 → ", Some("CP1"), Some(MessageWay::Sent)),
            ("2026-01-15 10:00:00,123 IN CP_7 ", Some("CP_7"), Some(MessageWay::Received)),
            ("10:00:00 [INFO] (ws) OUT: ", None, Some(MessageWay::Sent)),
            ("2025-05-16 12:15:00,088 - everest.ocpp - INFO - Rx: ", Some("everest.ocpp"), Some(MessageWay::Received)),
            ("recv from chargePointId=DE*ABC*E1, session 7: ", Some("DE*ABC*E1"), Some(MessageWay::Received)),
            ("Jan worker thread got ", None, None),
            ("I (8123) ocpp: ", None, None),
        ] {
            let found = head(&format!("{before}{message}")).unwrap();
            assert_eq!((found.station.as_deref(), found.way, found.end), (station, way, before.len()), "{before}");
        }
        assert!(head("no message").is_none());
        assert!(head(r#"{"list":[2,"x"]}"#).is_none());
        assert!(head("<S:Envelope xmlns:S='x'>").is_some());
    }
}
