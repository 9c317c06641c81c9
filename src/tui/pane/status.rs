//! The last line: hints of the keys that work now, or the one-line overlay on top. Toasts replace the hints, or the header while this line
//! has something else.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::hints::{self, draw_hints};
use super::message::found as found_words;
use crate::trace::filter::FilterError;
use crate::tui::action::{ContextAction, KeyContext};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::{Areas, Pane};
use crate::tui::state::{CommandLine, ConfirmQuestion, FilterLine, FilterPurpose, PromptPurpose, ScreenOverlay, ToastKind};
use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, clear_below, draw_candidates, format, width_of, wrap};

/// Draws the line; returns the position of the cursor while something is typed here.
pub fn status(app: &App, outside: &ReadContext<'_>, areas: &Areas, buffer: &mut Buffer) -> Option<Position> {
    let (area, styles) = (areas.status, &app.theme.styles);
    let (key, text) = (styles.header.patch(styles.key), styles.header);
    let cursor = match app.overlays.top() {
        Some(ScreenOverlay::Confirm(question)) => {
            draw_question(app, question, area, buffer);
            None
        }
        Some(ScreenOverlay::CommandLine) => Some(command_line(app, &app.command_line, areas, buffer)),
        Some(ScreenOverlay::Prompt(prompt)) => {
            let found = app.message.search().filter(|_| prompt.asked == PromptPurpose::MessageSearch);
            let count = found.filter(|(text, ..)| !text.is_empty());
            let count = count.map_or_else(String::new, |(_, current, total)| format!("  {} ", found_words(current, total)));
            let width = (width_of(&count) as u16).min(area.width / 2); // a short text
            let typed = Rect { width: area.width - width, ..area };
            LineWriter::new(buffer, Rect { x: typed.right(), width, ..area }, 0).text(&count, text.patch(styles.muted));
            Some(prompt.input.draw(buffer, typed, &prompt.asked.words(), key, text))
        }
        Some(ScreenOverlay::FilterLine(line)) => Some(filter_line(app, line, areas, buffer)),
        Some(ScreenOverlay::Pager(pager)) if pager.searching => Some(pager.search.draw(buffer, area, "/", key, text)),
        Some(
            ScreenOverlay::Pager(_)
            | ScreenOverlay::Palette(_)
            | ScreenOverlay::Editor(_)
            | ScreenOverlay::ActionPicker(_)
            | ScreenOverlay::ColumnChooser(_)
            | ScreenOverlay::ConfigurationPage(_)
            | ScreenOverlay::DeviceModelPage(_)
            | ScreenOverlay::ProfilesPage(_)
            | ScreenOverlay::ConnectionPage(_)
            | ScreenOverlay::ReplayPage(_)
            | ScreenOverlay::HeldPane(_)
            | ScreenOverlay::StationDetails(_)
            | ScreenOverlay::Overview,
        )
        | None => {
            // Hints make room for a toast as they do for a narrow screen.
            let used = draw_toast(app, area, buffer);
            let used = used + draw_batch(app, Rect { x: area.x + used, width: area.width - used, ..area }, buffer);
            draw_hints(app, outside, Rect { x: area.x + used, width: area.width - used, ..area }, buffer);
            return None;
        }
    };
    if app.toasts.current().is_some() {
        // A toast has the line for itself: nothing of the header shows beside it.
        clear_below(buffer, areas.header, styles.header);
        draw_toast(app, areas.header, buffer);
    }
    cursor
}

/// The action whose hint is at a column of the last line; `None` while the line shows something else there.
pub fn hint_at(app: &App, outside: &ReadContext<'_>, areas: &Areas, column: u16) -> Option<ContextAction> {
    let shows_hints = match app.overlays.top() {
        Some(
            ScreenOverlay::Confirm(_) | ScreenOverlay::CommandLine | ScreenOverlay::Prompt(_) | ScreenOverlay::FilterLine(_),
        ) => false,
        Some(ScreenOverlay::Pager(pager)) => !pager.searching,
        _ => true,
    };
    // What stands before the hints takes room from them; it is drawn aside to see how much.
    let mut aside = Buffer::empty(areas.status);
    let used = draw_toast(app, areas.status, &mut aside);
    let rest = Rect { x: areas.status.x + used, width: areas.status.width - used, ..areas.status };
    let used = used + draw_batch(app, rest, &mut aside);
    let distance = column.checked_sub(areas.status.x + used).filter(|_| shows_hints)?;
    hints::hint_at(app, outside, usize::from(areas.status.width - used), usize::from(distance))
}

fn draw_question(app: &App, question: &ConfirmQuestion, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let keys: Vec<String> = app.bindings.hints(KeyContext::Confirm).map(|(key, words)| format!("{key} {words}")).collect();
    let keys = format!("   {} ", keys.join("   "));
    let mut writer = LineWriter::new(buffer, area, 0);
    // The keys stay visible; a long question is cut instead.
    let room = writer.room().saturating_sub(width_of(&keys) + 1);
    let shown = width_of(&question.text).min(room);
    writer.text(" ", styles.header).field(&question.text, shown, styles.header.patch(styles.warning));
    writer.text(&keys, styles.header.patch(styles.key)).fill(' ', styles.header);
}

