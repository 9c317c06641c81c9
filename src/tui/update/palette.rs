//! The palette and the other lists of choices: the entries, the preview of themes, and what follows from a choice.

use super::common::{compare_with, height_of, keep_narrow, list_height, open_command_line, open_list, refresh_view};
use super::effect::UpdateEffect;
use super::{command_line, compose, drafts, machine, results, sources, targets, themes, variable_value, views};
use crate::config::SavedPart;
use crate::ocpp::field_docs;
use crate::trace::StationKey;
use crate::tui::action::{
    Action, ActionRow, ContextAction, EditorAction, EverywhereAction, KeyContext, MessageAction, PaletteAction, PanesAction,
    StationDetailsAction,
};
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{
    COLUMNS, ChoiceAction, Column, ConnectionPage, Editor, KeptKind, Palette, PaletteChoice, PaneFilter, StationDetails,
};

/// How many choices are remembered.
const RECENT: usize = 20;
/// The contexts whose actions can be chosen from a list. The actions of the others need what is typed or shown there.
const OFFERED: [KeyContext; 6] = [
    KeyContext::Panes,
    KeyContext::Stations,
    KeyContext::Trace,
    KeyContext::Message,
    KeyContext::Editor,
    KeyContext::Everywhere,
];

/// Opens the palette.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    let mut choices = Vec::new();
    for context in OFFERED {
        choices.extend(app.bindings.of(context).filter(|(row, _)| is_offered(row.bound)).map(|(row, keys)| PaletteChoice {
            kind: "action",
            name: row.short_name().replace('-', " "),
            detail: row.help.to_owned(),
            keys: keys.first().map(ToString::to_string).unwrap_or_default(),
            obstacle: obstacle(app, row, outside),
            does: ChoiceAction::Act(row.bound),
        }));
    }
    choices.extend(app.result.as_ref().map(|result| PaletteChoice {
        kind: "result",
        name: format!("results of {}", result.what),
        detail: result.summary.clone(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Results,
    }));
    let receivers = assist::names(&app.targets(app.run_context(outside.contents).selected), outside.contents);
    choices.extend(targets::offered(app, outside).into_iter().map(|definition| PaletteChoice {
        kind: "call",
        name: definition.name.to_string(),
        detail: format!(
            "→ {receivers}, OCPP {}: {}",
            definition.version,
            field_docs::action(&definition.name).unwrap_or("edit and send it")
        ),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Call(definition),
    }));
    choices.extend(machine_choices(app, outside));
    choices.extend(app.commands.iter().map(|(name, summary)| PaletteChoice {
        kind: "command",
        name: name.clone(),
        detail: summary.clone(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Command(name.clone()),
    }));
    choices.extend(sort_choices());
    choices.extend(kept_choices(app));
    choices.extend(views::choices(app));
    choices.extend(themes::choices(app));
    choices.extend(outside.contents.stations().rows().iter().map(|row| PaletteChoice {
        kind: "station",
        name: row.identity.to_string(),
        detail: row.state.to_string(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Station(row.key),
    }));
    open_list(app, Palette::new("everything", choices, app.kept.screen.recent.clone()));
}

/// What hands can do at the selected station, when it is a machine of ours.
fn machine_choices(app: &App, outside: &ReadContext<'_>) -> Vec<PaletteChoice> {
    let selected = app.run_context(outside.contents).selected;
    let Some((station, machine)) = selected.and_then(|station| Some((station, outside.machines.of(station)?))) else {
        return Vec::new();
    };
    // The connector of the open page comes first.
    let open = app.overlays.get::<StationDetails>().filter(|page| page.station == station).map_or(1, |page| page.connector);
    let others = (1..=machine.connectors.len()).filter(|number| *number != open);
    let connectors: Vec<usize> = std::iter::once(open).chain(others).collect();
    let choice = |action: StationDetailsAction, connector: usize| {
        let (command, at_connector) = machine::command(app, station, action, &machine, connector)?;
        if !at_connector && connector != open {
            return None;
        }
        let line = machine::line(app, station, action, &machine, connector, outside)?;
        let keys = app.bindings.keys(ContextAction::StationDetails(action)).first().filter(|_| connector == open);
        let several = at_connector && connectors.len() > 1;
        Some(PaletteChoice {
            kind: "hands",
            name: if several { format!("{command} at connector {connector}") } else { command.into_owned() },
            detail: line.clone(),
            keys: keys.map(|key| format!("o {key}")).unwrap_or_default(),
            obstacle: None,
            does: if machine::is_edited(action) { ChoiceAction::Line(line) } else { ChoiceAction::Run(line) },
        })
    };
    machine::ACTIONS
        .into_iter()
        .flat_map(|action| {
            let choice = &choice;
            connectors.iter().filter_map(move |number| choice(action, *number))
        })
        .collect()
}

/// The orders of the stations.
fn sort_choices() -> impl Iterator<Item = PaletteChoice> {
    std::iter::once(Column::Identity).chain(COLUMNS).map(|column| PaletteChoice {
        kind: "sort",
        name: format!("sort by {}", column.heading()),
        detail: format!("stations by: {}; again for the reverse order", column.meaning()),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::SortBy(column),
    })
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
                detail: format!("{action}, OCPP {}: {}", kept.version, sources::first_words(&kept.text)),
                keys: String::new(),
                obstacle: None,
                does: ChoiceAction::Kept(kind, index),
            }
        })
        .collect()
}

