//! What the trace and the stations show: quick filters from the selected line, filters with names, the last filter, the clear mark,
//! stations that are forgotten, and how all that is undone.

use super::common::{open_list, refresh_view};
use super::effect::UpdateEffect;
use super::themes;
use crate::config::{SavedPart, SavedView};
use crate::console::{ListedMisbehaviour, ScreenRequest};
use crate::trace::decode::{id_text, payload_value};
use crate::trace::filter::quote_value;
use crate::trace::{Record, RecordKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{ChoiceAction, FilterLine, Palette, PaletteChoice, PaneFilter, ShownState};

/// The filters that come with the program, by their names.
const SHIPPED: [(&str, &str); 3] = [
    ("errors", "kind:error,malformed,timeout,unreachable,refused or valid:no"),
    ("no-heartbeats", "!action:Heartbeat"),
    (
        "transactions",
        "action:/^(Remote|Request)?(Start|Stop)Transaction$/ or action:/^(TransactionEvent|CostUpdated|MeterValues)$/",
    ),
];

/// Does what a command asks of the screen.
pub fn requested(app: &mut App, request: ScreenRequest, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    match request {
        ScreenRequest::ListViews => list(app),
        ScreenRequest::ShowView(name) => show(app, &name, now),
        ScreenRequest::SaveView(name) => return save(app, name, now),
        ScreenRequest::RemoveView(name) => {
            let before = app.kept.screen.views.len();
            app.kept.screen.views.retain(|view| view.name != name);
            if app.kept.screen.views.len() == before {
                app.toasts.error(format!("There is no saved view {name}; view lists them"), now);
                return Vec::new();
            }
            app.toasts.info(format!("The view {name} is removed"), now);
            return vec![UpdateEffect::Keep(SavedPart::Screen)];
        }
        ScreenRequest::Clear => clear(app, outside),
        ScreenRequest::OpenFiles(files) => return vec![UpdateEffect::OpenFiles(files)],
        ScreenRequest::ForgetGone => forget_gone(app, outside),
        ScreenRequest::Lens(form) => {
            app.message.look_as(form);
            app.focus(Pane::Message);
        }
        ScreenRequest::Theme(None) => themes::open(app),
        ScreenRequest::Theme(Some(name)) => return themes::put_on(app, &name, now).into_iter().collect(),
        ScreenRequest::ListRules(rules) => list_rules(app, &rules),
        ScreenRequest::ListMisbehaviours(listed) => list_misbehaviours(app, &listed),
    }
    Vec::new()
}

/// The names of all views with their filters, the user's own first.
pub fn all(app: &App) -> Vec<(String, String)> {
    let own = app.kept.screen.views.iter().map(|view| (view.name.clone(), view.filter.clone()));
    let mut views: Vec<_> = own.collect();
    for (name, filter) in SHIPPED {
        if !views.iter().any(|(known, _)| known == name) {
            views.push((name.to_owned(), filter.to_owned()));
        }
    }
    views
}

/// The views as choices of a list.
pub fn choices(app: &App) -> Vec<PaletteChoice> {
    let choice = |(name, filter): (String, String)| PaletteChoice {
        kind: "view",
        detail: filter.clone(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Filter(filter),
        name,
    };
    all(app).into_iter().map(choice).collect()
}

fn list(app: &mut App) {
    let choices = choices(app);
    open_list(app, Palette::new("views: filters with names (view save NAME keeps the present one)", choices, Vec::new()));
}

fn show(app: &mut App, name: &str, now: u64) {
    let views = all(app);
    match views.iter().find(|(known, _)| known == name) {
        Some((_, filter)) => set_filter(app, filter, now),
        None => {
            let names: Vec<&str> = views.iter().map(|(name, _)| name.as_str()).collect();
            app.toasts.error(format!("There is no view {name}; there are {}", names.join(", ")), now);
        }
    }
}

fn save(app: &mut App, name: String, now: u64) -> Vec<UpdateEffect> {
    let filter = app.trace.filter().text().trim().to_owned();
    if filter.is_empty() {
        app.toasts.error("There is no filter to save; / sets one in the trace", now);
        return Vec::new();
    }
    app.kept.screen.views.retain(|view| view.name != name);
    app.toasts.info(format!("view {name} shows {filter} from now on"), now);
    app.kept.screen.views.push(SavedView { name, filter });
    vec![UpdateEffect::Keep(SavedPart::Screen)]
}

/// Filters the trace, and remembers the filter.
pub fn set_filter(app: &mut App, text: &str, now: u64) {
    match PaneFilter::parse(text) {
        Ok(filter) => {
            app.trace.set_filter(filter);
            remember(app, text);
            app.toasts.info(format!("Shown: {text}"), now);
        }
        Err(error) => app.toasts.error(error.to_string(), now),
    }
}

/// Adds a filter to the history.
pub fn remember(app: &mut App, text: &str) {
    /// The length of the history.
    const HISTORY: usize = 50;
    app.filter_history.retain(|known| known != text);
    app.filter_history.push(text.to_owned());
    if app.filter_history.len() > HISTORY {
        app.filter_history.remove(0);
    }
}

/// Applies the newest filter that is not in force: the one before, or the one that was cleared.
pub fn last_filter(app: &mut App, now: u64) {
    let present = app.trace.filter().text().trim().to_owned();
    match app.filter_history.iter().rev().find(|text| **text != present).cloned() {
        Some(text) => set_filter(app, &text, now),
        None => app.toasts.info("There is no earlier filter; / sets one", now),
    }
}

/// The filter of the trace with one more condition.
pub fn narrowed(app: &App, condition: String) -> String {
    match app.trace.filter().text().trim() {
        "" => condition,
        present if present.contains(&condition) => present.to_owned(),
        // What follows `or` without parentheses would belong to its last part only.
        present if present.contains(" or ") || present.contains("||") => format!("({present}) {condition}"),
        present => format!("{present} {condition}"),
    }
}

/// Lists what the selected line can be filtered by: only lines like it, or none of them.
pub fn quick_filters(app: &mut App, only: bool, outside: &ReadContext<'_>) {
    let record = app.trace.selected().and_then(|sequence| outside.contents.records().get(sequence));
    let Some(record) = record else { return };
    let conditions = conditions_of(&record, outside);
    if conditions.is_empty() {
        app.toasts.info("This line has nothing to filter by", outside.now.monotonic_micros);
        return;
    }
    let choices = conditions.into_iter().map(|(what, condition)| {
        let condition = if only { condition } else { format!("!{condition}") };
        let filter = narrowed(app, condition);
        PaletteChoice {
            kind: "filter",
            name: what.to_owned(),
            detail: filter.clone(),
            keys: String::new(),
            obstacle: None,
            does: ChoiceAction::Filter(filter),
        }
    });
    let title = if only { "only lines of …" } else { "no lines of …" };
    let list = Palette::new(title, choices.collect(), Vec::new());
    open_list(app, list);
}

/// Conditions that a line fulfils, the most wanted first.
fn conditions_of(record: &Record<'_>, outside: &ReadContext<'_>) -> Vec<(&'static str, String)> {
    let row = record.station.and_then(|key| outside.contents.stations().get(key));
    let mut conditions = Vec::new();
    conditions.extend(record.action.map(|action| ("this action", format!("action:{}", quote_value(action)))));
    conditions.extend(row.map(|row| ("this station", format!("cp:{}", quote_value(&row.identity)))));
    conditions.extend(kind_of(record.kind).map(|kind| ("this kind", format!("kind:{kind}"))));
    if matches!(record.kind, RecordKind::Frame(..)) {
        // The id of a transaction is in the call, or in the answer to its start.
        let other = record.partner.and_then(|partner| outside.contents.records().get(partner));
        let id = |record: &Record<'_>| payload_value(record)?.get("transactionId")?.as_i64();
        let id = id(record).or_else(|| id(&other?));
        conditions.extend(id.map(|id| ("this transaction", format!("$.transactionId={id}"))));
        conditions.extend(id_text(record).map(|id| ("this message id", format!("id:{}", quote_value(id)))));
    }
    conditions.extend(record.code.map(|code| ("this error code", format!("code:{code}"))));
    conditions
}

fn kind_of(kind: RecordKind) -> Option<&'static str> {
    Some(match kind {
        RecordKind::Frame(_, kind) => kind.name(),
        RecordKind::Ping(_) => "ping",
        RecordKind::Pong(_) => "pong",
        RecordKind::Connecting | RecordKind::Connected => "connect",
        RecordKind::Disconnected => "disconnect",
        RecordKind::Retry => "retry",
        RecordKind::Refused => "refused",
        RecordKind::Timeout => "timeout",
        RecordKind::Unreachable => "unreachable",
        RecordKind::Note => "note",
        _ => return None,
    })
}

/// Hides all records up to now.
pub fn clear(app: &mut App, outside: &ReadContext<'_>) {
    let hidden = app.trace.clear(outside.contents.records().range().end);
    refresh_view(app, outside);
    app.toasts.info(format!("{hidden} records are hidden; u brings them back"), outside.now.monotonic_micros);
}

/// Takes the stations that are gone out of the list.
pub fn forget_gone(app: &mut App, outside: &ReadContext<'_>) {
    let count = app.stations.forget_gone(outside.contents.stations());
    refresh_view(app, outside);
    let text = match count {
        0 => "No station is gone".to_owned(),
        1 => "1 station that is gone left the list; u brings it back".to_owned(),
        count => format!("{count} stations that are gone left the list; u brings them back"),
    };
    app.toasts.info(text, outside.now.monotonic_micros);
}

/// A line of a list.
fn choice(kind: &'static str, name: String, detail: &str, does: ChoiceAction) -> PaletteChoice {
    PaletteChoice { kind, name, detail: detail.to_owned(), keys: String::new(), obstacle: None, does }
}

fn list_misbehaviours(app: &mut App, listed: &[ListedMisbehaviour]) {
    let edits = listed.iter().map(|one| choice("edit", one.line.clone(), one.does, ChoiceAction::Line(one.line.clone())));
    let ends = listed.iter().map(|one| choice("off", one.off.clone(), "behaves again", ChoiceAction::Run(one.off.clone())));
    let choices = edits.chain(ends).collect();
    open_list(app, Palette::new(format!("misbehaviours: {}", listed.len()), choices, Vec::new()));
}

fn list_rules(app: &mut App, rules: &[String]) {
    let edits = rules.iter().map(|rule| choice("edit", rule.clone(), "on the command line", ChoiceAction::Line(rule.clone())));
    let removals = rules.iter().zip(1..).map(|(rule, number)| {
        choice(
            "remove",
            format!("Remove {rule}"),
            "gets the default answer again",
            ChoiceAction::Run(format!("answers remove {number}")),
        )
    });
    let choices = edits.chain(removals).collect();
    open_list(app, Palette::new(format!("answer rules: {}", rules.len()), choices, Vec::new()));
}

/// Notes what is shown now, so that it can be undone. A filter that is still being typed is not noted.
pub fn note(app: &mut App) {
    if app.overlays.get::<FilterLine>().is_some() {
        return;
    }
    let noted = app.undo.present().is_some_and(|present| {
        present.trace == *app.trace.filter()
            && present.stations == *app.stations.filter()
            && present.marked == app.marked
            && present.cleared == app.trace.cleared()
            && present.forgotten == *app.stations.forgotten()
    });
    if !noted {
        app.undo.note(ShownState {
            trace: app.trace.filter().clone(),
            stations: app.stations.filter().clone(),
            marked: app.marked.clone(),
            cleared: app.trace.cleared(),
            forgotten: app.stations.forgotten().clone(),
        });
    }
}

/// Goes back to what was shown before the last change.
pub fn undo(app: &mut App, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let Some((before, what)) = app.undo.undo() else {
        app.toasts.info("There is nothing to undo: no filter, mark or clear was changed", now);
        return;
    };
    app.trace.set_filter(before.trace);
    app.stations.set_filter(before.stations);
    app.marked = before.marked;
    app.trace.set_cleared(before.cleared);
    app.stations.set_forgotten(before.forgotten);
    refresh_view(app, outside);
    app.toasts.info(format!("Undone: {what}"), now);
}
