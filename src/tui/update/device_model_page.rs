//! The actions of the page with a device model: moving, asking the station, changing a value, monitors, comparing two stations.

use serde_json::{Value, json};

use super::common::{compare_with, open_help, open_list};
use super::compose;
use super::effect::UpdateEffect;
use super::palette;
use super::variable_value::{attribute_json, call, type_value};
use crate::ocpp::Role;
use crate::ocpp::device_model::VariableMutability;
use crate::trace::StationKey;
use crate::trace::device_model::{ComponentKey, SeenModel};
use crate::tui::action::DeviceModelAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::pane::device_model_lines;
use crate::tui::state::{
    AttributePlace, AttributeRow, ChoiceAction, DeviceModelPage, ModelRow, Palette, PaletteChoice, Prompt, PromptPurpose,
    call_obstacle, is_second_generation,
};
use crate::tui::widget::InputLine;

/// The most variables that are read in one call.
const READ_AT_ONCE: usize = 50;

/// Shows the page of a station; asks it for a report when nothing is known of its model.
pub fn show(app: &mut App, station: StationKey, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    app.overlays.open(DeviceModelPage::new(station));
    let is_unknown = model_of(app, station).is_none_or(SeenModel::is_empty);
    if is_unknown && call_obstacle(station, outside).is_none() { ask(app, station) } else { Vec::new() }
}

/// Handles an action of the page.
pub fn act(app: &mut App, action: DeviceModelAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(page) = app.overlays.get::<DeviceModelPage>().cloned() else { return Vec::new() };
    let lines = device_model_lines(app) as isize; // a height of the screen
    match action {
        DeviceModelAction::Up => move_by(app, -1),
        DeviceModelAction::Down => move_by(app, 1),
        DeviceModelAction::PageUp => move_by(app, -lines),
        DeviceModelAction::PageDown => move_by(app, lines),
        DeviceModelAction::Top => move_by(app, isize::MIN),
        DeviceModelAction::Bottom => move_by(app, isize::MAX),
        // The page of another station may be one of another kind: `configuration` shows it.
        DeviceModelAction::NextStation | DeviceModelAction::PreviousStation => {}
        DeviceModelAction::Accept => edit(app, &page, outside),
        DeviceModelAction::Unfold => unfold(app, &page, true),
        DeviceModelAction::Fold => unfold(app, &page, false),
        DeviceModelAction::UnfoldAll => unfold_all(app, &page),
        DeviceModelAction::Refresh => {
            let stations = [Some(page.station), page.other].into_iter().flatten();
            return stations.flat_map(|station| asked(app, station, ask, outside)).collect();
        }
        DeviceModelAction::AskMonitors => return asked(app, page.station, ask_monitors, outside),
        DeviceModelAction::ReadVariable => return read(app, &page, outside),
        DeviceModelAction::NewMonitor => monitor(app, &page, outside),
        DeviceModelAction::Search => {
            let mut input = InputLine::default();
            input.set(page.search);
            app.overlays.open(Prompt { asked: PromptPurpose::VariableSearch, input });
        }
        DeviceModelAction::Compare => compare(app, &page, outside),
        DeviceModelAction::Differences => {
            if let Some(page) = app.overlays.get_mut::<DeviceModelPage>() {
                page.only_differences = !page.only_differences;
            }
        }
        DeviceModelAction::Palette => palette::open(app, outside),
        DeviceModelAction::Help => open_help(app),
        DeviceModelAction::Close => close(app),
    }
    Vec::new()
}

/// Esc takes back one thing at a time: the search, the comparison, the page.
fn close(app: &mut App) {
    let Some(page) = app.overlays.get_mut::<DeviceModelPage>() else { return };
    if !page.search.is_empty() {
        page.search.clear();
    } else if page.other.is_some() {
        page.other = None;
    } else {
        app.overlays.close::<DeviceModelPage>();
    }
}

fn model_of(app: &App, station: StationKey) -> Option<&SeenModel> {
    app.facts.of(station).and_then(|facts| facts.model.as_deref())
}

