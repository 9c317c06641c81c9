//! The actions of the page about a station.

use super::{UpdateEffect, compose, refresh_view};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::pane::page_lines;
use crate::tui::state::StationDetails;

/// Does what an action says.
pub fn act(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(page) = app.page else { return Vec::new() };
    let height = usize::from(app.size.height.saturating_sub(4));
    let by = match action {
        Action::PageUpLine => -1,
        Action::PageDownLine => 1,
        Action::PagePageUp => -(height as isize), // a height of the screen
        Action::PagePageDown => height as isize,
        Action::PageTop => isize::MIN,
        Action::PageBottom => isize::MAX,
        _ => 0,
    };
    if by != 0 {
        let count = page_lines(app, page.station, outside).lines.len();
        if let Some(page) = &mut app.page {
            page.scroll(by, count, height);
        }
        return Vec::new();
    }
    match action {
        Action::PageNext => turn(app, page, 1),
        Action::PagePrevious => turn(app, page, -1),
        Action::PageNarrow => {
            app.page = None;
            app.focus(Pane::Trace);
            app.trace.show_only(Some(page.station));
            refresh_view(app, outside);
        }
        Action::PageCompose => compose::open_picker(app, Some(page.station), outside),
        Action::PageClose => app.page = None,
        _ => {}
    }
    Vec::new()
}

/// The page of a neighbour in the table, which is selected there too.
fn turn(app: &mut App, page: StationDetails, by: isize) {
    let height = app.areas().list_lines(Pane::Stations);
    app.stations.select(page.station, height);
    app.stations.move_by(by, height);
    app.page = app.stations.selected().map(StationDetails::new);
}
