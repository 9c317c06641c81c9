//! The messages one below the other, with an arrow for their way; each folds out to its text.

use std::io::{self, Write};

use super::markup::html_text;
use crate::capture::export::export_scope::{ExportScope, time_text};
use crate::compose::pretty;
use crate::trace::decode::payload_text;
use crate::trace::line_words::short_latency;
use crate::trace::{FrameKind, FrameVerdict, Record, RecordKind, record_meaning};

/// Writes the records.
pub(super) fn ladder(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<()> {
    out.write_all(
        b"<h2 id=\"ladder\">Ladder</h2>\n<p class=\"soft\">\xe2\x86\x92 from the station, \xe2\x86\x90 to the station</p>\n",
    )?;
    for record in scope.records() {
        if !matches!(record.kind, RecordKind::Ping(_) | RecordKind::Pong(_)) {
            row(&record, scope, out)?;
        }
    }
    Ok(())
}

fn row(record: &Record<'_>, scope: &ExportScope<'_>, out: &mut impl Write) -> io::Result<()> {
    let time = time_text(record.wall_micros);
    let clock = time.get(11..23).unwrap_or(&time);
    let (arrow, side) = match record.kind {
        RecordKind::Frame(..) if scope.is_from_station(record) => ("→", "from"),
        RecordKind::Frame(..) => ("←", "to"),
        _ => ("·", "soft"),
    };
    let call = record.partner.filter(|call| *call < record.sequence).and_then(|call| scope.contents.records().get(call));
    let meaning = record_meaning(record, call.as_ref()).to_string();
    let meaning = if matches!(record.kind, RecordKind::Frame(..)) { meaning } else { record.summary().into_owned() };
    let kind = match record.kind {
        RecordKind::Frame(_, FrameKind::Call | FrameKind::Malformed) => "",
        RecordKind::Frame(_, kind) => kind.word(),
        _ => "",
    };
    let is_bad = record.verdict == FrameVerdict::Invalid || matches!(record.kind, RecordKind::Frame(_, FrameKind::Error));
    let latency = record.latency.map_or_else(String::new, |latency| format!("{} ms", short_latency(latency)));
    write!(
        out,
        "<details id=\"r{}\"{}><summary><span class=\"soft\" title=\"{time}\">{clock}</span><span class=\"who\">{}</span>\
         <span class=\"{side}\">{arrow}</span><span>{} <span class=\"soft\">{kind}</span></span>\
         <span class=\"what{}\">{}</span><span class=\"soft n\">{latency}</span></summary><div>",
        record.sequence,
        if is_bad { " class=\"bad\"" } else { "" },
        html_text(scope.identity(record)),
        html_text(record.word()),
        if is_bad { " bad" } else { "" },
        html_text(&meaning),
    )?;
    if matches!(record.kind, RecordKind::Frame(..)) {
        write!(out, "<pre>{}</pre>", html_text(&pretty(&payload_text(record))))?;
        if record.content.is_some() {
            write!(out, "<details><summary>Envelope</summary><pre>{}</pre></details>", html_text(record.text))?;
        }
    } else {
        write!(out, "<pre>{}</pre>", html_text(&record.full_text()))?;
    }
    let notes = record.notes();
    if !notes.is_empty() {
        out.write_all(b"<ul>")?;
        notes.lines().try_for_each(|note| write!(out, "<li>{}</li>", html_text(note)))?;
        out.write_all(b"</ul>")?;
    }
    out.write_all(b"</div></details>\n")
}
