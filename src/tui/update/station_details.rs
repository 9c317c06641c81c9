//! The actions of the page about a station.

use super::common::{neighbour, open_help, refresh_view};
use super::compose;
use super::connection_page;
use super::effect::UpdateEffect;
use super::machine;
use super::palette;
use crate::trace::StationKey;
use crate::tui::action::StationDetailsAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::pane::page_lines;
use crate::tui::state::StationDetails;

/// Handles an action of the page.
pub fn act(app: &mut App, action: StationDetailsAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(station) = app.overlays.get::<StationDetails>().map(|page| page.station) else { return Vec::new() };
    let height = app.areas().page_lines() as isize; // a height of the screen
    match action {
        StationDetailsAction::Up => scroll(app, -1, outside),
        StationDetailsAction::Down => scroll(app, 1, outside),
        StationDetailsAction::PageUp => scroll(app, -height, outside),
        StationDetailsAction::PageDown => scroll(app, height, outside),
        StationDetailsAction::Top => scroll(app, isize::MIN, outside),
        StationDetailsAction::Bottom => scroll(app, isize::MAX, outside),
        StationDetailsAction::NextStation => turn(app, station, 1),
        StationDetailsAction::PreviousStation => turn(app, station, -1),
        StationDetailsAction::NarrowTrace => {
            app.overlays.pop();
            app.focus(Pane::Trace);
            app.trace.show_only(Some(station));
            refresh_view(app, outside);
        }
        StationDetailsAction::Connection => {
            if !connection_page::open_of(app, station, outside) {
                app.toasts.info("No attempt to connect was seen yet", outside.now.monotonic_micros);
            }
        }
        StationDetailsAction::Compose => compose::open_picker(app, Some(station), outside),
        StationDetailsAction::Palette => palette::open(app, outside),
        StationDetailsAction::Help => open_help(app),
        StationDetailsAction::Close => {
            app.overlays.pop();
        }
        StationDetailsAction::Plug
        | StationDetailsAction::Card
        | StationDetailsAction::CarSuspend
        | StationDetailsAction::CarFull
        | StationDetailsAction::Fault
        | StationDetailsAction::Lock
        | StationDetailsAction::Limit
        | StationDetailsAction::Fail
        | StationDetailsAction::Bay
        | StationDetailsAction::Power
        | StationDetailsAction::Network
        | StationDetailsAction::NextConnector
        | StationDetailsAction::PreviousConnector => return machine::act(app, action, outside),
    }
    Vec::new()
}

fn scroll(app: &mut App, lines: isize, outside: &ReadContext<'_>) {
    let height = app.areas().page_lines();
    let Some(page) = app.overlays.get::<StationDetails>().copied() else { return };
    let count = page_lines(app, page, outside).lines.len();
    if let Some(page) = app.overlays.get_mut::<StationDetails>() {
        page.scroll(lines, count, height);
    }
}

/// Shows the page of a neighbour in the table.
fn turn(app: &mut App, station: StationKey, by: isize) {
    match neighbour(app, station, by) {
        Some(neighbour) => app.overlays.open(StationDetails::new(neighbour)),
        None => {
            app.overlays.pop();
        }
    }
}
