//! A table with a row for each exchange.

use std::io::{self, Write};

use super::csv_cells::CsvCells;
use super::export_scope::{ExportScope, time_text};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::trace::decode::{id_text, payload_text};
use crate::trace::{FrameVerdict, Record, RecordKind};

const NAMES: [&str; 14] = [
    "time",
    "station",
    "version",
    "transport",
    "caller",
    "action",
    "id",
    "outcome",
    "latency ms",
    "verdict",
    "remarks",
    "request",
    "response",
    "record",
];

/// Writes the table.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut cells = CsvCells::new(out, &NAMES)?;
    let mut count = ExportCount::default();
    for exchange in scope.exchanges() {
        let (call, answer) = (&exchange.call, exchange.answer.as_ref());
        let latency = answer.and_then(|answer| answer.latency);
        let latency = latency.map_or_else(String::new, |latency| format!("{:.3}", latency.as_secs_f64() * 1e3));
        let verdict = answer.map_or(call.verdict, |answer| call.verdict.worse(answer.verdict));
        let verdict = match verdict {
            FrameVerdict::Valid => "valid",
            FrameVerdict::Tolerated => "tolerated",
            FrameVerdict::Invalid => "invalid",
        };
        let notes = [Some(call), answer].into_iter().flatten().map(Record::notes);
        let notes: Vec<String> = notes.filter(|notes| !notes.is_empty()).map(|notes| notes.replace('\n', "; ")).collect();
        let response = answer.filter(|answer| matches!(answer.kind, RecordKind::Frame(..))).map(payload_text);
        cells.row(&[
            &time_text(call.wall_micros),
            scope.identity(call),
            call.version.map_or("", |version| version.number()),
            call.transport.name(),
            if scope.is_from_station(call) { "charge point" } else { "central system" },
            call.action.unwrap_or_default(),
            id_text(call).unwrap_or_default(),
            &exchange.outcome(),
            &latency,
            verdict,
            &notes.join("; "),
            &payload_text(call),
            response.as_deref().unwrap_or_default(),
            &call.sequence.to_string(),
        ])?;
        count.written += 1;
    }
    let in_rows =
        scope.records().filter(|record| matches!(record.kind, RecordKind::Frame(..)) || record.partner.is_some()).count();
    count.left_out = (scope.chosen.len() - in_rows.min(scope.chosen.len())) as u64;
    cells.finish()?;
    Ok(count)
}
