//! Reading the timeline of a recording: who did what in which order. What is done with it is `replay`'s.

use super::literal;

/// One entry of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A program is started with these arguments.
    Start { who: String, arguments: Vec<String> },
    /// A line is typed.
    Type { who: String, line: String },
    /// The standard input ends.
    EndOfInput { who: String },
    /// A program has ended with this code.
    Exited { who: String, code: i32 },
    /// A program that should have gone on has died. The recorder starts it again.
    Died { who: String },
    /// A scripted peer puts bytes on the wire.
    Bytes { who: String, bytes: Vec<u8> },
    /// A scripted peer sends a frame.
    Frame { who: String, frame: Frame },
    /// A scripted peer closes its socket.
    Close { who: String },
    /// Something comes out of a program or arrives at a scripted peer.
    Out { who: String, line: String },
}

/// A WebSocket frame to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub opcode: u8,
    pub last: bool,
    pub masked: bool,
    pub payload: Vec<u8>,
}

/// A scripted central system; all other scripted peers are charge points.
pub fn is_server(who: &str) -> bool {
    who.starts_with("fake")
}

/// Reads a timeline.
pub fn read(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut restarting = None;
    for line in text.lines() {
        let rest = line.trim_start().split_once(' ').map_or("", |(_, rest)| rest);
        let Some(at) = rest.find(['<', '>', '!', '#']) else { continue };
        let (who, mark) = (rest[..at].to_owned(), &rest[at..]);
        let (mark, content) = mark.split_at(1);
        let entry = match (mark, content.strip_prefix(' ').unwrap_or(content)) {
            ("#", note) => match noted(&who, note) {
                // A peer that never ends is not started again.
                Some(Entry::Start { .. }) if restarting.as_ref() == Some(&who) => {
                    restarting = None;
                    None
                }
                // ocppjs ends with 0 unless it crashes.
                Some(Entry::Exited { who, code: 1.. }) => Some(Entry::Died { who }),
                Some(Entry::Died { who }) => {
                    restarting = Some(who.clone());
                    Some(Entry::Died { who })
                }
                entry => entry,
            },
            ("<" | ">", content) if is_peer(content) => peer(&who, mark, content),
            ("<", line) => Some(Entry::Type { who, line: line.to_owned() }),
            (">", line) => printed(line).map(|line| Entry::Out { who, line }),
            _ => None,
        };
        entries.extend(entry);
    }
    entries
}

/// A remark of the recorder.
fn noted(who: &str, note: &str) -> Option<Entry> {
    let who = who.to_owned();
    let command = note.strip_prefix("exec: node gir-ocppjs.js").or_else(|| note.strip_prefix("exec: ocpp-tui"));
    if let Some(command) = command {
        let command = command.rsplit_once("(in ").map_or(command, |(command, _)| command);
        return Some(Entry::Start { who, arguments: arguments(command) });
    }
    match note {
        // The recorder's own HTTP client left no bytes.
        "plain HTTP GET" => Some(Entry::Bytes { who: "raw".into(), bytes: b"GET /simulator HTTP/1.1\r\n\r\n".to_vec() }),
        "stdin closed (EOF)" => Some(Entry::EndOfInput { who }),
        "client closed TCP socket (no close frame)" => Some(Entry::Close { who }),
        _ if note.starts_with("process died") => Some(Entry::Died { who }),
        _ => note.strip_prefix("exited, code ").and_then(|code| code.parse().ok()).map(|code| Entry::Exited { who, code }),
    }
}

