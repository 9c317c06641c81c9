//! Writes records in any of the formats.

use std::io::{self, Write};

use super::export_format::ExportFormat;
use super::export_scope::ExportScope;
use super::{csv_exchanges, csv_meter, html, lines, markdown, mermaid, native, pcapng, shell};
use crate::capture::open_ocpp_trace::{ExportCount, write_open_ocpp_trace};

/// Writes the records.
///
/// # Errors
/// When they cannot be written.
pub fn write_export(out: &mut impl Write, format: ExportFormat, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    match format {
        ExportFormat::Native => native::write(out, scope),
        ExportFormat::OpenOcppTrace => write_open_ocpp_trace(out, scope.contents, scope.records()),
        ExportFormat::Jsonl => lines::write_objects(out, scope),
        ExportFormat::Text => lines::write_text(out, scope),
        ExportFormat::CsvExchanges => csv_exchanges::write(out, scope),
        ExportFormat::CsvMeter => csv_meter::write(out, scope),
        ExportFormat::Markdown => markdown::write(out, scope),
        ExportFormat::Mermaid => mermaid::write(out, scope),
        ExportFormat::Html => html::write(out, scope),
        ExportFormat::Pcapng => pcapng::write(out, scope),
        ExportFormat::Shell => shell::write(out, scope),
    }
}
