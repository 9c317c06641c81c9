//! A report in Markdown, for an issue tracker: the exchanges as a table, and below it each message of those that went wrong.

use std::io::{self, Write};

use super::export_scope::{ExportScope, ExportedExchange, time_text};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::compose::pretty;
use crate::sanitize::{escape_control, is_unsafe};
use crate::trace::decode::payload_text;
use crate::trace::{Record, RecordKind, exchange_meaning};

/// A cell is cut behind so many characters.
const CELL: usize = 120;
/// Of so many exchanges everything is shown; of more only what went wrong.
const IN_FULL: usize = 20;

/// Writes the report.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    let exchanges = scope.exchanges();
    let (first, last) = (scope.records().next(), scope.records().last());
    writeln!(out, "# OCPP record\n")?;
    if let (Some(first), Some(last)) = (first, last) {
        let faulty = exchanges.iter().filter(|exchange| exchange.is_faulty()).count();
        let (from, to) = (time_text(first.wall_micros), time_text(last.wall_micros));
        writeln!(
            out,
            "{} records from {from} to {to}; {} exchanges, {faulty} with a fault.\n",
            scope.chosen.len(),
            exchanges.len()
        )?;
    }
    writeln!(out, "| time (UTC) | station | | action | outcome | ms | meaning |")?;
    writeln!(out, "|---|---|---|---|---|---:|---|")?;
    for exchange in &exchanges {
        let ExportedExchange { call, answer } = exchange;
        let latency = answer.and_then(|answer| answer.latency).map_or_else(String::new, |it| it.as_millis().to_string());
        let meaning = exchange_meaning(call, answer.as_ref()).to_string();
        let (arrow, wrong) =
            (if scope.is_from_station(call) { "→" } else { "←" }, if exchange.is_faulty() { "✗ " } else { "" });
        writeln!(
            out,
            "| {} | {} | {arrow} | {} | {wrong}{} | {latency} | {} |",
            time_text(call.wall_micros),
            cell(scope.identity(call)),
            cell(call.action.unwrap_or_default()),
            cell(&exchange.outcome()),
            cell(&meaning)
        )?;
        count.written += 1;
    }
    let others: Vec<Record<'_>> = scope.records().filter(|record| is_alone(record)).collect();
    if !others.is_empty() {
        writeln!(out, "\n## Other events\n")?;
        for record in &others {
            let (time, station) = (time_text(record.wall_micros), cell(scope.identity(record)));
            writeln!(out, "- {time} {station} {} {}", cell(record.word()), cell(&record.summary()))?;
            count.written += 1;
        }
    }
    let shown = exchanges.iter().filter(|exchange| exchanges.len() <= IN_FULL || exchange.is_faulty());
    for (place, ExportedExchange { call, answer }) in shown.enumerate() {
        if place == 0 {
            writeln!(out, "\n## Messages")?;
        }
        let time = time_text(call.wall_micros);
        writeln!(out, "\n### {time} {} {}", cell(scope.identity(call)), cell(call.action.unwrap_or_default()))?;
        for record in [Some(call), answer.as_ref()].into_iter().flatten() {
            message(record, out)?;
        }
    }
    Ok(count)
}

/// Whether a record is of no exchange.
fn is_alone(record: &Record<'_>) -> bool {
    let is_ping = matches!(record.kind, RecordKind::Ping(_) | RecordKind::Pong(_));
    let is_call = matches!(record.kind, RecordKind::Frame(_, kind) if kind.is_request());
    !is_ping && !is_call && record.partner.is_none()
}

fn message(record: &Record<'_>, out: &mut impl Write) -> io::Result<()> {
    if !matches!(record.kind, RecordKind::Frame(..)) {
        return writeln!(out, "\n{} {}", cell(record.word()), cell(&record.summary()));
    }
    let payload = pretty(&payload_text(record));
    let text: String = payload.chars().map(|c| if is_unsafe(c) && c != '\n' { '\u{fffd}' } else { c }).collect();
    // The fence is longer than any in the text.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "\n{}:\n\n{fence}json\n{text}\n{fence}", cell(record.word()))?;
    for note in record.notes().lines() {
        writeln!(out, "- {}", cell(note))?;
    }
    Ok(())
}

/// A text in a table that is neither syntax of Markdown nor HTML.
fn cell(text: &str) -> String {
    let shown = escape_control(text);
    let mut out = String::new();
    for (at, c) in shown.chars().enumerate() {
        if at == CELL {
            out.push('…');
            break;
        }
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' | '$' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
