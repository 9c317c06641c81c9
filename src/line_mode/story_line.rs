//! Events as the screen shows them: a line for each exchange, when it has ended, and for each event that belongs to none. A line begins
//! with the time of its first record, so an exchange that took long stands behind later ones.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::trace::line_words::{short_latency, verdict_sign};
use crate::trace::{Contents, FrameKind, FrameVerdict, Record, RecordKind, exchange_meaning, record_meaning};

use super::stamped_lines::StampedLines;

/// The width of the column of stations; longer identities move the rest of their line.
const STATION: usize = 12;
/// The width of the column of actions.
const ACTION: usize = 22;

/// Appends the line of a record, if it has one now: a call has its line when its answer is there.
pub(super) fn write(record: &Record<'_>, contents: &Contents, zone: &TimeZone, out: &mut String) {
    let call = record.partner.filter(|call| *call < record.sequence).and_then(|call| contents.records().get(call));
    match (record.kind, call) {
        (RecordKind::Frame(_, FrameKind::Call) | RecordKind::Ping(_) | RecordKind::Pong(_), _) => {}
        // What cannot be read has been reported already.
        (_, Some(call)) if matches!(call.kind, RecordKind::Frame(_, FrameKind::Call)) => {
            exchange(&call, Some(record), contents, zone, out);
        }
        _ => line(
            record,
            (record.kind.letter(), record.verdict),
            None,
            &record_meaning(record, None).to_string(),
            contents,
            zone,
            out,
        ),
    }
}

/// Appends a line for each call that got no answer until now.
pub(super) fn write_open(contents: &Contents, zone: &TimeZone, out: &mut String) {
    let records = contents.records();
    let is_open =
        |record: &Record<'_>| matches!(record.kind, RecordKind::Frame(_, FrameKind::Call)) && record.partner.is_none();
    for call in records.iter(records.range()).filter(is_open) {
        exchange(&call, None, contents, zone, out);
    }
}

fn exchange(call: &Record<'_>, answer: Option<&Record<'_>>, contents: &Contents, zone: &TimeZone, out: &mut String) {
    let (verdict, latency) = match answer {
        Some(answer) => match answer.kind {
            RecordKind::Frame(_, FrameKind::Result) => (call.verdict.worse(answer.verdict), answer.latency),
            RecordKind::Unanswered => (call.verdict, None),
            _ => (FrameVerdict::Invalid, answer.latency),
        },
        None => (call.verdict, None),
    };
    let mut meaning = exchange_meaning(call, answer).to_string();
    if answer.is_none() {
        meaning.push_str(if meaning.is_empty() { "⇒ no answer yet" } else { " ⇒ no answer yet" });
    }
    line(call, (" ", verdict), latency.map(short_latency).as_deref(), &meaning, contents, zone, out);
}

fn line(
    record: &Record<'_>,
    (letter, verdict): (&str, FrameVerdict),
    latency: Option<&str>,
    meaning: &str,
    contents: &Contents,
    zone: &TimeZone,
    out: &mut String,
) {
    let time = Timestamp::from_microsecond(record.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
    let stamp = time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
    let row = record.station.and_then(|key| contents.stations().get(key));
    let (identity, word) = (row.map_or("", |row| &row.identity), record.word());
    // What is no frame has its letter in the place of the sign.
    let is_frame = matches!(record.kind, RecordKind::Frame(..));
    let sign = if is_frame || verdict == FrameVerdict::Invalid { verdict_sign(verdict) } else { letter };
    let (arrow, latency) = (record.kind.arrow(), latency.unwrap_or_default());
    let text = format!("{identity:<STATION$} {arrow}{sign} {word:<ACTION$} {latency:>5} {meaning}");
    StampedLines::new(&stamp, out).add(text.trim_end());
}
