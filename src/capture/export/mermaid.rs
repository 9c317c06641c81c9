//! A sequence diagram of Mermaid, which GitHub, GitLab and many editors draw.

use std::io::{self, Write};

use super::export_scope::ExportScope;
use crate::capture::open_ocpp_trace::ExportCount;
use crate::ocpp::Role;
use crate::sanitize::is_unsafe;
use crate::trace::line_words::short_latency;
use crate::trace::{FrameKind, FrameVerdict, Record, RecordKind, StationKey, record_meaning};

/// A label is cut behind so many characters.
const LABEL: usize = 90;

/// Writes the diagram.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    let mut stations: Vec<StationKey> = scope.records().filter_map(|record| record.station).collect();
    stations.sort_unstable();
    stations.dedup();
    writeln!(out, "sequenceDiagram")?;
    for key in &stations {
        let identity = scope.contents.stations().get(*key).map_or("?", |row| &row.identity);
        writeln!(out, "    participant S{} as {}", key.0, label(identity))?;
    }
    writeln!(out, "    participant CS as Central system")?;
    for record in scope.records() {
        match line(&record, scope) {
            Some(line) => {
                writeln!(out, "    {line}")?;
                count.written += 1;
            }
            None => count.left_out += 1,
        }
    }
    Ok(count)
}

/// The line of a record; `None` for pings and for lines of the session.
fn line(record: &Record<'_>, scope: &ExportScope<'_>) -> Option<String> {
    let station = format!("S{}", record.station?.0);
    let we_are_central = scope.row(record).is_none_or(|row| row.our_role == Role::CentralSystem);
    let us = if we_are_central { "CS" } else { &*station };
    match record.kind {
        RecordKind::Frame(_, kind) => {
            let (from, to) = if scope.is_from_station(record) { (&*station, "CS") } else { ("CS", &*station) };
            let call =
                record.partner.filter(|call| *call < record.sequence).and_then(|call| scope.contents.records().get(call));
            let meaning = record_meaning(record, call.as_ref()).to_string();
            let text = match kind {
                FrameKind::Call | FrameKind::Send => format!("{} {meaning}", record.action.unwrap_or_default()),
                FrameKind::Malformed => "unreadable".to_owned(),
                _ => {
                    let latency =
                        record.latency.map_or_else(String::new, |latency| format!(" ({} ms)", short_latency(latency)));
                    let word = if meaning.is_empty() { kind.word() } else { "" };
                    format!("{word}{meaning}{latency}")
                }
            };
            let wrong = if record.verdict == FrameVerdict::Invalid { "✗ " } else { "" };
            let arrow = match kind {
                FrameKind::Call | FrameKind::Send => "->>",
                FrameKind::Result => "-->>",
                _ => "--x",
            };
            Some(format!("{from}{arrow}{to}: {wrong}{}", label(text.trim())))
        }
        RecordKind::Ping(_) | RecordKind::Pong(_) => None,
        RecordKind::Timeout | RecordKind::Unanswered | RecordKind::Unreachable => {
            let text = format!("{} {}", record.action.unwrap_or_default(), record.summary());
            Some(format!("Note over {us}: ✗ {}", label(text.trim())))
        }
        _ => Some(format!("Note over {station},CS: {}", label(&format!("{} {}", record.word(), record.summary())))),
    }
}

/// A text that is no syntax of Mermaid: its signs as entities, as its documentation asks.
fn label(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == LABEL {
            out.push('…');
            break;
        }
        match c {
            '#' | ';' | ':' | '<' | '>' | '&' | '"' | '`' | '%' | '{' | '}' | '[' | ']' => {
                out.push_str(&format!("#{};", c as u32));
            }
            c if is_unsafe(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    if out.trim().is_empty() { "-".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_no_syntax() {
        assert_eq!(label("a;b\n%%{init}%%"), "a#59;b\u{fffd}#37;#37;#123;init#125;#37;#37;");
        assert_eq!(label(" "), "-");
        assert_eq!(label(&"x".repeat(200)).chars().count(), LABEL + 1);
    }
}
