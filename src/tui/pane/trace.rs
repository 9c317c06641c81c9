//! The trace pane: one line an event, the newest last. Only the lines that are seen are made.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::{selection, sentences, title, words};
use crate::trace::{Direction, FrameKind, LinkState, Record, RecordKind, Sequence, Verdict};
use crate::tui::app::{App, Outside, Pane};
use crate::tui::state::payload_text;
use crate::tui::theme::Styles;
use crate::tui::widget::Pencil;

/// How wide the columns are for a width of the pane.
#[derive(Debug, Clone, Copy)]
struct Columns {
    time: usize,
    station: usize,
    action: usize,
}

/// Draws the pane. True when seconds are counted in it.
pub fn trace(app: &App, outside: &Outside<'_>, buffer: &mut Buffer) -> bool {
    let areas = app.areas();
    draw_title(app, outside, buffer);
    let list = areas.list(Pane::Trace);
    if app.trace.count() == 0 {
        sentences(&nothing(app), list, buffer);
        return false;
    }
    let width = usize::from(list.width);
    let widest = app.stations.widest();
    let columns = Columns {
        time: if width >= 70 { 12 } else { 8 },
        // With one station only, its name on every line says nothing.
        station: if app.trace.only().is_some() { 0 } else { widest.min(if width >= 70 { 20 } else { 10 }) },
        action: if width >= 90 { 24 } else { 18 },
    };
    let height = usize::from(list.height);
    let top = app.trace.top(height);
    let selected = app.trace.selected();
    let records = outside.contents.records();
    let partner = selected.and_then(|sequence| records.get(sequence)).and_then(|record| record.partner);
    let mut counts = false;
    for line in 0..list.height {
        let mut pencil = Pencil::new(buffer, list, line);
        match app.trace.on_line(top + usize::from(line)) {
            Some(sequence) => {
                if let Some(record) = records.get(sequence) {
                    let role = role_of(sequence, selected, partner);
                    counts |= draw_row(app, &record, outside, columns, role, pencil);
                } else {
                    // Evicted since the state was brought up to date, some microseconds ago.
                    pencil.text("  ┄", app.theme.styles.muted);
                }
            }
            None if top + usize::from(line) == 0 => {
                let text = format!("  ┄ {} older records dropped to save memory ┄", words::number(app.trace.evicted()));
                pencil.text(&text, app.theme.styles.muted);
            }
            None => {}
        }
    }
    counts
}

fn draw_title(app: &App, outside: &Outside<'_>, buffer: &mut Buffer) {
    let (styles, trace) = (&app.theme.styles, &app.trace);
    let mut remarks = Vec::new();
    if let Some(row) = trace.only().and_then(|key| outside.contents.stations().get(key)) {
        remarks.push((format!("only {}", row.identity), styles.key));
    }
    if !trace.filter().is_empty() {
        remarks.push((format!("/{}", trace.filter().text()), styles.key));
    }
    if trace.progress() < 99 {
        remarks.push((format!("searching {} %", trace.progress()), styles.muted));
    }
    let total = words::number(trace.total());
    let counts = if trace.narrowed() { format!("{}/{total}", words::number(trace.count() as u64)) } else { total };
    title(app, Pane::Trace, &remarks, &counts, app.areas().trace, buffer);
}

fn nothing(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let text = if app.trace.paused() && app.trace.evicted() > 0 {
        "What was held still has been dropped to save memory. Space goes on.".to_owned()
    } else if app.trace.narrowed() && app.trace.total() > 0 {
        format!(
            "None of {} records passes. Esc clears the filter, then shows all stations again.",
            words::number(app.trace.total())
        )
    } else {
        "Every message on the wire appears here, the newest last.".to_owned()
    };
    vec![(text, styles.muted)]
}

/// What a line is to the selected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Selected,
    CallOfSelected,
    AnswerToSelected,
    Other,
}

fn role_of(sequence: Sequence, selected: Option<Sequence>, partner: Option<Sequence>) -> Place {
    if selected == Some(sequence) {
        Place::Selected
    } else if partner != Some(sequence) {
        Place::Other
    } else if selected.is_some_and(|selected| selected < sequence) {
        Place::AnswerToSelected
    } else {
        Place::CallOfSelected
    }
}

