//! The stations pane: who is there, in which state, how busy. Columns leave from the right as the pane gets narrower; what they said is
//! then told below the list about the selected station.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{selection, sentences, title, words};
use crate::trace::{LinkState, StationRow};
use crate::tui::app::{App, Outside, Pane};
use crate::tui::layout::below;
use crate::tui::state::Sorting;
use crate::tui::theme::Styles;
use crate::tui::widget::{Pencil, width_of};

/// The columns beside the identity, most important first, with their widths.
const COLUMNS: [(Column, usize); 7] = [
    (Column::State, 11),
    (Column::Version, 3),
    (Column::Seen, 8),
    (Column::Errors, 5),
    (Column::In, 5),
    (Column::Out, 5),
    (Column::Waiting, 6),
];
/// The identity gets at least this much.
const IDENTITY: usize = 10;
/// Selection, mark, state and a blank.
const MARGIN: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    State,
    Version,
    Seen,
    Errors,
    In,
    Out,
    Waiting,
}

impl Column {
    const fn heading(self) -> &'static str {
        match self {
            Column::State => "state",
            Column::Version => "ver",
            Column::Seen => "seen",
            Column::Errors => "err",
            Column::In => "in",
            Column::Out => "out",
            Column::Waiting => "calls",
        }
    }

    const fn right(self) -> bool {
        matches!(self, Column::Errors | Column::In | Column::Out | Column::Waiting)
    }
}

