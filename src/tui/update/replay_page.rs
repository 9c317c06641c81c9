//! The actions of the page with the steps of a replay.

use super::common::open_help;
use super::effect::UpdateEffect;
use super::{palette, results};
use crate::tui::action::ReplayPageAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ReplayPage, replay_row};

/// Opens the page.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    if outside.replay.is_some() {
        app.overlays.open(ReplayPage::default());
    } else {
        app.toasts.info("Nothing is replayed; ocpp-tui replay FILE begins it", outside.now.monotonic_micros);
    }
}

/// Handles an action of the page.
pub fn act(app: &mut App, action: ReplayPageAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let height = app.areas().page_lines() as isize; // a height of the screen
    match action {
        ReplayPageAction::Up => move_by(app, -1, outside),
        ReplayPageAction::Down => move_by(app, 1, outside),
        ReplayPageAction::PageUp => move_by(app, -height, outside),
        ReplayPageAction::PageDown => move_by(app, height, outside),
        ReplayPageAction::Top => move_by(app, isize::MIN, outside),
        ReplayPageAction::Bottom => move_by(app, isize::MAX, outside),
        ReplayPageAction::NextDifference => to_difference(app, true, outside),
        ReplayPageAction::PreviousDifference => to_difference(app, false, outside),
        ReplayPageAction::SendNext => match outside.replay {
            Some(run) if run.waits_for_user() => return vec![UpdateEffect::SendNextStep],
            _ => app.toasts.info("No message waits; --speed step lets each wait", outside.now.monotonic_micros),
        },
        ReplayPageAction::ShowRecord => show_record(app, outside),
        ReplayPageAction::Palette => palette::open(app, outside),
        ReplayPageAction::Help => open_help(app),
        ReplayPageAction::Close => {
            app.overlays.close::<ReplayPage>();
        }
    }
    Vec::new()
}

fn move_by(app: &mut App, rows: isize, outside: &ReadContext<'_>) {
    if let (Some(page), Some(run)) = (app.overlays.get_mut::<ReplayPage>(), outside.replay) {
        page.move_by(rows, &run.stations());
    }
}

fn to_difference(app: &mut App, forward: bool, outside: &ReadContext<'_>) {
    let (Some(page), Some(run)) = (app.overlays.get_mut::<ReplayPage>(), outside.replay) else { return };
    if !page.to_difference(forward, &run.stations()) {
        app.toasts.info("No further difference", outside.now.monotonic_micros);
    }
}

/// Closes the page and selects the message of the step in the trace.
fn show_record(app: &mut App, outside: &ReadContext<'_>) {
    let (Some(page), Some(run)) = (app.overlays.get::<ReplayPage>().copied(), outside.replay) else { return };
    let live = {
        let stations = run.stations();
        replay_row(&stations, page.selected(&stations)).and_then(|(_, row)| row.live)
    };
    match live {
        Some(sequence) => {
            app.overlays.close::<ReplayPage>();
            results::show_record(app, sequence, outside);
        }
        None => app.toasts.info("The step has no message in the trace yet", outside.now.monotonic_micros),
    }
}
