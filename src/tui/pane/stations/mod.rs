//! The stations pane: a line a station, its health first, then as many columns as fit. Below the list the selected station has a few
//! lines of its own (`strip`); what a cell says is in `cell`, what an empty pane says in `empty`.

mod cell;
mod empty;
mod group_strip;
mod strip;

pub use cell::{connector, short_id, state};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{selection, sentences, title};
use crate::sanitize::escape_control;
use crate::trace::{GroupRow, LinkState, StationRow};
use crate::tui::app::App;
use crate::tui::context::{ReadContext, RedrawClock};
use crate::tui::layout::{Pane, below};
use crate::tui::state::{Column, ColumnLayout, MARGIN, StationLine};
use crate::tui::widget::{LineWriter, format, width_of};

/// Draws the pane; returns when something in it changes with the time.
pub fn stations(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) -> RedrawClock {
    let areas = app.areas();
    let area = areas.stations;
    let mut clock = RedrawClock::default();
    draw_title(app, area, buffer);
    if app.stations.shown().is_empty() {
        let nothing = app.stations.total() == 0;
        let lines = if nothing { empty::no_station_yet(app) } else { empty::no_station_passes(app) };
        sentences(&lines, below(area, 1), buffer);
        return clock;
    }
    let layout = app.stations.layout(usize::from(area.width));
    headings(app, &layout, below(area, 1), buffer);
    let list = areas.list(Pane::Stations);
    let height = usize::from(list.height);
    let top = app.stations.top(height);
    clock.every_second |= app.stations.waits();
    for line in 0..height {
        let writer = LineWriter::new(buffer, list, line as u16); // less than the height
        match app.stations.line(top + line) {
            Some(StationLine::Station(key)) => {
                if let Some(row) = outside.contents.stations().get(key) {
                    draw_row(app, row, outside, &layout, writer, &mut clock);
                }
            }
            Some(StationLine::Group(place)) => {
                if let Some(group) = outside.contents.stations().groups().get(usize::from(place)) {
                    draw_group(app, place, group, writer);
                }
            }
            None => break,
        }
    }
    if let Some(group) = app.stations.selected_group().and_then(|it| outside.contents.stations().groups().get(usize::from(it)))
    {
        clock.every_second = true; // the figures of a fleet
        group_strip::group_strip(app, group, areas.details(), buffer);
    } else if let Some(row) = app.stations.selected().and_then(|key| outside.contents.stations().get(key)) {
        strip::strip(app, row, outside, areas.details(), buffer, &mut clock);
    }
    clock
}

fn draw_title(app: &App, area: Rect, buffer: &mut Buffer) {
    let (styles, stations) = (&app.theme.styles, &app.stations);
    let mut remarks = Vec::new();
    if !stations.filter().is_empty() {
        remarks.push((format!("/{}", stations.filter().text()), styles.key));
    }
    if !app.marked.is_empty() {
        remarks.push((format!("{} marked", app.marked.len()), styles.marked));
    }
    let (sorted, reverse) = stations.sorting();
    if sorted != Column::Identity || reverse {
        remarks.push((format!("by {}{}", sorted.heading(), if reverse { ", reversed" } else { "" }), styles.muted));
    }
    let (shown, total) = (stations.shown().len(), stations.total());
    let counts = if shown == total { format::number(total as u64) } else { format!("{shown}/{total}") };
    title(app, Pane::Stations, &remarks, &counts, area, buffer);
}

fn headings(app: &App, layout: &ColumnLayout, area: Rect, buffer: &mut Buffer) {
    let (styles, (sorted, reverse)) = (&app.theme.styles, app.stations.sorting());
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.blanks(MARGIN - 2, styles.muted);
    for (column, width) in std::iter::once(&(Column::Identity, layout.identity)).chain(&layout.columns) {
        let style = if *column == sorted { styles.title } else { styles.muted };
        // The sign is in the blank before the column.
        let sign = match (*column == sorted, reverse) {
            (false, _) => " ",
            (true, false) => "▾",
            (true, true) => "▴",
        };
        writer.text(sign, style);
        if column.right() {
            writer.right(column.heading(), *width, style)
        } else {
            writer.field(column.heading(), *width, style)
        };
    }
}

/// A group: whether it is open, its name, and how many of its stations are connected.
fn draw_group(app: &App, place: u16, group: &GroupRow, mut writer: LineWriter<'_>) {
    let styles = &app.theme.styles;
    let selected = app.stations.selected_group() == Some(place);
    let style = |style: Style| if selected { selection(app, Pane::Stations) } else { styles.base.patch(style) };
    let counts = group.first;
    writer.text(if selected { "▸" } else { " " }, style(styles.base));
    writer.text(if app.stations.is_open(place) { " ⊟ @" } else { " ⊞ @" }, style(styles.key));
    let connected = format!("  {}/{}", format::number(counts.connected as u64), format::number(counts.stations as u64));
    let errors = if counts.errors == 0 { String::new() } else { format!("  ✗ {}", format::number(counts.errors)) };
    let name = escape_control(&group.name);
    let room = writer.room().saturating_sub(width_of(&connected) + width_of(&errors));
    let name = format::cut_middle(&name, room);
    writer.text(&name, style(styles.title)).text(&connected, style(styles.base)).text(&errors, style(styles.error));
    writer.fill(' ', style(styles.base));
}

fn draw_row(
    app: &App,
    row: &StationRow,
    outside: &ReadContext<'_>,
    layout: &ColumnLayout,
    mut writer: LineWriter<'_>,
    clock: &mut RedrawClock,
) {
    let styles = &app.theme.styles;
    let selected = app.stations.selected() == Some(row.key);
    // The selected line has one style from end to end; glyphs and words carry what colours carry elsewhere.
    let style = |style: Style| if selected { selection(app, Pane::Stations) } else { styles.base.patch(style) };
    let (glyph, health_style) = cell::health(app, row, outside, clock);
    let marked = app.marked.contains(&row.key);
    writer.text(if selected { "▸" } else { " " }, style(styles.base));
    writer
        .text(if marked { "✓" } else { " " }, style(styles.marked))
        .text(glyph, style(health_style))
        .text(" ", style(styles.base));
    let identity = format::cut_middle(&row.identity, layout.identity);
    writer.field(&identity, layout.identity, style(if marked { styles.marked } else { styles.base }));
    for (column, width) in &layout.columns {
        writer.blanks(1, style(styles.base));
        if *column == Column::Connectors && (row.state == LinkState::Connected || layout.has(Column::State)) {
            cell::connectors(app, row, &style, *width, &mut writer);
            continue;
        }
        // Without a link the statuses of the connectors are old; the state of the link says more.
        let shown = if *column == Column::Connectors { Column::State } else { *column };
        let (text, its_style) = cell::cell(app, row, outside, shown, clock);
        if column.right() {
            writer.right(&text, *width, style(its_style))
        } else {
            writer.field(&text, *width, style(its_style))
        };
    }
    writer.fill(' ', style(styles.base));
}
