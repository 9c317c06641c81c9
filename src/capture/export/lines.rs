//! A line for each record: as JSON, or as text.

use std::io::{self, Write};

use super::export_scope::{ExportScope, time_text};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::sanitize::escape_control;
use crate::trace::export;

/// Writes JSON objects.
pub(super) fn write_objects(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    for record in scope.records() {
        writeln!(out, "{}", export::line(&record, scope.contents.stations()))?;
        count.written += 1;
    }
    Ok(count)
}

/// Writes time, station, direction and text.
pub(super) fn write_text(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut count = ExportCount::default();
    for record in scope.records() {
        let (time, station) = (time_text(record.wall_micros), escape_control(scope.identity(&record)));
        let (arrow, text) = (record.kind.arrow(), record.summary());
        writeln!(out, "{time} {station} {arrow} {}", escape_control(&text))?;
        count.written += 1;
    }
    Ok(count)
}
