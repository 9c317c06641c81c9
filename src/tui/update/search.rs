//! Filters, searches and times: the line in which they are typed, and their effect on the lists.

use super::common::{height_of, open_filter_help};
use super::effect::UpdateEffect;
use super::views;
use crate::ocpp::Version;
use crate::trace::filter::{self, FilterCompletion, KnownNames};
use crate::tui::action::FilterLineAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{FilterLine, FilterPurpose, Goal, PaneFilter, SeekProgress};
use crate::tui::widget::InputLine;

/// The most names that are proposed.
const NAMES: usize = 200;
/// How many of the newest records are searched for names of actions.
const SEEN: u64 = 2_000;

/// Opens the filter of the focused list; from the message pane that of the trace.
pub fn open_filter(app: &mut App) {
    let pane = if app.focus == Pane::Stations { Pane::Stations } else { Pane::Trace };
    let before = if pane == Pane::Stations { app.stations.filter() } else { app.trace.filter() }.clone();
    app.overlays.open(FilterLine::new(FilterPurpose::Filter(pane), before));
}

/// Opens the line for something to find or for a time.
pub fn open(app: &mut App, purpose: FilterPurpose) {
    let before = match purpose {
        FilterPurpose::Find => app.trace.find().clone(),
        FilterPurpose::Report => app.overview.rows().filter().clone(),
        FilterPurpose::Filter(_) | FilterPurpose::Time => PaneFilter::default(),
    };
    app.overlays.open(FilterLine::new(purpose, before));
}

/// Applies what was typed and proposes how it may go on.
pub fn typed(app: &mut App, outside: &ReadContext<'_>) {
    apply(app, outside);
    propose(app, outside, false);
}

/// Applies the text: a valid filter at once; an invalid one leaves the last valid one in force. A key that is only half typed is not
/// searched for as a word, unless it is part of a name: it would empty the list for a moment.
fn apply(app: &mut App, outside: &ReadContext<'_>) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    line.proposals = None;
    if line.purpose == FilterPurpose::Time {
        return;
    }
    let purpose = line.purpose;
    let (text, at_end) = (line.input.text(), line.input.cursor() == line.input.text().len());
    let begun = filter::half_typed_key(text).filter(|start| at_end && !is_named(&text[*start..], outside));
    match PaneFilter::parse(&text[..begun.unwrap_or(text.len())]) {
        Ok(filter) => {
            line.error = None;
            set(app, purpose, filter);
        }
        Err(error) => {
            let goes_on = error.span.end == text.len() && !completion(text, text.len(), outside).candidates.is_empty();
            line.pending = at_end && (error.unfinished || goes_on);
            line.error = Some(error);
        }
    }
}

/// Whether a word is part of a station's identity or of an action's name.
fn is_named(word: &str, outside: &ReadContext<'_>) -> bool {
    let word = word.to_lowercase();
    let has = |name: &str| name.to_lowercase().contains(&word);
    outside.contents.stations().rows().iter().take(NAMES).any(|row| has(&row.identity))
        || Version::ALL.into_iter().flat_map(|version| outside.catalog.names(version)).any(|(name, _)| has(name))
}

fn set(app: &mut App, purpose: FilterPurpose, filter: PaneFilter) {
    match purpose {
        FilterPurpose::Filter(Pane::Stations) => app.stations.set_filter(filter),
        FilterPurpose::Filter(_) => app.trace.set_filter(filter),
        FilterPurpose::Find => app.trace.set_find(filter),
        FilterPurpose::Report => app.overview.rows_mut().set_filter(filter),
        FilterPurpose::Time => {}
    }
}

/// Handles an action of the line.
pub fn act(app: &mut App, action: FilterLineAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        FilterLineAction::Accept => return keep(app, outside),
        FilterLineAction::Complete => complete(app, outside),
        FilterLineAction::PreviousProposal => turn(app, -1),
        FilterLineAction::Older => recall(app, true, outside),
        FilterLineAction::Newer => recall(app, false, outside),
        FilterLineAction::Help => open_filter_help(app),
        FilterLineAction::Close => drop_line(app),
    }
    Vec::new()
}

