//! The message pane: the selected record in full, with its faults in words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::json::json;
use super::{selection, sentences, soap, title};
use crate::trace::decode::id_text;
use crate::trace::{Direction, FrameKind, FrameVerdict, Record, RecordKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::{Pane, below};
use crate::tui::state::{LineTone, MessageLine, MessageTab, PrettyLine};
use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, format};

/// Draws the pane.
pub fn message(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) {
    let (areas, styles) = (app.areas(), &app.theme.styles);
    let record = app.message.sequence().and_then(|sequence| outside.contents.records().get(sequence));
    let list = areas.list(Pane::Message);
    let height = usize::from(list.height);
    let top = app.message.top(height);
    let shown = (top + height).min(app.message.count());
    let counts =
        if app.message.count() > height { format!("{}–{shown}/{}", top + 1, app.message.count()) } else { String::new() };
    title(app, Pane::Message, &tabs(app), &counts, areas.message, buffer);
    let Some(record) = record else {
        let text = "Select a line of the trace to read its message.".to_owned();
        sentences(&[(text, styles.muted)], below(areas.message, 1), buffer);
        return;
    };
    facts(app, &record, outside, below(areas.message, 1), buffer);
    for line in 0..list.height {
        let index = top + usize::from(line);
        let Some(text) = app.message.line(index) else { break };
        let selected = app.message.cursor() == Some(index);
        draw_line(app, text, record.verdict, selected, LineWriter::new(buffer, list, line));
    }
    if let Some((place, meaning)) = app.message.meaning() {
        let mut writer = LineWriter::new(buffer, below(areas.message, areas.message.height.saturating_sub(1)), 0);
        writer.text(" ", styles.muted).text(place, styles.key).text("  ", styles.muted).text(meaning, styles.base);
        writer.fill(' ', styles.base);
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

/// One line about the record as a whole.
fn facts(app: &App, record: &Record<'_>, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let station = record.station.and_then(|key| outside.contents.stations().get(key)).map(|row| &*row.identity);
    let mut parts: Vec<(String, Style)> = Vec::new();
    if let RecordKind::Frame(direction, kind) = record.kind {
        let what = match kind {
            FrameKind::Call => "call",
            FrameKind::Result => "result",
            FrameKind::Error => "error",
            FrameKind::Malformed => "unreadable",
        };
        let action = record.action.map_or_else(String::new, |action| format!(" {action}"));
        let (arrow, style) = if direction == Direction::Out { ("→", styles.outgoing) } else { ("←", styles.incoming) };
        let side = if direction == Direction::Out { "to" } else { "from" };
        parts.push((format!("{arrow} {what}{action} {side} {}", station.unwrap_or("?")), style));
        parts.push(match record.verdict {
            FrameVerdict::Valid => ("valid".to_owned(), styles.good),
            FrameVerdict::Tolerated => ("tolerated".to_owned(), styles.warning),
            FrameVerdict::Invalid => ("invalid".to_owned(), styles.error),
        });
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

fn draw_line(app: &App, text: MessageLine<'_>, verdict: FrameVerdict, selected: bool, mut writer: LineWriter<'_>) {
    let (styles, left) = (&app.theme.styles, app.message.left());
    writer.text(if selected { "▸" } else { " " }, styles.key);
    match text {
        MessageLine::Pretty(PrettyLine::Remark(first, text)) => {
            let (sign, style) = if verdict == FrameVerdict::Invalid { ("✗ ", styles.error) } else { ("~ ", styles.warning) };
            writer.text(if first { sign } else { "  " }, style).text(behind(text, left), style);
        }
        MessageLine::Pretty(PrettyLine::Json(text)) => json(behind(text, left), styles, &mut writer),
        MessageLine::Pretty(PrettyLine::Plain(text)) => {
            writer.text(behind(text, left), styles.base);
        }
        MessageLine::Text(line) => {
            let mut hidden = left;
            for (text, tone) in &line.pieces {
                let columns = text.chars().count();
                let style = if selected { selection(app, Pane::Message) } else { tone_style(*tone, styles) };
                writer.text(behind(text, hidden.min(columns)), style);
                hidden = hidden.saturating_sub(columns);
            }
            if selected {
                writer.fill(' ', selection(app, Pane::Message));
            }
        }
        MessageLine::Pretty(PrettyLine::Soap(line)) => soap::draw(line, left, styles, &mut writer),
        MessageLine::Hidden(bytes) => {
            writer.text(&format!("… {} more bytes; y copies all of it", format::number(bytes as u64)), styles.muted);
        }
    }
}

/// The style of a piece of text.
fn tone_style(tone: LineTone, styles: &Styles) -> Style {
    match tone {
        LineTone::Base => styles.base,
        LineTone::Muted => styles.muted,
        LineTone::Title => styles.title,
        LineTone::Key => styles.json_key,
        LineTone::Text => styles.json_text,
        LineTone::Number => styles.json_number,
        LineTone::Word => styles.json_word,
        LineTone::Mark => styles.json_mark,
        LineTone::Good => styles.good,
        LineTone::Warning => styles.warning,
        LineTone::Error => styles.error,
    }
}

/// The text without its first columns.
fn behind(text: &str, columns: usize) -> &str {
    text.char_indices().nth(columns).map_or(if columns == 0 { text } else { "" }, |(index, _)| &text[index..])
}