/// Sends a request, or says why not.
fn asked(
    app: &mut App,
    station: StationKey,
    request: impl FnOnce(&App, StationKey) -> Vec<UpdateEffect>,
    outside: &ReadContext<'_>,
) -> Vec<UpdateEffect> {
    match call_obstacle(station, outside) {
        Some(reason) => {
            app.toasts.info(format!("Not now: {reason}"), outside.now.monotonic_micros);
            Vec::new()
        }
        None => request(app, station),
    }
}

/// An id for a report that none of the last ones has.
fn next_request(app: &App, station: StationKey) -> i64 {
    let known = model_of(app, station).and_then(|model| model.reports().map(|report| report.request).max());
    known.filter(|last| *last < i64::from(i32::MAX)).map_or(1, |last| last.max(0) + 1)
}

fn ask(app: &App, station: StationKey) -> Vec<UpdateEffect> {
    let payload = json!({ "requestId": next_request(app, station), "reportBase": "FullInventory" });
    call(station, "GetBaseReport", payload, "GetBaseReport".to_owned())
}

fn ask_monitors(app: &App, station: StationKey) -> Vec<UpdateEffect> {
    let payload = json!({ "requestId": next_request(app, station) });
    call(station, "GetMonitoringReport", payload, "GetMonitoringReport".to_owned())
}

/// Reads the selected attribute, or the variables of the selected component.
fn read(app: &mut App, page: &DeviceModelPage, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let rows = page.rows(&app.facts);
    let wanted: Vec<Value> = match rows.get(page.selected(&rows)) {
        Some(ModelRow::Attribute(row)) => vec![attribute_json(&row.place(), None)],
        Some(ModelRow::Component { key, .. }) => {
            let known = model_of(app, page.station).and_then(|model| model.components().get(*key));
            let readable = known.into_iter().flatten().flat_map(|(variable, known)| {
                let write_only = Some(VariableMutability::WriteOnly);
                let kinds = known.attributes.iter().filter(move |(_, attribute)| attribute.mutability != write_only);
                kinds.map(|(kind, _)| AttributePlace { component: (*key).clone(), variable: variable.clone(), kind: *kind })
            });
            readable.take(READ_AT_ONCE).map(|place| attribute_json(&place, None)).collect()
        }
        None => Vec::new(),
    };
    if wanted.is_empty() {
        return Vec::new();
    }
    let what = format!("GetVariables of {}", wanted.len());
    asked(app, page.station, |_, station| call(station, "GetVariables", json!({ "getVariableData": wanted }), what), outside)
}

/// Moves the selection.
pub fn move_by(app: &mut App, lines: isize) {
    let height = device_model_lines(app);
    let Some(page) = app.overlays.get_mut::<DeviceModelPage>() else { return };
    let rows = page.rows(&app.facts);
    page.move_by(lines, &rows, height);
}

/// The component of the selected row.
fn selected_component(app: &App, page: &DeviceModelPage) -> Option<ComponentKey> {
    let rows = page.rows(&app.facts);
    match rows.get(page.selected(&rows))? {
        ModelRow::Component { key, .. } => Some((*key).clone()),
        ModelRow::Attribute(row) => Some(row.component.clone()),
    }
}

/// Opens or shuts the component of the selected row.
fn unfold(app: &mut App, page: &DeviceModelPage, opens: bool) {
    let Some(component) = selected_component(app, page) else { return };
    if let Some(page) = app.overlays.get_mut::<DeviceModelPage>() {
        page.unfold(component, opens);
    }
    move_by(app, 0);
}

fn unfold_all(app: &mut App, page: &DeviceModelPage) {
    let component = selected_component(app, page);
    if let Some(page) = app.overlays.get_mut::<DeviceModelPage>() {
        page.unfold_all(&app.facts);
        if let Some(component) = component.filter(|_| page.rows(&app.facts).iter().all(is_component)) {
            page.unfold(component, false);
        }
    }
    move_by(app, 0);
}

fn is_component(row: &ModelRow<'_>) -> bool {
    matches!(row, ModelRow::Component { .. })
}