fn draw_row(
    app: &App,
    record: &Record<'_>,
    outside: &Outside<'_>,
    columns: Columns,
    place: Place,
    mut pencil: Pencil<'_>,
) -> bool {
    let styles = &app.theme.styles;
    // A selected line has one style from end to end, so that it reads as one thing; the letters carry what colours carry elsewhere.
    let style = |style: Style| match place {
        Place::Selected => selection(app, Pane::Trace),
        Place::CallOfSelected | Place::AnswerToSelected => styles.partner,
        Place::Other => styles.base.patch(style),
    };
    let gutter = match place {
        Place::Selected => "▸",
        Place::CallOfSelected => "┌",
        Place::AnswerToSelected => "└",
        Place::Other => " ",
    };
    let (arrow, letter, kind_style) = kind(record, styles);
    let verdict = match record.verdict {
        Verdict::Valid => " ",
        Verdict::Tolerated => "~",
        Verdict::Invalid => "!",
    };
    let verdict_style = if record.verdict == Verdict::Invalid { styles.error } else { styles.warning };
    let station = record.station.and_then(|key| outside.contents.stations().get(key)).map_or("", |row| &row.identity);
    let (word, word_style) = word(record, styles);
    let (latency, counts) = latency(record, outside);
    pencil.text(gutter, style(styles.base));
    pencil.field(&words::time_of_day(record.wall_micros, &app.zone)[..columns.time], columns.time, style(styles.muted));
    pencil.blanks(1, style(styles.base));
    if columns.station > 0 {
        pencil.field(station, columns.station, style(styles.base)).blanks(1, style(styles.base));
    }
    pencil.text(arrow, style(kind_style)).text(letter, style(kind_style)).text(verdict, style(verdict_style));
    pencil.blanks(1, style(styles.base)).field(word, columns.action, style(word_style)).blanks(1, style(styles.base));
    pencil.right(&latency, 7, style(if counts { styles.warning } else { styles.base })).blanks(1, style(styles.base));
    let summary = match record.kind {
        RecordKind::Frame(..) => payload_text(record, outside.contents, outside.catalog),
        _ => record.summary().into(),
    };
    pencil.text(&summary, style(styles.muted)).fill(' ', style(styles.base));
    counts
}

/// Arrow, letter and style of a kind. The arrow points to the station for what we sent, away from it for what we received.
fn kind(record: &Record<'_>, styles: &Styles) -> (&'static str, &'static str, Style) {
    let arrow = |direction| if direction == Direction::Out { "→" } else { "←" };
    let colour = |direction| if direction == Direction::Out { styles.outgoing } else { styles.incoming };
    match record.kind {
        RecordKind::Frame(direction, kind) => {
            let (letter, style) = match kind {
                FrameKind::Call => ("C", colour(direction)),
                FrameKind::Result => ("R", colour(direction)),
                FrameKind::Error => ("E", styles.error),
                FrameKind::Malformed => ("?", styles.error),
            };
            (arrow(direction), letter, style)
        }
        RecordKind::Ping(direction) | RecordKind::Pong(direction) => (arrow(direction), "p", styles.muted),
        RecordKind::Connecting => (" ", "·", styles.muted),
        RecordKind::Connected => (" ", "+", styles.good),
        RecordKind::Disconnected => (" ", "-", styles.warning),
        RecordKind::Retry | RecordKind::Lost => (" ", "↻", styles.warning),
        RecordKind::Listening => (" ", "i", styles.good),
        RecordKind::Refused => (" ", "x", styles.error),
        RecordKind::Held => ("‖", "H", styles.warning),
        RecordKind::Timeout | RecordKind::Unreachable => (" ", "T", styles.error),
        RecordKind::Note => (" ", "i", styles.muted),
        RecordKind::Failure => (" ", "!", styles.error),
    }
}

/// The action of a message; of other lines what happened.
fn word<'a>(record: &Record<'a>, styles: &Styles) -> (&'a str, Style) {
    match record.kind {
        RecordKind::Frame(_, FrameKind::Malformed) => (record.action.unwrap_or("unreadable"), styles.error),
        RecordKind::Frame(_, FrameKind::Error) => (record.action.unwrap_or("error"), styles.error),
        RecordKind::Frame(..) => (record.action.unwrap_or("unknown call"), styles.base),
        RecordKind::Held => (record.action.unwrap_or("held"), styles.warning),
        RecordKind::Timeout | RecordKind::Unreachable => (record.action.unwrap_or("timeout"), styles.error),
        RecordKind::Connecting => ("connecting", styles.muted),
        RecordKind::Connected => ("connected", styles.good),
        RecordKind::Disconnected => ("disconnected", styles.warning),
        RecordKind::Retry => ("retry", styles.warning),
        RecordKind::Lost => ("link lost", styles.warning),
        RecordKind::Listening => ("listening", styles.good),
        RecordKind::Refused => ("refused", styles.error),
        RecordKind::Ping(_) => ("ping", styles.muted),
        RecordKind::Pong(_) => ("pong", styles.muted),
        RecordKind::Note => ("note", styles.muted),
        RecordKind::Failure => ("failure", styles.error),
    }
}

/// The latency of an answer, or how long our call has been waiting for one. True when it counts.
fn latency(record: &Record<'_>, outside: &Outside<'_>) -> (String, bool) {
    if let Some(latency) = record.latency {
        return (words::duration(latency), false);
    }
    let waits = record.kind == RecordKind::Frame(Direction::Out, FrameKind::Call)
        && record.partner.is_none()
        && record
            .station
            .and_then(|key| outside.contents.stations().get(key))
            .is_some_and(|row| row.in_flight > 0 && row.state == LinkState::Connected);
    if !waits {
        return (String::new(), false);
    }
    let seconds = outside.now.monotonic_micros.saturating_sub(record.monotonic_micros) / 1_000_000;
    if seconds < 600 { (format!("{seconds} s…"), true) } else { ("…".to_owned(), false) }
}
