//! The first line: addresses, counts, whether the trace follows. And the names of the panes where only one fits.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::widget::format;
use crate::tui::widget::{LineWriter, width_of};

/// Draws the header.
pub fn header(app: &App, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let (records, stations) = (outside.contents.records(), outside.contents.stations());
    let trace = &app.trace;
    let (state, style) = if trace.paused() {
        (format!(" PAUSED +{} ", format::number(trace.held_back())), styles.state)
    } else if trace.following() {
        (" FOLLOW ".to_owned(), styles.state)
    } else if trace.unseen() > 0 {
        (format!(" ▼ {} new ", format::number(trace.unseen() as u64)), styles.header)
    } else {
        (" not following ".to_owned(), styles.header.patch(styles.muted))
    };
    let address = match app.listening.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} (+{})", rest.len()),
    };
    let mut facts = vec![
        format!("{}/{} connected", stations.connected(), stations.rows().len()),
        format!("{} events", format::number(records.range().end)),
        format!("{} of {} MiB", format::mebibytes(records.bytes()), format::mebibytes(records.limit())),
    ];
    if records.evicted() > 0 {
        facts.push(format!("{} dropped", format::number(records.evicted())));
    }
    facts.insert(0, address);
    // Held frames come first: they are the reason why a peer gets no answer.
    match (outside.gate.count(), outside.gate.is_shut()) {
        (0, false) => {}
        (0, true) => facts.insert(0, "holding".to_owned()),
        (waiting, _) => facts.insert(0, format!("‖ {} wait", format::number(waiting as u64))),
    }
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text(" ocpp-tui ", styles.header.patch(styles.title));
    for fact in facts.iter().filter(|fact| !fact.is_empty()) {
        // What does not fit beside the state is left out.
        if writer.room() > width_of(fact) + width_of(&state) + 2 {
            writer.text("  ", styles.header).text(fact, styles.header);
        }
    }
    writer.up_to_right(width_of(&state) + 1, ' ', styles.header).text(&state, style).fill(' ', styles.header);
}

/// Draws the names of the panes.
pub fn tabs(app: &App, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    for (index, pane) in Pane::ALL.into_iter().enumerate() {
        let style = if pane == app.focus { styles.selection } else { styles.base };
        writer.text(&format!(" {} {} ", index + 1, pane.title()), style).text(" ", styles.base);
    }
}

/// Asks for more room.
pub fn too_small(size: Size, area: Rect, buffer: &mut Buffer) {
    let size = format!("now {}×{}", size.width, size.height);
    let middle = (area.height.saturating_sub(1) / 2).saturating_sub(u16::from(area.height > 2));
    let style = ratatui::style::Style::new();
    for (line, text) in ["enlarge me", &size].into_iter().enumerate() {
        let left = usize::from(area.width).saturating_sub(width_of(text)) / 2;
        LineWriter::new(buffer, area, middle + line as u16).blanks(left, style).text(text, style); // two lines
    }
}