/// Whether an action is of use in a list: moving by a line is not, nor is what the list replaces.
fn is_offered(action: ContextAction) -> bool {
    !matches!(
        action,
        ContextAction::Panes(
            PanesAction::Palette
                | PanesAction::Up
                | PanesAction::Down
                | PanesAction::PageUp
                | PanesAction::PageDown
                | PanesAction::Back
        ) | ContextAction::Message(MessageAction::Left | MessageAction::Right)
            | ContextAction::Editor(
                EditorAction::Complete | EditorAction::PreviousProposal | EditorAction::Palette | EditorAction::Help
            )
            | ContextAction::Everywhere(EverywhereAction::Interrupt)
    )
}

/// Why an action cannot be done now.
fn obstacle(app: &App, row: &ActionRow, outside: &ReadContext<'_>) -> Option<String> {
    let editing = app.overlays.get::<Editor>().is_some();
    let selected = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let partner = |later: bool| {
        selected.and_then(|record| record.partner.filter(|partner| (*partner > record.sequence) == later)).is_none()
    };
    let reason = match (row.context, row.bound.action()) {
        (KeyContext::Editor, _) if !editing => "the editor is not open",
        (KeyContext::Editor | KeyContext::Everywhere, _) => return None,
        _ if editing => "the editor is open; Esc closes it",
        (KeyContext::Stations, _) if app.stations.shown().is_empty() => "there is no station to do it with",
        (KeyContext::Trace | KeyContext::Message, _) | (_, Action::Copy | Action::CopyAs) if selected.is_none() => {
            "no line of the trace is selected"
        }
        (_, Action::NextPartner) if partner(true) => "the selected line has no answer",
        (_, Action::PreviousPartner) if partner(false) => "the selected line answers no call",
        (_, Action::UnmarkAll) if app.marked.is_empty() => "nothing is marked",
        (_, Action::OtherBackground) if app.theme.pair.is_none() => "this theme has no counterpart",
        _ => return None,
    };
    Some(reason.to_owned())
}

/// Handles an action of the list; returns the action that was chosen from it, if it was one.
pub fn act(
    app: &mut App,
    action: PaletteAction,
    outside: &ReadContext<'_>,
    effects: &mut Vec<UpdateEffect>,
) -> Option<ContextAction> {
    let page = list_height(app).saturating_sub(1).max(1) as isize; // a height of the screen
    match action {
        PaletteAction::Accept => return accept(app, outside, effects),
        PaletteAction::Up => move_by(app, -1),
        PaletteAction::Down => move_by(app, 1),
        PaletteAction::PageUp => move_by(app, -page),
        PaletteAction::PageDown => move_by(app, page),
        PaletteAction::Close => leave(app),
    }
    None
}

/// Moves the selection by some lines.
pub fn move_by(app: &mut App, lines: isize) {
    let height = list_height(app);
    if let Some(list) = app.overlays.get_mut::<Palette>() {
        list.list.move_by(lines, height);
    }
    preview(app);
}

/// Shows the selected theme; if no theme is selected, the one from before.
pub fn preview(app: &mut App) {
    let Some(list) = app.overlays.get::<Palette>() else { return };
    let theme = match list.list.choice().map(|choice| &choice.does) {
        Some(ChoiceAction::Theme(name)) => app.themes.named(name).ok(),
        _ => list.before.clone(),
    };
    if let Some(theme) = theme.filter(|theme| theme.name != app.theme.name) {
        app.set_theme(theme);
    }
}

