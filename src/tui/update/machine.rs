//! What hands do at a simulated machine, from the keys of the page of its station and from the palette. Each becomes the command that a
//! user would type; the state of the machine decides between an action and its opposite. The drawing is in `pane::machine`.

use std::borrow::Cow;

use super::common::{open_command_line, run};
use super::effect::UpdateEffect;
use crate::behaviour::CarState;
use crate::console::quote;
use crate::ocpp::Role;
use crate::simulator::{ConnectorState, MachineState};
use crate::trace::StationKey;
use crate::tui::action::StationDetailsAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::StationDetails;

/// The card that is offered when none was seen.
const A_CARD: &str = "04A2B3C4D5E6F7";

/// What hands can do, in the order of the palette.
pub const ACTIONS: [StationDetailsAction; 11] = [
    StationDetailsAction::Plug,
    StationDetailsAction::Card,
    StationDetailsAction::CarSuspend,
    StationDetailsAction::CarFull,
    StationDetailsAction::Fault,
    StationDetailsAction::Lock,
    StationDetailsAction::Limit,
    StationDetailsAction::Fail,
    StationDetailsAction::Bay,
    StationDetailsAction::Power,
    StationDetailsAction::Network,
];

/// Does an action at the machine of the open page.
pub fn act(app: &mut App, action: StationDetailsAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(page) = app.overlays.get::<StationDetails>().copied() else { return Vec::new() };
    let Some(machine) = outside.machines.of(page.station) else {
        app.toasts
            .info("Not now: only a simulated charge point has a cable, a reader and a switch", outside.now.monotonic_micros);
        return Vec::new();
    };
    let by: isize = match action {
        StationDetailsAction::NextConnector => 1,
        StationDetailsAction::PreviousConnector => -1,
        _ => {
            let Some(line) = line(app, page.station, action, &machine, page.connector, outside) else { return Vec::new() };
            if is_edited(action) {
                open_command_line(app);
                app.command_line.input.set(line);
                return Vec::new();
            }
            return vec![run(app, line, outside)];
        }
    };
    if let Some(page) = app.overlays.get_mut::<StationDetails>() {
        page.turn_connector(by, machine.connectors.len());
    }
    Vec::new()
}

/// Whether the line of an action is put into the command line: which card, how much and which step is for the user to say.
pub const fn is_edited(action: StationDetailsAction) -> bool {
    matches!(action, StationDetailsAction::Card | StationDetailsAction::Limit | StationDetailsAction::Fail)
}

/// The command of an action at a connector, for the machine as it is; and whether it is about the connector.
pub fn command(
    app: &App,
    station: StationKey,
    action: StationDetailsAction,
    machine: &MachineState,
    selected: usize,
) -> Option<(Cow<'static, str>, bool)> {
    let default_connector = ConnectorState::default();
    let connector = machine.connectors.get(selected.saturating_sub(1)).unwrap_or(&default_connector);
    let either = |there: bool, yes: &'static str, no: &'static str| Cow::Borrowed(if there { yes } else { no });
    Some(match action {
        StationDetailsAction::Plug => (either(connector.plugged, "unplug", "plug"), true),
        StationDetailsAction::Card => {
            let known = app.facts.of(station).and_then(|facts| facts.transactions.back()).map(|last| &*last.id_tag);
            let tag = connector.id_tag.as_deref().or(known).unwrap_or(A_CARD);
            (format!("present idTag={}", quote(tag)).into(), true)
        }
        StationDetailsAction::CarSuspend => (either(connector.car == CarState::Ready, "ev suspend", "ev ready"), true),
        StationDetailsAction::CarFull => ("ev full".into(), true),
        StationDetailsAction::Fault => (either(connector.fault.is_some(), "recover", "fault"), true),
        StationDetailsAction::Lock => (either(connector.lock_broken, "lock ok", "lock fail"), true),
        StationDetailsAction::Limit => ("limit".into(), true),
        StationDetailsAction::Fail => ("fail".into(), false),
        StationDetailsAction::Bay => (either(connector.parked, "leave", "park"), true),
        StationDetailsAction::Power => (either(machine.powered, "power off", "power on"), false),
        StationDetailsAction::Network => (either(machine.network, "offline", "online"), false),
        _ => return None,
    })
}

/// The whole line of an action: the command, the connector and the station.
pub fn line(
    app: &App,
    station: StationKey,
    action: StationDetailsAction,
    machine: &MachineState,
    selected: usize,
    outside: &ReadContext<'_>,
) -> Option<String> {
    let row = outside.contents.stations().get(station).filter(|row| row.our_role == Role::ChargePoint)?;
    let (command, at_connector) = command(app, station, action, machine, selected)?;
    let place = if at_connector { format!(" connector={selected}") } else { String::new() };
    // What the user changes stands last, where the cursor is.
    let value = match action {
        StationDetailsAction::Limit => " energy=5000",
        StationDetailsAction::Fail => " download",
        _ => "",
    };
    Some(format!("{command}{place} --id {}{value}", quote(&row.identity)))
}
