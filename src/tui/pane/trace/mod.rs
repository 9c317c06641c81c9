//! The trace pane: its title, its headings, the visible lines, and a text where there is none. A line that is an event or an exchange is
//! drawn in `row`, one of the ladder in `ladder`.

mod columns;
mod ladder;
mod outcome;
mod row;
mod sign;
mod time;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use self::columns::{RowColumns, headings};
use self::row::{TraceRow, role_of};
use super::{selection, sentences, title};
use crate::trace::Sequence;
use crate::trace::filter::FilterContext;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::layout::below;
use crate::tui::state::{TraceLine, TraceMode};
use crate::tui::widget::LineWriter;
use crate::tui::widget::format;

/// Draws the pane. True when seconds are counted in it.
pub fn trace(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) -> bool {
    let areas = app.areas();
    draw_title(app, outside, buffer);
    let list = areas.list(Pane::Trace);
    if app.trace.count() == 0 {
        sentences(&nothing(app), list, buffer);
        return false;
    }
    let columns = RowColumns::new(app, usize::from(list.width));
    if list.y > areas.trace.y + 1 {
        let heading = Rect { height: 1, ..below(areas.trace, 1) };
        match app.trace.view() {
            TraceMode::Ladder => ladder::names(app, outside, columns.time, heading, buffer),
            TraceMode::Events | TraceMode::Exchanges => headings(app, columns, LineWriter::new(buffer, heading, 0)),
        }
    }
    let selected = app.trace.selected();
    let partner = selected.and_then(|sequence| outside.contents.records().get(sequence)).and_then(|record| record.partner);
    let context = app.filter_context(outside);
    let mut counts = false;
    for (line, row) in app.trace_lines(outside, usize::from(list.height)).into_iter().enumerate() {
        let line = line as u16; // a line of the screen
        let writer = LineWriter::new(buffer, list, line);
        let (index, sequence) = match row {
            TraceLine::Record { index, sequence } => (index, sequence),
            TraceLine::Evicted => {
                let text = match app.trace.hidden_by_clear() {
                    0 => format!("{} older records dropped to save memory", format::number(app.trace.evicted())),
                    hidden => format!("{} records before the clear mark; u shows them", format::number(hidden)),
                };
                note(app, &text, writer);
                continue;
            }
            TraceLine::Date(first) => {
                note(app, &date(app, first, outside), writer);
                continue;
            }
        };
        let Some(record) = outside.contents.records().get(sequence) else {
            // Evicted since the last refresh, some microseconds ago.
            note(app, "", writer);
            continue;
        };
        let place = role_of(sequence, selected, partner);
        let found = is_found(app, &record, &context);
        let time = time::time(&record, index, app, outside, columns.time);
        let row = TraceRow { app, outside, record, place, found, time };
        counts |= match app.trace.view() {
            TraceMode::Events => row.event(columns, writer),
            TraceMode::Exchanges => row.exchange(columns, writer),
            TraceMode::Ladder => ladder::rung(&row, columns.time, writer),
        };
        if found {
            underline(app.trace.find().plain_word(), Rect { y: list.y + line, height: 1, ..list }, buffer);
        }
    }
    counts
}

/// A line that is no record.
fn note(app: &App, text: &str, mut writer: LineWriter<'_>) {
    let text = if text.is_empty() { "  ┄".to_owned() } else { format!("  ┄ {text} ┄") };
    writer.text(&text, app.theme.styles.muted);
}

/// The date of the day that begins with a record.
fn date(app: &App, first: Sequence, outside: &ReadContext<'_>) -> String {
    let record = outside.contents.records().get(first);
    record.map_or_else(String::new, |record| format::date(record.wall_micros, &app.trace_zone()))
}

/// Whether the search finds a line; where an exchange is one line, also its other half counts.
fn is_found(app: &App, record: &crate::trace::Record<'_>, context: &FilterContext<'_>) -> bool {
    let find = app.trace.find();
    if find.is_empty() {
        return false;
    }
    let answer = || context.records.zip(record.partner).and_then(|(records, partner)| records.get(partner));
    find.parsed().matches(record, context)
        || (app.trace.view() == TraceMode::Exchanges && answer().is_some_and(|answer| find.parsed().matches(&answer, context)))
}

/// Underlines a word wherever it occurs in a line of the screen. Bold and underline are visible without colours too.
fn underline(word: Option<&str>, line: Rect, buffer: &mut Buffer) {
    let Some(word) = word else { return };
    let line = line.intersection(buffer.area);
    let exact = word.chars().any(|letter| letter.is_ascii_uppercase());
    let letters: Vec<char> = word.chars().collect();
    let is_at = |buffer: &Buffer, x: u16| {
        letters.iter().zip(x..).all(|(letter, x)| {
            let shown = if x < line.right() { buffer[(x, line.y)].symbol().chars().next() } else { None };
            shown.is_some_and(|shown| shown == *letter || (!exact && shown.eq_ignore_ascii_case(letter)))
        })
    };
    let starts: Vec<u16> = (line.x..line.right()).filter(|x| is_at(buffer, *x)).collect();
    for start in starts {
        for x in start..start + letters.len() as u16 {
            buffer[(x, line.y)].set_style(Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD));
        }
    }
}

fn draw_title(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) {
    let (styles, trace) = (&app.theme.styles, &app.trace);
    let view = match trace.view() {
        TraceMode::Exchanges => "exchanges",
        TraceMode::Events => "events",
        TraceMode::Ladder => "ladder",
    };
    let mut remarks = vec![(view.to_owned(), styles.muted)];
    if let Some(row) = trace.only().and_then(|key| outside.contents.stations().get(key)) {
        remarks.push((format!("only {}", row.identity), styles.key));
    }
    if !trace.filter().is_empty() {
        remarks.push((format!("/{}", trace.filter().text()), styles.key));
    }
    if !trace.find().is_empty() {
        remarks.push((format!("find {}", trace.find().text()), styles.key));
    }
    if trace.progress() < 99 {
        remarks.push((format!("searching {} %", trace.progress()), styles.muted));
    }
    let total = format::number(trace.total());
    let shown = format::number(trace.count() as u64);
    let counts = match trace.count() as u64 == trace.total() {
        true => total,
        // The other ends of the links are no lines that the user has hidden.
        false if trace.has_base() && !trace.narrowed() => shown,
        false => format!("{shown}/{total}"),
    };
    title(app, Pane::Trace, &remarks, &counts, app.areas().trace, buffer);
}

fn nothing(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let text = if app.trace.total() == 0 && app.trace.hidden_by_clear() > 0 {
        let hidden = format::number(app.trace.hidden_by_clear());
        format!("The clear mark hides {hidden} records; what comes from now on appears here. u shows all again.")
    } else if app.trace.paused() && app.trace.evicted() > 0 {
        "What was held still has been dropped to save memory. Space goes on.".to_owned()
    } else if app.trace.narrowed() && app.trace.total() > 0 {
        format!(
            "None of {} records passes. Esc clears the filter, then shows all stations again.",
            format::number(app.trace.total())
        )
    } else {
        "Every message on the wire appears here, the newest last.".to_owned()
    };
    vec![(text, styles.muted)]
}
