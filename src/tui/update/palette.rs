//! The palette and the other lists to choose from: what there is to choose, what follows from a choice, and the preview of themes.

use super::{UpdateEffect, act, clipboard, compose, drafts, held_frames, panes};
use crate::config::SavedPart;
use crate::tui::action::{Action, ActionRow, KeyContext};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{ChoiceAction, KeptKind, Palette, PaletteChoice, PaneFilter};

/// How many choices are remembered.
const RECENT: usize = 20;
/// The contexts whose actions make sense when they are chosen from a list; the others belong to what is being typed or read.
const OFFERED: [KeyContext; 6] = [
    KeyContext::Panes,
    KeyContext::Stations,
    KeyContext::Trace,
    KeyContext::Message,
    KeyContext::Editor,
    KeyContext::Everywhere,
];

/// Opens the palette.
pub fn open_palette(app: &mut App, outside: &ReadContext<'_>) {
    let mut choices = Vec::new();
    for context in OFFERED {
        choices.extend(app.bindings.of(context).filter(|(entry, _)| is_worth_a_line(entry.action)).map(|(entry, keys)| {
            PaletteChoice {
                kind: "action",
                name: entry.name().replace('-', " "),
                detail: entry.help.to_owned(),
                keys: keys.first().map(ToString::to_string).unwrap_or_default(),
                obstacle: obstacle(app, entry, outside),
                does: ChoiceAction::Act(entry.action),
            }
        }));
    }
    choices.extend(compose::offered(app, outside).into_iter().map(|definition| PaletteChoice {
        kind: "call",
        name: definition.name.to_string(),
        detail: format!("edit and send it, OCPP {}", definition.version),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Call(definition),
    }));
    choices.extend(app.commands.iter().map(|(name, summary)| PaletteChoice {
        kind: "command",
        name: name.clone(),
        detail: summary.clone(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Command(name.clone()),
    }));
    choices.extend(kept_choices(app));
    choices.extend(theme_choices(app));
    choices.extend(outside.contents.stations().rows().iter().map(|row| PaletteChoice {
        kind: "station",
        name: row.identity.to_string(),
        detail: row.state.to_string(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Station(row.key),
    }));
    let title = "everything".to_owned();
    open(app, Palette::new(title, choices, app.kept.screen.recent.clone()));
}

fn kept_choices(app: &App) -> Vec<PaletteChoice> {
    let drafts = app.kept.drafts.iter().map(|kept| (KeptKind::Draft, "draft", kept)).enumerate();
    let favourites = app.kept.favourites.iter().map(|kept| (KeptKind::Favourite, "favourite", kept)).enumerate();
    drafts
        .chain(favourites)
        .map(|(index, (kind, word, kept))| {
            let action = if kept.action.is_empty() { "whole frame" } else { &kept.action };
            PaletteChoice {
                kind: word,
                name: if kept.name.is_empty() { action.to_owned() } else { kept.name.clone() },
                detail: format!("{action}, OCPP {}", kept.version),
                keys: String::new(),
                obstacle: None,
                does: ChoiceAction::Kept(kind, index),
            }
        })
        .collect()
}

fn theme_choices(app: &App) -> Vec<PaletteChoice> {
    let choice = |name: String| {
        let theme = app.themes.named(&name);
        PaletteChoice {
            kind: "theme",
            detail: theme.as_ref().map(|theme| theme.description.clone()).unwrap_or_default(),
            keys: String::new(),
            obstacle: theme.err().map(|error| error.to_string()),
            does: ChoiceAction::Theme(name.clone()),
            name,
        }
    };
    app.themes.names().into_iter().map(choice).collect()
}

/// Opens the list of themes, with the one that is on selected.
pub fn open_themes(app: &mut App) {
    let (choices, name) = (theme_choices(app), app.theme.name.clone());
    open(app, Palette::new("theme", choices, Vec::new()));
    let height = height(app);
    if let Some(chooser) = &mut app.chooser {
        chooser.select(&name, height);
    }
}

fn open(app: &mut App, mut chooser: Palette) {
    chooser.before = Some(app.theme.clone());
    app.chooser = Some(chooser);
}

/// Opens a list of something else than themes.
pub fn open_list(app: &mut App, title: &str, choices: Vec<PaletteChoice>) {
    open(app, Palette::new(title, choices, Vec::new()));
}

/// Moving line by line needs no list.
fn is_worth_a_line(action: Action) -> bool {
    !matches!(
        action,
        Action::Palette
            | Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Left
            | Action::Right
            | Action::Back
            | Action::AcceptCompletion
            | Action::PreviousCompletion
            | Action::EditorCommandLine
            | Action::EditorHelp
            | Action::Interrupt
    )
}

/// Why an action cannot be done now.
fn obstacle(app: &App, entry: &ActionRow, outside: &ReadContext<'_>) -> Option<String> {
    let editing = app.editor.is_some();
    let selected = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let partner = |later: bool| {
        selected.and_then(|record| record.partner.filter(|partner| (*partner > record.sequence) == later)).is_none()
    };
    let reason = match (entry.context, entry.action) {
        (KeyContext::Editor, _) if !editing => "the editor is not open",
        (KeyContext::Editor | KeyContext::Everywhere, _) => return None,
        _ if editing => "the editor is open; Esc closes it",
        (KeyContext::Stations, _) if app.stations.shown().is_empty() => "there is no station to do it with",
        (KeyContext::Trace | KeyContext::Message, _) if selected.is_none() => "no line of the trace is selected",
        (_, Action::Copy | Action::CopyAs) if selected.is_none() => "no line of the trace is selected",
        (_, Action::NextPartner | Action::NextPartnerMessage) if partner(true) => "the selected line has no answer",
        (_, Action::PreviousPartner | Action::PreviousPartnerMessage) if partner(false) => "the selected line answers no call",
        (_, Action::UnmarkAll) if app.marked.is_empty() => "nothing is marked",
        (_, Action::OtherBackground) if app.theme.pair.is_none() => "this theme has no counterpart",
        _ => return None,
    };
    Some(reason.to_owned())
}

/// How many lines the list has on the screen.
pub fn height(app: &App) -> usize {
    usize::from(crate::tui::layout::list_box(app.areas().body).height.saturating_sub(4)).max(1)
}

/// The actions of a list.
pub fn choose(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let height = height(app);
    let page = height.saturating_sub(1).max(1) as isize; // a height of the screen
    let Some(chooser) = &mut app.chooser else { return Vec::new() };
    match action {
        Action::ChooseUp => chooser.list.move_by(-1, height),
        Action::ChooseDown => chooser.list.move_by(1, height),
        Action::ChoosePageUp => chooser.list.move_by(-page, height),
        Action::ChoosePageDown => chooser.list.move_by(page, height),
        Action::LeaveChooser => leave(app),
        Action::Choose => return chosen(app, outside),
        _ => {}
    }
    preview(app);
    Vec::new()
}

/// Puts on the theme that is selected, and the one before when none is.
pub fn preview(app: &mut App) {
    let Some(chooser) = &app.chooser else { return };
    let theme = match chooser.list.choice().map(|choice| &choice.does) {
        Some(ChoiceAction::Theme(name)) => app.themes.named(name).ok(),
        _ => chooser.before.clone(),
    };
    if let Some(theme) = theme.filter(|theme| theme.name != app.theme.name) {
        app.set_theme(theme);
    }
}

fn leave(app: &mut App) {
    if let Some(before) = app.chooser.take().and_then(|chooser| chooser.before) {
        app.theme = before;
    }
}

fn chosen(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    let Some(choice) = app.chooser.as_ref().and_then(|chooser| chooser.list.choice()).cloned() else { return Vec::new() };
    if let Some(obstacle) = choice.obstacle {
        app.toasts.info(format!("Not now: {obstacle}"), now);
        return Vec::new();
    }
    leave(app);
    let mut effects = Vec::new();
    if !matches!(choice.does, ChoiceAction::Text(_) | ChoiceAction::Forget(_) | ChoiceAction::Copy(_)) {
        let recent = &mut app.kept.screen.recent;
        recent.retain(|name| *name != choice.name);
        recent.insert(0, choice.name);
        recent.truncate(RECENT);
        effects.push(UpdateEffect::Keep(SavedPart::Screen));
    }
    match choice.does {
        ChoiceAction::Act(action) => effects.extend(do_action(app, action, outside)),
        ChoiceAction::Command(name) => {
            app.command_line.open();
            app.command_line.input.set(format!("{name} "));
        }
        ChoiceAction::Run(line) => effects.push(UpdateEffect::Run { line, context: app.run_context(outside.contents) }),
        ChoiceAction::Held(number) => held_frames::edit(app, number, outside),
        ChoiceAction::Call(definition) => compose::edit_call(app, &definition, outside),
        ChoiceAction::Station(key) => select_station(app, key, outside),
        ChoiceAction::Theme(name) => effects.extend(put_on(app, &name, now)),
        ChoiceAction::Text(text) => {
            if let Some(editor) = &mut app.editor {
                editor.replace_text(&text);
            }
        }
        ChoiceAction::Kept(kind, index) => drafts::open(app, kind, index, outside),
        ChoiceAction::Forget(index) => effects.extend(drafts::forget_favourite(app, index, outside)),
        ChoiceAction::Copy(text) => effects.push(clipboard::copy_text(app, text, outside)),
    }
    effects
}

/// Puts a theme on and remembers it.
pub fn put_on(app: &mut App, name: &str, now: u64) -> Option<UpdateEffect> {
    match app.themes.named(name) {
        Ok(theme) => {
            app.toasts.info(format!("Theme: {}", theme.name), now);
            app.kept.screen.theme = Some(theme.name.clone());
            app.set_theme(theme);
            Some(UpdateEffect::Keep(SavedPart::Screen))
        }
        Err(error) => {
            app.toasts.error(error.to_string(), now);
            None
        }
    }
}

/// Does an action as if its key had been pressed where it works.
fn do_action(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let context = OFFERED.into_iter().find(|context| app.bindings.of(*context).any(|(entry, _)| entry.action == action));
    match context {
        Some(KeyContext::Stations) => app.focus(Pane::Stations),
        Some(KeyContext::Trace) => app.focus(Pane::Trace),
        Some(KeyContext::Message) => app.focus(Pane::Message),
        _ => {}
    }
    act(app, action, outside)
}

fn select_station(app: &mut App, key: crate::trace::StationKey, outside: &ReadContext<'_>) {
    app.focus(Pane::Stations);
    if !app.stations.shown().contains(&key) {
        app.stations.set_filter(PaneFilter::default());
        super::refresh_view(app, outside);
    }
    let height = super::height_of(app, Pane::Stations);
    if let Some(index) = app.stations.shown().iter().position(|shown| *shown == key) {
        app.stations.go_to(index, height);
    }
    panes::keep_narrow(app);
}
