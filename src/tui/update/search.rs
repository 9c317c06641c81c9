//! Filters, searches and times: the line in which they are typed, and their effect on the lists.

use super::common::{height_of, open_help};
use super::effect::UpdateEffect;
use crate::trace::filter::{self, KnownNames};
use crate::tui::action::FilterLineAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{FilterLine, FilterPurpose, Goal, PaneFilter, SeekProgress};
use crate::tui::widget::InputLine;

/// The length of the history.
const HISTORY: usize = 50;
/// The most names that are proposed.
const NAMES: usize = 200;

/// Opens the filter of the focused list; from the message pane that of the trace.
pub fn open_filter(app: &mut App) {
    let pane = if app.focus == Pane::Stations { Pane::Stations } else { Pane::Trace };
    let before = if pane == Pane::Stations { app.stations.filter() } else { app.trace.filter() }.clone();
    app.overlays.open(FilterLine::new(FilterPurpose::Filter(pane), before));
}

/// Opens the line for something to find or for a time.
pub fn open(app: &mut App, purpose: FilterPurpose) {
    let before = if purpose == FilterPurpose::Find { app.trace.find().clone() } else { PaneFilter::default() };
    app.overlays.open(FilterLine::new(purpose, before));
}

/// Applies what was typed: a valid filter at once; an invalid one leaves the last valid one in force.
pub fn typed(app: &mut App) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    line.proposals = None;
    if line.purpose == FilterPurpose::Time {
        return;
    }
    let purpose = line.purpose;
    match PaneFilter::parse(line.input.text()) {
        Ok(filter) => {
            line.error = None;
            set(app, purpose, filter);
        }
        Err(error) => line.error = Some(error),
    }
}

fn set(app: &mut App, purpose: FilterPurpose, filter: PaneFilter) {
    match purpose {
        FilterPurpose::Filter(Pane::Stations) => app.stations.set_filter(filter),
        FilterPurpose::Filter(_) => app.trace.set_filter(filter),
        FilterPurpose::Find => app.trace.set_find(filter),
        FilterPurpose::Time => {}
    }
}

/// Handles an action of the line.
pub fn act(app: &mut App, action: FilterLineAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        FilterLineAction::Accept => return keep(app, outside),
        FilterLineAction::Complete => complete(app, outside),
        FilterLineAction::PreviousProposal => turn(app, -1),
        FilterLineAction::Older => recall(app, true),
        FilterLineAction::Newer => recall(app, false),
        FilterLineAction::Help => open_help(app),
        FilterLineAction::Close => drop_line(app),
    }
    Vec::new()
}

/// Enter: keeps the filter, finds, or goes to the time. An invalid text is reported and stays open.
fn keep(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    if app.overlays.get::<FilterLine>().is_some_and(|line| line.proposals.is_some()) {
        accept(app);
        return Vec::new();
    }
    let Some(line) = app.overlays.close::<FilterLine>() else { return Vec::new() };
    if let Some(error) = &line.error {
        app.toasts.error(error.to_string(), now);
        app.overlays.open(line);
        return Vec::new();
    }
    let text = line.input.text().trim().to_owned();
    if !text.is_empty() && line.purpose != FilterPurpose::Time {
        app.filter_history.retain(|known| *known != text);
        app.filter_history.push(text.clone());
        if app.filter_history.len() > HISTORY {
            app.filter_history.remove(0);
        }
    }
    match line.purpose {
        FilterPurpose::Filter(_) => Vec::new(),
        FilterPurpose::Find if text.is_empty() => Vec::new(),
        FilterPurpose::Find => seek(app, Goal::Found, true, outside),
        FilterPurpose::Time if text.is_empty() => Vec::new(),
        FilterPurpose::Time => {
            let (context, height) = (app.filter_context(outside), height_of(app, Pane::Trace));
            if let Err(error) = app.trace.go_to_time(&text, outside.contents, &context, height) {
                app.toasts.error(error.to_string(), now);
                app.overlays.open(line);
            }
            Vec::new()
        }
    }
}

/// Esc: closes the proposals, or else the line, and restores the filter from before.
fn drop_line(app: &mut App) {
    if app.overlays.get_mut::<FilterLine>().is_some_and(|line| line.proposals.take().is_some()) {
        return;
    }
    if let Some(line) = app.overlays.close::<FilterLine>() {
        set(app, line.purpose, line.before);
    }
}

/// Tab: proposals; again: the next one.
fn complete(app: &mut App, outside: &ReadContext<'_>) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    if line.proposals.is_some() {
        turn(app, 1);
        return;
    }
    if line.purpose == FilterPurpose::Time {
        return;
    }
    let stations: Vec<&str> = outside.contents.stations().rows().iter().take(NAMES).map(|row| &*row.identity).collect();
    let mut actions: Vec<&str> = crate::ocpp::Version::ALL
        .into_iter()
        .flat_map(|version| outside.catalog.actions(version))
        .map(|definition| &*definition.name)
        .collect();
    actions.sort_unstable();
    actions.dedup();
    let known = KnownNames { actions: &actions, stations: &stations };
    let completion = filter::complete(line.input.text(), line.input.cursor(), known);
    if let [only] = completion.candidates.as_slice() {
        line.input.replace(completion.span, &only.text);
        typed(app);
    } else if !completion.candidates.is_empty() {
        let candidates = completion.candidates.into_iter().map(|candidate| crate::console::CommandCandidate {
            text: candidate.text,
            detail: candidate.help.to_owned(),
            required: false,
        });
        line.proposals = Some((candidates.collect(), 0));
    }
}

fn turn(app: &mut App, by: isize) {
    if let Some((candidates, chosen)) = app.overlays.get_mut::<FilterLine>().and_then(|line| line.proposals.as_mut()) {
        let count = candidates.len() as isize;
        *chosen = (*chosen as isize + by).rem_euclid(count.max(1)) as usize;
    }
}

/// Puts the chosen proposal into the text.
fn accept(app: &mut App) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    let Some((candidates, chosen)) = line.proposals.take() else { return };
    let completion = filter::complete(line.input.text(), line.input.cursor(), KnownNames::default());
    if let Some(candidate) = candidates.get(chosen) {
        line.input.replace(completion.span, &candidate.text);
    }
    typed(app);
}

fn recall(app: &mut App, older: bool) {
    let count = app.filter_history.len();
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    if line.proposals.is_some() {
        turn(app, if older { -1 } else { 1 });
        return;
    }
    let age = match (line.age, older) {
        (None, true) => Some(0),
        (Some(age), true) => Some((age + 1).min(count.saturating_sub(1))),
        (Some(age), false) => age.checked_sub(1),
        (None, false) => return,
    };
    line.age = age;
    let text = age.and_then(|age| app.filter_history.get(count.checked_sub(age + 1)?)).cloned();
    line.input = InputLine::new(text.unwrap_or_default());
    typed(app);
}

/// Starts a jump in the trace.
pub fn seek(app: &mut App, goal: Goal, forward: bool, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    app.trace.seek(goal, forward);
    seek_on(app, outside)
}

/// Continues a jump.
pub fn seek_on(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let (context, height) = (app.filter_context(outside), height_of(app, Pane::Trace));
    match app.trace.seek_on(outside.contents, &context, height) {
        SeekProgress::Idle | SeekProgress::There => {}
        SeekProgress::More => return vec![UpdateEffect::Continue],
        SeekProgress::Nothing(goal) => {
            app.toasts.info(format!("No further {} this way", goal.words()), outside.now.monotonic_micros);
        }
    }
    Vec::new()
}