fn command_line(app: &App, line: &CommandLine, areas: &Areas, buffer: &mut Buffer) -> Position {
    let styles = &app.theme.styles;
    let cursor = line.input.draw(buffer, areas.status, ":", styles.header.patch(styles.key), styles.header);
    if let Some(selected) = line.selected() {
        draw_candidates(buffer, areas.body, Position::new(cursor.x, areas.status.y), line.candidates(), selected, styles);
    }
    cursor
}

fn filter_line(app: &App, line: &FilterLine, areas: &Areas, buffer: &mut Buffer) -> Position {
    let (styles, area) = (&app.theme.styles, areas.status);
    let of = |shown: u64, total: u64| format!("  {} of {} ", format::number(shown), format::number(total));
    let (prompt, count) = match line.purpose {
        FilterPurpose::Filter(Pane::Stations) => ("/", of(app.stations.shown().len() as u64, app.stations.total() as u64)),
        FilterPurpose::Filter(_) => ("/", of(app.trace.count() as u64, app.trace.total())),
        FilterPurpose::Report => {
            let rows = app.overview.rows();
            ("/", of(rows.shown().len() as u64, rows.total() as u64))
        }
        FilterPurpose::Find => ("find: ", String::new()),
        FilterPurpose::Time => ("go to: ", "  14:30, 5m (ago), 2026-03-04T10:00 ".to_owned()),
    };
    let width = (width_of(&count) as u16).min(area.width / 2); // a short text
    let typed = Rect { width: area.width - width, ..area };
    LineWriter::new(buffer, Rect { x: typed.right(), width, ..area }, 0)
        .text(&count, styles.header.patch(styles.muted))
        .fill(' ', styles.header);
    let cursor = line.input.draw(buffer, typed, prompt, styles.header.patch(styles.key), styles.header);
    if let Some((candidates, chosen)) = &line.proposals {
        draw_candidates(buffer, areas.body, Position::new(cursor.x, area.y), candidates, *chosen, styles);
    } else if let Some(error) = line.error.as_ref().filter(|_| !line.pending) {
        draw_fault(line, error, cursor, areas, styles, buffer);
    }
    cursor
}

/// Shows the fault of the line above it, with a sign over its position.
fn draw_fault(line: &FilterLine, error: &FilterError, cursor: Position, areas: &Areas, styles: &Styles, buffer: &mut Buffer) {
    let text = line.input.text();
    let before = |end: usize| text.get(..end).map_or(0, width_of);
    let room = usize::from(areas.status.width);
    let place = (usize::from(cursor.x) + before(error.span.start)).saturating_sub(before(line.input.cursor()));
    let place = place.min(room.saturating_sub(1));
    let style = styles.base.patch(styles.error);
    let mut sentences = wrap(&error.message, room.saturating_sub(1));
    // The sentence is beside the sign where there is room, else above it, so that both are visible.
    let beside = if sentences.len() == 1 && place + 2 + width_of(&error.message) <= room { sentences.pop() } else { None };
    let most = usize::from(areas.body.height / 2);
    let above = areas.status.y.saturating_sub(1);
    let row = |y: u16| Rect { y, height: 1, ..areas.status };
    clear_below(buffer, row(above), style);
    let mut writer = LineWriter::new(buffer, row(above), 0);
    writer.blanks(place, style).text("▾ ", style).text(beside.as_deref().unwrap_or_default(), style);
    for (distance, sentence) in (1..).zip(sentences.iter().take(most).rev()) {
        let line = row(above.saturating_sub(distance));
        clear_below(buffer, line, style);
        LineWriter::new(buffer, line, 0).blanks(1, style).text(sentence, style);
    }
}

/// Draws the progress of a batch; returns how many columns it took.
fn draw_batch(app: &App, area: Rect, buffer: &mut Buffer) -> u16 {
    let Some(batch) = &app.batch else { return 0 };
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text(&format!(" {} ", batch.progress()), styles.state);
    if batch.is_sending() {
        writer.text(" Esc", styles.header.patch(styles.key)).text(" stop ", styles.header);
    }
    writer.column() - area.x
}

/// Draws the newest toast; returns how many columns it took.
fn draw_toast(app: &App, area: Rect, buffer: &mut Buffer) -> u16 {
    let Some((toast, more)) = app.toasts.current() else { return 0 };
    let styles = &app.theme.styles;
    let more = if more > 0 { format!(" ({more} more) ") } else { " ".to_owned() };
    let (sign, signed, style) = match toast.kind {
        ToastKind::Failure => (" ✗ ", styles.toast_error, styles.toast_error),
        ToastKind::Done => (" ✓ ", styles.header.patch(styles.good), styles.header.patch(styles.title)),
        ToastKind::Info => (" ", styles.header, styles.header.patch(styles.title)),
    };
    let mut writer = LineWriter::new(buffer, area, 0);
    let room = writer.room().saturating_sub(width_of(sign) + width_of(&more));
    let shown = width_of(&crate::sanitize::escape_control(&toast.text)).min(room);
    writer.text(sign, signed).field(&toast.text, shown, style).text(&more, style);
    writer.column() - area.x
}
