//! The actions of the help and other texts, and of the search in them.

use super::common::{pager_height, scroll_pager};
use crate::tui::action::{PagerAction, PagerSearchAction};
use crate::tui::app::App;
use crate::tui::state::Pager;

/// Handles an action of the pager.
pub fn act(app: &mut App, action: PagerAction) {
    let page = pager_height(app) as isize; // a height of the screen
    match action {
        PagerAction::Search => set_searching(app, true),
        PagerAction::Top => scroll_pager(app, isize::MIN),
        PagerAction::Bottom => scroll_pager(app, isize::MAX),
        PagerAction::Up => scroll_pager(app, -1),
        PagerAction::Down => scroll_pager(app, 1),
        PagerAction::PageUp => scroll_pager(app, -page),
        PagerAction::PageDown => scroll_pager(app, page),
        PagerAction::Close => {
            app.overlays.pop();
        }
    }
}

/// Handles an action of the search.
pub fn act_in_search(app: &mut App, action: PagerSearchAction) {
    set_searching(app, false);
    match action {
        PagerSearchAction::Accept => {}
        PagerSearchAction::Close => {
            if let Some(pager) = app.overlays.get_mut::<Pager>() {
                pager.search.set("");
                pager.narrow();
            }
        }
    }
}

fn set_searching(app: &mut App, searching: bool) {
    if let Some(pager) = app.overlays.get_mut::<Pager>() {
        pager.searching = searching;
    }
}
