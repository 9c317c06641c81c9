//! The payload editor: the widget draws the text, then its cells get their colours and the faults are underlined, because the widget has
//! one style for a line. Below the text is the fault at the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::draw_page;
use super::json::ink_style;
use crate::compose::DiagnosticSeverity;
use crate::console::CommandCandidate;
use crate::ocpp::paragraph;
use crate::sanitize::is_unsafe;
use crate::tui::action::{ContextAction, EditorAction, KeyContext};
use crate::tui::app::App;
use crate::tui::state::Editor;
use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, colour_line, draw_candidates, width_of};

/// Draws the editor into an area; returns where the cursor is.
pub fn editor(app: &App, editor: &Editor, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let styles = &app.theme.styles;
    let subject = &editor.subject;
    let what = if subject.is_raw() { "whole frame" } else { &subject.action };
    let way = match subject.held {
        Some(held) => format!("‖ {} · {what} · {}", held.number, subject.names),
        None => format!("{what} → {}", subject.names),
    };
    let title = format!("{way} · OCPP {}", subject.version);
    let inside = draw_page(app, &title, &[], "", area, buffer);
    if inside.height < 3 || inside.width < 4 {
        return None;
    }
    // The field at the cursor is explained where the text has room all the same.
    let explained = match inside.height {
        0..8 => 0,
        8..12 => 1,
        12..18 => 2,
        _ => 3,
    };
    let text = Rect { x: inside.x + 1, width: inside.width - 2, height: inside.height - 2 - explained, ..inside };
    editor.area().render(text, buffer);
    colour(editor, text, styles, buffer);
    let below = Rect { y: text.bottom(), height: 2, ..inside };
    rule(app, editor, below, buffer);
    verdict(editor, Rect { x: text.x, width: text.width, ..below }, styles, buffer);
    explanation(editor, Rect { x: text.x, width: text.width, y: below.bottom(), height: explained }, styles, buffer);
    if app.context() == KeyContext::Editor {
        proposals(editor, inside, text, styles, buffer);
    }
    let cursor = cursor_place(editor, text);
    text.contains(cursor).then_some(cursor)
}

/// Where the cursor is drawn.
fn cursor_place(editor: &Editor, text: Rect) -> Position {
    let (top, left) = editor.area().scroll_offset();
    let cursor = editor.area().screen_cursor();
    let place =
        |at: usize, from: u16, start: u16| start.saturating_add((at.saturating_sub(usize::from(from))).min(10_000) as u16);
    Position::new(place(cursor.col, left, text.x), place(cursor.row, top, text.y))
}

/// The rule below the text. It has one text: what the peer should answer, or the key that sends the text in spite of that.
fn rule(app: &App, editor: &Editor, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text("─", styles.rule);
    if editor.armed {
        let keys = app.bindings.keys(ContextAction::Editor(EditorAction::Send));
        let key = keys.first().map(ToString::to_string).unwrap_or_default();
        writer.text(&format!(" Press {key} again to send it anyway "), styles.warning.add_modifier(Modifier::BOLD));
    }
    if let Some(code) = editor.expected_code() {
        let text = format!(" the peer should answer {code} ");
        if writer.room() > width_of(&text) + 1 {
            writer.up_to_right(width_of(&text) + 1, '─', styles.rule).text(&text, styles.muted);
        }
    }
    writer.fill('─', styles.rule);
}

/// The fault at the cursor, or that the text is valid.
fn verdict(editor: &Editor, area: Rect, styles: &Styles, buffer: &mut Buffer) {
    if editor.armed {
        let objection = editor.objection().unwrap_or_default();
        LineWriter::new(buffer, area, 1).text("✗ ", styles.error).text(&objection, styles.error);
        return;
    }
    let mut writer = LineWriter::new(buffer, area, 1);
    let Some(diagnostic) = editor.nearest_diagnostic() else {
        match (&editor.subject.warning, editor.subject.definition.is_some()) {
            (Some(warning), _) => writer.text("~ ", styles.warning).text(warning, styles.warning),
            (None, true) => writer.text("✓ valid", styles.good),
            (None, false) => writer.text("not checked: there is no definition for this text", styles.muted),
        };
        return;
    };
    let (sign, style) =
        if diagnostic.severity == DiagnosticSeverity::Error { ("✗ ", styles.error) } else { ("~ ", styles.warning) };
    let (row, column) = editor.place_of(diagnostic.span.start);
    writer.text(sign, style).text(&format!("{}:{} ", row + 1, column + 1), styles.muted).text(&diagnostic.message, style);
    let others = editor.diagnostics().len() - 1;
    if others > 0 {
        writer.text(&format!("  ({others} more, F8)"), styles.muted);
    }
}

