//! The actions of the page with charging profiles: choosing what the charts show, asking the station, editing and removing profiles.

use super::common::{neighbour, open_help, refresh_profiles};
use super::compose;
use super::effect::UpdateEffect;
use super::palette;
use crate::hub::{LinkCommand, Order};
use crate::trace::StationKey;
use crate::tui::action::ProfilesAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ProfilesPage, call_obstacle, clear_call, schedule_call, set_call};

/// Opens the page of the station that is selected.
pub fn open(app: &mut App, outside: &ReadContext<'_>) {
    match app.run_context(outside.contents).selected {
        Some(station) => {
            show(app, station, outside);
        }
        None => {
            let text = "There is no station yet whose charging profiles could be shown";
            app.toasts.info(text, outside.now.monotonic_micros);
        }
    }
}

fn show(app: &mut App, station: StationKey, outside: &ReadContext<'_>) {
    app.overlays.open(ProfilesPage::new(station));
    refresh_profiles(app, outside);
}

/// Handles an action of the page.
pub fn act(app: &mut App, action: ProfilesAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let connectors = app.overlays.get::<ProfilesPage>().and_then(|page| app.facts.of(page.station));
    let connectors =
        connectors.and_then(|facts| facts.connectors.keys().map(|place| place.number()).max()).unwrap_or(1).clamp(1, 100);
    let Some(page) = app.overlays.get_mut::<ProfilesPage>() else { return Vec::new() };
    match action {
        ProfilesAction::Up => page.move_by(-1),
        ProfilesAction::Down => page.move_by(1),
        ProfilesAction::NextConnector => page.turn_connector(1, connectors),
        ProfilesAction::PreviousConnector => page.turn_connector(-1, connectors),
        ProfilesAction::ChartWindow => page.next_window(),
        ProfilesAction::ChartUnit => page.other_unit(),
        ProfilesAction::GridSupply => page.next_supply(),
        ProfilesAction::WhatIf if page.has_draft() => page.what_if = !page.what_if,
        ProfilesAction::WhatIf => {
            let text =
                "There is no draft: n edits a SetChargingProfile, Esc keeps it as a draft, then i shows what it would change";
            app.toasts.info(text, outside.now.monotonic_micros);
        }
        ProfilesAction::Refresh => return ask(app, outside),
        ProfilesAction::Accept => edit(app, outside),
        ProfilesAction::Compose => {
            let station = page.station;
            compose::edit_call_to(app, station, "SetChargingProfile", None, outside);
        }
        ProfilesAction::ClearProfile => {
            let chosen = page.known().get(page.selected()).map(|known| known.id());
            let (station, payload) = (page.station, chosen.map(|id| clear_call(page.generation, id).to_string()));
            compose::edit_call_to(app, station, "ClearChargingProfile", payload, outside);
        }
        ProfilesAction::NextStation => turn(app, 1, outside),
        ProfilesAction::PreviousStation => turn(app, -1, outside),
        ProfilesAction::Palette => palette::open(app, outside),
        ProfilesAction::Help => open_help(app),
        ProfilesAction::Close => {
            app.overlays.close::<ProfilesPage>();
        }
    }
    Vec::new()
}

/// Asks the station for its own composite schedule of what the charts show.
fn ask(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(page) = app.overlays.get::<ProfilesPage>() else { return Vec::new() };
    if let Some(reason) = call_obstacle(page.station, outside) {
        app.toasts.info(format!("Not now: {reason}"), outside.now.monotonic_micros);
        return Vec::new();
    }
    let payload = schedule_call(page.generation, page.connector, page.seconds(), page.unit_name());
    let command = LinkCommand::Call { action: "GetCompositeSchedule".into(), payload: payload.into() };
    let order = Order { targets: vec![page.station], command };
    vec![UpdateEffect::Submit { order, what: "GetCompositeSchedule".to_owned() }]
}

/// Edits the selected profile and sends it again.
fn edit(app: &mut App, outside: &ReadContext<'_>) {
    let Some(page) = app.overlays.get::<ProfilesPage>() else { return };
    let Some(known) = page.known().get(page.selected()) else { return };
    let payload = set_call(page.generation, known.connector(), &known.value).to_string();
    let station = page.station;
    compose::edit_call_to(app, station, "SetChargingProfile", Some(payload), outside);
}

/// Shows the page of a neighbour in the table.
fn turn(app: &mut App, by: isize, outside: &ReadContext<'_>) {
    let Some(station) = app.overlays.get::<ProfilesPage>().map(|page| page.station) else { return };
    if let Some(neighbour) = neighbour(app, station, by) {
        show(app, neighbour, outside);
    }
}
