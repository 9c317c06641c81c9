//! The actions of the page with configuration keys: moving, asking the station, changing a value, comparing two stations.

use serde_json::json;

use super::common::{compare_with, open_help, open_list};
use super::effect::UpdateEffect;
use super::palette;
use crate::hub::{LinkCommand, Order};
use crate::ocpp::Role;
use crate::trace::StationKey;
use crate::tui::action::ConfigurationAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::pane::configuration_lines;
use crate::tui::state::{
    ChoiceAction, ConfigurationPage, Palette, PaletteChoice, Prompt, PromptPurpose, configuration_obstacle,
};
use crate::tui::widget::InputLine;

/// Shows the page of a station; asks it for its keys when none are known.
pub fn show(app: &mut App, station: StationKey, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    app.overlays.open(ConfigurationPage::new(station));
    let unknown = app.facts.of(station).is_none_or(|facts| facts.configuration.is_empty());
    if unknown && configuration_obstacle(station, outside).is_none() { ask(station) } else { Vec::new() }
}

/// Handles an action of the page.
pub fn act(app: &mut App, action: ConfigurationAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(page) = app.overlays.get::<ConfigurationPage>().cloned() else { return Vec::new() };
    let height = configuration_lines(app);
    let lines = height as isize; // a height of the screen
    match action {
        ConfigurationAction::Up => move_by(app, -1),
        ConfigurationAction::Down => move_by(app, 1),
        ConfigurationAction::PageUp => move_by(app, -lines),
        ConfigurationAction::PageDown => move_by(app, lines),
        ConfigurationAction::Top => move_by(app, isize::MIN),
        ConfigurationAction::Bottom => move_by(app, isize::MAX),
        // The page of another station may be one of another kind: `configuration` shows it.
        ConfigurationAction::NextStation | ConfigurationAction::PreviousStation => {}
        ConfigurationAction::Accept => edit(app, &page, outside),
        ConfigurationAction::Refresh => match configuration_obstacle(page.station, outside) {
            Some(reason) => app.toasts.info(format!("Not now: {reason}"), outside.now.monotonic_micros),
            None => {
                let stations = [Some(page.station), page.other].into_iter().flatten();
                return stations.filter(|station| configuration_obstacle(*station, outside).is_none()).flat_map(ask).collect();
            }
        },
        ConfigurationAction::Search => {
            let mut input = InputLine::default();
            input.set(page.search);
            app.overlays.open(Prompt { asked: PromptPurpose::ConfigurationSearch, input });
        }
        ConfigurationAction::Compare => compare(app, &page, outside),
        ConfigurationAction::Differences => {
            if let Some(page) = app.overlays.get_mut::<ConfigurationPage>() {
                page.only_differences = !page.only_differences;
            }
        }
        ConfigurationAction::Palette => palette::open(app, outside),
        ConfigurationAction::Help => open_help(app),
        ConfigurationAction::Close => close(app),
    }
    Vec::new()
}

/// Esc takes back one thing at a time: the search, the comparison, the page.
fn close(app: &mut App) {
    let Some(page) = app.overlays.get_mut::<ConfigurationPage>() else { return };
    if !page.search.is_empty() {
        page.search.clear();
    } else if page.other.is_some() {
        page.other = None;
    } else {
        app.overlays.close::<ConfigurationPage>();
    }
}

fn ask(station: StationKey) -> Vec<UpdateEffect> {
    let command = LinkCommand::Call { action: "GetConfiguration".into(), payload: json!({}).into() };
    vec![UpdateEffect::Submit { order: Order { targets: vec![station], command }, what: "GetConfiguration".to_owned() }]
}

/// Moves the selection.
pub fn move_by(app: &mut App, lines: isize) {
    let height = configuration_lines(app);
    let Some(page) = app.overlays.get_mut::<ConfigurationPage>() else { return };
    let count = page.rows(&app.facts).len();
    page.move_by(lines, count, height);
}

/// Asks for the new value of the selected key.
fn edit(app: &mut App, page: &ConfigurationPage, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let rows = page.rows(&app.facts);
    let Some(row) = rows.get(page.selected(rows.len())) else { return };
    let is_charge_point = outside.contents.stations().get(page.station).is_some_and(|row| row.our_role == Role::ChargePoint);
    if let Some(reason) = configuration_obstacle(page.station, outside).filter(|_| is_charge_point) {
        return app.toasts.info(format!("Not now: {reason}"), now);
    }
    if row.key.is_some_and(|key| key.read_only) {
        app.toasts.info(format!("The station says that {} is read-only, so it should reject a change", row.name), now);
    }
    let mut input = InputLine::default();
    input.set(row.key.and_then(|key| key.value.as_deref()).unwrap_or_default().to_owned());
    let name = row.name.to_owned();
    app.overlays.open(Prompt { asked: PromptPurpose::ConfigurationValue(name), input });
}

/// Sends the new value of a key.
pub fn change(app: &App, name: String, value: &str) -> Vec<UpdateEffect> {
    let Some(page) = app.overlays.get::<ConfigurationPage>() else { return Vec::new() };
    let what = format!("{name}={value}");
    let payload = json!({ "key": name, "value": value }).into();
    let order =
        Order { targets: vec![page.station], command: LinkCommand::Call { action: "ChangeConfiguration".into(), payload } };
    vec![UpdateEffect::Submit { order, what }]
}

/// Shows only what has a text.
pub fn search(app: &mut App, text: String) {
    if let Some(page) = app.overlays.get_mut::<ConfigurationPage>() {
        page.search = text;
    }
    move_by(app, isize::MIN);
}

/// Compares with the other marked station, or lets the user choose one.
fn compare(app: &mut App, page: &ConfigurationPage, outside: &ReadContext<'_>) {
    let marked = app.marked.iter().copied().find(|station| *station != page.station).filter(|_| page.other.is_none());
    if let Some(other) = marked {
        return compare_with(app, other);
    }
    let rows = outside.contents.stations().rows().iter().filter(|row| row.key != page.station);
    let choices = rows.map(|row| PaletteChoice {
        kind: "station",
        name: row.identity.to_string(),
        detail: row.state.to_string(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::CompareWith(row.key),
    });
    let choices: Vec<PaletteChoice> = choices.collect();
    if choices.is_empty() {
        return app.toasts.info("There is no other station to compare with", outside.now.monotonic_micros);
    }
    open_list(app, Palette::new("compare with", choices, Vec::new()));
}
