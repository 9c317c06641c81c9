//! The actions of the stations pane: marking, sorting, narrowing the trace.

use super::common::{move_in, refresh_view};
use super::{column_chooser, compose, views};
use crate::trace::StationKey;
use crate::tui::action::StationsAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{Column, MARGIN, StationDetails, StationLine};

/// Handles an action of the stations pane.
pub fn act(app: &mut App, action: StationsAction, outside: &ReadContext<'_>) {
    match action {
        StationsAction::NarrowTrace => match app.stations.selected_group() {
            Some(group) => app.stations.toggle_group(group),
            None => narrow(app, outside),
        },
        StationsAction::Compose => compose::open_picker(app, app.stations.selected(), outside),
        StationsAction::Mark => {
            mark_line(app);
            move_in(app, Pane::Stations, 1);
        }
        StationsAction::MarkDown => mark_and_move(app, 1),
        StationsAction::MarkUp => mark_and_move(app, -1),
        StationsAction::MarkRange => mark_range(app),
        StationsAction::UnmarkAll => app.marked.clear(),
        StationsAction::MarkShown => mark_shown(app),
        StationsAction::StationDetails => open_details(app, app.stations.selected()),
        StationsAction::Sort => {
            let layout = app.stations.layout(usize::from(app.areas().stations.width).max(MARGIN));
            let columns: Vec<Column> = layout.columns.into_iter().map(|(column, _)| column).collect();
            app.stations.sort_next(&columns);
        }
        StationsAction::Columns => column_chooser::open(app),
        StationsAction::ForgetGone => views::forget_gone(app, outside),
        StationsAction::SortReverse => app.stations.sort_reverse(),
    }
}

/// Marks a station, or unmarks it.
pub fn mark(app: &mut App, station: Option<StationKey>) {
    if let Some(station) = station
        && !app.marked.remove(&station)
    {
        app.marked.insert(station);
        app.last_mark = Some(station);
    }
}

/// Marks the station of the selected line, or all of its group; unmarks them when all are marked.
fn mark_line(app: &mut App) {
    if app.stations.selected_group().is_none() {
        return mark(app, app.stations.selected());
    }
    let stations = app.stations.selected_stations();
    if stations.iter().all(|key| app.marked.contains(key)) {
        app.marked.retain(|key| !stations.contains(key));
    } else {
        app.marked.extend(stations);
    }
}

/// Marks the selected station, goes on by a line, and marks that one too.
fn mark_and_move(app: &mut App, lines: isize) {
    app.marked.extend(app.stations.selected_stations());
    move_in(app, Pane::Stations, lines);
    app.marked.extend(app.stations.selected_stations());
    app.last_mark = app.stations.selected();
}

/// Marks the shown stations from the last mark to the selected one.
fn mark_range(app: &mut App) {
    let here = app.stations.position();
    let from = app.last_mark.and_then(|key| app.stations.line_of(key)).unwrap_or(here);
    let stations = (from.min(here)..=from.max(here)).filter_map(|index| match app.stations.line(index)? {
        StationLine::Station(key) => Some(key),
        StationLine::Group(_) => None,
    });
    app.marked.extend(stations);
    app.last_mark = app.stations.selected();
}

/// Opens the page about a station.
pub fn open_details(app: &mut App, station: Option<StationKey>) {
    if let Some(station) = station {
        app.overlays.open(StationDetails::new(station));
    }
}

fn narrow(app: &mut App, outside: &ReadContext<'_>) {
    let selected = app.stations.selected();
    app.trace.show_only(if app.trace.only().is_some() { None } else { selected });
    refresh_view(app, outside);
}

/// Marks all that are shown; when all of them are marked, unmarks them.
fn mark_shown(app: &mut App) {
    let shown = app.stations.shown();
    if shown.iter().all(|key| app.marked.contains(key)) {
        shown.iter().for_each(|key| {
            app.marked.remove(key);
        });
    } else {
        app.marked.extend(shown);
    }
}