/// Draws the pane. True when a countdown is visible.
pub fn stations(app: &App, outside: &Outside<'_>, buffer: &mut Buffer) -> bool {
    let areas = app.areas();
    let area = areas.stations;
    draw_title(app, area, buffer);
    if app.stations.shown().is_empty() {
        let lines = if app.stations.total() == 0 { nobody_yet(app) } else { nobody_passes(app) };
        sentences(&lines, below(area, 1), buffer);
        return false;
    }
    let (columns, identity) = fit(usize::from(area.width), app.stations.widest());
    headings(app, &columns, identity, below(area, 1), buffer);
    let list = areas.list(Pane::Stations);
    let height = usize::from(list.height);
    let top = app.stations.top(height);
    let mut counts = false;
    for (line, key) in app.stations.shown().iter().skip(top).take(height).enumerate() {
        if let Some(row) = outside.contents.stations().get(*key) {
            counts |= matches!(row.state, LinkState::Waiting { .. });
            draw_row(app, row, outside, &columns, identity, Pencil::new(buffer, list, line as u16)); // less than the height
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
    if stations.sorting() == Sorting::Age {
        remarks.push(("by age".to_owned(), styles.muted));
    }
    let (shown, total) = (stations.shown().len(), stations.total());
    let counts = if shown == total { words::number(total as u64) } else { format!("{shown}/{total}") };
    title(app, Pane::Stations, &remarks, &counts, area, buffer);
}

fn nobody_yet(app: &App) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let Some(first) = app.listening.first() else {
        return nothing_runs(app);
    };
    let mut lines = vec![("Listening on".to_owned(), styles.muted)];
    lines.extend(app.listening.iter().map(|address| (address.clone(), styles.key)));
    // Behind its last slash the address has a placeholder for the identity.
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

/// What a person can do who started the program without saying what to be.
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

fn nobody_passes(app: &App) -> Vec<(String, Style)> {
    let text = format!(
        "None of {} stations has \"{}\" in its identity. Esc clears the filter.",
        app.stations.total(),
        app.stations.filter().text()
    );
    vec![(text, app.theme.styles.base)]
}

/// The columns that fit, and the width of the identity.
fn fit(width: usize, widest: usize) -> (Vec<(Column, usize)>, usize) {
    let mut room = width.saturating_sub(MARGIN + IDENTITY + 1);
    let mut columns = Vec::new();
    for (column, its_width) in COLUMNS {
        if room < its_width + 1 {
            break;
        }
        room -= its_width + 1;
        columns.push((column, its_width));
    }
    (columns, (IDENTITY + room).min(widest.max(IDENTITY)))
}

fn headings(app: &App, columns: &[(Column, usize)], identity: usize, area: Rect, buffer: &mut Buffer) {
    let style = app.theme.styles.muted;
    let mut pencil = Pencil::new(buffer, area, 0);
    pencil.blanks(MARGIN - 1, style).field("identity", identity, style);
    for (column, width) in columns {
        pencil.blanks(1, style);
        if column.right() {
            pencil.right(column.heading(), *width, style)
        } else {
            pencil.field(column.heading(), *width, style)
        };
    }
}

/// The state as glyph and word, and its style.
fn state(row: &StationRow, outside: &Outside<'_>, styles: &Styles) -> (&'static str, String, Style) {
    match row.state {
        LinkState::New => ("·", "new".to_owned(), styles.muted),
        LinkState::Connecting => ("◌", "connecting".to_owned(), styles.warning),
        LinkState::Connected => ("●", "connected".to_owned(), styles.good),
        LinkState::Waiting { until_micros } => {
            ("↻", format!("retry {}", words::countdown(until_micros, outside.now.monotonic_micros)), styles.warning)
        }
        LinkState::Gone => ("○", "gone".to_owned(), styles.muted),
    }
}

fn draw_row(
    app: &App,
    row: &StationRow,
    outside: &Outside<'_>,
    columns: &[(Column, usize)],
    identity: usize,
    mut pencil: Pencil<'_>,
) {
    let styles = &app.theme.styles;
    let selected = app.stations.selected() == Some(row.key);
    // The selected line has one style from end to end; glyphs and words still say what colours say elsewhere.
    let style = |style: Style| if selected { selection(app, Pane::Stations) } else { styles.base.patch(style) };
    let (glyph, word, state_style) = state(row, outside, styles);
    let marked = app.marked.contains(&row.key);
    pencil.text(if selected { "▸" } else { " " }, style(styles.base));
    pencil
        .text(if marked { "✓" } else { " " }, style(styles.marked))
        .text(glyph, style(state_style))
        .text(" ", style(styles.base));
    pencil.field(&row.identity, identity, style(if marked { styles.marked } else { styles.base }));
    for (column, width) in columns {
        let (text, its_style) = match column {
            Column::State => (word.clone(), state_style),
            Column::Version => (row.version.map_or("–", |version| version.number()).to_owned(), styles.base),
            Column::Seen => (seen(app, row, 8), styles.muted),
            Column::Errors if row.errors == 0 => ("·".to_owned(), styles.muted),
            Column::Errors => (words::short_number(row.errors), styles.error),
            Column::In => (words::short_number(row.frames_in), styles.base),
            Column::Out => (words::short_number(row.frames_out), styles.base),
            Column::Waiting if row.in_flight + row.queued == 0 => ("·".to_owned(), styles.muted),
            Column::Waiting => (format!("{}+{}", row.in_flight, row.queued), styles.warning),
        };
        pencil.blanks(1, style(styles.base));
        if column.right() {
            pencil.right(&text, *width, style(its_style))
        } else {
            pencil.field(&text, *width, style(its_style))
        };
    }
    pencil.fill(' ', style(styles.base));
}

fn seen(app: &App, row: &StationRow, length: usize) -> String {
    if row.last_seen_micros == 0 {
        return "never".to_owned();
    }
    words::time_of_day(row.last_seen_micros, &app.zone)[..length].to_owned()
}

/// What the columns of a narrow pane leave out.
fn details(app: &App, row: &StationRow, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let styles = &app.theme.styles;
    Pencil::new(buffer, area, 0).fill('─', styles.rule);
    let peer = row.peer.map_or_else(String::new, |peer| format!(" at {peer}"));
    let what = match (&row.url, row.is_simulated()) {
        (Some(url), true) => format!("simulated, calls {url}"),
        (None, true) => "simulated".to_owned(),
        (_, false) => format!("charge point{peer}"),
    };
    Pencil::new(buffer, area, 1)
        .blanks(1, styles.base)
        .text(&row.identity, styles.title)
        .text("  ", styles.base)
        .text(&what, styles.muted);
    let latency = row.latency.map_or_else(|| "–".to_owned(), words::duration);
    let ping = row.round_trip.map_or_else(|| "–".to_owned(), words::duration);
    let facts = [
        [("in", words::number(row.frames_in)), ("in flight", row.in_flight.to_string()), ("latency", latency)],
        [("out", words::number(row.frames_out)), ("queued", row.queued.to_string()), ("ping", ping)],
        [
            ("err", words::number(row.errors)),
            ("version", row.version.map_or("–", |version| version.number()).to_owned()),
            ("seen", seen(app, row, 8)),
        ],
    ];
    for (line, facts) in facts.iter().enumerate() {
        let mut pencil = Pencil::new(buffer, area, line as u16 + 2); // three lines
        pencil.blanks(1, styles.base);
        let width = usize::from(area.width).saturating_sub(1);
        let widths = if width / 3 >= 15 { [width / 3; 3] } else { [width.saturating_sub(27), 12, 15] };
        for ((name, value), width) in facts.iter().zip(widths) {
            let value_style = if *name == "err" && row.errors > 0 { styles.error } else { styles.base };
            pencil.text(name, styles.muted).text(" ", styles.base);
            pencil.field(value, width.saturating_sub(width_of(name) + 2), value_style).blanks(1, styles.base);
        }
    }
}