/// Enter: keeps the filter, finds, or goes to the time. An invalid text is reported and stays open.
fn keep(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    if app.overlays.get::<FilterLine>().is_some_and(|line| line.proposals.is_some() && line.chosen) {
        accept(app, outside);
        return Vec::new();
    }
    let Some(mut line) = app.overlays.close::<FilterLine>() else { return Vec::new() };
    line.proposals = None;
    if let Some(error) = &line.error {
        app.toasts.error(error.to_string(), now);
        line.pending = false;
        app.overlays.open(line);
        return Vec::new();
    }
    // Now a word that could have become a key is meant as a word.
    if let Ok(filter) = PaneFilter::parse(line.input.text()) {
        set(app, line.purpose, filter);
    }
    let text = line.input.text().trim().to_owned();
    if !text.is_empty() && line.purpose != FilterPurpose::Time {
        views::remember(app, &text);
    }
    match line.purpose {
        FilterPurpose::Filter(_) | FilterPurpose::Report => Vec::new(),
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

/// Esc: closes the proposals that were asked for, or else the line, and restores the filter from before.
fn drop_line(app: &mut App) {
    if app.overlays.get_mut::<FilterLine>().is_some_and(|line| line.chosen && line.proposals.take().is_some()) {
        return;
    }
    if let Some(line) = app.overlays.close::<FilterLine>() {
        set(app, line.purpose, line.before);
    }
}

/// What may stand at the cursor. Names that were seen come before those of the catalog.
fn completion(text: &str, cursor: usize, outside: &ReadContext<'_>) -> FilterCompletion {
    let stations: Vec<&str> = outside.contents.stations().rows().iter().take(NAMES).map(|row| &*row.identity).collect();
    let records = outside.contents.records();
    let end = records.range().end;
    let mut seen: Vec<&str> =
        records.iter(end.saturating_sub(SEEN).max(records.range().start)..end).filter_map(|record| record.action).collect();
    let mut actions: Vec<&str> =
        Version::ALL.into_iter().flat_map(|version| outside.catalog.names(version)).map(|(name, _)| &**name).collect();
    for names in [&mut seen, &mut actions] {
        names.sort_unstable();
        names.dedup();
    }
    actions.retain(|action| seen.binary_search(action).is_err());
    seen.extend(actions);
    filter::complete(text, cursor, KnownNames { actions: &seen, stations: &stations })
}

/// Lists what may stand at the cursor. While typing nothing is proposed at the beginning of a condition, nor what is written already.
fn propose(app: &mut App, outside: &ReadContext<'_>, asked: bool) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    (line.proposals, line.chosen) = (None, asked);
    if line.purpose == FilterPurpose::Time {
        return;
    }
    let text = line.input.text();
    let completion = completion(text, line.input.cursor(), outside);
    let written = text.get(completion.span.clone()).unwrap_or_default();
    let begins = written.is_empty() && !text[..completion.span.start].ends_with([':', '=', '<', '>', ',']);
    let known = completion.candidates.iter().all(|candidate| candidate.text == written);
    if completion.candidates.is_empty() || (!asked && (begins || known)) {
        return;
    }
    let candidates = completion.candidates.into_iter().map(|candidate| crate::console::CommandCandidate {
        text: candidate.text,
        detail: candidate.help.to_owned(),
        required: false,
    });
    line.proposals = Some((candidates.collect(), 0));
}

/// Tab: proposals; again: the next one. A single one is accepted at once.
fn complete(app: &mut App, outside: &ReadContext<'_>) {
    if app.overlays.get::<FilterLine>().is_some_and(|line| line.proposals.is_some() && line.chosen) {
        turn(app, 1);
        return;
    }
    propose(app, outside, true);
    let single = |line: &FilterLine| line.proposals.as_ref().is_some_and(|(candidates, _)| candidates.len() == 1);
    if app.overlays.get::<FilterLine>().is_some_and(single) {
        accept(app, outside);
    }
}

fn turn(app: &mut App, by: isize) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    if let Some((candidates, chosen)) = line.proposals.as_mut() {
        let count = candidates.len() as isize;
        *chosen = (*chosen as isize + by).rem_euclid(count.max(1)) as usize;
        line.chosen = true;
    }
}

/// Puts the chosen proposal into the text.
fn accept(app: &mut App, outside: &ReadContext<'_>) {
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    let Some((candidates, chosen)) = line.proposals.take() else { return };
    let completion = filter::complete(line.input.text(), line.input.cursor(), KnownNames::default());
    if let Some(candidate) = candidates.get(chosen) {
        line.input.replace(completion.span, &candidate.text);
    }
    typed(app, outside);
}

fn recall(app: &mut App, older: bool, outside: &ReadContext<'_>) {
    let count = app.filter_history.len();
    let Some(line) = app.overlays.get_mut::<FilterLine>() else { return };
    if line.proposals.is_some() && (line.chosen || !older) {
        // The first step down only enters the list.
        let step = isize::from(line.chosen);
        turn(app, if older { -1 } else { step });
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
    apply(app, outside);
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
        SeekProgress::Idle | SeekProgress::There | SeekProgress::Waits => {}
        SeekProgress::More => return vec![UpdateEffect::Continue],
        SeekProgress::Nothing(goal) => {
            app.toasts.info(format!("No further {} this way", goal.words()), outside.now.monotonic_micros);
        }
    }
    Vec::new()
}