/// Closes the list and restores the theme.
fn leave(app: &mut App) {
    if let Some(before) = app.overlays.close::<Palette>().and_then(|list| list.before) {
        app.theme = before;
    }
}

/// Enter: closes the list and does what is selected. An entry that is not available now leaves the list open.
fn accept(app: &mut App, outside: &ReadContext<'_>, effects: &mut Vec<UpdateEffect>) -> Option<ContextAction> {
    let now = outside.now.monotonic_micros;
    let choice = app.overlays.get::<Palette>()?.list.choice().cloned()?;
    if let Some(obstacle) = choice.obstacle {
        app.toasts.info(format!("Not now: {obstacle}"), now);
        return None;
    }
    leave(app);
    if !matches!(
        choice.does,
        ChoiceAction::Record(_)
            | ChoiceAction::Attempt(_)
            | ChoiceAction::Text(_)
            | ChoiceAction::Forget(_)
            | ChoiceAction::Copy(_)
            | ChoiceAction::Line(_)
            | ChoiceAction::Filter(_)
    ) {
        remember(app, &choice.name);
        effects.push(UpdateEffect::Keep(SavedPart::Screen));
    }
    match choice.does {
        ChoiceAction::Act(action) => {
            focus_for(app, action);
            return Some(action);
        }
        ChoiceAction::Command(name) => {
            open_command_line(app);
            app.command_line.input.set(format!("{name} "));
        }
        ChoiceAction::Run(line) => effects.extend(command_line::run_asked(app, line, outside)),
        ChoiceAction::Line(line) => command_line::recall(app, line),
        ChoiceAction::Filter(filter) => views::set_filter(app, &filter, now),
        ChoiceAction::Call(definition) => compose::edit_call(app, &definition, outside),
        ChoiceAction::CompareWith(other) => compare_with(app, other),
        ChoiceAction::SetVariable(place, value) => effects.extend(variable_value::change(app, &place, &value)),
        ChoiceAction::TypeVariable(place) => variable_value::type_value(app, place, String::new()),
        ChoiceAction::SortBy(column) => {
            app.stations.sort_by(column);
            refresh_view(app, outside);
        }
        ChoiceAction::Station(key) => select_station(app, key, outside),
        ChoiceAction::Theme(name) => effects.extend(themes::put_on(app, &name, now)),
        ChoiceAction::Text(text) => {
            if let Some(editor) = app.overlays.get_mut::<Editor>() {
                editor.replace_text(&text);
            }
        }
        ChoiceAction::Kept(kind, index) => compose::edit_kept(app, kind, index, outside),
        ChoiceAction::Forget(index) => effects.extend(drafts::forget_favourite(app, index, outside)),
        ChoiceAction::Attempt(attempt) => app.overlays.open(ConnectionPage::new(attempt, None, false)),
        ChoiceAction::Record(record) => results::show_record(app, record, outside),
        ChoiceAction::Results => results::open(app, outside),
        ChoiceAction::Copy(text) => effects.push(UpdateEffect::Copy(text)),
    }
    None
}

/// Remembers what was chosen; the next lists begin with it.
pub fn remember(app: &mut App, name: &str) {
    let recent = &mut app.kept.screen.recent;
    recent.retain(|known| known != name);
    recent.insert(0, name.to_owned());
    recent.truncate(RECENT);
}

/// Focuses the pane of an action, as if its key had been pressed there.
fn focus_for(app: &mut App, action: ContextAction) {
    match action {
        ContextAction::Stations(_) => app.focus(Pane::Stations),
        ContextAction::Trace(_) => app.focus(Pane::Trace),
        ContextAction::Message(_) => app.focus(Pane::Message),
        // The keys of the panes work in each of them, and only actions of panes, editor and everywhere are in a list.
        _ => {}
    }
}

fn select_station(app: &mut App, key: StationKey, outside: &ReadContext<'_>) {
    app.focus(Pane::Stations);
    if !app.stations.shown().contains(&key) {
        app.stations.set_filter(PaneFilter::default());
        refresh_view(app, outside);
    }
    let height = height_of(app, Pane::Stations);
    app.stations.select(key, height);
    keep_narrow(app);
}
