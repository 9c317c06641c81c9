//! The pane of held frames: one row a frame with what it says, the filter that stopped it, how long it waits and how long the peer will
//! probably wait for it; below, the payload of the selected one.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw_page;
use crate::clock::now;
use crate::compose::pretty;
use crate::link::{HeldFrame, LinkSettings};
use crate::rpc::OutgoingPayload;
use crate::sanitize::escape_control;
use crate::trace::line_words::arrow_of;
use crate::trace::{Direction, FrameKind, RecordKind, payload_meaning};
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::state::HeldPane;
use crate::tui::widget::{LineWriter, width_of};

/// The widths of the columns at the right: the filter, the age, the countdown.
const RIGHT: [usize; 3] = [24, 7, 9];
/// The least width of a summary beside all columns.
const SUMMARY: usize = 24;

/// How many frames are on the screen.
pub fn held_lines(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(3 + area.height / 3)).max(1)
}

/// Draws the pane.
pub fn held_pane(app: &App, pane: &HeldPane, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let held = outside.gate.held();
    draw_page(app, &format!("frames that wait: {}", held.len()), &[], "", area, buffer);
    let number = held.iter().map(|frame| frame.number.to_string().len()).max().unwrap_or(1);
    let names: Vec<String> = held.iter().map(|frame| assist::names(&[frame.station], outside.contents)).collect();
    let station = names.iter().map(|name| width_of(&escape_control(name))).max().unwrap_or(0).clamp(1, 20);
    let action = held.iter().map(|frame| width_of(&escape_control(&frame.action))).max().unwrap_or(0).clamp(6, 24);
    let left = 2 + number + 1 + station + 1 + 3 + action + 1;
    let room = usize::from(area.width).saturating_sub(left);
    let by = if room > SUMMARY + RIGHT.iter().sum::<usize>() + 3 { RIGHT[0] } else { 0 };
    let says = room.saturating_sub(by + usize::from(by > 0) + RIGHT[1] + RIGHT[2] + 3);
    let mut heading = LineWriter::new(buffer, area, 1);
    heading.blanks(2 + number + 1, styles.muted).field("station", station + 4, styles.muted).blanks(1, styles.muted);
    heading.field("action", action, styles.muted).blanks(1, styles.muted).field("what", says, styles.muted);
    if by > 0 {
        heading.blanks(1, styles.muted).field("held by", by, styles.muted);
    }
    heading.right("age", RIGHT[1], styles.muted).right("peer", RIGHT[2], styles.muted);
    let (details, rows) = (area.height / 3, held_lines(area));
    let selected = pane.position(&held);
    let top = (selected + 1).saturating_sub(rows);
    for (line, (place, frame)) in (2..).zip(held.iter().enumerate().skip(top).take(rows)) {
        let style = if place == selected { styles.selection } else { styles.base };
        let faint = if place == selected { style } else { styles.muted };
        let mut writer = LineWriter::new(buffer, area, line);
        writer.text(if place == selected { "▸ " } else { "  " }, style).right(&frame.number.to_string(), number, faint);
        writer.blanks(1, style).field(&names[place], station, style).blanks(1, style).text(arrow_of(frame.direction), style);
        writer.text(RecordKind::Frame(frame.direction, frame.kind).letter(), style);
        writer.blanks(1, style).field(&frame.action, action, style).blanks(1, style).field(&what(frame, outside), says, style);
        if by > 0 {
            writer.blanks(1, style).field(&frame.stopped_by, by, faint);
        }
        let age = now().monotonic.saturating_duration_since(frame.since.monotonic);
        let (left, late) = left_for_peer(frame, age);
        let urgent = if late && place != selected { styles.warning } else { style };
        writer.right(&format!("{} s", age.as_secs()), RIGHT[1], style).right(&left, RIGHT[2], urgent).fill(' ', style);
    }
    let below = Rect { y: area.bottom() - details, height: details, ..area };
    if let Some(frame) = pane.selected(&held) {
        let below = draw_page(app, "payload", &[], "", below, buffer);
        for (line, text) in (0..below.height).zip(pretty(&assist::shown_payload(frame, outside)).lines()) {
            LineWriter::new(buffer, below, line).blanks(1, styles.base).text(text, styles.base);
        }
    }
}

/// What the frame says.
fn what(frame: &HeldFrame, outside: &ReadContext<'_>) -> String {
    let row = outside.contents.stations().get(frame.station);
    let shown = OutgoingPayload::parse(&assist::shown_payload(frame, outside));
    let payload = shown.as_ref().unwrap_or(&frame.payload);
    payload_meaning(row.and_then(|row| row.version), frame.kind, &frame.action, payload).to_string()
}

/// How long the peer will probably wait for the answer, when it waits for one, and whether that is nearly over. Its timeout is not
/// known; the default one is assumed.
fn left_for_peer(frame: &HeldFrame, age: Duration) -> (String, bool) {
    let waits = matches!((frame.direction, frame.kind), (Direction::In, FrameKind::Call))
        || (frame.direction == Direction::Out && !frame.kind.is_request());
    if !waits {
        return ("–".to_owned(), false);
    }
    let left = LinkSettings::default().call_timeout.saturating_sub(age).as_secs_f64().ceil() as u64; // a few seconds
    if left == 0 { ("gave up?".to_owned(), true) } else { (format!("~{left} s"), left < 10) }
}