/// The field at the cursor: its name, what it means, its type, and what its value means.
fn explanation(editor: &Editor, area: Rect, styles: &Styles, buffer: &mut Buffer) {
    let mut lines: Vec<(String, String)> = Vec::new();
    lines.extend(editor.first_call().map(|call| ("first call".to_owned(), call.to_owned())));
    if let Some(field) = editor.field() {
        lines.push((field.name.clone(), field.meaning.map_or_else(|| field.kind.clone(), str::to_owned)));
        lines.extend(field.value.as_ref().map(|(value, meaning)| (value.clone(), (*meaning).to_owned())));
    }
    if let Some(field) = editor.field().filter(|field| field.meaning.is_some()) {
        let paragraph =
            editor.subject.definition.as_ref().and_then(|action| paragraph(action.version, action.initiator, &action.name));
        let paragraph =
            paragraph.map_or_else(String::new, |paragraph| format!("; OCPP {} §{paragraph}", editor.subject.version));
        lines.push((String::new(), format!("{}{paragraph}", field.kind)));
    }
    let names = lines.iter().map(|(name, _)| width_of(name)).max().unwrap_or(0).min(30);
    for (row, (name, text)) in lines.iter().take(usize::from(area.height)).enumerate() {
        let style = if name.is_empty() { styles.muted } else { styles.base };
        LineWriter::new(buffer, area, row as u16).field(name, names, styles.key).text("  ", style).text(text, style);
    }
}

/// Sets the colours of the visible cells and replaces unsafe characters.
fn colour(editor: &Editor, area: Rect, styles: &Styles, buffer: &mut Buffer) {
    let (top, left) = editor.area().scroll_offset();
    let lines = editor.area().lines();
    for (row, line) in lines.iter().enumerate().skip(usize::from(top)).take(usize::from(area.height)) {
        let y = area.y + (row - usize::from(top)) as u16; // less than the height
        for (range, ink) in colour_line(line) {
            restyle(buffer, area, y, line, left, range, ink_style(ink, styles));
        }
    }
    for diagnostic in editor.diagnostics() {
        let fault = if diagnostic.severity == DiagnosticSeverity::Error { styles.error } else { styles.warning };
        let (first, last) = (editor.place_of(diagnostic.span.start), editor.place_of(diagnostic.span.end));
        for (row, line) in lines.iter().enumerate().take(last.0 + 1).skip(first.0.max(usize::from(top))) {
            let offset = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(index, _)| index);
            let start = if row == first.0 { offset(first.1) } else { line.len() - line.trim_start().len() };
            let end = if row == last.0 { offset(last.1) } else { line.len() };
            if row - usize::from(top) < usize::from(area.height) && start < end {
                let y = area.y + (row - usize::from(top)) as u16; // less than the height
                restyle(buffer, area, y, line, left, start..end, fault.add_modifier(Modifier::UNDERLINED));
            }
        }
    }
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut(Position::new(x, y))
                && cell.symbol().chars().any(is_unsafe)
            {
                cell.set_char('\u{fffd}');
            }
        }
    }
}

/// Changes the style of the cells that show some bytes of a line.
fn restyle(buffer: &mut Buffer, area: Rect, y: u16, line: &str, left: u16, bytes: std::ops::Range<usize>, style: Style) {
    let column =
        |offset: usize| width_of(&line[..offset]).saturating_sub(usize::from(left)).min(usize::from(area.width)) as u16;
    let (start, end) = (column(bytes.start), column(bytes.end));
    buffer.set_style(Rect::new(area.x + start, y, end - start, 1).intersection(area), style);
}

fn proposals(editor: &Editor, bounds: Rect, text: Rect, styles: &Styles, buffer: &mut Buffer) {
    let at = cursor_place(editor, text);
    let candidates: Vec<CommandCandidate> = editor
        .candidates()
        .iter()
        .map(|candidate| CommandCandidate {
            text: candidate.label.clone(),
            detail: candidate.note(),
            required: candidate.required,
        })
        .collect();
    draw_candidates(buffer, bounds, at, &candidates, editor.selected(), styles);
}