/// Asks for the new value of the selected attribute: from a list where the values are known. A component opens or shuts.
fn edit(app: &mut App, page: &DeviceModelPage, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let rows = page.rows(&app.facts);
    let row: AttributeRow<'_> = match rows.get(page.selected(&rows)) {
        Some(ModelRow::Component { is_open, .. }) => return unfold(app, page, !is_open),
        Some(ModelRow::Attribute(row)) => *row,
        None => return,
    };
    let is_charge_point = outside.contents.stations().get(page.station).is_some_and(|row| row.our_role == Role::ChargePoint);
    if let Some(reason) = call_obstacle(page.station, outside).filter(|_| is_charge_point) {
        return app.toasts.info(format!("Not now: {reason}"), now);
    }
    if row.attribute().and_then(|known| known.mutability) == Some(VariableMutability::ReadOnly) {
        let text = format!("The station says that {} is read-only, so it should reject a change", row.variable);
        app.toasts.info(text, now);
    }
    let place = row.place();
    let value = row.attribute().and_then(|known| known.value.as_deref()).unwrap_or_default().to_owned();
    let choices = row.known.map(|known| known.choices()).unwrap_or_default();
    if choices.is_empty() {
        return type_value(app, place, value);
    }
    let choice = |name: &str, does| PaletteChoice {
        kind: "value",
        name: name.to_owned(),
        detail: if name == value { "the value now".to_owned() } else { String::new() },
        keys: String::new(),
        obstacle: None,
        does,
    };
    let mut list: Vec<PaletteChoice> =
        choices.iter().map(|name| choice(name, ChoiceAction::SetVariable(place.clone(), (*name).to_owned()))).collect();
    list.push(choice("another value …", ChoiceAction::TypeVariable(place.clone())));
    open_list(app, Palette::new(place.variable.to_string(), list, Vec::new()));
}

/// Edits a call that monitors the selected variable.
fn monitor(app: &mut App, page: &DeviceModelPage, outside: &ReadContext<'_>) {
    let rows = page.rows(&app.facts);
    let Some(ModelRow::Attribute(row)) = rows.get(page.selected(&rows)) else {
        return app.toasts.info("Select a variable to monitor it", outside.now.monotonic_micros);
    };
    let number = row.known.and_then(|known| known.actual()).and_then(|value| value.parse::<f64>().ok());
    let kind = if number.is_some() { "UpperThreshold" } else { "Delta" };
    let payload = json!({ "setMonitoringData": [{
        "component": row.component.to_json(),
        "variable": row.variable.to_json(),
        "type": kind,
        "value": number.unwrap_or(1.0),
        "severity": 5,
    }]});
    compose::edit_call_to(app, page.station, "SetVariableMonitoring", Some(payload.to_string()), outside);
}

/// Shows only what has a text.
pub fn search(app: &mut App, text: String) {
    if let Some(page) = app.overlays.get_mut::<DeviceModelPage>() {
        page.search = text;
    }
    move_by(app, isize::MIN);
}

/// Compares with the other marked station, or lets the user choose one.
fn compare(app: &mut App, page: &DeviceModelPage, outside: &ReadContext<'_>) {
    let stations = outside.contents.stations();
    let has_model = |station: StationKey| station != page.station && is_second_generation(station, outside);
    let marked = app.marked.iter().copied().find(|station| has_model(*station)).filter(|_| page.other.is_none());
    if let Some(other) = marked {
        return compare_with(app, other);
    }
    let choices = stations.rows().iter().filter(|row| has_model(row.key)).map(|row| PaletteChoice {
        kind: "station",
        name: row.identity.to_string(),
        detail: row.state.to_string(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::CompareWith(row.key),
    });
    let choices: Vec<PaletteChoice> = choices.collect();
    if choices.is_empty() {
        return app.toasts.info("There is no other station of OCPP 2.x to compare with", outside.now.monotonic_micros);
    }
    open_list(app, Palette::new("compare with", choices, Vec::new()));
}