/// The arguments of a program. A recording does not show that an identity with a blank in it was one argument.
fn arguments(command: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in command.split_whitespace() {
        let identity = words.len() == 3 && words[0] == "start_cp" && !word.starts_with('-');
        match words.last_mut() {
            Some(last) if identity => *last = format!("{last} {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Lines of scripted peers show bytes, or the kind of a frame.
fn is_peer(content: &str) -> bool {
    content.starts_with("raw ")
        || ["[text", "[cont]", "[ping]", "[pong]", "[close]", "[binary]"].iter().any(|kind| content.starts_with(kind))
}

fn peer(who: &str, mark: &str, content: &str) -> Option<Entry> {
    let who = who.to_owned();
    let sends = (mark == ">") == is_server(&who);
    if let Some(bytes) = content.strip_prefix("raw ") {
        let bytes = literal::bytes(bytes);
        return Some(if sends { Entry::Bytes { who, bytes } } else { Entry::Out { who, line: head(&bytes) } });
    }
    if !sends {
        // What is on the wire depends on the library, which answers our close frame or not.
        return (!content.starts_with("[close]")).then(|| Entry::Out { who, line: content.to_owned() });
    }
    let (kind, content) = content.split_once("] ").unwrap_or((content.trim_end_matches(']'), ""));
    let opcode = match kind.trim_start_matches('[').split(' ').next().unwrap_or_default() {
        "text" => 1,
        "binary" => 2,
        "close" => 8,
        "ping" => 9,
        "pong" => 10,
        _ => 0,
    };
    let payload = if opcode > 1 { literal::bytes(content) } else { literal::shortened(content).into_bytes() };
    Some(Entry::Frame {
        who,
        frame: Frame { opcode, last: !kind.contains("fin=0"), masked: !kind.contains("unmasked"), payload },
    })
}

/// What stands in a line of output, without prompts before it (difference `prompt`).
fn printed(line: &str) -> Option<String> {
    if line.ends_with("(no newline)") {
        return None;
    }
    let mut line = line.strip_suffix("\\n").unwrap_or(line);
    while let Some(rest) = line.strip_prefix("> ") {
        line = rest;
    }
    Some(line.to_owned())
}

/// What matters of the head of a request or response: the path, or the status and the subprotocol.
pub fn head(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let first = text.lines().next().unwrap_or_default();
    let mut words = first.split(' ');
    let line = match words.next() {
        Some("GET") => format!("GET {}", words.next().unwrap_or_default()),
        _ => format!("HTTP {}", words.next().unwrap_or_default()),
    };
    match header(&text, "sec-websocket-protocol") {
        Some(protocol) => format!("{line} {protocol}"),
        None => line,
    }
}

/// The value of a header.
pub fn header(head: &str, name: &str) -> Option<String> {
    let mut headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_of_a_timeline_are_distinguished() {
        let text = r#"   0.00 harness# scenario x
   0.00 cs# exec: node gir-ocppjs.js start_cp ws://localhost:9009 CP 1 -i 3  (in /opt/ocppjs)
   0.10 cs> > [2026-11-22 14:38:46] cs: Server\n
   0.10 cs> >    (no newline)
   0.20 cs<   help
   0.30 raw< [text fin=0] [2,"f1
   0.30 raw> [text] [3]
   0.40 fakecs< [text] [2]
   0.40 fakecs> [ping] b'hi'
   0.50 cs! trace
   0.50 cs# exited, code 1
   0.50 cs# process died; harness restarts it
   0.60 cs# exec: node gir-ocppjs.js start_cs 9   (in /opt/ocppjs)
   0.70 cs# exited, code 0"#;
        let own = str::to_owned;
        let frame = |opcode, last, payload: &[u8]| Frame { opcode, last, masked: true, payload: payload.to_vec() };
        assert_eq!(
            read(text),
            [
                Entry::Start {
                    who: own("cs"),
                    arguments: ["start_cp", "ws://localhost:9009", "CP 1", "-i", "3"].map(own).to_vec()
                },
                Entry::Out { who: own("cs"), line: own("[2026-11-22 14:38:46] cs: Server") },
                Entry::Type { who: own("cs"), line: own("  help") },
                Entry::Frame { who: own("raw"), frame: frame(1, false, b"[2,\"f1") },
                Entry::Out { who: own("raw"), line: own("[text] [3]") },
                Entry::Out { who: own("fakecs"), line: own("[text] [2]") },
                Entry::Frame { who: own("fakecs"), frame: frame(9, true, b"hi") },
                Entry::Died { who: own("cs") },
                Entry::Died { who: own("cs") },
                Entry::Exited { who: own("cs"), code: 0 },
            ]
        );
    }
}
