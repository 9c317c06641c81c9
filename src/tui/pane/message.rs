//! The message pane: the selected record in full. Which rows there are, and what is in them, is decided in the state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{selection, sentences, title, tone_style};
use crate::text_width::{behind_columns, width_of};
use crate::trace::decode::id_text;
use crate::trace::{Direction, Record, RecordKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::{Areas, Pane, below};
use crate::tui::state::{LineTone, MessageRow, MessageTab};
use crate::tui::widget::{LineWriter, format};

/// Draws the pane.
pub fn message(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) {
    let (areas, styles) = (app.areas(), &app.theme.styles);
    let record = app.message.sequence().and_then(|sequence| outside.contents.records().get(sequence));
    let list = areas.list(Pane::Message);
    let height = usize::from(list.height);
    let top = app.message.top(height);
    let shown = (top + height).min(app.message.count());
    let mut counts =
        if app.message.count() > height { format!("{}–{shown}/{}", top + 1, app.message.count()) } else { String::new() };
    if let Some((text, current, total)) = app.message.search().filter(|(text, ..)| !text.is_empty()) {
        counts = format!("find {text}: {}", found(current, total));
    }
    let mut tabs = tabs(app);
    if app.message.search().is_some() {
        // The count of places needs the room of the other names.
        tabs.retain(|(_, style)| *style == styles.key);
    }
    title(app, Pane::Message, &tabs, &counts, areas.message, buffer);
    let Some(record) = record else {
        let text = "Select a line of the trace to read its message.".to_owned();
        sentences(&[(text, styles.muted)], below(areas.message, 1), buffer);
        return;
    };
    if areas.message_heading > 0 {
        facts(app, &record, outside, below(areas.message, 1), buffer);
    }
    for line in 0..list.height {
        let Some(row) = app.message.row(top + usize::from(line)) else { break };
        draw_row(app, &row, LineWriter::new(buffer, list, line));
    }
    footer(app, &areas, buffer);
}

/// Which place of a search is the current one.
pub(super) fn found(current: usize, total: usize) -> String {
    match (current, total) {
        (_, 0) => "nothing".to_owned(),
        (0, total) => total.to_string(),
        (current, total) => format!("{current} of {total}"),
    }
}

/// The names of the views, the chosen one in brackets.
fn tabs(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let name = |tab: MessageTab| {
        if tab == app.message.tab() { (format!("[{}]", tab.name()), styles.key) } else { (tab.name().to_owned(), styles.muted) }
    };
    MessageTab::ALL.into_iter().map(name).collect()
}

/// The view whose name is so many columns from the left of the title.
pub fn message_tab_at(app: &App, column: usize) -> Option<MessageTab> {
    super::remark_at(Pane::Message, &tabs(app), column).and_then(|index| MessageTab::ALL.get(index).copied())
}

/// One line about the record as a whole, in the colour of its verdict.
fn facts(app: &App, record: &Record<'_>, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let station = record.station.and_then(|key| outside.contents.stations().get(key)).map(|row| &*row.identity);
    let mut parts: Vec<(String, Style)> = Vec::new();
    if let RecordKind::Frame(direction, kind) = record.kind {
        let what = kind.word();
        let action = record.action.map_or_else(String::new, |action| format!(" {action}"));
        let (arrow, side) = if direction == Direction::Out { ("→", "to") } else { ("←", "from") };
        let verdict = app.message.verdict();
        let style = match verdict {
            Some((_, tone @ (LineTone::Error | LineTone::Warning))) => tone_style(tone, styles),
            _ => styles.title,
        };
        parts.push((format!("{arrow} {what}{action} {side} {}", station.unwrap_or("?")), style));
        parts.extend(verdict.map(|(words, tone)| (words.to_owned(), tone_style(tone, styles))));
    } else if let Some(station) = station {
        parts.push((station.to_owned(), styles.title));
    }
    if let Some(latency) = record.latency {
        let what = if matches!(record.kind, RecordKind::Retry | RecordKind::Lost) { "waits" } else { "after" };
        parts.push((format!("{what} {}", format::duration(latency)), styles.base));
    }
    let answer = record.partner.filter(|partner| *partner > record.sequence);
    if let Some(latency) = answer.and_then(|answer| outside.contents.records().get(answer)).and_then(|answer| answer.latency) {
        parts.push((format!("answered after {}", format::duration(latency)), styles.base));
    }
    parts.push((format::time_of_day(record.wall_micros, &app.zone), styles.muted));
    // Last, because some are long, and the text below contains it too.
    if let Some(id) = id_text(record) {
        parts.push((format!("id {id}"), styles.muted));
    }
    let mut writer = LineWriter::new(buffer, area, 0);
    for (index, (text, style)) in parts.iter().enumerate() {
        writer.text(if index == 0 { " " } else { " · " }, styles.muted).text(text, *style);
    }
}

fn draw_row(app: &App, row: &MessageRow, mut writer: LineWriter<'_>) {
    let (styles, mut hidden) = (&app.theme.styles, app.message.left());
    writer.text(if row.sign { "▸" } else { " " }, styles.key);
    let chosen = row.selected.then(|| selection(app, Pane::Message));
    writer.blanks(row.indent, chosen.unwrap_or(styles.base));
    for piece in &row.pieces {
        let columns = width_of(&piece.text);
        let style = chosen.unwrap_or_else(|| styles.base.patch(tone_style(piece.tone, styles)));
        let style = match piece.found {
            None => style,
            Some(false) => style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
            Some(true) => Style::new().patch(styles.base).add_modifier(Modifier::REVERSED | Modifier::BOLD),
        };
        writer.text(behind_columns(&piece.text, hidden.min(columns)), style);
        hidden = hidden.saturating_sub(columns);
    }
    if let Some(chosen) = chosen {
        writer.fill(' ', chosen);
    }
}

/// The value at the cursor of the tree: its place, its type, and what it means.
fn footer(app: &App, areas: &Areas, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let Some(value) = app.message.value() else { return };
    let area = below(areas.message, areas.message.height.saturating_sub(areas.message_footer));
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text(" ", styles.muted).text(value.path, styles.key).text("  ", styles.muted).text(value.meaning, styles.base);
    writer.fill(' ', styles.base);
    let mut writer = LineWriter::new(buffer, area, 1);
    writer.text(" ", styles.muted).text(value.docs.unwrap_or_default(), styles.base).fill(' ', styles.base);
}
