//! Which page shows what a station can be set to: that of its configuration keys, or that of its device model.

use super::common::neighbour;
use super::effect::UpdateEffect;
use super::{configuration_page, device_model_page};
use crate::trace::StationKey;
use crate::tui::action::{ConfigurationAction, DeviceModelAction};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ConfigurationPage, DeviceModelPage, is_second_generation};

/// Opens the page of the station that is selected; asks it when nothing is known.
pub fn open(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(station) = app.run_context(outside.contents).selected else {
        app.toasts.info("There is no station yet whose configuration could be shown", outside.now.monotonic_micros);
        return Vec::new();
    };
    show(app, station, outside)
}

fn show(app: &mut App, station: StationKey, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    if is_second_generation(station, outside) {
        app.overlays.close::<ConfigurationPage>();
        device_model_page::show(app, station, outside)
    } else {
        app.overlays.close::<DeviceModelPage>();
        configuration_page::show(app, station, outside)
    }
}

/// Handles an action of the page with configuration keys.
pub fn act_on_keys(app: &mut App, action: ConfigurationAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let station = app.overlays.get::<ConfigurationPage>().map(|page| page.station);
    match action {
        ConfigurationAction::NextStation => turn(app, station, 1, outside),
        ConfigurationAction::PreviousStation => turn(app, station, -1, outside),
        action => configuration_page::act(app, action, outside),
    }
}

/// Handles an action of the page with a device model.
pub fn act_on_model(app: &mut App, action: DeviceModelAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let station = app.overlays.get::<DeviceModelPage>().map(|page| page.station);
    match action {
        DeviceModelAction::NextStation => turn(app, station, 1, outside),
        DeviceModelAction::PreviousStation => turn(app, station, -1, outside),
        action => device_model_page::act(app, action, outside),
    }
}

/// Shows the page of a neighbour in the table.
fn turn(app: &mut App, station: Option<StationKey>, by: isize, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let neighbour = station.and_then(|station| neighbour(app, station, by));
    neighbour.map_or_else(Vec::new, |neighbour| show(app, neighbour, outside))
}
