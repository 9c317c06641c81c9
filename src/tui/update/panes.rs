//! The actions that all three panes have: moving, changing the pane, opening overlays, one step back.

use super::common::{height_of, move_in, open_command_line, open_help, open_legend, pager_height, pager_width, run};
use super::effect::UpdateEffect;
use super::layout::{self, Resize};
use super::{
    back, clipboard, configuration, confirm, connection_page, held_frames, overview, palette, profiles_page, replay_page,
    search, themes, views,
};
use crate::console::RunContext;
use crate::console::reports::ReportKind;
use crate::tui::action::PanesAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::Pager;

/// Handles an action of the panes.
pub fn act(app: &mut App, action: PanesAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match action {
        PanesAction::CommandLine => open_command_line(app),
        PanesAction::Palette => palette::open(app, outside),
        PanesAction::Filter => search::open_filter(app),
        PanesAction::Follow => app.trace.follow(!app.trace.following()),
        PanesAction::Pause => app.trace.toggle_pause(),
        PanesAction::Held => held_frames::open(app, outside),
        // The rules come back as a list.
        PanesAction::Rules => return vec![run(app, "answers".to_owned(), outside)],
        PanesAction::Misbehaviours => return vec![run(app, "misbehave list".to_owned(), outside)],
        PanesAction::BothEnds => {
            let one = !app.trace.has_base();
            app.show_one_end(one);
            let text = if one { "Each link is shown from the central system" } else { "Both ends of links are shown" };
            app.toasts.info(text, now);
        }
        PanesAction::LastFilter => views::last_filter(app, now),
        PanesAction::Undo => views::undo(app, outside),
        PanesAction::ClearTrace => views::clear(app, outside),
        PanesAction::Copy => return clipboard::copy(app, outside),
        PanesAction::CopyAs => return clipboard::choose_form(app, outside),
        PanesAction::Back => back::back(app, now),
        PanesAction::NextPane => turn(app, 1),
        PanesAction::PreviousPane => turn(app, Pane::ALL.len() - 1),
        PanesAction::StationsPane => app.focus(Pane::Stations),
        PanesAction::TracePane => app.focus(Pane::Trace),
        PanesAction::MessagePane => app.focus(Pane::Message),
        PanesAction::Transactions => overview::open(app, ReportKind::Transactions, outside),
        PanesAction::Statistics => overview::open(app, ReportKind::Actions, outside),
        PanesAction::Faults => overview::open(app, ReportKind::Faults, outside),
        PanesAction::Up => move_by(app, -1),
        PanesAction::Down => move_by(app, 1),
        PanesAction::PageUp => move_by(app, -page(app)),
        PanesAction::PageDown => move_by(app, page(app)),
        PanesAction::Top => move_by(app, isize::MIN),
        PanesAction::Bottom if app.focus == Pane::Trace => app.trace.follow(true),
        PanesAction::Bottom => move_by(app, isize::MAX),
        PanesAction::Zoom => app.zoomed = !app.zoomed,
        // The output comes back as a text, which opens the pager.
        PanesAction::Configuration => return configuration::open(app, outside),
        PanesAction::Profiles => profiles_page::open(app, outside),
        PanesAction::Connection => connection_page::open(app, outside),
        PanesAction::Replay => replay_page::open(app, outside),
        PanesAction::Plugins => {
            return vec![UpdateEffect::Run { line: "plugins --long".to_owned(), context: RunContext::default() }];
        }
        PanesAction::Wider => return layout::resize(app, Resize::Wider),
        PanesAction::Narrower => return layout::resize(app, Resize::Narrower),
        PanesAction::Higher => return layout::resize(app, Resize::Higher),
        PanesAction::Lower => return layout::resize(app, Resize::Lower),
        PanesAction::ResetLayout => return layout::reset(app),
        PanesAction::Theme => themes::open(app),
        PanesAction::OtherBackground => return themes::other_background(app, now),
        PanesAction::Mouse => return layout::toggle_mouse(app, now),
        PanesAction::EventLog => {
            let log = Pager::log(app.toasts.log(), &app.zone, pager_width(app), pager_height(app));
            app.overlays.open(log);
        }
        PanesAction::Help => open_help(app),
        PanesAction::Legend => open_legend(app),
        PanesAction::Redraw => return vec![UpdateEffect::Redraw],
        PanesAction::Quit if app.zoomed => app.zoomed = false,
        PanesAction::Quit => return confirm::quit(app, outside),
        PanesAction::QuitAtOnce => return vec![UpdateEffect::Quit],
    }
    Vec::new()
}

fn turn(app: &mut App, by: usize) {
    let index = Pane::ALL.iter().position(|pane| *pane == app.focus).unwrap_or(0);
    app.focus(Pane::ALL[(index + by) % Pane::ALL.len()]);
}

fn page(app: &App) -> isize {
    height_of(app, app.focus).saturating_sub(1).max(1) as isize // a height of the screen
}

fn move_by(app: &mut App, lines: isize) {
    move_in(app, app.focus, lines);
}
