//! The stations pane: the stations, their states and their traffic. A narrower pane has fewer columns; their values are then shown below
//! the list for the selected station.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{selection, sentences, title};
use crate::ocpp::Transport;
use crate::trace::{LinkState, StationRow};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::layout::below;
use crate::tui::state::{Column, MARGIN, fit};
use crate::tui::theme::Styles;
use crate::tui::widget::format;
use crate::tui::widget::{LineWriter, width_of};

/// Draws the pane. True when a countdown is visible.
pub fn stations(app: &App, outside: &ReadContext<'_>, buffer: &mut Buffer) -> bool {
    let areas = app.areas();
    let area = areas.stations;
    draw_title(app, area, buffer);
    if app.stations.shown().is_empty() {
        let lines = if app.stations.total() == 0 { no_station_yet(app) } else { no_station_passes(app) };
        sentences(&lines, below(area, 1), buffer);
        return false;
    }
    let (columns, identity) = fit(usize::from(area.width), app.stations.widest());
    headings(app, &columns, identity, below(area, 1), buffer);
    let list = areas.list(Pane::Stations);
    let height = usize::from(list.height);
    let top = app.stations.top(height);
    let mut counts = app.stations.waits();
    let graphs = columns.contains(&Column::Rate);
    for (line, key) in app.stations.shown().iter().skip(top).take(height).enumerate() {
        if let Some(row) = outside.contents.stations().get(*key) {
            counts |= matches!(row.state, LinkState::Waiting { .. });
            let facts = app.facts.of(row.key).filter(|_| graphs);
            counts |= facts.is_some_and(|facts| facts.rate.moves(outside.now.monotonic_micros));
            draw_row(app, row, outside, &columns, identity, LineWriter::new(buffer, list, line as u16)); // less than the height
        }
    }
    if let Some(row) = app.stations.selected().and_then(|key| outside.contents.stations().get(key)) {
        details(app, row, areas.details(), buffer);
    }
    counts
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

fn no_station_yet(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let Some(first) = app.listening.first() else {
        return nothing_runs(app);
    };
    let mut lines = vec![("Listening on".to_owned(), styles.muted)];
    lines.extend(app.listening.iter().map(|address| (address.clone(), styles.key)));
    // After its last slash the address has a placeholder for the identity.
    let url = first.rsplit_once('/').map_or(first.as_str(), |(url, _)| url);
    lines.push((String::new(), styles.base));
    lines.push((
        "No charge point yet. Point one at this address, or start a simulated one in another terminal:".to_owned(),
        styles.base,
    ));
    lines.push((String::new(), styles.base));
    lines.push((format!("ocpp-tui cp {url} CP1"), styles.key));
    lines
}

/// The hints for a session without a role and without stations.
fn nothing_runs(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let line = |text: &str, style| (text.to_owned(), style);
    vec![
        line("Nothing runs yet. Type : and one of these commands:", styles.base),
        line("", styles.base),
        line("start_cs 9000", styles.key),
        line("be a central system; charge points connect to ws://<this machine>:9000/<identity>", styles.muted),
        line("", styles.base),
        line("start_cp ws://localhost:9000 CP1 --lively", styles.key),
        line("be a charge point of the central system at that address", styles.muted),
        line("", styles.base),
        line("? shows all keys, Ctrl-P all commands.", styles.base),
    ]
}

fn no_station_passes(app: &App) -> Vec<(String, Style)> {
    let text =
        format!("None of {} stations passes the filter {}. Esc clears it.", app.stations.total(), app.stations.filter().text());
    vec![(text, app.theme.styles.base)]
}

fn headings(app: &App, columns: &[Column], identity: usize, area: Rect, buffer: &mut Buffer) {
    let (styles, (sorted, reverse)) = (&app.theme.styles, app.stations.sorting());
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.blanks(MARGIN - 2, styles.muted);
    for (index, column) in std::iter::once(&Column::Identity).chain(columns).enumerate() {
        let width = if index == 0 { identity } else { column.width() };
        let style = if *column == sorted { styles.title } else { styles.muted };
        // The sign is in the blank before the column.
        let sign = match (*column == sorted, reverse) {
            (false, _) => " ",
            (true, false) => "▾",
            (true, true) => "▴",
        };
        writer.text(sign, style);
        let heading = column.heading();
        if column.right() {
            writer.right(heading, width, style)
        } else {
            writer.field(heading, width, style)
        };
    }
}

/// The state as glyph and word, and its style. A station that we simulate is a diamond, so that the two ends of a link in one console
/// differ also where there is no room for a column.
pub fn state(row: &StationRow, outside: &ReadContext<'_>, styles: &Styles) -> (&'static str, String, Style) {
    match row.state {
        LinkState::New => ("·", "new".to_owned(), styles.muted),
        LinkState::Connecting => ("◌", "connecting".to_owned(), styles.warning),
        LinkState::Connected => (if row.is_simulated() { "◆" } else { "●" }, "connected".to_owned(), styles.good),
        LinkState::Waiting { until_micros } => {
            ("↻", format!("retry {}", format::countdown(until_micros, outside.now.monotonic_micros)), styles.warning)
        }
        LinkState::Gone => (if row.is_simulated() { "◇" } else { "○" }, "gone".to_owned(), styles.muted),
    }
}

/// The letter and the style of a connector's status.
pub fn connector(status: &str, styles: &Styles) -> (char, Style) {
    match status {
        "Available" => ('A', styles.good),
        "Occupied" => ('O', styles.outgoing),
        "Preparing" => ('P', styles.outgoing),
        "Charging" => ('C', styles.outgoing),
        "SuspendedEV" | "SuspendedEVSE" => ('S', styles.warning),
        "Finishing" => ('N', styles.outgoing),
        "Reserved" => ('R', styles.warning),
        "Unavailable" => ('U', styles.warning),
        "Faulted" => ('F', styles.error),
        _ => ('?', styles.muted),
    }
}

fn draw_row(
    app: &App,
    row: &StationRow,
    outside: &ReadContext<'_>,
    columns: &[Column],
    identity: usize,
    mut writer: LineWriter<'_>,
) {
    let styles = &app.theme.styles;
    let selected = app.stations.selected() == Some(row.key);
    // The selected line has one style from end to end; glyphs and words carry what colours carry elsewhere.
    let style = |style: Style| if selected { selection(app, Pane::Stations) } else { styles.base.patch(style) };
    let (glyph, _, state_style) = state(row, outside, styles);
    let marked = app.marked.contains(&row.key);
    writer.text(if selected { "▸" } else { " " }, style(styles.base));
    writer
        .text(if marked { "✓" } else { " " }, style(styles.marked))
        .text(glyph, style(state_style))
        .text(" ", style(styles.base));
    writer.field(&row.identity, identity, style(if marked { styles.marked } else { styles.base }));
    for column in columns {
        writer.blanks(1, style(styles.base));
        if *column == Column::Connectors {
            draw_connectors(app, row, &style, column.width(), &mut writer);
            continue;
        }
        let (text, its_style) = cell(app, row, outside, *column);
        if column.right() {
            writer.right(&text, column.width(), style(its_style))
        } else {
            writer.field(&text, column.width(), style(its_style))
        };
    }
    writer.fill(' ', style(styles.base));
}

/// The text of a cell and its style.
fn cell(app: &App, row: &StationRow, outside: &ReadContext<'_>, column: Column) -> (String, Style) {
    let styles = &app.theme.styles;
    let nothing = || ("·".to_owned(), styles.muted);
    let facts = app.facts.of(row.key);
    match column {
        Column::Identity => (row.identity.to_string(), styles.base),
        Column::State => {
            let (_, word, style) = state(row, outside, styles);
            (word, style)
        }
        Column::Version => (row.version.map_or("–", |version| version.number()).to_owned(), styles.base),
        Column::Transport => {
            let word = row.transport.map_or("–", |transport| if transport == Transport::Soap { "soap" } else { "ws" });
            (word.to_owned(), styles.muted)
        }
        Column::Connectors => nothing(),
        Column::Transaction => match facts.and_then(|facts| facts.running().last()) {
            Some(transaction) => (format!("#{}", transaction.id), styles.outgoing),
            None => nothing(),
        },
        Column::Waiting if row.in_flight + row.queued == 0 => nothing(),
        Column::Waiting => (format!("{}+{}", row.in_flight, row.queued), styles.warning),
        Column::In => (format::short_number(row.frames_in), styles.base),
        Column::Out => (format::short_number(row.frames_out), styles.base),
        Column::Rate => {
            let counts = facts.map(|facts| facts.rate.counts(outside.now.monotonic_micros)).unwrap_or_default();
            (format::graph(&counts), styles.muted)
        }
        Column::Errors if row.errors == 0 => nothing(),
        Column::Errors => (format::short_number(row.errors), styles.error),
        Column::Ping => (row.round_trip.map_or_else(|| "·".to_owned(), format::duration), styles.muted),
        Column::Seen => (seen(app, row, 8), styles.muted),
        Column::Side => (if row.is_simulated() { "sim" } else { "real" }.to_owned(), styles.muted),
        Column::Address => (row.peer.map_or_else(|| "–".to_owned(), |peer| peer.to_string()), styles.muted),
    }
}

/// A letter a connector; connector 0, the station as a whole, only when it is not available.
fn draw_connectors(app: &App, row: &StationRow, style: &impl Fn(Style) -> Style, width: usize, writer: &mut LineWriter<'_>) {
    let styles = &app.theme.styles;
    let connectors = app.facts.of(row.key).map(|facts| &facts.connectors);
    let letters =
        connectors.into_iter().flatten().filter(|(number, connector)| **number != 0 || &*connector.status != "Available");
    let mut letters: Vec<(char, Style)> =
        letters.take(width + 1).map(|(_, connector)| self::connector(&connector.status, styles)).collect();
    if letters.len() > width {
        letters.truncate(width - 1);
        letters.push(('…', styles.muted));
    }
    if letters.is_empty() {
        letters.push(('·', styles.muted));
    }
    let blanks = width - letters.len();
    for (letter, its_style) in letters {
        writer.text(letter.encode_utf8(&mut [0; 4]), style(its_style));
    }
    writer.blanks(blanks, style(styles.base));
}

fn seen(app: &App, row: &StationRow, length: usize) -> String {
    if row.last_seen_micros == 0 {
        return "never".to_owned();
    }
    format::time_of_day(row.last_seen_micros, &app.zone)[..length].to_owned()
}

/// What the columns of a narrow pane leave out.
fn details(app: &App, row: &StationRow, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let styles = &app.theme.styles;
    LineWriter::new(buffer, area, 0).fill('─', styles.rule);
    let peer = row.peer.map_or_else(String::new, |peer| format!(" at {peer}"));
    let what = match (&row.url, row.is_simulated()) {
        (Some(url), true) => format!("simulated, calls {url}"),
        (None, true) => "simulated".to_owned(),
        (_, false) => format!("charge point{peer}"),
    };
    LineWriter::new(buffer, area, 1)
        .blanks(1, styles.base)
        .text(&row.identity, styles.title)
        .text("  ", styles.base)
        .text(&what, styles.muted);
    let latency = row.latency.map_or_else(|| "–".to_owned(), format::duration);
    let ping = row.round_trip.map_or_else(|| "–".to_owned(), format::duration);
    let facts = [
        [("in", format::number(row.frames_in)), ("in flight", row.in_flight.to_string()), ("latency", latency)],
        [("out", format::number(row.frames_out)), ("queued", row.queued.to_string()), ("ping", ping)],
        [
            ("err", format::number(row.errors)),
            ("version", row.version.map_or("–", |version| version.number()).to_owned()),
            ("seen", seen(app, row, 8)),
        ],
    ];
    for (line, facts) in facts.iter().enumerate() {
        let mut writer = LineWriter::new(buffer, area, line as u16 + 2); // three lines
        writer.blanks(1, styles.base);
        let width = usize::from(area.width).saturating_sub(1);
        let widths = if width / 3 >= 15 { [width / 3; 3] } else { [width.saturating_sub(27), 12, 15] };
        for ((name, value), width) in facts.iter().zip(widths) {
            let value_style = if *name == "err" && row.errors > 0 { styles.error } else { styles.base };
            writer.text(name, styles.muted).text(" ", styles.base);
            writer.field(value, width.saturating_sub(width_of(name) + 2), value_style).blanks(1, styles.base);
        }
    }
}
