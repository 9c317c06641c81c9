//! From a key to what it does. The table of keys gives the action of the context; each context has a function that matches all of its
//! actions.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::common::refresh_view;
use super::effect::UpdateEffect;
use super::{
    action_picker, column_chooser, command_line, configuration, confirm, connection_page, editor, held_frames, message,
    overview, pager, palette, panes, profiles_page, prompt, replay_page, search, send, station_details, stations, text_input,
    trace,
};
use crate::tui::action::{ContextAction, EverywhereAction, KeyContext};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::key::KeyPress;

/// Keys with Alt that the text of the editor knows.
const EDITOR_ALT: &str = "bdfhnpv<>[]";

/// Handles a key: an action of the context, or text for the overlay on top. A terminal sends Esc and a key right behind it as that key
/// with Alt; where no action has it, it is taken for these two keys.
pub fn key(app: &mut App, event: KeyEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(second) = second_key(app, &event) else { return one_key(app, event, outside) };
    let mut effects = one_key(app, KeyEvent::from(KeyCode::Esc), outside);
    // The second key acts on what Esc has left, such as the lines that a filter hid.
    refresh_view(app, outside);
    effects.extend(one_key(app, second, outside));
    effects
}

/// The key behind Esc.
fn second_key(app: &App, event: &KeyEvent) -> Option<KeyEvent> {
    let context = app.context();
    let KeyCode::Char(character) = event.code else { return None };
    let is_alt = event.modifiers.contains(KeyModifiers::ALT) && !event.modifiers.contains(KeyModifiers::CONTROL);
    let is_known = app.bindings.action_of(context, KeyPress::of(event)).is_some()
        || (context == KeyContext::Editor && EDITOR_ALT.contains(character.to_ascii_lowercase()));
    (is_alt && !is_known).then(|| KeyEvent::new(event.code, event.modifiers - KeyModifiers::ALT))
}

fn one_key(app: &mut App, event: KeyEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let context = app.context();
    let action = app.bindings.action_of(context, KeyPress::of(&event));
    if action != Some(ContextAction::Everywhere(EverywhereAction::Interrupt)) {
        app.interrupted = false;
    }
    app.command_line.let_go();
    if event.code == KeyCode::Esc {
        app.toasts.dismiss();
        if context.stops_repeating() && send::stop(app) {
            return Vec::new();
        }
    }
    match action {
        Some(action) => act(app, action, outside),
        None => text_input::typed(app, context, event, outside),
    }
}

/// Handles an action in its context.
pub(super) fn act(app: &mut App, action: ContextAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        ContextAction::Everywhere(action) => return everywhere(app, action, outside),
        ContextAction::Panes(action) => {
            let effects = panes::act(app, action, outside);
            refresh_stations(app, outside);
            return effects;
        }
        ContextAction::Stations(action) => {
            stations::act(app, action, outside);
            refresh_stations(app, outside);
        }
        ContextAction::Trace(action) => {
            let effects = trace::act(app, action, outside);
            refresh_stations(app, outside);
            return effects;
        }
        ContextAction::Message(action) => {
            message::act(app, action, outside);
            refresh_stations(app, outside);
        }
        ContextAction::StationDetails(action) => return station_details::act(app, action, outside),
        ContextAction::ConnectionPage(action) => return connection_page::act(app, action, outside),
        ContextAction::ReplayPage(action) => return replay_page::act(app, action, outside),
        ContextAction::Profiles(action) => return profiles_page::act(app, action, outside),
        ContextAction::Configuration(action) => return configuration::act_on_keys(app, action, outside),
        ContextAction::DeviceModel(action) => return configuration::act_on_model(app, action, outside),
        ContextAction::HeldPane(action) => return held_frames::act(app, action, outside),
        ContextAction::ColumnChooser(action) => return column_chooser::act(app, action, outside),
        ContextAction::Overview(action) => return overview::act(app, action, outside),
        ContextAction::Editor(action) => return editor::act(app, action, outside),
        ContextAction::ActionPicker(action) => action_picker::act(app, action, outside),
        ContextAction::CommandLine(action) => return command_line::act(app, action, outside),
        ContextAction::FilterLine(action) => return search::act(app, action, outside),
        ContextAction::Prompt(action) => return prompt::act(app, action, outside),
        ContextAction::Pager(action) => pager::act(app, action),
        ContextAction::PagerSearch(action) => pager::act_in_search(app, action),
        ContextAction::Confirm(action) => return confirm::act(app, action, outside),
        ContextAction::Palette(action) => {
            let mut effects = Vec::new();
            if let Some(chosen) = palette::act(app, action, outside, &mut effects) {
                effects.extend(act(app, chosen, outside));
            }
            return effects;
        }
    }
    Vec::new()
}

/// What was selected or filtered is brought up to date at once: the next key may already depend on it.
fn refresh_stations(app: &mut App, outside: &ReadContext<'_>) {
    app.stations.refresh(outside.contents, &app.facts, outside.now);
}

/// Handles an action that every context has.
fn everywhere(app: &mut App, action: EverywhereAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        EverywhereAction::Interrupt if app.interrupted => vec![UpdateEffect::Quit],
        EverywhereAction::Interrupt => {
            app.interrupted = true;
            app.toasts.info("Ctrl-C again quits at once", outside.now.monotonic_micros);
            Vec::new()
        }
        EverywhereAction::Suspend => vec![UpdateEffect::Suspend],
    }
}
